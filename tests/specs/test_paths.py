from __future__ import annotations

import posixpath
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.specs.paths import collision_key, portable_path_problem, resolve_reference


@pytest.mark.parametrize("path", ["a", "props/crate", "wände/ziegel 2", "a.b/c-d_e", "com10", "x" * 200])
def test_ordinary_paths_are_portable(path: str) -> None:
    assert portable_path_problem(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "", "/a", "a//b", "a/", "../a", "a/../b", "./a", "C:/a", "a:b", "\\\\server\\x", "a\\b", "a\0",
        "a\nb",
        "a\u202eb", "con", "CON.txt", "a/nul", "com1", "COM\u00b9", "lpt9.x", "a.", "a ", " a", "x" * 201,
        "é" * 101, ".git", "a/.GIT/b", "-rf", "a?", "a*",
    ],
)  # fmt: skip
def test_paths_that_some_system_cannot_hold_are_refused(path: str) -> None:
    assert portable_path_problem(path)


@given(st.text(alphabet=st.sampled_from(["a", ".", "/", "\\", ":", " ", "C", "\0", "é"]), max_size=12))
def test_an_accepted_path_stays_inside_on_every_system(path: str) -> None:
    if portable_path_problem(path) is None:
        assert ".." not in PureWindowsPath(path).parts
        assert not PureWindowsPath(path).drive
        assert not PureWindowsPath(path).root
        assert not PurePosixPath(path).is_absolute()


@pytest.mark.parametrize(
    ("reference", "folder", "expected"),
    [
        ("a.png", "", "a.png"),
        ("a.png", "props/wood", "props/wood/a.png"),
        ("../a.png", "props/wood", "props/a.png"),
        ("/a.png", "props", "a.png"),
        ("./x/./a.png", "props", "props/x/a.png"),
        ("../a.png", "", None),
        ("../../../props/a.png", "props/wood", None),
        ("/../a.png", "props", None),
    ],
)
def test_references_resolve_inside_the_project(reference: str, folder: str, expected: str | None) -> None:
    assert resolve_reference(reference, folder=folder) == expected


@given(st.text(alphabet=st.sampled_from("ab./"), max_size=14))
def test_a_resolved_reference_is_what_the_file_system_would_say(reference: str) -> None:
    resolved = resolve_reference(reference, folder="x/y")
    if resolved is not None:
        base = "/" if reference.startswith("/") else "/x/y"
        assert "/" + resolved == posixpath.normpath(posixpath.join(base, reference.lstrip("/")))


def test_paths_that_differ_in_case_or_composition_collide() -> None:
    assert collision_key("Props/Crate") == collision_key("props/crate")
    assert collision_key("caf\u00e9") == collision_key("cafe\u0301")
    assert collision_key("\ufb01le") == collision_key("file")
    assert collision_key("a") != collision_key("b")
