from __future__ import annotations

import ntpath
import os
import warnings
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assetgen.errors import PathRefused
from assetgen.specs.paths import collision_key
from assetgen.store.paths import confined, safe_relative

ATOMS = st.sampled_from(
    [
        *("..", ".", "/", "//", "\\", "~", " ", "-", "．．", "／", "：", "%2e%2e"),
        *("C:", "\\\\?\\", "file:", ":ads", "con", "NUL.png", "aux.", "COM¹", "conin$", "ＮＵＬ"),
        *(".git", "GIT~1", "\u202e", "\x00", "\ud800", "x" * 300),
        *("a", "ok", "e", "é", "e\u0301", "ﬁ", "ok/e", "link"),
    ]
)
NAMES = st.one_of(
    st.lists(ATOMS, max_size=8).map("".join),
    st.lists(ATOMS, max_size=6).map("/".join),
    st.text(max_size=60),
    st.text(st.characters(), max_size=20),
)


def is_windows_reserved(path: str) -> bool:
    if hasattr(ntpath, "isreserved"):
        return ntpath.isreserved(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return PureWindowsPath(path).is_reserved()


@given(NAMES)
@settings(max_examples=1500)
@example("a/../../b")
@example("COM¹.dds")
def test_no_accepted_path_escapes_under_posix_or_windows_rules(name: str) -> None:
    try:
        path = safe_relative(name)
    except PathRefused:
        return
    text = str(path)
    windows = PureWindowsPath(text)
    assert safe_relative(text) == path
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert not windows.is_absolute()
    assert not windows.drive
    assert not windows.root
    assert ".." not in windows.parts
    assert windows.parts == path.parts
    assert not is_windows_reserved(text)
    assert ntpath.normpath(ntpath.join("C:\\project", text)).startswith("C:\\project\\")
    assert os.path.normpath(f"/project/{text}").startswith("/project/")


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "empty"),
        ("/etc/passwd", "absolute"),
        ("\\windows", "absolute"),
        ("../up", r"'\.\.'"),
        ("a/../../up", r"'\.\.'"),
        ("a/．．/b", r"'\.\.'"),
        ("C:/x", "drive"),
        ("c:x", "drive"),
        ("\\\\server\\share", "UNC"),
        ("//server/share", "UNC"),
        ("\\\\?\\C:\\x", "device path"),
        ("wall.dds:hidden", "colon"),
        ("wall：hidden", "colon"),
        ("a\0b", "control"),
        ("a\nb", "control"),
        ("a\u202eb", "bidi"),
        ("a\u200bb", "invisible"),
        ("CON", "reserved by Windows"),
        ("textures/nul.dds", "reserved by Windows"),
        ("com¹.dds", "reserved by Windows"),
        ("LPT9", "reserved by Windows"),
        ("aux .txt", "reserved by Windows"),
        ("wall.", "dot"),
        ("wall ", "space"),
        ("a /b", "space"),
        (" a", "space"),
        ("x" * 201, "200"),
        ("é" * 101, "200"),
        ("/".join(["abcdefghi"] * 101), "1000"),
        (".git/config", r"\.git"),
        (".GIT", r"\.git"),
        ("git~1/x", r"\.git"),
        ("-rf", "dash"),
        ("a/-x", "dash"),
        ("\ud800", "surrogate"),
        ("a\\b", "backslash"),
        ("a//b", "empty or"),
        ("a/./b", "empty or"),
        ("a/", "empty or"),
        ("~/x", "home"),
        ("what?", "one of"),
        ("a／b", "separator"),
        (".wall.dds.assetgen-tmp", "unfinished"),
    ],
)
def test_each_rule_refuses_and_names_itself(name: str, rule: str) -> None:
    with pytest.raises(PathRefused, match=rule):
        safe_relative(name)


@pytest.mark.parametrize(
    "name", ["wall.dds", "props/crate_01/albedo.png", "日本/壁.dds", "a b.c d", "console.dds"]
)
def test_ordinary_names_pass_unchanged(name: str) -> None:
    assert str(safe_relative(name)) == name


def test_a_path_comes_out_in_nfc() -> None:
    assert str(safe_relative("cafe\u0301/x")) == "caf\u00e9/x"


@given(st.text(max_size=20))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert collision_key(collision_key(text)) == collision_key(text)


@pytest.mark.parametrize(("one", "other"), [("Wall.DDS", "wall.dds"), ("ﬁre", "fire"), ("STRASSE", "straße")])
def test_names_that_some_disk_takes_for_one_collide(one: str, other: str) -> None:
    assert collision_key(PurePosixPath(one)) == collision_key(other)


def test_a_confined_path_may_be_new_or_old(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert confined(tmp_path, "a/b/c.dds") == tmp_path / "a" / "b" / "c.dds"
    (tmp_path / "a" / "x").write_text("x")
    assert confined(tmp_path, PurePosixPath("a/x")) == tmp_path / "a" / "x"


def test_a_confined_path_never_walks_through_a_link_or_a_file(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "file").write_text("x")
    try:
        (root / "link").symlink_to(outside, target_is_directory=True)
        (root / "dangling").symlink_to(outside / "none")
    except OSError:  # Windows without the right to make links
        pass
    else:
        for name in ("link/x", "link", "dangling"):
            with pytest.raises(PathRefused, match="link"):
                confined(root, name)
    with pytest.raises(PathRefused, match="file where a folder"):
        confined(root, "file/x")
    with pytest.raises(PathRefused):
        confined(root, "../outside")


def test_a_root_behind_a_link_is_trusted(tmp_path: Path) -> None:
    real, root = tmp_path / "real", tmp_path / "root"
    real.mkdir()
    try:
        root.symlink_to(real, target_is_directory=True)
    except OSError:
        root = real
    assert confined(root, "a.dds") == root / "a.dds"
