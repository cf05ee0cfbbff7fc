from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from assetgen.context import Context
from assetgen.errors import Cancelled, SpecError
from assetgen.formats.material_bundle import write_material_bundle
from assetgen.formats.png import write_png
from assetgen.imaging.normals import encode_normal, normal_from_height
from assetgen.imaging.tile_check import check_tiling
from assetgen.imaging.tiling import seam_ratio
from assetgen.kinds.finishing import Finished, FinishOptions, finish_sources
from assetgen.media.image import AlphaMode, ColorSpace, Image
from assetgen.media.material import Material
from assetgen.specs.finish import Finish
from tests.imaging.photographs import gravel, photograph


def finish(options: FinishOptions | None = None, **sources: Image | bytes) -> Finished:
    written = {
        role: source if isinstance(source, bytes) else write_png(source, bits=8)
        for role, source in sources.items()
    }
    return finish_sources(written, options or FinishOptions(), Context())


def said(done: Finished) -> str:
    return "; ".join(done.report["said"])  # type: ignore[arg-type]


def how(done: Finished) -> Any:
    return done.report["maps"]


def bits(image: Image | None) -> torch.Tensor:
    assert image is not None
    return (image.pixels * 255).round()


def test_a_color_alone_becomes_a_whole_material() -> None:
    done = finish(albedo=gravel(64))
    assert how(done) == {
        "base_color": "given",
        "height": "estimated",
        "roughness": "estimated",
        "normal": "derived",
        "occlusion": "derived",
    }
    assert done.value.metallic is None
    assert done.value.metallic_factor == 0.0
    assert 0.0 < done.value.relief_m < 0.2


def test_a_picture_that_tiles_keeps_every_texel() -> None:
    picture = gravel(64)
    done = finish(albedo=picture)
    assert torch.equal(bits(done.value.base_color), bits(picture))
    assert said(done).startswith("tiles along x; tiles along y")


def test_a_photograph_is_mended_in_every_map() -> None:
    done = finish(albedo=photograph(128, falloff=0.4))
    for name, image in done.value.maps():
        assert seam_ratio(image).worst <= 1.25, name
        assert image.wraps == (True, True)
    assert "does not tile along x" in said(done)
    assert "mended" in said(done)
    tile = done.report["tile"]
    assert tile["x"]["seam_after"] <= 1.25 < max(tile["x"]["seam"], tile["x"]["step"])  # type: ignore[index]


@pytest.mark.parametrize(
    ("options", "mended"),
    [
        (FinishOptions(), (True, True)),
        (FinishOptions(finish=Finish(repair="never")), (False, False)),
        (FinishOptions(tile=(True, False)), (True, False)),
        (FinishOptions(tile=(False, False)), (False, False)),
        (FinishOptions(tile=(False, False), finish=Finish(repair="always")), (False, False)),
    ],
)
def test_only_seams_that_may_not_be_there_are_mended(
    options: FinishOptions, mended: tuple[bool, bool]
) -> None:
    done = finish(options, albedo=photograph(96))
    tile: Any = done.report["tile"]
    assert (tile["x"]["mended"], tile["y"]["mended"]) == mended
    assert done.value.base_color is not None
    assert done.value.base_color.wraps == options.tile


def test_always_mends_what_tiles_already() -> None:
    done = finish(FinishOptions(finish=Finish(repair="always")), albedo=gravel(96))
    assert "tiles along x, mended anyway" in said(done)
    assert check_tiling([done.value.base_color]).tiles == (True, True)  # type: ignore[list-item]


