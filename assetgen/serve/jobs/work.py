"""A piece of work in memory: the orders that bring an asset about, and all jobs that wait for it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from assetgen.errors import AssetGenError
from assetgen.serve.jobs.estimate import Meter
from assetgen.serve.jobs.events import EventLog
from assetgen.serve.jobs.job import Job, Priority, Request, State
from assetgen.serve.jobs.seams import Planned

Identity = tuple[str, bool, bool]
"""Key, force and overwrite: jobs that have them in common are one piece of work."""


@dataclass(slots=True, eq=False)
class Live:
    """A job that has not ended.

    Args:
        job: how it stands.
        log: what happened to it.
        since: when it came, by the monotonic clock.
        deadline: when it expires, by the same clock.
    """

    job: Job
    log: EventLog
    since: float
    deadline: float


class Phase(Enum):
    """Who has a piece of work in hand."""

    WAITING = "waiting"
    PLANNING = "planning"
    WORKING = "working"
    ENDING = "ending"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a piece of work ended, for all of its jobs."""

    state: State
    error: AssetGenError | None = None
    manifests: Mapping[str, tuple[str, ...]] | None = None


@dataclass(slots=True, eq=False)
class Work:
    """What some jobs wait for.

    Args:
        id: its name in the queue; also of its tasks, with a number.
        key: the jobs' key.
        jobs: by id, in the order in which they came; never empty while the work lives.
        is_front: it was interrupted and comes before the others of its level.
        is_running: a worker has begun with it, so its jobs are running.
        is_glanced: it was planned once while no worker was free.
        planned: what is to be done.
        planned_at: when that was found out.
        index: the order that is next or on a worker.
        task: the task on a worker, or empty.
        task_since: when the worker took it up.
        turn: client and priority that the queue charged for the turn.
        crashes: workers that it ended by itself.
        losses: workers that were lost through no fault of its own.
        untold: assets that are in place and not yet announced.
        told: assets that were announced, or are about to be.
        telling: held while assets are announced.
        outcome: how it ended, until that is written down.
    """

    id: str
    key: str
    jobs: dict[str, Live] = field(default_factory=dict)
    phase: Phase = Phase.WAITING
    is_front: bool = False
    is_running: bool = False
    is_glanced: bool = False
    planned: Planned | None = None
    planned_at: float = 0.0
    index: int = 0
    meter: Meter | None = None
    task: str = ""
    task_since: float = 0.0
    turn: tuple[str, Priority] = ("", Priority.BAKE)
    crashes: int = 0
    losses: int = 0
    untold: deque[str] = field(default_factory=deque)
    told: set[str] = field(default_factory=set)
    telling: asyncio.Lock = field(default_factory=asyncio.Lock)
    outcome: Outcome | None = None

    @property
    def leader(self) -> Live:
        """The job that speaks for the work: the oldest of the most urgent ones."""
        return max(self.jobs.values(), key=lambda live: (live.job.priority, -live.since))

    @property
    def priority(self) -> Priority:
        """The highest priority of its jobs."""
        return self.leader.job.priority

    @property
    def since(self) -> float:
        """When the first of its jobs came."""
        return min(live.since for live in self.jobs.values())

    @property
    def request(self) -> Request:
        """The leader's request, with previews when anybody wants to see some."""
        request = self.leader.job.request
        wants = any(live.job.request.previews for live in self.jobs.values())
        return request if request.previews == wants else replace(request, previews=wants)

    @property
    def identity(self) -> Identity:
        """What it is found by."""
        request = self.leader.job.request
        return self.key, request.force, request.overwrite


def identity_of(job: Job) -> Identity:
    """Return what the work of a job is found by."""
    return job.key, job.request.force, job.request.overwrite
