"""Living leaves as plants hold them: rosettes at the ends of twigs, and fronds; for `leaves.lay_shapes`."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.piled.leaves import Thrown

_GOLDEN = 2.39996
"""Radians from one leaf to the next around a twig."""


def sprigs(
    torus: Torus,
    name: str,
    count: int,
    *,
    leaves: int,
    leaf_m: tuple[float, float],
    slim: tuple[float, float],
    depth_m: float,
    droop: float = 0.35,
) -> Thrown:
    """Return rosettes of leaves that point away from the ends of twigs, the young ones in the middle.

    Args:
        torus: the tile.
        name: the random stream.
        count: twigs, the next square number of them.
        leaves: leaves of a twig.
        leaf_m: shortest and longest leaf that has grown up.
        slim: width as a share of the length.
        depth_m: how far the deepest twig ends below the highest.
        droop: how steeply the outer leaves hang, metres per metre.
    """
    across = max(math.ceil(math.sqrt(count)), 1)
    cell = torch.arange(across * across, device=torus.device)
    twig = torus.uniform(f"{name}/twigs", across * across, 5).T[..., None]
    leaf = torus.uniform(f"{name}/leaves", across * across * leaves, 8).T.view(8, -1, leaves)
    order = torch.arange(leaves, device=torus.device)[None, :] / max(leaves - 1, 1)  # 0 the youngest
    grown = 0.45 + 0.55 * order
    turn = twig[2] * math.tau + order * ((leaves - 1) * _GOLDEN) + (leaf[0] - 0.5) * 0.9
    half_m = grown * (leaf_m[0] + (leaf_m[1] - leaf_m[0]) * leaf[1]) * 0.5
    away_m = half_m * (0.55 + 0.45 * order)
    tilt = 0.5 - (0.5 + droop) * order + (leaf[2] - 0.5) * 0.3
    lift_m = twig[3] * depth_m - order * leaf_m[1] * 0.22 + (leaf[3] - 0.5) * leaf_m[0] * 0.1
    x = ((cell % across)[:, None] + twig[0]) / across + torch.cos(turn) * away_m / torus.tile_m
    y = (torch.div(cell, across, rounding_mode="floor")[:, None] + twig[1]) / across
    y = y + torch.sin(turn) * away_m / torus.tile_m
    return _flat(
        x=x,
        y=y,
        turn=turn,
        half_m=half_m,
        half_width_m=half_m * (slim[0] + (slim[1] - slim[0]) * leaf[4]),
        bend=(leaf[5] - 0.5) * 0.5,
        lift_m=lift_m,
        tilt=tilt,
        roll=(leaf[6] - 0.5) * 0.5,
        arch=0.08 + 0.2 * leaf[6],
        cup=0.1 + 0.25 * leaf[5],
        own=leaf[7],
    )


def fronds(
    torus: Torus,
    name: str,
    count: int,
    *,
    long_m: tuple[float, float],
    pairs: int,
    slim: float,
    depth_m: float,
    spread: float = 1.2,
) -> Thrown:
    """Return fronds of ferns: leaflets (kind 0) to both sides of a bowed stalk (kind 1), shorter towards the tip.

    Args:
        torus: the tile.
        name: the random stream.
        count: fronds, the next square number of them.
        long_m: shortest and longest frond.
        pairs: pairs of leaflets of a frond.
        slim: width of a leaflet as a share of its length.
        depth_m: how far the deepest frond lies below the highest.
        spread: radians by which fronds differ from hanging straight down, at most.
    """
    across = max(math.ceil(math.sqrt(count)), 1)
    cell = torch.arange(across * across, device=torus.device)
    draws = torus.uniform(f"{name}/fronds", across * across, 7).T[..., None]
    steps = 2 * pairs
    leaf = torus.uniform(f"{name}/leaflets", across * across * steps, 3).T.view(3, -1, steps)
    number = torch.arange(steps, device=torus.device)[None, :]
    along = (torch.div(number, 2, rounding_mode="floor") + 0.5) / pairs
    side = (number % 2) * 2.0 - 1.0
    length_m = long_m[0] + (long_m[1] - long_m[0]) * draws[3]
    lean = math.pi / 2 + (draws[2] - 0.5) * (2 * spread)
    bow = (draws[4] - 0.5) * 1.4
    # Along a bow of constant turn the way is the chord of half of it.
    heading, middle = lean + bow * (along - 0.5), lean + bow * (along * 0.5 - 0.5)
    root_x = ((cell % across)[:, None] + draws[0]) / across
    root_y = (torch.div(cell, across, rounding_mode="floor")[:, None] + draws[1]) / across
    turn = heading + side * (1.05 - 0.35 * along) + (leaf[0] - 0.5) * 0.16
    half_m = length_m * 0.145 * (1.1 - along) * (0.35 + along).clamp(max=0.8) * (0.9 + 0.2 * leaf[1]) * 1.25
    rise_m = draws[5] * depth_m + length_m * (0.22 * along - 0.26 * along * along)
    x = root_x + (torch.cos(middle) * length_m * along + torch.cos(turn) * half_m) / torus.tile_m
    y = root_y + (torch.sin(middle) * length_m * along + torch.sin(turn) * half_m) / torus.tile_m
    own = (draws[6] + 0.0 * along + 0.08 * (leaf[2] - 0.5)).clamp(0, 0.999)
    blades = {
        "x": x, "y": y, "turn": turn, "half_m": half_m, "half_width_m": half_m * slim, "bend": side * -0.35,
        "lift_m": rise_m + 0.002, "tilt": -0.18 - 0.2 * leaf[0], "roll": 0.1 * side, "arch": 0.05, "cup": 0.2,
        "own": own,
    }  # fmt: skip
    stalk_m = length_m * (0.5 / pairs) * 1.15
    stalks = {
        "x": root_x + torch.cos(middle) * length_m * along / torus.tile_m,
        "y": root_y + torch.sin(middle) * length_m * along / torus.tile_m,
        "turn": heading, "half_m": stalk_m + 0 * along, "half_width_m": 0.0011 * (1.5 - along), "bend": 0.0,
        "lift_m": rise_m + 0.003, "tilt": 0.0, "roll": 0.0, "arch": 0.0, "cup": -0.4, "own": own,
    }  # fmt: skip
    both = {key: torch.cat([_spread(blades[key], x), _spread(stalks[key], x)]) for key in blades}
    kind = torch.cat([torch.zeros_like(x, dtype=torch.int64), torch.ones_like(x, dtype=torch.int64)])
    return Thrown(**{key: value.reshape(-1) for key, value in both.items()}, kind=kind.reshape(-1))


def _flat(**parts: Tensor | float) -> Thrown:
    like = parts["x"]
    assert isinstance(like, Tensor)
    flat = {key: _spread(value, like).reshape(-1) for key, value in parts.items()}
    return Thrown(**flat, kind=torch.zeros(like.numel(), dtype=torch.int64, device=like.device))


def _spread(value: Tensor | float, like: Tensor) -> Tensor:
    return torch.as_tensor(value, dtype=torch.float32, device=like.device).expand(like.shape)
