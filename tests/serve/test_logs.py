"""The log: one object a line, ids, rotation, and nothing in it that is nobody's business."""

from __future__ import annotations

import contextvars
import json
import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from assetgen.serve import logs
from assetgen.serve.logs import FILE_BYTES, FILES, LOG_NAME, LogFiles, name_request, redactor

TOKEN = "a-token-of-thirty-two-characters-and-more"
HOME = Path("/home/mary")
log = logging.getLogger("assetgen.jobs")


@contextmanager
def logging_to(folder: Path, **rest: Any) -> Generator[None]:
    files = LogFiles(folder, secrets=[TOKEN], home=HOME, **rest)
    try:
        yield
    finally:
        files.close()


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / LOG_NAME).read_text("utf-8").splitlines()]


def test_a_record_is_one_line_of_json_with_its_ids(tmp_path: Path) -> None:
    def work() -> None:
        name_request()
        log.info("made %s\nin a moment", "wall", extra={"job": "0f", "unknown": "x"})
        log.warning("again", extra={"request": "given"})

    with logging_to(tmp_path):
        contextvars.copy_context().run(work)
        log.info("later")
    first, second, third = lines(tmp_path)
    assert first["message"] == "made wall\nin a moment"
    assert (first["level"], first["area"], first["job"]) == ("INFO", "assetgen.jobs", "0f")
    assert first["time"].endswith("Z")
    assert len(first["request"]) == 8
    assert "unknown" not in first
    assert second["request"] == "given"
    assert "request" not in third


def test_a_traceback_is_kept(tmp_path: Path) -> None:
    with logging_to(tmp_path):
        try:
            raise ValueError(f"with {TOKEN}")
        except ValueError:
            log.exception("it failed")
    (line,) = lines(tmp_path)
    assert "ValueError: with <token>" in line["traceback"]


def test_prompts_are_written_at_debug_only(tmp_path: Path) -> None:
    with logging_to(tmp_path, level=logging.DEBUG):
        for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            log.log(level, "resolved", extra={"prompt": "a secret castle"})
    assert ["prompt" in line for line in lines(tmp_path)] == [True, False, False, False]
    with logging_to(tmp_path):
        log.debug("resolved", extra={"prompt": "a secret castle"})
    assert len(lines(tmp_path)) == 4


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (f"token {TOKEN}.", "token <token>."),
        ("authorization: Bearer abc.def-123, x", "authorization: Bearer <token>, x"),
        ("bearer   abc", "bearer   <token>"),
        ("http://user:pass@host/x https://k@h", "http://<credentials>@host/x https://<credentials>@h"),
        ("http://host/a@b", "http://host/a@b"),
        ("in /home/mary/game/a.toml", "in ~/game/a.toml"),
        ("in /home/mary", "in ~"),
        ("in /home/maryann/game", "in /home/maryann/game"),
        ("'/home/mary'", "'~'"),
    ],
)
def test_secrets_are_taken_out(text: str, written: str) -> None:
    assert redactor(secrets=[TOKEN], home=HOME)(text) == written


def test_secrets_are_taken_out_of_everything_that_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_to(tmp_path, level=logging.DEBUG, with_stderr=True):
        log.info("message %s", TOKEN, extra={"project": f"/home/mary/{TOKEN}", "prompt": TOKEN})
        log.debug("prompt", extra={"prompt": TOKEN})
        logging.getLogger("aiohttp.server").error("library %s", TOKEN)
    written = (tmp_path / LOG_NAME).read_text() + capsys.readouterr().err
    assert TOKEN not in written
    assert "/home/mary" not in written
    assert written.count("<token>") >= 6


def test_an_empty_secret_or_a_home_at_the_root_takes_nothing_out() -> None:
    assert redactor(secrets=[""], home=Path("/"))("a/b c") == "a/b c"


def test_plain_lines_cannot_fool_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to(tmp_path, with_stderr=True):
        log.info("red \x1b[31m and\nINFO forged", extra={"job": "0f"})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("info    red ?[31m and\\nINFO forged job=0f")


def test_the_file_rotates_and_is_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (FILES, FILE_BYTES) == (10, 20 << 20)
    monkeypatch.setattr(logs, "FILE_BYTES", 2000)
    with logging_to(tmp_path):
        for number in range(400):
            log.info("line %d of many with some more text to fill it", number)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 10
    assert max(one.stat().st_size for one in files) <= 2000
    assert lines(tmp_path)[-1]["message"].startswith("line 399")
    if os.name != "nt":
        assert {one.stat().st_mode & 0o777 for one in files} == {0o600}


def test_text_that_is_no_unicode_is_written_anyway(tmp_path: Path) -> None:
    with logging_to(tmp_path):
        log.info("file \udcff.toml")
    assert lines(tmp_path)[0]["message"] == "file \udcff.toml"


def test_closing_puts_the_loggers_back(tmp_path: Path) -> None:
    root = logging.getLogger("assetgen")
    before = (root.level, root.propagate, list(root.handlers))
    with logging_to(tmp_path):
        assert not root.propagate
    assert (root.level, root.propagate, root.handlers) == before


def test_libraries_are_heard_when_something_is_wrong_only(tmp_path: Path) -> None:
    with logging_to(tmp_path, level=logging.DEBUG):
        logging.getLogger("asyncio").info("chatter")
        logging.getLogger("aiohttp.server").warning("trouble")
    assert [line["message"] for line in lines(tmp_path)] == ["trouble"]
