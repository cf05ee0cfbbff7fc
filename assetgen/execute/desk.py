"""A place for one worker in the pool, over the lives of the workers that sit there one after the other.

    resting -> starting -> idle <-> busy     a worker is hired, loads the heavy half, does task after task
    starting | idle | busy -> waiting        its process died; after a moment the desk may hire again:
    waiting -> resting
    idle | busy -> leaving -> resting        it was idle for long, or broke its GPU, or the pool closes

Everything runs on the event loop but one thread a worker, which reads its pipe: that works on every system's loop.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from assetgen.errors import AssetGenError, Cancelled, WorkerLost
from assetgen.execute.base import GRACE_S, Done, Event, Failed, Task
from assetgen.execute.entry import STOP, CancelTask, Leaving, Ready, Seat
from assetgen.execute.hand import Hand, WorkerMain, describe_end
from assetgen.project.order import BuildOrder
from assetgen.settings import Settings

_LOG = logging.getLogger("assetgen.execute")

_FROM_OUTSIDE: Final = frozenset(
    -int(getattr(signal, name))
    for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP")
    if hasattr(signal, name)
)
"""Exit codes of a process that somebody else ended: an administrator, or the kernel when memory ran out."""
_MEGAPIXEL: Final = 1 << 20
_UNKNOWN_SIZE: Final = (1024, 1024)


class DeskState(Enum):
    """What a desk's worker does."""

    RESTING = "resting"
    """There is none."""
    WAITING = "waiting"
    """There is none for the moment: the last one failed, and the next try is due soon."""
    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    LEAVING = "leaving"
    """It has no task any more, and its process is about to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """How long things may take, and how often they may go wrong.

    Args:
        hang_s: silence of a busy worker before it is ended, for up to a megapixel; more for larger assets.
        load_s: from a worker's start until it is ready.
        grace_s: for a cancelled task to stop by itself.
        rest_s: idle time after which a worker is ended, but for the last one.
        backoff_s: wait before a worker that died is replaced; doubled with every failed start in a row.
        longest_backoff_s: where the doubling ends.
        failed_starts: so many in a row, and the desk counts as broken until a start succeeds.
        tries: how often a task may be lost before it began.
    """

    hang_s: float = 60.0
    load_s: float = 120.0
    grace_s: float = GRACE_S
    rest_s: float = 300.0
    backoff_s: float = 0.05
    longest_backoff_s: float = 5.0
    failed_starts: int = 3
    tries: int = 3


class Office(Protocol):
    """What a desk tells the pool; each call comes when the desk is already in its new state."""

    def ended(self, event: Done | Failed) -> None:
        """A task ended."""
        ...

    def happened(self, event: Event) -> None:
        """A task began, is at a step, or has something to show."""
        ...

    def unbegun(self, task: Task) -> None:
        """A task was lost before it began: it is nobody's fault and wants another worker."""
        ...

    def changed(self, desk: Desk) -> None:
        """The desk is ready for a task, or has lost its worker, or found that there cannot be one."""
        ...

    def may_rest(self, desk: Desk) -> bool:
        """Tell whether the desk, idle for long, shall do without a worker."""
        ...


