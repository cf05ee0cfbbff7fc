"""How cloth and thin sheets lie: soft waves, folds with a crest, and the tangle of creases of something crushed."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.noise import fbm
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch, warp_field


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
