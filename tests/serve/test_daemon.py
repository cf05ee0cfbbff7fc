"""The whole daemon in a process of its own, with workers that only pretend."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assetgen.client.connection import Client, connect
from assetgen.client.errors import JobFailed
from assetgen.serve.daemon import end_signals
from tests.serve.live import ROOT, LiveDaemon

PATIENCE_S = 30.0


@pytest.fixture
def game(tmp_path: Path) -> Path:
    root = tmp_path / "game"
    root.mkdir()
    (root / "assetgen.toml").write_text('assetgen = 1\ntargets = ["unity"]\n', encoding="utf-8")
    return root


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[LiveDaemon]:
    with LiveDaemon(tmp_path, arguments=("--workers", "2")) as daemon:
        yield daemon


@pytest.fixture
def client(daemon: LiveDaemon) -> Iterator[Client]:
    with client_of(daemon) as client:
        yield client


def client_of(daemon: LiveDaemon) -> Client:
    return connect(address=daemon.endpoint["http"], token=daemon.endpoint["token"])


def until(holds: Callable[[], Any]) -> Any:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE_S
    while not (found := holds()):
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)
    return found


def order(game: Path, prompt: str, **more: Any) -> dict[str, Any]:
    return {
        "project": str(game),
        "spec": {"kind": "ASSET_KIND_MATERIAL", "prompt": prompt, "asset": more.pop("asset", "")},
        **more,
    }


def state_of(daemon: LiveDaemon, name: str) -> str:
    return daemon.call("GetJob", name=name)["job"]["state"].removeprefix("JOB_STATE_")


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False


def test_a_crash_a_hang_and_a_refusal_cost_one_job_each_and_the_others_are_made(
    tmp_path: Path, game: Path
) -> None:
    with (
        LiveDaemon(tmp_path, arguments=("--workers", "2", "--hang-after", "2")) as daemon,
        client_of(daemon) as client,
    ):
        client.register(str(game))
        bad = {
            word: client.generate(f"{word} stone", project=str(game), asset=f"bad/{word}")
            for word in ("die", "exit", "hang", "memory", "refuse")
        }
        good = [client.generate(f"moss {n}", project=str(game), asset=f"good/m{n}") for n in range(30)]
        assert all(job.wait(PATIENCE_S).state == "succeeded" for job in good)
        reasons = {}
        for word, job in bad.items():
            with pytest.raises(JobFailed) as caught:
                job.wait(PATIENCE_S)
            reasons[word] = caught.value.reason
        lost, failed = "WORKER_LOST", "GENERATION_FAILED"
        assert reasons == {"die": lost, "exit": lost, "hang": lost, "memory": failed, "refuse": failed}
        assert daemon.is_serving()


def test_a_daemon_that_is_killed_in_the_middle_of_a_job_finishes_it_after_its_restart(
    tmp_path: Path, game: Path
) -> None:
    daemon = LiveDaemon(tmp_path, arguments=("--workers", "1"), environ={"LIGHT_STEP_S": "0.3"})
    daemon.start()
    daemon.call("RegisterProject", root=str(game))
    name = daemon.call("CreateJob", order=order(game, "moss"))["job"]["name"]
    until(lambda: state_of(daemon, name) == "RUNNING")
    workers = daemon.worker_pids()
    daemon.kill()
    until(lambda: not any(map(is_alive, workers)))
    daemon.start()
    try:
        until(lambda: state_of(daemon, name) == "SUCCEEDED")
        job = daemon.call("GetJob", name=name)["job"]
        assert job["interruptions"] == 1
        assert Path(job["assets"][0]["sets"][0]["files"][0]["localPath"]).is_file()
    finally:
        daemon.stop()


def test_a_client_follows_its_job_over_a_restart_to_another_port(tmp_path: Path, game: Path) -> None:
    daemon = LiveDaemon(tmp_path, environ={"LIGHT_STEP_S": "0.3"})
    daemon.start()
    before = os.environ.get("ASSETGEN_STATE_DIR")
    os.environ["ASSETGEN_STATE_DIR"] = str(daemon.state)
    try:
        with connect() as client:
            client.register(str(game))
            job = client.generate("moss", project=str(game))
            until(lambda: any(type(event).__name__ == "Progress" for event in job.poll()))
            daemon.kill()
            daemon.start()
            assert job.wait(PATIENCE_S).state == "succeeded"
    finally:
        daemon.stop()
        os.environ.pop("ASSETGEN_STATE_DIR")
        if before is not None:
            os.environ["ASSETGEN_STATE_DIR"] = before


def test_an_orderly_end_withdraws_the_endpoint_and_queues_what_runs_again(tmp_path: Path, game: Path) -> None:
    daemon = LiveDaemon(tmp_path, environ={"LIGHT_STEP_S": "0.5"})
    daemon.start()
    daemon.call("RegisterProject", root=str(game))
    name = daemon.call("CreateJob", order=order(game, "moss"))["job"]["name"]
    until(lambda: state_of(daemon, name) == "RUNNING")
    workers = daemon.worker_pids()
    assert daemon.stop() == 0
    assert not (daemon.state / "daemon.json").exists()
    assert not any(map(is_alive, workers))
    daemon.start()
    try:
        until(lambda: state_of(daemon, name) == "SUCCEEDED")
        assert "interruptions" not in daemon.call("GetJob", name=name)["job"]
    finally:
        daemon.stop()


def test_a_second_daemon_of_the_same_user_is_refused_and_the_first_serves_on(daemon: LiveDaemon) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "assetgen", "serve"],
        env=daemon.environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert second.returncode == 1
    assert str(daemon.endpoint["pid"]) in second.stderr
    assert daemon.is_serving()


@pytest.mark.parametrize("flags", [("--host", "0.0.0.0"), ("--host", "0.0.0.0", "--token-file", "x")])
def test_a_door_to_the_network_takes_tls_and_a_token(tmp_path: Path, flags: tuple[str, ...]) -> None:
    environ = {**os.environ, "ASSETGEN_STATE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "assetgen", "serve", *flags]
    result = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 78
    assert "--tls-cert" in result.stderr


def test_it_ends_with_the_process_that_it_belongs_to(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    daemon = LiveDaemon(tmp_path, arguments=("--parent-pid", str(parent.pid)))
    daemon.start()
    parent.communicate(b"\n")
    assert daemon.process is not None
    assert daemon.process.wait(PATIENCE_S) == 0


def test_it_ends_when_nobody_needs_it_any_more(tmp_path: Path) -> None:
    daemon = LiveDaemon(tmp_path, arguments=("--idle-exit", "1"))
    daemon.start()
    assert daemon.process is not None
    assert daemon.process.wait(PATIENCE_S) == 0


def test_a_saved_prompt_file_is_made_and_told_and_a_broken_one_keeps_the_last_good_asset(
    daemon: LiveDaemon, client: Client, game: Path
) -> None:
    project = client.register(str(game), watch=True)
    feed = client.watch(project)
    seen: list[Any] = []

    def heard(kind: str) -> Any:
        seen.extend(feed.poll())
        return next((seen.pop(n) for n, event in enumerate(seen) if type(event).__name__ == kind), None)

    until(lambda: heard("CaughtUp"))
    file = game / "wall.prompt.toml"
    file.write_text('assetgen = 1\nkind = "material"\nprompt = "moss"\n', encoding="utf-8")
    first = until(lambda: heard("Updated")).asset
    file.write_text('assetgen = 1\nkind = "material"\nprompt = 7\n', encoding="utf-8")
    failure = until(lambda: heard("Failed"))
    failure = failure.failure
    assert failure.prompt_file == "wall.prompt.toml"
    assert failure.errors[0].place.line == 3
    assert Path(first.sets[0].files[0].local_path).is_file()
    file.write_text('assetgen = 1\nkind = "material"\nprompt = "old moss"\n', encoding="utf-8")
    until(lambda: heard("Recovered"))
    second = until(lambda: heard("Updated")).asset
    assert second.asset == first.asset == "wall"
    assert second.sets[0].etag != first.sets[0].etag


def test_a_bake_makes_what_is_due_and_a_check_then_finds_nothing(
    daemon: LiveDaemon, client: Client, game: Path
) -> None:
    for number in range(50):
        file = game / f"walls/w{number}.prompt.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f'assetgen = 1\nkind = "material"\nprompt = "moss {number}"\n', encoding="utf-8")
    (game / "bad.prompt.toml").write_text("assetgen = 1\n", encoding="utf-8")
    project = client.register(str(game))
    first = client.bake(project).wait(PATIENCE_S)
    assert (first.succeeded, first.failed, first.ok) == (50, 1, False)
    (game / "bad.prompt.toml").unlink()
    check = client.bake(project, check_only=True).wait(PATIENCE_S)
    assert (check.up_to_date, check.ok) == (50, True)


def test_metrics_tell_what_was_made(tmp_path: Path, game: Path) -> None:
    with (
        LiveDaemon(tmp_path, arguments=("--metrics-port", "0", "--reflection")) as daemon,
        client_of(daemon) as client,
    ):
        client.register(str(game))
        client.generate("moss", project=str(game)).wait(PATIENCE_S)
        log = (daemon.state / "stderr.txt").read_text(encoding="utf-8")
        url = log.partition("metrics on ")[2].split()[0]

        def text() -> str:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()

        until(lambda: 'assetgen_run_s_count{kind="material"} 1' in text())
        assert 'assetgen_cache_hit{result="miss"} 1' in text()


def test_the_log_names_no_prompt_token_or_home(daemon: LiveDaemon, client: Client, game: Path) -> None:
    client.register(str(game))
    client.generate("refuse verysecretprompt", project=str(game), asset="x")
    until(lambda: "failed" in (daemon.state / "daemon.jsonl").read_text(encoding="utf-8"))
    lines = (daemon.state / "daemon.jsonl").read_text(encoding="utf-8").splitlines()
    text = "\n".join(lines)
    assert all(json.loads(line)["level"] for line in lines)
    assert daemon.endpoint["token"] not in text
    assert "verysecretprompt" not in text
    assert f"{Path.home()}/" not in text


def test_the_endpoint_is_for_its_user_alone(daemon: LiveDaemon) -> None:
    assert (daemon.state / "daemon.json").stat().st_mode & 0o777 == 0o600
    assert daemon.state.stat().st_mode & 0o777 == 0o700
    assert (daemon.state / "daemon.jsonl").stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_outside_of_registered_projects(
    daemon: LiveDaemon, game: Path, tmp_path: Path
) -> None:
    stranger = tmp_path / "elsewhere"
    stranger.mkdir()
    for request in (
        order(stranger, "moss"),
        order(game, "moss", asset="../../elsewhere/x"),
        order(game, "moss", asset="/etc/x"),
        {**order(game, "moss"), "spec": None, "promptFile": "../elsewhere/a.prompt.toml"},
    ):
        with pytest.raises(urllib.error.HTTPError) as caught:
            daemon.call("CreateJob", order=request)
        assert caught.value.code in (400, 403, 404)
        caught.value.close()
    assert not list(stranger.iterdir())


def test_a_worker_that_hangs_does_not_hold_up_the_end(tmp_path: Path, game: Path) -> None:
    daemon = LiveDaemon(tmp_path)
    daemon.start()
    daemon.call("RegisterProject", root=str(game))
    name = daemon.call("CreateJob", order=order(game, "hang stone"))["job"]["name"]
    until(lambda: state_of(daemon, name) == "RUNNING")
    workers = daemon.worker_pids()
    assert daemon.stop() == 0
    assert not any(map(is_alive, workers))


def test_the_first_signal_asks_for_an_end_and_the_second_one_does_not_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[int] = []
    asked: list[bool] = []
    monkeypatch.setattr("os._exit", ended.append)
    before = signal.getsignal(signal.SIGTERM)

    async def run() -> None:
        with end_signals(lambda: asked.append(True)):
            signal.raise_signal(signal.SIGTERM)
            await asyncio.sleep(0)
            assert (asked, ended) == ([True], [])
            signal.raise_signal(signal.SIGTERM)
        assert ended == [128 + signal.SIGTERM]

    asyncio.run(run())
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_file_of_the_users_in_the_way_is_kept_and_moved_aside_only_on_request(
    daemon: LiveDaemon, client: Client, game: Path
) -> None:
    project = client.register(str(game))
    mine = game / "generated" / "unity" / "wall" / "wall_albedo.png"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"painted by hand")
    with pytest.raises(JobFailed) as caught:
        client.generate("moss", project=project, asset="wall").wait(PATIENCE_S)
    assert caught.value.reason == "PUBLISH_CONFLICT"
    assert mine.read_bytes() == b"painted by hand"
    client.generate("moss", project=project, asset="wall", overwrite=True).wait(PATIENCE_S)
    assert mine.with_name("wall_albedo.png.bak").read_bytes() == b"painted by hand"


def test_a_daemon_whose_workers_do_not_start_says_that_it_is_not_well(tmp_path: Path) -> None:
    daemon = LiveDaemon(tmp_path, environ={"LIGHT_IS_BROKEN": "1"})
    daemon.start()
    try:
        until(lambda: not daemon.is_serving())
        assert daemon.call("GetCapabilities")["pid"] == daemon.endpoint["pid"]
    finally:
        daemon.stop()
