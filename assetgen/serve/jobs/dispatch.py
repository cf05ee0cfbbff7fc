"""The dispatcher: brings jobs with an equal key together, plans them, and gives their orders to workers in turn.

Everything runs on the loop but planning and describing, which read files and go to threads. An order is one turn:
between two orders of a job others may have the worker.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from assetgen.errors import AssetGenError, Cancelled, Expired, GenerationError, StoreError, WorkerLost
from assetgen.execute.base import Done, Event, Failed, Preview, Progress, Started, Task
from assetgen.project.order import BuildOrder, Built
from assetgen.project.places import placed
from assetgen.serve.jobs.estimate import History, Meter, likeness
from assetgen.serve.jobs.job import Job, Priority, Request, State
from assetgen.serve.jobs.live import LiveJobs
from assetgen.serve.jobs.queue import Queue
from assetgen.serve.jobs.seams import JobLimits, NoWorkers, Planned, Planner, Workers
from assetgen.serve.jobs.setbacks import after_crash, after_loss
from assetgen.serve.jobs.telling import tell_artifacts, tell_line, tell_preview, tell_progress
from assetgen.serve.jobs.work import Live, Outcome, Phase, Work
from assetgen.serve.jobs.works import Works
from assetgen.serve.rpc import asset_pb2 as pb

FRESH_S: Final = 1.0
"""How long a plan is good for; files may change, and other jobs may make what it asks for."""

_LOG: Final = logging.getLogger("assetgen.jobs")


class Dispatcher:
    """Has the work of live jobs done. For the arguments see `Jobs`."""

    def __init__(
        self,
        live: LiveJobs,
        *,
        planner: Planner,
        describe: Callable[[Path, str, Sequence[str]], pb.Asset],
        limits: JobLimits,
        check_memory: Callable[[BuildOrder], None],
        clock: Callable[[], float],
        wall: Callable[[], float],
        off_loop: Callable[..., Awaitable[Any]],
    ) -> None:
        self.workers: Workers = NoWorkers()
        self._live, self._planner, self._describe, self._limits = live, planner, describe, limits
        self._check_memory, self._clock, self._wall, self._off_loop = check_memory, clock, wall, off_loop
        self._queue = Queue(clock=clock)
        self._works = Works()
        self._history = History()
        self._tasks: dict[str, Work] = {}
        self._stopping: dict[str, str] = {}  # tasks that nobody waits for, until they end, and their keys
        self._reserved: set[Work] = set()  # being planned with a worker kept free for them
        self._glancing: Work | None = None
        self._uncommitted: list[Work] = []
        self._not_before = -math.inf
        self._numbers = 0
        self._running: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._is_closed = False

    # Jobs come and go

    def joined(self, job: Job) -> Job:
        """Return a new job as it will be: running at once when its work runs already."""
        work = self._works.find(job)
        if work is None or not work.is_running:
            return job
        return replace(job, state=State.RUNNING, started_at=self._wall())

    def attach(self, live: Live) -> None:
        """Let a job wait for its work."""
        work = self._works.join(live)
        others = [other for other in work.jobs.values() if other is not live]
        if others:
            self._live.totals["joined"] += 1
            live.log.take_over(others[0].log)
            live.log.line("the same is being made already; this job shares it.")
        if work.phase is Phase.WAITING:
            self._enqueue(work)

    def detach(self, live: Live) -> None:
        """A job has ended otherwise than its work; that stops when nobody waits for it."""
        work = self._works.leave(live)
        if work is None:
            return
        if not work.jobs:
            self._stop(work)
        elif work.id in self._queue:
            self._enqueue(work)
        self.wake()

    def place_free_in_s(self) -> float:
        """Return after how long somebody may be worth asking again, from 1 to 30 s."""
        costs = [self._queue.cost(work.turn[0]) for work in self._tasks.values()]
        return min(max(1.0, min(costs, default=1.0)), 30.0)

    # The loop

    def wake(self) -> None:
        """Something has changed: look who is next."""
        self._news.set()

    async def run(self) -> None:
        """Have work done until cancelled."""
        try:
            while True:
                self._news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._guarded_turn()):
                        await self._news.wait()
        finally:
            await self._lay_down()

    def _guarded_turn(self) -> float | None:
        """Take a turn; return after how many seconds the next one is due at the latest."""
        try:
            self.turn()
        except Exception:  # the daemon outlives its own mistakes
            _LOG.exception("the dispatcher failed; it goes on in a moment")
            return self._limits.retry_s
        if self._is_put_off():
            return self._not_before - self._clock()
        soonest = min((live.deadline for live in self._live.jobs.values()), default=math.inf)
        return None if soonest == math.inf else max(0.0, soonest - self._clock())

    def turn(self) -> None:
        """Do everything that can be done now."""
        if self._is_put_off():
            return
        try:
            self._commit_ended()
            self._expire()
            while self._room() > 0 and not self._is_put_off():
                name = self._queue.take(may_bake=self._may_bake())
                if name is None:
                    break
                self._take_up(self._works.named(name))
        except StoreError as error:
            self._put_off(error)
        self._glance()

    def _is_put_off(self) -> bool:
        return self._clock() < self._not_before

    def _put_off(self, error: StoreError) -> None:
        """Wait a moment before anything is written again: the disk is full, or the table is locked."""
        _LOG.warning("trying again in %g s: %s", self._limits.retry_s, error)
        self._not_before = self._clock() + self._limits.retry_s
        self.wake()

    async def _lay_down(self) -> None:
        """Leave everything so that the next start of the daemon finds it waiting."""
        self._is_closed = True
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        lives = [live for live in self._live.jobs.values() if live.job.state is State.RUNNING]
        if lives:
            self._live.change(lives, lambda _: {"state": State.QUEUED}, must_write=False)

    def _expire(self) -> None:
        now = self._clock()
        late = [live for live in self._live.jobs.values() if live.deadline <= now]
        if late:
            error = Expired("its time was over before it was done; give it more, or make it smaller.")
            self._live.end(late, State.EXPIRED, error=error)
        for live in late:
            self.detach(live)

    # Planning

    def _room(self) -> int:
        return self.workers.free - len(self._reserved)

    def _may_bake(self) -> bool:
        """Tell whether a bake may have a worker: of several one is for those in front of a screen."""
        busy = [*self._tasks.values(), *self._reserved]
        bakes = sum(1 for work in busy if work.turn[1] is Priority.BAKE)
        return self.workers.size < 2 or bakes < self.workers.size - 1

    def _enqueue(self, work: Work) -> None:
        work.phase = Phase.WAITING
        if self._works.may_run(work):
            job = work.leader.job
            self._queue.put(
                work.id, client=job.client, priority=job.priority, since=work.since, is_front=work.is_front
            )

    def _take_up(self, work: Work) -> None:
        """Begin or go on with a work for which a worker is free."""
        work.turn = (work.leader.job.client, work.priority)
        is_fresh = self._clock() - work.planned_at < FRESH_S
        if work.planned is not None and (work.index > 0 or is_fresh):
            self._run_order(work)
            return
        self._reserved.add(work)
        self._plan(work)

    def _glance(self) -> None:
        """Plan a waiting work while no worker is free: what is in place already needs none."""
        waiting = [work for work in self._works if work.id in self._queue and not work.is_glanced]
        if self._glancing is None and waiting:
            work = max(waiting, key=lambda w: (w.priority, -w.since))
            self._queue.remove(work.id)
            self._glancing = work
            self._plan(work)

    def _plan(self, work: Work) -> None:
        work.phase = Phase.PLANNING
        work.is_glanced = True
        self._spawn(self._planned(work))

    async def _planned(self, work: Work) -> None:
        request = work.request
        planned, problem = None, None
        try:
            if self._limits.head_start_s:
                await asyncio.sleep(self._limits.head_start_s)
            if work in self._works:  # nobody may wait for it any more
                planned = await self._off_loop(self._planner.plan, request)
                for order in planned.orders:
                    self._check_memory(order)
        except AssetGenError as error:
            problem = error
        except Exception:  # one request that upsets the planner must not end the loop
            _LOG.exception("planning failed")
            problem = GenerationError("planning failed by a fault of assetgen; see the log of the daemon.")
        has_worker = work in self._reserved
        self._reserved.discard(work)
        self._glancing = None if self._glancing is work else self._glancing
        self.wake()
        if work not in self._works:
            return
        work.phase = Phase.WAITING
        if problem is not None or planned is None:
            self._refuse(work, [live for live in work.jobs.values() if _is_like(live, request)], problem)
        elif self._is_current(work, planned):
            self._go_on(work, planned, has_worker=has_worker)

    def _refuse(self, work: Work, lives: list[Live], problem: AssetGenError | None) -> None:
        """End the jobs whose request cannot be planned; others that wait for the same go on."""
        if len(lives) == len(work.jobs):
            self._conclude(work, Outcome(State.FAILED, error=problem))
            return
        try:
            self._live.end(lives, State.FAILED, error=problem)
        except StoreError as error:
            self._put_off(error)
        else:
            for live in lives:
                self.detach(live)
        self._enqueue(work)

    def _is_current(self, work: Work, planned: Planned) -> bool:
        """Follow a key that has changed; return False when another work makes the same by now."""
        if not planned.key or planned.key == work.key:
            return True
        tell_line(work, "the prompt file was edited meanwhile; its newest content is made.")
        identity = (planned.key, *work.identity[1:])
        other = self._works.with_identity(identity)
        if other is None:
            self._works.rename(work, identity)
        lives = list(work.jobs.values())
        for live in lives:
            live.job = replace(live.job, key=planned.key)
        if other is None:
            return True
        self._merge(work, lives, other)
        return False

    def _merge(self, work: Work, lives: list[Live], other: Work) -> None:
        self._works.drop(work)
        for live in lives:
            self.attach(live)
        if other.is_running:
            started = self._wall()
            self._live.change(
                lives, lambda _: {"state": State.RUNNING, "started_at": started}, must_write=False
            )

    def _go_on(self, work: Work, planned: Planned, *, has_worker: bool) -> None:
        least = work.meter.fraction if work.meter else 0.0
        work.planned, work.planned_at, work.index = planned, self._clock(), 0
        work.meter = Meter([self._history.usual(likeness(order)) for order in planned.orders], least=least)
        if not planned.orders:
            self._conclude(work, Outcome(State.SUCCEEDED, manifests=planned.manifests))
        elif has_worker and self._room() > 0 and self._works.may_run(work):
            self._run_order(work)
        else:
            self._enqueue(work)

    # Orders

    def _run_order(self, work: Work) -> None:
        """Give the next order to a worker."""
        if not self._works.may_run(work):  # the key was taken while this was planned
            work.phase = Phase.WAITING
            return
        if not work.is_running:
            try:
                self._begin(work)
            except StoreError as error:
                self._put_off(error)
                self._enqueue(work)
                return
        planned = work.planned
        assert planned is not None
        self._numbers += 1
        work.phase, work.task = Phase.WORKING, f"{work.id}-{self._numbers}"
        work.task_since = self._clock()
        self._tasks[work.task] = work
        self.workers.run(Task(work.task, planned.orders[work.index]))

    def _begin(self, work: Work) -> None:
        now = self._wall()
        self._live.change(
            work.jobs.values(), lambda job: {"state": State.RUNNING, "started_at": job.started_at or now}
        )
        work.is_running, work.is_front = True, False
        self._works.hold(work.key, work.id)

    def on_event(self, event: Event) -> None:
        """Hear what a worker reports; reports of tasks that nobody waits for any more are left out."""
        if self._is_closed:
            return
        work = self._tasks.get(event.id)
        if work is None:
            if isinstance(event, Done | Failed) and event.id in self._stopping:
                self._release(self._stopping.pop(event.id), event.id)
                self.wake()
        elif isinstance(event, Started):
            work.task_since = self._clock()
            if work.meter is not None:
                work.meter.begin(work.task_since)
        elif isinstance(event, Progress):
            tell_progress(work, event, self._clock())
        elif isinstance(event, Preview):
            tell_preview(work, event)
        else:
            self._end_turn(work)
            if isinstance(event, Done):
                self._done(work, event)
            else:
                self._failed(work, event)
            self.wake()

    def _end_turn(self, work: Work) -> None:
        del self._tasks[work.task]
        work.task, work.phase = "", Phase.WAITING
        self._queue.charge(*work.turn, self._clock() - work.task_since)

    def _done(self, work: Work, event: Done) -> None:
        planned, now = work.planned, self._clock()
        assert planned is not None
        order = planned.orders[work.index]
        self._history.note(likeness(order), now - work.task_since)
        if work.meter is not None:
            work.meter.finish(now)
        if isinstance(event.answer, Built):
            for warning in event.answer.warnings:
                tell_line(work, f"{event.answer.asset}: {warning}", is_warning=True)
        work.index += 1
        self._announce(work, order.plan.asset)
        if work.index == len(planned.orders):
            self._conclude(work, Outcome(State.SUCCEEDED, manifests=planned.manifests))
        else:
            self._enqueue(work)

    def _announce(self, work: Work, asset: str) -> None:
        """Announce an asset of the request's own as soon as it is in place."""
        planned = work.planned
        if planned is None or asset not in planned.manifests or asset in work.told:
            return
        work.told.add(asset)
        work.untold.append(asset)
        if work.index < len(planned.orders):
            self._spawn(self._tell(work))

    async def _tell(self, work: Work) -> None:
        # One at a time, so that the end comes after every asset.
        async with work.telling:
            await tell_artifacts(work, self._describe, self._off_loop)

    def _failed(self, work: Work, event: Failed) -> None:
        error = event.error
        if event.trace:
            _LOG.error("%s failed: %s\n%s", work.leader.job.title, error, event.trace)
        if isinstance(error, WorkerLost) and error.is_own:
            self._crashed(work, error)
        elif isinstance(error, WorkerLost | Cancelled):
            self._lost(work, error)
        else:
            if work.planned is not None:
                error = placed(error, work.planned.orders[work.index].plan.scanned)
            self._conclude(work, Outcome(State.FAILED, error=error))

    def _crashed(self, work: Work, error: WorkerLost) -> None:
        """Count a worker that the work has ended by itself."""
        work.crashes += 1
        with suppress(StoreError):  # what cannot be written counts as long as this work lives
            work.crashes = max(work.crashes, self._live.table.add_crash(work.key))
        end = after_crash(error, crashes=work.crashes, limit=self._limits.own_crashes)
        self._again_or_never(work, error, end, interruptions=0)

    def _lost(self, work: Work, error: AssetGenError) -> None:
        """Count a worker that was ended from outside."""
        work.losses += 1
        end = after_loss(error, losses=work.losses, limit=self._limits.losses)
        work.is_front = True
        self._again_or_never(work, error, end, interruptions=1)

    def _again_or_never(
        self, work: Work, error: AssetGenError, end: WorkerLost | None, *, interruptions: int
    ) -> None:
        if end is not None:
            self._conclude(work, Outcome(State.FAILED, error=end))
            return
        tell_line(work, f"{error.message} It is tried again.", is_warning=True)
        # It may have come to its end before it could say so: what is still to be done is asked anew.
        work.is_running, work.planned = False, None
        self._live.change(
            work.jobs.values(),
            lambda job: {"state": State.QUEUED, "interruptions": job.interruptions + interruptions},
            must_write=False,
        )
        self._enqueue(work)
        self._release(work.key, work.id)

    # Ends

    def _conclude(self, work: Work, outcome: Outcome) -> None:
        """End a work and all of its jobs; assets that are not announced yet come first."""
        self._queue.remove(work.id)
        work.phase, work.outcome = Phase.ENDING, outcome
        if outcome.manifests is None:
            self._commit(work)
            return
        rest = [asset for asset in outcome.manifests if asset not in work.told]
        work.told.update(rest)
        work.untold.extend(rest)
        self._spawn(self._finish(work))

    async def _finish(self, work: Work) -> None:
        await self._tell(work)
        if work in self._works:
            self._commit(work)

    def _commit(self, work: Work) -> None:
        outcome = work.outcome
        assert outcome is not None
        is_well = outcome.state is State.SUCCEEDED
        try:
            self._live.end(
                work.jobs.values(),
                outcome.state,
                error=outcome.error,
                manifests=outcome.manifests,
                cleared=work.key if is_well else "",
            )
        except StoreError as error:
            self._uncommitted.append(work)
            self._put_off(error)
            return
        self._works.drop(work)
        self._release(work.key, work.id)
        self.wake()

    def _commit_ended(self) -> None:
        ended, self._uncommitted = self._uncommitted, []
        for work in ended:
            if work in self._works:
                self._commit(work)

    def _stop(self, work: Work) -> None:
        """Nobody waits any more: a task that is out holds the key until it has ended."""
        self._queue.remove(work.id)
        if not work.task:
            self._release(work.key, work.id)
            return
        del self._tasks[work.task]
        self._stopping[work.task] = work.key
        self._works.hold(work.key, work.task)
        self.workers.cancel(work.task)

    def _release(self, key: str, holder: str) -> None:
        for work in self._works.release(key, holder):
            self._enqueue(work)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _is_like(live: Live, request: Request) -> bool:
    """Tell whether a job asks just so, apart from the wish for previews."""
    return replace(live.job.request, previews=request.previews) == request
