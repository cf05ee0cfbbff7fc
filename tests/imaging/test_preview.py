from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch

from assetgen.imaging.color import luminance
from assetgen.imaging.normals import encode_normal, normal_from_height
from assetgen.imaging.preview import render_plane, render_sphere, render_tiling
from assetgen.imaging.studio import tone_map
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import Material


def data(values: torch.Tensor) -> Image:
    return Image(values[..., None] if values.ndim == 2 else values, ColorSpace.DATA, wraps=(True, True))


def flat_color(value: float, size: int = 32) -> Image:
    return Image(torch.full((size, size, 3), value), ColorSpace.SRGB, wraps=(True, True))


def bumpy(relief_m: float = 0.1) -> Material:
    x = 2 * math.pi * (torch.arange(64) + 0.5) / 64
    height = 0.5 + 0.25 * (3 * x).sin()[None] + 0.25 * (2 * x).cos()[:, None]
    normal = normal_from_height(height, relief_m=relief_m, tile_m=1.0)
    return Material(
        tile_m=1.0,
        relief_m=relief_m,
        base_color=flat_color(0.6, 64),
        normal=data(encode_normal(normal)),
        height=data(height),
    )


@pytest.mark.parametrize("render", [render_sphere, render_plane, render_tiling])
def test_every_picture_is_srgb_of_the_asked_size_and_lit(render: Callable[..., Image]) -> None:
    picture = render(bumpy(), size=48)
    assert picture.pixels.shape == (48, 48, 3)
    assert picture.space is ColorSpace.SRGB
    assert picture.pixels.min() >= 0
    assert picture.pixels.max() <= 1
    assert 0.1 < picture.pixels[16:32, 16:32].mean() < 0.95


@pytest.mark.parametrize("render", [render_sphere, render_plane, render_tiling])
def test_a_picture_is_the_same_bits_for_any_number_of_threads(render: Callable[..., Image]) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = render(bumpy(), size=64).pixels
        torch.set_num_threads(3)
        three = render(bumpy(), size=64).pixels
    finally:
        torch.set_num_threads(before)
    assert torch.equal(one, three)


def test_the_ball_is_brighter_towards_the_key_light_than_away_from_it() -> None:
    light = luminance(render_sphere(bumpy(0.0), size=64).pixels)
    assert light[16:24, 16:24].mean() > 1.3 * light[44:52, 40:48].mean()


def test_a_darker_material_makes_a_darker_picture() -> None:
    white, black = (Material(tile_m=1, relief_m=0, base_color=flat_color(v)) for v in (0.8, 0.2))
    for render in (render_sphere, render_plane, render_tiling):
        assert (
            render(black, size=32).pixels[8:24, 8:24].mean()
            < render(white, size=32).pixels[8:24, 8:24].mean()
        )


def test_a_mirror_shows_more_contrast_than_a_matte_metal() -> None:
    smooth, matte = (
        Material(
            tile_m=1, relief_m=0, base_color=flat_color(0.9), roughness_factor=rough, metallic_factor=1.0
        )
        for rough in (0.05, 0.95)
    )
    spread = [render_sphere(m, size=48).pixels[12:36, 12:36].std() for m in (smooth, matte)]
    assert spread[0] > 1.25 * spread[1]


def test_relief_breaks_the_silhouette_and_throws_shadow() -> None:
    def coverage(material: Material) -> torch.Tensor:
        return luminance(render_sphere(material, size=96).pixels) > 0.35

    assert (coverage(bumpy(0.2)) ^ coverage(bumpy(0.0))).sum() > 40
    high, low = (render_plane(bumpy(r), size=64).pixels for r in (0.3, 0.0))
    assert high.min() < low.min() - 0.1


def test_a_material_without_any_map_can_be_seen() -> None:
    assert render_sphere(Material(tile_m=1, relief_m=0), size=24).pixels[12, 12].min() > 0.1


def test_an_emissive_material_outshines_a_dark_one() -> None:
    dark = Material(tile_m=1, relief_m=0, base_color=flat_color(0.1))
    glowing = Material(tile_m=1, relief_m=0, base_color=flat_color(0.1), emissive=flat_color(0.8))
    assert render_plane(glowing, size=16).pixels.mean() > render_plane(dark, size=16).pixels.mean() + 0.2


def test_the_tone_curve_keeps_middle_colors_and_never_passes_white() -> None:
    ramp = torch.linspace(0.0, 20.0, 200).expand(3, 200)
    mapped = tone_map(ramp)
    assert mapped.max() <= 1.0
    assert (mapped[:, 1:] >= mapped[:, :-1] - 1e-6).all()
    middle = torch.full((3, 1), 0.3)
    assert torch.allclose(tone_map(middle), middle - 0.04, atol=1e-6)
