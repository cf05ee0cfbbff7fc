"""What would be baked and why: every asset held against the store and the output folder.

Light: planning a thousand unchanged files opens one database and asks for some file sizes; nothing is generated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from assetgen.project.scan import ScannedAsset
from assetgen.store.manifest import MANIFEST_SUFFIX
from assetgen.store.paths import safe_relative
from assetgen.store.records import Publication, path_key
from assetgen.store.store import Store

_FORCED = "forced"
_FEW = 8
"""Up to so many assets are looked up one by one; for more, all rows of their output folders are read at once."""


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
        return self.folder / f"{asset.rsplit('/', 1)[-1]}{MANIFEST_SUFFIX}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetPlan:
    """One asset and what is to be done for each of its targets.

    Args:
        scanned: the asset.
        targets: its sets.
        is_input: whether its value is to be made though its own sets may be well, because an asset that is due
            uses it and the cache has lost it.
    """

    scanned: ScannedAsset
    targets: tuple[TargetPlan, ...]
    is_input: bool = False

    @property
    def asset(self) -> str:
        """The asset's id."""
        return self.scanned.asset

    @property
    def need(self) -> Need:
        """The most that is to be done for any target."""
        if self.is_input:
            return Need.MAKE
        return max((target.need for target in self.targets), key=_RANK.__getitem__, default=Need.NOTHING)

    @property
    def reason(self) -> str:
        """What is to be done and why, in a few words; empty when there is nothing to do."""
        if self.need is Need.NOTHING:
            return ""
        why = next((t.reason for t in self.targets if t.need is self.need), "another asset uses it")
        return f"{self.need.value} ({why})"


_RANK = {need: rank for rank, need in enumerate(Need)}


def plan(
    assets: Sequence[ScannedAsset],
    store: Store,
    *,
    targets: tuple[str, ...] | None = None,
    force: bool = False,
) -> tuple[AssetPlan, ...]:
    """Return what is to be done for each asset, in the order given: what others use comes before them.

    Args:
        assets: what a scan found.
        store: the cache.
        targets: engines to export to instead of the assets' own.
        force: make everything again.
    """
    published = _Published(assets, store)
    drafts = [(asset, _drafts(asset, targets, published, force)) for asset in assets]
    known = _known_keys(drafts, store)
    plans = [
        AssetPlan(scanned=asset, targets=tuple(_decided(asset, draft, known) for draft in rows))
        for asset, rows in drafts
    ]
    return tuple(_with_inputs(plans, store))


def output_folder(asset: ScannedAsset, target: str) -> Path:
    """Return the folder of an asset's set for a target: output / target / id.

    Raises:
        PathRefused: the id is no path that every system can hold.
    """
    return asset.project.output_folder / target / safe_relative(asset.asset)


class _Published:
    """What the index says was published into the output folders of some assets."""

    def __init__(self, assets: Sequence[ScannedAsset], store: Store) -> None:
        self._store = store
        self._rows: dict[tuple[str, str], Publication] | None = None
        if len(assets) > _FEW:
            self._rows = self._all(assets)
        self._keys: dict[str, str] = {}  # the index's spelling of each output folder, which costs a walk

    def _all(self, assets: Sequence[ScannedAsset]) -> dict[tuple[str, str], Publication]:
        """Return every publication of the output folders: one query a folder instead of one a set."""
        rows = {}
        for output in {asset.project.output_folder for asset in assets}:
            for row in self._store.index.publications(output):
                rows[(row.folder, row.name)] = row
        return rows

    def find(self, asset: ScannedAsset, target: TargetPlan) -> Publication | None:
        output = asset.project.output_folder
        if str(output) not in self._keys:
            self._keys[str(output)] = path_key(output)
        folder = f"{self._keys[str(output)]}/{target.target}/{asset.asset}"
        name = target.manifest_path(asset.asset).name
        if self._rows is None:
            return self._store.index.publication(Path(folder), name)
        return self._rows.get((folder, name))


def _drafts(
    asset: ScannedAsset, targets: tuple[str, ...] | None, published: _Published, force: bool
) -> list[TargetPlan]:
    """Return the targets of an asset as far as its published sets decide them."""
    rows = []
    for target in targets or asset.targets:
        draft = TargetPlan(
            target=target,
            full_key=asset.keys.exports[target],
            folder=output_folder(asset, target),
            need=Need.MAKE,
            reason=_FORCED,
        )
        if not force:
            need, reason = _against(published.find(asset, draft), draft.full_key)
            draft = replace(draft, need=need, reason=reason)
        rows.append(draft)
    return rows


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
            if row.need is not Need.NOTHING and row.reason != _FORCED:
                wanted |= {asset.keys.make, row.full_key}
    return _kept(wanted, store)


def _kept(keys: set[str], store: Store) -> frozenset[str]:
    """Return which of some keys have a result in the store, with all its blobs."""
    if not keys:
        return frozenset()
    found = store.index.actions(keys)
    return frozenset(key for key, (_, blobs) in found.items() if all(store.blobs.has(sha) for sha in blobs))


def _decided(asset: ScannedAsset, draft: TargetPlan, known: frozenset[str]) -> TargetPlan:
    if draft.need is Need.NOTHING:
        return draft
    if draft.full_key in known:
        return replace(draft, need=Need.PUBLISH)
    return replace(draft, need=Need.EXPORT if asset.keys.make in known else Need.MAKE)


def _with_inputs(plans: Sequence[AssetPlan], store: Store) -> list[AssetPlan]:
    """Return the plans, with those made again that a due asset uses and the cache has lost."""
    inputs = {key for plan in plans for key in plan.scanned.keys.inputs.values()}
    made = {plan.scanned.keys.make for plan in plans} & inputs
    if not any(plan.need is Need.MAKE and plan.scanned.keys.inputs for plan in plans):
        return list(plans)
    lost = made - _kept(made, store)
    wanted: set[str] = set()
    result = []
    for one in reversed(plans):  # users first: an input that is to be made may want inputs of its own
        is_input = one.scanned.keys.make in wanted & lost
        result.append(replace(one, is_input=True) if is_input else one)
        if is_input or one.need is Need.MAKE:
            wanted |= set(one.scanned.keys.inputs.values())
    return result[::-1]
