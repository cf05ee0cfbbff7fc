"""The registry of projects: what may be one, and that it survives restarts and damage."""

from __future__ import annotations

import json
import logging
import os
import shutil
import threading
from pathlib import Path

import pytest

from assetgen.errors import NotAllowed, NotFound, ProjectGone, PromptFileError, RequestError, StoreError
from assetgen.serve.requests import projects as module
from assetgen.serve.requests.projects import Projects
from assetgen.serve.status import Code, code_of
from tests.project.folders import write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files: dict[str, str | bytes] = {
        "assetgen.toml": 'assetgen = 1\nname = "Keep"\noutput = "art"\n',
        "walls/brick.prompt.toml": "",
    }
    return write(tmp_path / "game", files)


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    return tmp_path / "state" / "deep" / "projects.json"


def test_a_folder_or_file_in_a_project_registers_its_outermost_root(root: Path, registry: Path) -> None:
    write(root, {"walls/assetgen.toml": "assetgen = 1\n"})
    projects = Projects(registry)
    first = projects.register(root)
    assert (first.root, first.display_name, first.output, first.watch) == (root, "Keep", "art", False)
    assert first.name == f"projects/{first.id}"
    assert len(first.id) == 12
    assert projects.register(root / "walls") == first
    assert projects.register(str(root / "walls" / "brick.prompt.toml")) == first
    assert projects.all() == (first,)


def test_a_restart_forgets_nothing(root: Path, registry: Path) -> None:
    first = Projects(registry).register(root, watch=True)
    again = Projects(registry, may_register=False)
    assert again.all() == (first,)
    assert again.register(root) == first
    if os.name == "posix":
        assert registry.stat().st_mode & 0o077 == 0
    assert [path.name for path in registry.parent.iterdir()] == ["projects.json"]


def test_watching_changes_only_when_it_is_asked_for(root: Path, registry: Path) -> None:
    projects = Projects(registry)
    assert projects.register(root, watch=True).watch
    assert projects.register(root).watch
    assert not projects.register(root, watch=False).watch
    assert not Projects(registry).all()[0].watch


def test_a_project_is_found_by_name_id_and_root(root: Path, registry: Path) -> None:
    projects = Projects(registry)
    known = projects.register(root)
    for name in (known.name, known.id, str(root), f"{root}{os.sep}"):
        assert projects.find(name) == known
    for name in (
        "",
        "projects/",
        "projects/ffffffffffff",
        str(root / "walls"),
        "game",
        "\x00",
        "\ud800",
        "../game",
    ):
        with pytest.raises(NotFound, match="there is no project") as caught:
            projects.find(name)
        caught.value.message.encode()


def test_an_edit_of_the_project_file_shows_at_once(root: Path, registry: Path) -> None:
    projects = Projects(registry)
    known = projects.register(root)
    write(root, {"assetgen.toml": 'assetgen = 1\nname = "Fort"\noutput = "out"\n'})
    found = projects.find(known.name)
    assert (found.display_name, found.output) == ("Fort", "out")
    write(root, {"assetgen.toml": "assetgen = 7\n"})
    assert projects.find(known.name).root == root  # who builds from it is told what is wrong


def test_a_project_is_forgotten_and_its_files_stay(root: Path, registry: Path) -> None:
    projects = Projects(registry)
    known = projects.register(root)
    assert projects.forget(known.name) == known
    assert projects.all() == Projects(registry).all() == ()
    assert (root / "assetgen.toml").is_file()
    with pytest.raises(NotFound):
        projects.forget(known.name)


def test_a_root_that_vanished_is_listed_and_says_so_when_it_is_used(root: Path, registry: Path) -> None:
    projects = Projects(registry)
    known = projects.register(root)
    shutil.rmtree(root)
    assert [project.root for project in Projects(registry).all()] == [root]
    with pytest.raises(ProjectGone, match="is not there; put it back") as caught:
        projects.find(known.name)
    assert code_of(caught.value) is Code.FAILED_PRECONDITION
    projects.forget(known.name)
    assert projects.all() == ()


def test_a_root_that_became_part_of_another_project_says_so(root: Path, registry: Path) -> None:
    projects = Projects(registry)
    known = projects.register(root)
    write(root.parent, {"assetgen.toml": "assetgen = 1\n"})
    with pytest.raises(ProjectGone, match="is part of the project"):
        projects.find(known.name)


def test_a_folder_without_project_file_belongs_to_the_known_project_around_it(
    tmp_path: Path, registry: Path
) -> None:
    bare = write(tmp_path / "bare", {"walls/old/a.prompt.toml": ""})
    projects = Projects(registry)
    known = projects.register(bare)
    assert projects.register(bare / "walls" / "old") == known
    assert len(projects.all()) == 1


