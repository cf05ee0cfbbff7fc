"""The life of jobs: nothing that was acknowledged is lost, and nobody is told what is not so."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assetgen.errors import (
    AlreadyExists,
    GenerationError,
    NotFound,
    PromptFileError,
    QueueFull,
    RequestError,
    StoreError,
    WorkerLost,
)
from assetgen.project.order import BuildOrder
from assetgen.serve.jobs.job import Job, Priority, State
from assetgen.serve.jobs.jobs import JobLimits
from assetgen.serve.jobs.table import Bound
from assetgen.serve.rpc import asset_pb2 as pb
from tests.serve.jobs.fakes import ROOT, Daemon, request

Hire = Callable[..., Daemon]


@pytest.fixture
def hire(tmp_path: Path) -> Iterator[Hire]:
    daemons: list[Daemon] = []

    def start(**options: Any) -> Daemon:
        daemons.append(Daemon(tmp_path / "jobs.db", **options))
        return daemons[-1]

    yield start
    for daemon in daemons:
        daemon.close()


def kinds(events: list[pb.JobEvent]) -> list[str]:
    return [str(event.WhichOneof("event")) for event in events]


# From the click to the set


def test_a_job_is_made_and_tells_all_about_it(hire: Hire) -> None:
    daemon = hire()
    job = daemon.submit("wall")
    daemon.start("wall")
    daemon.progress("wall", 0.5)
    daemon.preview("wall", b"png")
    daemon.done("wall", warnings=("it is very dark.",))
    assert daemon.get(job).state is State.SUCCEEDED
    events = daemon.told(job)
    assert kinds(events) == ["state", "state", "progress", "preview", "log", "artifact", "finished"]
    assert [event.sequence for event in events] == sorted({event.sequence for event in events})
    assert events[-1].finished.fraction == 1.0
    assert [asset.asset for asset in events[-1].finished.assets] == ["wall"]
    assert [ended.id for ended in daemon.finished] == [job.id]


def test_a_preview_is_told_with_what_is_heard(hire: Hire) -> None:
    daemon = hire()
    job = daemon.submit("rain")
    daemon.start("rain")
    daemon.preview("rain", b"png", sound=b"OggS")
    daemon.done("rain")
    (preview,) = [event.preview for event in daemon.told(job) if event.HasField("preview")]
    assert (preview.data, preview.sound) == (b"png", b"OggS")


def test_what_is_in_place_needs_no_worker(hire: Hire) -> None:
    daemon = hire()
    daemon.submit("slow")
    daemon.planner.in_place = {"wall"}
    job = daemon.submit("wall")
    assert daemon.get(job).state is State.SUCCEEDED, "though the only worker is busy"
    assert kinds(daemon.told(job))[-2:] == ["artifact", "finished"]
    assert daemon.workers.assets() == ["slow"]


def test_what_an_asset_uses_is_made_first_and_others_may_come_between(hire: Hire) -> None:
    daemon = hire()
    daemon.planner.uses = {"page": ("leaf",)}
    page = daemon.submit("page", priority=Priority.BAKE)
    urgent = daemon.submit("urgent")
    daemon.done("leaf", seconds=2.0)
    assert daemon.workers.assets() == ["urgent"]
    daemon.done("urgent", seconds=2.0)
    daemon.done("page", seconds=2.0)
    assert daemon.get(page).state is daemon.get(urgent).state is State.SUCCEEDED
    artifacts = [event.artifact.asset for event in daemon.told(page) if event.HasField("artifact")]
    assert artifacts == ["page"], "only the request's own assets are announced"


def test_the_time_left_comes_from_earlier_ones_of_the_kind(hire: Hire) -> None:
    daemon = hire()
    daemon.submit("first")
    daemon.start("first")
    daemon.progress("first", 0.01)
    daemon.done("first", seconds=10.0)
    job = daemon.submit("second")
    daemon.start("second")
    daemon.clock.now += 4.0
    daemon.progress("second", 0.9)
    progress = daemon.jobs.message(daemon.get(job))
    assert progress.fraction == pytest.approx(0.4)
    daemon.done("second")
    told = next(event.progress for event in daemon.told(job) if event.HasField("progress"))
    assert told.remaining.ToMilliseconds() == 6000


def test_a_failure_of_the_build_fails_the_job_with_its_reason(hire: Hire) -> None:
    daemon = hire()
    job = daemon.submit("wall")
    daemon.fail("wall", GenerationError("the recipe gave nothing; choose another."))
    error = daemon.get(job).error
    assert daemon.get(job).state is State.FAILED
    assert error is not None
    assert error.reason == "GENERATION_FAILED"
    assert kinds(daemon.told(job))[-1] == "finished"


def test_what_cannot_fit_into_memory_fails_before_a_worker_gets_it(hire: Hire) -> None:
    def refuse(order: BuildOrder) -> None:
        raise GenerationError(f"{order.plan.asset} needs 9 GiB, 4 are there; make it smaller.")

    daemon = hire(check_memory=refuse)
    job = daemon.submit("huge")
    assert daemon.get(job).state is State.FAILED
    assert daemon.workers.history == []


def test_a_bad_request_is_refused_and_not_written(hire: Hire) -> None:
    daemon = hire()
    daemon.planner.gone = {"wall"}
    with pytest.raises(PromptFileError):
        daemon.submit("wall")
    with pytest.raises(RequestError, match="timeout"):
        daemon.submit("well", timeout_s=float("nan"))
    assert daemon.jobs.list(limit=10) == ([], "")


# The same again


def test_a_repeated_request_id_gives_the_same_job(hire: Hire) -> None:
    daemon = hire()
    job = daemon.submit("wall", request_id="a")
    daemon.planner.gone = {"wall"}
    assert daemon.submit("wall", request_id="a").id == job.id
    with pytest.raises(AlreadyExists):
        daemon.submit("other", request_id="a")
    daemon.planner.gone = set()
    daemon.done("wall")
    daemon.restart()
    assert daemon.submit("wall", request_id="a").id == job.id


def test_the_same_id_twice_at_once_is_one_job(hire: Hire) -> None:
    daemon = hire()

    async def both() -> set[str]:
        asked = [
            daemon.jobs.submit(request("wall"), client="me", priority=Priority.INTERACTIVE, request_id="a")
            for _ in range(2)
        ]
        return {job.id for job in await asyncio.gather(*asked)}

    assert len(daemon.do(both())) == 1


def test_equal_jobs_are_one_piece_of_work_and_cancel_detaches(hire: Hire) -> None:
    daemon = hire()
    first = daemon.submit("wall", client="a")
    daemon.start("wall")
    daemon.progress("wall", 0.25)
    second = daemon.submit("wall", client="b")
    assert second.state is State.RUNNING
    assert daemon.cancel(first).state is State.CANCELLED
    assert daemon.workers.cancelled == []
    daemon.done("wall")
    assert daemon.get(second).state is State.SUCCEEDED
    assert daemon.get(first).state is State.CANCELLED
    assert len(daemon.workers.history) == 1
    assert [event.progress.fraction for event in daemon.told(second) if event.HasField("progress")] == [0.25]


def test_work_is_as_urgent_as_its_most_urgent_job(hire: Hire) -> None:
    daemon = hire()
    daemon.submit("busy")
    daemon.submit("watched", priority=Priority.WATCH)
    daemon.submit("wall", priority=Priority.BAKE)
    urgent = daemon.submit("wall")
    daemon.done("busy")
    assert daemon.workers.assets() == ["wall"]
    daemon.cancel(urgent)
    assert daemon.workers.cancelled == [], "the bake still waits for it"


def test_force_is_not_the_same_work_and_waits_for_it(hire: Hire) -> None:
    daemon = hire(size=2)
    daemon.submit("wall")
    forced = daemon.submit("wall", request=request("wall", force=True))
    assert daemon.workers.assets() == ["wall"], "never two of one key at once"
    daemon.done("wall")
    assert daemon.get(forced).state is State.RUNNING
    daemon.done("wall")
    assert daemon.get(forced).state is State.SUCCEEDED


def test_work_that_was_cancelled_keeps_its_key_until_it_has_stopped(hire: Hire) -> None:
    daemon = hire(size=2)
    daemon.cancel(daemon.submit("wall"))
    again = daemon.submit("wall")
    assert len(daemon.workers.history) == 1
    daemon.stopped()
    assert len(daemon.workers.history) == 2
    daemon.done("wall")
    assert daemon.get(again).state is State.SUCCEEDED


def test_a_file_that_was_edited_meanwhile_is_made_in_its_newest_form(hire: Hire) -> None:
    daemon = hire()
    daemon.submit("busy")
    job = daemon.submit("wall")
    daemon.pass_time(5.0)
    daemon.planner.contents = {"wall": "wall-2"}
    daemon.done("busy")
    follower = daemon.submit("wall")
    assert follower.state is State.RUNNING, "a request for the new content joins"
    daemon.done("wall")
    assert daemon.get(job).state is daemon.get(follower).state is State.SUCCEEDED
    assert any("edited" in event.log.text for event in daemon.told(job) if event.HasField("log"))


def test_two_works_that_came_to_be_the_same_are_made_once(hire: Hire) -> None:
    daemon = hire()
    daemon.submit("busy")
    old = daemon.submit("wall", priority=Priority.WATCH)
    daemon.pass_time(5.0)
    daemon.planner.contents = {"wall": "wall-2"}
    new = daemon.submit("wall", priority=Priority.BAKE)
    daemon.pass_time(5.0)
    daemon.done("busy")
    assert daemon.workers.assets() == ["wall"]
    daemon.done("wall")
    assert daemon.get(old).state is daemon.get(new).state is State.SUCCEEDED
    assert len(daemon.workers.history) == 2
    assert any("edited" in event.log.text for event in daemon.told(old) if event.HasField("log"))


# Ends that nobody wished for


def test_a_cancelled_job_ends_at_once_and_its_late_reports_change_nothing(hire: Hire) -> None:
    daemon = hire()
    job = daemon.submit("wall")
    task = daemon.task("wall")
    assert daemon.cancel(job).state is State.CANCELLED
    assert daemon.workers.cancelled == [task.id]
    assert daemon.cancel(job).state is State.CANCELLED
    waiting = daemon.submit("next")
    assert daemon.get(waiting).state is State.QUEUED
    daemon.done("wall")
    assert daemon.get(job).state is State.CANCELLED
    assert daemon.get(waiting).state is State.RUNNING
    assert len([ended for ended in daemon.finished if ended.id == job.id]) == 1


def test_a_job_expires_while_it_waits_and_while_it_runs(hire: Hire) -> None:
    daemon = hire()
    running = daemon.submit("wall", timeout_s=10.0)
    waiting = daemon.submit("next", timeout_s=5.0)
    daemon.pass_time(5.0)
    assert daemon.get(waiting).state is State.EXPIRED
    assert daemon.get(running).state is State.RUNNING
    daemon.pass_time(5.0)
    assert daemon.get(running).state is State.EXPIRED
    assert len(daemon.workers.cancelled) == 1


def test_a_jump_of_the_wall_clock_changes_nothing(hire: Hire) -> None:
    daemon = hire()
    job = daemon.submit("wall", timeout_s=10.0)
    daemon.wall.now += 86400
    daemon.pass_time(1.0)
    assert daemon.get(job).state is State.RUNNING
    daemon.wall.now -= 2 * 86400
    daemon.restart()
    daemon.pass_time(9.5)
    assert daemon.get(job).state is State.RUNNING, "after a restart it has at most its whole time again"
    daemon.pass_time(1.0)
    assert daemon.get(job).state is State.EXPIRED


def test_a_newer_save_supersedes_older_watch_jobs_of_the_file(hire: Hire) -> None:
    daemon = hire()
    watched = daemon.submit("wall", priority=Priority.WATCH)
    asked = daemon.submit("wall", request=request("wall", force=True))

    async def supersede() -> None:
        daemon.jobs.supersede(ROOT, "wall.assetgen.toml")

    daemon.do(supersede())
    assert daemon.get(watched).state is State.CANCELLED
    daemon.stopped()
    assert daemon.get(asked).state is State.RUNNING


def test_work_that_ends_two_workers_by_itself_is_made_no_more(hire: Hire) -> None:
    daemon = hire()
    job = daemon.submit("poison")
    daemon.crash("poison")
    assert daemon.get(job).state is State.RUNNING
    daemon.crash("poison")
    error = daemon.get(job).error
    assert daemon.get(job).state is State.FAILED
    assert error is not None
    assert "SIGSEGV" in error.message
    daemon.restart()
    with pytest.raises(WorkerLost, match="retry"):
        daemon.submit("poison")
    again = daemon.submit("poison", retry=True)
    daemon.done("poison")
    assert daemon.get(again).state is State.SUCCEEDED
    daemon.submit("poison")


def test_a_worker_that_was_lost_at_the_very_end_is_not_asked_for_the_same_again(hire: Hire) -> None:
    daemon = hire()
    job = daemon.submit("wall")
    daemon.start("wall")
    daemon.planner.in_place.add("wall")  # it had published the set, and died before it could say so
    daemon.lose("wall")
    assert daemon.get(job).state is State.SUCCEEDED
    assert daemon.workers.assets() == []


def test_kills_from_outside_are_never_held_against_the_work(hire: Hire) -> None:
    daemon = hire()
    job = daemon.submit("wall")
    for _ in range(5):
        daemon.lose("wall")
    assert daemon.get(job).interruptions == 5
    assert daemon.table.crashes("key-of-wall") == 0
    daemon.lose("wall")
    error = daemon.get(job).error
    assert error is not None
    assert "memory" in error.message


def test_interrupted_work_comes_before_the_others_of_its_level(hire: Hire) -> None:
    daemon = hire()
    daemon.submit("first", client="a")
    daemon.submit("second", client="b")
    daemon.lose("first")
    assert daemon.workers.assets() == ["first"]


# Restarts and a bad disk


@pytest.mark.parametrize("is_killed", [True, False])
def test_a_restart_loses_no_job(hire: Hire, is_killed: bool) -> None:
    daemon = hire()
    running = daemon.submit("wall")
    waiting = daemon.submit("next")
    before = daemon.do(_first(daemon, running.id)).sequence
    daemon.restart(is_killed=is_killed)
    assert daemon.recovered == 2
    assert daemon.get(running).interruptions == int(is_killed)
    assert daemon.do(_first(daemon, running.id)).sequence > before + 1000
    daemon.done("wall")
    daemon.done("next")
    assert daemon.get(running).state is daemon.get(waiting).state is State.SUCCEEDED


async def _first(daemon: Daemon, job_id: str) -> pb.JobEvent:
    events = daemon.jobs.events(job_id)
    try:
        return await anext(events)
    finally:
        await events.aclose()  # type: ignore[attr-defined]


def test_a_prompt_file_that_is_gone_after_a_restart_fails_its_job_only(hire: Hire) -> None:
    daemon = hire()
    gone = daemon.submit("gone")
    well = daemon.submit("well")
    daemon.planner.gone = {"gone"}
    daemon.restart()
    assert daemon.get(gone).state is State.FAILED
    daemon.done("well")
    assert daemon.get(well).state is State.SUCCEEDED


def test_the_end_of_a_job_is_told_again_after_a_restart(hire: Hire) -> None:
    daemon = hire()
    job = daemon.submit("wall")
    daemon.done("wall")
    last = daemon.told(job)[-1].sequence
    daemon.restart()
    events = daemon.told(job, after=last)
    assert kinds(events) == ["artifact", "finished"]
    assert daemon.told(job, after=events[-1].sequence) == []
    message = daemon.do(daemon.jobs.described(daemon.get(job)))
    assert [asset.asset for asset in message.assets] == ["wall"]
    with pytest.raises(NotFound):
        daemon.jobs.events("nobody")


class _Lock:
    """Somebody else who holds the table."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        self.db.execute("ROLLBACK")
        self.db.close()


