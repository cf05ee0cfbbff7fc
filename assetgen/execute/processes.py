"""An executor over a pool of spawned worker processes: a native crash in one costs one task and no more.

The parent never imports torch. Each worker gets one task at a time over a private pipe; when its pipe closes
instead of answering, the task has killed it, and a new worker takes its place.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from assetgen.errors import Cancelled, GenerationError
from assetgen.execute.base import Done, Event, Failed, Task
from assetgen.execute.entry import CANCEL, STOP, worker_main
from assetgen.settings import Settings

_GRACE_S = 5.0
"""How long a worker may take to stop at its next check before it is ended."""


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
            for pipe in wait(list(busy)):
                assert isinstance(pipe, Connection)
                yield from self._hear(busy[pipe])

    def cancel(self) -> None:
        """Ask running tasks to stop and let the waiting ones fail."""
        self._is_cancelled = True
        for hand in self._hands:
            if hand.task is not None:
                _tell(hand, CANCEL)

    def close(self) -> None:
        """End all workers: idle ones at once, busy ones after a grace."""
        for hand in self._hands:
            _tell(hand, CANCEL)
            _tell(hand, STOP)
        for hand in self._hands:
            hand.process.join(_GRACE_S)
            if hand.process.is_alive():
                hand.process.kill()
                hand.process.join()
            hand.pipe.close()
        self._hands.clear()

    def _hand_out(self) -> Iterator[Event]:
        while self._waiting and self._is_cancelled:
            yield Failed(self._waiting.popleft().id, Cancelled("stopped on request."))
        while self._waiting:
            hand = next((hand for hand in self._hands if hand.task is None), None)
            if hand is None:
                if len(self._hands) >= self._jobs:
                    return
                hand = self._hire()
            hand.task = self._waiting.popleft()
            # A worker that died idle shows when its pipe is heard.
            _tell(hand, hand.task)

    def _hire(self) -> _Hand:
        ours, theirs = self._spawn.Pipe()
        process = self._spawn.Process(
            target=worker_main, args=(theirs, self._settings, self._threads), daemon=True
        )
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
        hand.process.join()
        hand.pipe.close()
        self._hands.remove(hand)
        assert hand.task is not None
        code = hand.process.exitcode or 0
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        message = f"the worker process died ({how}); free memory or use fewer jobs, then bake again."
        return Failed(hand.task.id, GenerationError(message))


def _tell(hand: _Hand, message: object) -> None:
    try:
        hand.pipe.send(message)
    except OSError:
        return  # it is dead; whoever waits for it hears that
