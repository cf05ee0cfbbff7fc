"""Ambient occlusion from a height field: how much of the sky a texel sees over the relief around it.

For each direction the height field is walked outwards and the steepest rise above the texel kept; the share
of the sky under that horizon is hidden. Distances are metres, samples lie between texels, and the further a
sample the wider the field is smoothed first, so that the look does not change with the size of the texture
and a far step leaves no echo of itself. A half-size pass would take a third of the time, but its result moves
by up to 8/255 when a hard edge is shifted by one texel, so every texel is walked.

Source: Bavoil, Sainz, "Image-Space Horizon-Based Ambient Occlusion", SIGGRAPH 2008.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.imaging.edges import pad_edges

_BAND_TEXELS = 1 << 16
_MAX_SMOOTHED = 2
"""Smoothed copies of the field that may be kept; more is not seen, and each is a plane of memory."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """One point of one ray: two lattice offsets (rows, columns), where between them, its weight."""

    near: tuple[int, int]
    far: tuple[int, int]
    between: float
    gain: float
    field: int


def horizon_occlusion(
    height: Tensor,
    *,
    relief_m: float,
    tile_m: float,
    radius_m: float,
    directions: int = 8,
    steps: int = 5,
    wraps: tuple[bool, bool] = (True, True),
) -> Tensor:
    """Return (H, W) ambient occlusion, 1 open to the sky and 0 closed.

    Args:
        height: (H, W), 0 lowest, 1 highest.
        relief_m: metres between height 0 and height 1.
        tile_m: metres along the width; texels are square.
        radius_m: how far an obstacle is felt; its weight falls to 0 there.
        directions: rays per texel; 8 need no rounding of their angle.
        steps: samples per ray, denser near the texel.
        wraps: whether the field continues at its opposite edge, along (x, y).

    Raises:
        SpecError: the height is not (H, W), or a length is not larger than 0.
    """
    if height.ndim != 2 or not tile_m > 0 or not radius_m > 0 or not relief_m >= 0:
        raise SpecError(
            f"occlusion needs a height of (H, W) and positive lengths, not {tuple(height.shape)}."
        )
    texel_m = tile_m / height.shape[1]
    rays, smoothing, reach = _plan(texel_m, radius_m=radius_m, directions=directions, steps=steps)
    fields = _fields(height, smoothing=smoothing, reach=reach, wraps=wraps)
    result = torch.empty_like(height, memory_format=torch.contiguous_format)
    band = max(_BAND_TEXELS // height.shape[1], 1) if height.device.type == "cpu" else height.shape[0]
    for top in range(0, height.shape[0], band):
        out = result[top : top + band]
        _band_occlusion(fields, rays, top=top, reach=reach, relief_m=relief_m, out=out)
    return result


def _plan(
    texel_m: float, *, radius_m: float, directions: int, steps: int
) -> tuple[list[list[_Sample]], list[int], int]:
    """Return the samples of each ray, the smoothing level of each field, and the longest offset."""
    # Nearness squared puts half of the samples into the first quarter of the radius, where crevices are.
    distances = [radius_m * (k / steps) ** 2 for k in range(1, steps + 1)]
    spacings = [b - a for a, b in zip([0.0, *distances], distances, strict=False)]
    levels = [max(int(math.log2(max(s / texel_m / 4.0, 1.0))), 0) for s in spacings]
    kept = sorted(set(levels))
    while len(kept) > 1 + _MAX_SMOOTHED:
        kept.pop(1)
    field_of = {level: max(i for i, k in enumerate(kept) if k <= level or i == 0) for level in levels}
    rays = []
    for i in range(directions):
        angle = 2.0 * math.pi * i / directions
        ray = [
            _sample(
                angle, d, texel_m=texel_m, falloff=1.0 - 0.75 * (d / radius_m) ** 2, field=field_of[level]
            )
            for d, level in zip(distances, levels, strict=True)
        ]
        rays.append(ray)
    reach = max(max(abs(c) for c in (*s.near, *s.far)) for ray in rays for s in ray)
    return rays, kept, reach


def _sample(angle: float, distance_m: float, *, texel_m: float, falloff: float, field: int) -> _Sample:
    down, right = -math.sin(angle), math.cos(angle)
    longest = max(abs(down), abs(right))
    major = distance_m / texel_m * longest
    first = math.floor(major)
    near, far = ((round(m * down / longest), round(m * right / longest)) for m in (first, first + 1))
    return _Sample(near, far, major - first, falloff / distance_m, field)


def _fields(height: Tensor, *, smoothing: list[int], reach: int, wraps: tuple[bool, bool]) -> list[Tensor]:
    """Return the field padded by `reach`, once per level; level n has had n passes of smoothing."""
    fields = []
    smooth, done = height, 0
    for level in smoothing:
        for n in range(done, level):
            smooth = _dilated_binomial(smooth, dilation=1 << n, wraps=wraps)
        done = level
        fields.append(pad_edges(smooth, margin=(reach, reach), wraps=wraps))
    return fields


def _dilated_binomial(field: Tensor, *, dilation: int, wraps: tuple[bool, bool]) -> Tensor:
    """Return the field under (1, 2, 1) / 4 along both axes with `dilation` texels between taps."""
    rows, columns = field.shape
    padded = pad_edges(field, margin=(dilation, dilation), wraps=wraps)
    result = torch.empty_like(field, memory_format=torch.contiguous_format)
    band = max(_BAND_TEXELS // columns, 1) if field.device.type == "cpu" else rows
    for top in range(0, rows, band):
        part = padded[top : top + band + 2 * dilation]
        inner = part[dilation:-dilation]
        tall = torch.add(part[: -2 * dilation], part[2 * dilation :]).add_(inner).add_(inner)
        middle = tall[:, dilation:-dilation]
        wide = torch.add(tall[:, : -2 * dilation], tall[:, 2 * dilation :]).add_(middle).add_(middle)
        torch.mul(wide, 1.0 / 16.0, out=result[top : top + band])
    return result


def _band_occlusion(
    fields: list[Tensor], rays: list[list[_Sample]], *, top: int, reach: int, relief_m: float, out: Tensor
) -> None:
    rows, columns = out.shape
    texel = fields[0].narrow(0, top + reach, rows).narrow(1, reach, columns)
    rise, horizon, hidden = (torch.zeros_like(texel, memory_format=torch.contiguous_format) for _ in range(3))

    def view(field: Tensor, offset: tuple[int, int]) -> Tensor:
        return field.narrow(0, top + reach + offset[0], rows).narrow(1, reach + offset[1], columns)

    for ray in rays:
        horizon.copy_(texel)
        for sample in ray:
            field = fields[sample.field]
            torch.lerp(view(field, sample.near), view(field, sample.far), sample.between, out=rise)
            # texel + gain * (sample - texel) in one pass; the texel is taken off once per ray.
            torch.maximum(horizon, torch.lerp(texel, rise, sample.gain * relief_m, out=rise), out=horizon)
        horizon.sub_(texel)
        # Sine of the horizon's angle: the share of the directions above the plane that it hides.
        torch.mul(horizon, horizon, out=rise).add_(1.0).sqrt_()
        hidden.add_(horizon.div_(rise))
    torch.mul(hidden, -1.0 / len(rays), out=out).add_(1.0).clamp_(0.0, 1.0)
