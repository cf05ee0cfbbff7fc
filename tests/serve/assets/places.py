"""Projects and published sets for the tests of what the daemon hands over."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from assetgen.errors import NotFound
from assetgen.serve.assets.assets import Assets
from assetgen.store.publish import publish
from assetgen.store.records import path_key
from assetgen.store.store import Store
from tests.store.sets import contents, manifest_of, put


@dataclass(frozen=True)
class Known:
    id: str
    root: Path
    output: str = "generated"


class FewProjects:
    """The registered projects as a list."""

    def __init__(self, *roots: Path) -> None:
        self.known = [Known(hashlib.sha256(path_key(root).encode()).hexdigest()[:12], root) for root in roots]

    def find(self, name: str) -> Known:
        for known in self.known:
            if name in (known.id, f"projects/{known.id}", str(known.root)):
                return known
        raise NotFound(f"there is no project {name!r}.")

    def all(self) -> list[Known]:
        return self.known


class Place:
    """A store and one project with its assets."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.root = folder / "game"
        self.root.mkdir(exist_ok=True)
        self.projects = FewProjects(self.root)
        self.project = f"projects/{self.projects.known[0].id}"
        self.naps: list[float] = []
        self.assets = Assets(store, self.projects, sleep=self.naps.append)

    def name(self, asset: str = "wall") -> str:
        return f"{self.project}/assets/{asset}"

    def folder(self, asset: str = "wall", target: str = "unity") -> Path:
        return self.root / "generated" / target / asset

    def manifest(self, asset: str = "wall", target: str = "unity") -> Path:
        return self.folder(asset, target) / f"{asset.rpartition('/')[2]}.assetgen.json"

    def publish(
        self, revision: int = 1, *, asset: str = "wall", target: str = "unity", size: int = 200
    ) -> dict[str, bytes]:
        files = contents(revision, asset=asset, size=size)
        manifest = manifest_of(files, revision, asset=asset, target=target)
        publish(self.store, self.folder(asset, target), manifest, put(self.store.blobs, files))
        return files