def test_a_cut_out_and_a_tiny_picture_are_left_alone_and_the_report_says_why() -> None:
    picture = photograph(96)
    alpha = (torch.rand(96, 96, 1, generator=torch.Generator().manual_seed(1)) > 0.4).float()
    leaf = Image(torch.cat((picture.pixels, alpha), dim=-1), ColorSpace.SRGB, AlphaMode.STRAIGHT)
    done = finish(FinishOptions(allow_npot=True), albedo=leaf)
    assert "left so: the picture is a cut-out" in said(done)
    assert "smaller than 48 texels" in said(finish(albedo=photograph(32)))
    with pytest.raises(SpecError, match="too small to mend"):
        finish(FinishOptions(finish=Finish(repair="always")), albedo=photograph(32))


def test_color_grows_into_transparent_texels_and_alpha_stays() -> None:
    pixels = torch.zeros(16, 16, 4)
    pixels[4:12, 4:12] = torch.tensor([0.8, 0.4, 0.2, 1.0])
    done = finish(albedo=Image(pixels, ColorSpace.SRGB, AlphaMode.STRAIGHT))
    color = done.value.base_color
    assert color is not None
    assert float(color.pixels[0, 0, 0]) == pytest.approx(0.8, abs=0.01)
    assert torch.equal(color.pixels[..., 3], pixels[..., 3])


def test_alpha_that_covers_everything_is_dropped() -> None:
    picture = gravel(32)
    pixels = torch.cat((picture.pixels, torch.ones(32, 32, 1)), dim=-1)
    done = finish(albedo=Image(pixels, ColorSpace.SRGB, AlphaMode.STRAIGHT))
    assert done.value.base_color is not None
    assert done.value.base_color.channels == 3


@pytest.mark.parametrize(
    ("size", "options", "wanted"),
    [
        ((100, 60), FinishOptions(), (128, 64)),
        ((90, 90), FinishOptions(), (64, 64)),
        ((64, 64), FinishOptions(), (64, 64)),
        ((100, 60), FinishOptions(allow_npot=True), (100, 60)),
        ((100, 60), FinishOptions(size=(32, 32)), (32, 32)),
    ],
)
def test_each_edge_becomes_the_nearest_power_of_two(
    size: tuple[int, int], options: FinishOptions, wanted: tuple[int, int]
) -> None:
    picture = Image(photograph(128).pixels[: size[1], : size[0]].contiguous(), ColorSpace.SRGB)
    done = finish(replace(options, tile=(False, False)), albedo=picture)
    assert done.report["size"] == list(wanted)
    assert (f"resized from {size[0]}x{size[1]}" in said(done)) == (size != wanted)


def test_enlarging_is_warned_about_and_rounding_up_a_little_is_not() -> None:
    assert "adds no detail" in finish(FinishOptions(size=(256, 256)), albedo=gravel(64)).warnings[0]
    little = Image(photograph(128).pixels[:125, :125].contiguous(), ColorSpace.SRGB)
    assert not finish(FinishOptions(tile=(False, False)), albedo=little).warnings


def test_given_maps_are_kept_and_only_the_missing_ones_made() -> None:
    gray = Image(gravel(64, seed=2).pixels[..., :1].contiguous(), ColorSpace.DATA)
    done = finish(albedo=gravel(64), roughness=gray, height=gray)
    assert how(done) == {
        "base_color": "given",
        "roughness": "given",
        "height": "given",
        "normal": "derived",
        "occlusion": "derived",
    }
    assert torch.equal(bits(done.value.roughness), bits(gray))
    assert torch.equal(bits(done.value.height), bits(gray))
    assert done.value.relief_m == pytest.approx(0.04)


def test_a_height_comes_from_normals_rather_than_from_the_color() -> None:
    relief = gravel(64, seed=5).pixels[..., 0]
    normal = encode_normal(normal_from_height(relief, relief_m=0.1, tile_m=2.0))
    done = finish(albedo=gravel(64), normal=Image(normal, ColorSpace.DATA))
    assert how(done)["normal"] == "given"
    assert done.value.height is not None
    alike = torch.corrcoef(torch.stack((done.value.height.pixels.flatten(), relief.flatten())))[0, 1]
    assert float(alike) > 0.95


