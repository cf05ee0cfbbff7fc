"""Sheets of metal put together: riveted over a strap or butt-welded, each bulging as thin sheet does.

All of it is bare construction, in metres: what lies on the sheets is the recipe's.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import dome
from assetgen.backends.procedural.field.noise import spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece
from assetgen.backends.procedural.operators.layouts.panels import Points, band, border_points, swell

_JOINT_M = 0.0045
"""Depth of an open joint between two plates."""


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


def riveted(torus: Torus, pieces: Elements, half: Tensor, *, pitch_m: float) -> tuple[Plating, float]:
    """Return plates butted over a hidden strap and held by a row of rivets, and the radius of a head in metres.

    Args:
        torus: the tile.
        pieces: the plates.
        half: their half extents, as `half_extents` gives them.
        pitch_m: from one rivet to the next.
    """
    gap = torus.draw("plates/gap", 0.0014, 0.0026)
    joint = band(torus, pieces.edge, gap, soft_m=0.001)
    size = torus.draw("rivets/size", 0.0095, 0.0125)
    rivets = border_points(pieces, half, size * 2.7, pitch_m)
    head = swell(torus, rivets.distance, size)
    pulled = torch.exp(-(rivets.distance * (1 / (size * 2.6))).square_())
    height_m = (
        rounded_rim(torus, pieces.edge - gap, 0.004)
        - joint * _JOINT_M
        + head * (size * 0.55)
        - pulled * 0.0007
    )
    plating = Plating(
        pieces=pieces, height_m=height_m, joint=joint.maximum(foot_of(rivets, size)), proud=head
    )
    return plating, size


def foot_of(points: Points, radius_m: float) -> Tensor:
    """Return the narrow foot of a head, where dirt stays, 0..0.55."""
    return torch.exp(-((points.distance - radius_m) * (1 / (radius_m * 0.22))).square_()).mul_(0.55)


def welded(torus: Torus, pieces: Elements, half: Tensor) -> Plating:
    """Return large sheets butt-welded into one skin; the bead stands proud and ripples as it was laid."""
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
    return Plating(pieces=pieces, height_m=height_m, joint=foot.mul_(0.5), proud=bead * -0.9)


def buckled(torus: Torus, pieces: Elements, deep_m: float) -> Tensor:
    """Return the bulges of thin sheet, which never lies flat: broad ones of its own in every plate, (N, N)."""
    bulges = spectral_noise(torus, "sheet/bulges", slope=3.2, low=3, high=26)
    waves = spectral_noise(torus, "sheet/waves", slope=2.0, low=10, high=60)
    both = fetch_per_piece(torus, torch.stack([bulges, waves]), pieces, "sheet/shift")
    return (both[0] * 0.55 + both[1] * 0.07).mul_(deep_m)


def rounded_rim(torus: Torus, inside_m: Tensor, radius_m: float) -> Tensor:
    """Return the fall of a plate's broken edge, 0 on the face, negative towards the joint."""
    radius = max(radius_m, 1.5 * torus.tile_m / torus.size)
    return dome(inside_m, radius).sub_(1).mul_(0.35 * radius_m * radius_m / radius)