def test_new_roots_are_refused_when_they_are_not_taken(root: Path, registry: Path) -> None:
    with pytest.raises(NotAllowed, match="takes no new ones"):
        Projects(registry, may_register=False).register(root)
    assert not registry.exists()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "is empty"),
        ("game", "is not absolute"),
        ("./game", "is not absolute"),
        ("~/game", "is not absolute"),
        ("C:game", "is not absolute"),
        ("\\\\server\\share", "is a network or device path"),
        ("//server/share", "is a network or device path"),
        ("\\\\?\\C:\\game", "is a network or device path"),
        ("\\\\.\\pipe\\x", "is a network or device path"),
        ("/game\x00", "has control or invisible characters"),
        ("/game\n", "has control or invisible characters"),
        ("/\u202egame", "has control or invisible characters"),
        ("/\ud800game", "has control or invisible characters"),
        ("/" + "x" * 5000, "has more than 4096 characters"),
        ("/" + "x" * 3000, "cannot be used"),
        ("/no/such/folder/here", "cannot be used"),
    ],
)
def test_what_cannot_be_a_project_is_refused(registry: Path, path: str, message: str) -> None:
    if os.name == "nt" and path.startswith("/") and message == "cannot be used":
        message = "is not absolute"
    with pytest.raises(RequestError, match=message) as caught:
        Projects(registry).register(path)
    caught.value.message.encode()
    assert not registry.exists()


def test_a_whole_disk_is_no_project(tmp_path: Path, registry: Path) -> None:
    with pytest.raises(RequestError, match="root of a file system"):
        Projects(registry).register(tmp_path.anchor)


def test_a_home_folder_and_what_holds_it_are_no_project(
    tmp_path: Path, registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = write(tmp_path / "users" / "ann", {"game/a.prompt.toml": ""})
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    projects = Projects(registry)
    for path in (home, home.parent):
        with pytest.raises(RequestError, match="holds your whole home folder"):
            projects.register(path)
    assert projects.register(home / "game").root == home / "game"
    write(home, {"assetgen.toml": "assetgen = 1\n"})
    with pytest.raises(RequestError, match=r"If it has an assetgen\.toml, move that"):
        projects.register(home / "game")


def test_a_link_to_a_project_is_that_project(root: Path, registry: Path) -> None:
    link = root.parent / "link"
    try:
        link.symlink_to(root, target_is_directory=True)
    except OSError:
        return  # Windows grants links to few
    projects = Projects(registry)
    known = projects.register(root)
    assert projects.register(link).id == known.id
    assert projects.find(str(link)).root == root


def test_a_broken_project_file_is_told_with_its_line(root: Path, registry: Path) -> None:
    write(root, {"assetgen.toml": "assetgen = 1\noutputs = 3\n"})
    with pytest.raises(PromptFileError) as caught:
        Projects(registry).register(root)
    assert caught.value.place is not None
    assert caught.value.place.line == 2


GOOD = {
    "id": "0123456789ab",
    "root": str(Path("/game").absolute()),
    "name": "g",
    "output": "o",
    "watch": True,
}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"version": 2, "projects": []}',
        b'{"version": 1, "projects": 3}',
        b'{"version": 1, "projects": ["x"]}',
        b"[" * 100_000,
        json.dumps({"version": 1, "projects": [{**GOOD, "watch": 1}]}).encode(),
        json.dumps({"version": 1, "projects": [{**GOOD, "root": "relative"}]}).encode(),
        json.dumps({"version": 1, "projects": [{**GOOD, "id": "../../etc"}]}).encode(),
        json.dumps({"version": 1, "projects": [{"id": "0123456789ab"}]}).encode(),
    ],
)
def test_a_damaged_registry_is_moved_aside_with_a_warning(
    root: Path, registry: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    registry.parent.mkdir(parents=True)
    registry.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        projects = Projects(registry)
    assert "is damaged" in caplog.text
    assert registry.with_name("projects.json.damaged").read_bytes() == content
    assert projects.all() == ()
    known = projects.register(root)
    assert Projects(registry).all() == (known,)


def test_a_registry_that_cannot_be_written_keeps_what_it_had(
    root: Path, registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    projects = Projects(registry)
    known = projects.register(root)
    before = registry.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_all", full)
    with pytest.raises(StoreError, match="the disk is full"):
        projects.register(root, watch=True)
    assert registry.read_bytes() == before
    assert projects.all() == (known,)
    assert [path.name for path in registry.parent.iterdir()] == ["projects.json"]


def test_a_registry_holds_so_many_projects_and_no_more(
    tmp_path: Path, registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PROJECTS", 1)
    projects = Projects(registry)
    projects.register(write(tmp_path / "a", {"x": ""}))
    with pytest.raises(RequestError, match="registered already"):
        projects.register(write(tmp_path / "b", {"x": ""}))


def test_threads_may_register_at_the_same_time(tmp_path: Path, registry: Path) -> None:
    roots = [write(tmp_path / f"p{n}", {"assetgen.toml": "assetgen = 1\n"}) for n in range(8)]
    projects = Projects(registry)
    threads = [threading.Thread(target=projects.register, args=(root,)) for root in roots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [project.root for project in Projects(registry).all()] == roots
