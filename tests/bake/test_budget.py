"""Budgets: what is over, what the message says, where the limit stands, and how a bake ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assetgen.bake.budget import Excess, check_asset, check_totals
from assetgen.bake.report import write_reports
from assetgen.errors import PromptFileError
from assetgen.project.project_file import find_project
from assetgen.project.scan import ScannedAsset
from assetgen.specs.base import Spec
from assetgen.store.manifest import Manifest, ManifestFile, verify_set
from tests.bake.projects import Game, statuses
from tests.project.folders import material

PROJECT = "assetgen = 1\n"


def file(role: str, size: int = 256, count: int = 1000, ending: str = "dds") -> ManifestFile:
    return ManifestFile(
        role=role,
        path=f"brick_{role}_{size}.{ending}",
        format="BC7_UNORM",
        media_type="image/vnd-ms.dds",
        size_bytes=count,
        sha256="0" * 64,
        width=size,
        height=size,
        mips=9,
    )


def a_set(quality: dict[str, float], *files: ManifestFile, target: str = "unity") -> Manifest:
    return Manifest(
        asset="walls/brick",
        kind="material",
        target=target,
        key="1" * 64,
        full_key="2" * 64,
        files=files or (file("albedo"), file("normal")),
        provenance={},
        quality=quality,
    )


def asset(tmp_path: Path, *, prompt_file: tuple[str, ...] = (), project: str = PROJECT) -> ScannedAsset:
    game = Game(
        tmp_path, {"walls/brick.prompt.toml": material(*prompt_file), "assetgen.toml": project.encode()}
    )
    (found,) = game.scan().assets
    return found


def over(found: ScannedAsset, manifest: Manifest) -> tuple[Excess, ...]:
    return check_asset(found, [manifest])


def test_without_a_budget_nothing_is_over(tmp_path: Path) -> None:
    assert over(asset(tmp_path), a_set({"albedo_psnr_db": 1.0, "seam_height": 9.0})) == ()


def test_a_budget_is_no_part_of_any_key(tmp_path: Path) -> None:
    plain = asset(tmp_path / "a")
    limited = asset(tmp_path / "b", prompt_file=("budget = { bytes = 1, psnr_db = { all = 90 } }",))
    assert limited.keys.make == plain.keys.make
    assert limited.keys.exports["unity"] == plain.keys.exports["unity"]


def test_files_that_are_too_large_are_told_with_the_largest_and_what_to_do(tmp_path: Path) -> None:
    found = asset(tmp_path, prompt_file=("budget.bytes = 1500", "budget.texels = 200_000"))
    (excess,) = over(found, a_set({}, file("albedo", count=1200), file("normal", count=400)))
    assert (excess.limit, excess.measured, excess.allowed) == ("budget.bytes", 1600, 1500)
    assert excess.message == (
        "the files for unity take on disk 2 KB, more than the 2 KB of budget.bytes, and the largest is "
        "brick_albedo_256.dds with 1 KB; write a smaller size or export.sizes, fewer maps, or a format of "
        "fewer bits."
    )
    assert excess.place is not None
    assert Path(excess.place.path).name == "brick.prompt.toml"
    assert excess.place.line == 4


def test_memory_and_texels_are_counted_over_all_files(tmp_path: Path) -> None:
    found = asset(tmp_path, prompt_file=("budget = { gpu_bytes = 100, texels = 131_071 }",))
    limits = [e.limit for e in over(found, a_set({"albedo_gpu_bytes": 60, "normal_gpu_bytes": 41}))]
    assert limits == ["budget.gpu_bytes", "budget.texels"]
    assert over(asset(tmp_path / "b"), a_set({"albedo_gpu_bytes": 60})) == ()


def test_a_psnr_floor_holds_for_its_role_and_for_mips_that_can_be_seen(tmp_path: Path) -> None:
    found = asset(tmp_path, prompt_file=("budget.psnr_db = { all = 30, albedo = 40, orm = 35 }",))
    quality = {
        "albedo_psnr_db": 41.0,
        "albedo_psnr_db_mip1": 39.5,
        "albedo_psnr_db_mip2": 39.9,
        "albedo_psnr_db_mip3": 20.0,  # 32 texels: nobody sees it
        "normal_psnr_db": 30.5,
        "mask_psnr_db": 34.0,
    }
    albedo, mask = over(found, a_set(quality, file("albedo"), file("normal"), file("mask")))
    assert (albedo.limit, albedo.file) == ("budget.psnr_db.albedo", "brick_albedo_256.dds")
    assert (albedo.map, albedo.measured, albedo.allowed) == ("albedo, mip level 1", 39.5, 40.0)
    assert albedo.message == (
        "brick_albedo_256.dds (albedo, mip level 1) has a PSNR of 39.50 dB, less than the 40 dB of "
        'budget.psnr_db.albedo; write export.quality = "high", a format of more bits, or a lower floor.'
    )
    assert (mask.limit, mask.map) == ("budget.psnr_db.orm", "mask")


def test_a_smaller_set_of_the_same_maps_is_judged_by_its_own_figures(tmp_path: Path) -> None:
    found = asset(tmp_path, prompt_file=("budget.psnr_db.all = 40",))
    quality = {"albedo_psnr_db": 41.0, "albedo_128_psnr_db": 39.0}
    (excess,) = over(found, a_set(quality, file("albedo"), file("albedo", 128)))
    assert excess.file == "brick_albedo_128.dds"


@pytest.mark.parametrize(
    ("limit", "quality", "said"),
    [
        ("angle_deg = 1.0", {"normal_angle_mean_deg": 1.25}, "1.25° off on average, more than the 1°"),
        ("seam = 1.25", {"albedo_seam": 1.5}, "seam of 1.50 times"),
        ("seam = 1.25", {"seam_base_color": 1.5}, "base color has a seam of 1.50"),
        ("coverage = 0.005", {"albedo_coverage": 0.4, "albedo_coverage_mip1": 0.41}, "passes 1.00%"),
    ],
)
def test_every_limit_is_told_when_it_is_not_kept(
    tmp_path: Path, limit: str, quality: dict[str, float], said: str
) -> None:
    found = asset(tmp_path, prompt_file=(f"budget.{limit}",))
    (excess,) = over(found, a_set(quality))
    assert said in excess.message
    assert "; " in excess.message
    assert over(found, a_set({name: 0.4 for name in quality})) == ()


def test_a_project_a_rule_and_a_file_lay_a_budget_down_the_nearest_wins(tmp_path: Path) -> None:
    project = PROJECT + (
        "[budget]\nseam = 1.25\nbytes = 10\ntexels = 5\n"
        '[[rule]]\nmatch = "walls/**"\nbudget = { bytes = 20, gpu_bytes = 7 }\n'
    )
    found = asset(tmp_path, prompt_file=("budget.gpu_bytes = 8",), project=project)
    limits = found.document["budget"]
    assert (limits["seam"], limits["texels"], limits["bytes"], limits["gpu_bytes"]) == (1.25, 5, 20, 8)
    excesses = over(found, a_set({"albedo_gpu_bytes": 9.0}))
    assert [(e.limit, e.place and Path(e.place.path).name, e.place and e.place.line) for e in excesses] == [
        ("budget.bytes", "assetgen.toml", 8),
        ("budget.gpu_bytes", "brick.prompt.toml", 4),
        ("budget.texels", "assetgen.toml", 5),
    ]


def test_totals_are_summed_for_each_target(tmp_path: Path) -> None:
    found = asset(tmp_path, project=PROJECT + "[budget]\ntotal_bytes = 3000\n")
    sets = [a_set({}), a_set({}), a_set({}, target="godot")]
    (excess,) = check_totals(found.project, sets)
    assert (excess.limit, excess.target, excess.measured) == ("budget.total_bytes", "unity", 4000)
    assert excess.place is not None
    assert excess.place.line == 3
    assert check_totals(found.project, sets[1:]) == ()


def test_a_misspelled_limit_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "assetgen.toml").write_text(PROJECT + "[budget]\nbites = 3\n", encoding="utf-8")
    with pytest.raises(PromptFileError, match=r'unknown key bites in budget.*"?bytes') as caught:
        find_project(tmp_path)
    assert caught.value.place is not None
    assert caught.value.place.line == 3


def test_an_asset_over_its_budget_fails_the_bake_and_stops_no_other(tmp_path: Path) -> None:
    game = Game(
        tmp_path,
        {"a.prompt.toml": material("budget.bytes = 1"), "b.prompt.toml": material()},
    )
    result = game.bake()
    assert statuses(result) == {"a": "baked", "b": "baked"}
    assert (result.exit_code, result.over_budget) == (1, 1)
    verify_set(game.output / "unity" / "a" / "a.assetgen.json")
    row = json.loads(json.dumps(result.to_json()))["assets"][0]["over_budget"][0]
    assert (row["limit"], row["allowed"], row["limit_line"]) == ("budget.bytes", 1, 4)
    # What lies in the cache is judged as well, and only looked at by a dry run.
    again, dry = game.bake(), game.bake(dry_run=True)
    assert statuses(again) == {"a": "cached", "b": "cached"}
    assert again.exit_code == dry.exit_code == 1
    game.edit("a.prompt.toml", "budget.bytes = 1_000")
    mended = game.bake()
    assert statuses(mended)["a"] == "cached"
    assert mended.exit_code == 0


def test_a_project_over_its_total_fails_the_bake_too(tmp_path: Path) -> None:
    game = Game(
        tmp_path,
        {"a.prompt.toml": material(), "assetgen.toml": (PROJECT + "[budget]\ntotal_bytes = 1\n").encode()},
    )
    result = game.bake()
    assert result.exit_code == 1
    assert result.to_json()["over_totals"]
    report = write_reports(result, game.settings).report
    assert report is not None
    assert "more than the 1 B of budget.total_bytes" in report.read_text(encoding="utf-8")


def test_a_report_shows_what_is_over_and_is_written_anew_when_budgets_change(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material()})
    report = write_reports(game.bake(), game.settings).report
    assert report is not None
    assert "over budget" not in report.read_text(encoding="utf-8")
    game.edit("a.prompt.toml", "budget.bytes = 1")
    write_reports(game.bake(), game.settings)
    shown = report.read_text(encoding="utf-8")
    assert "more than the 1 B of budget.bytes" in shown
    assert 'data-show="over"' in shown


def test_a_described_asset_is_told_the_key(tmp_path: Path) -> None:
    found = replace(asset(tmp_path, prompt_file=("budget.bytes = 1",)), is_described=True)
    (excess,) = over(found, a_set({}))
    assert str(excess).startswith("spec.budget: ")


def test_every_spec_has_a_budget_that_asks_for_nothing() -> None:
    assert "budget" in Spec.__dataclass_fields__
