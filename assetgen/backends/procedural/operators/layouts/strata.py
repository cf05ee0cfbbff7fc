"""Beds of layered stone: how far down in which bed a texel lies."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.numbered import Numbered, look_up
from assetgen.backends.procedural.field.torus import Torus


@dataclass(frozen=True, slots=True, eq=False)
class Beds(Numbered):
    """Layers of unequal thickness, seen from every texel.

    Args:
        id: (N, N) int64, 0..count-1, from the top down.
        count: how many the tile holds.
        share: (N, N) 0 at the top of the bed to 1 at its foot.
        thick_m: (N, N) thickness of the bed.
    """

    share: Tensor
    thick_m: Tensor

    @property
    def edge_m(self) -> Tensor:
        """Metres to the nearer face of the bed, across it."""
        return torch.minimum(self.share, 1 - self.share) * self.thick_m


def strata(torus: Torus, name: str, count: int, depth: Tensor, *, uneven: float = 1.2) -> Beds:
    """Cut the tile into beds.

    Args:
        torus: the tile.
        name: the random stream.
        count: how many beds lie in one turn of the depth.
        depth: (N, N) in tiles across the beds; a whole number of turns along either edge of the tile.
        uneven: 0 beds of one thickness; 1.2 the thickest are about three times as thick as the thinnest.
    """
    weights = [2.718281828 ** (uneven * (share - 0.5)) for share in torus.uniform(name, count)[:, 0].tolist()]
    total, upper, tops = sum(weights), 0.0, []
    for weight in weights:
        tops.append(upper / total)
        upper += weight
    # The tile's border keeps to the middle of a bed: a bed's edge just there would be taken for a seam.
    first = int(torus.draw(f"{name}/first", 0.0, count - 0.001))
    place = depth + (tops[first] + weights[first] * torus.draw(f"{name}/start", 0.35, 0.65) / total)
    place = place - torch.floor(place)
    bounds = torch.tensor(tops, device=torus.device)
    thick = torch.tensor([weight / total for weight in weights], device=torus.device)
    number = torch.bucketize(place, bounds[1:], right=True)
    thickness = look_up(thick, number)
    share = (place - look_up(bounds, number)) / thickness
    return Beds(id=number, count=count, share=share.clamp_(0, 1), thick_m=thickness * torus.tile_m)
