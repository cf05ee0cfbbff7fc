"""The client over a daemon that drops links, restarts, falls silent and loses answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assetgen.client.connection import Client, connect
from assetgen.client.errors import (
    Cancelled,
    DaemonNotRunning,
    Disconnected,
    InvalidSpec,
    JobFailed,
    NotFound,
    QueueFull,
    ServerError,
    Unauthenticated,
    VersionMismatch,
    read_status,
)
from assetgen.client.events import (
    Artifact,
    BakePlan,
    CaughtUp,
    Failed,
    Finished,
    Log,
    Preview,
    Progress,
    Recovered,
    StateChanged,
    Updated,
)
from assetgen.client.handles import JobHandle, Mailbox
from assetgen.client.link import Backoff
from assetgen.client.models import Job, Project
from assetgen.client.web import Wire
from tests.client.fake_daemon import FakeDaemon
from tests.client.fake_service import FakeService

PATIENCE_S = 10.0


@pytest.fixture
def client(daemon: FakeDaemon) -> Iterator[Client]:
    with connect(agent="tests") as client:
        yield client


@pytest.fixture
def project(client: Client, tmp_path: Path) -> Project:
    return client.register(tmp_path / "game")


def until(claim: Callable[[], Any]) -> Any:
    """Wait for a claim to become true, and return its value."""
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not (value := claim()):
        assert time.monotonic() < deadline, "it never came true"
        pause.wait(0.002)
    return value


def events_until_end(job: JobHandle) -> list[Any]:
    found: list[Any] = []

    def ended() -> bool:
        is_over = job.is_finished  # before the poll: the last events are there then
        found.extend(job.poll())
        return is_over

    until(ended)
    return found


def test_a_job_tells_its_life_by_poll_and_its_result_by_wait(client: Client, project: Project) -> None:
    job = client.generate("moss", project=project, asset="walls/moss", seed=7, size=64)
    events = events_until_end(job)
    assert isinstance(events[0], StateChanged)
    assert isinstance(events[-1], Finished)
    assert [event.sequence for event in events] == sorted({event.sequence for event in events})
    (note,) = (event for event in events if isinstance(event, Log))
    assert (note.level, "frumious" in note.text) == ("warning", True)
    result = job.wait(0)
    assert result.state == "succeeded"
    assert result.assets[0].asset == "walls/moss"
    assert result.assets[0].set_for("unity") is not None
    assert result.create_time == 1738324800.5
    assert job.resume_after == events[-1].sequence
    assert job.poll() == []


def test_progress_and_previews_are_read_as_they_are(
    client: Client, project: Project, service: FakeService
) -> None:
    job = client.generate("held moss", project=project)
    preview = until(lambda: next((e for e in job.poll() if isinstance(e, Preview)), None))
    assert (preview.data, preview.media_type, preview.coarse) == (b"RIFFpreview", "image/webp", True)
    assert preview.sound == b""
    service.gate.set()
    progress = until(lambda: next((e for e in job.poll() if isinstance(e, Progress)), None))
    assert (progress.stage, progress.fraction, progress.remaining_s) == ("encoding", 0.75, 1.5)
    job.wait(PATIENCE_S)


def test_a_preview_of_a_sound_can_be_heard(client: Client, project: Project, service: FakeService) -> None:
    job = client.generate("held rain", project=project)
    preview = until(lambda: next((e for e in job.poll() if isinstance(e, Preview)), None))
    assert (preview.data, preview.sound) == (b"RIFFpreview", b"OggSpreview")
    service.gate.set()
    job.wait(PATIENCE_S)


def test_what_is_asked_for_goes_over_the_wire_as_the_contract_says(
    client: Client, project: Project, service: FakeService
) -> None:
    client.generate(
        project=project,
        spec={"kind": "texture", "prompt": "paper", "surface": {"meters": 2.0}},
        asset="ui/paper",
        seed=2**63,
        targets=["unity"],
        priority="bake",
        timeout_s=90,
    ).wait(PATIENCE_S)
    order = next(message["order"] for name, message in service.calls if name == "CreateJob")
    assert order["spec"]["kind"] == "ASSET_KIND_TEXTURE"
    assert order["spec"]["seed"] == str(2**63)
    assert order["spec"]["settingsJson"] == '{"surface": {"meters": 2.0}}'
    assert (order["priority"], order["timeout"]) == ("PRIORITY_BAKE", "90.000s")
    assert (order["client"], order["targets"]) == ("tests", ["unity"])
    client.generate(project=project, prompt_file="walls/a.prompt.toml").wait(PATIENCE_S)
    order = [message["order"] for name, message in service.calls if name == "CreateJob"][-1]
    assert order["promptFile"] == "walls/a.prompt.toml"
    assert "spec" not in order


@pytest.mark.parametrize("arguments", [{}, {"prompt": "moss", "prompt_file": "a.prompt.toml"}])
def test_a_request_that_asks_for_nothing_or_for_two_things_is_refused(
    client: Client, project: Project, arguments: dict[str, str]
) -> None:
    with pytest.raises(InvalidSpec):
        client.generate(project=project, **arguments)


def test_generate_and_poll_never_block_while_the_daemon_is_gone(
    client: Client, project: Project, daemon: FakeDaemon
) -> None:
    daemon.stop()
    before = time.thread_time(), time.monotonic()
    job = client.generate("moss", project=project)
    for _ in range(100):
        assert job.poll() == []
    job.cancel()
    assert time.monotonic() - before[1] < 0.5
    assert time.thread_time() - before[0] < 0.1
    with pytest.raises(Cancelled, match="before it was queued"):
        job.wait(PATIENCE_S)


def test_a_failed_job_a_refused_one_and_a_cancelled_one_raise_what_they_are(
    client: Client, project: Project
) -> None:
    with pytest.raises(JobFailed) as failed:
        client.generate("broken moss", project=project).wait(PATIENCE_S)
    assert failed.value.reason == "WORKER_LOST"
    assert str(failed.value) == "a.prompt.toml:3:1: it died."
    with pytest.raises(InvalidSpec) as refused:
        client.generate("nonsense", project=project).wait(PATIENCE_S)
    assert refused.value.reason == "INVALID_SPEC"
    assert refused.value.place is not None
    assert refused.value.place.column == 9
    job = client.generate("slow moss", project=project)
    job.cancel()
    with pytest.raises(Cancelled):
        job.wait(PATIENCE_S)
    with pytest.raises(NotFound):
        client.attach("jobs/nobody").wait(PATIENCE_S)
    with pytest.raises(TimeoutError):
        client.generate("slow moss", project=project).wait(0.02)


def test_a_dropped_link_is_taken_up_where_it_broke(
    client: Client, project: Project, daemon: FakeDaemon, service: FakeService
) -> None:
    job = client.generate("held moss", project=project)
    seen = [until(lambda: next((e for e in job.poll() if isinstance(e, Preview)), None))]
    daemon.cut()
    service.gate.set()
    seen += events_until_end(job)
    sequences = [event.sequence for event in seen]
    assert sequences == sorted(set(sequences)), "nothing twice"
    assert isinstance(seen[-1], Finished)
    watches = [m for name, m in service.calls if name == "WatchJob"]
    assert [int(m["afterSequence"]) for m in watches] == [0, seen[0].sequence]


def test_what_a_daemon_tells_again_is_not_told_twice(
    client: Client, project: Project, daemon: FakeDaemon, service: FakeService
) -> None:
    service.tells_all_again = True
    job = client.generate("held moss", project=project)
    until(lambda: job.resume_after >= 40)
    seen = job.poll()
    daemon.cut()
    service.gate.set()
    sequences = [event.sequence for event in seen + events_until_end(job)]
    assert sequences == sorted(set(sequences))


def test_a_job_survives_a_daemon_that_comes_back_on_another_port_with_another_token(
    state: Path, service: FakeService, tmp_path: Path
) -> None:
    first = FakeDaemon(state, service).start()
    with connect() as client:
        project = client.register(tmp_path / "game")
        job = client.generate("held moss", project=project)
        feed = client.watch(project)
        until(lambda: job.resume_after >= 40)
        second = first.restart()
        assert second.http != first.http
        service.gate.set()
        assert job.wait(PATIENCE_S).state == "succeeded"
        service.changes.append({"caughtUp": {}})
        assert until(feed.poll) == [CaughtUp("1")]
        assert client.capabilities().instance_id == service.instance_id
    second.stop()


def test_a_lost_answer_is_asked_for_again_under_the_same_request_id(
    client: Client, project: Project, daemon: FakeDaemon, service: FakeService
) -> None:
    daemon.lose_answers_of = ["CreateJob"] * 3
    assert client.generate("moss", project=project).wait(PATIENCE_S).state == "succeeded"
    orders = [message["order"] for name, message in service.calls if name == "CreateJob"]
    assert len(orders) >= 4
    assert len({order["requestId"] for order in orders}) == 1
    assert len(service.jobs) == 1


def test_a_job_closed_while_its_answer_was_lost_is_found_and_cancelled(
    client: Client, project: Project, daemon: FakeDaemon, service: FakeService
) -> None:
    daemon.lose_answers_of = ["CreateJob"] * 2
    job = client.generate("slow moss", project=project)
    until(lambda: service.jobs)
    job.close()
    (made,) = service.jobs.values()
    until(lambda: made.state == "CANCELLED")


def test_closing_the_client_cancels_what_is_not_detached(state: Path, daemon: FakeDaemon) -> None:
    service = daemon.service
    with connect() as client:
        project = client.register(state)
        kept = client.generate("slow moss", project=project, detach=True)
        left = client.generate("slow moss", project=project)
        until(lambda: kept.name and left.name)
    until(lambda: service.jobs[left.name].state == "CANCELLED")
    assert service.jobs[kept.name].state == "RUNNING"
    service.cancel(service.jobs[kept.name])


def test_a_detached_job_is_queued_though_the_client_closes_at_once(state: Path, daemon: FakeDaemon) -> None:
    with connect() as client:
        client.generate("moss", project=client.register(state), detach=True)
    until(lambda: daemon.service.jobs)


def test_a_full_queue_is_told_or_waited_for(client: Client, project: Project, service: FakeService) -> None:
    service.room = 0
    with pytest.raises(QueueFull) as full:
        client.generate("moss", project=project).wait(PATIENCE_S)
    assert full.value.retry_after_s == 0.01
    patient = client.generate("moss", project=project, wait_for_room=True)
    asked = service.count("CreateJob")
    until(lambda: service.count("CreateJob") > asked + 1)
    service.room = 1
    assert patient.wait(PATIENCE_S).state == "succeeded"


def test_attaching_goes_on_after_a_sequence_number(client: Client, project: Project) -> None:
    first = client.generate("moss", project=project)
    first.wait(PATIENCE_S)
    again = client.attach(first.name, after=40)
    assert again.wait(PATIENCE_S).state == "succeeded"
    assert again.poll()[0].sequence > 40


def test_a_daemon_that_never_comes_back_ends_the_job_with_an_error(
    state: Path, service: FakeService, tmp_path: Path
) -> None:
    daemon = FakeDaemon(state, service).start()
    with connect(patience_s=0.1) as client:
        job = client.generate("slow moss", project=client.register(tmp_path))
        until(lambda: job.name)
        daemon.stop()
        with pytest.raises((DaemonNotRunning, Disconnected)):
            job.wait(PATIENCE_S)


def test_a_stream_is_closed_from_another_thread_while_it_waits(
    daemon: FakeDaemon, service: FakeService
) -> None:
    wire = Wire(daemon.http, daemon.token)
    service.projects["projects/p"] = {}
    job = service.submit({"project": "projects/p", "spec": {"prompt": "slow"}})
    stream = wire.stream("WatchJob", {"name": job.name})
    seen: list[Any] = []
    reader = threading.Thread(target=lambda: seen.extend(stream))
    reader.start()
    until(lambda: len(job.events) == 4)
    stream.close()
    reader.join(PATIENCE_S)
    assert not reader.is_alive()
    assert list(stream) == []
    stream.close()
    service.cancel(job)


def test_a_silent_stream_counts_as_broken(daemon: FakeDaemon, service: FakeService) -> None:
    service.is_silent = True
    service.projects["projects/p"] = {}
    job = service.submit({"project": "projects/p", "spec": {"prompt": "slow"}})
    stream = Wire(daemon.http, daemon.token).stream("WatchJob", {"name": job.name}, stall_s=0.1)
    with pytest.raises(Disconnected) as caught:
        next(stream)
    assert caught.value.reason == "STALLED"
    service.cancel(job)


def test_connections_are_kept_and_a_stale_one_is_replaced(daemon: FakeDaemon, client: Client) -> None:
    for _ in range(10):
        client.capabilities()
    before = daemon.accepted
    client.capabilities()
    assert daemon.accepted == before
    daemon.cut()
    client.capabilities()
    assert daemon.accepted == before + 1


def test_files_are_taken_by_path_when_their_hashes_match(client: Client, project: Project) -> None:
    one = client.generate("moss", project=project, asset="a").wait(PATIENCE_S).assets[0].sets[0]
    assert [str(path) for path in client.files(one)] == [file.local_path for file in one.files]


def test_files_that_differ_are_downloaded_as_a_whole_set(
    client: Client, project: Project, state: Path, daemon: FakeDaemon
) -> None:
    one = client.generate("moss", project=project, asset="a").wait(PATIENCE_S).assets[0].sets[0]
    wanted = [Path(file.local_path).read_bytes() for file in one.files]
    first = Path(one.files[0].local_path)
    first.rename(first.with_name(first.name + ".kept"))
    paths = client.files(one)
    assert [path.read_bytes() for path in paths] == wanted
    assert {path.parent for path in paths} == {paths[0].parent}, "never half by path"
    assert state / "downloads" in paths[0].parents
    asked = len(daemon.ranges)
    assert client.files(one) == paths
    assert len(daemon.ranges) == asked, "it is kept"


def test_a_download_that_broke_goes_on_where_it_stopped(
    client: Client, project: Project, daemon: FakeDaemon, tmp_path: Path
) -> None:
    one = client.generate("moss", project=project, asset="a").wait(PATIENCE_S).assets[0].sets[0]
    first = Path(one.files[0].local_path)
    wanted = first.read_bytes()
    first.rename(first.with_name(first.name + ".kept"))
    daemon.truncate_at = 100
    paths = client.files(one, tmp_path / "kept")
    assert paths[0].read_bytes() == wanted
    assert daemon.ranges[:2] == ["", "bytes=100-"]
    paths[0].write_bytes(b"damaged")
    assert client.files(one, tmp_path / "kept")[0].read_bytes() == wanted


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "C:/evil", "a\\..\\evil", ""])
def test_a_daemon_cannot_place_a_download_outside_of_its_folder(
    client: Client, tmp_path: Path, name: str
) -> None:
    from assetgen.client.models import AssetFile, AssetSet

    one = AssetSet("unity", files=(AssetFile("albedo", relative_path=name, sha256="0" * 64, size_bytes=1),))
    with pytest.raises(ServerError, match="leaves its folder"):
        client.files(one, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_a_watch_tells_changes_and_goes_on_after_a_break(
    client: Client, project: Project, daemon: FakeDaemon, service: FakeService
) -> None:
    error = {"code": 3, "reason": "INVALID_SPEC", "message": "no.", "place": {"path": "a", "line": 2}}
    service.changes = [{"failed": {"promptFile": "a", "errors": [error]}}, {"caughtUp": {}}]
    feed = client.watch(project)
    failed, caught_up = until(lambda: len(service.changes) == 2 and _all(feed, 2))
    assert isinstance(failed, Failed)
    assert str(failed.failure.errors[0]) == "a:2: no."
    assert isinstance(caught_up, CaughtUp)
    daemon.cut()
    service.changes += [{"recovered": "a"}, {"updated": {"name": "projects/p/assets/a", "asset": "a"}}]
    recovered, updated = until(lambda: _all(feed, 2))
    assert isinstance(recovered, Recovered)
    assert isinstance(updated, Updated)
    assert feed.resume_token == "4"
    feed.close()
    until(lambda: feed.is_finished)
    assert feed.error is None


_KEPT: dict[int, list[Any]] = {}


def _all(feed: Any, count: int) -> list[Any]:
    found = _KEPT.setdefault(id(feed), [])
    found += feed.poll()
    return _KEPT.pop(id(feed)) if len(found) >= count else []


def test_a_bake_tells_its_plan_its_jobs_and_its_end(client: Client, project: Project) -> None:
    bake = client.bake(project)
    assert bake.wait(PATIENCE_S).ok
    events = bake.poll()
    assert isinstance(events[0], BakePlan)
    assert events[0].due[0].reason == "new"
    assert any(isinstance(event, Artifact) for event in events)
    assert not client.bake(project, check_only=True).wait(PATIENCE_S).ok


def test_validating_tells_problems_with_their_places(client: Client, project: Project) -> None:
    wrong = client.validate('kind = "materiel"', prompt_file="a.prompt.toml", project=project)
    assert str(wrong.problems[0]) == "a.prompt.toml:2:8: no such kind."
    assert client.validate('kind = "material"').report == {"understood": ["base: cobblestone"]}


def test_lists_are_fetched_page_by_page(client: Client, project: Project) -> None:
    for number in range(5):
        client.generate("moss", project=project, asset=f"a{number}").wait(PATIENCE_S)
    assert [len(client.jobs(limit=limit)) for limit in (2, 5, 50)] == [2, 5, 5]
    assert [asset.asset for asset in client.assets(project)] == [f"a{number}" for number in range(5)]
    assert client.asset(client.assets(project)[0].name).asset == "a0"


def test_a_wrong_token_and_a_missing_daemon_are_told_apart(daemon: FakeDaemon) -> None:
    with pytest.raises(Unauthenticated):
        connect(daemon.http, "wrong")
    with connect(daemon.http, daemon.token) as client:
        assert client.capabilities().version == "0.1.0"
    with pytest.raises(DaemonNotRunning):
        connect("http://127.0.0.1:1", "x")


@pytest.mark.parametrize(
    "address", ["http://10.1.2.3:80", "http://example.com", "ftp://127.0.0.1", "nonsense:x"]
)
def test_an_address_that_would_tell_the_token_to_a_network_is_refused(address: str) -> None:
    with pytest.raises(InvalidSpec):
        Wire(address, "secret")


def test_statuses_become_the_errors_of_the_tree() -> None:
    assert isinstance(read_status(12, "no such method", ""), VersionMismatch)
    assert "--stop" in str(read_status(12, "no such method", ""))
    assert isinstance(read_status(14, "", '{"reason": "DRAINING", "message": "ends"}'), Disconnected)
    assert isinstance(read_status(14, "", '{"reason": "STORE_UNAVAILABLE", "message": "full"}'), ServerError)
    assert isinstance(read_status(8, "", '{"reason": "QUEUE_FULL", "retryAfter": "x"}'), QueueFull)
    assert read_status(13, "boom", "{torn").message == "boom"


def test_newer_news_replaces_what_was_not_fetched_yet() -> None:
    box = Mailbox()
    first = StateChanged(1, "jobs/a", Job("jobs/a"))
    box.put(first)
    for number in range(1000):
        box.put(Progress(number + 2, "jobs/a", "drawing", 1, 1, 0.5, None))
        box.put(Preview(number + 2, "jobs/a", "a", "image/webp", b"x", 1, 1, True))
    taken = box.take(64)
    assert taken[0] is first
    assert [event.sequence for event in taken] == [1, 1001, 1001]
    assert box.take(64) == []


def test_whether_the_daemon_is_there_is_told_without_an_error(client: Client, daemon: FakeDaemon) -> None:
    assert client.answers()
    daemon.is_well = False
    assert client.answers(), "a daemon that is not well is there"
    daemon.stop()
    assert not client.answers(timeout=0.5)
    assert not client.renew()


def test_a_daemon_that_came_back_elsewhere_is_found_when_asked_for(
    client: Client, daemon: FakeDaemon
) -> None:
    new = daemon.restart()
    assert client.renew()
    assert client.answers()
    assert not client.renew(), "it is known already"
    new.stop()


def test_a_thread_of_ones_own_may_wait_for_news_and_is_woken_by_it_and_by_the_end() -> None:
    box = Mailbox()
    news = StateChanged(1, "jobs/a", Job("jobs/a"))
    threading.Timer(0.02, box.put, [news]).start()
    before = time.monotonic()
    assert box.take(64, wait_s=PATIENCE_S) == [news]
    threading.Timer(0.02, box.close).start()
    assert box.take(64, wait_s=PATIENCE_S) == []
    assert box.take(64, wait_s=PATIENCE_S) == []
    assert time.monotonic() - before < PATIENCE_S / 2


def test_a_poll_that_waits_sees_the_whole_life_of_a_job(client: Client, project: Project) -> None:
    job = client.generate("brick", project=project)
    seen: list[Any] = []
    while news := job.poll(wait_s=PATIENCE_S):
        seen += news
    assert isinstance(seen[-1], Finished)
    assert job.is_finished or until(lambda: job.is_finished)


def test_waits_grow_to_a_limit_and_start_again_after_a_success() -> None:
    backoff = Backoff(0.1, 1.0)
    waits = [backoff.next_s() for _ in range(20)]
    assert 0.05 <= waits[0] <= 0.1
    assert all(0.5 <= wait <= 1.0 for wait in waits[5:])
    backoff.reset()
    assert backoff.next_s() <= 0.1
