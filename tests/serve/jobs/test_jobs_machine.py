"""Jobs under everything at once: whatever comes in whatever order, an acknowledged job ends exactly once."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assetgen.errors import AlreadyExists, GenerationError, QueueFull, WorkerLost
from assetgen.serve.jobs.job import Job, Priority, State
from assetgen.serve.jobs.jobs import JobLimits
from assetgen.serve.jobs.table import Bound
from tests.serve.jobs.fakes import Daemon, request

NAMES = st.sampled_from(["wall", "floor", "page", "roof"])
BOUND = Bound(jobs=6, per_client=4)


class Machine(RuleBasedStateMachine):
    """A daemon with two workers, driven at random."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "jobs.db"
        self.daemon = Daemon(path, size=2, limits=JobLimits(bound=BOUND))
        self.daemon.planner.uses = {"page": ("leaf",)}
        self.ids: list[str] = []
        self.by_request: dict[str, tuple[str, str]] = {}
        self.ended: dict[str, State] = {}
        self.fractions: dict[tuple[int, str], float] = {}

    @rule(
        name=NAMES,
        client=st.sampled_from("ab"),
        priority=st.sampled_from(list(Priority)),
        force=st.booleans(),
        request_id=st.sampled_from(["", "", "1", "2", "3"]),
        timeout_s=st.sampled_from([0.0, 0.0, 20.0]),
        retry=st.booleans(),
    )
    def submit(
        self,
        name: str,
        client: str,
        priority: Priority,
        force: bool,
        request_id: str,
        timeout_s: float,
        retry: bool,
    ) -> None:
        asked = request(name, force=force)
        before = self.live()
        try:
            job = self.daemon.submit(
                name,
                request=asked,
                client=client,
                priority=priority,
                request_id=request_id,
                timeout_s=timeout_s,
                retry=retry,
            )
        except QueueFull:
            assert self.live() == before
            assert len(before) == BOUND.jobs or self.of(client) == BOUND.per_client
        except AlreadyExists:
            assert self.by_request[request_id][1] != asked.fingerprint()
        except WorkerLost:
            assert not retry
        else:
            if request_id in self.by_request:
                assert self.by_request[request_id] == (job.id, asked.fingerprint())
            elif request_id:
                self.by_request[request_id] = (job.id, asked.fingerprint())
            if job.id not in self.ids:
                self.ids.append(job.id)

    @precondition(lambda self: self.ids)
    @rule(number=st.integers(0, 99))
    def cancel(self, number: int) -> None:
        job = self.daemon.jobs.get(self.ids[number % len(self.ids)])
        ended = self.daemon.cancel(job)
        assert ended.state.is_final
        assert ended.state is State.CANCELLED or job.state.is_final

    @precondition(lambda self: self.daemon.workers.tasks)
    @rule(last=st.booleans(), what=st.sampled_from(["done", "done", "done", "crash", "lose", "fail"]))
    def end_task(self, last: bool, what: str) -> None:
        asset = self.daemon.workers.assets()[-int(last)]
        if what == "fail":
            self.daemon.fail(asset, GenerationError("it gave nothing; choose another."))
        else:
            {"done": self.daemon.done, "crash": self.daemon.crash, "lose": self.daemon.lose}[what](asset)

    @precondition(lambda self: self.daemon.workers.tasks)
    @rule(last=st.booleans(), fraction=st.floats(0, 1))
    def progress(self, last: bool, fraction: float) -> None:
        asset = self.daemon.workers.assets()[-int(last)]
        self.daemon.start(asset)
        self.daemon.progress(asset, fraction)

    @rule()
    def stopped(self) -> None:
        self.daemon.stopped()

    @rule(seconds=st.sampled_from([0.5, 5.0, 30.0]))
    def pass_time(self, seconds: float) -> None:
        self.daemon.pass_time(seconds)

    @rule(edited=NAMES)
    def edit(self, edited: str) -> None:
        contents = self.daemon.planner.contents
        contents[edited] = f"{edited}-{contents.get(edited, '')}"[:12]

    @rule(hours=st.sampled_from([-5, 5]))
    def set_the_wall_clock(self, hours: int) -> None:
        self.daemon.wall.now += hours * 3600

    @rule(is_killed=st.booleans())
    def restart(self, is_killed: bool) -> None:
        live = self.live()
        self.daemon.restart(is_killed=is_killed)
        assert self.daemon.recovered == len(live)

    @invariant()
    def an_end_is_final_and_told_once(self) -> None:
        for job_id in self.ids:
            job = self.daemon.jobs.get(job_id)
            assert job.state.is_final == (self.daemon.table.get(job_id) or job).state.is_final
            assert self.ended.setdefault(job_id, job.state) is job.state if job.state.is_final else True
            assert job_id not in self.ended or job.state.is_final
        told = Counter(job.id for job in self.daemon.finished)
        assert set(told) == set(self.ended)
        assert set(told.values()) <= {1}

    @invariant()
    def the_bound_holds(self) -> None:
        assert len(self.live()) <= BOUND.jobs
        assert all(self.of(client) <= BOUND.per_client for client in "ab")

    @invariant()
    def no_two_tasks_are_of_one_key(self) -> None:
        dispatch = self.daemon.jobs._dispatch
        keys = [work.key for work in dispatch._tasks.values()] + list(dispatch._stopping.values())
        assert len(keys) == len(set(keys))
        assert len(keys) == len(self.daemon.workers.tasks)

    @invariant()
    def no_worker_is_idle_while_somebody_waits(self) -> None:
        counts = self.daemon.jobs.counts()
        dispatch = self.daemon.jobs._dispatch
        if self.daemon.workers.free == 2:
            assert counts["queued"] == counts["running"] == 0, [work.phase for work in dispatch._works]

    @invariant()
    def fractions_never_decrease(self) -> None:
        for live in self.daemon.jobs._live.jobs.values():
            key = (self.daemon.table.boot, live.job.id)
            fraction = self.daemon.jobs.message(live.job).fraction
            assert fraction >= self.fractions.get(key, 0.0)
            self.fractions[key] = fraction

    def live(self) -> list[str]:
        return [job.id for job in self.daemon.table.live()]

    def of(self, client: str) -> int:
        return sum(job.client == client for job in self.daemon.table.live())

    def teardown(self) -> None:
        try:
            for _ in range(100):
                self.daemon.stopped()
                for asset in self.daemon.workers.assets():
                    self.daemon.done(asset)
            jobs: list[Job] = [self.daemon.jobs.get(job_id) for job_id in self.ids]
            assert all(job.state.is_final for job in jobs), "a job was lost"
            for job in jobs:
                events = self.daemon.told(job)
                assert events[-1].HasField("finished")
        finally:
            self.daemon.close()
            self.folder.cleanup()


class TestMachine(Machine.TestCase):  # type: ignore[name-defined, misc]
    settings = settings(max_examples=30, stateful_step_count=30, deadline=None)


@pytest.mark.slow
class TestMachineForLong(Machine.TestCase):  # type: ignore[name-defined, misc]
    settings = settings(max_examples=400, stateful_step_count=80, deadline=None, derandomize=False)