class Desk:
    """A place for one worker.

    Args:
        name: for people.
        seat: the worker's share of the machine.
        main: what the worker runs.
        settings: its cache, device and durability.
        limits: how long things may take.
        office: is told what happens.
    """

    def __init__(
        self,
        name: str,
        seat: Seat,
        *,
        main: WorkerMain,
        settings: Settings,
        limits: PoolLimits,
        office: Office,
    ) -> None:
        self.name, self.seat = name, seat
        self.state = DeskState.RESTING
        self.device = ""
        self.refusal: AssetGenError | None = None
        self.restarts = self.failures = 0
        self._main, self._settings, self._limits, self._office = main, settings, limits, office
        self._hand: Hand | None = None
        self._task: Task | None = None
        self._has_begun = self._is_cancelled = self._is_leaving = self._is_closing = False
        self._verdict = ""
        self._timer: asyncio.TimerHandle | None = None
        self._heard_at = 0.0
        self._is_empty = asyncio.Event()
        self._is_empty.set()

    @property
    def pid(self) -> int:
        """The worker's process; 0 when there is none."""
        return self._hand.pid if self._hand is not None else 0

    @property
    def task_id(self) -> str | None:
        """The task that the worker has."""
        return self._task.id if self._task is not None else None

    @property
    def is_broken(self) -> bool:
        """Whether no worker can be started here, or only one that refuses everything."""
        return self.failures >= self._limits.failed_starts or self.refusal is not None

    def hire(self) -> None:
        """Start a worker; call it in the thread that lives as long as the process."""
        self._after(None)
        try:
            self._hand = Hand(self._main, self._settings, self.seat)
        except OSError as error:
            _LOG.warning("%s: no worker process can be started: %s", self.name, error)
            self._lose_start()
            asyncio.get_running_loop().call_soon(self._office.changed, self)
            return
        self.state = DeskState.STARTING
        self._is_empty.clear()
        self._is_leaving, self._verdict = False, ""
        read = threading.Thread(
            target=_read, args=(self._hand, asyncio.get_running_loop(), self._heard, self._gone), daemon=True
        )
        read.start()
        self._after(self._limits.load_s, self._end, f"was not ready after {self._limits.load_s:g} s")

    def give(self, task: Task) -> None:
        """Have an idle worker do a task."""
        assert self.state is DeskState.IDLE
        assert self._hand is not None
        self.state, self._task = DeskState.BUSY, task
        self._has_begun = self._is_cancelled = False
        self._hand.tell(task)
        self._heard_at = asyncio.get_running_loop().time()
        self._watch(patience_s(task, self._limits.hang_s))

    def cancel(self) -> None:
        """Ask the busy worker to stop its task, and end it if it does not."""
        if self._task is None or self._hand is None or self._is_cancelled:
            return
        self._is_cancelled = True
        self._hand.tell(CancelTask(self._task.id))
        self._after(self._limits.grace_s, self._end, "did not stop")

    def leave(self) -> None:
        """Ask the worker to stop its task and end, and hire none again."""
        self._is_closing = True
        self._after(None)
        if self._hand is None:
            self.state = DeskState.RESTING
            return
        if self._task is not None:
            self._hand.tell(CancelTask(self._task.id))
        if self.state is DeskState.STARTING:
            self._hand.kill()  # it would listen only when it has loaded
        self._hand.tell(STOP)

    def kill(self) -> None:
        """End the worker at once."""
        if self._hand is not None:
            self._hand.kill()

    async def empty(self) -> None:
        """Wait until there is no worker process."""
        await self._is_empty.wait()

    def _heard(self, hand: Hand, message: object) -> None:
        if hand is not self._hand:
            return
        self._heard_at = asyncio.get_running_loop().time()
        if isinstance(message, Ready):
            self._ready(message)
        elif isinstance(message, Leaving):
            self._is_leaving = True
        elif isinstance(message, Event) and message.id == self.task_id:
            if isinstance(message, Done | Failed):
                self._answered(message)
            else:
                self._has_begun = True
                self._office.happened(message)

    def _ready(self, ready: Ready) -> None:
        self.device, self.refusal, self.failures = ready.device, ready.error, 0
        if not self._is_closing:
            self._sit_idle()
            self._office.changed(self)

    def _answered(self, event: Done | Failed) -> None:
        self._task = None
        if self._is_leaving or self._is_closing:
            self._see_off()
        else:
            self._sit_idle()
        if isinstance(event, Failed) and isinstance(event.error, Cancelled) and not self._is_cancelled:
            event = Failed(event.id, _closed())
        self._office.ended(event)
        self._office.changed(self)

    def _sit_idle(self) -> None:
        self.state = DeskState.IDLE
        self._after(self._limits.rest_s, self._rest)

    def _rest(self) -> None:
        if self._hand is not None and self._office.may_rest(self):
            self._hand.tell(STOP)
            self._see_off()
        else:
            self._after(self._limits.rest_s, self._rest)

    def _see_off(self) -> None:
        self.state = DeskState.LEAVING
        self._after(self._limits.grace_s, self.kill)

    def _gone(self, hand: Hand, code: int) -> None:
        """Do what is to be done when the worker's process has ended."""
        if hand is not self._hand:
            return
        hand.close()
        self._hand = None
        self._is_empty.set()
        task, self._task = self._task, None
        if self._is_closing or self.state is DeskState.LEAVING:
            self.restarts += self._is_leaving
            self.state = DeskState.RESTING
            self._after(None)
        elif self.state is DeskState.STARTING:
            _LOG.warning("%s: its worker ended while it started: %s", self.name, describe_end(code))
            self._lose_start()
        else:
            _LOG.warning("%s: its worker ended: %s", self.name, describe_end(code))
            self._pause(self._limits.backoff_s)
        if task is not None:
            self._lose(task, code)
        self._office.changed(self)

    def _lose(self, task: Task, code: int) -> None:
        """Say why a task did not come to its end."""
        if self._is_cancelled:
            self._office.ended(Failed(task.id, Cancelled("stopped on request.")))
        elif self._is_closing:
            self._office.ended(Failed(task.id, _closed()))
        elif self._verdict:
            message = f"its worker {self._verdict} and was ended; try again, or ask for less."
            self._office.ended(Failed(task.id, WorkerLost(message)))
        elif not self._has_begun:
            self._office.unbegun(task)
        else:
            self._office.ended(Failed(task.id, _died(code)))

    def _lose_start(self) -> None:
        self.failures += 1
        doubled = self._limits.backoff_s * 2 ** min(self.failures - 1, 16)
        self._pause(min(doubled, self._limits.longest_backoff_s))

    def _pause(self, seconds: float) -> None:
        self.restarts += 1
        self.state = DeskState.WAITING
        self._after(seconds, self._back)

    def _back(self) -> None:
        self.state = DeskState.RESTING
        self._office.changed(self)

    def _watch(self, patience: float) -> None:
        """End the worker when it has been silent for too long; look again when it could have been."""
        left = self._heard_at + patience - asyncio.get_running_loop().time()
        if left > 0.0:
            self._after(left, self._watch, patience)
        else:
            self._end(f"did nothing for {patience:.3g} s")

    def _end(self, verdict: str) -> None:
        self._verdict = verdict
        _LOG.warning("%s: its worker %s and is ended", self.name, verdict)
        self.kill()

    def _after(self, seconds: float | None, call: Callable[..., None] | None = None, *given: object) -> None:
        """Have the desk's one timer call something; a new time takes the place of the last one, None stops it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None and call is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, call, *given)


def patience_s(task: Task, hang_s: float) -> float:
    """Return how long a worker may be silent over a task: longer over more than a megapixel."""
    if not isinstance(task.work, BuildOrder):
        return hang_s
    width, height = task.work.plan.scanned.document.get("size") or _UNKNOWN_SIZE
    return hang_s * max(1.0, width * height / _MEGAPIXEL)


def _died(code: int) -> WorkerLost:
    how = describe_end(code)
    if code in _FROM_OUTSIDE:
        return WorkerLost(
            f"its worker was ended from outside ({how}), most often because memory ran out; close what fills it, "
            "or let fewer workers run.",
            is_own=False,
        )
    return WorkerLost(
        f"its worker died ({how}); change the prompt or the size, and report it if it stays so."
    )


def _closed() -> WorkerLost:
    return WorkerLost("assetgen ended before it was done; it can be asked for again.", is_own=False)


def _read(
    hand: Hand,
    loop: asyncio.AbstractEventLoop,
    heard: Callable[[Hand, object], None],
    gone: Callable[[Hand, int], None],
) -> None:
    """Pass on to the loop what a worker says, and at the end how its process ended."""
    with suppress(RuntimeError):  # the loop was closed, and nobody listens any more
        while True:
            try:
                message = hand.pipe.recv()
            except Exception:  # its end, or half a message, or one that cannot be read: the worker is lost
                break
            loop.call_soon_threadsafe(heard, hand, message)
        loop.call_soon_threadsafe(gone, hand, hand.wait())
