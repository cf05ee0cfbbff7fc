"""An executor over a pool of spawned worker processes: a native crash in one costs one task and no more.

The parent never imports torch. Each worker gets one task at a time over a private pipe; when its pipe closes
instead of answering, the task has killed it, and a new worker takes its place.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from assetgen.errors import AssetGenError, Cancelled, GenerationError
from assetgen.execute.base import GRACE_S, Done, Event, Failed, Task
from assetgen.execute.entry import CANCEL, STOP, worker_main
from assetgen.settings import Settings


@dataclass(slots=True, eq=False)
class _Hand:
    """One worker process and what it is doing."""

    process: BaseProcess
    pipe: Connection
    task: Task | None = None


class ProcessExecutor:
    """Runs tasks in worker processes.

    Args:
        settings: cache, device and durability of the workers.
        jobs: how many workers at once; they start when there is work for them.
    """

    def __init__(self, settings: Settings, *, jobs: int) -> None:
        self._settings, self._jobs = settings, max(jobs, 1)
        self._threads = max(1, (os.cpu_count() or 1) // self._jobs)
        self._spawn = multiprocessing.get_context("spawn")
        self._waiting: deque[Task] = deque()
        self._hands: list[_Hand] = []
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
                _tell(hand, CANCEL)
                _tell(hand, STOP)
            end = time.monotonic() + grace_s
            for hand in self._hands:
                hand.process.join(max(0.0, end - time.monotonic()))
        finally:  # an interrupt ends the patience, not the duty
            for hand in self._hands:
                hand.process.kill()
            for hand in self._hands:
                hand.process.join()
                hand.pipe.close()
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
            _tell(hand, hand.task)

    def _free_hand(self) -> _Hand | None:
        """Return an idle worker, hired if there is room for another; None when all are busy."""
        for hand in [hand for hand in self._hands if hand.task is None]:
            if hand.process.is_alive():
                return hand
            self._remove(hand)  # it died without a task, which is no task's fault
        return self._hire() if len(self._hands) < self._jobs else None

    def _hire(self) -> _Hand:
        ours, theirs = self._spawn.Pipe()
        process = self._spawn.Process(
            target=worker_main, args=(theirs, self._settings, self._threads), daemon=True
        )
        with _deaf_children():
            process.start()
        theirs.close()
        hand = _Hand(process, ours)
        self._hands.append(hand)
        return hand

    def _hear(self, hand: _Hand) -> Iterator[Event]:
        try:
            event = hand.pipe.recv()
        except (EOFError, OSError):
            yield self._bury(hand)
            return
        if isinstance(event, Done | Failed):
            hand.task = None
        yield event

    def _bury(self, hand: _Hand) -> Failed:
        """Remove a dead worker and blame its task."""
        assert hand.task is not None
        code = self._remove(hand)
        if self._is_cancelled:
            return Failed(hand.task.id, _stopped())
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        message = f"the worker process died ({how}); free memory or use fewer jobs, then bake again."
        return Failed(hand.task.id, GenerationError(message))

    def _remove(self, hand: _Hand) -> int:
        hand.process.join()
        hand.pipe.close()
        self._hands.remove(hand)
        return hand.process.exitcode or 0

    def _pass_on_cancel(self) -> None:
        self._word.recv_bytes()
        for hand in self._hands:
            if hand.task is not None:
                _tell(hand, CANCEL)


def _stopped() -> AssetGenError:
    return Cancelled("stopped on request.")


def _tell(hand: _Hand, message: object) -> None:
    try:
        hand.pipe.send(message)
    except OSError:
        return  # it is dead; whoever waits for it hears that


@contextmanager
def _deaf_children() -> Generator[None, None, None]:
    """Have processes that are started inside ignore Ctrl-C from their first instruction on.

    A terminal interrupts the whole group; a worker that still starts would die of it with a traceback. The
    parent's own interrupt waits until the block ends.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows; `worker_main` does what can be done
        yield
        return
    resource_tracker.ensure_running()  # starting it inside would lift the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
