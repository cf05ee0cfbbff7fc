"""An executor in this very process: for tests, one-off questions and debugging."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from threading import Event as Flag
from typing import TYPE_CHECKING

from assetgen.errors import Cancelled
from assetgen.execute.base import GRACE_S, Event, Failed, Task
from assetgen.settings import Settings

if TYPE_CHECKING:
    from assetgen.execute.worker import Worker


class InlineExecutor:
    """Runs tasks one after the other in the calling thread."""

    def __init__(self, settings: Settings, *, jobs: int = 1) -> None:
        self._settings, self._threads = settings, max(1, (os.cpu_count() or 1) // jobs)
        self._waiting: deque[Task] = deque()
        self._cancelled = Flag()
        self._worker: Worker | None = None

    def submit(self, task: Task) -> None:
        """Take a task on."""
        self._waiting.append(task)

    def events(self) -> Iterator[Event]:
        """Yield each task's events as it runs to its end."""
        while self._waiting:
            task = self._waiting.popleft()
            if self._cancelled.is_set():
                yield Failed(task.id, Cancelled("stopped on request."))
                continue
            emitted: list[Event] = []
            self._ready().run(task, emit=emitted.append, cancelled=self._cancelled)
            yield from emitted

    def cancel(self) -> None:
        """Stop before the next task, and at the next check of the running one."""
        self._cancelled.set()

    def close(self, *, grace_s: float = GRACE_S) -> None:
        """Close the store; nothing runs any more."""
        if self._worker is not None:
            self._worker.close()

    def _ready(self) -> Worker:
        if self._worker is None:
            from assetgen.execute.worker import Worker  # the heavy half is imported when first needed

            self._worker = Worker(self._settings, threads=self._threads)
        return self._worker
