"""Lock files: they follow what stands in the output folder, and nothing else changes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assetgen.bake.lock import lock_path, write_locks
from assetgen.store.manifest import verify_set
from tests.bake.projects import Game
from tests.bake.test_run import failing
from tests.project.folders import material


@pytest.fixture
def game(tmp_path: Path) -> Game:
    game = Game(tmp_path, {"a.prompt.toml": material("variants = 2")})
    write_locks(game.bake())
    return game


def lock(game: Game) -> Path:
    return lock_path(game.root / "a.prompt.toml")


def test_a_lock_holds_keys_and_hashes_of_every_variant_and_target(game: Game) -> None:
    document = json.loads(lock(game).read_bytes())
    assert document["assetgen_lock"] == 1
    assert sorted(document["assets"]) == ["a", "a_v2"]
    manifest = verify_set(game.output / "unity" / "a" / "a.assetgen.json")
    assert document["assets"]["a"]["outputs"]["unity"] == {
        "key": manifest.full_key,
        "files": manifest.hashes(),
    }


def test_a_bake_with_nothing_to_do_leaves_the_lock_alone(game: Game) -> None:
    before = lock(game).stat().st_mtime_ns
    write_locks(game.bake())
    assert lock(game).stat().st_mtime_ns == before


def test_a_deleted_lock_comes_back_the_same(game: Game) -> None:
    before = lock(game).read_bytes()
    lock(game).unlink()
    write_locks(game.bake())
    assert lock(game).read_bytes() == before


def test_another_target_is_added_and_an_edit_drops_what_is_out_of_date(game: Game) -> None:
    write_locks(game.bake(targets=("web",)))
    assert sorted(json.loads(lock(game).read_bytes())["assets"]["a"]["outputs"]) == ["unity", "web"]
    game.edit("a.prompt.toml", "variants = 2", "size = 64")
    write_locks(game.bake())
    assert sorted(json.loads(lock(game).read_bytes())["assets"]["a"]["outputs"]) == ["unity"]


def test_a_set_that_comes_back_from_the_cache_brings_its_lock_back(game: Game) -> None:
    first = lock(game).read_bytes()
    game.edit("a.prompt.toml", "variants = 2", "size = 64")
    write_locks(game.bake())
    assert lock(game).read_bytes() != first
    game.edit("a.prompt.toml", "variants = 2")
    write_locks(game.bake())
    assert lock(game).read_bytes() == first


def test_a_failed_variant_keeps_the_lock_as_it_was(game: Game) -> None:
    before = lock(game).read_bytes()
    game.edit("a.prompt.toml", "variants = 2", "size = 64")
    write_locks(game.bake(hiring=failing("a_v2")))
    assert lock(game).read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"assetgen_lock": 1}', b"\xff"])
def test_a_damaged_lock_is_written_anew(game: Game, content: bytes) -> None:
    whole = lock(game).read_bytes()
    lock(game).write_bytes(content)
    write_locks(game.bake(force=True))
    assert lock(game).read_bytes() == whole
