"""The daemon's place: one at a time, and a file that tells nobody else how to reach it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assetgen.errors import AlreadyExists, NotAllowed, StoreError
from assetgen.serve.endpoint import (
    DAEMON_LOCK,
    ENDPOINT_NAME,
    Endpoint,
    close_to_others,
    only_daemon,
    publish,
    withdraw,
)

ENDPOINT = Endpoint(
    instance_id="0f",
    pid=4711,
    started_at=1.5,
    grpc="127.0.0.1:50124",
    http="http://127.0.0.1:50123",
    unix=None,
    token="t" * 43,
    assetgen="1.2.3",
)
POSIX = os.name != "nt"


def test_the_file_says_how_to_reach_the_daemon_and_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "state"
    before = os.umask(0) if POSIX else 0
    try:
        with only_daemon(folder):
            publish(folder, ENDPOINT)
    finally:
        if POSIX:
            os.umask(before)
    path = folder / ENDPOINT_NAME
    assert json.loads(path.read_text()) == {
        "version": 1,
        "instance_id": "0f",
        "pid": 4711,
        "started_at": 1.5,
        "grpc": "127.0.0.1:50124",
        "http": "http://127.0.0.1:50123",
        "unix": None,
        "token": "t" * 43,
        "assetgen": "1.2.3",
        "tls_cert": None,
    }
    if POSIX:
        assert path.stat().st_mode & 0o777 == 0o600
        assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(one.name for one in folder.iterdir()) == [ENDPOINT_NAME, DAEMON_LOCK]


def test_an_open_folder_is_closed_and_a_foreign_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o777)
    close_to_others(tmp_path)
    if not POSIX:
        return
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(NotAllowed, match="ASSETGEN_STATE_DIR"):
        close_to_others(tmp_path)


def test_a_file_left_behind_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / ENDPOINT_NAME).write_text("x" * 10_000)
    (tmp_path / ENDPOINT_NAME).chmod(0o644)
    publish(tmp_path, ENDPOINT)
    assert json.loads((tmp_path / ENDPOINT_NAME).read_text())["pid"] == 4711
    if POSIX:
        assert (tmp_path / ENDPOINT_NAME).stat().st_mode & 0o777 == 0o600


def test_a_link_in_the_way_is_replaced_and_not_followed(tmp_path: Path) -> None:
    if not POSIX:
        return
    target = tmp_path / "elsewhere"
    target.write_text("keep")
    (tmp_path / ENDPOINT_NAME).symlink_to(target)
    publish(tmp_path, ENDPOINT)
    assert target.read_text() == "keep"
    assert not (tmp_path / ENDPOINT_NAME).is_symlink()


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, ENDPOINT)

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "in use")

    pauses: list[float] = []
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StoreError, match=r"daemon\.json"):
        publish(tmp_path, replace(ENDPOINT, instance_id="ff"), sleep=pauses.append)
    assert len(pauses) > 5, "Windows refuses while a client reads the file; it is tried again"
    assert [one.name for one in tmp_path.iterdir()] == [ENDPOINT_NAME]


def test_only_our_own_file_is_removed(tmp_path: Path) -> None:
    withdraw(tmp_path, ENDPOINT)
    publish(tmp_path, replace(ENDPOINT, instance_id="other"))
    withdraw(tmp_path, ENDPOINT)
    assert (tmp_path / ENDPOINT_NAME).exists()
    withdraw(tmp_path, replace(ENDPOINT, instance_id="other"))
    assert not (tmp_path / ENDPOINT_NAME).exists()
    for text in ("", "[]", "{}", "\0"):
        (tmp_path / ENDPOINT_NAME).write_text(text)
        withdraw(tmp_path, ENDPOINT)
        assert (tmp_path / ENDPOINT_NAME).exists()


def test_a_second_daemon_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    with only_daemon(tmp_path):
        with pytest.raises(AlreadyExists, match="running already"), only_daemon(tmp_path):
            pass
        publish(tmp_path, ENDPOINT)
        words = r"process 4711, http://127\.0\.0\.1:50123"
        with pytest.raises(AlreadyExists, match=words), only_daemon(tmp_path):
            pass
    with only_daemon(tmp_path):
        pass


def test_the_claim_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from assetgen.serve.endpoint import only_daemon\n"
        "with only_daemon(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(AlreadyExists), only_daemon(tmp_path):
            pass
        other.kill()
        other.wait()
    with only_daemon(tmp_path):
        pass


def test_the_token_shows_in_no_printed_endpoint() -> None:
    assert ENDPOINT.token not in f"{ENDPOINT!r} {ENDPOINT} {[ENDPOINT]}"
