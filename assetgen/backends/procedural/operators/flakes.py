"""Flat chips thrown over each other: chopped fibre tows, wood strands, leaves of mica."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.cells import scatter
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch


def flakes(
    torus: Torus,
    name: str,
    long_m: float,
    wide_m: float,
    *,
    layers: int = 5,
    warp: tuple[Tensor, Tensor] | None = None,
) -> Elements:
    """Return rectangular chips that lie in every direction, the topmost at every texel.

    x runs along a chip and y across it; `edge` is the distance to its rim. Under the chips of the last layer lie
    those that fill their place, so nothing is left bare.

    Args:
        torus: the tile.
        name: the random stream.
        long_m: length of the longest chips.
        wide_m: width of the widest.
        layers: how many chips lie over each other at most.
        warp: (x, y) offsets in tiles that make their rims ragged.
    """
    period = torus.cells_across(long_m * 1.05)
    count = period * period
    found: Elements | None = None
    for layer in range(layers):
        sites = scatter(torus, f"{name}/{layer}", period, jitter=1.0, warp=warp)
        table = torus.uniform(f"{name}/chip-{layer}", count, 3)
        angle = table[:, 0] * math.pi
        c, s = sites.pick(torch.stack([torch.cos(angle), torch.sin(angle)]))
        long, wide = sites.pick(
            torch.stack([(0.6 + 0.4 * table[:, 1]) * (long_m / 2), (0.5 + 0.5 * table[:, 2]) * (wide_m / 2)])
        )
        x, y = sites.x * c + sites.y * s, sites.y * c - sites.x * s
        edge = torch.minimum(long - x.abs(), wide - y.abs())
        if found is None:
            found = Elements(id=sites.id, count=count, x=x, y=y, edge=edge.clamp(min=0), turned=angle)
            continue
        on_top = edge > 0
        found = Elements(
            id=torch.where(on_top, sites.id + layer * count, found.id),
            count=(layer + 1) * count,
            x=torch.where(on_top, x, found.x),
            y=torch.where(on_top, y, found.y),
            edge=torch.where(on_top, edge, found.edge),
            turned=torch.cat([found.turned, angle]),
        )
    assert found is not None
    return found


def fetch_along(torus: Torus, field: Tensor, pieces: Elements, name: str) -> Tensor:
    """Read a field in every piece's own frame, x along it, elsewhere for each: grain that turns with the piece."""
    shift = pieces.pick(torus.uniform(name, pieces.count, 2).T.contiguous())
    across = 1 / torus.tile_m
    return fetch(torus, field, pieces.x * across + shift[0] - torus.u, pieces.y * across + shift[1] - torus.v)
