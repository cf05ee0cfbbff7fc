"""The threads between the panel and a daemon: what they tell, and that none of them stays."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client.conftest import daemon, service, state  # noqa: F401 - fixtures
from tests.client.fake_daemon import FakeDaemon
from tests.client.fake_service import FakeService
from tests.engine_plugins.blender.extension import part

course, desk, following, notes, session = (
    part(name) for name in ("course", "desk", "following", "notes", "session")
)
PATIENCE_S = 10.0


class Panel:
    """A session and the desk that takes its notes, as the main thread of Blender has them."""

    def __init__(self, folder: Path) -> None:
        self.session = session.Session(folder)
        self.desk = desk.Desk()
        self.effects: list[tuple[str, Any]] = []

    def until(self, claim: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        while not (found := claim()):
            assert time.monotonic() < deadline, "it never came true"
            note = self.session.take()
            if note is None:
                time.sleep(0.002)
            elif effect := self.desk.take(note):
                self.effects.append(effect)
        return found

    def ask(self, prompt: str, root: Path, **more: Any) -> Any:
        ticket = course.Ticket(str(root), prompt=prompt, keys={"kind": "material", "prompt": prompt}, **more)
        self.session.generate(ticket)
        return self.desk.open(ticket)


@pytest.fixture
def panel(tmp_path: Path, state: Path) -> Iterator[Panel]:  # noqa: F811
    (tmp_path / "pictures").mkdir()
    panel = Panel(tmp_path / "pictures")
    yield panel
    panel.session.close()
    left = [one.name for one in threading.enumerate() if one.name.startswith("assetgen-")]
    assert not left


def test_a_daemon_that_is_not_there_is_missed_and_one_that_comes_is_found(
    panel: Panel,
    state: Path,  # noqa: F811
    service: FakeService,  # noqa: F811
) -> None:
    time.sleep(0.05)
    assert not panel.desk.is_ready
    late = FakeDaemon(state, service).start()
    panel.until(lambda: panel.desk.is_ready)
    assert panel.desk.kinds
    late.stop()
    panel.until(lambda: not panel.desk.is_ready)
    assert panel.desk.kinds, "what can be chosen stays on the panel"


def test_a_job_is_told_from_the_click_to_its_checked_files(
    panel: Panel,
    daemon: FakeDaemon,  # noqa: F811
    tmp_path: Path,
) -> None:
    job = panel.ask("brick", tmp_path / "game")
    panel.until(lambda: job.state in ("landing", "failed"))
    assert job.state == "landing" or "no files for Blender" in job.message
    assert job.ticket.job.startswith("jobs/")
    assert Path(job.preview).read_bytes()


def test_a_preview_that_is_heard_comes_with_a_file_to_play(
    panel: Panel,
    daemon: FakeDaemon,  # noqa: F811
    tmp_path: Path,
) -> None:
    rain, brick = panel.ask("soft rain", tmp_path / "game"), panel.ask("brick", tmp_path / "game")
    for job in (rain, brick):
        panel.until(lambda job=job: not job.is_active)
    assert Path(rain.sound.path).suffix == ".ogg"
    assert Path(rain.sound.path).read_bytes() == b"OggSpreview"
    assert brick.sound is None


def test_what_was_cancelled_before_the_daemon_came_is_never_asked_for(panel: Panel, tmp_path: Path) -> None:
    job = panel.ask("brick", tmp_path / "game")
    panel.session.cancel(job.ticket)
    panel.until(lambda: job.state == "cancelled")


def test_a_command_that_cannot_run_is_told_with_its_name(panel: Panel) -> None:
    panel.session.start_daemon(["/nowhere/assetgen"])
    panel.until(lambda: panel.desk.daemon.status == notes.STARTING)
    panel.until(lambda: panel.desk.daemon.status == notes.MISSING)
    assert "/nowhere/assetgen" in panel.desk.daemon.message


def test_a_daemon_of_another_release_is_told_of_with_what_to_do(panel: Panel, state: Path) -> None:  # noqa: F811
    (state / "daemon.json").write_text('{"version": 2}', encoding="utf-8")
    panel.until(lambda: panel.desk.daemon.status == notes.MISMATCH)
    assert "another release" in panel.desk.daemon.message
    assert "same release" in panel.desk.daemon.message


def test_a_job_that_is_followed_is_not_followed_twice(
    panel: Panel,
    daemon: FakeDaemon,  # noqa: F811
    tmp_path: Path,
) -> None:
    job = panel.ask("brick slowly", tmp_path / "game")
    panel.session.generate(job.ticket)
    names = [one.name for one in threading.enumerate() if one.name == "assetgen-job"]
    assert len(names) == 1
    panel.until(lambda: job.ticket.job)


def test_of_many_prompts_the_newest_is_answered(panel: Panel, daemon: FakeDaemon) -> None:  # noqa: F811
    for number in range(50):
        panel.session.lint(
            f"brick {number}", f'assetgen = 1\nkind = "material"\nprompt = "brick {number}"\n', ""
        )
    panel.until(lambda: panel.desk.report.prompt == "brick 49")


def test_a_broken_file_is_shown_until_it_is_mended_or_made_again() -> None:
    there = desk.Desk()
    note = notes.WatchNote
    there.take(note("/game", notes.Broken("a.prompt.toml", ())))
    there.take(note("/game", notes.Broken("b.prompt.toml", ())))
    assert list(there.broken) == [("/game", "a.prompt.toml"), ("/game", "b.prompt.toml")]
    there.take(note("/game", notes.Mended("a.prompt.toml")))
    there.take(note("/game", notes.Begun("b.prompt.toml")))
    assert not there.broken
    result = course.Result("a", "material", "etag", "/game", {})
    assert there.take(note("/game", notes.Renewed(result))) == ("renew", result)
    assert there.take(note("/game", notes.Elsewhere("a"))) == ("elsewhere", ("/game", "a"))


def test_a_folder_within_a_known_project_counts_from_that() -> None:
    ticket = course.Ticket("/game/levels/assetgen", prompt_file="walls/brick.prompt.toml")
    following._move(ticket, Path("/game"))
    assert (ticket.root, ticket.prompt_file) == ("/game", "levels/assetgen/walls/brick.prompt.toml")
