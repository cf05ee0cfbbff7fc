"""The daemon's workers: it never waits for them, and no fault of theirs costs more than the task it happened in.

One desk a GPU, or a few on the CPU. What is given waits here until a worker is ready, so that one which dies while it
starts takes nothing with it. Every task ends with exactly one `Done` or `Failed`.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from assetgen.errors import Cancelled, WorkerLost
from assetgen.execute.base import Done, Event, Failed, Task
from assetgen.execute.desk import Desk, DeskState, PoolLimits
from assetgen.execute.entry import Seat, worker_main
from assetgen.execute.gpus import find_gpus
from assetgen.execute.hand import WorkerMain
from assetgen.execute.memory import estimate_gib, jobs_that_fit, machine_gib
from assetgen.settings import Settings

_MOST_ON_CPU: Final = 4
"""More seldom help one person, and each holds half a gigabyte."""
_COMMON: Final = {"size": (2048, 2048)}
"""So large an asset shall fit into every worker of a default pool at once."""
_FAREWELL_S: Final = 5.0

_SHOWN: Final = {DeskState.WAITING: "starting", DeskState.LEAVING: "resting"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerState:
    """What is to be known of a worker: `state` is starting, idle, busy or resting, `pid` 0 when there is none."""

    name: str
    device: str
    state: str
    pid: int
    restarts: int


class WorkerPool:
    """Worker processes for an asyncio loop.

    Args:
        settings: cache, device and durability of the workers.
        workers: how many at once; None decides by device, cores and memory.
        on_event: is told what happens to tasks.
        on_change: is told when `free` or `is_well` may have changed.
        limits: how long things may take.
        main: what a worker process runs.
        environ: in which CUDA_VISIBLE_DEVICES may narrow the choice of GPUs; None is the process's own.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        workers: int | None,
        on_event: Callable[[Event], None],
        on_change: Callable[[], None],
        limits: PoolLimits | None = None,
        main: WorkerMain = worker_main,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._limits = limits or PoolLimits()
        self._on_event, self._on_change = on_event, on_change
        self._waiting: deque[Task] = deque()
        self._tries: Counter[str] = Counter()
        self._is_open = self._is_closed = False
        self._desks = [
            Desk(name, seat, main=main, settings=settings, limits=self._limits, office=self)
            for name, seat in _seats(settings, workers, os.environ if environ is None else environ)
        ]

    @property
    def size(self) -> int:
        """How many tasks can be worked on at once."""
        return len(self._desks)

    @property
    def free(self) -> int:
        """How many tasks `run` would have worked on at once, if need be by workers that start now."""
        if not self._is_open:
            return 0
        usable = sum(desk.state is not DeskState.BUSY for desk in self._usable())
        return max(0, usable - len(self._waiting))

    @property
    def is_well(self) -> bool:
        """Whether every worker that was wanted could be started and does what it is given."""
        return not any(desk.is_broken for desk in self._desks)

    async def start(self) -> None:
        """Hire the first worker and let it load the heavy half; does not wait for that."""
        self._is_open = True
        self._serve()

    def run(self, task: Task) -> None:
        """Take a task on; never blocks. More than `free` wait here in the order of coming."""
        self._waiting.append(task)
        if self._is_open:
            self._serve()
        elif self._is_closed:
            self._drop_waiting()

    def cancel(self, task_id: str) -> None:
        """Have a task stop at its next check, with its worker ended if it takes too long; unknown ones are none."""
        for task in self._waiting:
            if task.id == task_id:
                self._waiting.remove(task)
                self._later(Failed(task_id, Cancelled("stopped on request.")))
                return
        for desk in self._desks:
            if desk.task_id == task_id:
                desk.cancel()

    def status(self) -> tuple[WorkerState, ...]:
        """Return what every worker does."""
        return tuple(
            WorkerState(
                name=desk.name,
                device=desk.device,
                state=_SHOWN.get(desk.state, desk.state.value),
                pid=desk.pid,
                restarts=desk.restarts,
            )
            for desk in self._desks
        )

    async def close(self, *, grace_s: float) -> None:
        """End all workers, busy ones after a grace; none outlives this call.

        Tasks that do not come to their end fail as lost without guilt, so that they can be taken up again.
        """
        self._is_open, self._is_closed = False, True
        self._drop_waiting()
        for desk in self._desks:
            desk.leave()
        try:
            await self._empty(grace_s)
        finally:
            for desk in self._desks:
                desk.kill()
            await self._empty(_FAREWELL_S)

    async def _empty(self, patience_s: float) -> None:
        ends = [asyncio.ensure_future(desk.empty()) for desk in self._desks]
        _, late = await asyncio.wait(ends, timeout=max(patience_s, 0.0))
        for end in late:
            end.cancel()

    # What desks tell.

    def happened(self, event: Event) -> None:
        """Pass on what a running task says."""
        self._on_event(event)

    def ended(self, event: Done | Failed) -> None:
        """Pass on how a task ended."""
        self._tries.pop(event.id, None)
        self._on_event(event)

    def unbegun(self, task: Task) -> None:
        """Give a task to another worker, unless that happens again and again."""
        self._tries[task.id] += 1
        if self._tries[task.id] < self._limits.tries:
            self._waiting.appendleft(task)
        else:
            self.ended(Failed(task.id, _unlucky("its worker died each time before it began")))

    def changed(self, desk: Desk) -> None:
        """Give out what waits and hire who is missing."""
        if self._is_open:
            self._serve()
        self._on_change()

    def may_rest(self, desk: Desk) -> bool:
        """Keep one worker at hand."""
        return any(
            other is not desk and other.state in (DeskState.IDLE, DeskState.BUSY) for other in self._desks
        )

    def _usable(self) -> list[Desk]:
        """Return the desks that get tasks; those that refuse everything only where no other is left."""
        able = [desk for desk in self._desks if desk.failures < self._limits.failed_starts]
        return [desk for desk in able if desk.refusal is None] or able

    def _serve(self) -> None:
        usable = self._usable()
        for desk in usable:
            if self._waiting and desk.state is DeskState.IDLE:
                desk.give(self._waiting.popleft())
        if not usable:
            self._drop_waiting()
        self._staff()

    def _staff(self) -> None:
        """Hire for what waits, always one, and again where it failed, to learn when it works again."""
        coming = sum(desk.state in (DeskState.STARTING, DeskState.WAITING) for desk in self._desks)
        present = coming + sum(desk.state in (DeskState.IDLE, DeskState.BUSY) for desk in self._desks)
        wanted = max(len(self._waiting) - coming, 1 - present)
        for desk in self._desks:
            if desk.state is DeskState.RESTING and (wanted > 0 or desk.failures):
                desk.hire()
                wanted -= 1

    def _drop_waiting(self) -> None:
        """Fail what waits, without guilt."""
        why = "assetgen is ending" if self._is_closed else "no worker can be started"
        while self._waiting:
            self._later(Failed(self._waiting.popleft().id, _unlucky(why)))

    def _later(self, event: Failed) -> None:
        """Tell the end of a task when whoever is calling now has finished."""

        def tell() -> None:
            self.ended(event)
            self._on_change()

        asyncio.get_running_loop().call_soon(tell)


