"""Sheet steel put together: riveted plates, welded sheets or a hull of panels - the bare construction, no paint."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.height import dome, smoothstep
from assetgen.backends.procedural.operators.layouts import Plan, courses, lay
from assetgen.backends.procedural.operators.noise import spectral_noise
from assetgen.backends.procedural.operators.panels import (
    Points,
    band,
    border_points,
    half_extents,
    inner_frame,
    rows_inside,
    split,
    swell,
)
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch_per_piece

_JOINT_M = 0.0045
"""Depth of an open joint between two plates."""
_HULL_SIZES = ((6, 4), (4, 5), (4, 3), (3, 4), (5, 2), (4, 2), (2, 4), (3, 2), (2, 3), (3, 1))
_HULL_UNITS_M = 0.18


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plating:
    """Plates in place.

    Args:
        pieces: which plate a texel belongs to.
        height_m: (N, N) metres; 0 is the face of a plain plate.
        joint: (N, N) 1 in the gaps and grooves where water and dirt stand.
        proud: (N, N) -1..1, how readily paint comes off beyond what height explains: rivet heads first, the
            thick paint on a rough weld last.
    """

    pieces: Elements
    height_m: Tensor
    joint: Tensor
    proud: Tensor


def plating(torus: Torus, look: Look) -> Plating:
    """Put the plates of the wished layout together: "plates", "single" or "hull"."""
    layout = look.option("layout", "plates")
    plan = _plan(torus, look, layout)
    half = half_extents(torus, plan)
    pieces = lay(torus, plan)
    joined = {"single": _welded, "hull": _hull}.get(layout, _riveted)(torus, look, pieces, half)
    away = smoothstep(0.01, 0.16, pieces.edge)
    height_m = joined.height_m + _buckling(torus, look, pieces).mul_(away * 0.85 + 0.15)
    return Plating(pieces=pieces, height_m=height_m, joint=joined.joint, proud=joined.proud.clamp_(-1, 1))


def _plan(torus: Torus, look: Look, layout: str) -> Plan:
    if layout == "hull":
        units = max(torus.cells_across(_HULL_UNITS_M * look.trait("scale", 1.0)), 4)
        return split(torus, "hull", units, sizes=_HULL_SIZES)
    if layout == "single":
        side = torus.cells_across(look["plate_m"] * 1.25)
        return courses(side, side, shift=0)
    columns = torus.cells_across(look["plate_m"])
    rows = max(2 * torus.cells_across(look["plate_m"] * look["tallness"] * 2), 2)
    return courses(columns, rows)


def _buckling(torus: Torus, look: Look, pieces: Elements) -> Tensor:
    """Thin sheet never lies flat: broad bulges of its own in every plate, and the odd dent."""
    bulges = spectral_noise(torus, "sheet/bulges", slope=3.2, low=3, high=26)
    waves = spectral_noise(torus, "sheet/waves", slope=2.0, low=10, high=60)
    both = fetch_per_piece(torus, torch.stack([bulges, waves]), pieces, "sheet/shift")
    return (both[0] * 0.55 + both[1] * 0.07).mul_(look["buckle_m"] * look.relief)


def _riveted(torus: Torus, look: Look, pieces: Elements, half: Tensor) -> Plating:
    """Plates butted over a hidden strap and held by a row of rivets along every border."""
    if look.option("joint", "rivets") == "welds":
        return _welded(torus, look, pieces, half)
    gap = torus.draw("plates/gap", 0.0014, 0.0026)
    joint = band(torus, pieces.edge, gap, soft_m=0.001)
    size = torus.draw("rivets/size", 0.0095, 0.0125)
    rivets = border_points(pieces, half, size * 2.7, look["rivet_pitch_m"])
    head = swell(torus, rivets.distance, size)
    pulled = torch.exp(-(rivets.distance * (1 / (size * 2.6))).square_())
    height_m = (
        _rounded_rim(torus, pieces.edge - gap, 0.004)
        - joint * _JOINT_M
        + head * (size * 0.55)
        - pulled * 0.0007
        + _pressing(torus, look, pieces, half, inset_m=size * 6.5)
    )
    return Plating(
        pieces=pieces, height_m=height_m * look.relief, joint=joint.maximum(_ring(rivets, size)), proud=head
    )


def _ring(points: Points, radius_m: float) -> Tensor:
    """Return the narrow foot of a head, where dirt stays."""
    return torch.exp(-((points.distance - radius_m) * (1 / (radius_m * 0.22))).square_()).mul_(0.55)


def _welded(torus: Torus, look: Look, pieces: Elements, half: Tensor) -> Plating:
    """Large sheets butt-welded into one skin; the bead stands proud and ripples as it was laid."""
    bead_m = torus.draw("weld/width", 0.007, 0.010)
    bead = swell(torus, pieces.edge, bead_m)
    closest = pieces.pick(half) - torch.stack([pieces.x.abs(), pieces.y.abs()])
    along = torch.where(closest[0] < closest[1], pieces.y, pieces.x)
    pitch_m = 0.0085
    fine = max(0.0, 1 - (torus.tile_m / torus.size) / (pitch_m * 0.4))
    ripple = torch.cos((along + pieces.edge * 0.8) * (6.2831853 / pitch_m)).mul_(0.0007 * fine)
    uneven = spectral_noise(torus, "weld/uneven", slope=1.2, low=24, high=160).mul_(0.0004)
    foot = torch.exp(-((pieces.edge - bead_m) * (1 / 0.003)).square_())
    shrunk = torch.exp(-(pieces.edge * (1 / 0.05)).square_()).mul_(-0.0022)
    height_m = bead * (0.0032 + ripple + uneven) + shrunk - foot * 0.0005
    height_m = height_m + _pressing(torus, look, pieces, half, inset_m=0.11, default="none")
    return Plating(pieces=pieces, height_m=height_m * look.relief, joint=foot.mul_(0.5), proud=bead * -0.9)


def _pressing(
    torus: Torus, look: Look, pieces: Elements, half: Tensor, *, inset_m: float, default: str = ""
) -> Tensor:
    """Return what is pressed into a sheet to stiffen it: "frame", "field", "beads", "cross" or "none"."""
    choices = ("frame", "field", "beads", "cross")
    style = look.option("pressing", default or choices[int(torus.draw("pressing", 0, 3.999))])
    deep = torus.draw("pressing/deep", 0.004, 0.006)
    if style == "beads":
        return swell(torus, rows_inside(pieces, half, inset_m + 0.07, 0.15), 0.024).mul_(deep)
    if style == "cross":
        span = pieces.pick((half - inset_m * 0.6).clamp(min=0.01))
        crease = 1 - torch.maximum(pieces.x.abs() / span[0], pieces.y.abs() / span[1])
        return crease.clamp_(min=0).mul_(deep * 1.8)
    inside = inner_frame(pieces, half, inset_m, 0.045)
    if style == "field":
        return smoothstep(0.0, 0.022, inside).mul_(deep)
    if style == "frame":
        return swell(torus, inside - 0.022, 0.022).mul_(deep)
    return torus.zeros()


def _rounded_rim(torus: Torus, inside_m: Tensor, radius_m: float) -> Tensor:
    """Return the fall of a plate's broken edge, 0 on the face, negative towards the joint."""
    radius = max(radius_m, 1.5 * torus.tile_m / torus.size)
    return dome(inside_m, radius).sub_(1).mul_(0.35 * radius_m * radius_m / radius)


