from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.imaging.normals import (
    decode_normal,
    encode_normal,
    flip_green,
    normal_from_height,
    reconstruct_z,
)
from assetgen.media.image import ColorSpace, Image


def noise(rows: int, columns: int, seed: int = 1) -> torch.Tensor:
    return torch.rand(rows, columns, generator=torch.Generator().manual_seed(seed))


def test_a_flat_field_has_flat_normals() -> None:
    normals = normal_from_height(torch.full((8, 12), 0.4), relief_m=0.1, tile_m=2.0)
    assert torch.equal(normals, torch.tensor([0.0, 0.0, 1.0]).expand(8, 12, 3))


def test_a_plane_has_one_normal_up_to_its_clamped_edges() -> None:
    # Rises 1 m over 2 m to the right and 0.5 m over 2 m upwards: row 0 is the top and the highest.
    column = (torch.arange(32) + 0.5) / 32
    height = (column[None, :] + 0.5 * (1 - column[:, None])) / 1.5
    normals = normal_from_height(height, relief_m=1.5, tile_m=2.0, wraps=(False, False))
    expected = torch.tensor([-0.5, -0.25, 1.0])
    assert torch.allclose(normals, (expected / expected.norm()).expand_as(normals), atol=1e-5)


def test_a_sine_has_the_slope_of_its_cosine() -> None:
    n, relief, tile = 256, 0.1, 2.0
    phase = 2 * math.pi * 3 * (torch.arange(n, dtype=torch.float64) + 0.5) / n
    height = (0.5 + 0.5 * phase.sin()).float().expand(n, n)
    normals = normal_from_height(height, relief_m=relief, tile_m=tile)
    slope = 0.5 * relief * (2 * math.pi * 3 / tile) * phase.cos()
    assert torch.allclose(-normals[10, :, 0] / normals[10, :, 2], slope.float(), atol=1e-3)
    assert normals[..., 1].abs().max() < 1e-6


def test_a_bump_lit_from_above_is_bright_above() -> None:
    # +Y up: the upper flank of a bump (smaller row) points to +Y.
    height = torch.zeros(9, 9)
    height[4, 4] = 1.0
    normals = normal_from_height(height, relief_m=0.1, tile_m=1.0)
    assert normals[3, 4, 1] > 0
    assert normals[5, 4, 1] < 0
    assert normals[4, 3, 0] < 0


def test_the_same_surface_at_twice_the_size_has_the_same_normals() -> None:
    def ramp(n: int) -> torch.Tensor:
        x = (torch.arange(n) + 0.5) / n
        return (0.5 + 0.25 * (2 * math.pi * x).sin()[None] + 0.25 * (4 * math.pi * x).cos()[:, None]).float()

    small = normal_from_height(ramp(128), relief_m=0.3, tile_m=2.0)
    large = normal_from_height(ramp(256), relief_m=0.3, tile_m=2.0)
    assert (large.view(128, 2, 128, 2, 3).mean(dim=(1, 3)) - small).abs().max() < 3e-3


@given(st.integers(1, 40), st.integers(1, 40), st.integers(-50, 50), st.integers(-50, 50))
def test_rolling_the_height_rolls_the_normals(rows: int, columns: int, down: int, right: int) -> None:
    height = noise(rows, columns)
    rolled = normal_from_height(height.roll((down, right), (0, 1)), relief_m=0.1, tile_m=2.0)
    expected = normal_from_height(height, relief_m=0.1, tile_m=2.0).roll((down, right), (0, 1))
    assert torch.equal(rolled, expected)
    assert (rolled.norm(dim=-1) - 1).abs().max() < 1e-5


def test_an_edge_that_does_not_wrap_ignores_the_other_side() -> None:
    height = noise(16, 16)
    changed = height.clone()
    changed[:, -2:] = 0.0
    a, b = (normal_from_height(h, relief_m=0.1, tile_m=2.0, wraps=(False, True)) for h in (height, changed))
    assert torch.equal(a[:, 0], b[:, 0])
    a, b = (normal_from_height(h, relief_m=0.1, tile_m=2.0) for h in (height, changed))
    assert not torch.equal(a[:, 0], b[:, 0])


def test_encoding_and_decoding_a_normal_returns_it() -> None:
    normals = normal_from_height(noise(32, 32), relief_m=0.1, tile_m=2.0)
    assert (decode_normal(encode_normal(normals)) - normals).abs().max() < 1e-6
    assert torch.equal(decode_normal(torch.full((1, 3), 0.5)), torch.tensor([[0.0, 0.0, 1.0]]))


def test_flipping_green_twice_is_the_same_map() -> None:
    image = Image(encode_normal(normal_from_height(noise(8, 8), relief_m=0.1, tile_m=2.0)), ColorSpace.DATA)
    flipped = flip_green(image)
    assert torch.allclose(flipped.pixels[..., 1], 1 - image.pixels[..., 1])
    assert torch.equal(flipped.pixels[..., ::2], image.pixels[..., ::2])
    assert torch.allclose(flip_green(flipped).pixels, image.pixels)


def test_z_comes_back_from_red_and_green() -> None:
    pixels = encode_normal(normal_from_height(noise(16, 16), relief_m=0.1, tile_m=2.0))
    assert (reconstruct_z(pixels[..., :2]) - pixels).abs().max() < 1e-5


def test_a_height_with_channels_is_refused() -> None:
    with pytest.raises(SpecError, match="height of"):
        normal_from_height(torch.zeros(4, 4, 1), relief_m=0.1, tile_m=1.0)
