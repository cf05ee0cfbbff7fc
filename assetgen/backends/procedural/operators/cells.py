"""Voronoi cells on the torus: stones, pebbles, clods, flakes, grains.

Source: S. Worley, A Cellular Texture Basis Function, SIGGRAPH 1996; the exact border distance is the least distance
to a bisector between the nearest site and its neighbours (I. Quilez, Voronoi edges).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.torus import Torus

_BAND_ROWS = 32
"""Rows worked on at a time: temporaries stay in cache, measured 2.1 to 2.5 times faster than whole fields."""
_PAD = 4


@dataclass(frozen=True, slots=True, eq=False)
class Grains:
    """Nearest sites only: cheap cells for pebbles, flakes and tufts.

    Args:
        id: (N, N) int32 cell numbers.
        count: how many cells the tile holds.
        near: (N, N) distance to the nearest site, in cell widths.
        far: (N, N) distance to the second nearest site, in cell widths.
    """

    id: Tensor
    count: int
    near: Tensor
    far: Tensor

    def random(self, torus: Torus, name: str) -> Tensor:
        """Give every cell one uniform number of a stream, spread over the texels."""
        table = torus.uniform(name, self.count)[:, 0]
        return torch.index_select(table, 0, self.id.reshape(-1)).view(self.id.shape)


@dataclass(frozen=True, slots=True, eq=False)
class _Sites:
    """Jittered sites of a lattice, padded so that neighbours need no wrap-around."""

    x: Tensor
    y: Tensor
    id: Tensor
    nx: int
    ny: int

    @property
    def stride(self) -> int:
        return self.nx + 2 * _PAD


def grains(
    torus: Torus,
    name: str,
    period: int,
    *,
    jitter: float = 0.95,
    warp: tuple[Tensor, Tensor] | None = None,
    period_y: int | None = None,
) -> Grains:
    """Return nearest-site cells with `period` sites along the tile.

    Args:
        torus: the tile.
        name: the random stream of the sites.
        period: sites along x; `period_y` along y when it differs.
        jitter: 0 a regular grid, 1 sites anywhere in their lattice cell.
        warp: (x, y) offsets in tiles added to every texel's position.
        period_y: sites along y.
    """
    sites = _sites(torus, name, period, period_y or period, jitter, brick_rows=False)
    shape = (torus.size, torus.size)
    near, far = torch.empty(shape, device=torus.device), torch.empty(shape, device=torus.device)
    ids = torch.empty(shape, dtype=torch.int32, device=torus.device)
    for rows, x, y in _bands(torus, warp):
        found = _nearest(sites, x, y)
        near[rows], far[rows] = found.near.sqrt_(), found.far.sqrt_()
        ids[rows] = torch.take(sites.id, found.slot)
    return Grains(id=ids, count=sites.nx * sites.ny, near=near, far=far)


def cells(
    torus: Torus,
    name: str,
    period: int,
    *,
    jitter: float = 0.85,
    roundness: float = 0.0,
    warp: tuple[Tensor, Tensor] | None = None,
    period_y: int | None = None,
    brick_rows: bool = False,
) -> Elements:
    """Return Voronoi cells with their exact border distance.

    Args:
        torus: the tile.
        name: the random stream of the sites.
        period: sites along x; `period_y` along y when it differs.
        jitter: 0 a regular grid, 1 sites anywhere in their lattice cell.
        roundness: 0 keeps corners sharp; 16 rounds them as water does with stones (a soft minimum over bisectors).
        warp: (x, y) offsets in tiles added to every texel's position.
        period_y: sites along y.
        brick_rows: shift every other row by half a cell; needs an even number of rows. With jitter 0: hexagons.
    """
    sites = _sites(torus, name, period, period_y or period, jitter, brick_rows=brick_rows)
    shape = (torus.size, torus.size)
    ids = torch.empty(shape, dtype=torch.int32, device=torus.device)
    x_m, y_m, edge = (torch.empty(shape, device=torus.device) for _ in range(3))
    cell_x, cell_y = torus.tile_m / sites.nx, torus.tile_m / sites.ny
    for rows, x, y in _bands(torus, warp):
        found = _nearest(sites, x, y)
        ids[rows] = torch.take(sites.id, found.slot)
        x_m[rows], y_m[rows] = found.to_x * -cell_x, found.to_y * -cell_y
        edge[rows] = _border_distance(sites, found, roundness) * min(cell_x, cell_y)
    count = sites.nx * sites.ny
    return Elements(
        id=ids, count=count, x=x_m, y=y_m, edge=edge, turned=torch.zeros(count, device=torus.device)
    )


def _sites(torus: Torus, name: str, nx: int, ny: int, jitter: float, *, brick_rows: bool) -> _Sites:
    offset = (torus.uniform(name, nx * ny, 2) - 0.5) * jitter + 0.5
    x, y = offset[:, 0].view(ny, nx), offset[:, 1].view(ny, nx)
    if brick_rows:
        x = x + (torch.arange(ny, device=torus.device) % 2)[:, None] * 0.5
    columns = torch.arange(-_PAD, nx + _PAD, device=torus.device) % nx
    lines = torch.arange(-_PAD, ny + _PAD, device=torus.device) % ny
    ids = (lines[:, None] * nx + columns[None, :]).to(torch.int32)
    return _Sites(
        x=x[lines][:, columns].reshape(-1),
        y=y[lines][:, columns].reshape(-1),
        id=ids.reshape(-1),
        nx=nx,
        ny=ny,
    )


def _bands(torus: Torus, warp: tuple[Tensor, Tensor] | None) -> list[tuple[slice, Tensor, Tensor]]:
    u, v = torus.u, torus.v
    bands = []
    for start in range(0, torus.size, _BAND_ROWS):
        rows = slice(start, min(start + _BAND_ROWS, torus.size))
        x, y = u.expand(rows.stop - start, -1), v[rows].expand(-1, torus.size)
        if warp is not None:
            x, y = x + warp[0][rows], y + warp[1][rows]
        bands.append((rows, x, y))
    return bands


@dataclass(slots=True, eq=False)
class _Found:
    """The nearest site of every texel: squared distances, its slot in the padded table, the way to it."""

    near: Tensor
    far: Tensor
    slot: Tensor
    to_x: Tensor
    to_y: Tensor


def _nearest(sites: _Sites, x: Tensor, y: Tensor) -> _Found:
    cell_x, cell_y = (x - torch.floor(x)) * sites.nx, (y - torch.floor(y)) * sites.ny
    column, line = torch.floor(cell_x).clamp_(max=sites.nx - 1), torch.floor(cell_y).clamp_(max=sites.ny - 1)
    in_x, in_y = cell_x - column, cell_y - line
    home = ((line + _PAD) * sites.stride + (column + _PAD)).to(torch.int64)
    near = torch.full_like(in_x, 9.0)
    far, slot = near.clone(), home
    to_x, to_y = torch.zeros_like(in_x), torch.zeros_like(in_x)
    for step_y in (-1, 0, 1):
        for step_x in (-1, 0, 1):
            there = home + (step_y * sites.stride + step_x)
            dx = torch.take(sites.x, there).sub_(in_x).add_(step_x)
            dy = torch.take(sites.y, there).sub_(in_y).add_(step_y)
            distance = dx * dx + dy * dy
            closer = distance < near
            far = torch.minimum(torch.maximum(distance, near), far)
            near = torch.minimum(distance, near)
            slot = torch.where(closer, there, slot)
            to_x, to_y = torch.where(closer, dx, to_x), torch.where(closer, dy, to_y)
    return _Found(near=near, far=far, slot=slot, to_x=to_x, to_y=to_y)


def _border_distance(sites: _Sites, found: _Found, roundness: float) -> Tensor:
    """Return the distance to the nearest bisector in cell widths, corners rounded by a soft minimum."""
    nearest = torch.full_like(found.to_x, 9.0)
    softened = torch.zeros_like(nearest)
    own_x = found.to_x - torch.take(sites.x, found.slot)
    own_y = found.to_y - torch.take(sites.y, found.slot)
    for step_y in range(-2, 3):
        for step_x in range(-2, 3):
            if (step_x == 0 and step_y == 0) or abs(step_x) + abs(step_y) == 4:
                continue
            there = found.slot + (step_y * sites.stride + step_x)
            dx = torch.take(sites.x, there).add_(own_x).add_(step_x)
            dy = torch.take(sites.y, there).add_(own_y).add_(step_y)
            apart_x, apart_y = dx - found.to_x, dy - found.to_y
            length = torch.rsqrt(apart_x * apart_x + apart_y * apart_y + 1e-12)
            distance = ((dx + found.to_x) * apart_x + (dy + found.to_y) * apart_y).mul_(0.5).mul_(length)
            nearest = torch.minimum(nearest, distance)
            if roundness:
                softened.add_(torch.exp(distance * -roundness))
    return softened.log_().mul_(-1 / roundness) if roundness else nearest


def scatter(
    torus: Torus,
    name: str,
    period: int,
    *,
    jitter: float = 1.0,
    warp: tuple[Tensor, Tensor] | None = None,
    period_y: int | None = None,
) -> Elements:
    """Return cells around thrown-down sites, for things that lie apart: a third of the price of `cells`.

    Their `edge` is half the difference of the distances to the two nearest sites: 0 on the border like the exact
    distance, and never more than it. Arguments as for `cells`.
    """
    sites = _sites(torus, name, period, period_y or period, jitter, brick_rows=False)
    shape = (torus.size, torus.size)
    ids = torch.empty(shape, dtype=torch.int32, device=torus.device)
    x_m, y_m, edge = (torch.empty(shape, device=torus.device) for _ in range(3))
    cell_x, cell_y = torus.tile_m / sites.nx, torus.tile_m / sites.ny
    for rows, x, y in _bands(torus, warp):
        found = _nearest(sites, x, y)
        ids[rows] = torch.take(sites.id, found.slot)
        x_m[rows], y_m[rows] = found.to_x * -cell_x, found.to_y * -cell_y
        edge[rows] = (found.far.sqrt_() - found.near.sqrt_()) * (0.5 * min(cell_x, cell_y))
    count = sites.nx * sites.ny
    return Elements(
        id=ids, count=count, x=x_m, y=y_m, edge=edge, turned=torch.zeros(count, device=torus.device)
    )
