"""Things that happen to a surface: scratches and cracks."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.layouts.cells import cells, grains

_SLOPES = (
    (1, 0),
    (0, 1),
    (1, 1),
    (1, -1),
    (2, 1),
    (1, 2),
    (2, -1),
    (1, -2),
    (3, 1),
    (1, -3),
    (2, 3),
    (3, -2),
)
"""Directions of long cracks, in whole turns around the tile."""


def scratches(
    torus: Torus,
    name: str,
    count: int,
    *,
    length_m: tuple[float, float] = (0.03, 0.3),
    bend: float = 0.3,
    direction: float = 0.0,
    spread: float = math.pi,
) -> Tensor:
    """Return fine curved strokes, (N, N), 0..1, tapering at both ends, one texel wide.

    Points along each stroke are splatted into their four neighbours with the larger value kept, which does not
    depend on the order in which threads arrive.

    Args:
        torus: the tile.
        name: the random stream.
        count: strokes on the tile.
        length_m: shortest and longest stroke; short ones are commoner.
        bend: radians by which a stroke turns along its way, at most.
        direction: main direction in radians; 0 runs to the right.
        spread: radians around it.
    """
    size = torus.size
    table = torus.uniform(name, count, 7)
    low, high = (bound / torus.tile_m for bound in length_m)
    steps = int(size * high * 1.3) + 8
    t = torch.linspace(0, 1, steps, device=torus.device)[None]
    length = low + (high - low) * table[:, 3:4] ** 2
    angle = direction + (table[:, 2:3] - 0.5) * 2 * spread + (table[:, 4:5] - 0.5) * 2 * bend * (t - 0.5)
    # The path has a closed form (the angle is linear in t), so a thread count cannot change a running sum.
    chord = _chord(angle[:, :1], angle[:, -1:], t)
    x = (table[:, 0:1] + chord[0] * length) * size - 0.5 - torus.origin[0]
    y = (table[:, 1:2] + chord[1] * length) * size - 0.5 - torus.origin[1]
    strength = torch.sqrt(4 * t * (1 - t)) * (0.35 + 0.65 * table[:, 5:6])
    drawn = torch.zeros(size * size, device=torus.device)
    left, top = torch.floor(x), torch.floor(y)
    for step_y in (0, 1):
        for step_x in (0, 1):
            share = (1 - (x - left - step_x).abs()) * (1 - (y - top - step_y).abs()) * strength
            slot = (top.to(torch.int64) + step_y) % size * size + (left.to(torch.int64) + step_x) % size
            drawn.scatter_reduce_(0, slot.reshape(-1), share.reshape(-1), "amax")
    return drawn.view(size, size)


def _chord(start: Tensor, end: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Integrate (cos, sin) of an angle that runs linearly from `start` to `end`, from 0 to t."""
    turn = end - start
    turn = torch.where(turn.abs() < 1e-4, torch.full_like(turn, 1e-4), turn)
    x = (torch.sin(start + turn * t) - torch.sin(start)) / turn
    y = (torch.cos(start) - torch.cos(start + turn * t)) / turn
    return x, y


def crack_distance(torus: Torus, name: str, size_m: float, *, wander: float = 0.35) -> Tensor:
    """Return metres to the nearest crack of a net with meshes of about `size_m`, (N, N).

    The net is a Voronoi border whose lines wander at two scales; thin it with a mask of its own.
    """
    period = torus.cells_across(size_m)
    coarse = warp_field(torus, f"{name}/wander", period * 2, wander / period * 0.5, octaves=3)
    fine = warp_field(torus, f"{name}/tremble", period * 8, wander / period * 0.12, octaves=3)
    warp = (coarse[0].add_(fine[0]), coarse[1].add_(fine[1]))
    return cells(torus, f"{name}/net", period, jitter=1.0, warp=warp).edge


def faults(torus: Torus, name: str, count: int, *, wander_m: float) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield long cracks that run across the whole tile, one after the other.

    Each closes on itself around the torus; it wanders, and fades in and out along its way.

    Args:
        torus: the tile.
        name: the random stream.
        count: how many.
        wander_m: how far one strays from a straight line.

    Returns:
        For every crack (N, N) metres to it, negative on one of its sides, and (N, N) how strong it is there, 0..1.
    """
    large = fbm(torus, f"{name}/wander", 4, octaves=6, gain=0.48)
    where = fbm(torus, f"{name}/where", 5, octaves=3)
    for number, draws in enumerate(torus.uniform(name, count, 4).tolist()):
        # A line a x + b y = c with whole a and b meets itself on the other side of the tile.
        along, down = _SLOPES[int(draws[0] * len(_SLOPES))]
        turned = torch.sin(large * 3.0 + number * 1.7) * (wander_m / torus.tile_m)
        length = math.hypot(along, down)
        across = torus.u * along + torus.v * down - draws[1] + turned * length
        signed = (across - torch.round(across)) * (torus.tile_m / length)
        yield signed, smoothstep(-0.5, 0.3, torch.sin(where * 4.0 + draws[2] * 6.283) + 0.4 * draws[3])


def gas_pits(torus: Torus, name: str, size_m: float, *, share: Tensor | float) -> Tensor:
    """Return how deep round pits are that gas or stones torn out have left, (N, N), metres, 0 between them.

    Pits smaller than a few texels grow shallower, so that a small tile stays calm.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: of the cells in which one pit lies.
        share: (N, N) or a number, share of the cells that have one; the largest stay longest.
    """
    pits = grains(torus, name, torus.cells_across(size_m), jitter=1.0)
    own = pits.random(torus, f"{name}/own")
    reach = 0.15 + 0.30 * own
    there = smoothstep(0.0, 0.15, own - 1 + share)
    shown = min(1.0, size_m / 4 * torus.size / torus.tile_m)
    return (1 - (pits.near / reach).square()).clamp_(min=0) * there * reach * (size_m * 0.8 * shown)


def patches(torus: Torus, name: str, size_m: float, *, amount: float, soft: float = 0.12) -> Tensor:
    """Return irregular patches, (N, N), 0..1, that cover about `amount` of the tile.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: how large the largest patches are.
        amount: covered share, 0..1.
        soft: how wide the transition is, in units of the noise.
    """
    noise = fbm(torus, name, torus.cells_across(size_m), octaves=6, gain=0.55)
    # fBm is close to a Gaussian with deviation 0.27: its quantile turns a share into a threshold.
    threshold = -0.27 * math.sqrt(2) * _inverse_erf(2 * min(max(amount, 0.0), 1.0) - 1)
    return smoothstep(threshold - soft, threshold + soft, noise)


def _inverse_erf(x: float) -> float:
    """Return the inverse error function (S. Winitzki's approximation, within 0.002)."""
    x = min(max(x, -0.999999), 0.999999)
    log = math.log(1 - x * x)
    a = 2 / (math.pi * 0.147) + log / 2
    return math.copysign(math.sqrt(math.sqrt(a * a - log / 0.147) - a), x)
