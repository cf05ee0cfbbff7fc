"""What a painter does to a picture: flat areas with firm borders, strokes along forms, few tones, tones by light.

Fields are (..., N, N) on the torus, colors planar (3, N, N) linear light.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch
from assetgen.imaging.color import linear_to_oklab

_SECTORS = tuple((math.cos(turn * math.pi / 4), math.sin(turn * math.pi / 4)) for turn in range(8))


def flattened(torus: Torus, guide: Tensor, planes: Tensor, radius_m: float) -> Tensor:
    """Return planes smoothed within areas and firm at their borders, as broad brushes leave them.

    Each texel takes the mean of that of eight discs around it in which the guide changes least. Source: the
    generalised Kuwahara filter, G. Papari et al., Artistic Edge and Corner Enhancing Smoothing, 2007.

    Args:
        torus: the tile.
        guide: (N, N) what borders are seen in, such as lightness.
        planes: (K, N, N) what is smoothed.
        radius_m: of the discs; under a texel nothing is done.
    """
    reach = radius_m / torus.tile_m * torus.size
    if reach < 1.0:
        return planes
    mean = blur(torus, guide, radius_m * 0.5)
    unrest = (blur(torus, guide * guide, radius_m * 0.5) - mean * mean).clamp_(min=0)
    calm = 1 / (1 + unrest * (1 / 2.5e-4))
    weight = calm.square_().square_()
    smooth = blur(torus, planes, radius_m * 0.5) * weight
    total, norm = torch.zeros_like(planes), torch.zeros_like(guide)
    for x, y in _SECTORS:
        shift = (round(y * reach * 0.8), round(x * reach * 0.8))
        norm.add_(weight.roll(shift, (-2, -1)))
        total.add_(smooth.roll(shift, (-2, -1)))
    return total.div_(norm.clamp_(min=1e-12))


def lightness(color: Tensor) -> Tensor:
    """Return OKLab lightness of a planar linear color, (N, N), 0..1."""
    return linear_to_oklab(color.clamp(min=0), axis=0)[0]


def relit(color: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Return a color whose lightness (N, N) has become another one; hue and saturation stay."""
    ratio = (after.clamp(min=0.02) / before.clamp(min=0.02)).clamp_(0.25, 4.0)
    return color * (ratio * ratio * ratio)


def saturated(color: Tensor, amount: float) -> Tensor:
    """Return a more (above 1) or less colorful planar color of the same luminance."""
    red, green, blue = color.unbind(0)
    grey = (red * 0.2126 + green * 0.7152 + blue * 0.0722)[None]
    return (grey + (color - grey) * amount).clamp_(min=0.0)


def banded(field: Tensor, bands: int, *, low: float, high: float, soft: float = 0.12) -> Tensor:
    """Return a field in so many even tones between two values, with borders a little soft."""
    place = ((field - low) * (1 / max(high - low, 1e-6))).clamp_(0, 1) * (bands - 1)
    whole = torch.floor(place)
    step = smoothstep(0.5 - soft, 0.5 + soft, place - whole)
    return (whole + step) * ((high - low) / (bands - 1)) + low


def strokes(torus: Torus, name: str, form: Tensor, *, width_m: float, length_m: float) -> Tensor:
    """Return brush strokes that run along a form, (N, N), about -1..1.

    Noise of the brush's width is smeared along the lines of equal form, both ways. Source: B. Cabral and
    L. Leedom, Imaging Vector Fields Using Line Integral Convolution, SIGGRAPH 1993.

    Args:
        torus: the tile.
        name: the random stream.
        form: (N, N) whose lines of equal value the brush follows; blurred to what a brush can follow.
        width_m: of a stroke.
        length_m: of a stroke.
    """
    low = max(round(torus.tile_m / (width_m * 6)), 1)
    high = max(round(torus.tile_m / (width_m * 1.4)), low + 4)
    noise = spectral_noise(torus, name, slope=0.4, low=low, high=high)
    broad = blur(torus, form, width_m * 1.5)
    across_x = broad.roll(-1, 1) - broad.roll(1, 1)
    across_y = broad.roll(-1, 0) - broad.roll(1, 0)
    steep = torch.sqrt(across_x * across_x + across_y * across_y)
    along_x, along_y = -across_y / (steep + 1e-12), across_x / (steep + 1e-12)
    smeared, total = noise.clone(), 1.0
    reach = length_m / torus.tile_m
    for step in (0.17, -0.17, 0.33, -0.33, 0.5, -0.5):
        share = 1 - abs(step) * 1.6
        smeared.add_(fetch(torus, noise, along_x * (reach * step), along_y * (reach * step)), alpha=share)
        total += share
    return smeared.mul_(1.6 / total).clamp_(-2, 2)
