"""Grass as it grows: blades that stand on their roots, in tufts that fan out and lean with their patch."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from assetgen.backends.procedural.field.steady import angle_of
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.piled.leaves import Thrown, drift, throw


def sow_tufts(
    torus: Torus,
    name: str,
    *,
    per_m2: float,
    length_m: tuple[float, float],
    tuft_m: float,
    slim: tuple[float, float] = (0.045, 0.075),
    lean: float = 0.3,
    thin: float = 0.0,
) -> tuple[Thrown, torch.Tensor]:
    """Return blades, and for each what its tuft has in common, (count,) 0..1.

    Args:
        torus: the tile.
        name: the random stream.
        per_m2: blades on a square metre where none are thinned out.
        length_m: shortest and longest blade.
        tuft_m: from one tuft to the next.
        slim: width of a blade as a share of its length.
        lean: how far the tufts of a patch lean the same way, 0 none to 1 combed.
        thin: 0 everywhere as dense, 1 bare in large places.
    """
    blades = throw(
        torus,
        name,
        round(per_m2 * torus.tile_m**2),
        length_m=length_m,
        slim=slim,
        bend=1.0,
        arch=(0.0, 0.45),
        cup=(0.4, 1.0),
    )
    across = torus.cells_across(tuft_m)
    places = torus.uniform(f"{name}/tufts", across * across, 6)
    tuft = torch.arange(blades.count, device=torus.device) * 7919 % (across * across)
    jitter_x, jitter_y, size, turn, side, common = (row[tuft] for row in places.T)
    root_x = (tuft % across + jitter_x) / across
    root_y = (torch.div(tuft, across, rounding_mode="floor") + jitter_y) / across
    distance, angle, stand = torus.uniform(f"{name}/stance", blades.count, 3).T
    angle, turn = angle * (2 * math.pi), turn * (2 * math.pi)
    wind = drift(torus, f"{name}/wind", root_x, root_y, 4) * 2.2 + torus.draw(f"{name}/from", 0.0, 6.283)
    # A blade leans out of its tuft, the tuft to its own side, and all of a patch the same way.
    to_x = torch.cos(angle) * (1 - lean) + torch.cos(turn) * side * 0.5 + torch.cos(wind) * lean
    to_y = torch.sin(angle) * (1 - lean) + torch.sin(turn) * side * 0.5 + torch.sin(wind) * lean
    away = torch.sqrt(to_x.square() + to_y.square() + 1e-6)
    # Seen from above an upright blade is short and its tip stands high.
    flat = (0.30 + 0.70 * (away * (0.35 + 0.75 * stand)).clamp(max=1.0)) * (0.75 + 0.5 * size).clamp(max=1.0)
    half_m = blades.half_m * flat
    rise = torch.sqrt((1.02 - flat.square()).clamp(min=0.0)) / flat
    spread = distance.sqrt() * tuft_m * (0.30 + 0.45 * size) / torus.tile_m
    reach = half_m / (torus.tile_m * away)
    grown = replace(
        blades,
        x=root_x + torch.cos(angle) * spread + to_x * reach,
        y=root_y + torch.sin(angle) * spread + to_y * reach,
        turn=angle_of(to_y, to_x),
        half_m=half_m,
        lift_m=half_m * rise * 0.9,
        tilt=rise.clamp(max=2.0) * 0.9,
    )
    if thin <= 0:
        return grown, common
    bare = (
        drift(torus, f"{name}/thin", root_x, root_y, 5)
        + drift(torus, f"{name}/gap", root_x, root_y, 17) * 0.8
    )
    stays = bare + blades.own * 0.9 - 0.45 < 1.3 - 1.7 * thin
    return grown.kept(stays), common[stays]
