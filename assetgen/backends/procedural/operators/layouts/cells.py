"""Voronoi cells on the torus: stones, pebbles, clods, flakes, grains.

Source: S. Worley, A Cellular Texture Basis Function, SIGGRAPH 1996; the exact border distance is the least distance
to a bisector between the nearest site and its neighbours (I. Quilez, Voronoi edges).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import positions
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.numbered import Numbered, look_up
from assetgen.backends.procedural.field.torus import Torus

_PAD = 4
_NUMBER_BITS = 15
"""Low bits of a float that carry a neighbour's number; they move a squared distance by 2e-6 at most."""
_RING = tuple((x, y) for y in range(-2, 3) for x in range(-2, 3) if (x or y) and abs(x) + abs(y) < 4)
"""Lattice steps to the 20 sites that can share a border with a site; the four far corners cannot."""


@dataclass(frozen=True, slots=True, eq=False)
class Grains(Numbered):
    """Nearest sites only: cheap cells for pebbles, flakes and tufts.

    Args:
        id: (N, N) int32 cell numbers.
        count: how many cells the tile holds.
        near: (N, N) distance to the nearest site, in cell widths.
        far: (N, N) distance to the second nearest site, in cell widths.
    """

    near: Tensor
    far: Tensor

    def inside(self, radius: Tensor | float) -> Tensor:
        """Return how deep a texel lies in a disc around its site, in cell widths; discs never overlap.

        Args:
            radius: in cell widths, one number or (N, N).
        """
        return torch.minimum(radius - self.near, (self.far - self.near) * 0.7)


@dataclass(frozen=True, slots=True, eq=False)
class _Sites:
    """Jittered sites of a lattice, padded so that neighbours need no wrap-around."""

    x: Tensor
    y: Tensor
    id: Tensor
    nx: int
    ny: int
    reach_left: int

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
    for rows, x, y in positions(torus, warp):
        found = _nearest(sites, x, y)
        near[rows], far[rows] = found.near.sqrt_(), found.far.sqrt_()
        ids[rows] = look_up(sites.id, found.slot)
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
    bisectors = _bisectors(sites, prune=not roundness)
    for rows, x, y in positions(torus, warp):
        found = _nearest(sites, x, y)
        own = look_up(sites.id, found.slot)
        ids[rows] = own
        x_m[rows], y_m[rows] = found.to_x * -cell_x, found.to_y * -cell_y
        edge[rows] = _border_distance(bisectors, own, found, roundness).mul_(min(cell_x, cell_y))
    count = sites.nx * sites.ny
    return Elements(
        id=ids, count=count, x=x_m, y=y_m, edge=edge, turned=torch.zeros(count, device=torus.device)
    )


