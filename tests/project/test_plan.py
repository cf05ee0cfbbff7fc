"""Planning: what is due and why, whatever happened to the outputs, the cache and the prompt files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assetgen.errors import PublishConflict, StoreError
from assetgen.project.plan import Need
from assetgen.store.manifest import verify_set
from tests.bake.fakes import Hiring
from tests.bake.projects import Game, statuses
from tests.project.folders import material, texture, write


@pytest.fixture
def game(tmp_path: Path) -> Game:
    """A project with one baked material."""
    game = Game(tmp_path, {"walls/old.prompt.toml": material('targets = ["unity", "web"]')})
    assert game.bake().exit_code == 0
    return game


def manifest(game: Game, target: str = "unity", asset: str = "walls/old") -> Path:
    return game.output / target / asset / f"{asset.rsplit('/', 1)[-1]}.assetgen.json"


def test_what_was_baked_is_not_due(game: Game) -> None:
    assert game.plan()["walls/old"].need is Need.NOTHING
    hiring = Hiring()
    assert statuses(game.bake(hiring=hiring)) == {"walls/old": "cached"}
    assert hiring.hired == []


def test_a_new_asset_is_made_once_for_all_its_targets(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material('targets = ["unity", "web", "godot"]')})
    hiring = Hiring()
    game.bake(hiring=hiring)
    assert hiring.made == ["a"]
    assert hiring.exported == ["a@unity", "a@godot", "a@web"]


def test_a_new_target_is_exported_without_making_again(game: Game) -> None:
    hiring = Hiring()
    result = game.bake(targets=("godot",), hiring=hiring)
    assert result.assets[0].reason.startswith(Need.EXPORT.value)
    assert hiring.made == []
    assert hiring.exported == ["walls/old@godot"]
    assert [path.name for path in sorted(game.output.iterdir())] == ["godot", "unity", "web"]


def test_another_container_exports_again_without_making(game: Game) -> None:
    game.edit("walls/old.prompt.toml", 'targets = ["unity", "web"]', 'engine.unity.container = "png"')
    hiring = Hiring()
    game.bake(hiring=hiring)
    assert hiring.made == []
    assert hiring.exported == ["walls/old@unity"]


def test_an_edit_makes_that_asset_alone_and_taking_it_back_makes_nothing(game: Game) -> None:
    write(game.root, {"b.prompt.toml": material()})
    game.bake()
    text = (game.root / "walls/old.prompt.toml").read_bytes()
    game.edit("walls/old.prompt.toml", "size = 256", 'targets = ["unity", "web"]')
    hiring = Hiring()
    assert statuses(game.bake(hiring=hiring)) == {"b": "cached", "walls/old": "baked"}
    assert hiring.made == ["walls/old"]
    (game.root / "walls/old.prompt.toml").write_bytes(text)
    hiring = Hiring()
    result = game.bake(hiring=hiring)
    assert hiring.hired == []
    assert result.assets[1].reason.startswith(Need.PUBLISH.value)
    verify_set(manifest(game))


def test_a_comment_or_another_spelling_of_a_number_makes_nothing_due(game: Game) -> None:
    game.edit("walls/old.prompt.toml", "# words", 'targets = ["web", "unity"]', "size = 1_024")
    assert game.plan()["walls/old"].need is Need.NOTHING


@pytest.mark.parametrize("missing", ["old_albedo.png", "old.assetgen.json"])
def test_a_deleted_output_comes_back_from_the_cache(game: Game, missing: str) -> None:
    (manifest(game).parent / missing).unlink()
    hiring = Hiring()
    assert statuses(game.bake(hiring=hiring)) == {"walls/old": "cached"}
    assert hiring.hired == []
    verify_set(manifest(game))


def test_a_deleted_output_folder_comes_back_from_the_cache(game: Game) -> None:
    shutil.rmtree(game.output)
    assert statuses(game.bake()) == {"walls/old": "cached"}
    verify_set(manifest(game))
    verify_set(manifest(game, "web"))


def test_a_file_edited_by_hand_is_refused_and_kept_then_moved_aside_by_force(game: Game) -> None:
    mine = manifest(game).parent / "old_albedo.png"
    mine.write_bytes(b"painted over by hand")
    result = game.bake()
    assert result.exit_code == 1
    (error,) = result.assets[0].errors
    assert isinstance(error, PublishConflict)
    assert error.place is not None
    assert mine.read_bytes() == b"painted over by hand"
    verify_set(manifest(game, "web"))
    assert game.bake(force=True).exit_code == 0
    assert mine.with_name("old_albedo.png.bak").read_bytes() == b"painted over by hand"
    verify_set(manifest(game))


def test_a_foreign_file_where_an_output_goes_is_never_lost(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material()})
    mine = game.output / "unity" / "a" / "a_albedo.png"
    write(game.root, {"generated/unity/a/a_albedo.png": b"mine"})
    assert game.bake().exit_code == 1
    assert mine.read_bytes() == b"mine"
    assert game.bake(force=True).exit_code == 0
    assert mine.with_name("a_albedo.png.bak").read_bytes() == b"mine"


def test_an_output_folder_replaced_by_a_file_is_an_error_of_each_asset(game: Game) -> None:
    shutil.rmtree(game.output)
    game.output.write_bytes(b"a file")
    result = game.bake()
    assert statuses(result) == {"walls/old": "failed"}
    assert "is a file; move it away" in str(result.assets[0].errors[0])
    assert game.output.read_bytes() == b"a file"
    game.output.unlink()
    assert game.bake().exit_code == 0


def test_a_link_below_the_output_folder_is_refused(game: Game, tmp_path: Path) -> None:
    shutil.rmtree(game.output / "unity")
    outside = tmp_path / "outside"
    outside.mkdir()
    try:
        (game.output / "unity").symlink_to(outside, target_is_directory=True)
    except OSError:
        return  # Windows grants links to few
    result = game.bake()
    assert statuses(result) == {"walls/old": "failed"}
    assert "link" in str(result.assets[0].errors[0])
    assert list(outside.iterdir()) == []


def test_a_deleted_cache_loses_no_file_and_meets_no_conflict(game: Game) -> None:
    before = {path: path.read_bytes() for path in game.output.rglob("*_*.png")}
    shutil.rmtree(game.settings.cache_dir)
    result = game.bake()
    assert statuses(result) == {"walls/old": "baked"}
    assert {path: path.read_bytes() for path in game.output.rglob("*_*.png")} == before
    assert game.plan()["walls/old"].need is Need.NOTHING


def test_a_cache_without_its_index_meets_no_conflict(game: Game) -> None:
    for path in game.settings.cache_dir.glob("index.db*"):
        path.unlink()
    assert game.bake().exit_code == 0
    verify_set(manifest(game))


def test_a_damaged_blob_is_made_again_instead_of_published(game: Game) -> None:
    shutil.rmtree(game.output)
    for path in (game.settings.cache_dir / "blobs").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"rot")
    hiring = Hiring()
    result = game.bake(hiring=hiring)
    assert statuses(result) == {"walls/old": "baked"}
    assert hiring.exported == ["walls/old@unity", "walls/old@web"]
    verify_set(manifest(game))


def test_outputs_stay_when_their_prompt_file_is_deleted(game: Game) -> None:
    (game.root / "walls/old.prompt.toml").unlink()
    assert game.bake().assets == ()
    verify_set(manifest(game))


def test_a_renamed_file_with_an_id_keeps_seed_outputs_and_result(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material('id = "stays"')})
    game.bake()
    before = game.plan()["stays"].scanned
    (game.root / "a.prompt.toml").rename(game.root / "b.prompt.toml")
    plan = game.plan()["stays"]
    assert plan.need is Need.NOTHING
    assert plan.scanned.spec.seed == before.spec.seed


def test_a_renamed_file_without_an_id_is_another_asset(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material()})
    game.bake()
    (game.root / "a.prompt.toml").rename(game.root / "b.prompt.toml")
    assert game.plan()["b"].need is Need.MAKE


def test_variants_are_assets_of_their_own_with_seeds_of_their_own(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material("variants = 3")})
    hiring = Hiring()
    game.bake(hiring=hiring)
    assert hiring.made == ["a", "a_v2", "a_v3"]
    assert len({plan.scanned.spec.seed for plan in game.plan().values()}) == 3
    game.edit("a.prompt.toml", "variants = 4")
    hiring = Hiring()
    game.bake(hiring=hiring)
    assert hiring.made == ["a_v4"]


def test_assets_that_ask_for_the_same_share_the_result_under_their_own_ids(tmp_path: Path) -> None:
    game = Game(tmp_path, {"x/a.prompt.toml": material("seed = 7"), "y/a.prompt.toml": material("seed = 7")})
    assert statuses(game.bake()) == {"x/a": "baked", "y/a": "baked"}
    assert verify_set(manifest(game, asset="x/a")).asset == "x/a"
    assert verify_set(manifest(game, asset="y/a")).asset == "y/a"
    shutil.rmtree(game.output)
    assert statuses(game.bake()) == {"x/a": "cached", "y/a": "cached"}
    assert verify_set(manifest(game, asset="y/a")).asset == "y/a"


def test_force_makes_everything_again_once(game: Game) -> None:
    hiring = Hiring()
    game.bake(force=True, hiring=hiring)
    assert hiring.made == ["walls/old"]
    assert len(hiring.exported) == 2


def test_a_value_that_another_asset_needs_is_made_again_when_the_cache_lost_it(tmp_path: Path) -> None:
    mask = texture('source = "base.prompt.toml"', 'role = "height"')
    game = Game(tmp_path, {"base.prompt.toml": material(), "mask.prompt.toml": mask})
    game.bake()
    base = game.plan()["base"].scanned
    forget(game, base.keys.make)
    assert game.plan()["base"].need is Need.NOTHING  # nobody needs it
    write(game.root, {"mask.prompt.toml": mask + "size = 64\n"})
    plans = game.plan()
    assert plans["base"].is_input
    assert "another asset" in plans["base"].reason
    hiring = Hiring()
    assert game.bake(hiring=hiring).exit_code == 0
    assert hiring.made == ["base", "mask"]
    assert hiring.exported == ["mask@unity"]


def forget(game: Game, key: str) -> None:
    from assetgen.store.store import Store

    with Store.open(game.settings.cache_dir) as store:
        store.index.forget_action(key)


def test_a_cache_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material()})
    game.settings.cache_dir.write_bytes(b"")
    with pytest.raises(StoreError):
        game.bake()
