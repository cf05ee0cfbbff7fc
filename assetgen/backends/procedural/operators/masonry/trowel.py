"""A coat under the trowel: overlapping sweeps, each a shallow scoop with drag lines and a lip where it lifted."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_along
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.piled.strokes import lay_strokes


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sweeps:
    """What the trowel left, all (N, N).

    Args:
        pressed: how hard each sweep was pressed, -1..1, the same all over it.
        scoop: cross section, about -1..2: hollow in the middle, higher towards one side or both.
        drag: lines along the sweep, deviation about 1.
        lip: ridge where the trowel's edge lifted, 0..1.
    """

    pressed: Tensor
    scoop: Tensor
    drag: Tensor
    lip: Tensor


def trowel_sweeps(
    torus: Torus,
    name: str,
    long_m: float,
    *,
    direction: float = 0.0,
    spread: float = math.pi,
    bend: float = 0.2,
) -> Sweeps:
    """Return sweeps of about `long_m` that cover the tile.

    Args:
        torus: the tile.
        name: the random stream.
        long_m: length of a usual sweep.
        direction: main direction in radians; 0 runs to the right.
        spread: radians around it, either way.
        bend: largest sagitta of a sweep's arc by its length.
    """
    frayed = fbm(torus, f"{name}/frayed", torus.cells_across(0.12), octaves=6, gain=0.6)
    sweeps = lay_strokes(
        torus,
        name,
        long_m * 0.36,
        length_m=(long_m * 0.6, long_m * 1.3),
        width_m=(long_m * 0.26, long_m * 0.5),
        direction=direction,
        spread=spread,
        bend=bend,
        roundness=0.8,
        ragged_m=frayed * 0.035,
    )
    drag = spectral_noise(torus, f"{name}/lines", slope=1.7, low=9, high=220, stretch=(22.0, 1.0))
    drag = fetch_along(torus, drag, sweeps, f"{name}/lines-shift").clamp_(-2.5, 2.5)
    pressed = sweeps.random(torus, f"{name}/pressed", -1.0, 1.0)
    across = (sweeps.y * (1 / (long_m * 0.18))).clamp_(-1.2, 1.2)
    scoop = across * across * 0.7 + across * sweeps.random(torus, f"{name}/tilt", -0.8, 0.8)
    lip = smoothstep(0.1, 0.9, across * pressed.sign()) * smoothstep(0.030, 0.0, sweeps.edge)
    lip = lip * sweeps.random(torus, f"{name}/lip", 0.0, 1.0) * smoothstep(-0.5, 0.4, frayed + 0.2 * drag)
    return Sweeps(pressed=pressed, scoop=scoop, drag=drag, lip=lip)


def fillings(
    torus: Torus, name: str, spacing_m: float, *, share: float, size_m: tuple[float, float], ragged: Tensor
) -> tuple[Tensor, Tensor]:
    """Return holes that somebody filled and smoothed, 0..1, and the lip of filler around each, 0..1.

    Args:
        torus: the tile.
        name: the random stream.
        spacing_m: mean distance of the places where there may be one.
        share: share of these places that were filled.
        size_m: smallest and largest radius; small ones are commoner.
        ragged: (N, N) noise of about -1..1 that makes them uneven.
    """
    apart_m = torus.tile_m / torus.cells_across(spacing_m)
    places = grains(torus, name, torus.cells_across(spacing_m), jitter=0.8)
    radius_m = size_m[0] + (size_m[1] - size_m[0]) * places.random(torus, f"{name}/size") ** 2
    there = places.random(torus, f"{name}/there") < share
    inside = radius_m * (1 + 1.6 * ragged) - places.near * apart_m
    fill = smoothstep(-0.004, 0.012, inside) * there
    return fill, smoothstep(-0.008, 0.0, inside) * smoothstep(0.014, 0.003, inside) * there
