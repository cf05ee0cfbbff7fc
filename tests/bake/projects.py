"""Small projects to bake in a temporary folder, with a fake executor unless another is given."""

from __future__ import annotations

import os
import time
from pathlib import Path

from assetgen.bake.results import BakeResult
from assetgen.bake.run import BakeOptions, bake
from assetgen.project.discover import discover
from assetgen.project.plan import AssetPlan, plan
from assetgen.project.scan import Scan, scan
from assetgen.store.store import Store
from tests.bake.fakes import Hiring, Watching, settings_in
from tests.project.folders import material, write

LONG_AGO_S = 60.0


def age(root: Path) -> None:
    """Set every prompt file back in time: an index trusts no stamp that is younger than two seconds."""
    past = time.time() - LONG_AGO_S
    for path in root.rglob("*"):
        if path.is_file():
            os.utime(path, (past, past))


class Game:
    """A project, its cache, and what is asked of them."""

    def __init__(self, folder: Path, files: dict[str, str | bytes]) -> None:
        self.folder = folder
        self.root = folder / "game"
        self.settings = settings_in(folder)
        write(self.root, {"assetgen.toml": "assetgen = 1\n", **files})
        age(self.root)

    @property
    def output(self) -> Path:
        return self.root / "generated"

    def bake(
        self,
        *paths: str,
        targets: tuple[str, ...] | None = None,
        force: bool = False,
        dry_run: bool = False,
        hiring: Hiring | None = None,
        watcher: Watching | None = None,
    ) -> BakeResult:
        options = BakeOptions(
            paths=tuple(self.root / path for path in paths or ("",)),
            targets=targets,
            force=force,
            overwrite=force,
            dry_run=dry_run,
        )
        return bake(options, self.settings, watcher=watcher or Watching(), executor=hiring or Hiring())

    def scan(self, *paths: Path) -> Scan:
        with Store.open(self.settings.cache_dir, durability=self.settings.durability) as store:
            return scan(discover(paths or (self.root,)), store)

    def plan(self, **wishes: object) -> dict[str, AssetPlan]:
        with Store.open(self.settings.cache_dir, durability=self.settings.durability) as store:
            plans = plan(scan(discover((self.root,)), store).assets, store, **wishes)  # type: ignore[arg-type]
        return {one.asset: one for one in plans}

    def edit(self, name: str, *lines: str) -> None:
        (self.root / name).write_text(material(*lines), encoding="utf-8")


def statuses(result: BakeResult) -> dict[str, str]:
    return {asset.name: asset.status.value for asset in result.assets}
