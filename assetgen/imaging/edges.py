"""What lies beyond an image's edge: the opposite side, its own last row, or its mirror image."""

from __future__ import annotations

from enum import Enum

import torch
from torch import Tensor


class Edge(Enum):
    """How an axis goes on beyond its ends."""

    WRAP = "wrap"
    """With the opposite side, as a tile repeats."""
    CLAMP = "clamp"
    """With its last row for ever, as a clamping sampler reads."""
    MIRROR = "mirror"
    """Backwards, the last row standing twice, as a mirroring sampler reads."""


Edges = tuple[Edge, Edge]
"""The edges along (x, y)."""


def edges_of(wraps: tuple[bool, bool], *, otherwise: Edge = Edge.CLAMP) -> Edges:
    """Return the edges of an image that wraps along (x, y); an axis that does not goes on as `otherwise`."""
    return (Edge.WRAP if wraps[0] else otherwise, Edge.WRAP if wraps[1] else otherwise)


def source_positions(start: int, stop: int, *, size: int, edge: Edge, device: torch.device) -> Tensor:
    """Return which of `size` rows stands at each position `start` to `stop`, however far beyond the ends."""
    position = torch.arange(start, stop, device=device)
    if edge is Edge.WRAP:
        return position.remainder(size)
    if edge is Edge.CLAMP:
        return position.clamp(0, size - 1)
    there_and_back = position.remainder(2 * size)
    return torch.minimum(there_and_back, 2 * size - 1 - there_and_back)


def pad_edges(values: Tensor, *, margin: tuple[int, int], wraps: tuple[bool, bool]) -> Tensor:
    """Return (H + 2 my, W + 2 mx, ...) with `margin` = (mx, my) texels added on either side.

    A margin may be larger than the image; a wrapping axis then repeats several times.

    Args:
        values: (H, W) or (H, W, C).
        margin: texels along (x, y).
        wraps: whether the image continues at its opposite edge, along (x, y); it clamps where not.
    """
    padded = values
    edges = edges_of(wraps)
    for dim, extra, edge in ((0, margin[1], edges[1]), (1, margin[0], edges[0])):
        if extra > 0:
            padded = _pad_axis(padded, dim=dim, extra=extra, edge=edge)
    return padded


def _pad_axis(values: Tensor, *, dim: int, extra: int, edge: Edge) -> Tensor:
    size = values.shape[dim]
    if edge is Edge.WRAP and extra <= size:
        before = values.narrow(dim, size - extra, extra)
        return torch.cat((before, values, values.narrow(dim, 0, extra)), dim=dim)
    position = source_positions(-extra, size + extra, size=size, edge=edge, device=values.device)
    return values.index_select(dim, position)
