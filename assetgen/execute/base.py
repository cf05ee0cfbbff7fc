"""The seam between those who have work and those who do it: tasks go in, events come out.

An executor runs each task once, in any order, and ends every task with exactly one `Done` or `Failed`. Whoever
submits cares for dependencies. Two executors live: `inline` (this process) and `processes` (a pool of workers).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from assetgen.errors import AssetGenError
from assetgen.project.order import Answer, WorkOrder


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work; the id is the submitter's own."""

    id: str
    work: WorkOrder


@dataclass(frozen=True, slots=True)
class Started:
    """A worker took the task up."""

    id: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The task is at `step` of `total` steps of a stage; steps count from 0."""

    id: str
    step: int
    total: int
    stage: str


@dataclass(frozen=True, slots=True)
class Done:
    """The task came to its end."""

    id: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """The task ended in an error; `trace` is for the log, empty when the error says everything."""

    id: str
    error: AssetGenError
    trace: str = ""


Event = Started | Progress | Done | Failed


class Executor(Protocol):
    """Runs tasks."""

    def submit(self, task: Task) -> None:
        """Take a task on; it starts when there is room."""
        ...

    def events(self) -> Iterator[Event]:
        """Yield what happens until every submitted task has ended; tasks may be submitted meanwhile."""
        ...

    def cancel(self) -> None:
        """Ask everything to stop: waiting tasks fail as cancelled at once, running ones at their next check."""
        ...

    def close(self) -> None:
        """End all workers; none outlives this call."""
        ...
