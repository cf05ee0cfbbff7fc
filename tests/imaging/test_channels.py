from __future__ import annotations

import pytest
import torch

from assetgen.errors import SpecError
from assetgen.imaging.channels import invert, pack_channels
from assetgen.media.image import AlphaMode, ColorSpace, Image


def gray(value: float, *, size: int = 4, wraps: tuple[bool, bool] = (True, True)) -> Image:
    return Image(torch.full((size, size, 1), value), ColorSpace.DATA, wraps=wraps)


def test_channels_are_packed_in_order_with_constants_filled_in() -> None:
    packed = pack_channels(gray(0.1), 0.2, gray(0.3), 0.4)
    assert torch.allclose(packed.pixels, torch.tensor([0.1, 0.2, 0.3, 0.4]).expand(4, 4, 4))
    assert packed.space is ColorSpace.DATA
    assert packed.alpha is AlphaMode.NONE


def test_a_packed_image_wraps_where_all_of_its_channels_wrap() -> None:
    assert pack_channels(gray(0.1), gray(0.2, wraps=(True, False)), 0.0).wraps == (True, False)


def test_inverting_twice_is_the_same_image_and_coverage_stays() -> None:
    image = Image(torch.rand(3, 3, 2), ColorSpace.DATA, AlphaMode.STRAIGHT)
    assert torch.equal(invert(image).pixels[..., 1], image.pixels[..., 1])
    assert torch.allclose(invert(image).pixels[..., 0], 1 - image.pixels[..., 0])
    assert torch.allclose(invert(invert(image)).pixels, image.pixels)


def test_channels_of_two_sizes_are_refused() -> None:
    with pytest.raises(SpecError, match="one size"):
        pack_channels(gray(0.1), gray(0.1, size=8), 0.0)
    with pytest.raises(SpecError, match="constants alone"):
        pack_channels(0.1, 0.2, 0.3)
