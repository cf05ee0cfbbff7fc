"""Reading a field somewhere else: domain warps and per-piece shifts into a shared field."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from assetgen.backends.procedural.field.bands import row_bands
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus


def fetch(torus: Torus, field: Tensor, shift_u: Tensor, shift_v: Tensor) -> Tensor:
    """Read a field at every texel's own place plus a shift, bilinear, wrapping.

    Args:
        torus: the tile.
        field: (N, N) or (C, N, N).
        shift_u: offsets to the right in tiles, broadcastable to (N, N).
        shift_v: offsets downwards in tiles, broadcastable to (N, N).
    """
    size = torus.size
    index = (torch.arange(size, device=torus.device, dtype=torch.float32) + 0.5) / size
    shift_u, shift_v = shift_u.expand(size, size), shift_v.expand(size, size)
    # One texel of padding on every side, so that a bilinear read across the border finds the other side.
    scale = 2 * size / (size + 2)
    low = scale / size - 1
    planes = field if field.ndim == 3 else field[None]
    padded = functional.pad(planes[None], (1, 1, 1, 1), mode="circular")
    read = torch.empty_like(planes, memory_format=torch.contiguous_format)
    for rows in row_bands(torus):
        u, v = index[None, :] + shift_u[rows], index[rows, None] + shift_v[rows]
        grid = torch.stack([(u - torch.floor(u)) * scale + low, (v - torch.floor(v)) * scale + low], dim=-1)
        band = functional.grid_sample(padded, grid[None], mode="bilinear", align_corners=False)
        read[:, rows] = band[0]
    return read if field.ndim == 3 else read[0]


def fetch_at(torus: Torus, field: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """Read a field at places in tiles, each (N, N), bilinear, wrapping: grain that follows a piece's frame."""
    return fetch(torus, field, u - torus.u, v - torus.v)


def warp_field(
    torus: Torus, name: str, period: int, strength: float, *, octaves: int = 4
) -> tuple[Tensor, Tensor]:
    """Return (x, y) offsets in tiles, fractal noise of at most about `strength`."""
    return (
        fbm(torus, f"{name}/x", period, octaves=octaves).mul_(strength),
        fbm(torus, f"{name}/y", period, octaves=octaves).mul_(strength),
    )


def bent_twice(
    torus: Torus, name: str, *sizes: tuple[float, float], octaves: int = 3
) -> tuple[Tensor, Tensor]:
    """Return (x, y) offsets in tiles of several warps added up, each (size, reach) in metres: sway and tremble."""
    total = (torus.zeros(), torus.zeros())
    for number, (size_m, reach_m) in enumerate(sizes):
        one = warp_field(
            torus, f"{name}/{number}", torus.cells_across(size_m), reach_m / torus.tile_m, octaves=octaves
        )
        total = (total[0].add_(one[0]), total[1].add_(one[1]))
    return total


def fetch_per_piece(torus: Torus, field: Tensor, pieces: Elements, name: str) -> Tensor:
    """Read a shared field at another place for every piece, so that no grain runs on from one to the next."""
    shift = torus.uniform(name, pieces.count, 2).T.contiguous()
    return fetch(torus, field, pieces.pick(shift[0]), pieces.pick(shift[1]))


def fetch_along(torus: Torus, field: Tensor, pieces: Elements, name: str) -> Tensor:
    """Read a shared field in every piece's own frame, elsewhere for each: grain that turns with a stroke or chip."""
    shift = pieces.pick(torus.uniform(name, pieces.count, 2).T.contiguous())
    across = 1 / torus.tile_m
    return fetch_at(torus, field, pieces.x * across + shift[0], pieces.y * across + shift[1])


def fetch_at_centres(
    torus: Torus, field: Tensor, pieces: Elements, warp: tuple[Tensor, Tensor] | None = None
) -> Tensor:
    """Read a field at the centre of every texel's piece, so that a thing is all there or not at all.

    Args:
        torus: the tile.
        field: (N, N) or (C, N, N).
        pieces: the pieces, each with its place (x, y) around its centre.
        warp: the offsets with which the pieces were laid, if any.
    """
    shift_u, shift_v = pieces.x * (-1 / torus.tile_m), pieces.y * (-1 / torus.tile_m)
    if warp is not None:
        shift_u, shift_v = shift_u.add_(warp[0]), shift_v.add_(warp[1])
    return fetch(torus, field, shift_u, shift_v)


def fetch_at_points(torus: Torus, field: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Read a field, (N, N), at single places in tiles, (count,), from the texel that each lies in."""
    column = torch.floor(x * torus.size).to(torch.int64).sub_(torus.origin[0]).remainder_(torus.size)
    line = torch.floor(y * torus.size).to(torch.int64).sub_(torus.origin[1]).remainder_(torus.size)
    return torch.take(field, line.mul_(torus.size).add_(column))
