"""Logs seen end on: rings around a pith, checks that run from it, and what the saw has left."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.rings import groove, growth_rings
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece

_RAYS = 6


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LogEnds:
    """Logs end on, seen from every texel.

    Args:
        logs: which log; its edge is the outside, bark included.
        radius_m: (N, N) half the width of each log.
        rim_m: (N, N) metres inside the wood, below 0 in the bark.
        x: (N, N) metres to the right of the pith.
        y: (N, N) metres below the pith.
        heart_m: (N, N) metres from the pith, as the rings count them.
        lumps: (N, N) -1..1, grain and streaks: deviation 1; of another place in shared fields for every log.
        grain: see lumps.
        streaks: see lumps.
    """

    logs: Elements
    radius_m: Tensor
    rim_m: Tensor
    x: Tensor
    y: Tensor
    heart_m: Tensor
    lumps: Tensor
    grain: Tensor
    streaks: Tensor


def log_ends_of(
    torus: Torus,
    logs: Elements,
    radius_m: Tensor,
    *,
    bark_m: Tensor,
    off_pith: float,
    arc: tuple[float, float],
) -> LogEnds:
    """Return what is seen of logs that were laid as pieces.

    Args:
        torus: the tile.
        logs: the pieces.
        radius_m: (N, N) half the width of each.
        bark_m: (N, N) thickness of its bark.
        off_pith: how far the pith lies off the middle at most, by the radius; about 1 for split logs.
        arc: least and largest radius, by that of the piece, of the trunk that it was split from; what lies
            beyond is cut off, and bark is there alone. (0, 0) for whole logs.
    """
    shared = torch.stack(
        [
            fbm(torus, "ends/lumps", torus.cells_across(0.08), octaves=6, gain=0.55),
            spectral_noise(torus, "ends/grain", slope=0.8, low=40),
            spectral_noise(torus, "ends/streaks", slope=1.5, low=6, high=220),
        ]
    )
    lumps, grain, streaks = fetch_per_piece(torus, shared, logs, "ends/shift")
    turn = logs.random(torus, "pith/turn", 0.0, 6.283)
    off = logs.random(torus, "pith/off", 0.3 if arc == (0, 0) else 0.75, 1.0) * radius_m * off_pith
    x, y = logs.x - torch.cos(turn) * off, logs.y - torch.sin(turn) * off
    heart_m = torch.hypot(x, y)
    if arc == (0, 0):
        rim_m = logs.edge - bark_m
        # Towards the bark rings follow the outline, around the pith they are round.
        share = (1 - logs.edge / radius_m).clamp(0, 1).square()
        heart_m = heart_m + (radius_m - logs.edge - heart_m) * share
    else:
        trunk_m = radius_m * logs.random(torus, "pith/trunk", *arc) * (1 + 0.04 * lumps)
        edge = torch.minimum(logs.edge, trunk_m - heart_m)
        logs = Elements(id=logs.id, count=logs.count, x=logs.x, y=logs.y, edge=edge, turned=logs.turned)
        rim_m = trunk_m - bark_m - heart_m
    return LogEnds(
        logs=logs,
        radius_m=radius_m,
        rim_m=rim_m,
        x=x,
        y=y,
        heart_m=heart_m,
        lumps=lumps,
        grain=grain,
        streaks=streaks,
    )


def end_rings(torus: Torus, ends: LogEnds, *, ring_m: float | Tensor) -> Tensor:
    """Return latewood, (N, N) 0..1: no two years alike, wavy where the tree was lean.

    Args:
        torus: the tile.
        ends: the logs.
        ring_m: a year's growth in metres, one number or (N, N).
    """
    width_m = ring_m * ends.logs.random(torus, "rings/width", 0.7, 1.4)
    phase = ends.logs.random(torus, "rings/phase", 0.0, 6.283)
    years = ends.heart_m / width_m + 0.35 * ends.lumps + 0.05 * ends.streaks
    years = years + 0.4 * torch.sin(years * 0.7 + phase) + 0.25 * torch.sin(years * 1.9 + phase * 2)
    return growth_rings(years, hardness=1.8) * (0.8 + 0.2 * torch.sin(years * 0.37 + phase))


def drying_checks(torus: Torus, ends: LogEnds, *, amount: float) -> Tensor:
    """Return the cracks that open as a log dries, (N, N) 0..1: one wide, some fine, all from the pith outwards.

    Args:
        torus: the tile.
        ends: the logs.
        amount: 0 none .. 1 wide open.
    """
    soft = max(torus.tile_m / torus.size, 0.0008)
    logs, opened = ends.logs, torus.zeros()
    start = logs.random(torus, "checks/start", 0.0, 6.283)
    for ray in range(_RAYS):
        turn = start + ray * 2.4 + logs.random(torus, f"checks/turn-{ray}", -0.4, 0.4)
        cos, sin = torch.cos(turn), torch.sin(turn)
        along = (ends.x * cos + ends.y * sin) / ends.radius_m
        away = ends.y * cos - ends.x * sin + (0.0035 * ends.lumps + 0.0006 * ends.streaks)
        reach = logs.random(torus, f"checks/reach-{ray}", 0.2, 1.25)
        wide = logs.random(torus, f"checks/wide-{ray}", -0.3, 1.0 if ray else 2.6).clamp(min=0)
        run = smoothstep(0.0, 0.08, along) * smoothstep(0.05, -0.25, along - reach)
        half_m = wide * amount * ends.radius_m * 0.022 * (0.35 + along.clamp(0, 1)) * run
        opened = torch.maximum(opened, groove(away, half_m, soft))
    return opened * smoothstep(-0.002, 0.002, ends.rim_m)


def chainsaw_marks(torus: Torus, ends: LogEnds) -> Tensor:
    """Return the ridges of a chain saw, (N, N) about -1..1, gone where texels are too wide for them."""
    logs = ends.logs
    turn = logs.random(torus, "saw/turn", 0.0, 3.1416)
    cos, sin = torch.cos(turn), torch.sin(turn)
    bow = logs.random(torus, "saw/bow", -1.5, 1.5)
    way = logs.x * cos + logs.y * sin + bow * (logs.y * cos - logs.x * sin).square() + 0.003 * ends.lumps
    pitch = logs.random(torus, "saw/pitch", 0.006, 0.012)
    seen = smoothstep(-0.2, 0.8, ends.lumps + logs.random(torus, "saw/seen", -0.5, 0.9))
    return torch.sin(way * (6.283 / pitch)) * seen * smoothstep(0.45, 0.2, torus.tile_m / torus.size / pitch)
