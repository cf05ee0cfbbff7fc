"""Where jobs meet the rest of the daemon: who plans, who works, and how much is taken on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from assetgen.execute.base import Task
from assetgen.project.order import BuildOrder
from assetgen.serve.jobs.job import Request, Resolved
from assetgen.serve.jobs.table import Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What is still to be done for a request.

    Args:
        orders: in the order in which they are to be carried out; empty when all is in place.
        manifests: paths of the manifests by asset, as they will be when all is done; the request's own assets.
        key: of the work as its files are now, as in `Resolved`; empty when it cannot have changed.
    """

    orders: tuple[BuildOrder, ...]
    manifests: Mapping[str, tuple[str, ...]]
    key: str = ""


class Planner(Protocol):
    """Reads requests; calls come in threads, but those of `is_quick` and what it vouches for."""

    def is_quick(self, request: Request) -> bool:
        """Return whether `resolve` only computes, and asks a local disk how a few files look."""
        ...

    def resolve(self, request: Request) -> Resolved:
        """Read and check a request.

        Raises:
            AssetGenError: it cannot be carried out.
        """
        ...

    def plan(self, request: Request) -> Planned:
        """Return what is to be done now.

        Raises:
            AssetGenError: it can no longer be carried out.
        """
        ...


class Workers(Protocol):
    """Those who do the work; every task ends with exactly one Done or Failed event."""

    @property
    def size(self) -> int:
        """How many tasks they can do at once at most."""
        ...

    @property
    def free(self) -> int:
        """How many tasks `run` would take now."""
        ...

    def run(self, task: Task) -> None:
        """Take a task; never waits."""
        ...

    def cancel(self, task_id: str) -> None:
        """Stop a task at its next check; an unknown one does nothing."""
        ...


class NoWorkers:
    """Those who work before anybody was hired."""

    size = 0
    free = 0

    def run(self, task: Task) -> None:
        """Refuse: nobody may ask while `free` is 0."""
        raise RuntimeError(f"nobody is there to do {task.id}")

    def cancel(self, task_id: str) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLimits:
    """How much is taken on, and how often something is tried.

    Args:
        bound: jobs at once.
        own_crashes: workers that a work may end by itself before nobody makes it any more.
        losses: workers that a work may lose through no fault of its own.
        ended_logs: ended jobs whose events stay in memory.
        retry_s: after how long a write that the disk refused is tried again.
        head_start_s: how long planning waits, so that it does not compete with the answer to who submitted.
    """

    bound: Bound = field(default_factory=Bound)
    own_crashes: int = 2
    losses: int = 5
    ended_logs: int = 64
    retry_s: float = 1.0
    head_start_s: float = 0.0
