"""The table of jobs: what is in it stays, whatever happens to the daemon."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import AlreadyExists, QueueFull, StoreError
from assetgen.serve.jobs.job import Job, Priority, Request, State
from assetgen.serve.jobs.table import KEEP_S, Bound, JobTable
from assetgen.serve.rpc import asset_pb2 as pb

NOW = 1.7e9


def job(name: str, *, client: str = "me", state: State = State.QUEUED, ended_at: float = 0.0) -> Job:
    return Job(
        id=name,
        request=Request(
            project=Path("/project"), document={"prompt": f"ü {name}"}, asset=name, targets=("web",)
        ),
        key=f"key-{name}",
        title=name,
        client=client,
        priority=Priority.WATCH,
        state=state,
        created_at=NOW,
        ended_at=ended_at,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "jobs.db"


def test_a_job_comes_back_as_it_was(path: Path) -> None:
    table = JobTable(path)
    table.add(job("a"))
    ended = replace(
        job("a"),
        state=State.FAILED,
        started_at=NOW + 1,
        ended_at=NOW + 2,
        error=pb.JobError(code=13, reason="WORKER_LOST", message="x"),
        manifests={"a": ("/project/a.json",)},
        interruptions=2,
        boot=7,
    )
    table.save([ended])
    table.close()
    assert JobTable(path).get("a") == ended


def test_every_start_has_a_number_of_its_own(path: Path) -> None:
    boots = []
    for _ in range(3):
        table = JobTable(path)
        boots.append(table.boot)
        table.close()
    assert boots == [1, 2, 3]


def test_live_jobs_come_in_the_order_of_their_submission(path: Path) -> None:
    table = JobTable(path)
    for name in "cab":
        table.add(job(name))
    table.save([replace(job("a"), state=State.CANCELLED, ended_at=NOW)])
    assert [found.id for found in table.live()] == ["c", "b"]
    assert [found.id for found in table.page(project=None, only_active=True, limit=9, before=None)[0]] == [
        "b",
        "c",
    ]


def test_a_bound_is_checked_and_a_refusal_writes_nothing(path: Path) -> None:
    table = JobTable(path)
    bound = Bound(jobs=3, per_client=2, retry_after_s=2.5)
    table.add(job("a"), bound=bound)
    table.add(job("b"), bound=bound)
    with pytest.raises(QueueFull, match="'me'") as refused:
        table.add(job("c"), request_id="r", bound=bound)
    assert refused.value.retry_after_s == 2.5
    table.add(job("d", client="other"), bound=bound)
    with pytest.raises(QueueFull, match="3 jobs"):
        table.add(job("e", client="third"), bound=bound)
    assert [found.id for found in table.live()] == ["a", "b", "d"]
    assert table.find_request("r", "f", job("c").request) is None


def test_request_ids_are_known_for_a_week_after_the_end_though_the_job_is_pruned(path: Path) -> None:
    table = JobTable(path)
    table.add(job("a"), request_id="r", fingerprint="f")
    table.save([replace(job("a"), state=State.SUCCEEDED, ended_at=NOW)])
    table.add(job("b"), request_id="live", fingerprint="f")
    table.prune(NOW + 1, keep_jobs=0)
    assert table.get("a") is None
    known = table.add(job("new"), request_id="r", fingerprint="f")
    assert (known.id, known.state) == ("a", State.SUCCEEDED)
    with pytest.raises(AlreadyExists, match="new UUID"):
        table.add(job("new"), request_id="r", fingerprint="other")
    table.prune(NOW + KEEP_S)
    assert table.find_request("r", "f", job("a").request) is None
    assert table.find_request("live", "f", job("b").request) is not None


def test_the_newest_ended_jobs_and_all_live_ones_are_kept(path: Path) -> None:
    table = JobTable(path)
    for n in range(20):
        table.add(job(f"{n}"))
        if n % 2:
            table.save([replace(job(f"{n}"), state=State.SUCCEEDED, ended_at=NOW + n)])
    table.prune(NOW + 100, keep_jobs=4)
    left = [int(found.id) for found in table.page(project=None, only_active=False, limit=99, before=None)[0]]
    assert [n for n in left if n % 2] == [19, 17, 15, 13]
    assert [n for n in left if not n % 2] == list(range(18, -1, -2))


def test_all_jobs_of_a_work_end_in_one_transaction(path: Path) -> None:
    table = JobTable(path)
    table.add(job("a"))
    table.add_crash("key-a")
    broken = replace(job("b"), key=None)  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        table.save([replace(job("a"), state=State.SUCCEEDED, ended_at=NOW), broken], cleared="key-a")
    assert [found.id for found in table.live()] == ["a"]
    assert table.crashes("key-a") == 1
    table.save([replace(job("a"), state=State.SUCCEEDED, ended_at=NOW)], cleared="key-a")
    assert table.crashes("key-a") == 0


def test_crashes_are_counted_over_restarts(path: Path) -> None:
    table = JobTable(path)
    assert [table.add_crash("k"), table.add_crash("k")] == [1, 2]
    table.close()
    table = JobTable(path)
    assert table.crashes("k") == 2
    table.forgive("k")
    assert table.crashes("k") == 0


@pytest.mark.parametrize("content", [b"not a database" * 1000, b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_file_is_moved_aside_and_begun_anew(
    path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    table = JobTable(path)
    table.add(job("a"))
    assert "damaged-1" in caplog.text
    assert path.with_name("jobs.db.damaged-1").read_bytes() == content


def test_a_table_of_another_version_is_moved_aside(path: Path) -> None:
    JobTable(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    assert JobTable(path).live() == []
    assert path.with_name("jobs.db.damaged-1").exists()


def test_a_network_file_system_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assetgen.serve.jobs.table.is_network", lambda folder: True)
    with pytest.raises(StoreError, match="ASSETGEN_STATE_DIR"):
        JobTable(path)


def test_a_killed_writer_leaves_what_it_committed(path: Path) -> None:
    table = JobTable(path)
    table.add(job("a"))
    table._db.execute("BEGIN IMMEDIATE")
    table._db.execute("DELETE FROM job")
    table.close()  # as a kill would: without a commit
    assert [found.id for found in JobTable(path).live()] == ["a"]


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=40))
def test_no_sequence_of_submissions_and_ends_exceeds_the_bound(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool]]
) -> None:
    table = JobTable(tmp_path_factory.mktemp("bound") / "jobs.db")
    bound = Bound(jobs=5, per_client=2)
    for n, (client, is_end) in enumerate(steps):
        live = table.live()
        if is_end and live:
            table.save([replace(live[0], state=State.SUCCEEDED, ended_at=NOW)])
            continue
        mine = sum(found.client == str(client) for found in live)
        try:
            table.add(job(f"{n}", client=str(client)), bound=bound)
        except QueueFull:
            assert len(live) == 5 or mine == 2
        else:
            assert len(live) < 5
            assert mine < 2
    table.close()
