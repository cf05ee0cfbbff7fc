"""Crystals that grow out of a ground and through one another: six-sided prisms with pointed ends."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import Warp
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.piled.piles import pile

_FACETS = 5
"""Facets that can be seen from above: top, right, left, and two at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How crystals of a kind grow; lengths are shares of the distance between their roots.

    Args:
        long: length of a crystal.
        wide: half its width.
        rise: least and greatest slope at which it leans out of the ground.
        steep: slope of its sides.
        blunt: slope of its end.
    """

    long: float
    wide: float
    rise: tuple[float, float]
    steep: float = 1.25
    blunt: float = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Crystals:
    """Crystals, seen from every texel.

    Args:
        crystals: which crystal it is; x and y from its root, across and along it in metres.
        facets: which of its facets; edge is the distance to the next facet in metres.
        along: (N, N) 0 at the root to 1 at the tip.
        height_m: (N, N) metres, may be negative far from all roots.
    """

    crystals: Elements
    facets: Elements
    along: Tensor
    height_m: Tensor


def grow_crystals(
    torus: Torus, name: str, spacing_m: float, habit: Habit, *, sink: float = 0.0, warp: Warp | None = None
) -> Crystals:
    """Return crystals on roots about `spacing_m` apart that lean in all directions.

    Args:
        torus: the tile.
        name: the random stream.
        spacing_m: wished distance between roots; moved to the nearest that closes.
        habit: how they grow.
        sink: how far roots differ in depth, by the distance between them.
        warp: (x, y) offsets in tiles added to every texel's position.
    """
    across = max(torus.cells_across(spacing_m), 2)
    cell_m = torus.tile_m / across
    draws = torus.uniform(f"{name}/form", across * across, 6).T
    low, high = habit.rise
    traits = torch.stack(
        [
            (0.55 + 0.6 * draws[0]) * (habit.long * cell_m),
            (0.6 + 0.6 * draws[1]) * (habit.wide * cell_m),
            low + (high - low) * draws[2],
            (draws[3] - 0.8) * (sink * cell_m),
            draws[4] - 0.5,
        ]
    )

    def planes(x: Tensor, y: Tensor, traits: Tensor) -> tuple[Tensor, ...]:
        long_m, half_m, rise, root_m, roll = traits
        axis = root_m + rise * y.clamp(max=2 * cell_m) + (y * 1.5).clamp(max=0)
        left = half_m * (0.45 + 0.35 * roll)
        right = half_m * (0.45 - 0.35 * roll)
        end = (long_m - y) * (habit.blunt + rise)
        return (
            axis + x * (0.5 * roll),
            axis + (right - x) * habit.steep,
            axis + (left + x) * habit.steep,
            axis + end - x,
            axis + end * (1 + 0.5 * roll) + x,
        )

    def shape(x: Tensor, y: Tensor, traits: Tensor) -> Tensor:
        top, right, left, near, far = planes(x, y, traits)
        sides = torch.minimum(torch.minimum(top, right), left)
        return torch.minimum(torch.minimum(near, far), sides)

    reach = int(habit.long * 1.15 + 0.5) + 1
    lain = pile(
        torus,
        f"{name}/roots",
        across,
        shape,
        traits=traits,
        turn=draws[5] * 6.2831853,
        reach=(reach, reach, reach, reach),
        warp=warp,
    )
    pieces = lain.pieces
    own = pieces.pick(traits)
    lowest, *others = planes(pieces.x, pieces.y, own)
    facet, second = torch.zeros_like(pieces.id), torch.full_like(lowest, 9.0)
    for number, plane in enumerate(others, start=1):
        wins = plane < lowest
        second = torch.where(wins, lowest, torch.minimum(second, plane))
        facet, lowest = torch.where(wins, number, facet), torch.where(wins, plane, lowest)
    edge = torch.minimum(second - lowest, pieces.edge) / (1 + habit.steep)
    facets = Elements(
        id=pieces.id * _FACETS + facet,
        count=pieces.count * _FACETS,
        x=pieces.x,
        y=pieces.y,
        edge=edge,
        turned=torch.zeros(pieces.count * _FACETS, device=torus.device),
    )
    return Crystals(crystals=pieces, facets=facets, along=pieces.y / own[0], height_m=lain.top_m)
