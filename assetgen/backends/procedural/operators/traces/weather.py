"""What years do to a wall: hairlines, damp with its tide marks, flakes that fall, dust on what faces up."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import threshold_for
from assetgen.backends.procedural.field.height import faces_up, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches


def hairline_cracks(
    torus: Torus,
    name: str,
    mesh_m: float,
    *,
    share: float,
    line_m: float = 0.0008,
    tremble_m: Tensor | None = None,
) -> Tensor:
    """Return fine shrinkage cracks, (N, N), 0..1: open stretches of a wide net, most of which has not torn.

    A line narrower than a texel spreads over one and pales, so every size shows the same.

    Args:
        torus: the tile.
        name: the random stream.
        mesh_m: width of the net's meshes.
        share: share of the tile where it has torn, 0..1.
        line_m: width of a crack.
        tremble_m: (N, N) metres by which the line wanders.
    """
    net_m = crack_distance(torus, name, mesh_m, wander=0.5)
    if tremble_m is not None:
        net_m = net_m + tremble_m
    torn = patches(torus, f"{name}/torn", mesh_m * 0.7, amount=share, soft=0.12)
    wide_m = max(line_m, 0.9 * torus.tile_m / torus.size)
    return smoothstep(wide_m, wide_m * 0.3, net_m) * torn * (line_m / wide_m) ** 0.5


def tide_marks(torus: Torus, name: str, size_m: float, *, amount: float) -> tuple[Tensor, Tensor]:
    """Return where damp has stood, 0..1, and the dark line that each retreat has left along its border, 0..1.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: how large the largest stains are.
        amount: share of the tile that was ever damp, 0..1.
    """
    level = fbm(torus, name, torus.cells_across(size_m), octaves=6, gain=0.5)
    reached = 0.42 - 0.75 * amount
    damp = smoothstep(reached - 0.03, reached + 0.30, level)
    lines = torus.zeros()
    for step, strength in ((0.0, 1.0), (0.09, 0.7), (0.15, 0.5)):
        beyond = level - reached - step
        lines = torch.maximum(
            lines, smoothstep(-0.008, 0.004, beyond) * smoothstep(0.075, 0.0, beyond) * strength
        )
    return damp, lines


def flakes(torus: Torus, name: str, size_m: float, *, amount: float) -> tuple[Tensor, Tensor]:
    """Return where a thin coat has flaked off, 0..1 with a crisp angular border, and its lifted rim, 0..1.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: how large the largest bare spots are.
        amount: share of the tile that has come off, 0..1.
    """
    if amount < 0.001:
        return torus.zeros(), torus.zeros()
    place = fbm(torus, name, torus.cells_across(size_m), octaves=5, gain=0.5)
    bend = warp_field(torus, f"{name}/bend", torus.cells_across(0.08), 0.008, octaves=4)
    shards = grains(torus, f"{name}/shards", torus.cells_across(0.022), jitter=1.0, warp=bend)
    # A shard breaks as a whole, so the border follows the shards' edges: angular, but never a clean cut.
    deep = place + 0.17 * shards.random(torus, f"{name}/luck") - 0.03 * shards.near
    deep = deep - threshold_for(deep, amount)
    texel = torus.tile_m / torus.size
    bare = smoothstep(-0.01 - 2 * texel, 0.03 + 2 * texel, deep)
    return bare, smoothstep(-0.16, -0.02, deep) * (1 - bare)


def dust_on_ledges(torus: Torus, height_m: Tensor, reach_m: float) -> Tensor:
    """Return where dust lies on what faces up in a wall, 0..1: above every lump and along every lower lip.

    Args:
        torus: the tile.
        height_m: (N, N) metres.
        reach_m: size of the smallest ledge that holds any.
    """
    return smoothstep(0.04, 0.35, faces_up(torus, height_m, reach_m))


def rain_streaks(torus: Torus, name: str) -> Tensor:
    """Return where rain has carried soot down a wall, (N, N), 0..1: ragged streaks in broad patches.

    Args:
        torus: the tile.
        name: the random stream.
    """
    streaks = spectral_noise(torus, f"{name}/streaks", slope=1.4, low=8, high=230, stretch=(1.0, 15.0))
    wet = patches(torus, f"{name}/wet", 0.3, amount=0.45, soft=0.5)
    return wet * smoothstep(-0.6, 1.6, streaks.clamp_(-2, 2))
