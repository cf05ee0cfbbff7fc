from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.imaging.kernels import Filter
from assetgen.imaging.mips import build_mips
from assetgen.imaging.resize import resize
from assetgen.media.image import AlphaMode, ColorSpace, Image


def noise(rows: int, columns: int, channels: int = 3, seed: int = 1) -> torch.Tensor:
    return torch.rand(rows, columns, channels, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kernel", [Filter.KAISER, Filter.MITCHELL, Filter.BOX])
def test_resizing_to_a_half_is_halving(kernel: Filter) -> None:
    image = Image(noise(32, 48) * 0.2 + 0.4, ColorSpace.DATA, wraps=(True, False))
    half = resize(image, width=24, height=16, kernel=kernel)
    expected = build_mips(image, kernel=kernel, max_levels=2).levels[1].pixels
    difference = (half.pixels - expected).abs()
    # They differ only where halving held back a ring.
    assert difference.mean() < 2e-3
    if kernel is Filter.BOX:
        assert difference.max() < 1e-6


@given(
    st.integers(1, 30), st.integers(1, 30), st.sampled_from(list(Filter)), st.sampled_from(list(ColorSpace))
)
def test_any_size_keeps_a_constant(width: int, height: int, kernel: Filter, space: ColorSpace) -> None:
    image = Image(torch.full((9, 14, 4), 0.6), space, AlphaMode.STRAIGHT, (True, False))
    result = resize(image, width=width, height=height, kernel=kernel)
    assert (result.width, result.height) == (width, height)
    assert torch.allclose(result.pixels, torch.tensor(0.6), atol=1e-4)


def test_black_and_white_average_to_half_the_light_not_half_the_code() -> None:
    checks = (
        ((torch.arange(8)[:, None] + torch.arange(8)) % 2).float()[..., None].expand(8, 8, 3).contiguous()
    )
    half = resize(Image(checks, ColorSpace.SRGB), width=4, height=4, kernel=Filter.BOX)
    assert torch.allclose(half.pixels, torch.tensor(0.7354), atol=1e-3)


def test_a_size_of_zero_is_refused() -> None:
    with pytest.raises(SpecError, match="at least 1"):
        resize(Image(noise(4, 4), ColorSpace.DATA), width=0, height=4)