def test_a_directx_normal_is_turned_up_and_stays_of_length_one_where_it_was_resized_or_cut() -> None:
    relief = photograph(100).pixels[..., 0]
    normal = normal_from_height(relief, relief_m=0.1, tile_m=2.0, wraps=(False, False))
    down = encode_normal(normal * torch.tensor([1.0, -1.0, 1.0]))
    done = finish(FinishOptions(finish=Finish(normal_y="directx")), normal=Image(down, ColorSpace.DATA))
    assert done.value.normal is not None
    vectors = done.value.normal.pixels * 2 - 1
    assert float((vectors.norm(dim=-1) - 1).abs().max()) < 1e-4
    up = finish(normal=Image(encode_normal(normal), ColorSpace.DATA))
    assert up.value.normal is not None
    assert float((vectors - (up.value.normal.pixels * 2 - 1)).abs().mean()) < 0.02


def test_nothing_is_estimated_when_that_is_switched_off() -> None:
    done = finish(FinishOptions(finish=Finish(estimate=False)), albedo=gravel(64))
    assert how(done) == {"base_color": "given"}


def test_only_what_is_wanted_is_estimated() -> None:
    options = FinishOptions(wanted=frozenset({"roughness"}))
    assert how(finish(options, albedo=gravel(64))) == {"base_color": "given", "roughness": "estimated"}


def test_relief_strength_roughness_and_metal_are_as_the_file_says() -> None:
    options = FinishOptions(
        tile_m=1.0, roughness=(0.3, 0.5), metallic=1.0, normal_strength=3.0, finish=Finish(relief=0.01)
    )
    done = finish(options, albedo=gravel(64))
    assert (done.value.relief_m, done.value.tile_m, done.value.metallic_factor) == (0.01, 1.0, 1.0)
    assert done.value.roughness is not None
    assert done.value.normal is not None
    assert float(done.value.roughness.pixels.max()) == pytest.approx(0.5)
    plain = finish(replace(options, normal_strength=1.0), albedo=gravel(64)).value.normal
    assert plain is not None
    assert float(done.value.normal.pixels[..., 2].mean()) < float(plain.pixels[..., 2].mean())


def test_light_is_taken_out_of_a_mended_photograph_alone_or_when_asked_for() -> None:
    lit = photograph(128, falloff=0.6)
    assert "slow light taken out" in said(finish(albedo=lit))
    assert "slow light" not in said(finish(FinishOptions(finish=Finish(delight=0.0)), albedo=lit))
    assert "slow light" not in said(finish(FinishOptions(finish=Finish(repair="never")), albedo=lit))
    gray = Image(lit.pixels[..., :1].contiguous(), ColorSpace.DATA)
    assert "slow light" not in said(finish(albedo=lit, roughness=gray))
    assert "by 50%" in said(finish(FinishOptions(finish=Finish(delight=0.5)), albedo=gravel(64)))


def test_another_assets_maps_are_a_source() -> None:
    picture = gravel(64)
    made = Material(
        tile_m=1.0, relief_m=0.0, base_color=Image(picture.pixels, picture.space, wraps=(True, True))
    )
    done = finish(albedo=write_material_bundle(made))
    assert how(done)["base_color"] == "given"
    with pytest.raises(SpecError, match="has no height map"):
        finish(height=write_material_bundle(made))


def test_finishing_reports_its_steps_and_stops_when_asked_to() -> None:
    stages: list[str] = []
    source = {"albedo": write_png(gravel(64), bits=8)}
    finish_sources(
        source, FinishOptions(), Context(on_progress=lambda step, total, stage: stages.append(stage))
    )
    assert stages == [
        "reading sources",
        "checking edges",
        "mending seams",
        "estimating maps",
        "deriving maps",
    ]
    with pytest.raises(Cancelled):
        finish_sources(source, FinishOptions(), Context(is_cancelled=lambda: len(stages) > 0))
