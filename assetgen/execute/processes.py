"""An executor over a pool of spawned worker processes: a native crash in one costs one task and no more.

The parent never imports torch. Each worker gets one task at a time over a private pipe; when its pipe closes
instead of answering, the task has killed it, and a new worker takes its place.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait

from assetgen.errors import AssetGenError, Cancelled, GenerationError
from assetgen.execute.base import GRACE_S, Done, Event, Failed, Task
from assetgen.execute.entry import STOP, CancelTask, Leaving, Ready, Seat, worker_main
from assetgen.execute.hand import Hand, describe_end
from assetgen.settings import Settings


class _Busy(Hand):
    """A worker process and what it is doing."""

    task: Task | None = None
    is_leaving = False


class ProcessExecutor:
    """Runs tasks in worker processes.

    Args:
        settings: cache, device and durability of the workers.
        jobs: how many workers at once; they start when there is work for them.
    """

    def __init__(self, settings: Settings, *, jobs: int) -> None:
        self._settings, self._jobs = settings, max(jobs, 1)
        self._threads = max(1, (os.cpu_count() or 1) // self._jobs)
        self._waiting: deque[Task] = deque()
        self._hands: list[_Busy] = []
        self._is_cancelled = False
        # `cancel` may come from a signal handler, in the middle of anything: it only leaves word here.
        self._word, self._wake = multiprocessing.Pipe(duplex=False)

    def submit(self, task: Task) -> None:
        """Take a task on; it starts when a worker is free."""
        self._waiting.append(task)

    def events(self) -> Iterator[Event]:
        """Yield what happens until every task has ended."""
        while True:
            yield from self._hand_out()
            busy = {hand.pipe: hand for hand in self._hands if hand.task is not None}
            if not busy and not self._waiting:
                return
            for pipe in wait([*busy, self._word]):
                assert isinstance(pipe, Connection)
                if pipe is self._word:
                    self._pass_on_cancel()
                else:
                    yield from self._hear(busy[pipe])

    def cancel(self) -> None:
        """Ask running tasks to stop and let the waiting ones fail; may be called from a signal handler."""
        if not self._is_cancelled:
            self._is_cancelled = True
            self._wake.send_bytes(b"!")

    def close(self, *, grace_s: float = GRACE_S) -> None:
        """End all workers: idle ones at once, busy ones when they stop at a check or the grace is over."""
        try:
            for hand in self._hands:
                self._cancel(hand)
                hand.tell(STOP)
            end = time.monotonic() + grace_s
            for hand in self._hands:
                hand.process.join(max(0.0, end - time.monotonic()))
        finally:  # an interrupt ends the patience, not the duty
            for hand in self._hands:
                hand.kill()
            for hand in self._hands:
                hand.wait()
                hand.close()
            self._hands.clear()
            self._word.close()
            self._wake.close()

    def _hand_out(self) -> Iterator[Event]:
        while self._waiting and self._is_cancelled:
            yield Failed(self._waiting.popleft().id, _stopped())
        while self._waiting:
            hand = self._free_hand()
            if hand is None:
                return
            hand.task = self._waiting.popleft()
            # One that dies in this very moment shows when its pipe is heard.
            hand.tell(hand.task)

    def _free_hand(self) -> _Busy | None:
        """Return an idle worker, hired if there is room for another; None when all are busy."""
        for hand in [hand for hand in self._hands if hand.task is None]:
            if hand.process.is_alive() and not hand.is_leaving:
                return hand
            self._remove(hand)  # it died without a task, which is no task's fault
        return self._hire() if len(self._hands) < self._jobs else None

    def _hire(self) -> _Busy:
        hand = _Busy(worker_main, self._settings, Seat(threads=self._threads))
        self._hands.append(hand)
        return hand

    def _hear(self, hand: _Busy) -> Iterator[Event]:
        try:
            message = hand.pipe.recv()
        except (EOFError, OSError):
            yield self._bury(hand)
            return
        if isinstance(message, Leaving):
            hand.is_leaving = True
        elif not isinstance(message, Ready):
            if isinstance(message, Done | Failed):
                hand.task = None
            yield message

    def _bury(self, hand: _Busy) -> Failed:
        """Remove a dead worker and blame its task."""
        assert hand.task is not None
        how = describe_end(self._remove(hand))
        if self._is_cancelled:
            return Failed(hand.task.id, _stopped())
        message = f"the worker process died ({how}); free memory or use fewer jobs, then bake again."
        return Failed(hand.task.id, GenerationError(message))

    def _remove(self, hand: _Busy) -> int:
        code = hand.wait()
        hand.close()
        self._hands.remove(hand)
        return code

    def _pass_on_cancel(self) -> None:
        self._word.recv_bytes()
        for hand in self._hands:
            self._cancel(hand)

    def _cancel(self, hand: _Busy) -> None:
        if hand.task is not None:
            hand.tell(CancelTask(hand.task.id))


def _stopped() -> AssetGenError:
    return Cancelled("stopped on request.")
