"""Rows of flat pieces, each over the roots of the next row: scales, feathers, shingles."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import Warp
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import dome, smoothstep
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.piled.piles import NOWHERE, pile


@dataclass(frozen=True, slots=True, kw_only=True)
class Blade:
    """The form of one piece; heights are shares of the distance between neighbours.

    Args:
        point: 0 a round tip, 1 a pointed one.
        shoulder: share of its length after which it narrows.
        lift: height of the free end over the root.
        bulge: how far it rises between its rims.
        keel: height of a ridge along the middle.
        thin: share of half its width over which the bulge rises.
        fray: 0 a whole tip .. 1 one that splits into strands.
    """

    point: float
    shoulder: float = 0.35
    lift: float
    bulge: float
    keel: float = 0.0
    thin: float = 0.55
    fray: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Overlapping pieces, seen from every texel.

    Args:
        pieces: which piece it is; x and y lie in its own frame, from its root, in metres.
        across: (N, N) place across it, -1 at its left rim to 1.
        along: (N, N) place along it, 0 at its root to 1 at its tip.
        rim: (N, N) 0 on its rim to 1 in the middle of its root.
        height_m: (N, N) metres.
        wide_m: distance between neighbours in metres.
    """

    pieces: Elements
    across: Tensor
    along: Tensor
    rim: Tensor
    height_m: Tensor
    wide_m: float


def overlapping_rows(
    torus: Torus,
    name: str,
    wide_m: float,
    pitch: float,
    blade: Blade,
    *,
    layers: float = 2.3,
    overlap: float = 1.2,
    unlike: float = 0.5,
    warp: Warp | None = None,
) -> Rows:
    """Return rows of pieces that point down the tile.

    Args:
        torus: the tile.
        name: the random stream.
        wide_m: wished distance between neighbours; moved to the nearest that closes.
        pitch: distance between rows by that between neighbours.
        blade: the form of a piece.
        layers: length of a piece in rows, at most 5; as many layers lie over every place.
        overlap: width of a piece by the distance between neighbours.
        unlike: 0 all alike .. 1 of different sizes, turned and out of place.
        warp: (x, y) offsets in tiles added to every texel's position.
    """
    nx = max(torus.cells_across(wide_m), 2)
    wide_m = torus.tile_m / nx
    ny = max(2 * round(torus.tile_m / (wide_m * pitch * 2)), 2)
    half_m, long_m = wide_m * overlap * 0.5, torus.tile_m / ny * layers
    draws = torus.uniform(f"{name}/form", nx * ny, 3).T - 0.5
    traits = torch.stack([1 + draws[0] * 0.3 * unlike, draws[1] * unlike])

    def place(x: Tensor, y: Tensor, traits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        across, along = x / (half_m * traits[0]), y / (long_m * traits[0])
        side = across.abs()
        end = ((along - blade.shoulder) * (1 / (1 - blade.shoulder))).clamp(min=0).square()
        if blade.fray:
            strands = torch.sin(across * 13 + traits[1] * 50) + torch.sin(across * 31 + traits[1] * 90) * 0.5
            end = end * (1 + blade.fray * strands)
        return across, along, 1 - side * blade.point - side * side * (1 - blade.point) - end

    def shape(x: Tensor, y: Tensor, traits: Tensor) -> Tensor:
        across, along, rim = place(x, y, traits)
        ridge = (1 - across.abs()).clamp(min=0).square() * blade.keel + blade.bulge
        rise = blade.lift * (along * (1 + 0.5 * traits[1]) + 0.05 * traits[1])
        body = rise + ridge * dome(rim, blade.thin) * smoothstep(-0.1, 0.5, along)
        return torch.where((rim > 0) & (along > 0), body * wide_m, NOWHERE)

    lain = pile(
        torus,
        f"{name}/roots",
        nx,
        shape,
        period_y=ny,
        traits=traits,
        turn=draws[2] * 0.16 * unlike,
        jitter=0.25 * unlike,
        brick_rows=True,
        reach=(1, 1, 0, min(int(layers * 1.15) + 1, 6)),
        warp=warp,
    )
    pieces = lain.pieces
    across, along, rim = place(pieces.x, pieces.y, pieces.pick(traits))
    return Rows(pieces, across, along, rim, lain.top_m.clamp(min=0), wide_m)
