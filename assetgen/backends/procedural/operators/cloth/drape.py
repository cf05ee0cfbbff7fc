"""How cloth and thin sheets lie: soft waves, folds with a crest, and the tangle of creases of something crushed."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import Warp, positions
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.numbered import look_up
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field


def folds(
    torus: Torus, name: str, size_m: float, *, stretch: float = 1.0, sharp: float = 0.5, wander: float = 0.3
) -> Tensor:
    """Return folds with narrow crests and broad hollows between them, (N, N), 0..1, 1 on a crest.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: from one fold to the next.
        stretch: how much longer folds are along y than wide; under 1 they run along x.
        sharp: 0 round waves .. 1 a crest like a crease.
        wander: how far folds bend, by their distance.
    """
    across, along = torus.cells_across(size_m), torus.cells_across(size_m * stretch)
    wave = fbm(torus, name, across, period_y=along, octaves=3, gain=0.36)
    if wander:
        coarse = max(across // 2, 1)
        wave = fetch(torus, wave, *warp_field(torus, f"{name}/bend", coarse, wander / across, octaves=3))
    soft = 0.34 - 0.32 * sharp
    # A crest is where the wave crosses zero; the square root rounds it over `soft`.
    away = torch.sqrt(wave * wave + soft * soft) - soft
    return (1 - away * 2.6).clamp_(min=0)


def crumple(torus: Torus, name: str, size_m: float, *, octaves: int = 4, gain: float = 0.5) -> Tensor:
    """Return a sheet that was crushed and smoothed out again, (N, N), about -1..1: flat facets between creases.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: size of the largest facets.
        octaves: how many times facets are broken into smaller ones; those finer than four texels are left out.
        gain: height of the smaller facets by that of the larger.
    """
    period = torus.cells_across(size_m)
    total, amplitude, norm = torus.zeros(), 1.0, 0.0
    for octave in range(octaves):
        norm += amplitude
        if period * 4 <= torus.size:
            pull = 0.42 / period
            bend = (
                creases(torus, f"{name}/{octave}/x", period).mul_(pull),
                creases(torus, f"{name}/{octave}/y", period).mul_(pull),
            )
            total.add_(creases(torus, f"{name}/{octave}", period, warp=bend), alpha=amplitude)
        amplitude, period = amplitude * gain, round(period * 1.9) + 1
    return total.div_(norm)


def creases(torus: Torus, name: str, period: int, *, warp: Warp | None = None) -> Tensor:
    """Return noise that is flat on triangles and kinks between them, (N, N), -1..1.

    Args:
        torus: the tile.
        name: the random stream.
        period: squares along the tile; each is cut along one of its diagonals.
        warp: (x, y) offsets in tiles; where it is flat on triangles too, creases stay straight.
    """
    table = torus.uniform(name, period * period, 2)
    heights, halves = table[:, 0] * 2 - 1, table[:, 1]
    result = torch.empty(torus.size, torus.size, device=torus.device)
    for rows, u, v in positions(torus, warp):
        x, y = u * period, v * period
        column, line = torch.floor(x).clamp_(max=period - 1), torch.floor(y).clamp_(max=period - 1)
        x, y = x - column, y - line
        left, top = column.to(torch.int64), line.to(torch.int64) * period
        right, below = (left + 1) % period, (top + period) % (period * period)

        # The other diagonal is the same square seen in a mirror.
        flip = look_up(halves, top + left) > 0.5
        x = torch.where(flip, 1 - x, x)
        near, far = torch.where(flip, right, left), torch.where(flip, left, right)
        a, b = look_up(heights, top + near), look_up(heights, top + far)
        c, d = look_up(heights, below + near), look_up(heights, below + far)
        upper = a + (b - a) * x + (d - b) * y
        lower = a + (c - a) * y + (d - c) * x
        result[rows] = torch.where(x > y, upper, lower)
    return result
