"""A mesh of triangles over the torus: a square lattice, its corners thrown about, every square cut in two."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import positions
from assetgen.backends.procedural.field.numbered import Numbered, look_up
from assetgen.backends.procedural.field.torus import Torus


@dataclass(frozen=True, slots=True, eq=False)
class Triangles(Numbered):
    """The triangle of every texel.

    Args:
        torus: the tile.
        corners: (3, N, N) int32, numbers of its corners, 0..count-1.
        weights: (3, N, N) barycentric weights of the corners, 0..1, summing to 1.
        id: (N, N) int32 number of the triangle.
        count: how many triangles the tile holds.
        at: (V, 2) places of the corners in tiles.
        centres: (count, 2) places of the triangles' middles in tiles.
    """

    torus: Torus
    corners: Tensor
    weights: Tensor
    at: Tensor
    centres: Tensor

    def interpolate(self, field: Tensor) -> Tensor:
        """Return a field (N, N) as flat faces between its values at the corners."""
        values = _sampled(self.torus, field[None], self.at)[0]
        result = self.torus.zeros()
        for corner, weight in zip(self.corners, self.weights, strict=True):
            result.addcmul_(look_up(values, corner), weight)
        return result

    def at_centre(self, planes: Tensor) -> Tensor:
        """Return planes (K, N, N), each face in the value at its middle."""
        values = _sampled(self.torus, planes, self.centres)
        return look_up(values, self.id)


def triangles(
    torus: Torus, name: str, across: int, *, jitter: float, drawn_to: Tensor | None = None
) -> Triangles:
    """Return a mesh with `across` corners along the tile.

    Args:
        torus: the tile.
        name: the random stream.
        across: corners along the tile, 3 or more.
        jitter: 0 a regular lattice; up to 0.7 corners are thrown about without turning a triangle over.
        drawn_to: (N, N) a field to whose high and low places, by turns, corners move within their own reach, so
            that the mesh shows it with few faces.
    """
    offset = (torus.uniform(name, across * across, 2) - 0.5) * (jitter * 0.7)
    if drawn_to is not None:
        offset = _moved(torus, name, across, offset, jitter, drawn_to)
    column = torch.arange(across, device=torus.device).repeat(across)
    line = torch.arange(across, device=torus.device).repeat_interleave(across)
    x, y = column + offset[:, 0], line + offset[:, 1]
    shape = (torus.size, torus.size)
    corners = torch.zeros((3, *shape), dtype=torch.int32, device=torus.device)
    weights = torch.zeros((3, *shape), device=torus.device)
    ids = torch.zeros(shape, dtype=torch.int32, device=torus.device)
    for rows, u, v in positions(torus, None):
        px, py = u * across, v * across
        cell_x, cell_y = torch.floor(px).to(torch.int64), torch.floor(py).to(torch.int64)
        best = torch.full_like(px, -1.0)
        for step_y in (-1, 0, 1):
            for step_x in (-1, 0, 1):
                for half in (0, 1):
                    own_x, own_y = cell_x + step_x, cell_y + step_y
                    told = _weights(x, y, across, own_x, own_y, half, px, py)
                    inside = torch.minimum(torch.minimum(told[3], told[4]), told[5])
                    better = inside > best
                    best = torch.where(better, inside, best)
                    for number in range(3):
                        corners[number][rows] = torch.where(
                            better, told[number].to(torch.int32), corners[number][rows]
                        )
                        weights[number][rows] = torch.where(better, told[number + 3], weights[number][rows])
                    number = ((own_y % across) * across + own_x % across) * 2 + half
                    ids[rows] = torch.where(better, number.to(torch.int32), ids[rows])
    at = torch.stack([x, y], 1) / across
    return Triangles(
        torus=torus,
        corners=corners,
        weights=weights,
        id=ids,
        count=across * across * 2,
        at=at,
        centres=_centres(x, y, across) / across,
    )


def _moved(torus: Torus, name: str, across: int, offset: Tensor, jitter: float, field: Tensor) -> Tensor:
    """Return offsets of corners moved to the best of some tries: every other one high, the rest low."""
    column = torch.arange(across, device=torus.device).repeat(across)
    line = torch.arange(across, device=torus.device).repeat_interleave(across)
    wants_low = (column + line) % 2 == 0
    best, value = offset, torch.full((across * across,), torch.inf, device=torus.device)
    for number in range(_TRIES):
        trial = (torus.uniform(f"{name}/try-{number}", across * across, 2) - 0.5) * (jitter * 1.1)
        at = torch.stack([column + trial[:, 0], line + trial[:, 1]], 1) / across
        found = _sampled(torus, field[None], at)[0]
        cost = torch.where(wants_low, found, -found)
        best = torch.where((cost < value)[:, None], trial, best)
        value = torch.minimum(cost, value)
    return best


_TRIES = 12
_CORNERS = (((0, 0), (1, 0), (0, 1)), ((1, 1), (0, 1), (1, 0)))
"""Lattice steps to the corners of the two halves of a square."""


def _weights(
    x: Tensor, y: Tensor, across: int, own_x: Tensor, own_y: Tensor, half: int, px: Tensor, py: Tensor
) -> tuple[Tensor, ...]:
    """Return the numbers and the barycentric weights of the corners of one candidate for every texel."""
    numbers, places = [], []
    for step_x, step_y in _CORNERS[half]:
        column, line = own_x + step_x, own_y + step_y
        number = (line % across) * across + column % across
        wrap_x, wrap_y = column - column % across, line - line % across
        numbers.append(number)
        places.append((look_up(x, number) + wrap_x - px, look_up(y, number) + wrap_y - py))
    (ax, ay), (bx, by), (cx, cy) = places
    first, second, third = bx * cy - by * cx, cx * ay - cy * ax, ax * by - ay * bx
    area = first + second + third
    return (*numbers, first / area, second / area, third / area)


def _centres(x: Tensor, y: Tensor, across: int) -> Tensor:
    column = torch.arange(across, device=x.device).repeat(across)
    line = torch.arange(across, device=x.device).repeat_interleave(across)
    middles = []
    for steps in _CORNERS:
        at_x, at_y = torch.zeros_like(x), torch.zeros_like(y)
        for step_x, step_y in steps:
            number = ((line + step_y) % across) * across + (column + step_x) % across
            at_x += x[number] + (column + step_x - (column + step_x) % across)
            at_y += y[number] + (line + step_y - (line + step_y) % across)
        middles.append(torch.stack([at_x, at_y], 1) / 3)
    return torch.stack(middles, 1).reshape(-1, 2)


def _sampled(torus: Torus, planes: Tensor, at: Tensor) -> Tensor:
    """Return the values of planes (K, N, N) at places (P, 2) in tiles, (K, P): of the texel that holds each."""
    column = torch.floor(at[:, 0] * torus.size - torus.origin[0]).to(torch.int64) % torus.size
    line = torch.floor(at[:, 1] * torus.size - torus.origin[1]).to(torch.int64) % torus.size
    return planes.reshape(planes.shape[0], -1).index_select(1, line * torus.size + column)
