"""Pixels as light that may be averaged, and back: what every change of size works on.

Color becomes linear light, multiplied by alpha where there is alpha, so that nothing unseen bleeds into what
is seen; data stays as it is. Light is planar, (C, H, W): channels apart are decoded and filtered in unbroken
rows.
"""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.media.image import AlphaMode, ColorSpace, Image

ALPHA_FLOOR = 1.0 / 4096.0
"""Weight of a fully transparent texel's color, so that a wholly transparent region keeps a color."""

_KNEE = 0.04045
_LINEAR_KNEE = 0.0031308
"""Where the straight and the curved part of sRGB meet (IEC 61966-2-1)."""


def to_light(image: Image) -> Tensor:
    """Return an image's light, (C, H, W)."""
    light = torch.empty((image.channels, image.height, image.width), device=image.pixels.device)
    read_light(image, 0, image.height, out=light)
    return light


def read_light(image: Image, start: int, stop: int, *, out: Tensor) -> None:
    """Write the light of rows `start` to `stop` to `out`, (C, stop - start, W)."""
    out.copy_(image.pixels[start:stop].permute(2, 0, 1))
    has_alpha = image.alpha is not AlphaMode.NONE and image.space is not ColorSpace.DATA
    color = out[:-1] if has_alpha else out
    if image.space is ColorSpace.SRGB:
        _decode(color)
    if has_alpha:
        color.mul_(out[-1].add_(ALPHA_FLOOR))


def from_light(light: Tensor, image: Image) -> Image:
    """Return light as an image like `image`: the way back from `to_light`; light below 0 becomes 0."""
    pixels = torch.empty((*light.shape[1:], light.shape[0]), device=light.device)
    write_pixels(light, image, out=pixels)
    return image.with_pixels(pixels)


def write_pixels(light: Tensor, image: Image, *, out: Tensor) -> None:
    """Write light, (C, H, W), to `out`, (H, W, C), as pixels of the kind that `image` has."""
    planes = out.permute(2, 0, 1)
    if image.space is ColorSpace.DATA:
        planes.copy_(light)
    elif image.alpha is AlphaMode.NONE:
        planes.copy_(_encoded(light, image))
    else:
        weight = light[-1].clamp_min(ALPHA_FLOOR * 0.5)
        planes[:-1] = _encoded(light[:-1] / weight, image)
        planes[-1] = (weight - ALPHA_FLOOR).clamp_(0.0, 1.0)


def is_light(image: Image) -> bool:
    """Tell whether an image's pixels are its light as they are."""
    return image.space is ColorSpace.DATA or (
        image.space is ColorSpace.LINEAR and image.alpha is AlphaMode.NONE
    )


def rings(image: Image) -> bool:
    """Tell whether a kernel may ring past the light around it: opaque color alone.

    Data would leave its range, bright highlights of linear color would be ringed with black, and alpha that
    rings below 0 has no color to divide by.
    """
    return image.space is ColorSpace.SRGB and image.alpha is AlphaMode.NONE


def _encoded(color: Tensor, image: Image) -> Tensor:
    if image.space is ColorSpace.SRGB:
        return _encode(color).clamp_(0.0, 1.0)
    return color.clamp_min(0.0)


def _decode(color: Tensor) -> None:
    """Turn sRGB into linear light in place, as `srgb_to_linear` does to 1e-6, at two thirds of its cost.

    Sum of both branches of the curve, each held where the other one rules: that needs no choice per value.
    """
    straight = color.clamp(max=_KNEE)
    color.clamp_(min=_KNEE).add_(0.055).mul_(1 / 1.055).log_().mul_(2.4).exp_()
    color.add_(straight, alpha=1 / 12.92).sub_(_KNEE / 12.92)


def _encode(color: Tensor) -> Tensor:
    """Return linear light as sRGB, as `linear_to_srgb` does to 1e-6; made like `_decode`."""
    code = color.clamp(min=_LINEAR_KNEE).log_().mul_(1 / 2.4).exp_().mul_(1.055)
    return code.add_(color.clamp(max=_LINEAR_KNEE), alpha=12.92).sub_(0.055 + _LINEAR_KNEE * 12.92)
