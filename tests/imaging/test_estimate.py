from __future__ import annotations

import pytest
import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.imaging.color import luminance, srgb_to_linear
from assetgen.imaging.estimate import (
    LARGEST_RELIEF,
    estimate_height,
    estimate_roughness,
    height_from_normal,
    remove_illumination,
)
from assetgen.imaging.normals import encode_normal, normal_from_height
from assetgen.imaging.tiling import seam_ratio
from assetgen.media.image import AlphaMode, ColorSpace, Image
from tests.imaging.photographs import grain, gravel, photograph

WRAPS = (True, True)


def gray(values: Tensor, *, wraps: tuple[bool, bool] = WRAPS) -> Image:
    pixels = values.clamp(0.0, 1.0)[..., None].expand(-1, -1, 3).contiguous()
    return Image(pixels, ColorSpace.SRGB, wraps=wraps)


def alike(a: Tensor, b: Tensor) -> float:
    return float(torch.corrcoef(torch.stack((a.flatten(), b.flatten())))[0, 1])


def test_dark_is_deep() -> None:
    relief = grain(128, 128, wave=12.0)
    found = estimate_height(gray(0.5 + 0.1 * relief))
    assert alike(found.height, relief) > 0.9
    assert float(found.height.min()) == 0.0
    assert float(found.height.max()) == 1.0
    assert 0.0 < found.relief <= LARGEST_RELIEF


def test_dark_is_high_when_asked_for() -> None:
    relief = grain(128, 128, wave=12.0)
    assert alike(estimate_height(gray(0.5 + 0.1 * relief), invert=True).height, relief) < -0.9


def test_detail_turns_fine_grain_against_large_shapes() -> None:
    picture = gray(0.5 + 0.06 * grain(128, 128, wave=20.0) + 0.06 * grain(128, 128, wave=3.0, seed=2))

    def fine(detail: float) -> float:
        height = estimate_height(picture, detail=detail).height
        return float((height - height.roll(1, 0)).std() / height.std())

    assert fine(0.0) < fine(0.5) < fine(1.0)


@pytest.mark.parametrize(
    ("light", "dim", "sign"), [("top", 0, 1), ("bottom", 0, -1), ("left", 1, 1), ("right", 1, -1)]
)
def test_shading_from_a_known_side_gives_the_relief(light: str, dim: int, sign: int) -> None:
    relief = grain(128, 128, wave=12.0)
    # Texels that face the light are bright: those that rise away from it.
    slope = (relief.roll(-1, dim) - relief.roll(1, dim)) * sign
    picture = gray(0.5 + 0.25 * slope)
    assert alike(estimate_height(picture, light=light).height, relief) > 0.8
    assert alike(estimate_height(picture).height, relief) < 0.3


def test_a_picture_with_more_contrast_has_more_relief_and_an_even_one_none() -> None:
    relief = grain(128, 128, wave=12.0)
    faint, strong = (estimate_height(gray(0.5 + share * relief)).relief for share in (0.02, 0.1))
    assert faint < strong
    assert estimate_height(gray(torch.full((64, 64), 0.4))).relief == 0.0


def test_slow_light_is_not_taken_for_relief() -> None:
    light = torch.sin(torch.arange(128) / 128 * 2 * torch.pi)[None, :] * 0.1
    relief = grain(128, 128, wave=8.0)
    assert alike(estimate_height(gray(0.5 + 0.05 * relief + light)).height, relief) > 0.85


def test_the_height_of_a_tile_tiles_and_moves_with_it() -> None:
    picture = gravel(128)
    picture = Image(picture.pixels, picture.space, wraps=WRAPS)
    height = estimate_height(picture).height
    assert seam_ratio(height).worst <= 1.25
    moved = estimate_height(picture.with_pixels(picture.pixels.roll((40, 17), (0, 1)).contiguous())).height
    assert torch.allclose(moved, height.roll((40, 17), (0, 1)), atol=2e-3)


def test_edges_that_do_not_wrap_do_not_ring() -> None:
    picture = photograph(128, falloff=0.6)
    height = estimate_height(picture).height
    border = torch.cat((height[:, :4], height[:, -4:]), dim=1)
    assert abs(float(border.mean()) - float(height.mean())) < 0.12


def test_normals_give_back_the_height_they_came_from() -> None:
    for wraps in (WRAPS, (False, False), (True, False)):
        relief = grain(128, 160, wave=14.0)[:96, :128] if wraps != WRAPS else grain(96, 128, wave=14.0)
        relief = (relief - relief.min()) / (relief.max() - relief.min())
        normal = normal_from_height(relief, relief_m=0.05, tile_m=1.0, wraps=wraps)
        found = height_from_normal(Image(encode_normal(normal), ColorSpace.DATA, wraps=wraps))
        assert alike(found.height, relief) > 0.97, wraps
        assert found.relief == pytest.approx(0.05, rel=0.15)


def test_a_flat_normal_map_has_no_relief() -> None:
    flat = encode_normal(torch.tensor([0.0, 0.0, 1.0]).expand(32, 32, 3)).contiguous()
    assert height_from_normal(Image(flat, ColorSpace.DATA, wraps=WRAPS)).relief == 0.0


def test_dark_places_are_rougher_and_limits_are_kept() -> None:
    relief = grain(128, 128, wave=12.0)
    picture = gray(0.5 + 0.1 * relief)
    rough = estimate_roughness(picture)
    assert alike(rough.pixels[..., 0], relief) < -0.5
    assert float(rough.pixels.std()) >= 0.03
    limited = estimate_roughness(picture, limits=(0.2, 0.4)).pixels
    assert float(limited.min()) == pytest.approx(0.2)
    assert float(limited.max()) == pytest.approx(0.4)


def test_metal_is_smoother_and_an_even_picture_evenly_rough() -> None:
    picture = gravel()
    assert float(estimate_roughness(picture, is_metal=True).pixels.mean()) < float(
        estimate_roughness(picture).pixels.mean()
    )
    even = estimate_roughness(gray(torch.full((64, 64), 0.4))).pixels
    assert float(even.std()) == 0.0
    assert 0.4 < float(even.mean()) < 0.6


@pytest.mark.parametrize("wraps", [WRAPS, (False, False)])
def test_slow_light_is_taken_out_and_the_mean_kept(wraps: tuple[bool, bool]) -> None:
    lit = photograph(128, falloff=0.5)
    lit = Image(lit.pixels, lit.space, wraps=wraps)
    level = remove_illumination(lit)

    def sides(image: Image) -> float:
        light = luminance(srgb_to_linear(image.pixels))
        return float(light[:, 16:48].mean() / light[:, 80:112].mean())

    assert abs(sides(level) - 1.0) < 0.4 * abs(sides(lit) - 1.0)
    means = [float(luminance(srgb_to_linear(image.pixels)).mean()) for image in (lit, level)]
    assert means[1] == pytest.approx(means[0], rel=0.02)


def test_no_strength_changes_nothing_and_alpha_stays() -> None:
    picture = photograph(64, falloff=0.5)
    assert torch.allclose(remove_illumination(picture, strength=0.0).pixels, picture.pixels, atol=1e-5)
    alpha = torch.rand(64, 64, 1, generator=torch.Generator().manual_seed(1))
    cut = Image(torch.cat((picture.pixels, alpha), dim=-1), ColorSpace.SRGB, AlphaMode.STRAIGHT)
    assert torch.equal(remove_illumination(cut).pixels[..., 3:], alpha)
    with pytest.raises(SpecError, match="sRGB"):
        remove_illumination(Image(alpha, ColorSpace.DATA))