def facets(
    torus: Torus,
    name: str,
    period: int,
    *,
    tilt: float = 0.5,
    jitter: float = 0.95,
    warp: tuple[Tensor, Tensor] | None = None,
    period_y: int | None = None,
) -> Tensor:
    """Return the face of broken stone, (N, N), about -1..1: shallow scoops that meet in sharp ridges.

    Every site bears a bowl that is tilted at random, and the lowest of them all is the surface. All are equally
    bent, so the search compares planes and the bend is added once.

    Args:
        torus: the tile.
        name: the random stream.
        period: scoops along x; `period_y` along y when it differs.
        tilt: steepest slope of a scoop in its own width, up to 0.6.
        jitter: 0 a regular grid, 1 sites anywhere in their lattice cell.
        warp: (x, y) offsets in tiles added to every texel's position.
    """
    sites = _sites(torus, name, period, period_y or period, jitter, brick_rows=False)
    draws = (torus.uniform(f"{name}/tilt", sites.nx * sites.ny, 3) * 2 - 1)[sites.id.to(torch.int64)]
    lean_x, lean_y = draws[:, 0] * tilt, draws[:, 1] * tilt
    result = torch.empty(torus.size, torus.size, device=torus.device)
    steps = [(x, y, (y + 1) * sites.stride + x + 1) for y in range(-1, 3) for x in range(-1, 3)]
    for rows, x, y in positions(torus, warp):
        cell_x, cell_y = x * sites.nx - 0.5, y * sites.ny - 0.5
        column, line = torch.floor(cell_x), torch.floor(cell_y)
        in_x, in_y = cell_x - column + 0.5, cell_y - line + 0.5
        first = ((line + (_PAD - 1)) * sites.stride + (column + (_PAD - 1))).to(torch.int64)
        lowest = torch.full_like(in_x, 9.0)
        for step_x, step_y, skip in steps:
            at_x, at_y = sites.x[skip:] + step_x, sites.y[skip:] + step_y
            rest = (at_x * at_x + at_y * at_y) - lean_x[skip:] * at_x - lean_y[skip:] * at_y
            rest = rest + draws[skip:, 2] * (0.2 * tilt)
            plane = look_up(rest, first).addcmul_(look_up(lean_x[skip:] - 2 * at_x, first), in_x)
            lowest = torch.minimum(lowest, plane.addcmul_(look_up(lean_y[skip:] - 2 * at_y, first), in_y))
        result[rows] = (lowest + in_x * in_x + in_y * in_y).mul_(2.4).sub_(0.5)
    return result


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
        # Half a cell of shift to the right: a texel's nearest site may then lie two lattice cells to its left.
        reach_left=2 if brick_rows else 1,
    )


@dataclass(slots=True, eq=False)
class _Found:
    """The nearest site of every texel: squared distances, its slot in the padded table, the way to it."""

    near: Tensor
    far: Tensor
    slot: Tensor
    to_x: Tensor
    to_y: Tensor


def _nearest(sites: _Sites, x: Tensor, y: Tensor) -> _Found:
    """Find the nearest of the nine (with shifted rows twelve) sites around every texel.

    Comparing and choosing costs far more than arithmetic, so a candidate's number rides in the low bits of its
    distance: the integer minimum of both is the minimum of the distance, and says which candidate it was.
    """
    cell_x, cell_y = x * sites.nx, y * sites.ny
    column, line = torch.floor(cell_x).clamp_(max=sites.nx - 1), torch.floor(cell_y).clamp_(max=sites.ny - 1)
    in_x, in_y = cell_x - column, cell_y - line
    first = ((line + (_PAD - 1)) * sites.stride + (column + (_PAD - sites.reach_left))).to(torch.int64)
    near, far = torch.full_like(in_x, 9.0), torch.full_like(in_x, 9.0)
    best = torch.full_like(in_x, 9.0).view(torch.int32)
    steps = [(step_x, step_y) for step_y in (-1, 0, 1) for step_x in range(-sites.reach_left, 2)]
    skips = [(step_y + 1) * sites.stride + step_x + sites.reach_left for step_x, step_y in steps]
    for number, ((step_x, step_y), skip) in enumerate(zip(steps, skips, strict=True)):
        dx = look_up(sites.x[skip:] + step_x, first).sub_(in_x)
        dy = look_up(sites.y[skip:] + step_y, first).sub_(in_y)
        distance = dx.mul_(dx).addcmul_(dy, dy)
        far = torch.minimum(torch.maximum(distance, near), far)
        near = torch.minimum(distance, near)
        numbered = distance.view(torch.int32).bitwise_and_(~_NUMBER_BITS).bitwise_or_(number)
        best = torch.minimum(numbered, best)
    chosen = best.bitwise_and_(_NUMBER_BITS)
    slot = first.add_(look_up(torch.tensor(skips, device=x.device), chosen))
    step = torch.tensor(steps, dtype=torch.float32, device=x.device)
    to_x = look_up(sites.x, slot).add_(look_up(step[:, 0], chosen)).sub_(in_x)
    to_y = look_up(sites.y, slot).add_(look_up(step[:, 1], chosen)).sub_(in_y)
    return _Found(near=near, far=far, slot=slot, to_x=to_x, to_y=to_y)


