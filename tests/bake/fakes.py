"""An executor that bakes without torch: it publishes tiny files through the real store, at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from assetgen.bake.results import AssetResult
from assetgen.errors import AssetGenError, Cancelled
from assetgen.execute.base import GRACE_S, Done, Event, Failed, Progress, Started, Task
from assetgen.project.order import BuildOrder, Built
from assetgen.project.outputs import put_back, put_in_place
from assetgen.project.plan import Need, TargetPlan
from assetgen.project.scan import ScannedAsset
from assetgen.settings import Durability, Settings
from assetgen.store.manifest import Manifest, ManifestFile
from assetgen.store.store import Store

Hook = Callable[[BuildOrder], None]


def settings_in(folder: Path) -> Settings:
    return Settings(
        cache_dir=folder / "cache", models_dir=folder / "models", device="cpu", durability=Durability.FAST
    )


def _nothing(order: BuildOrder) -> None:
    pass


class FakeExecutor:
    """Builds what it is given, one after the other; `before` may raise an error of assetgen for an asset."""

    def __init__(self, settings: Settings, *, jobs: int, before: Hook = _nothing) -> None:
        self.store = Store.open(settings.cache_dir, durability=settings.durability)
        self.jobs, self.before = jobs, before
        self.waiting: deque[Task] = deque()
        self.made: list[str] = []
        self.exported: list[str] = []
        self.is_cancelled = self.is_closed = False

    def submit(self, task: Task) -> None:
        self.waiting.append(task)

    def events(self) -> Iterator[Event]:
        while self.waiting:
            task = self.waiting.popleft()
            if self.is_cancelled:
                yield Failed(task.id, Cancelled("stopped on request."))
                continue
            assert isinstance(task.work, BuildOrder)
            yield Started(task.id)
            yield Progress(task.id, 0, 2, "pretending")
            try:
                self.before(task.work)
                yield Done(task.id, self._build(task.work))
            except AssetGenError as error:
                yield Failed(task.id, error)

    def cancel(self) -> None:
        self.is_cancelled = True

    def close(self, *, grace_s: float = GRACE_S) -> None:
        self.is_closed = True
        self.store.close()

    def _build(self, order: BuildOrder) -> Built:
        scanned = order.plan.scanned
        was_made = order.force or self.store.find(scanned.keys.make) is None
        if was_made and order.plan.need in (Need.MAKE, Need.EXPORT):
            for path, key in scanned.keys.inputs.items():
                assert not path.endswith(".prompt.toml") or self.store.find(key), (
                    f"{path} was not built before"
                )
            self.made.append(scanned.asset)
            self.store.record(scanned.keys.make, {"bundle": "fake"}, refresh=order.force)
        manifests = {}
        for target in order.plan.targets:
            if target.need is Need.NOTHING:
                continue
            path = None if order.force else put_back(self.store, scanned, target, overwrite=order.overwrite)
            if path is None:
                self.exported.append(f"{scanned.asset}@{target.target}")
                manifest = pretend(self.store, scanned, target)
                path = put_in_place(self.store, scanned, target, manifest, overwrite=order.overwrite)
            manifests[target.target] = str(path)
        return Built(
            asset=scanned.asset, was_made=was_made, manifests=manifests, seconds=0.0, warnings=("a note.",)
        )


def pretend(store: Store, scanned: ScannedAsset, target: TargetPlan) -> Manifest:
    """Put two tiny files of a set into the store and record them; their bytes follow from the key."""
    name = scanned.asset.rsplit("/", 1)[-1]
    files = []
    for role in ("albedo", "normal"):
        data = f"{role} {target.full_key}".encode()
        files.append(
            ManifestFile(
                role=role,
                path=f"{name}_{role}.png",
                format="PNG8",
                media_type="image/png",
                size_bytes=len(data),
                sha256=store.blobs.put(data),
            )
        )
    manifest = Manifest(
        asset=scanned.asset,
        kind=scanned.kind,
        target=target.target,
        key=scanned.keys.make,
        full_key=target.full_key,
        files=tuple(files),
        provenance={
            "seed": scanned.document.get("seed"),
            "backend": "fake",
            "licence": "none",
            "steps": {},
            "spec": dict(scanned.document),
        },
        quality={},
    )
    store.record(target.full_key, manifest.to_document(), blobs=[file.sha256 for file in files], refresh=True)
    return manifest


class Hiring:
    """Makes fake executors and remembers them."""

    def __init__(self, *, before: Hook = _nothing) -> None:
        self.before = before
        self.hired: list[FakeExecutor] = []

    def __call__(self, settings: Settings, *, jobs: int) -> FakeExecutor:
        self.hired.append(FakeExecutor(settings, jobs=jobs, before=self.before))
        return self.hired[-1]

    @property
    def made(self) -> list[str]:
        return [asset for executor in self.hired for asset in executor.made]

    @property
    def exported(self) -> list[str]:
        return [row for executor in self.hired for row in executor.exported]


class Watching:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.due = self.cached = -1
        self.stages: list[str] = []
        self.results: list[AssetResult] = []

    def planned(self, due: int, cached: int) -> None:
        self.due, self.cached = due, cached

    def progressed(self, asset: str, step: int, total: int, stage: str) -> None:
        self.stages.append(f"{asset}: {stage}")

    def finished(self, result: AssetResult) -> None:
        self.results.append(result)
