"""The life of jobs as callers see it: submit, look, cancel; `dispatch.py` has them made.

Nothing is acknowledged before it is in the table, and nothing is told before it is written there.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from assetgen.errors import AssetGenError, Cancelled, NotFound, QueueFull, RequestError, WorkerLost
from assetgen.execute.base import Event
from assetgen.project.order import BuildOrder
from assetgen.serve.jobs.dispatch import Dispatcher
from assetgen.serve.jobs.events import rebuilt
from assetgen.serve.jobs.job import Job, Priority, Request, State
from assetgen.serve.jobs.live import LiveJobs
from assetgen.serve.jobs.messages import job_message
from assetgen.serve.jobs.seams import JobLimits, Planned, Planner, Workers
from assetgen.serve.jobs.table import JobTable
from assetgen.serve.rpc import asset_pb2 as pb

__all__ = ["JobLimits", "Jobs", "Planned", "Planner", "Workers"]

LARGEST_PAGE: Final = 500
_LONGEST_ID: Final = 128
_USUAL: Final = JobLimits()

_LOG: Final = logging.getLogger("assetgen.jobs")


def _fits(order: BuildOrder) -> None:
    """Refuse nothing: the caller knows no limit of memory."""


class Jobs:
    """All jobs of the daemon; every method is called on its loop.

    Args:
        table: where they are kept.
        planner: reads requests, in threads.
        describe: returns a finished asset, from the project's root, its id and its manifests; in threads.
        limits: how much is taken on.
        check_memory: raises when an order cannot fit into the memory of this machine.
        clock: monotonic seconds, for all waiting.
        wall: seconds since 1970, for display.
        off_loop: runs a function beside the loop.
    """

    def __init__(
        self,
        table: JobTable,
        *,
        planner: Planner,
        describe: Callable[[Path, str, Sequence[str]], pb.Asset],
        limits: JobLimits = _USUAL,
        check_memory: Callable[[BuildOrder], None] = _fits,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        off_loop: Callable[..., Awaitable[Any]] = asyncio.to_thread,
    ) -> None:
        self._table, self._planner, self._describe, self._limits = table, planner, describe, limits
        self._wall, self._off_loop = wall, off_loop
        self._live = LiveJobs(table, limits=limits, clock=clock, wall=wall)
        self._dispatch = Dispatcher(
            self._live,
            planner=planner,
            describe=describe,
            limits=limits,
            check_memory=check_memory,
            clock=clock,
            wall=wall,
            off_loop=off_loop,
        )
        self.on_finished = self._live.on_finished
        self.on_event: Callable[[Event], None] = self._dispatch.on_event
        self.wake: Callable[[], None] = self._dispatch.wake

    @property
    def limits(self) -> JobLimits:
        """How much is taken on."""
        return self._limits

    def attach(self, workers: Workers) -> None:
        """Say who does the work."""
        self._dispatch.workers = workers

    def recover(self) -> int:
        """Take up what an earlier run of the daemon left; return how many jobs wait.

        Raises:
            StoreError: the table refused.
        """
        self._live.prune()
        jobs = [
            replace(
                job,
                state=State.QUEUED,
                interruptions=job.interruptions + (job.state is State.RUNNING),
                boot=self._table.boot,
            )
            for job in self._table.live()
        ]
        self._table.save(jobs)
        for job in jobs:
            self._dispatch.attach(self._live.admit(job))
        return len(jobs)

    async def run(self) -> None:
        """Have jobs made, until cancelled; what is running then is queued again for the next start."""
        await self._dispatch.run()

    async def submit(
        self,
        request: Request,
        *,
        client: str,
        priority: Priority,
        request_id: str = "",
        timeout_s: float = 0.0,
        retry: bool = False,
    ) -> Job:
        """Queue a job; the same request under the same id gives the same job.

        Args:
            request: what is asked for.
            client: who asks, for fair turns.
            priority: how urgent it is.
            request_id: a UUID of the caller's; empty for none.
            timeout_s: seconds after which it expires; 0 for never.
            retry: try work again that has ended workers before.

        Raises:
            QueueFull: too much waits; nothing was written.
            AlreadyExists: the id was used for another request.
            WorkerLost: this work has ended workers before, and `retry` is not set.
            StoreError: the table refused; nothing was written.
            AssetGenError: the request cannot be carried out.
        """
        _check_arguments(request_id, timeout_s)
        fingerprint = request.fingerprint() if request_id else ""
        if request_id and (known := self._table.find_request(request_id, fingerprint, request)):
            return self._newest(known)
        if self._planner.is_quick(request):
            resolved = self._planner.resolve(request)  # half a millisecond; the way to a thread takes as long
        else:
            resolved = await self._off_loop(self._planner.resolve, request)
        crashes = self._table.crashes(resolved.key)
        if crashes >= self._limits.own_crashes and not retry:
            raise _quarantined(resolved.title, crashes)
        now = self._wall()
        job = Job(
            id=uuid.uuid4().hex,
            request=request,
            key=resolved.key,
            title=resolved.title,
            client=client,
            priority=priority,
            state=State.QUEUED,
            created_at=now,
            expires_at=now + timeout_s if timeout_s else 0.0,
            boot=self._table.boot,
        )
        job = self._dispatch.joined(job)
        kept = self._add(job, request_id, fingerprint)
        if kept.id != job.id:
            return self._newest(kept)
        if crashes:
            self._table.forgive(job.key)
        live = self._live.admit(job)
        self._dispatch.attach(live)
        self._dispatch.wake()
        return live.job

    def get(self, job_id: str) -> Job:
        """Return a job as it stands.

        Raises:
            NotFound: there is none of that id, or it ended long ago.
        """
        live = self._live.jobs.get(job_id)
        if live is not None:
            return live.job
        job = self._table.get(job_id)
        if job is None:
            raise NotFound(f"there is no job {job_id!r}; ended jobs are forgotten after 7 days.")
        return job

    def list(
        self, *, project: Path | None = None, only_active: bool = False, limit: int = 50, before: str = ""
    ) -> tuple[Sequence[Job], str]:
        """Return jobs, the newest first, and a token for the next page, empty on the last one.

        Args:
            project: only of this project's root.
            only_active: only those that have not ended.
            limit: at most so many; never over 500.
            before: the token of the page before.

        Raises:
            RequestError: that is no token.
        """
        # isdecimal takes digits of every script, and so does int.
        if before and not (before.isdecimal() and len(before) < 19):
            raise RequestError("that page token was not made here; begin with an empty one.")
        jobs, following = self._table.page(
            project=project,
            only_active=only_active,
            limit=max(1, min(limit or 50, LARGEST_PAGE)),
            before=int(before) if before else None,
        )
        return [self._newest(job) for job in jobs], "" if following is None else str(following)

    def cancel(self, job_id: str) -> Job:
        """Cancel a job at once; one that has ended stays as it is. Work stops when nobody waits for it.

        Raises:
            NotFound: there is none of that id.
            StoreError: the table refused; the job goes on.
        """
        live = self._live.jobs.get(job_id)
        if live is None:
            return self.get(job_id)
        self._live.end([live], State.CANCELLED, error=Cancelled("the job was cancelled on request."))
        self._dispatch.detach(live)
        return live.job

    def supersede(self, project: Path, prompt_file: str) -> None:
        """Cancel what was begun for an older state of a prompt file because it was saved.

        Raises:
            StoreError: the table refused; the jobs go on.
        """
        old = [
            live
            for live in self._live.jobs.values()
            if live.job.priority is Priority.WATCH
            and live.job.request.prompt_file == prompt_file
            and live.job.request.project == project
        ]
        if old:
            self._live.end(old, State.CANCELLED, error=Cancelled("the prompt file was saved again since."))
        for live in old:
            self._dispatch.detach(live)

    def events(self, job_id: str, *, after: int = 0) -> AsyncIterator[pb.JobEvent]:
        """Yield a job's events after a sequence number, then those to come, until `finished`.

        Raises:
            NotFound: there is no job of that id.
        """
        log = self._live.log(job_id)
        return log.follow(after) if log is not None else self._rebuilt(self.get(job_id), after)

    def message(self, job: Job) -> pb.Job:
        """Return a job as it goes over the wire; its assets are in it while they are in memory."""
        return self._live.message(job)

    async def described(self, job: Job) -> pb.Job:
        """Return a job as it goes over the wire, with its assets however long ago it ended."""
        if job.state is not State.SUCCEEDED or self._live.log(job.id) is not None:
            return self.message(job)
        return job_message(job, assets=await self._assets(job))

    def counts(self) -> Mapping[str, int]:
        """Return how many jobs wait and run, by state and by priority, and how many ended since the start."""
        counts: Counter[str] = Counter({state.value: 0 for state in State})
        counts.update({f"queued_{priority.name.lower()}": 0 for priority in Priority})
        counts.update({"refused": 0, "joined": 0})
        counts.update(self._live.totals)
        for live in self._live.jobs.values():
            counts[live.job.state.value] += 1
            if live.job.state is State.QUEUED:
                counts[f"queued_{live.job.priority.name.lower()}"] += 1
        return counts

    def _add(self, job: Job, request_id: str, fingerprint: str) -> Job:
        bound = replace(self._limits.bound, retry_after_s=self._dispatch.place_free_in_s())
        try:
            return self._table.add(job, request_id=request_id, fingerprint=fingerprint, bound=bound)
        except QueueFull:
            self._live.totals["refused"] += 1
            raise

    def _newest(self, job: Job) -> Job:
        live = self._live.jobs.get(job.id)
        return job if live is None else live.job

    async def _rebuilt(self, job: Job, after: int) -> AsyncIterator[pb.JobEvent]:
        assets = await self._assets(job)
        message = job_message(job, assets=assets)
        async for event in rebuilt(message, boot=job.boot, assets=assets).follow(after):
            yield event

    async def _assets(self, job: Job) -> Sequence[pb.Asset]:
        """Return what an ended job made, as far as it is still in place."""
        assets = []
        for asset, manifests in (job.manifests or {}).items():
            try:
                assets.append(await self._off_loop(self._describe, job.request.project, asset, manifests))
            except AssetGenError as error:
                _LOG.info("asset %s of job %s is no more as it was made: %s", asset, job.id, error)
        return assets


def _check_arguments(request_id: str, timeout_s: float) -> None:
    if len(request_id) > _LONGEST_ID:
        raise RequestError(f"request_id has {len(request_id)} characters; send a UUID.")
    if not (math.isfinite(timeout_s) and timeout_s >= 0):
        raise RequestError(f"timeout = {timeout_s} s is no time that could pass; send seconds from 0 on.")


def _quarantined(title: str, crashes: int) -> WorkerLost:
    return WorkerLost(
        f"{title} has ended {crashes} worker processes before, so it is not made any more; change its prompt file, "
        "or send it with retry set to try once more."
    )
