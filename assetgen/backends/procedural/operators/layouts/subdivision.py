"""Large plates cut into smaller ones by straight cuts, as a shipyard or a circuit designer would."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.plans import Plan

_DRAWS = 8192


def subdivided(
    torus: Torus, name: str, plan: Plan, *, factor: int, chance: float, least: int, among: float = 1.0
) -> tuple[Plan, Tensor]:
    """Return a plan whose pieces are those of another cut further, and for every piece the one it came from.

    Args:
        torus: the tile.
        name: the random stream.
        plan: the large pieces.
        factor: fine units to one of the plan's.
        chance: how likely a piece is cut, 0..1; each half is a fifth less likely to be cut again.
        least: fine units that every side of a cut piece keeps.
        among: share of the pieces that may be cut at all, 0..1: the rest stays calm.
    """
    draws = iter(torus.uniform(name, _DRAWS)[:, 0].tolist())
    pieces: list[tuple[int, int, int, int]] = []
    parents: list[int] = []
    for number, piece in enumerate(plan.pieces):
        x, y, width, height = (side * factor for side in piece)
        likely = chance if among >= 1 or next(draws, 1.0) < among else 0.0
        cut = list(_cut((x, y, width, height), likely, least, draws))
        pieces += cut
        parents += [number] * len(cut)
    fine = Plan(columns=plan.columns * factor, rows=plan.rows * factor, pieces=tuple(pieces))
    return fine, torch.tensor(parents, device=torus.device)


def _cut(
    piece: tuple[int, int, int, int], chance: float, least: int, draws: Iterator[float]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield a piece, or what is left of it after a cut across its longer side."""
    x, y, width, height = piece
    long = max(width, height)
    if long < 2 * least or next(draws, 1.0) > chance:
        yield piece
        return
    at = min(max(round(long * (0.25 + 0.5 * next(draws, 0.5))), least), long - least)
    if width >= height:
        halves = ((x, y, at, height), (x + at, y, width - at, height))
    else:
        halves = ((x, y, width, at), (x, y + at, width, height - at))
    for half in halves:
        yield from _cut(half, chance * 0.8, least, draws)
