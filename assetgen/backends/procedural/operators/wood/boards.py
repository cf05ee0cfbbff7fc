"""Boards laid side by side, with what carpenter, saw and weather do to them: joints, cups, splits, nails.

Everything is for boards that lie along x; a wall of standing boards is a floor turned over its diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece
from assetgen.backends.procedural.operators.layouts.plans import Plan, lay
from assetgen.backends.procedural.operators.wood.timber import Boards, Grain, Knots
from assetgen.backends.procedural.surface import Surface

_ROW_UNITS, _LENGTH_UNITS, _TRIES = 6, 60, 6
_STAIN: Final = (0.45, 0.60, 0.70)
"""How much red, green and blue the iron of a nail takes from wet wood."""
_SOIL: Final = (0.30, 0.34, 0.38)
"""The same of dirt trodden in."""


def lay_boards(torus: Torus, *, board_m: float, mixed_widths: float, long_boards: float) -> Boards:
    """Return rows of one or two boards each, joints far from those of the rows beside.

    Args:
        torus: the tile.
        board_m: mean width of a board in metres.
        mixed_widths: 0 boards of one width .. 1 of very different ones.
        long_boards: share of rows with a single long board.
    """
    rows = max(torus.cells_across(board_m), 2)
    spread = round(mixed_widths * 2)
    widths = [
        _ROW_UNITS + int(share * (2 * spread + 1)) - spread
        for share in torus.uniform("boards/width", rows)[:, 0].tolist()
    ]
    # The tile's border runs along the middle of a board: a joint just there would be taken for a seam.
    pieces, top = [], -(widths[0] // 2)
    for width, cuts in zip(widths, _cuts(torus, rows, long_boards), strict=True):
        ends = [*cuts[1:], cuts[0] + _LENGTH_UNITS]
        pieces += [(cut, top, end - cut, width) for cut, end in zip(cuts, ends, strict=True)]
        top += width
    laid = lay(torus, Plan(columns=_LENGTH_UNITS, rows=sum(widths), pieces=tuple(pieces)))
    half = (
        torch.tensor([(p[2] / (2 * _LENGTH_UNITS), p[3] / (2 * sum(widths))) for p in pieces]) * torus.tile_m
    )
    half = half.to(torus.device)
    return Boards(
        pieces=laid,
        along=laid.x,
        across=laid.y,
        to_end=laid.pick(half[:, 0].contiguous()) - laid.x.abs(),
        half_width=laid.pick(half[:, 1].contiguous()),
    )


def _cuts(torus: Torus, rows: int, long_boards: float) -> list[list[int]]:
    """Return where the boards of each row end, in units: as far from the joints of the last two rows as may be."""
    draws = torus.uniform("boards/cuts", rows * _TRIES, 3).tolist()
    chosen: list[list[int]] = []
    for row in range(rows):
        near = [cut for other in (*chosen[-2:], *(chosen[:1] if row == rows - 1 else ())) for cut in other]

        def clearance(cuts: list[int], near: list[int] = near) -> int:
            apart = [
                abs((a - b + _LENGTH_UNITS // 2) % _LENGTH_UNITS - _LENGTH_UNITS // 2)
                for a in cuts
                for b in near
            ]
            return min(apart, default=0)

        candidates = []
        for first, second, _ in draws[row * _TRIES : (row + 1) * _TRIES]:
            cuts = [first, first + 0.36 + 0.28 * second] if draws[row * _TRIES][2] > long_boards else [first]
            candidates.append(sorted(int(cut * _LENGTH_UNITS) % _LENGTH_UNITS for cut in cuts))
        chosen.append(max(candidates, key=clearance))
    return chosen


def board_joints(torus: Torus, boards: Boards, grain: Grain, *, gap_m: float, wear: float) -> Tensor:
    """Return the joints, (N, N) 0..1: no board is quite straight, none quite as wide as the next.

    Args:
        torus: the tile.
        boards: the boards.
        grain: their grain, along which edges splinter.
        gap_m: mean width of a joint in metres.
        wear: how far edges have splintered, 0..1.
    """
    texel_m = torus.tile_m / torus.size
    skew = boards.pick(torus, "gap/skew", -0.0016, 0.0016) * boards.along * boards.across.sign()
    half_m = gap_m * 0.5 * boards.pick(torus, "gap/width", 0.6, 1.5) + skew
    splinter = grain.streak * 0.00025 + wear * 0.0006 * smoothstep(0.8, 2.2, grain.streak + 0.5 * grain.fibre)
    return groove(boards.pieces.edge, (half_m + splinter).clamp_(min=0.0008), max(texel_m, 0.0012))


def board_shape(
    torus: Torus, boards: Boards, grain: Grain, *, gap_m: float, wear: float
) -> tuple[Tensor, Tensor]:
    """Return metres by which boards cup, rise and lean, and metres by which their edges are rounded off (below 0).

    Arguments as for `board_joints`.
    """
    cup = boards.pick(torus, "boards/cup", -0.0009, 0.0014) * (boards.across / boards.half_width).square_()
    level = boards.pick(torus, "boards/level", -0.0008, 0.0008)
    tilt = boards.pick(torus, "boards/tilt", -0.008, 0.008) * boards.across
    bevel = 0.0025 + 0.003 * wear
    edge = (boards.pieces.edge - gap_m * 0.5 + grain.streak * 0.0003).clamp_(min=0)
    # A shoulder narrower than a texel spreads over one and grows shallower, so every size shows the same.
    wide = max(bevel, 1.5 * torus.tile_m / torus.size)
    return cup + level + tilt, (dome(edge, wide) - 1) * (0.35 * bevel * bevel / wide)


def splits(torus: Torus, boards: Boards, grain: Grain, *, age: float) -> Tensor:
    """Return splits that run in from the ends and checks in the faces of dry old boards, (N, N) 0..1."""
    soft = max(torus.tile_m / torus.size, 0.0008)
    open_m = torus.zeros()
    for number in range(2):
        name = f"splits/{number}"
        length = boards.pick_by_end(torus, f"{name}/length", -0.25, 0.28) * (0.25 + age)
        place = boards.pick_by_end(torus, f"{name}/place", -0.75, 0.75) * boards.half_width
        taper = (1 - boards.to_end / length.clamp(min=1e-3)).clamp_(0, 1).sqrt_()
        split = groove(grain.flow - place + grain.streak * 0.0006, taper * 0.0011, soft)
        open_m = torch.maximum(open_m, split * (taper > 0))
    check = spectral_noise(torus, "checks", slope=1.2, low=14, high=200, stretch=(22.0, 1.0))
    check = fetch_per_piece(torus, check, boards.pieces, "checks/shift")
    dry = smoothstep(0.35, 0.9, grain.streak * 0.3 + age + boards.pick(torus, "checks/dry", -0.5, 0.3))
    lines = smoothstep(0.13, 0.02, (check - 0.9).abs()) * smoothstep(0.2, 0.8, grain.streak)
    return torch.maximum(open_m, lines * dry * 0.7)


def greyed(
    torus: Torus, color: Tensor, silver: Tensor, boards: Boards, knots: Knots, grain: Grain, *, age: float
) -> Tensor:
    """Return the color of wood after years of sun and rain, which take it from the soft parts first.

    Args:
        torus: the tile.
        color: (3, N, N) of the wood as planed.
        silver: (3, N, N) of the same wood when all color has gone.
        boards: the boards; their ends stay damp and dark.
        knots: their knots, which grey last.
        grain: their grain.
        age: how long they have lain, 0..1.
    """
    grey = smoothstep(
        0.22, 0.85, age + 0.10 * grain.streak + boards.pieces.random_apart(torus, "grey", -0.15, 0.15)
    )
    color = mix(color, silver, grey * 0.93 * (1 - 0.4 * knots.body))
    return color * (1 - 0.28 * smoothstep(0.035, 0.0, boards.to_end + grain.streak * 0.006))


def saw_marks(torus: Torus, boards: Boards, *, wear: float) -> Tensor:
    """Return the faint arcs of a circular saw, (N, N) -1..1, gone where feet have been and texels are too wide."""
    pitch = boards.pick(torus, "saw/pitch", 0.008, 0.013)
    bow = boards.pick(torus, "saw/bow", -1.6, 1.6)
    patch = fbm(torus, "saw/patch", torus.cells_across(0.2), period_y=torus.cells_across(0.07), octaves=4)
    way = boards.along + bow * boards.across.square() + patch * 0.006
    wave = torch.sin(way * (6.2832 / pitch))
    seen = smoothstep(0.3, 0.9, boards.pick(torus, "saw/seen", -0.6, 0.8) + patch * 0.8 - 0.4 * wear)
    return wave * seen * smoothstep(0.45, 0.2, torus.tile_m / torus.size / pitch)


@dataclass(frozen=True, slots=True, eq=False)
class Nails:
    """Two nails in either end of every board.

    Args:
        head: (N, N) 1 on a nail's head, 0 beside it.
        dent: (N, N) where the hammer has pressed the wood, 0..1.
        rust: (N, N) a number 0..1 for the nails of every end.
        bleached: (3, N, N) what is left of the wood's color where iron has stained it.
    """

    head: Tensor
    dent: Tensor
    rust: Tensor
    bleached: Tensor


def drive_nails(torus: Torus, boards: Boards, *, age: float) -> Nails:
    """Drive two nails into either end of every board; old ones stain the wood around and along its grain."""
    shift_s = boards.pick_by_end(torus, "nails/s", 0.022, 0.034)
    shift_t = boards.pick_by_end(torus, "nails/t", 0.48, 0.60) * boards.half_width
    ds, dt = boards.to_end - shift_s, boards.across.abs() - shift_t
    soft = max(torus.tile_m / torus.size, 0.001) * 0.75
    reach = torch.hypot(ds, dt)
    stain = torch.exp(-(torch.hypot(ds * 0.35, dt) / 0.009).square_()) * (0.2 + 0.6 * age)
    taken = torch.tensor(_STAIN, device=torus.device)[:, None, None]
    return Nails(
        head=smoothstep(0.0034 + soft, 0.0034 - soft, reach),
        dent=smoothstep(0.008, 0.002, reach),
        rust=boards.pick_by_end(torus, "nails/rust", 0, 1),
        bleached=1 - stain * taken,
    )


def soil_boards(surface: Surface, dark: Tensor, ramp: Palette, *, dirt: float) -> Surface:
    """Return boards with dust and soot in their joints and cracks, and dirt trodden into them in places.

    Args:
        surface: the boards.
        dark: (N, N) joints and cracks, 0..1.
        ramp: the color of what lies in them.
        dirt: how dirty they are, 0..1.
    """
    torus = surface.torus
    trodden = smoothstep(0.0, 0.8, fbm(torus, "soil", torus.cells_across(0.2), octaves=6, gain=0.6))
    soil = torch.tensor(_SOIL, device=torus.device)[:, None, None] * (dirt * trodden)
    surface = replace(
        surface, color=surface.color * (1 - soil), roughness=mix(surface.roughness, 0.85, trodden * 0.25)
    )
    surface = surface.covered(dark * 0.92, color=ramp.paint(dark), roughness=0.95)
    return surface.with_grime(0.2 + 0.8 * dirt, 0.02)
