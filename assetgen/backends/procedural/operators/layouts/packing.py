"""Round things packed side by side, each of its own size: the ends of logs in a pile, pipes, pebbles in a tray."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.torus import Torus

_STEPS = 110
_PROBES = 1500
_CUTS = 48
"""Places along an axis where the tile may be cut."""


def pack_circles(
    torus: Torus,
    name: str,
    *,
    radius_m: tuple[float, float],
    first: tuple[float, ...] = (),
    fill_m: float = 0.0,
) -> Tensor:
    """Return circles that touch and do not overlap, (count, 3): x and y in tiles, radius in metres.

    Circles of all sizes thrown down push each other apart; then every one grows until it touches, and small ones
    fill the holes. Computed in double precision on the CPU, so that every device packs alike.

    Args:
        torus: the tile.
        name: the random stream.
        radius_m: smallest and largest of the circles thrown down.
        first: radii of circles to start with, largest first.
        fill_m: smallest circle that fills a hole; 0 leaves the holes.
    """
    low, high = (bound / torus.tile_m for bound in radius_m)
    most = max(round(0.93 / (math.pi * (low * low + low * high + high * high) / 3)), 3)
    draws = torus.uniform(name, most, 3).cpu().double()
    radius = low + (high - low) * draws[:, 2]
    if first:
        radius = torch.tensor([each / torus.tile_m for each in first], dtype=torch.float64)
        draws = draws[: len(first)]
    place = draws[:, :2].clone()
    for _ in range(_STEPS):
        apart, distance = _apart(place, place)
        overlap = (radius[:, None] + radius - distance).clamp(min=0).fill_diagonal_(0)
        place = place + (apart / distance[..., None] * overlap[..., None]).sum(1) * 0.45
        place = place - torch.floor(place)
    circles = torch.cat([place, _grown(place, radius, max(high * 1.1, float(radius.amax())))[:, None]], dim=1)
    if fill_m > 0:
        circles = _filled(torus, name, circles, fill_m / torus.tile_m, high)
    circles[:, 0] = _turned_away(circles[:, 0], circles[:, 2])
    circles[:, 1] = _turned_away(circles[:, 1], circles[:, 2])
    scale = torch.tensor([1.0, 1.0, torus.tile_m], dtype=torch.float64)
    return (circles * scale).float().to(torus.device)


def _apart(place: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """Return the shortest ways from every other point to every place, and their lengths."""
    apart = place[:, None] - other
    apart = apart - torch.round(apart)
    return apart, torch.hypot(apart[..., 0], apart[..., 1]).clamp(min=1e-9)


def _grown(place: Tensor, radius: Tensor, most: float) -> Tensor:
    """Shrink circles until none overlap, then let one after the other grow until it touches."""
    distance = _apart(place, place)[1].fill_diagonal_(9.0)
    fit = (distance / (radius[:, None] + radius)).amin(1).clamp(max=1)
    radius = radius * fit
    for number in range(len(radius)):
        radius[number] = (distance[number] - radius).amin().clamp(max=most)
    return radius


def _filled(torus: Torus, name: str, circles: Tensor, least: float, most: float) -> Tensor:
    """Put circles into the largest holes, found by probing."""
    probes = torus.uniform(f"{name}/fill", _PROBES, 2).cpu().double()
    room = (_apart(probes, circles[:, :2])[1] - circles[:, 2]).amin(1)
    while float(room.amax()) > least:
        best = int(room.argmax())
        radius = room[best].clamp(max=most)
        circles = torch.cat([circles, torch.cat([probes[best], radius[None]])[None]])
        room = torch.minimum(room, _apart(probes, probes[best : best + 1])[1][:, 0] - radius)
    return circles


def _turned_away(place: Tensor, radius: Tensor) -> Tensor:
    """Move all circles alike along one axis until few rims run along the tile's border, like a seam."""
    cuts = torch.arange(_CUTS, dtype=torch.float64) / _CUTS
    rims = torch.cat([place - radius, place + radius])
    away = (rims - cuts[:, None] + 0.5).remainder(1.0) - 0.5
    along = (1 - away.abs() * (_CUTS / 3)).clamp(min=0) * radius.repeat(2).sqrt()
    return (place - cuts[along.sum(1).argmin()]).remainder(1.0)


def discs(
    torus: Torus, circles: Tensor, *, reach_m: float, warp: tuple[Tensor, Tensor] | None = None
) -> Elements:
    """Return for every texel the circle whose rim it lies deepest inside of, or nearest to.

    Args:
        torus: the tile.
        circles: (count, 3) x and y in tiles, radius in metres; they may overlap.
        reach_m: how far beyond a rim distances are known; further out `edge` is -reach_m.
        warp: (x, y) offsets in tiles added to every texel's position.
    """
    size, tile_m = torus.size, torus.tile_m
    shape = (size, size)
    edge = torch.full(shape, -reach_m, device=torus.device)
    x_m, y_m = torus.zeros(), torus.zeros()
    ids = torch.zeros(shape, dtype=torch.int32, device=torus.device)
    # Texels are counted from the tile's own zero, so that a drawing from another origin rounds alike.
    wide_m = reach_m + (0.0 if warp is None else 2 * tile_m * max(float(part.abs().amax()) for part in warp))
    for number, (x, y, radius) in enumerate(circles.tolist()):
        rows, columns = (
            _window(center, (radius + wide_m) / tile_m, size).to(torus.device) for center in (y, x)
        )
        dx = ((columns + 0.5) / size - x)[None, :].expand(len(rows), -1)
        dy = ((rows + 0.5) / size - y)[:, None].expand(-1, len(columns))
        slot = ((rows - torus.origin[1]) % size)[:, None], ((columns - torus.origin[0]) % size)[None, :]
        if warp is not None:
            dx, dy = dx + warp[0][slot], dy + warp[1][slot]
        dx, dy = dx * tile_m, dy * tile_m
        own = radius - torch.hypot(dx, dy)
        nearer = own > edge[slot]
        for field, value in ((edge, own), (x_m, dx), (y_m, dy), (ids, torch.full_like(own, number).int())):
            field[slot] = torch.where(nearer, value, field[slot])
    turned = torch.zeros(len(circles), device=torus.device)
    return Elements(id=ids, count=len(circles), x=x_m, y=y_m, edge=edge, turned=turned)


def _window(center: float, half: float, size: int) -> Tensor:
    """Return the numbers of the texels around a center, each of the tile at most once."""
    if half >= 0.5:
        return torch.arange(size) + (math.floor(center * size) - size // 2)
    start = math.ceil((center - half) * size - 0.5)
    return torch.arange(start, max(math.floor((center + half) * size - 0.5), start) + 1)
