"""What would be baked and why: every asset held against the store and the output folder.

Light: planning a thousand unchanged files opens one database and asks for some file sizes; nothing is generated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from assetgen.project.scan import ScannedAsset
from assetgen.store.paths import safe_relative
from assetgen.store.records import Publication
from assetgen.store.store import Store


class Need(Enum):
    """What is to be done for one asset and target, from nothing to everything."""

    NOTHING = "up to date"
    PUBLISH = "in the cache, to be put in place"
    EXPORT = "made before, to be exported"
    MAKE = "to be made"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPlan:
    """One asset for one target.

    Args:
        target: the engine.
        full_key: the key of the files.
        folder: where the set lies.
        need: what is to be done.
        reason: why, in a few words.
    """

    target: str
    full_key: str
    folder: Path
    need: Need
    reason: str

    def manifest_path(self, asset: str) -> Path:
        """Return where the set's manifest lies."""
        return self.folder / f"{asset.rsplit('/', 1)[-1]}.assetgen.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetPlan:
    """One asset and what is to be done for each of its targets."""

    scanned: ScannedAsset
    targets: tuple[TargetPlan, ...]

    @property
    def asset(self) -> str:
        """The asset's id."""
        return self.scanned.asset

    @property
    def need(self) -> Need:
        """The most that is to be done for any target."""
        order = list(Need)
        return max((target.need for target in self.targets), key=order.index, default=Need.NOTHING)


def plan(
    assets: Sequence[ScannedAsset],
    store: Store,
    *,
    targets: tuple[str, ...] | None = None,
    force: bool = False,
) -> tuple[AssetPlan, ...]:
    """Return what is to be done for each asset, in the order given.

    Args:
        assets: what a scan found.
        store: the cache.
        targets: engines to export to instead of the assets' own.
        force: make everything again.
    """
    published = _published(assets, store)
    drafts = [(asset, _drafts(asset, targets, published, force)) for asset in assets]
    known = _known_keys(drafts, store)
    return tuple(
        AssetPlan(scanned=asset, targets=tuple(_decided(asset, draft, known, store) for draft in rows))
        for asset, rows in drafts
    )


def output_folder(asset: ScannedAsset, target: str) -> Path:
    """Return the folder of an asset's set for a target: output / target / id.

    Raises:
        PathRefused: the id is no path that every system can hold.
    """
    return asset.project.output_folder / target / safe_relative(asset.asset)


def _published(assets: Sequence[ScannedAsset], store: Store) -> dict[tuple[str, str], Publication]:
    found = {}
    for folder in {asset.project.output_folder for asset in assets}:
        for row in store.index.publications(folder):
            found[(row.folder, row.name)] = row
    return found


def _drafts(
    asset: ScannedAsset,
    targets: tuple[str, ...] | None,
    published: dict[tuple[str, str], Publication],
    force: bool,
) -> list[TargetPlan]:
    """Return the targets of an asset as far as its published sets decide them."""
    rows = []
    for target in targets or asset.targets:
        folder = output_folder(asset, target)
        full_key = asset.keys.exports[target]
        draft = TargetPlan(target=target, full_key=full_key, folder=folder, need=Need.MAKE, reason="forced")
        row = published.get((_key(asset, folder), draft.manifest_path(asset.asset).name))
        if not force:
            need, reason = _against(row, full_key)
            draft = TargetPlan(target=target, full_key=full_key, folder=folder, need=need, reason=reason)
        rows.append(draft)
    return rows


def _key(asset: ScannedAsset, folder: Path) -> str:
    root = asset.project.output_folder.resolve()
    return (root / folder.relative_to(asset.project.output_folder)).as_posix()


def _against(row: Publication | None, full_key: str) -> tuple[Need, str]:
    if row is None:
        return Need.MAKE, "never published"
    if row.full_key != full_key:
        return Need.MAKE, "the prompt file, an input or a step changed"
    if not row.is_untouched():
        return Need.MAKE, "published files are missing or were touched"
    return Need.NOTHING, "up to date"


def _known_keys(drafts: Sequence[tuple[ScannedAsset, list[TargetPlan]]], store: Store) -> frozenset[str]:
    """Return which of the keys that matter have a result in the store."""
    wanted = set()
    for asset, rows in drafts:
        for row in rows:
            if row.need is not Need.NOTHING and row.reason != "forced":
                wanted |= {asset.keys.make, row.full_key}
    if not wanted:
        return frozenset()
    found = store.index.actions(wanted)
    return frozenset(key for key, (_, blobs) in found.items() if all(store.blobs.has(sha) for sha in blobs))


def _decided(asset: ScannedAsset, draft: TargetPlan, known: frozenset[str], store: Store) -> TargetPlan:
    if draft.need is Need.NOTHING:
        return draft
    need = Need.MAKE
    if draft.full_key in known:
        need = Need.PUBLISH
    elif asset.keys.make in known:
        need = Need.EXPORT
    return TargetPlan(
        target=draft.target, full_key=draft.full_key, folder=draft.folder, need=need, reason=draft.reason
    )