def _hull(torus: Torus, look: Look, pieces: Elements, half: Tensor) -> Plating:
    """Panels of many sizes at slightly different heights; small ones are hatches, some carry louvres or beads."""
    gap = torus.draw("hull/gap", 0.0024, 0.0036)
    joint = band(torus, pieces.edge, gap, soft_m=0.001)
    steps = torch.tensor([-0.003, 0.0, 0.0, 0.0025], device=torus.device)
    chance = torus.uniform("hull/kind", pieces.count, 3)
    level = pieces.pick(steps[(chance[:, 0] * 4).to(torch.int64)])
    small = (half.amax(0) < 0.33) & (half.amin(0) > 0.09)
    is_hatch = (small & (chance[:, 1] < 0.62)).float()
    is_vent = ((half.amin(0) > 0.15) & (is_hatch < 0.5) & (chance[:, 1] > 0.8)).float()
    is_ribbed = ((half.amin(0) > 0.15) & (is_hatch + is_vent < 0.5) & (chance[:, 2] < 0.28)).float()
    hatch_m, groove, screws = _hatches(torus, pieces, half, pieces.pick(is_hatch))
    vent_m = _louvres(torus, pieces, half).mul_(pieces.pick(is_vent))
    ribs_m = swell(torus, rows_inside(pieces, half, 0.075, 0.07), 0.014).mul_(pieces.pick(is_ribbed) * 0.004)
    studs = border_points(pieces, half, 0.020, look["rivet_pitch_m"] * 0.75)
    stud = swell(torus, studs.distance, 0.0055).mul_(1 - pieces.pick(is_hatch))
    height_m = level - joint * 0.007 + _rounded_rim(torus, pieces.edge - gap, 0.004)
    height_m = height_m + hatch_m + vent_m + ribs_m + stud * 0.0016
    pocket = smoothstep(-0.001, -0.004, vent_m)
    return Plating(
        pieces=pieces,
        height_m=height_m * look.relief,
        joint=torch.maximum(joint, torch.maximum(groove, pocket)),
        proud=torch.maximum(stud * 0.6, screws * 0.8),
    )


