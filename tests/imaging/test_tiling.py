from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.imaging.tiling import repetition, seam_ratio
from assetgen.media.image import ColorSpace, Image


def waves(size: int, numbers: tuple[int, ...], seed: int = 0) -> torch.Tensor:
    x = 2 * math.pi * (torch.arange(size) + 0.5) / size
    field = torch.zeros(size, size)
    for k in numbers:
        field += (k * x + seed + k).sin()[None] + (k * x + 2 * seed - k).cos()[:, None]
    return 0.5 + 0.1 * field


def ratio_by_loops(columns: list[list[float]]) -> float:
    """The seam across the first axis of a small table, line by line."""
    n = len(columns)

    def kink(i: int) -> float:
        before, here, after = columns[(i - 1) % n], columns[i], columns[(i + 1) % n]
        return sum(abs(2 * h - b - a) for b, h, a in zip(before, here, after, strict=True)) / len(here)

    inside = sorted(kink(i) for i in range(1, n - 1))
    place = 0.99 * (len(inside) - 1)
    low = math.floor(place)
    strong = inside[low] + (inside[min(low + 1, len(inside) - 1)] - inside[low]) * (place - low)
    return max(kink(0), kink(n - 1)) / strong


def test_the_ratio_is_what_the_loops_say() -> None:
    table = torch.rand(12, 9, generator=torch.Generator().manual_seed(1))
    ratio = seam_ratio(table)
    assert ratio.y == pytest.approx(ratio_by_loops(table.tolist()), rel=1e-5)
    assert ratio.x == pytest.approx(ratio_by_loops(table.T.tolist()), rel=1e-5)
    assert ratio.worst == max(ratio.x, ratio.y)


@given(st.integers(-99, 99), st.integers(-99, 99))
def test_a_tile_has_no_seam_however_it_is_shifted(down: int, right: int) -> None:
    tile = waves(96, (1, 3, 7, 11)).roll((down, right), (0, 1))
    assert seam_ratio(tile[..., None]).worst <= 1.25


def test_a_cropped_tile_has_a_seam_on_the_cropped_axis_only() -> None:
    tile = waves(128, (1, 3, 7))
    assert seam_ratio(tile[:, :107]).x > 1.25
    assert seam_ratio(tile[:, :107]).y <= 1.25
    assert seam_ratio(tile[:101]).y > 1.25


def test_a_flat_image_and_a_tiny_one_have_no_seam() -> None:
    assert seam_ratio(torch.full((16, 16, 3), 0.4)).worst == 0
    assert seam_ratio(torch.rand(2, 2)).worst == 0


@pytest.mark.parametrize(
    ("slow", "fast", "share"),
    [
        ((1,), (), 1.0),
        ((), (9,), 0.0),
        ((2,), (9,), 0.5),
        ((1, 2), (9, 11), 0.5),
    ],
)
def test_repetition_is_the_share_of_the_long_waves(
    slow: tuple[int, ...], fast: tuple[int, ...], share: float
) -> None:
    pixels = waves(64, slow + fast)[..., None]
    assert repetition(Image(pixels, ColorSpace.DATA)) == pytest.approx(share, abs=1e-4)


def test_diagonal_waves_and_their_mirror_images_are_counted_once_each() -> None:
    x = 2 * math.pi * (torch.arange(32) + 0.5) / 32
    for ky in (1, -1):
        pixels = 0.5 + 0.3 * (x[None] + ky * x[:, None]).cos()[..., None]
        assert repetition(Image(pixels, ColorSpace.DATA)) == pytest.approx(1.0, abs=1e-4)


def test_repetition_of_a_flat_image_is_zero() -> None:
    assert repetition(Image(torch.full((8, 8, 3), 0.5), ColorSpace.SRGB)) == 0
