from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.imaging.alpha import bleed_color, coverage
from assetgen.media.image import AlphaMode, ColorSpace, Image


def sprite(rows: int, columns: int, seed: int, share: float = 0.2) -> Image:
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.rand(rows, columns, 4, generator=generator)
    pixels[..., 3] *= (torch.rand(rows, columns, generator=generator) < share).float()
    return Image(pixels, ColorSpace.SRGB, AlphaMode.STRAIGHT)


def test_coverage_counts_the_texels_at_or_over_the_cutoff() -> None:
    pixels = torch.zeros(2, 2, 2)
    pixels[..., 1] = torch.tensor([[0.0, 0.5], [0.49, 1.0]])
    assert coverage(Image(pixels, ColorSpace.DATA, AlphaMode.CUTOUT), 0.5) == 0.5


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99))
def test_bleeding_touches_transparent_texels_only_and_invents_no_color(
    rows: int, columns: int, seed: int
) -> None:
    image = sprite(rows, columns, seed)
    bled = bleed_color(image)
    visible = image.pixels[..., 3] > 0
    assert torch.equal(bled.pixels[visible], image.pixels[visible])
    assert torch.equal(bled.pixels[..., 3], image.pixels[..., 3])
    if visible.any():
        shown = image.pixels[visible][:, :3]
        assert (bled.pixels[..., :3] >= shown.amin(dim=0) - 1e-5).all()
        assert (bled.pixels[..., :3] <= shown.amax(dim=0) + 1e-5).all()


def test_one_red_texel_colors_the_whole_image() -> None:
    pixels = torch.zeros(9, 13, 4)
    pixels[2, 5] = torch.tensor([0.9, 0.1, 0.2, 1.0])
    bled = bleed_color(Image(pixels, ColorSpace.SRGB, AlphaMode.CUTOUT)).pixels
    assert torch.allclose(bled[..., :3], torch.tensor([0.9, 0.1, 0.2]).expand(9, 13, 3), atol=1e-6)


def test_an_image_without_alpha_is_refused() -> None:
    with pytest.raises(SpecError, match="no alpha"):
        coverage(Image(torch.zeros(2, 2, 4), ColorSpace.DATA), 0.5)