def _hatches(torus: Torus, pieces: Elements, half: Tensor, here: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return height, groove and screw mask of access doors: a lid in a rounded groove, countersunk screws."""
    lid = inner_frame(pieces, half, 0.022, 0.022)
    groove = band(torus, lid, 0.0022, soft_m=0.001).mul_(here)
    screws = border_points(pieces, half, 0.046, 0.16)
    seat = smoothstep(0.0095, 0.0065, screws.distance).mul_(here)
    turn = screws.random(torus, "screws/turn") * 3.1416
    slot = (screws.x * torch.sin(turn) - screws.y * torch.cos(turn)).abs_()
    slot = band(torus, slot, 0.0009).mul_(smoothstep(0.0062, 0.005, screws.distance)).mul_(here)
    grip = smoothstep(
        -0.002, 0.004, 0.016 - torch.sqrt((pieces.x.abs() - 0.02).clamp_(min=0) ** 2 + pieces.y**2)
    )
    wide = pieces.pick((half.amin(0) > 0.15).float())
    height_m = groove * -0.005 - seat * 0.0012 - slot * 0.0012 - grip * here * wide * 0.005
    return height_m, torch.maximum(groove, slot), seat


def _louvres(torus: Torus, pieces: Elements, half: Tensor) -> Tensor:
    """Return the height of pressed air slots, each rising slowly and dropping into its opening."""
    pitch_m = 0.042
    soft = max(0.04, 0.6 * torus.tile_m / torus.size / pitch_m)
    field = smoothstep(0.0, 0.006, inner_frame(pieces, half, 0.07, 0.008))
    phase = pieces.y * (1 / pitch_m)
    phase = phase - torch.floor(phase)
    rise = phase * smoothstep(0.76 + soft, 0.76 - soft, phase)
    slot = smoothstep(0.78 - soft, 0.78 + soft, phase) * smoothstep(1.0 + soft, 1.0 - soft, phase)
    wrapped = smoothstep(soft, -soft, phase)
    return (rise - slot - wrapped).mul_(field).mul_(0.007)
