from __future__ import annotations

import os
from pathlib import Path

import pytest

from assetgen.errors import PromptFileError
from assetgen.project.discover import discover
from tests.project.folders import material, write


def names(root: Path, *paths: Path) -> list[list[str]]:
    return [[file.relative_to(root).as_posix() for file in group.files] for group in discover(paths)]


def test_folders_are_searched_and_sorted(tmp_path: Path) -> None:
    write(tmp_path, {"assetgen.toml": "assetgen = 1"})
    write(tmp_path, {f"{name}.prompt.toml": material() for name in ("b", "a", "x/y/c", "x/b")})
    assert names(tmp_path, tmp_path) == [
        ["a.prompt.toml", "b.prompt.toml", "x/b.prompt.toml", "x/y/c.prompt.toml"]
    ]


def test_output_hidden_and_foreign_folders_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"assetgen.toml": 'assetgen = 1\noutput = "build/made"'})
    skipped = ("build/made/a", ".venv/a", ".git2/a", "node_modules/a", "x/node_modules/a")
    write(tmp_path, {f"{name}.prompt.toml": material() for name in (*skipped, "build/b", "generated/c")})
    write(tmp_path, {"build/crate.toml": "", "build/prompt.toml": ""})
    assert names(tmp_path, tmp_path) == [["build/b.prompt.toml", "generated/c.prompt.toml"]]


def test_a_nested_project_file_makes_a_group_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"assetgen.toml": "assetgen = 1", "x/assetgen.toml": 'assetgen = 1\ntargets = ["web"]'})
    write(tmp_path, {f"{name}.prompt.toml": material() for name in ("a", "x/b", "x/y/c", "z/d")})
    assert names(tmp_path, tmp_path) == [
        ["a.prompt.toml", "z/d.prompt.toml"],
        ["x/b.prompt.toml", "x/y/c.prompt.toml"],
    ]
    outer, inner = discover([tmp_path])
    assert (outer.project.targets, inner.project.targets) == (None, ("web",))
    assert inner.project.root == tmp_path


def test_searching_a_subfolder_finds_the_project_above_it(tmp_path: Path) -> None:
    write(tmp_path, {"assetgen.toml": "assetgen = 1", "x/assetgen.toml": "assetgen = 1"})
    write(tmp_path, {"x/y/a.prompt.toml": material()})
    (from_below,) = discover([tmp_path / "x/y"])
    (from_above,) = discover([tmp_path])
    (from_file,) = discover([tmp_path / "x/y/a.prompt.toml"])
    assert from_below.project == from_above.project == from_file.project


def test_a_file_named_twice_is_listed_once(tmp_path: Path) -> None:
    write(tmp_path, {"assetgen.toml": "assetgen = 1", "x/a.prompt.toml": material()})
    paths = (tmp_path, tmp_path / "x/a.prompt.toml", tmp_path / "x/../x/a.prompt.toml")
    assert names(tmp_path, *paths) == [["x/a.prompt.toml"]]


def test_a_relative_path_gives_relative_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"x/a.prompt.toml": material()}))
    (group,) = discover([Path("x")])
    assert group.files == (Path("x/a.prompt.toml"),)
    assert group.project.root == tmp_path / "x"


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptFileError, match="no such file or folder"):
        discover([tmp_path / "none"])


def test_a_broken_project_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"a.prompt.toml": material(), "x/assetgen.toml": "assetgen = 2"})
    with pytest.raises(PromptFileError, match="assetgen = 2 is not 1"):
        discover([tmp_path])


def test_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"in/a.prompt.toml": material(), "out/b.prompt.toml": material()})
    try:
        (tmp_path / "in/link").symlink_to(tmp_path / "out", target_is_directory=True)
        (tmp_path / "in/loop").symlink_to(tmp_path / "in", target_is_directory=True)
        (tmp_path / "in/c.prompt.toml").symlink_to(tmp_path / "out/b.prompt.toml")
    except OSError:
        # Windows gives links to administrators alone; then there is nothing to follow.
        assert os.name == "nt"
    assert names(tmp_path, tmp_path / "in") == [["in/a.prompt.toml"]]
