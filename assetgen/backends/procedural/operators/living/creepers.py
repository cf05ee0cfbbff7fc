"""Climbing plants: stems that wander upwards, with leaves to either side; for `leaves.lay_shapes`."""

from __future__ import annotations

import math

import torch

from assetgen.backends.procedural.field.steady import angle_of
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.piled.leaves import Thrown, drift, joined


def climb(
    torus: Torus,
    name: str,
    stems: int,
    *,
    share: float,
    length_m: float = 0.9,
    node_m: float = 0.042,
    leaf_m: tuple[float, float] = (0.045, 0.095),
) -> Thrown:
    """Return leaves (kind 0) and pieces of stem (kind 1) of plants that climb a wall.

    Args:
        torus: the tile.
        name: the random stream.
        stems: places where a plant may start.
        share: how many of them are taken, 0..1, those of a thicket first; more never takes one away.
        length_m: longest stem.
        node_m: from leaf to leaf.
        leaf_m: smallest and largest leaf; all else is in proportion to the largest.
    """
    nodes = max(int(length_m / node_m), 2)
    grown = leaf_m[1] / 0.095
    root = torus.uniform(f"{name}/roots", stems, 8)
    thicket = drift(torus, f"{name}/thicket", root[:, 0], root[:, 1], 4)
    order = torch.arange(nodes, device=torus.device)[None, :]
    t = (order + 0.5) / nodes
    # A plant comes up shoot by shoot: its length follows from how early its turn is.
    come = ((share * 1.5 - 0.25 + 0.5 * thicket - root[:, 2] * 0.9) * 2.2).clamp(0, 1)[:, None]
    sway = [0.35 * torch.sin(t * (2.5 + 5 * root[:, k, None]) + 6.283 * root[:, k + 1, None]) for k in (3, 5)]
    lean = (root[:, 7, None] - 0.5) * 1.6 + sway[0] + sway[1]
    step = node_m / torus.tile_m
    x = root[:, 0:1] + t * nodes * step * torch.sin(lean)
    y = root[:, 1:2] - t * nodes * step * torch.cos(lean * 0.7)
    there = (t <= come).reshape(-1)
    dice = torus.uniform(f"{name}/leaves", stems * nodes, 8).T.contiguous()
    side = (1 - 2 * (order % 2)).expand(stems, nodes).reshape(-1).float()
    size = leaf_m[0] + (leaf_m[1] - leaf_m[0]) * dice[0] * (1 - 0.5 * t.expand(stems, nodes).reshape(-1))
    # Leaves hang from their stalks, turned to the light, to the left and to the right of the stem.
    turn = math.pi / 2 - side * (0.55 + 0.5 * dice[1]) + (dice[2] - 0.5) * 0.7
    out = (0.012 + 0.02 * dice[3]) * grown / torus.tile_m
    flat_x, flat_y = x.reshape(-1), y.reshape(-1)
    zero = torch.zeros_like(size)
    leaves = Thrown(
        x=flat_x + side * out + torch.cos(turn) * size * 0.5 / torus.tile_m,
        y=flat_y + torch.sin(turn) * size * 0.5 / torus.tile_m,
        turn=turn,
        half_m=size * 0.5,
        half_width_m=size * 0.5,
        bend=(dice[4] - 0.5) * 0.4,
        lift_m=(0.010 + 0.016 * dice[5]) * grown,
        tilt=0.10 + 0.35 * dice[6],
        roll=(dice[7] - 0.5) * 0.5,
        arch=zero + 0.10,
        cup=(dice[4] - 0.3) * 0.25,
        own=(dice[1] * 7.0).frac(),
        kind=zero.to(torch.int64),
    ).kept(there)
    ahead_x, ahead_y = (torch.diff(part, append=2 * part[:, -1:] - part[:, -2:-1]) for part in (x, y))
    stem = Thrown(
        x=flat_x,
        y=flat_y,
        turn=angle_of(ahead_y, ahead_x).reshape(-1),
        half_m=torch.hypot(ahead_x, ahead_y).reshape(-1) * (torus.tile_m * 0.6),
        half_width_m=(0.0014 + 0.002 * (1 - t.expand(stems, nodes).reshape(-1))) * grown,
        bend=(dice[2] - 0.5) * 0.5,
        lift_m=zero + 0.004 * grown,
        tilt=zero,
        roll=zero,
        arch=zero,
        cup=zero - 0.8,
        own=dice[0],
        kind=zero.to(torch.int64) + 1,
    ).kept(there)
    return joined(leaves, stem)
