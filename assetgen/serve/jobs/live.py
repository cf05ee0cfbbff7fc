"""The jobs that have not ended, in memory and in the table: every change is written before it is told."""

from __future__ import annotations

import logging
import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from assetgen.errors import AssetGenError, StoreError
from assetgen.serve.jobs.events import EventLog
from assetgen.serve.jobs.job import Job, State
from assetgen.serve.jobs.messages import job_message, job_name
from assetgen.serve.jobs.seams import JobLimits
from assetgen.serve.jobs.table import JobTable
from assetgen.serve.jobs.work import Live
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.status import to_message

_LOG: Final = logging.getLogger("assetgen.jobs")
_PRUNE_EVERY: Final = 256


class LiveJobs:
    """Jobs from their submission to their end.

    Args:
        table: where they are kept.
        limits: how much stays in memory.
        clock: monotonic seconds.
        wall: seconds since 1970, for display.
    """

    def __init__(
        self,
        table: JobTable,
        *,
        limits: JobLimits,
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self.table, self._limits, self._clock, self._wall = table, limits, clock, wall
        self.jobs: dict[str, Live] = {}
        self.totals: Counter[str] = Counter()
        self.on_finished: list[Callable[[Job], None]] = []
        self._buried = 0
        self._ended: OrderedDict[str, EventLog] = OrderedDict()
        table.on_renewed = self._save_again

    def admit(self, job: Job) -> Live:
        """Take up a job that is in the table already; its deadline is counted from now on."""
        now = self._clock()
        left = job.expires_at - self._wall() if job.expires_at else math.inf
        # Across a restart only the wall clock knows how long it was; if that was set back, no time is won.
        left = min(left, job.expires_at - job.created_at) if job.expires_at else left
        log = EventLog(job_name(job.id), boot=self.table.boot)
        live = self.jobs[job.id] = Live(job, log, since=now, deadline=now + left)
        log.state(self.message(job))
        return live

    def change(
        self, lives: Iterable[Live], edit: Callable[[Job], Mapping[str, Any]], *, must_write: bool = True
    ) -> None:
        """Change jobs in one transaction, then tell it.

        Args:
            lives: the jobs.
            edit: returns the fields of a job that change.
            must_write: False when a start of the daemon would find out by itself what cannot be written now.

        Raises:
            StoreError: the table refused; nothing has changed.
        """
        lives = list(lives)
        jobs = [replace(live.job, **edit(live.job)) for live in lives]
        try:
            self.table.save(jobs)
        except StoreError as error:
            if must_write:
                raise
            _LOG.warning("a change of %d jobs was not written: %s", len(jobs), error)
        for live, job in zip(lives, jobs, strict=True):
            live.job = job
            live.log.state(self.message(job))

    def end(
        self,
        lives: Iterable[Live],
        state: State,
        *,
        error: AssetGenError | None = None,
        manifests: Mapping[str, tuple[str, ...]] | None = None,
        cleared: str = "",
    ) -> None:
        """End jobs in one transaction, then tell it: to their followers, and once to everybody who listens.

        Raises:
            StoreError: the table refused; nothing has changed.
        """
        now, lives = self._wall(), list(lives)
        message = None if error is None else to_message(error)

        def ended(job: Job) -> Job:
            times = {"started_at": job.started_at or now} if state is State.SUCCEEDED else {}
            # Zero means not ended, and a clock may be set to anything.
            return replace(
                job, state=state, ended_at=max(now, 1e-3), error=message, manifests=manifests, **times
            )

        jobs = [ended(live.job) for live in lives]
        self.table.save(jobs, cleared=cleared)
        for live, job in zip(lives, jobs, strict=True):
            self._bury(live, job)
        for job in jobs:
            self._announce(job)

    def message(self, job: Job) -> pb.Job:
        """Return a job as it goes over the wire; with its assets while its events are in memory."""
        log = self.log(job.id)
        if log is None:
            return job_message(job)
        assets = log.artifacts() if job.state is State.SUCCEEDED else ()
        return job_message(job, fraction=log.fraction, assets=assets)

    def log(self, job_id: str) -> EventLog | None:
        """Return the events of a job that are in memory, or None."""
        live = self.jobs.get(job_id)
        return self._ended.get(job_id) if live is None else live.log

    def prune(self) -> None:
        """Drop what is too old from the table; a table that refuses is asked another time."""
        try:
            self.table.prune(self._wall())
        except StoreError as error:
            _LOG.warning("old jobs were not dropped: %s", error)

    def _bury(self, live: Live, job: Job) -> None:
        live.job = job
        live.log.finished(self.message(job))
        del self.jobs[job.id]
        self._ended[job.id] = live.log
        if len(self._ended) > self._limits.ended_logs:
            self._ended.popitem(last=False)
        self.totals[job.state.value] += 1
        self._buried += 1
        if self._buried % _PRUNE_EVERY == 0:
            self.prune()

    def _announce(self, job: Job) -> None:
        _LOG.info("job %s %s: %s", job.id, job.state.value, job.title)
        for listener in self.on_finished:
            try:
                listener(job)
            except Exception:  # a listener's fault is not the job's
                _LOG.exception("a listener failed on job %s", job.id)

    def _save_again(self) -> None:
        self.table.save([live.job for live in self.jobs.values()])
