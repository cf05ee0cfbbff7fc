"""What passes over soft ground leaves behind: footprints of boots along a way, ruts of tyres with their tread."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.piled.leaves import Thrown, lay_shapes

_WAYS = ((1, 0), (0, 1), (1, 1), (1, -1))
"""Directions in whole tiles: a trail must meet itself on the other side."""
_AROUND = 1.6
"""How much larger than a sole the place is in which its print is measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """Prints and ruts seen from every texel.

    Args:
        pressed: (N, N) 0 outside to 1 on the bottom of a print.
        rim: (N, N) the ground pushed up around it, 0..1.
        tread: (N, N) what the profile of sole or tyre has left standing in it, 0..1.
    """

    pressed: Tensor
    rim: Tensor
    tread: Tensor

    def relief_m(self, deep_m: float, *, rim: float = 0.3, tread: float = 0.25) -> Tensor:
        """Return metres of height: down by `deep_m` at most, rim and tread as shares of it."""
        return (self.rim * rim - self.pressed * (1 - self.tread * tread)) * deep_m


def wished_tracks(torus: Torus, look: Look, *, step_soft_m: float, rut_soft_m: float) -> Tracks | None:
    """Return the footprints or tyre ruts that the option `tracks` of a prompt asks for, None without."""
    kind = look.option("tracks", "none")
    if kind == "footprints":
        return footprints(torus, "steps", 2, soft_m=step_soft_m)
    return tyre_ruts(torus, "ruts", soft_m=rut_soft_m) if kind == "tyres" else None


def footprints(
    torus: Torus,
    name: str,
    trails: int,
    *,
    length_m: float = 0.30,
    step_m: float = 0.62,
    soft_m: float = 0.012,
) -> Tracks:
    """Return the prints of people who walked over the tile.

    Args:
        torus: the tile.
        name: the random stream.
        trails: how many walked here.
        length_m: of a sole.
        step_m: from one foot's print to the other's.
        soft_m: how wide the walls of a print are.
    """
    prints = _walk(torus, name, trails, length_m, step_m)
    half_width_m = length_m * 0.18
    pressed, rim, tread = torus.zeros(), torus.zeros(), torus.zeros()
    # Where two prints meet, both count.
    for one in lay_shapes(torus, prints, (_sole_around,)):
        inside_m = torch.where(one.cover > 0, one.inside_m - half_width_m * _AROUND * _REACH, -1.0)
        x, y = one.x * _AROUND, one.y * _AROUND
        bars = torch.cos((x * 6.0 + y * y * 0.9) * (2 * math.pi))
        pads = smoothstep(0.0, 0.06, x) + smoothstep(-0.3, -0.36, x)
        # A foot presses deepest with heel and ball, and pushes up most before its toes.
        deep = smoothstep(-0.2 * soft_m, soft_m, inside_m) * (0.88 + 0.12 * torch.cos((x + 0.55) * 6.3))
        deep = deep * (0.8 + 0.2 * one.random(torus, f"{name}/weight"))
        around = smoothstep(-half_width_m * 0.7, -0.2 * soft_m, inside_m) * (0.6 + 0.4 * x.clamp(-1, 1))
        pressed, rim = torch.maximum(pressed, deep), torch.maximum(rim, around)
        tread = torch.maximum(
            tread, smoothstep(-0.1, 0.5, bars) * pads * smoothstep(0.85, 0.7, y.abs()) * deep
        )
    shown = min(max(length_m / 24 * torus.size / torus.tile_m - 1.0, 0.0), 1.0)
    return Tracks(pressed=pressed, rim=rim * (1 - pressed), tread=tread * shown)


