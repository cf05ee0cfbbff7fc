from __future__ import annotations

import torch

from assetgen.imaging.tile_check import check_tiling, has_transparency
from assetgen.media.image import AlphaMode, ColorSpace, Image
from tests.imaging.photographs import courses, gravel, photograph


def test_a_seamless_picture_tiles_along_both_axes() -> None:
    assert check_tiling([gravel()]).tiles == (True, True)


def test_a_cut_picture_tiles_along_neither_axis() -> None:
    assert check_tiling([photograph()]).tiles == (False, False)


def test_each_axis_is_judged_by_itself() -> None:
    tall = Image(gravel().pixels[:, :101].contiguous(), ColorSpace.SRGB)
    assert check_tiling([tall]).tiles == (False, True)


def test_a_jump_of_light_is_seen_though_the_grain_hides_the_edge() -> None:
    noise = torch.rand(128, 128, 3, generator=torch.Generator().manual_seed(3)) * 0.6 + 0.1
    lit = noise * torch.linspace(0.75, 1.25, 128)[None, :, None]
    check = check_tiling([Image(lit, ColorSpace.SRGB)])
    assert check.x.seam <= 1.25
    assert check.tiles == (False, True)


def test_the_worst_map_of_a_surface_counts() -> None:
    check = check_tiling([gravel(), photograph()])
    assert check.tiles == (False, False)
    assert check.x.seam == check_tiling([photograph()]).x.seam


def test_a_few_courses_with_a_joint_at_the_edge_tile() -> None:
    assert check_tiling([courses(96, 96, rows=6, columns=4)]).tiles == (True, True)


def test_a_flat_picture_tiles_and_a_tiny_one_is_not_judged_by_its_light() -> None:
    assert check_tiling([Image(torch.full((64, 64, 3), 0.5), ColorSpace.SRGB)]).tiles == (True, True)
    ramp = torch.linspace(0, 1, 8)[None, :, None].expand(8, 8, 3).contiguous()
    assert check_tiling([Image(ramp, ColorSpace.SRGB)]).x.step == 0.0


def test_a_cut_out_is_known_by_its_transparent_texels() -> None:
    pixels = torch.ones(8, 8, 4)
    assert not has_transparency(Image(pixels, ColorSpace.SRGB, AlphaMode.STRAIGHT))
    pixels = pixels.clone()
    pixels[0, 0, 3] = 0.2
    assert has_transparency(Image(pixels, ColorSpace.SRGB, AlphaMode.STRAIGHT))
    assert not has_transparency(Image(pixels, ColorSpace.SRGB))
