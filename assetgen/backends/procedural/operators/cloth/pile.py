"""Pile: yarn ends, loops and long locks that stand on a cloth and lean the way they were last stroked."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field
from assetgen.backends.procedural.operators.layouts.cells import cells


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pile:
    """A pile seen from above.

    Args:
        tufts: what stands on its own: a tuft, a knot, a loop, a lock.
        height: (N, N) 0 at the ground .. about 1 at the tips.
        strand: (N, N) fibres and plies on it, about -1..1.
        lean: (N, N) -1..1 how far the pile lies away from the eye or towards it: its light and dark side.
    """

    tufts: Elements
    height: Tensor
    strand: Tensor
    lean: Tensor


def combed(torus: Torus, field: Tensor, angle: Tensor, length_m: float) -> Tensor:
    """Draw a noise out along a direction that may change from texel to texel; its deviation stays about the same.

    Every pass adds the field to itself further along and so doubles the streaks.

    Args:
        torus: the tile.
        field: (N, N) noise around 0, finer than the streaks are long.
        angle: (N, N) direction in radians, 0 to the right.
        length_m: how long the streaks become.
    """
    across, down = torch.cos(angle), torch.sin(angle)
    finest = length_m / torus.tile_m / 16
    result = field
    for step in (1, 2, 4, 8):
        ahead = fetch(torus, result, across * (finest * step), down * (finest * step))
        result = (result + ahead).mul_(math.sqrt(0.5) if step > 1 else 0.62)
    return result


def brushed(torus: Torus, name: str, size_m: float, ruffle_m: float) -> Tensor:
    """Return how a pile lies after a hand went over it, -1..1: broad strokes, and ruffles within them."""
    stroke = fbm(torus, f"{name}/stroke", torus.cells_across(size_m), octaves=4, gain=0.55)
    ruffle = fbm(torus, f"{name}/ruffle", torus.cells_across(ruffle_m), octaves=3, gain=0.6)
    return (stroke * 1.2 + ruffle * 0.5).clamp_(-1, 1)


def cut_pile(torus: Torus, name: str, pitch_m: float, *, order: float = 0.0) -> Pile:
    """Return tufts of cut yarn, each a brush of fibre ends.

    Args:
        torus: the tile.
        name: the random stream.
        pitch_m: from one tuft to the next.
        order: 0 tufts that fell as they liked .. 1 knots in rows and columns, shorn short.
    """
    count = torus.cells_across(pitch_m)
    lean = brushed(torus, name, 0.12, pitch_m * 3)
    loose = (0.42 - 0.3 * order) / count
    bend = warp_field(torus, f"{name}/bend", round(count * 0.6), loose, octaves=4)
    tufts = cells(torus, f"{name}/tufts", count, jitter=0.9 - 0.6 * order, warp=bend)
    round_m = tufts.random(torus, f"{name}/size", 0.26, 0.5) * pitch_m
    body = smoothstep(0.0, 1.0, tufts.edge / round_m)
    # Ends of single fibres, other ones in every tuft, drawn out the way the nap lies.
    ends = spectral_noise(torus, f"{name}/ends", slope=0.3, low=round(count * 1.6))
    lie = spectral_noise(torus, f"{name}/lie", slope=0.8, low=count // 2, stretch=(1.0, 3.3))
    shift = tufts.pick(torus.uniform(f"{name}/shift", tufts.count, 2).T.contiguous())
    single, drawn = fetch(torus, torch.stack([ends, lie]), shift[0] - bend[0], shift[1] - bend[1])
    strand = (single * 0.4 + drawn * 0.3).clamp_(-1.2, 1.2)
    rise = tufts.random(torus, f"{name}/rise", -0.16, 0.16) * (1 - 0.6 * order)
    height = body * (0.62 + 0.2 * order + rise) + strand * (0.22 - 0.08 * order) * (0.35 + body) + 0.1 * lean
    return Pile(tufts=tufts, height=(height + 0.06).clamp_(0, 1.2), strand=strand, lean=lean)


def loop_pile(torus: Torus, name: str, pitch_m: float) -> Pile:
    """Return uncut loops in rows: arches of yarn with two plies twisted over each."""
    across, along = torus.cells_across(pitch_m * 1.15), torus.cells_across(pitch_m * 1.7)
    bend = warp_field(torus, f"{name}/bend", across, 0.22 / across, octaves=2)
    rows = max(2 * round(along / 2), 2)
    loops = cells(torus, f"{name}/loops", across, period_y=rows, jitter=0.35, warp=bend, brick_rows=True)
    wide_m, long_m = torus.tile_m / across, torus.tile_m / rows
    slant = loops.random(torus, f"{name}/slant", -0.35, 0.35)
    x, y = loops.x - loops.y * slant, loops.y + loops.x * slant
    rim = smoothstep(0.0, 0.30 * wide_m, loops.edge)
    arch = (1 - (y / (0.62 * long_m)).square_()).clamp_(min=0)
    tube = (1 - (x / (0.56 * wide_m)).square_()).clamp_(min=0).sqrt_()
    ply = torch.cos((y / (0.62 * wide_m) + x / wide_m * 0.9) * math.pi).abs_() * 2 - 1
    fibre = spectral_noise(torus, f"{name}/fibre", slope=0.8, low=60, stretch=(1.0, 2.8))
    height = rim * tube * (0.5 + 0.5 * arch) * loops.random(torus, f"{name}/rise", 0.78, 1.05)
    height = height + (ply * 0.07 + fibre * 0.025) * rim
    return Pile(
        tufts=loops,
        height=height.clamp_(0, 1.2),
        strand=ply * 0.6 + fibre * 0.3,
        lean=brushed(torus, name, 0.12, pitch_m * 3),
    )


def long_pile(torus: Torus, name: str, yarn_m: float, length_m: float) -> Pile:
    """Return long yarn ends that fell over each other, lock by lock.

    Args:
        torus: the tile.
        name: the random stream.
        yarn_m: thickness of a yarn.
        length_m: how much of a yarn lies open.
    """
    swirl = fbm(torus, f"{name}/swirl", torus.cells_across(length_m * 3.5), octaves=3, gain=0.6)
    locks = cells(
        torus,
        f"{name}/locks",
        torus.cells_across(length_m * 1.1),
        jitter=1.0,
        warp=warp_field(torus, f"{name}/bend", torus.cells_across(length_m), 0.35 * length_m / torus.tile_m),
    )
    # Every lock falls its own way, a little fanned out from where it stands.
    angle = (
        swirl * 4.5 + locks.random(torus, f"{name}/fall", -0.9, 0.9) + (locks.x - locks.y) * (0.5 / length_m)
    )
    finest = torus.cells_across(yarn_m * 4)
    yarn = spectral_noise(torus, f"{name}/yarn", slope=0.3, low=finest, high=finest * 3)
    fibre = spectral_noise(torus, f"{name}/fibre", slope=0.4, low=torus.cells_across(yarn_m))
    yarn = combed(torus, yarn, angle, length_m)
    fibre = combed(torus, fibre, angle, length_m * 0.4)
    fan = smoothstep(0.0, 0.5 * length_m, locks.edge)
    height = 0.5 + 0.2 * yarn.clamp(-2, 2) + 0.05 * fibre + 0.22 * (fan - 0.5)
    height = height + locks.random(torus, f"{name}/rise", -0.1, 0.1)
    return Pile(
        tufts=locks,
        height=height.clamp_(0, 1.2),
        strand=(0.4 * yarn + 0.35 * fibre).clamp_(-1.2, 1.2),
        lean=torch.sin(angle) * 0.5 + brushed(torus, name, 0.14, 0.05) * 0.7,
    )
