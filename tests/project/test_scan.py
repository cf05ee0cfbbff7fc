"""Scanning: what is remembered, what must be read again, and what two files must not share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assetgen.project import scan as scanning
from assetgen.project.prompt_file import read_prompt_file
from tests.bake.projects import LONG_AGO_S, Game, age
from tests.project.folders import material, texture, write


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the prompt files that were read."""
    names: list[str] = []

    def reading(path: Path, **rest: object) -> object:
        names.append(path.name)
        return read_prompt_file(path, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(scanning, "read_prompt_file", reading)
    return names


def test_unchanged_files_are_not_read_again_and_have_the_same_assets(
    tmp_path: Path, reads: list[str]
) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material("variants = 3"), "b.prompt.toml": material()})
    first = game.scan()
    reads.clear()
    second = game.scan()
    assert reads == []
    assert [(a.asset, a.keys, a.spec) for a in second.assets] == [
        (a.asset, a.keys, a.spec) for a in first.assets
    ]
    assert [a.asset for a in second.assets] == ["a", "a_v2", "a_v3", "b"]


def test_an_edited_file_is_read_again_and_no_other(tmp_path: Path, reads: list[str]) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material(), "b.prompt.toml": material()})
    before = {a.asset: a.keys.make for a in game.scan().assets}
    reads.clear()
    game.edit("b.prompt.toml", "size = 256")
    after = {a.asset: a.keys.make for a in game.scan().assets}
    assert reads == ["b.prompt.toml"]
    assert after["a"] == before["a"]
    assert after["b"] != before["b"]


def test_an_edit_while_a_file_is_being_read_is_seen_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material("size = 64")})

    def reading(path: Path, **rest: object) -> object:
        file = read_prompt_file(path, **rest)  # type: ignore[arg-type]
        game.edit("a.prompt.toml", "size = 128")
        past = path.stat().st_mtime - LONG_AGO_S  # the new stamp is old enough to be trusted
        os.utime(path, (past, past))
        return file

    monkeypatch.setattr(scanning, "read_prompt_file", reading)
    game.scan()
    monkeypatch.undo()
    (asset,) = game.scan().assets
    assert asset.document["size"] == [128, 128]


def test_a_rule_of_the_project_that_changed_reaches_files_that_did_not(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material()})
    (before,) = game.scan().assets
    write(game.root, {"assetgen.toml": 'assetgen = 1\n[[rule]]\nmatch = "*"\nsize = 128\n'})
    (after,) = game.scan().assets
    assert after.keys.make != before.keys.make


def test_a_file_that_was_read_for_a_smaller_project_gets_its_id_from_the_larger_one(tmp_path: Path) -> None:
    game = Game(tmp_path, {"walls/a.prompt.toml": material()})
    (game.root / "assetgen.toml").unlink()
    (alone,) = game.scan(game.root / "walls" / "a.prompt.toml").assets
    (within,) = game.scan(game.root).assets
    assert (alone.asset, within.asset) == ("a", "walls/a")
    assert alone.keys.make != within.keys.make


def test_a_linked_file_is_not_its_own_double_when_it_is_remembered(tmp_path: Path) -> None:
    game = Game(
        tmp_path,
        {"base.prompt.toml": material(), "mask.prompt.toml": texture('source = "base.prompt.toml"')},
    )
    for _ in range(2):
        found = game.scan()
        assert found.errors == ()
        assert [a.asset for a in found.assets] == ["base", "mask"]


def test_what_is_used_comes_before_what_uses_it_and_its_key_goes_into_the_users(tmp_path: Path) -> None:
    game = Game(
        tmp_path,
        {
            "a.prompt.toml": texture('source = "b.prompt.toml"'),
            "b.prompt.toml": texture('source = "c.prompt.toml"'),
            "c.prompt.toml": material(),
        },
    )
    before = game.scan().assets
    assert [a.asset for a in before] == ["c", "b", "a"]
    assert before[1].keys.inputs == {"c.prompt.toml": before[0].keys.make}
    game.edit("c.prompt.toml", "seed = 5")
    after = game.scan().assets
    assert all(new.keys.make != old.keys.make for new, old in zip(after, before, strict=True))


def test_two_projects_in_one_bake_keep_their_assets_and_sources_apart(tmp_path: Path) -> None:
    files = {"mask.prompt.toml": texture('source = "base.prompt.toml"')}
    one = Game(tmp_path / "one", {**files, "base.prompt.toml": material("seed = 1")})
    two = Game(tmp_path / "two", {**files, "base.prompt.toml": material("seed = 2")})
    found = one.scan(one.root, two.root)
    assert found.errors == ()
    made = {(a.project.root.parent.name, a.asset): a.keys for a in found.assets}
    assert len(made) == 4
    for name in ("one", "two"):
        assert made[(name, "mask")].inputs == {"base.prompt.toml": made[(name, "base")].make}


def test_a_source_picture_is_hashed_again_only_when_it_looks_different(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = Game(tmp_path, {"a.png": b"picture", "a.prompt.toml": texture('source = "a.png"')})
    hashed: list[str] = []
    real = scanning.hash_file

    def hashing(path: Path) -> str:
        hashed.append(path.name)
        return real(path)

    monkeypatch.setattr(scanning, "hash_file", hashing)
    (first,) = game.scan().assets
    (second,) = game.scan().assets
    assert hashed == ["a.png"]
    assert second.keys == first.keys
    (game.root / "a.png").write_bytes(b"another")
    (third,) = game.scan().assets
    assert third.keys.make != first.keys.make


def test_a_picture_that_moves_changes_no_key(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.png": b"picture", "a.prompt.toml": texture('source = "a.png"')})
    (before,) = game.scan().assets
    (game.root / "a.png").rename(game.root / "b.png")
    write(game.root, {"a.prompt.toml": texture('source = "b.png"')})
    (after,) = game.scan().assets
    assert after.keys.make == before.keys.make


def test_ids_that_collide_are_an_error_for_both_files_remembered_or_not(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material('id = "Wall"'), "c.prompt.toml": material()})
    game.scan()
    write(game.root, {"b.prompt.toml": material('id = "wall"')})
    for _ in range(2):
        found = game.scan()
        assert [a.asset for a in found.assets] == ["c"]
        assert len(found.errors) == 2
        assert {Path(error.place.path).name for error in found.errors if error.place} == {
            "a.prompt.toml",
            "b.prompt.toml",
        }
        age(game.root)


def test_a_variant_may_not_take_the_name_of_another_file(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material("variants = 2"), "a_v2.prompt.toml": material()})
    found = game.scan()
    assert found.assets == ()
    assert len(found.errors) == 2


@pytest.mark.parametrize("name", ["~home", "a\u200bb", "git~1/x", "clock$"])
def test_an_id_that_no_system_could_hold_costs_its_own_file_and_no_other(tmp_path: Path, name: str) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material(f'id = "{name}"'), "b.prompt.toml": material()})
    found = game.scan()
    assert [a.asset for a in found.assets] == ["b"]
    (error,) = found.errors
    assert error.place is not None
    assert error.place.line == 4
