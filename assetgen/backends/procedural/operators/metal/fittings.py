"""What a ship's panels carry: hatches with screws, louvres, ribs, recesses full of machinery, lamps.

Every function draws its fitting into all pieces at once; the caller masks the pieces that have it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.panels import (
    band,
    border_points,
    inner_frame,
    rows_inside,
    split,
    swell,
)
from assetgen.backends.procedural.operators.layouts.plans import lay
from assetgen.backends.procedural.operators.metal.plates import rounded_rim

_BOX_SIZES = ((4, 2), (2, 3), (3, 1), (1, 3), (2, 2), (1, 1), (5, 1))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fitting:
    """A fitting in every piece.

    Args:
        height_m: (N, N) metres above the face of the piece.
        groove: (N, N) 1 where dirt stands.
        part: (N, N) 0..1, what is of another matter: screws, machinery, or the glass of a lamp.
    """

    height_m: Tensor
    groove: Tensor
    part: Tensor


def hatch(torus: Torus, pieces: Elements, half: Tensor) -> Fitting:
    """Return access doors: a lid in a rounded groove, countersunk screws, a grip in the larger ones."""
    lid = inner_frame(pieces, half, 0.022, 0.022)
    groove = band(torus, lid, 0.0022, soft_m=0.001)
    screws = border_points(pieces, half, 0.046, 0.16)
    seat = smoothstep(0.0095, 0.0065, screws.distance)
    turn = screws.random(torus, "screws/turn") * 3.1416
    slot = (screws.x * torch.sin(turn) - screws.y * torch.cos(turn)).abs_()
    slot = band(torus, slot, 0.0009).mul_(smoothstep(0.0062, 0.005, screws.distance))
    reach = torch.sqrt((pieces.x.abs() - 0.02).clamp_(min=0).square_() + pieces.y.square())
    grip = smoothstep(0.020, 0.014, reach) * pieces.pick((half.amin(0) > 0.15).float())
    height_m = smoothstep(0.0, 0.006, lid) * 0.0016 - groove * 0.005 - seat * 0.0012 - slot * 0.0012
    return Fitting(height_m=height_m - grip * 0.005, groove=torch.maximum(groove, slot), part=seat)


def louvres(torus: Torus, pieces: Elements, half: Tensor, pitch_m: float = 0.042) -> Fitting:
    """Return air slots, each rising slowly and dropping into its opening."""
    soft = max(0.04, 0.6 * torus.tile_m / torus.size / pitch_m)
    frame = inner_frame(pieces, half, 0.055, 0.010)
    field = smoothstep(0.0, 0.006, frame)
    phase = pieces.y * (1 / pitch_m)
    phase = phase - torch.floor(phase)
    rise = phase * smoothstep(0.76 + soft, 0.76 - soft, phase)
    slot = smoothstep(0.78 - soft, 0.78 + soft, phase) * smoothstep(1.0 + soft, 1.0 - soft, phase)
    wrapped = smoothstep(soft, -soft, phase)
    blades_m = (rise - slot - wrapped).mul_(field).mul_(0.009)
    rim = band(torus, frame + 0.008, 0.004)
    return Fitting(height_m=blades_m + rim * 0.002, groove=smoothstep(-0.001, -0.005, blades_m), part=rim)


def ribs(torus: Torus, pieces: Elements, half: Tensor) -> Fitting:
    """Return stiffening ribs along the longer side."""
    rib = swell(torus, rows_inside(pieces, half, 0.06, 0.065), 0.013)
    return Fitting(height_m=rib * 0.006, groove=torus.zeros(), part=torus.zeros())


def machinery(torus: Torus, name: str, pieces: Elements, half: Tensor) -> Fitting:
    """Return recesses with boxes of many heights and sizes on their floor, in which conduits run."""
    frame = inner_frame(pieces, half, 0.030, 0.014)
    floor = smoothstep(0.0, 0.007, frame)
    units = min(max(torus.cells_across(0.045), 8), 96)
    boxes = lay(torus, split(torus, name, units, sizes=_BOX_SIZES))
    kind = boxes.random(torus, f"{name}/kind")
    rise_m = boxes.random(torus, f"{name}/rise", -0.006, 0.014)
    body = band(torus, (boxes.edge - 0.03).clamp(max=0), 0.0275, soft_m=0.003)
    ridged = torch.cos(boxes.along() * (6.2831853 / 0.012)) * (0.0011 * (kind > 0.72))
    fine = min(max(0.5 * 0.012 * torus.size / torus.tile_m - 0.6, 0.0), 1.0)
    stud = swell(torus, torch.hypot(boxes.x, boxes.y), 0.008) * (kind < 0.3) * 0.004
    pipe = swell(torus, boxes.across(), 0.010) * ((kind > 0.45) & (kind < 0.6)) * 0.009
    inside = smoothstep(0.006, 0.012, frame)
    boxes_m = (
        rise_m * body + ridged * fine * body + stud + pipe + rounded_rim(torus, boxes.edge, 0.004)
    ) * inside
    lip = band(torus, frame + 0.009, 0.006, soft_m=0.003)
    return Fitting(
        height_m=boxes_m - floor * 0.022 + lip * 0.003,
        groove=(1 - body).mul_(inside).add_(band(torus, frame - 0.006, 0.004)).clamp_(max=1),
        part=floor,
    )


def strip_lamp(torus: Torus, pieces: Elements, half: Tensor, wide_m: float = 0.009) -> Fitting:
    """Return a long lamp in a slot along the middle of every piece; its `part` is the glass."""
    long_m = pieces.pick((torch.maximum(half[0], half[1]) - 0.06).clamp(min=0.01))
    beyond = (pieces.along().abs() - long_m).clamp_(min=0)
    away = torch.sqrt(pieces.across().square() + beyond.square())
    slot = band(torus, away, wide_m * 1.7, soft_m=0.003)
    glass = band(torus, away, wide_m, soft_m=0.002)
    return Fitting(
        height_m=glass * 0.003 - slot * 0.007,
        groove=(slot - glass).clamp(min=0),
        part=glass,
    )


def row_of_lamps(torus: Torus, pieces: Elements, half: Tensor, *, count: int = 3) -> Fitting:
    """Return small square lamps in a row in a corner of every piece; their `part` is the glass."""
    pitch_m, inset_m = 0.036, 0.05
    reach = pieces.pick(half - inset_m)
    from_x, from_y = reach[0] - pieces.x, reach[1] - pieces.y
    step = torch.round(from_x / pitch_m).clamp_(0, count - 1)
    away = torch.maximum((from_x - step * pitch_m).abs(), from_y.abs() * 1.5)
    glass = band(torus, away, 0.010, soft_m=0.002)
    frame = band(torus, away, 0.0135, soft_m=0.002)
    return Fitting(height_m=glass * 0.002 - frame * 0.003, groove=(frame - glass).clamp(min=0), part=glass)
