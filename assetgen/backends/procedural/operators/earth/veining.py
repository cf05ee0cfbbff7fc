"""Veins that minerals left in the cracks of a rock: nets that branch, swell, thin out and heal."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.operators.layouts.panels import band


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

    def halo(self, reach_m: float) -> Tensor:
        """Return how far the mineral has stained the rock beside the vein, 0..1."""
        return torch.exp(self.away_m * (-1 / reach_m)) * self.strength


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Veins of one age that run the same way, each of its own width.

    Args:
        signed_m: (N, N) metres to the nearest vein, below 0 on one of its sides.
        own: (N, N) one number 0..1 for every vein.
        strength: (N, N) how much mineral the stretch of vein beside a texel holds, 0 to 1.
    """

    signed_m: Tensor
    own: Tensor
    strength: Tensor

    def core(self, torus: Torus, width_m: float, ragged: Tensor) -> Tensor:
        """Return how much of a texel is vein, 0..1: a few veins reach `width_m`, most are far thinner.

        Args:
            torus: the tile.
            width_m: of the widest.
            ragged: (N, N) about -1..1, by which a vein swells and is worn away along its rims.
        """
        body = 0.22 + 0.78 * self.own.square()
        half_m = (self.strength * body * (1 + 0.9 * ragged)).clamp_(min=0) * (0.5 * width_m)
        drawn = band(torus, self.signed_m.abs(), half_m, soft_m=0.12 * width_m)
        return drawn * smoothstep(0.0, 0.25, self.strength)

    def feather(self, reach_m: float, ragged: Tensor) -> Tensor:
        """Return how far mineral has seeped into the rock, 0..1: far on one side of a vein, hardly on the other."""
        far = torch.where(self.own * 7 % 1 < 0.5, self.signed_m, -self.signed_m)
        away_m = torch.where(far > 0, far, far * -3.5)
        seeped = torch.exp(away_m / ((0.35 + self.own + ragged).clamp_(min=0.15) * -reach_m))
        return seeped * self.strength * (0.75 + ragged).clamp_(0, 1)


def vein_family(
    torus: Torus, name: str, spacing_m: float, *, lean: int, wander: float = 0.8, share: float = 0.5
) -> Family:
    """Return veins that run side by side, bend together, and break off and set in again each on its own.

    Args:
        torus: the tile.
        name: the random stream.
        spacing_m: from one to the next, across them.
        lean: their rise in whole turns of the tile: 0 level, 1 or -1 diagonal.
        wander: how far they bend, in spacings.
        share: about how much of them holds mineral, 0..1.
    """
    long = (1 + lean * lean) ** 0.5
    count = max(torus.cells_across(spacing_m * long), 2)
    sway = fbm(torus, f"{name}/sway", 3, octaves=2, gain=0.4) * (0.3 * wander * count)
    tremble = fbm(torus, f"{name}/tremble", count * 3, octaves=6, gain=0.5) * (0.2 * wander)
    place = (torus.v + torus.u * lean) * count + sway + tremble
    number = torch.floor(place)
    draws = torus.uniform(f"{name}/own", count, 2)
    index = number.remainder(count).to(torch.int64).reshape(-1)
    own, shift = (torch.index_select(column, 0, index).view(number.shape) for column in draws.T)
    signed = place - number - 0.5 + (shift - 0.5) * 0.4
    rich = fbm(torus, f"{name}/rich", max(count, 4), octaves=4, gain=0.55)
    strength = (rich * 1.7 + own * 0.5 + (share * 1.9 - 0.55)).clamp_(0, 1)
    # Half way to its neighbour a vein's influence ends.
    strength = strength * smoothstep(0.5, 0.36, (place - number - 0.5).abs())
    return Family(signed_m=signed * (torus.tile_m / (count * long)), own=own, strength=strength)


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
