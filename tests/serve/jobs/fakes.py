"""A hand-driven daemon: fake planner, fake workers, clocks that stand still, and no threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from assetgen.errors import AssetGenError, Cancelled, PromptFileError, WorkerLost
from assetgen.execute.base import Done, Failed, Preview, Progress, Started, Task
from assetgen.project.order import BuildOrder, Built
from assetgen.serve.jobs.job import Job, Priority, Request, Resolved
from assetgen.serve.jobs.jobs import JobLimits, Jobs, Planned
from assetgen.serve.jobs.table import JobTable
from assetgen.serve.rpc import asset_pb2 as pb

ROOT = Path("/project")
T = TypeVar("T")


def request(name: str, **options: Any) -> Request:
    return Request(project=ROOT, prompt_file=f"{name}.assetgen.toml", **options)


def order(asset: str, *, kind: str = "material", size: int = 512) -> BuildOrder:
    scanned = SimpleNamespace(kind=kind, document={"size": (size, size)}, asset=asset, is_described=True)
    plan = SimpleNamespace(asset=asset, scanned=scanned, need=SimpleNamespace(name="MAKE"))
    return BuildOrder(plan=plan)  # type: ignore[arg-type]


class FakePlanner:
    """A file makes one asset of its own name, after the assets it uses; `contents` decides the key."""

    def __init__(self) -> None:
        self.uses: dict[str, tuple[str, ...]] = {}
        self.contents: dict[str, str] = {}
        self.gone: set[str] = set()
        self.in_place: set[str] = set()
        self.plans: list[str] = []

    def name(self, request: Request) -> str:
        name = request.prompt_file.removesuffix(".assetgen.toml")
        if name in self.gone:
            raise PromptFileError(f"{request.prompt_file} is gone; put it back.")
        return name

    def key(self, name: str) -> str:
        return f"key-of-{self.contents.get(name, name)}"

    def is_quick(self, request: Request) -> bool:
        return False

    def resolve(self, request: Request) -> Resolved:
        name = self.name(request)
        return Resolved(key=self.key(name), title=name, assets=(name,))

    def plan(self, request: Request) -> Planned:
        name = self.name(request)
        self.plans.append(name)
        assets = [asset for asset in (*self.uses.get(name, ()), name) if asset not in self.in_place]
        return Planned(
            orders=tuple(order(asset) for asset in assets),
            manifests={name: (f"{name}.assetgen.json",)},
            key=self.key(name),
        )


@dataclass
class FakeWorkers:
    """Takes tasks and does nothing with them until it is told."""

    size: int = 1
    tasks: dict[str, Task] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    most: int = 0

    @property
    def free(self) -> int:
        return self.size - len(self.tasks)

    def run(self, task: Task) -> None:
        assert self.free > 0, "more tasks than workers"
        assert task.id not in self.history, "a task id is used once"
        self.tasks[task.id] = task
        self.history.append(task.id)
        self.most = max(self.most, len(self.tasks))

    def cancel(self, task_id: str) -> None:
        self.cancelled.append(task_id)

    def assets(self) -> list[str]:
        return [_asset(task) for task in self.tasks.values()]


def _asset(task: Task) -> str:
    assert isinstance(task.work, BuildOrder)
    return task.work.plan.asset


def describe(root: Path, asset: str, manifests: Sequence[str]) -> pb.Asset:
    return pb.Asset(name=f"projects/x/assets/{asset}", asset=asset)


async def at_once(function: Callable[..., T], *arguments: Any) -> T:
    await asyncio.sleep(0)
    return function(*arguments)


class Clock:
    """Seconds that pass when told."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Daemon:
    """Jobs with everything around them; `do` runs something on its loop and lets all settle after it."""

    def __init__(
        self,
        path: Path,
        *,
        size: int = 1,
        limits: JobLimits = JobLimits(),  # noqa: B008
        planner: FakePlanner | None = None,
        check_memory: Callable[[BuildOrder], None] = lambda order: None,
    ) -> None:
        self.path, self.limits, self.check_memory = path, limits, check_memory
        self.planner = planner or FakePlanner()
        self.clock, self.wall = Clock(100.0), Clock(1.7e9)
        self.size = size
        self.finished: list[Job] = []
        self.runner = asyncio.Runner()
        self._start()

    def _start(self) -> None:
        self.workers = FakeWorkers(size=self.size)
        self.table = JobTable(self.path)
        self.jobs = Jobs(
            self.table,
            planner=self.planner,
            describe=describe,
            limits=self.limits,
            check_memory=self.check_memory,
            clock=self.clock,
            wall=self.wall,
            off_loop=at_once,
        )
        self.jobs.on_finished.append(self.finished.append)
        self.jobs.attach(self.workers)
        self.recovered = self.jobs.recover()
        self.runner.run(self._begin())

    async def _begin(self) -> None:
        self._loop = asyncio.create_task(self.jobs.run())
        await settle()

    def restart(self, *, is_killed: bool = True) -> None:
        """End the daemon, as by a kill or in good order, and start it over the same table."""
        if is_killed:  # what would be written at the end never is
            self.table.close()
        self.runner.run(self._end())
        self.table.close()
        self._start()

    async def _end(self) -> None:
        self._loop.cancel()
        await asyncio.gather(self._loop, return_exceptions=True)

    def close(self) -> None:
        self.runner.run(self._end())
        self.runner.close()
        self.table.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        async def and_settle() -> T:
            try:
                return await work
            finally:
                await settle()

        return self.runner.run(and_settle())

    def submit(
        self, name: str, *, client: str = "me", priority: Priority = Priority.INTERACTIVE, **options: Any
    ) -> Job:
        asked = options.pop("request", None) or request(name)
        return self.do(self.jobs.submit(asked, client=client, priority=priority, **options))

    def cancel(self, job: Job) -> Job:
        async def cancel() -> Job:
            return self.jobs.cancel(job.id)

        return self.do(cancel())

    def get(self, job: Job) -> Job:
        return self.jobs.get(job.id)

    def pass_time(self, seconds: float) -> None:
        async def wake() -> None:
            self.clock.now += seconds
            self.wall.now += seconds
            self.jobs.wake()

        self.do(wake())

    def task(self, asset: str) -> Task:
        return next(task for task in self.workers.tasks.values() if _asset(task) == asset)

    def hear(self, *events: Any) -> None:
        async def hear() -> None:
            for event in events:
                self.jobs.on_event(event)

        self.do(hear())

    def start(self, asset: str) -> None:
        self.hear(Started(self.task(asset).id))

    def progress(self, asset: str, fraction: float, step: int = 0, total: int = 4) -> None:
        self.hear(Progress(self.task(asset).id, step, total, f"drawing {asset}", fraction))

    def preview(self, asset: str, data: bytes, sound: bytes = b"") -> None:
        self.hear(
            Preview(
                id=self.task(asset).id,
                asset=asset,
                media_type="image/png",
                data=data,
                width=8,
                height=8,
                is_coarse=True,
                sound=sound,
            )
        )

    def done(self, asset: str, *, seconds: float = 0.0, warnings: tuple[str, ...] = ()) -> None:
        self.clock.now += seconds
        task = self.workers.tasks.pop(self.task(asset).id)
        manifests: Mapping[str, str] = {"web": f"{asset}.assetgen.json"}
        answer = Built(asset=asset, was_made=True, manifests=manifests, seconds=seconds, warnings=warnings)
        self.hear(Done(task.id, answer))

    def fail(self, asset: str, error: AssetGenError) -> None:
        task = self.workers.tasks.pop(self.task(asset).id)
        self.hear(Failed(task.id, error))

    def crash(self, asset: str) -> None:
        self.fail(asset, WorkerLost("the worker ended by signal 11 (SIGSEGV).", is_own=True))

    def lose(self, asset: str) -> None:
        self.fail(asset, WorkerLost("the worker was ended by signal 9 (SIGKILL).", is_own=False))

    def stopped(self) -> None:
        """All tasks that were cancelled come to their end."""
        for task_id in self.workers.cancelled:
            if task_id in self.workers.tasks:
                del self.workers.tasks[task_id]
                self.hear(Failed(task_id, Cancelled("stopped on request.")))

    def told(self, job: Job, after: int = 0) -> list[pb.JobEvent]:
        """All events of a job; it must have ended."""

        async def read() -> list[pb.JobEvent]:
            return [event async for event in self.jobs.events(job.id, after=after)]

        return self.do(read())


async def settle() -> None:
    """Let the loop run until nothing moves any more."""
    for _ in range(60):
        await asyncio.sleep(0)
