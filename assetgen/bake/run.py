"""A bake: find prompt files, plan, build what is due in the order of their dependencies, keep going after errors.

Whatever was finished stays finished: a bake that is stopped, or killed, goes on where it was when run again.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol

from assetgen.bake.budget import Excess, check_asset, check_totals, has_budget
from assetgen.bake.results import AssetResult, BakeResult, Status
from assetgen.errors import AssetGenError, Cancelled, GenerationError, PromptFileError
from assetgen.execute.base import (
    GRACE_S,
    Done,
    Event,
    Executor,
    ExecutorFactory,
    Failed,
    Progress,
    Started,
    Task,
)
from assetgen.execute.memory import estimate_gib, jobs_that_fit, machine_gib
from assetgen.execute.processes import ProcessExecutor
from assetgen.project.discover import discover
from assetgen.project.order import BuildOrder, Built
from assetgen.project.outputs import put_back
from assetgen.project.places import placed
from assetgen.project.plan import AssetPlan, Need, plan
from assetgen.project.project_file import PROMPT_SUFFIX, find_project
from assetgen.project.prompt_file import PromptFile
from assetgen.project.scan import Scan, scan, scan_read
from assetgen.settings import Settings
from assetgen.store.manifest import Manifest
from assetgen.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class BakeOptions:
    """What to bake and how.

    Args:
        paths: prompt files and folders.
        targets: engines instead of the prompt files' own, or None.
        jobs: worker processes; None takes the settings'.
        force: make everything again.
        overwrite: move files in the way that assetgen did not make aside, to `.bak`.
        dry_run: only say what would be done.
        profile: "work" or "ship" instead of what the projects say, or None.
    """

    paths: tuple[Path, ...]
    targets: tuple[str, ...] | None = None
    jobs: int | None = None
    force: bool = False
    overwrite: bool = False
    dry_run: bool = False
    profile: str | None = None


class Watcher(Protocol):
    """Somebody who shows how a bake comes along."""

    def planned(self, due: int, cached: int) -> None:
        """Told once: how many assets are due and how many are not."""
        ...

    def progressed(self, asset: str, step: int, total: int, stage: str) -> None:
        """Told often: an asset is at a step of a stage."""
        ...

    def finished(self, result: AssetResult) -> None:
        """Told once an asset that was due."""
        ...


class QuietWatcher:
    """Shows nothing; the result at the end says everything."""

    def planned(self, due: int, cached: int) -> None:
        """Show nothing."""

    def progressed(self, asset: str, step: int, total: int, stage: str) -> None:
        """Show nothing."""

    def finished(self, result: AssetResult) -> None:
        """Show nothing."""


def bake(
    options: BakeOptions, settings: Settings, *, watcher: Watcher, executor: ExecutorFactory | None = None
) -> BakeResult:
    """Bake prompt files.

    Args:
        options: what to bake and how.
        settings: cache, device, jobs.
        watcher: is told how it comes along.
        executor: starts what runs the builds; worker processes when absent.

    Raises:
        PromptFileError: a path does not exist, or a project file is broken; bad prompt files are results.
        StoreError: the cache cannot be opened.
    """
    return _bake(
        lambda store: scan(discover(options.paths, profile=options.profile), store),
        options,
        settings,
        watcher,
        executor,
    )


def bake_described(
    files: Sequence[PromptFile],
    options: BakeOptions,
    settings: Settings,
    *,
    watcher: Watcher,
    executor: ExecutorFactory | None = None,
) -> BakeResult:
    """Bake assets that documents describe, of any number of projects; `options.paths` counts for nothing.

    Args:
        files: as `read_described` gives them.
        options: how to bake.
        settings: cache, device, jobs.
        watcher: is told how it comes along.
        executor: starts what runs the builds; worker processes when absent.

    Raises:
        StoreError: the cache cannot be opened.
    """
    by_root: dict[Path, list[PromptFile]] = {}
    for file in files:
        by_root.setdefault(file.project.root, []).append(file)

    def find(store: Store) -> Scan:
        scans = [scan_read(mine) for mine in by_root.values()]
        return Scan(
            tuple(asset for one in scans for asset in one.assets),
            tuple(error for one in scans for error in one.errors),
        )

    return _bake(find, options, settings, watcher, executor)


def _bake(
    find: Callable[[Store], Scan],
    options: BakeOptions,
    settings: Settings,
    watcher: Watcher,
    executor: ExecutorFactory | None,
) -> BakeResult:
    started = time.monotonic()
    with Store.open(settings.cache_dir, durability=settings.durability) as store:
        found = find(store)
        plans = plan(found.assets, store, targets=options.targets, force=options.force)
        bad = _unreadable(found.errors)
        for result in bad:
            watcher.finished(result)
        if options.dry_run:
            results = [_planned(asset) for asset in plans]
        else:
            run = _Bake(plans, options, settings, store, watcher, executor or ProcessExecutor)
            results = run.run()
    return BakeResult(
        assets=(*results, *bad),
        seconds=time.monotonic() - started,
        bad_files=len(bad),
        over_totals=_over_totals(results),
    )


def _unreadable(errors: Sequence[PromptFileError]) -> list[AssetResult]:
    """Return one failed result a file, with everything that is wrong with it."""
    by_path: dict[str, list[PromptFileError]] = {}
    for error in errors:
        by_path.setdefault(error.place.path if error.place else (error.asset or "?"), []).append(error)
    results = []
    for path, mine in by_path.items():
        project = None
        with suppress(PromptFileError):
            project = find_project(Path(path))
        results.append(
            AssetResult(
                name=mine[0].asset or path,
                prompt_file=Path(path),
                status=Status.FAILED,
                manifests={},
                errors=tuple(mine),
                project=project,
            )
        )
    return results


def _planned(asset: AssetPlan) -> AssetResult:
    is_due = asset.need is not Need.NOTHING
    return _result(asset, Status.STALE if is_due else Status.CACHED)


def _over_totals(results: Sequence[AssetResult]) -> tuple[Excess, ...]:
    """Return every limit of a project as a whole that what lies in place now does not keep."""
    by_root: dict[Path, list[AssetResult]] = {}
    for result in results:
        if result.project is not None and result.project.totals:
            by_root.setdefault(result.project.root, []).append(result)
    found: list[Excess] = []
    for group in by_root.values():
        outermost = min((r.project for r in group if r.project), key=lambda project: len(project.files))
        paths = [path for result in group for path in result.manifests.values()]
        found += check_totals(outermost, _manifests(paths))
    return tuple(found)


def _manifests(paths: Iterable[str]) -> list[Manifest]:
    """Return the manifests that can be read; one that was taken away meanwhile has nothing to be judged."""
    found = []
    for path in paths:
        with suppress(OSError, AssetGenError):
            found.append(Manifest.from_json(Path(path).read_bytes()))
    return found


def _result(
    asset: AssetPlan,
    status: Status,
    *,
    seconds: float = 0.0,
    errors: tuple[AssetGenError, ...] = (),
    warnings: tuple[str, ...] = (),
    trace: str = "",
) -> AssetResult:
    is_there = status in (Status.BAKED, Status.CACHED)
    manifests = {t.target: str(t.manifest_path(asset.asset)) for t in asset.targets} if is_there else {}
    is_judged = is_there and has_budget(asset.scanned)
    return AssetResult(
        name=asset.asset,
        prompt_file=asset.scanned.path,
        status=status,
        seconds=seconds,
        manifests=manifests,
        reason=asset.reason,
        errors=errors,
        warnings=warnings,
        make_key=asset.scanned.keys.make,
        trace=trace,
        project=asset.scanned.project,
        prompt=str(asset.scanned.document.get("prompt") or ""),
        over_budget=check_asset(asset.scanned, _manifests(manifests.values())) if is_judged else (),
    )


@dataclass(slots=True)
class _Running:
    """A task that a worker has: when it began."""

    plan: AssetPlan
    since: float = field(default_factory=time.monotonic)


class _Bake:
    """The due assets of a plan on their way through an executor."""

    def __init__(
        self,
        plans: Sequence[AssetPlan],
        options: BakeOptions,
        settings: Settings,
        store: Store,
        watcher: Watcher,
        start_executor: ExecutorFactory,
    ) -> None:
        self.plans, self.options, self.settings = plans, options, settings
        self.store, self.watcher, self.start_executor = store, watcher, start_executor
        self.results: dict[str, AssetResult] = {}
        self.running: dict[str, _Running] = {}
        self.blocked: list[AssetPlan] = []
        self.is_stopping = False
        # A source means the first variant, which the plan has before the others.
        self.by_file: dict[tuple[Path, str], AssetPlan] = {}
        for asset in plans:
            self.by_file.setdefault(_file_key(asset), asset)

    def run(self) -> list[AssetResult]:
        due = [asset for asset in self.plans if asset.need is not Need.NOTHING]
        for asset in self.plans:
            if asset.need is Need.NOTHING:
                self.results[_id(asset)] = _result(asset, Status.CACHED)
        self.watcher.planned(len(due), len(self.plans) - len(due))
        heavy = [asset for asset in due if not self._put_in_place(asset) and self._fits(asset)]
        if heavy:
            self._build(heavy)
        return [self.results[_id(asset)] for asset in self.plans]

    def _put_in_place(self, asset: AssetPlan) -> bool:
        """Publish an asset from the cache when nothing is left to compute; tell whether that was so."""
        if asset.need is not Need.PUBLISH:
            return False
        since = time.monotonic()
        for target in asset.targets:
            if target.need is not Need.PUBLISH:
                continue
            try:
                if put_back(self.store, asset.scanned, target, overwrite=self.options.overwrite) is None:
                    return False
            except AssetGenError as error:
                self._finish(asset, Status.FAILED, since, errors=(placed(error, asset.scanned),))
                return True
        self._finish(asset, Status.CACHED, since)
        return True

    def _fits(self, asset: AssetPlan) -> bool:
        """Tell whether the machine has the memory to make an asset; fail the asset if not."""
        needed, there = estimate_gib(asset.scanned.document), machine_gib()
        if there is None or needed <= there:
            return True
        error = GenerationError(
            f"it needs about {needed:.0f} GiB of memory and this machine has {there:.0f}; write a smaller size."
        )
        self._finish(asset, Status.FAILED, time.monotonic(), errors=(placed(error, asset.scanned),))
        return False

    def _build(self, due: Sequence[AssetPlan]) -> None:
        """Have workers build assets; whatever an interrupt leaves undone is cancelled."""
        largest = max(estimate_gib(asset.scanned.document) for asset in due)
        jobs = min(self.options.jobs or self.settings.jobs, len(due))
        jobs = jobs_that_fit(jobs, largest, machine_gib=machine_gib())
        executor = self.start_executor(self.settings, jobs=jobs)
        self.blocked = list(due)
        grace_s = GRACE_S
        try:
            with self._interruptible(executor):
                self._submit_ready(executor)
                for event in executor.events():
                    self._hear(event)
                    if isinstance(event, Done | Failed):
                        self._submit_ready(executor)
        except KeyboardInterrupt:  # the second one; what workers had published stands
            grace_s = 0.0
        finally:
            executor.close(grace_s=grace_s)
        for asset in due:
            if _id(asset) not in self.results:
                self._finish(asset, Status.CANCELLED, time.monotonic())

    @contextmanager
    def _interruptible(self, executor: Executor) -> Generator[None, None, None]:
        """Make Ctrl-C ask for a stop: workers end at their next check. A second one raises KeyboardInterrupt.

        The handler only leaves word, because an exception could tear a message that is half read from a pipe.
        """
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # such as under nohup
            yield
            return

        def stop(number: int, frame: FrameType | None) -> None:
            if self.is_stopping:
                raise KeyboardInterrupt
            self.is_stopping = True
            executor.cancel()

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _hear(self, event: Event) -> None:
        running = self.running[event.id]
        asset = running.plan
        if isinstance(event, Started):
            running.since = time.monotonic()
        elif isinstance(event, Progress):
            self.watcher.progressed(asset.asset, event.step, event.total, event.stage)
        elif isinstance(event, Done):
            assert isinstance(event.answer, Built)
            self._finish(asset, Status.BAKED, running.since, warnings=event.answer.warnings)
        elif isinstance(event, Failed) and isinstance(event.error, Cancelled):
            self._finish(asset, Status.CANCELLED, running.since)
        elif isinstance(event, Failed):
            error = placed(event.error, asset.scanned)
            self._finish(asset, Status.FAILED, running.since, errors=(error,), trace=event.trace)

    def _submit_ready(self, executor: Executor) -> None:
        """Submit what no unfinished asset stands before; fail what a failed one stands before."""
        is_settled = False
        while self.blocked and not self.is_stopping and not is_settled:
            waiting = [asset for asset in self.blocked if not self._leaves(asset, executor)]
            # A failure may decide others that were looked at before it.
            is_settled = len(waiting) == len(self.blocked)
            self.blocked = waiting

    def _leaves(self, asset: AssetPlan, executor: Executor) -> bool:
        """Submit or fail an asset as soon as what it uses is decided; tell whether that was so."""
        before = [self.by_file[key] for key in _uses(asset) if key in self.by_file]
        ends = [self.results.get(_id(other)) for other in before]
        if any(end is not None and end.status is Status.FAILED for end in ends):
            error = GenerationError("an asset that it uses failed; mend that one first.")
            self._finish(asset, Status.FAILED, time.monotonic(), errors=(placed(error, asset.scanned),))
            return True
        if any(end is None for end in ends):
            return False
        self.running[_id(asset)] = _Running(asset)
        order = BuildOrder(plan=asset, force=self.options.force, overwrite=self.options.overwrite)
        executor.submit(Task(_id(asset), order))
        return True

    def _finish(
        self,
        asset: AssetPlan,
        status: Status,
        since: float,
        *,
        errors: tuple[AssetGenError, ...] = (),
        warnings: tuple[str, ...] = (),
        trace: str = "",
    ) -> None:
        seconds = time.monotonic() - since
        result = _result(asset, status, seconds=seconds, errors=errors, warnings=warnings, trace=trace)
        self.results[_id(asset)] = result
        self.watcher.finished(result)


def _id(asset: AssetPlan) -> str:
    return f"{asset.scanned.project.root}/{asset.asset}"


def _file_key(asset: AssetPlan) -> tuple[Path, str]:
    project = asset.scanned.project
    return project.root, project.relative(asset.scanned.path) or ""


def _uses(asset: AssetPlan) -> list[tuple[Path, str]]:
    """Return the prompt files that an asset's sources are."""
    source: Mapping[str, str] = asset.scanned.document.get("source") or {}
    root = asset.scanned.project.root
    return [(root, path) for path in source.values() if path.endswith(PROMPT_SUFFIX)]
