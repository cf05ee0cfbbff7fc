"""The seam between those who have work and those who do it: tasks go in, events come out.

An executor runs each task once, in any order, and ends every task with exactly one `Done` or `Failed`. Whoever
submits cares for dependencies. Two executors live: `inline` (this process) and `processes` (worker processes).
The daemon, which waits for other things too, has a `pool` instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from assetgen.errors import AssetGenError
from assetgen.project.order import Answer, WorkOrder
from assetgen.settings import Settings

GRACE_S: Final = 5.0
"""How long a busy worker may take to stop at its next check before it is ended."""

LARGEST_PREVIEW: Final = 256 << 10
"""Bytes of a preview's picture at most; a larger one is left out."""
LARGEST_SOUND: Final = 64 << 10
"""Bytes of a preview's sound at most; a picture with a larger one goes without."""


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
    """The task is at `step` of `total` steps of a stage; steps count from 0.

    `fraction` is how much of the whole task is done, 0 to 1, and never decreases.
    """

    id: str
    step: int
    total: int
    stage: str
    fraction: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the asset looks like so far; only tasks that ask for previews have it.

    Args:
        id: the task.
        asset: the asset's id.
        media_type: of the data.
        data: an encoded picture, at most `LARGEST_PREVIEW` bytes.
        width: in pixels.
        height: in pixels.
        is_coarse: whether it is a sketch of something that will have more detail.
        sound: a few seconds of what it sounds like as Ogg Vorbis, at most `LARGEST_SOUND` bytes; empty for none.
    """

    id: str
    asset: str
    media_type: str
    data: bytes
    width: int
    height: int
    is_coarse: bool
    sound: bytes = b""


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


Event = Started | Progress | Preview | Done | Failed


class Executor(Protocol):
    """Runs tasks."""

    def submit(self, task: Task) -> None:
        """Take a task on; it starts when there is room."""
        ...

    def events(self) -> Iterator[Event]:
        """Yield what happens until every submitted task has ended; tasks may be submitted meanwhile."""
        ...

    def cancel(self) -> None:
        """Ask everything to stop: waiting tasks fail as cancelled at once, running ones at their next check.

        May be called from a signal handler, in the middle of any other call.
        """
        ...

    def close(self, *, grace_s: float = GRACE_S) -> None:
        """End all workers, busy ones after a grace; none outlives this call."""
        ...


class ExecutorFactory(Protocol):
    """Starts an executor; the executors' classes are such."""

    def __call__(self, settings: Settings, *, jobs: int) -> Executor:
        """Return an executor with so many workers at most."""
        ...
