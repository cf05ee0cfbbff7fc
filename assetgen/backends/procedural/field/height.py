"""Operations on height fields, in metres, on the torus."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus


def smoothstep(low: float | Tensor, high: float | Tensor, x: Tensor) -> Tensor:
    """Return 0 below `low`, 1 above `high` and a smooth cubic between (low may exceed high)."""
    t = ((x - low) * (1 / (high - low))).clamp_(0, 1)
    return t * t * (3 - 2 * t)


def blur(torus: Torus, field: Tensor, sigma_m: float, sigma_y_m: float | None = None) -> Tensor:
    """Return an exact circular Gaussian blur of (..., N, N); sigma in metres."""
    return blurs(torus, field, (sigma_m,), sigma_y_m)[0]


def blurs(
    torus: Torus, field: Tensor, sigmas_m: tuple[float, ...], sigma_y_m: float | None = None
) -> tuple[Tensor, ...]:
    """Return several Gaussian blurs of one field for the price of one forward transform."""
    size = torus.size
    spectrum = torch.fft.rfft2(field)
    ky = torch.fft.fftfreq(size, 1 / size, device=torus.device)[:, None] ** 2
    kx = torch.fft.rfftfreq(size, 1 / size, device=torus.device)[None, :] ** 2
    results = []
    for sigma_m in sigmas_m:
        sx = sigma_m / torus.tile_m
        sy = sx if sigma_y_m is None else sigma_y_m / torus.tile_m
        falloff = torch.exp(ky * (-2 * math.pi**2 * sy * sy)) * torch.exp(kx * (-2 * math.pi**2 * sx * sx))
        results.append(torch.fft.irfft2(spectrum * falloff, s=(size, size)))
    return tuple(results)


def convexity(torus: Torus, height_m: Tensor, radius_m: float) -> Tensor:
    """Return how far a texel stands above its surroundings, in metres; negative in hollows."""
    return height_m - blur(torus, height_m, radius_m)


def dome(edge_m: Tensor, radius_m: Tensor | float) -> Tensor:
    """Return a quarter-round profile, 0 at the border and 1 from `radius_m` inwards."""
    t = (edge_m / radius_m).clamp(0, 1)
    return torch.sqrt((t * (2 - t)).clamp_(min=0))


def run_down(torus: Torus, source: Tensor, length_m: float) -> Tensor:
    """Let a mask run down the tile as water does: a decaying maximum that halves every `length_m`.

    The reach doubles at each step, so a long streak costs a handful of passes. Down is +v (row numbers grow).
    """
    half_life = max(length_m / torus.tile_m * torus.size, 1e-3)
    result, step = source, 1
    while step < min(half_life * 6, torus.size):
        result = torch.maximum(result, torch.roll(result, step, 0) * 0.5 ** (step / half_life))
        step *= 2
    return result


def faces_up(torus: Torus, height_m: Tensor, radius_m: float) -> Tensor:
    """Return how far a standing surface leans back, as the tangent of its slope seen through a radius.

    Above 0 on ledges, which catch dust, rain and seeds; below 0 under overhangs. Up is -v.
    """
    seen = blur(torus, height_m, radius_m)
    return (seen.roll(-1, 0) - seen.roll(1, 0)).mul_(torus.size / (2 * torus.tile_m))


def height_blend(below_m: Tensor, above_m: Tensor, soft_m: float) -> Tensor:
    """Return where a layer's top stands above the surface, 0..1, soft over a height of `soft_m`."""
    return smoothstep(-soft_m, soft_m, above_m - below_m)
