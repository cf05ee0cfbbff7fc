"""Chased ornament: a net of ribs with a row of pearls, a rosette in every mesh, leaves between, a punched ground."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.steady import angle_of
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.cells import grains


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ornament:
    """Relief that was driven out of a sheet.

    Args:
        relief: (N, N) 0 on the ground, 1 on the highest crest.
        ground: (N, N) 1 where the ground between the figures is punched matte.
    """

    relief: Tensor
    ground: Tensor


def chased(torus: Torus, name: str, mesh_m: float) -> Ornament:
    """Return a diaper of meshes, each with its rosette; the seed chooses net, petals and pearls.

    Args:
        torus: the tile.
        name: the random stream.
        mesh_m: width of a mesh.
    """
    count = torus.cells_across(mesh_m)
    start = torus.uniform(f"{name}/start", 2)[:, 0]
    x, y = (torus.u + start[0]) * count, (torus.v + start[1]) * count
    x, y = x.expand(torus.size, -1), y.expand(-1, torus.size)
    away, along = _net(choose(torus, f"{name}/net", ("lozenge", "ogee", "square")), x, y)
    soft = max(0.02, 1.5 * count / torus.size)
    rib = smoothstep(0.115 + soft, 0.075, away)
    pearls = _pearls(away, along, torus)
    # Meshes have their middles on a lattice and on the one between: two rosettes take turns.
    figures = torch.maximum(
        _rosette(torus, f"{name}/first", x - torch.round(x), y - torch.round(y), 0.335),
        _rosette(torus, f"{name}/second", _half(x), _half(y), 0.27),
    )
    relief = torch.maximum(torch.maximum(rib * 0.42, pearls * 0.62), figures)
    punch = grains(torus, f"{name}/punch", torus.cells_across(mesh_m * 0.032), jitter=0.8)
    ground = smoothstep(0.10, 0.03, relief)
    return Ornament(relief=relief - ground * 0.05 * smoothstep(0.45, 0.1, punch.near), ground=ground)


def _half(place: Tensor) -> Tensor:
    """Return the way from the nearest point halfway between lattice points."""
    return place - torch.floor(place) - 0.5


def _net(kind: str, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return the distance to the ribs of a net in meshes, and the place along them."""
    if kind == "square":
        to_x, to_y = _half(x).abs(), _half(y).abs()
        # Ribs run between the lattice points, over the second rosettes' middles: those sit on the crossings.
        return torch.minimum(to_x, to_y), torch.where(to_x < to_y, y, x)
    # Both nets cross halfway between neighbours; an ogee bends to and fro where a lozenge is straight.
    bend = 0.065 * torch.sin(x * (2 * math.pi)) if kind == "ogee" else torch.zeros_like(x)
    one, other = x + y + bend, x - y + bend
    to_one, to_other = _half(one).abs(), _half(other).abs()
    near = torch.minimum(to_one, to_other) * math.sqrt(0.5)
    return near, torch.where(to_one < to_other, other, one)


def _pearls(away: Tensor, along: Tensor, torus: Torus) -> Tensor:
    """Return round beads strung along the ribs, 8 to a mesh."""
    step = along * 8
    lengthwise = (step - torch.round(step)) / (8 * math.sqrt(2.0))
    return (1 - (away.square() + lengthwise.square()) / 0.0019).clamp_(min=0).sqrt_()


def _rosette(torus: Torus, name: str, x: Tensor, y: Tensor, radius: float) -> Tensor:
    """Return a flower of two rings of petals around a boss, its relief 0..1."""
    petals = choose(torus, f"{name}/petals", (5, 6, 8, 8))
    pointed = torus.draw(f"{name}/pointed", 0.2, 0.9)
    reach = torch.sqrt(x * x + y * y)
    turn = angle_of(y, x) * petals
    relief = torch.zeros_like(x)
    for ring, (size, offset, height) in enumerate(((1.0, 0.0, 0.62), (0.62, math.pi, 0.86))):
        wave = torch.cos(turn + offset)
        bent = (1 - pointed) * wave + pointed * (1 - 2 * torch.sin((turn + offset) * 0.5).abs())
        rim = radius * size * (0.80 + 0.20 * bent)
        inside = (1 - reach / rim).clamp(min=0)
        body = (inside * (2.6 - ring * 0.4)).clamp_(max=1.0)
        vein = smoothstep(0.16, 0.0, torch.sin((turn + offset) * 0.5).abs()) * 0.16
        parted = smoothstep(0.25, 0.0, torch.cos((turn + offset) * 0.5).abs()) * 0.45
        leaf = body.sqrt() * (1 - vein - parted) * (0.75 + 0.25 * smoothstep(0.2, 1.0, reach / rim))
        relief = torch.maximum(relief, leaf * height)
    boss = (1 - (reach / (radius * 0.22)).square()).clamp_(min=0).sqrt_()
    return torch.maximum(relief, boss)
