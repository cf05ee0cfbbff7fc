"""The hull of a spacecraft before paint: armour cut into panels, and what the panels carry."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.panels import (
    band,
    border_points,
    centres,
    half_extents,
    split,
    swell,
)
from assetgen.backends.procedural.operators.layouts.plans import lay
from assetgen.backends.procedural.operators.layouts.subdivision import subdivided
from assetgen.backends.procedural.operators.metal.fittings import (
    Fitting,
    hatch,
    louvres,
    machinery,
    ribs,
    row_of_lamps,
    strip_lamp,
)
from assetgen.backends.procedural.operators.metal.plates import rounded_rim

_SIZES = ((6, 4), (4, 5), (4, 3), (3, 4), (5, 2), (2, 4), (3, 2), (2, 3))
_LAMPS_APART_M = 0.45
_LEVELS_M = (-0.007, 0.0, 0.0, 0.006)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Hull:
    """A hull in place.

    Args:
        plates: the large plates, which share a paint, and their half extents in metres (2, count).
        half: those half extents.
        panels: what the plates are cut into.
        panel_half: their half extents.
        height_m: (N, N) metres; 0 is the face of a plain plate.
        joint: (N, N) 1 where water and dirt stand.
        proud: (N, N) 0..1, what is knocked first.
        machines: (N, N) 1 in recesses with machinery.
        lamp: (N, N) 1 where glass is.
    """

    plates: Elements
    half: Tensor
    panels: Elements
    panel_half: Tensor
    height_m: Tensor
    joint: Tensor
    proud: Tensor
    machines: Tensor
    lamp: Tensor


def build_hull(torus: Torus, *, unit_m: float, cut: float, fitted: float, lamps: float, gap_m: float) -> Hull:
    """Return a hull of plates at several levels, cut by finer seams, with fittings in some of its panels.

    Args:
        torus: the tile.
        unit_m: the grid that plates keep to; they are 2 to 6 of it long.
        cut: how likely a plate is cut into panels, 0..1.
        fitted: share of the panels that carry something, 0..1.
        lamps: share of the panels fit for a lamp that have one, 0..1.
        gap_m: half the width of the joints between plates.
    """
    units = min(max(torus.cells_across(unit_m), 6), 24)
    plan = split(torus, "hull", units, sizes=_SIZES)
    # Three sizes: plates, the panels they are cut into, and a few panels that are covers side by side.
    middle, plate_of = subdivided(torus, "hull/cut", plan, factor=2, chance=cut, least=2)
    fine, panel_of = subdivided(torus, "hull/covers", middle, factor=2, chance=0.9, least=1, among=0.2)
    plates, panels = lay(torus, plan), lay(torus, fine)
    half, panel_half = half_extents(torus, plan), half_extents(torus, fine)
    middle_edge = lay(torus, middle).edge
    level = torch.tensor(_LEVELS_M, device=torus.device)[
        (torus.uniform("hull/level", plates.count)[:, 0] * 4).to(torch.int64)
    ]
    own = level[plate_of[panel_of]] + (torus.uniform("hull/own", panels.count)[:, 0] - 0.5) * 0.003
    wide = band(torus, plates.edge, gap_m, soft_m=0.0015)
    seam = band(torus, panels.edge, gap_m * 0.32, soft_m=0.001) * 0.7
    seam = torch.maximum(seam, band(torus, middle_edge, gap_m * 0.55, soft_m=0.001))
    studs = border_points(plates, half, 0.034, 0.15)
    studded = plates.pick((torus.uniform("hull/studded", plates.count)[:, 0] < 0.55).float())
    stud = swell(torus, studs.distance, 0.009) * studded
    height_m = panels.pick(own) + rounded_rim(torus, plates.edge - gap_m, 0.009)
    height_m = height_m + rounded_rim(torus, panels.edge - gap_m * 0.45, 0.003)
    height_m = height_m - wide * 0.011 - seam * 0.0035 + stud * 0.004
    hull = Hull(
        plates=plates,
        half=half,
        panels=panels,
        panel_half=panel_half,
        height_m=height_m,
        joint=torch.maximum(wide, seam * 0.8),
        proud=stud * 0.7,
        machines=torus.zeros(),
        lamp=torus.zeros(),
    )
    return _fitted(torus, hull, centres(torus, fine), fitted, lamps)


def _fitted(torus: Torus, hull: Hull, middle: Tensor, share: float, lamps: float) -> Hull:
    """Put a fitting into the panels that have room for it and draw one."""
    half = hull.panel_half
    long, short = half.amax(0), half.amin(0)
    draw = torus.uniform("hull/fitting", hull.panels.count, 2)
    chosen = draw[:, 0] / max(share, 1e-3)

    def among(low: float, high: float, room: Tensor) -> Tensor:
        return hull.panels.pick((room & (chosen >= low) & (chosen < high)).float())

    roomy = (short > 0.105) & (long < 0.56)
    small = roomy & (short > 0.115) & (long < 0.44)
    strip = (long > short * 1.5) & (short > 0.05) & (chosen >= 0.74) & (chosen < 1.0)
    row = (short <= 0.105) & (short > 0.06) & (chosen >= 0.22) & (chosen < 0.74)
    lit = (strip | row) & (draw[:, 1] < lamps)
    lit = _spaced(torus, middle, draw[:, 1], lit, _LAMPS_APART_M)
    plain = hull.panels
    parts: list[tuple[Fitting, Tensor, str]] = [
        (hatch(torus, plain, half), among(0.0, 0.22, short > 0.1), "screws"),
        (louvres(torus, plain, half), among(0.22, 0.38, roomy), "frame"),
        (machinery(torus, "boxes", plain, half), among(0.38, 0.50, small), "machines"),
        (ribs(torus, plain, half), among(0.62, 0.74, roomy), "frame"),
        (strip_lamp(torus, plain, half), plain.pick((strip & lit).float()), "lamp"),
        (row_of_lamps(torus, plain, half), plain.pick((row & lit).float()), "lamp"),
    ]
    height_m, joint, proud = hull.height_m, hull.joint, hull.proud
    machines, lamp = hull.machines, hull.lamp
    for fitting, here, matter in parts:
        height_m = height_m + fitting.height_m * here
        joint = torch.maximum(joint, fitting.groove * here)
        part = fitting.part * here
        if matter == "machines":
            machines = torch.maximum(machines, part)
        elif matter == "lamp":
            lamp = torch.maximum(lamp, part)
        elif matter == "screws":
            proud = torch.maximum(proud, part * 0.8)
    return replace(hull, height_m=height_m, joint=joint, proud=proud, machines=machines, lamp=lamp)


def _spaced(torus: Torus, middle: Tensor, turn: Tensor, wanted: Tensor, apart_m: float) -> Tensor:
    """Return which of the wanted panels keep their lamp, (count,): whoever lights a hull spreads the lamps."""
    kept: list[int] = []
    for number in turn.argsort().tolist():
        if not wanted[number]:
            continue
        away = middle[:, kept] - middle[:, number, None]
        away = away - torch.round(away)
        away_m = torch.hypot(away[0], away[1]) * torus.tile_m
        if bool((away_m >= apart_m).all()):
            kept.append(number)
    lit = torch.zeros_like(wanted)
    lit[kept] = True
    return lit
