"""Veins that minerals left in the cracks of a rock: nets that branch, swell, thin out and heal."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.cells import cells
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.noise import fbm
from assetgen.backends.procedural.operators.panels import band
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch, warp_field


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """A net of healed cracks.

    Args:
        pieces: the fragments of rock between them.
        away_m: (N, N) metres to the nearest crack.
        strength: (N, N) how much mineral a stretch of crack holds, 0 (healed without a trace) to about 1.
    """

    pieces: Elements
    away_m: Tensor
    strength: Tensor

    def line(self, torus: Torus, width_m: float) -> Tensor:
        """Return how much of a texel is vein, 0..1, where the strongest are `width_m` wide."""
        half_m = self.strength * self.strength * (0.5 * width_m)
        return band(torus, self.away_m, half_m, soft_m=0.3 * width_m)

    def twin(self, torus: Torus, name: str, width_m: float, apart_m: float) -> Tensor:
        """Return a finer line that runs beside the vein, leaves it and comes back to it, 0..1."""
        stray = fbm(torus, name, torus.cells_across(apart_m * 8), octaves=4).add_(0.12)
        half_m = self.strength * (0.5 * width_m)
        return band(torus, self.away_m - stray.clamp_(min=0) * (2.5 * apart_m), half_m, soft_m=0.3 * width_m)

    def halo(self, reach_m: float) -> Tensor:
        """Return how far the mineral has stained the rock beside the vein, 0..1."""
        return torch.exp(self.away_m * (-1 / reach_m)) * self.strength


def vein_net(
    torus: Torus,
    name: str,
    size_m: float,
    *,
    stretch: float = 1.0,
    lean: int = 0,
    wander: float = 0.4,
    share: float = 0.6,
) -> Net:
    """Return a net of veins.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: width of its meshes.
        stretch: length of the meshes by their width.
        lean: rise of the long direction, in whole turns of the tile: 0 level, 1 or -1 diagonal.
        wander: how far veins leave the straight, in meshes.
        share: about how much of the net holds mineral, 0..1.
    """
    across, down = torus.cells_across(size_m * stretch), torus.cells_across(size_m)
    reach = wander * size_m / torus.tile_m
    coarse = warp_field(torus, f"{name}/wander", max(down, 3), reach * 1.3, octaves=3)
    fine = warp_field(torus, f"{name}/tremble", down * 5, reach * 0.22, octaves=5)
    lean_v = torus.u * lean
    warp = (coarse[0].add_(fine[0]), coarse[1].add_(fine[1]).add_(lean_v))
    pieces = cells(torus, name, across, period_y=down, jitter=1.0, warp=warp)
    rich = fbm(torus, f"{name}/rich", max(down, 3), octaves=4, gain=0.55)
    away_m = pieces.edge * (1 / (1 + lean * lean) ** 0.5)
    return Net(pieces=pieces, away_m=away_m, strength=(rich * 1.8 + (share * 1.7 - 0.35)).clamp_(0, 1))


def leaning(torus: Torus, field: Tensor, lean: int) -> Tensor:
    """Return a field sheared by whole turns of the tile: what ran level rises diagonally."""
    return (
        fetch(torus, field, torus.zeros(), torus.u.expand(torus.size, torus.size) * lean) if lean else field
    )
