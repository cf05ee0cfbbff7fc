"""Pixel art: large square pixels, few colors, ordered dither between them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import threshold_for
from assetgen.backends.procedural.field.height import blur
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.steady import power
from assetgen.backends.procedural.operators.designs.painting import lightness, relit, saturated
from assetgen.backends.procedural.styles.forms import joints
from assetgen.backends.procedural.surface import Surface

_PIXELS_PER_M: Final = 48
_FEWEST, _MOST = 32, 128
_COLORS: Final = 16
_STEPS: Final = 8
"""Levels of height."""
_ROUNDS: Final = 12
_DITHER: Final = 9
"""Strength of the pattern: codes of 4095 a step."""
_BAYER: Final = ((0, 8, 2, 10), (12, 4, 14, 6), (3, 11, 1, 9), (15, 7, 13, 5))


def pixel(surface: Surface) -> Surface:
    """Return the surface in square pixels: 48 a metre, a power of two from 32 to 128 along the tile."""
    size = surface.torus.size
    count = min(_pixels_across(surface.torus.tile_m), size)
    color = _drawn(surface)
    reach = max(threshold_for(surface.height_m, 0.05) - threshold_for(surface.height_m, 0.95), 1e-6)
    joint = joints(surface, reach)[None]
    # A joint of half a pixel is drawn one pixel wide, or there would be none.
    share = _mean(joint, count)
    between = _mean(color * joint, count) / share.clamp(min=1e-4)
    small = mix(_mean(color, count), between, (share * 2.6 - 0.25).clamp(0, 1))
    flat = _quantised(small, _palette(small))
    height = _mean(surface.height_m[None], count)[0]
    low, high = torch.aminmax(height)
    span = float(high - low) or 1.0
    steps = torch.round((height - low) * ((_STEPS - 1) / span)) * (span / (_STEPS - 1)) + low
    return replace(
        surface,
        height_m=_enlarged(steps[None], size)[0] * 0.6,
        color=_enlarged(flat, size),
        roughness=_enlarged(_mean(surface.roughness[None], count), size)[0],
        metallic=torch.round(_enlarged(_mean(surface.metallic[None], count), size)[0]),
        emissive=None if surface.emissive is None else _enlarged(_mean(surface.emissive, count), size),
    )


def _pixels_across(tile_m: float) -> int:
    count = _FEWEST
    while count < _MOST and count * 1.42 < tile_m * _PIXELS_PER_M:
        count *= 2
    return count


def _drawn(surface: Surface) -> Tensor:
    """Return the color with its forms brought out, or few pixels would blur them away."""
    torus = surface.torus
    own = lightness(surface.color)
    wide = blur(torus, own, torus.tile_m * 0.03)
    reach = max(threshold_for(surface.height_m, 0.05) - threshold_for(surface.height_m, 0.95), 1e-6)
    stands = (surface.height_m - blur(torus, surface.height_m, torus.tile_m * 0.02)) * (1 / reach)
    shaped = own + (own - wide) * 0.35 + stands.clamp(-0.5, 0.5) * 0.22
    return saturated(relit(surface.color, own, shaped.clamp(0.05, 0.96)), 1.2)


def _mean(planes: Tensor, count: int) -> Tensor:
    """Return (K, count, count) means of square blocks of (K, N, N)."""
    return torch.nn.functional.adaptive_avg_pool2d(planes[None], count)[0]


def _enlarged(planes: Tensor, size: int) -> Tensor:
    return planes.repeat_interleave(size // planes.shape[-1], -1).repeat_interleave(
        size // planes.shape[-1], -2
    )


def _palette(small: Tensor) -> Tensor:
    """Return the colors (K, 3) that stand for a picture: k-means in cube roots, which are even to the eye.

    Everything is counted in whole numbers, whose sums are exact: threads cannot change them.
    """
    points = _codes(small)
    order = torch.argsort(points[:, 0] + points[:, 1] + points[:, 2], stable=True)
    step = (len(order) - 1) // (_COLORS - 1)
    centres = points[order[:: max(step, 1)][:_COLORS]]
    for _ in range(_ROUNDS):
        member = torch.nn.functional.one_hot(_nearest(points, centres), len(centres)).to(torch.int64)
        counts = member.sum(0)
        totals = torch.stack([(member * points[:, channel : channel + 1]).sum(0) for channel in range(3)], 1)
        means = totals // counts.clamp(min=1)[:, None]
        centres = torch.where(counts[:, None] > 0, means, centres)
    return centres


def _codes(small: Tensor) -> Tensor:
    """Return colors (3, n, n) as whole numbers (n * n, 3), 0..4095 in cube roots."""
    even = power(small.clamp(min=0).reshape(3, -1).T.contiguous() + 1e-9, 1 / 3)
    return torch.round(even * 4095).to(torch.int64)


def _nearest(points: Tensor, centres: Tensor) -> Tensor:
    away = [sum((points[:, c] - centre[c]).square() for c in range(3)) for centre in centres]
    return torch.stack(away, 1).argmin(1)


def _quantised(small: Tensor, palette: Tensor) -> Tensor:
    """Return every pixel in the nearest color of the palette, nudged by a 4x4 pattern so that tones blend."""
    count = small.shape[-1]
    bayer = torch.tensor(_BAYER, device=small.device).repeat(count // 4, count // 4).reshape(-1, 1)
    nearest = _nearest(_codes(small) + bayer * _DITHER - _DITHER * 8, palette)
    cube = palette.to(torch.float32) * (1 / 4095)
    return (cube * cube * cube)[nearest].T.reshape(3, count, count)
