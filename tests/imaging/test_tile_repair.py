from __future__ import annotations

import pytest
import torch

from assetgen.errors import SpecError
from assetgen.imaging.normals import encode_normal, normal_from_height
from assetgen.imaging.tile_check import check_tiling
from assetgen.imaging.tile_repair import make_tileable
from assetgen.media.image import ColorSpace, Image
from tests.imaging.photographs import courses, grain, gravel, photograph

BOTH = (True, True)


@pytest.mark.parametrize("seed", range(4))
def test_a_mended_photograph_has_no_seam_and_wraps(seed: int) -> None:
    (mended,) = make_tileable([photograph(160, seed=seed, falloff=0.3)], axes=BOTH)
    check = check_tiling([mended])
    assert check.tiles == BOTH, check
    assert max(check.x.seam, check.y.seam) <= 1.25
    assert mended.wraps == BOTH


def test_the_middle_keeps_every_texel() -> None:
    before = photograph(192)
    (mended,) = make_tileable([before], axes=BOTH)
    inner = slice(32, -32)
    assert torch.equal(mended.pixels[inner, inner], before.pixels[inner, inner])


def test_mending_does_not_blur() -> None:
    before = photograph(192)
    (mended,) = make_tileable([before], axes=BOTH)
    fine = (mended.pixels - mended.pixels.roll(1, 1)).abs().mean(dim=(0, 2))
    border = torch.cat((fine[:32], fine[-32:]))
    assert float(border.mean()) > 0.85 * float(fine[32:-32].mean())


def test_one_axis_is_mended_alone() -> None:
    before = Image(gravel(160).pixels[:, :131].contiguous(), ColorSpace.SRGB, wraps=(False, True))
    (mended,) = make_tileable([before], axes=(True, False))
    assert check_tiling([mended]).tiles == BOTH
    inner = slice(24, -24)
    assert torch.equal(mended.pixels[:, inner], before.pixels[:, inner])


def test_courses_are_brought_together_by_stretching() -> None:
    before = courses(192, 192, rows=8, columns=7.8)
    (mended,) = make_tileable([before], axes=(True, False))
    light = mended.pixels[100:, :, 1].mean(dim=0) > 0.4  # joints as runs of light columns
    starts = (light & ~light.roll(1)).nonzero().flatten()
    gaps = (starts.roll(-1) - starts) % 192
    assert 7 <= len(starts) <= 8
    assert int(gaps.max()) - int(gaps.min()) <= 6


def test_all_maps_of_a_surface_are_cut_alike() -> None:
    color = photograph(160)
    gray = Image(color.pixels[..., :1].contiguous(), ColorSpace.DATA)
    mended, twin = make_tileable([color, gray], axes=BOTH)
    assert torch.allclose(mended.pixels[..., :1], twin.pixels, atol=1e-5)


def test_every_map_is_without_a_seam_afterwards() -> None:
    height = (grain(200, 200, wave=14.0)[:160, :160] * 0.15 + 0.5).clamp(0.0, 1.0)
    normal = encode_normal(normal_from_height(height, relief_m=0.1, tile_m=1.0, wraps=(False, False)))
    maps = [
        photograph(160),
        Image(height[..., None].contiguous(), ColorSpace.DATA),
        Image(normal, ColorSpace.DATA),
    ]
    for mended in make_tileable(maps, axes=BOTH):
        check = check_tiling([mended])
        assert max(check.x.seam, check.y.seam) <= 1.25


def test_mending_twice_gives_the_same_bits() -> None:
    first, second = (make_tileable([photograph(96)], axes=BOTH)[0].pixels for _ in range(2))
    assert torch.equal(first, second)


@pytest.mark.parametrize(("width", "height"), [(48, 48), (64, 200), (300, 50), (97, 131)])
def test_any_shape_from_48_texels_on_is_mended(width: int, height: int) -> None:
    (mended,) = make_tileable(
        [Image(photograph(300).pixels[:height, :width].contiguous(), ColorSpace.SRGB)], axes=BOTH
    )
    assert (mended.width, mended.height) == (width, height)


def test_what_is_too_small_or_of_two_sizes_is_refused() -> None:
    with pytest.raises(SpecError, match="too small to mend"):
        make_tileable([photograph(40)], axes=BOTH)
    with pytest.raises(SpecError, match="one size"):
        make_tileable([photograph(64), photograph(96)], axes=BOTH)
