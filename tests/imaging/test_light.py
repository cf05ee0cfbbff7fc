from __future__ import annotations

import torch

from assetgen.imaging.color import linear_to_srgb, srgb_to_linear
from assetgen.imaging.light import ALPHA_FLOOR, from_light, to_light
from assetgen.media.image import AlphaMode, ColorSpace, Image


def ramp(low: float, high: float, channels: int = 3) -> torch.Tensor:
    return torch.linspace(low, high, 4096 * channels).view(64, 64, channels)


def test_color_becomes_the_light_of_the_standard_and_returns() -> None:
    image = Image(ramp(0.0, 1.0), ColorSpace.SRGB)
    light = to_light(image)
    assert torch.allclose(light, srgb_to_linear(image.pixels).permute(2, 0, 1), atol=1e-6)
    back = from_light(light, image).pixels
    assert torch.allclose(back, linear_to_srgb(srgb_to_linear(image.pixels)), atol=2e-6)
    assert torch.allclose(back, image.pixels, atol=2e-6)


def test_color_is_weighted_by_its_alpha_and_returns() -> None:
    pixels = ramp(0.05, 1.0, 4)
    image = Image(pixels, ColorSpace.LINEAR, AlphaMode.STRAIGHT)
    light = to_light(image)
    weight = pixels[..., 3:] + ALPHA_FLOOR
    expected = torch.cat((pixels[..., :3] * weight, weight), dim=-1).permute(2, 0, 1)
    assert torch.allclose(light, expected, atol=1e-6)
    assert torch.allclose(from_light(light, image).pixels, pixels, atol=1e-5)


def test_data_is_its_own_light_alpha_or_not() -> None:
    pixels = ramp(-1.0, 2.0, 4)
    for alpha in (AlphaMode.NONE, AlphaMode.STRAIGHT):
        image = Image(pixels, ColorSpace.DATA, alpha)
        assert torch.equal(to_light(image), pixels.permute(2, 0, 1))
        assert torch.equal(from_light(to_light(image), image).pixels, pixels)