def _walk(torus: Torus, name: str, trails: int, length_m: float, step_m: float) -> Thrown:
    """Set one foot before the other along closed ways that sway a little."""
    rows: list[list[float]] = []
    for trail, draws in enumerate(torus.uniform(name, trails, 6).tolist()):
        way = _WAYS[int(draws[2] * len(_WAYS))]
        long_m = math.hypot(*way) * torus.tile_m
        steps = max(2 * round(long_m / (2 * step_m)), 2)
        heading = math.atan2(way[1], way[0]) + (math.pi if draws[3] > 0.5 else 0.0)
        jitter = torus.uniform(f"{name}/{trail}", steps, 3).tolist()
        for step in range(steps):
            share = step / steps
            sway = math.sin(2 * math.pi * (share + draws[4])) * 0.05 + (jitter[step][0] - 0.5) * 0.02
            side = (0.10 if step % 2 else -0.10) / torus.tile_m + sway
            turn = heading + 0.4 * math.cos(2 * math.pi * (share + draws[4])) * 0.8
            turn += (0.14 if step % 2 else -0.14) + (jitter[step][1] - 0.5) * 0.2
            normal = (-way[1], way[0])
            scale = side / math.hypot(*way)
            rows.append(
                [
                    (draws[0] + way[0] * share + normal[0] * scale) % 1.0,
                    (draws[1] + way[1] * share + normal[1] * scale) % 1.0,
                    turn,
                    jitter[step][2],
                ]
            )
    x, y, turn, own = torch.tensor(rows, device=torus.device).T.contiguous()
    half_m = torch.full_like(x, length_m * 0.5 * _AROUND)
    flat = torch.zeros_like(x)
    return Thrown(
        x=x,
        y=y,
        turn=turn,
        half_m=half_m,
        half_width_m=half_m * 0.36,
        bend=flat,
        lift_m=own * 0.01,
        tilt=flat,
        roll=flat,
        arch=flat,
        cup=flat,
        own=own,
        kind=flat.to(torch.int64),
    )


_REACH = 0.45
"""How far around a sole its print is measured, in widened half widths."""


def _sole_around(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return how far inside a widened sole a point lies: heel, ball and the waist between them."""
    x, y = x * _AROUND, y * _AROUND
    ball = (0.70 - torch.hypot(x - 0.28, y * 0.70)) * 1.43
    heel = (0.42 - torch.hypot(x + 0.58, y * 0.50)) * 2.0
    waist = torch.minimum(0.66 - (y - 0.06).abs(), (0.62 - (x + 0.2).abs()) * 2.8)
    inside = torch.maximum(torch.maximum(ball, heel), waist)
    return inside * (1 / _AROUND) + _REACH


def tyre_ruts(
    torus: Torus,
    name: str,
    *,
    width_m: float = 0.21,
    gauge_m: float = 1.25,
    soft_m: float = 0.03,
    pitch_m: float = 0.085,
) -> Tracks:
    """Return the two ruts of a cart or car that crossed the tile, along x or along y.

    Args:
        torus: the tile.
        name: the random stream.
        width_m: of a tyre.
        gauge_m: between the wheels.
        soft_m: how wide the walls of a rut are.
        pitch_m: from bar to bar of the tread.
    """
    size = torus.size
    forth, side = torus.u.expand(size, size), torus.v.expand(size, size)
    if torus.draw(f"{name}/way", 0.0, 1.0) > 0.5:
        forth, side = side, forth
    start, phase, wide = (torus.draw(f"{name}/{part}", 0.0, 1.0) for part in ("start", "phase", "sway"))
    bend = torch.sin((forth + phase) * (2 * math.pi)) * (0.012 + 0.02 * wide)
    bend = bend + torch.sin((forth * 2 + phase * 3) * (2 * math.pi)) * 0.006
    away = side - bend - start
    lines = [away, away - gauge_m / torus.tile_m]
    across_m = [(line - torch.round(line)) * torus.tile_m for line in lines]
    nearest = torch.where(across_m[0].abs() < across_m[1].abs(), across_m[0], across_m[1])
    inside_m = width_m / 2 - nearest.abs()
    pressed = smoothstep(-0.3 * soft_m, soft_m, inside_m)
    rim = smoothstep(-width_m * 0.65, -0.2 * soft_m, inside_m) * (1 - pressed)
    bars = torus.cells_across(pitch_m)
    turned = (forth * bars + nearest.abs() * (0.75 / pitch_m) + 0.5 * (nearest > 0)) * (2 * math.pi)
    texel_m = torus.tile_m / size
    tread = smoothstep(-0.1, 0.5, torch.cos(turned)) * smoothstep(0.004, 0.012, nearest.abs())
    tread = 0.5 + (tread - 0.5) * min(1.0, pitch_m / (3 * texel_m))
    return Tracks(pressed=pressed, rim=rim, tread=tread * smoothstep(0.0, 0.02, inside_m))
