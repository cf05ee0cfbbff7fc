"""Cleaning: what is certainly ours goes, everything else stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetgen.bake.clean import clean_output, remove_cache
from assetgen.store.store import Store
from tests.bake.fakes import Hiring
from tests.bake.projects import Game, statuses
from tests.project.folders import material, write


@pytest.fixture
def game(tmp_path: Path) -> Game:
    game = Game(tmp_path, {"walls/a.prompt.toml": material(), "b.prompt.toml": material()})
    game.bake()
    return game


def clean(game: Game) -> list[Path]:
    with Store.open(game.settings.cache_dir) as store:
        return clean_output(game.output, store)


def test_published_sets_go_with_their_empty_folders_and_come_back_from_the_cache(game: Game) -> None:
    assert len(clean(game)) == 6
    assert not game.output.exists()
    hiring = Hiring()
    assert statuses(game.bake(hiring=hiring)) == {"b": "cached", "walls/a": "cached"}
    assert hiring.hired == []


def test_edited_missing_and_foreign_files_stay_or_do_not_matter(game: Game) -> None:
    folder = game.output / "unity" / "b"
    (folder / "b_albedo.png").write_bytes(b"edited")
    (folder / "b_normal.png").unlink()
    write(game.root, {"generated/mine.txt": b"mine", "generated/unity/notes.assetgen.json": b"{}"})
    clean(game)
    left = {p.relative_to(game.output).as_posix() for p in game.output.rglob("*") if p.is_file()}
    assert left == {"mine.txt", "unity/b/b_albedo.png", "unity/notes.assetgen.json"}


def test_a_clean_project_can_be_cleaned_again(game: Game) -> None:
    clean(game)
    assert clean(game) == []


def test_of_a_cache_folder_only_what_the_store_laid_there_goes(game: Game) -> None:
    cache = game.settings.cache_dir
    write(cache, {"thesis.txt": b"mine"})
    remove_cache(cache)
    assert [path.name for path in cache.iterdir()] == ["thesis.txt"]
    (cache / "thesis.txt").unlink()
    game.bake()
    remove_cache(cache)
    assert not cache.exists()
    remove_cache(cache)