def test_a_locked_table_refuses_and_the_daemon_goes_on(hire: Hire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assetgen.serve.jobs.table.BUSY_S", 0.0)
    daemon = hire()
    job = daemon.submit("wall")
    lock = _Lock(daemon.path)
    with pytest.raises(StoreError):
        daemon.submit("other")
    with pytest.raises(StoreError):
        daemon.cancel(job)
    daemon.done("wall")
    assert daemon.get(job).state is State.RUNNING, "nothing is told that is not written"
    assert daemon.finished == []
    lock.release()
    daemon.pass_time(1.0)
    assert daemon.get(job).state is State.SUCCEEDED
    assert len(daemon.finished) == 1


def fill(daemon: Daemon, made: list[Job]) -> None:
    for n in range(200):
        made.append(daemon.submit(f"more-{n}", client=str(n)))


def test_a_full_disk_refuses_new_jobs_and_the_old_ones_are_made(hire: Hire) -> None:
    daemon = hire()
    old = daemon.submit("wall")
    pages = daemon.table._db.execute("PRAGMA page_count").fetchone()[0]
    daemon.table._db.execute(f"PRAGMA max_page_count = {pages}")
    made: list[Job] = []
    with pytest.raises(StoreError, match="full"):
        fill(daemon, made)
    daemon.done("wall")
    daemon.table._db.execute("PRAGMA max_page_count = 100000")
    daemon.pass_time(1.0)
    for _ in made:
        daemon.done(daemon.workers.assets()[0])
    assert {daemon.get(job).state for job in (old, *made)} == {State.SUCCEEDED}
    assert len(daemon.finished) == 1 + len(made)


def test_a_table_that_is_damaged_beneath_the_daemon_is_written_again(hire: Hire) -> None:
    daemon = hire()
    job = daemon.submit("wall")
    for path in daemon.path.parent.glob("jobs.db*"):
        path.write_bytes(b"nonsense" * 4096)
    other = daemon.submit("other")
    assert list(daemon.path.parent.glob("jobs.db.damaged-1"))
    daemon.restart()
    assert {daemon.get(job).state, daemon.get(other).state} == {State.RUNNING, State.QUEUED}


# How much is taken on


def test_the_bound_is_never_exceeded_and_a_refusal_writes_nothing(hire: Hire) -> None:
    daemon = hire(limits=JobLimits(bound=Bound(jobs=5, per_client=3)))
    for n in range(3):
        daemon.submit(f"a{n}", client="a")
    with pytest.raises(QueueFull) as refused:
        daemon.submit("a3", client="a", request_id="r")
    assert refused.value.retry_after_s is not None
    daemon.submit("b0", client="b")
    daemon.submit("b1", client="b")
    with pytest.raises(QueueFull):
        daemon.submit("c0", client="c")
    assert len(daemon.jobs.list(limit=50)[0]) == 5
    daemon.lose("a0")
    assert daemon.jobs.counts()["queued"] + daemon.jobs.counts()["running"] == 5
    daemon.done("a0")
    daemon.submit("a3", client="a", request_id="r")


def test_bakes_leave_one_of_several_workers_free(hire: Hire) -> None:
    daemon = hire(size=2)
    for n in range(4):
        daemon.submit(f"bake-{n}", priority=Priority.BAKE)
    assert len(daemon.workers.tasks) == 1
    daemon.submit("urgent")
    assert "urgent" in daemon.workers.assets()


def test_jobs_are_listed_by_page_and_project(hire: Hire) -> None:
    daemon = hire()
    made = [daemon.submit(f"job-{n}", client=str(n)).id for n in range(5)]
    first, token = daemon.jobs.list(project=ROOT, only_active=True, limit=3)
    second, end = daemon.jobs.list(project=ROOT, limit=3, before=token)
    assert [job.id for job in (*first, *second)] == made[::-1]
    assert end == ""
    assert daemon.jobs.list(project=Path("/other"), limit=3) == ([], "")
    with pytest.raises(RequestError, match="token"):
        daemon.jobs.list(limit=3, before="ⅷ")


def test_a_listener_that_fails_harms_nobody(hire: Hire) -> None:
    daemon = hire()

    def fail(job: object) -> None:
        raise ValueError("oh")

    daemon.jobs.on_finished.insert(0, fail)
    daemon.submit("wall")
    daemon.done("wall")
    assert len(daemon.finished) == 1
