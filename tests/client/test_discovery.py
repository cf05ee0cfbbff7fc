"""Finding the daemon, passing over what a dead one left, and starting just one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assetgen.client import discovery
from assetgen.client.connection import connect
from assetgen.client.discovery import Endpoint, find_daemon, read_endpoint, start_daemon, state_dir
from assetgen.client.errors import DaemonNotRunning, VersionMismatch
from tests.client.fake_daemon import FakeDaemon

ROOT = Path(__file__).parents[2]
FAKE = [sys.executable, str(ROOT / "tests" / "client" / "fake_daemon.py")]


def rewrite(state: Path, **changes: object) -> None:
    path = state / "daemon.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}), encoding="utf-8")


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_the_state_folder_is_for_its_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSETGEN_STATE_DIR", str(tmp_path / "a" / "b"))
    assert state_dir() == tmp_path / "a" / "b"
    assert state_dir().stat().st_mode & 0o777 == 0o700
    state_dir().chmod(0o755)
    assert state_dir().stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(sys.platform != "linux", reason="folders of Linux")
def test_the_state_folder_follows_xdg_unless_that_is_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSETGEN_STATE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state_dir() == tmp_path / "xdg" / "assetgen"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_dir() == tmp_path / ".local" / "state" / "assetgen"


def test_a_running_daemon_is_found(daemon: FakeDaemon) -> None:
    endpoint = find_daemon()
    assert endpoint is not None
    assert (endpoint.http, endpoint.token, endpoint.pid) == (daemon.http, daemon.token, os.getpid())


def test_no_file_is_no_daemon(state: Path) -> None:
    assert read_endpoint() is None
    assert not discovery.has_crashed()
    with pytest.raises(DaemonNotRunning, match="assetgen serve"):
        connect()


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "{}", '{"pid": "x", "http": ""}', "\x00\xff"])
def test_a_torn_file_is_no_daemon(state: Path, text: str) -> None:
    (state / "daemon.json").write_text(text, encoding="utf-8")
    assert read_endpoint() is None


def test_the_file_of_a_dead_process_counts_as_absent_and_as_a_crash(daemon: FakeDaemon, state: Path) -> None:
    rewrite(state, pid=dead_pid())
    assert read_endpoint() is None
    assert discovery.has_crashed()


def test_a_daemon_of_another_name_at_the_same_address_counts_as_absent(
    daemon: FakeDaemon, state: Path
) -> None:
    rewrite(state, instance_id="another")
    assert read_endpoint() is not None
    assert find_daemon() is None


def test_a_daemon_on_all_addresses_is_called_by_the_one_of_this_machine(
    daemon: FakeDaemon, state: Path
) -> None:
    rewrite(state, http=daemon.http.replace("127.0.0.1", "0.0.0.0"))
    found = find_daemon()
    assert found is not None
    assert found.http == daemon.http


def test_a_daemon_whose_certificate_is_gone_counts_as_absent(daemon: FakeDaemon, state: Path) -> None:
    rewrite(state, tls_cert=str(state / "gone.pem"))
    assert find_daemon() is None


def test_the_token_stays_out_of_what_is_printed(daemon: FakeDaemon) -> None:
    assert daemon.token not in repr(find_daemon())


def test_an_address_where_nobody_answers_counts_as_absent(daemon: FakeDaemon, state: Path) -> None:
    rewrite(state, http="http://127.0.0.1:1")
    assert find_daemon() is None


def test_a_file_of_another_shape_asks_for_the_same_release(daemon: FakeDaemon, state: Path) -> None:
    rewrite(state, version=2)
    with pytest.raises(VersionMismatch) as caught:
        read_endpoint()
    assert "same release" in caught.value.hint


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_somebody_else_wrote_is_passed_over(daemon: FakeDaemon, state: Path) -> None:
    os.chown(state / "daemon.json", 12345, 12345)
    assert read_endpoint() is None


@pytest.fixture
def startable(state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder in which the fake daemon can be started as a process of its own."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return state


def end(state: Path) -> None:
    endpoint = read_endpoint()
    assert endpoint is not None
    with connect() as client:
        client.shutdown()
    pause = threading.Event()
    for _ in range(500):
        if not discovery.is_alive(endpoint.pid):
            return
        pause.wait(0.02)
    raise AssertionError("the daemon did not end")


def test_however_many_start_one_at_once_one_daemon_comes_of_it(startable: Path) -> None:
    found: list[Endpoint] = []
    threads = [threading.Thread(target=lambda: found.append(start_daemon(FAKE, 60))) for _ in range(4)]
    code = (
        f"from assetgen.client.discovery import start_daemon; print(start_daemon({FAKE!r}, 60).instance_id)"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answer, _ = other.communicate(timeout=30)
    names = {endpoint.instance_id for endpoint in found} | {answer.strip()}
    assert len(found) == 4
    assert len(names) == 1
    starts = (startable / "starts.txt").read_text(encoding="utf-8").splitlines()
    assert len(starts) == 1
    assert starts[0].endswith("serve --idle-exit 60")
    end(startable)


def test_connecting_starts_the_daemon_when_asked_to(startable: Path) -> None:
    with connect(autostart=True, command=FAKE) as client:
        assert client.capabilities().version == "0.1.0"
    end(startable)
    assert read_endpoint() is None


def test_a_daemon_that_was_started_here_leaves_no_thread_and_its_end_is_seen(startable: Path) -> None:
    before = set(threading.enumerate())
    endpoint = start_daemon(FAKE, 60)
    assert set(threading.enumerate()) == before
    assert discovery.is_alive(endpoint.pid)
    end(startable)
    assert not discovery.is_alive(endpoint.pid)


def test_a_daemon_that_is_gone_is_started_again_by_the_command_that_was_given(startable: Path) -> None:
    with connect(autostart=True, command=FAKE) as client:
        first = read_endpoint()
        end(startable)
        assert client.capabilities().version == "0.1.0"
        assert read_endpoint() != first
    end(startable)


def test_an_editors_own_python_is_kept_from_the_daemon(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_GRACE_S", 0.05)
    monkeypatch.setenv("PYTHONEXECUTABLE", "/opt/editor/python")
    with pytest.raises(DaemonNotRunning, match="sees None"):
        start_daemon(
            [sys.executable, "-c", "import os, sys; sys.exit(f'sees {os.environ.get(\"PYTHONEXECUTABLE\")}')"]
        )


def test_a_daemon_that_ends_at_once_is_told_with_its_log(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "_GRACE_S", 0.05)
    command = [sys.executable, "-c", "import sys; sys.exit('the port is taken')"]
    with pytest.raises(DaemonNotRunning, match=r"ended at once(.|\n)*the port is taken"):
        start_daemon(command)
    with pytest.raises(DaemonNotRunning, match="cannot be started"):
        start_daemon([str(state / "nothing")])


def test_a_whole_assetgen_starts_itself_and_a_vendored_client_the_one_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, environ = discovery._command(None)
    assert words == [sys.executable, "-m", "assetgen"]
    assert environ["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)
    vendored = tmp_path / "assetgen" / "client" / "discovery.py"
    monkeypatch.setattr(discovery, "__file__", str(vendored))
    monkeypatch.setenv("PYTHONHOME", "/an/editor")
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    words, environ = discovery._command(None)
    assert words == ["/bin/assetgen"]
    assert "PYTHONHOME" not in environ
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(DaemonNotRunning, match="pip install assetgen"):
        discovery._command(None)
