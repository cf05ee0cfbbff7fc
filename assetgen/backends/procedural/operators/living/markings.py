"""The markings of animals: bands, stripes, blotches, spots and rosettes, as one field each."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.layouts.cells import grains

KINDS = ("plain", "bands", "stripes", "blotches", "diamonds", "spots", "rosettes")


def markings(torus: Torus, name: str, kind: str, *, count: int = 4) -> Tensor:
    """Return where a skin is marked, (N, N), about -1..1: above 0 it is, and just below lies the edge of a mark.

    Args:
        torus: the tile.
        name: the random stream.
        kind: one of KINDS; bands and stripes lie across the tile.
        count: bands, diamonds or stripes along the tile; twice as many spots.
    """
    stray = fbm(torus, name, round(count * 1.5), octaves=4, gain=0.6)
    if kind == "plain":
        return stray - 0.6
    if kind == "blotches":
        return stray * 1.8 - 0.15
    if kind in ("spots", "rosettes"):
        return _spots(torus, name, stray, count * 2, hollow=kind == "rosettes")
    x, y = torus.u * (math.tau * count) + stray * 1.6, torus.v * (math.tau * count) + stray * 2.4
    if kind == "diamonds":
        return torch.cos(x) + torch.cos(y) - 0.5
    if kind == "bands":
        return torch.cos(y) * 0.6 - 0.15
    # A tiger's stripes swell, fork and end.
    swell = fbm(torus, f"{name}/swell", count, period_y=count * 2, octaves=3)
    return torch.cos(y * 2 + stray * 3.2) * 0.7 + swell * 1.1 - 0.35


def _spots(torus: Torus, name: str, stray: Tensor, count: int, *, hollow: bool) -> Tensor:
    bend = warp_field(torus, f"{name}/bend", count * 2, 0.12 / count, octaves=2)
    spots = grains(torus, f"{name}/spots", count, jitter=0.75, warp=bend)
    size = 0.28 + 0.12 * spots.random(torus, f"{name}/size")
    if not hollow:
        return (size * 0.8 - spots.near) * 3
    # A rosette is a ring broken in two or three places.
    broken = fbm(torus, f"{name}/broken", count * 2, octaves=2) * 0.5
    return (0.1 + 0.16 * broken - (spots.near - size).abs()) * 5 + stray * 0.2