def _unlucky(why: str) -> WorkerLost:
    return WorkerLost(f"{why}; `assetgen doctor` tells what is missing, the log what happened.", is_own=False)


def _seats(settings: Settings, workers: int | None, environ: Mapping[str, str]) -> list[tuple[str, Seat]]:
    """Return name and share of every worker; the first is readied ahead of its first task."""
    gpus: tuple[str | None, ...] = _gpus(settings.device, environ)
    kind = "gpu" if gpus else "cpu"
    if settings.device == "mps":
        gpus = (None,)
    if not gpus:
        most = jobs_that_fit(
            min(settings.jobs, _MOST_ON_CPU), estimate_gib(_COMMON), machine_gib=machine_gib()
        )
        gpus = (None,) * (workers or most)
    elif workers is not None:
        gpus = gpus[: max(workers, 1)]
    threads = max(1, (os.cpu_count() or 1) // len(gpus))
    return [
        (f"{kind}-{number}", Seat(threads=threads, gpu=gpu, is_warm=number == 0))
        for number, gpu in enumerate(gpus)
    ]


def _gpus(device: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    if device != "auto" and not device.startswith("cuda"):
        return ()
    found = find_gpus(environ)
    if ":" in device and found:
        number = int(device.partition(":")[2])
        return found[number : number + 1]
    return found
