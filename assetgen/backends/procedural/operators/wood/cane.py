"""Canes side by side: bamboo and reed, each a pole with nodes along it and fibres that run from end to end."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.noise import spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch
from assetgen.backends.procedural.operators.layouts.plans import Plan, lay


def stand_canes(torus: Torus, *, cane_m: float, mixed: float) -> tuple[Elements, Tensor, Tensor]:
    """Return canes that stand along y, their radius and metres from the middle of each, which is never straight.

    Args:
        torus: the tile.
        cane_m: mean width of a cane.
        mixed: 0 canes of one width .. 1 some twice as wide as others.
    """
    count = max(torus.cells_across(cane_m), 3)
    units = [8 + int(share * 7 * mixed) for share in torus.uniform("poles/width", count)[:, 0].tolist()]
    starts = [sum(units[:number]) for number in range(count)]
    plan = Plan(
        columns=sum(units), rows=1, pieces=tuple((x, 0, w, 1) for x, w in zip(starts, units, strict=True))
    )
    canes = lay(torus, plan)
    half_m = torch.tensor(units, device=torus.device) * (torus.tile_m / sum(units) / 2)
    sway = torch.sin((torus.v + canes.random(torus, "poles/sway")) * 6.2832) * 0.5
    sway = sway + torch.sin((torus.v * 2 + canes.random(torus, "poles/sway-2")) * 6.2832) * 0.3
    radius_m = canes.pick(half_m) * canes.random(torus, "poles/slim", 0.88, 0.985)
    return canes, radius_m, canes.x + sway * (canes.pick(half_m) - radius_m)


def below_node(torus: Torus, canes: Elements, *, apart_m: float) -> Tensor:
    """Return metres below the nearest node of every cane, (N, N), negative above it.

    Args:
        torus: the tile.
        canes: the canes, which run along y.
        apart_m: mean distance from one node to the next.
    """
    joints = torus.cells_across(apart_m) + torch.floor(canes.random(torus, "nodes/more", 0.0, 2.0))
    along = torus.v + 0.02 * torch.sin((torus.v + canes.random(torus, "nodes/uneven")) * 6.2832)
    place = along * joints + canes.random_apart(torus, "nodes/first", 0.0, 1.0)
    node_m = (place - torch.round(place)) * torus.tile_m / joints
    # Nodes sit a little aslant.
    return node_m + canes.x * canes.random(torus, "nodes/slant", -0.06, 0.06)


def cane_fibres(torus: Torus, pieces: Elements, across: Tensor, along: Tensor) -> tuple[Tensor, Tensor]:
    """Return fine and broad streaks along every piece, deviation 1.

    Args:
        torus: the tile.
        pieces: canes or strips of cane.
        across: (N, N) metres across each.
        along: (N, N) metres along it.
    """
    shared = torch.stack(
        [
            spectral_noise(torus, "cane/fibre", slope=0.5, low=50, stretch=(1.0, 24.0)),
            spectral_noise(torus, "cane/streak", slope=1.5, low=4, high=200, stretch=(1.0, 8.0)),
        ]
    )
    u = pieces.random(torus, "cane/u") + across * (1 / torus.tile_m) - torus.u
    v = pieces.random(torus, "cane/v") + along * (1 / torus.tile_m) - torus.v
    fibre, streak = fetch(torus, shared, u, v)
    return fibre, streak