@dataclass(frozen=True, slots=True, eq=False)
class _Bisectors:
    """The borders that every site may have, one row per neighbour, (K, count) each, in cell widths.

    Args:
        x: unit normals, from the site towards the neighbour.
        y: their other component.
        half: distance from the site to the bisector; far away where a site has fewer neighbours than K.
    """

    x: Tensor
    y: Tensor
    half: Tensor


def _bisectors(sites: _Sites, *, prune: bool) -> _Bisectors:
    """Return each site's bisectors with the 20 sites around it, or only those that bound its cell.

    Inside a convex cell the nearest of all bisectors is always one that bounds it, so the others may go.
    """
    own = _grid(sites.x, sites, (0, 0)), _grid(sites.y, sites, (0, 0))
    apart_x = torch.stack([_grid(sites.x, sites, step) + step[0] - own[0] for step in _RING])
    apart_y = torch.stack([_grid(sites.y, sites, step) + step[1] - own[1] for step in _RING])
    length = torch.sqrt(apart_x * apart_x + apart_y * apart_y + 1e-12)
    every = _Bisectors(apart_x / length, apart_y / length, length * 0.5)
    return _bounding(every) if prune else every


def _grid(table: Tensor, sites: _Sites, step: tuple[int, int]) -> Tensor:
    """Return the (count,) values of the sites that lie a lattice step away from each site."""
    grid = table.view(-1, sites.stride)
    return grid[_PAD + step[1] :, _PAD + step[0] :][: sites.ny, : sites.nx].reshape(-1)


def _bounding(every: _Bisectors) -> _Bisectors:
    """Keep the bisectors of which some stretch lies inside all others."""
    low, high = torch.full_like(every.half, -9.0), torch.full_like(every.half, 9.0)
    for x, y, half in zip(every.x, every.y, every.half, strict=True):
        # Walking along each bisector by t, the room to this one shrinks by `closing` per step.
        room = half - every.half * (every.x * x + every.y * y)
        closing = every.x * y - every.y * x
        meets = room / torch.where(closing == 0, torch.full_like(closing, 1e-9), closing)
        high = torch.where(closing > 1e-6, torch.minimum(high, meets), high)
        low = torch.where(closing < -1e-6, torch.maximum(low, meets), low)
        low = torch.where((closing.abs() <= 1e-6) & (room < -1e-5), torch.full_like(low, 99.0), low)
    bounds = low <= high + 1e-4
    order = torch.argsort((~bounds).to(torch.int8), dim=0, stable=True)[: int(bounds.sum(0).max())]
    half = torch.where(bounds, every.half, 9.0)
    return _Bisectors(*(torch.gather(part, 0, order) for part in (every.x, every.y, half)))


def _border_distance(bisectors: _Bisectors, own: Tensor, found: _Found, roundness: float) -> Tensor:
    """Return the distance to the nearest bisector in cell widths, corners rounded by a soft minimum."""
    index = own.to(torch.int64)
    nearest = torch.full_like(found.to_x, 9.0)
    softened = torch.zeros_like(nearest)
    for x, y, half in zip(bisectors.x, bisectors.y, bisectors.half, strict=True):
        distance = look_up(half, index)
        distance.addcmul_(look_up(x, index), found.to_x).addcmul_(look_up(y, index), found.to_y)
        if roundness:
            softened.add_(distance.mul_(-roundness).exp_())
        else:
            nearest = torch.minimum(nearest, distance)
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
    for rows, x, y in positions(torus, warp):
        found = _nearest(sites, x, y)
        ids[rows] = look_up(sites.id, found.slot)
        x_m[rows], y_m[rows] = found.to_x * -cell_x, found.to_y * -cell_y
        edge[rows] = (found.far.sqrt_() - found.near.sqrt_()) * (0.5 * min(cell_x, cell_y))
    count = sites.nx * sites.ny
    return Elements(
        id=ids, count=count, x=x_m, y=y_m, edge=edge, turned=torch.zeros(count, device=torus.device)
    )
