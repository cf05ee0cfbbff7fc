"""Drawings of operators/designs."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.designs.decals import numerals, painted_band, warning_stripes
from assetgen.backends.procedural.operators.designs.glyphs import rune_distance, star_distance
from assetgen.backends.procedural.operators.designs.inscriptions import rune_ring, rune_rows
from assetgen.backends.procedural.operators.designs.motifs import motif_bands, rosettes
from assetgen.backends.procedural.operators.designs.ornament import Ornament, chased
from assetgen.backends.procedural.operators.designs.repeats import damask, lozenges, trellis
from assetgen.backends.procedural.operators.designs.shapes import diamond, leaf, octagon, rosette, vine
from assetgen.backends.procedural.operators.layouts.panels import half_extents
from assetgen.backends.procedural.operators.layouts.plans import courses, lay
from tests.backends.procedural.drawings.shared import Drawing, bend


def _runes(torus: Torus) -> Tensor:
    bricks = lay(torus, courses(3, 4), warp=bend(torus))
    rune = rune_distance(torus, "a", bricks.x * 4, bricks.y * 4, bricks.id, bricks.count)
    return torch.stack([rune, star_distance(bricks.x, bricks.y, 5, 2, 0.1)])


def _inscriptions(torus: Torus) -> Tensor:
    rows = rune_rows(torus, "a", 0.2, thin_m=0.01, warp=bend(torus))
    ring = rune_ring(torus, "b", 0.15, thin_m=0.01, warp=bend(torus))
    return torch.stack([rows.stroke_m, rows.random(torus, "c"), ring.stroke_m])


def _chased(found: Ornament) -> Tensor:
    return torch.stack([found.relief, found.ground])


def _decals(torus: Torus) -> Tensor:
    plan = courses(2, 3)
    pieces, half = lay(torus, plan), half_extents(torus, plan)
    digits = numerals(torus, "digits", pieces, half, high_m=0.3)
    band = painted_band(torus, "band", fbm(torus, "a", 5), 0.1)
    return torch.stack([digits, band, warning_stripes(torus, pieces, 0.1)])


def _shapes(torus: Torus) -> Tensor:
    x, y = (place - 0.5 - torch.floor(place) for place in (torus.u, torus.v))
    x, y = x + torus.zeros(), y + torus.zeros()
    figures = (diamond(x, y, 0.3, 0.4), leaf(x, y, 0.4, 0.1), octagon(x, y, 0.3, 0.2), rosette(x, y, 0.4, 6))
    return torch.stack([*figures, vine(x, y, sway=0.1, period=1.0, half_width=0.02)])


DRAWINGS: dict[str, Drawing] = {
    "shapes": _shapes,
    "repeats": lambda t: torch.stack([draw(t.u * 2, t.v * 3) for draw in (damask, lozenges, trellis)]),
    "motifs": lambda t: lay(t, courses(16, 24, width=1, shift=0)).pick(
        motif_bands(t, "a", 16, 24).reshape(-1).float()
    ),
    "rosettes": lambda t: lay(t, courses(12, 12, width=1, shift=0)).pick(
        rosettes(t, "a", 12, 12, spacing=4).reshape(-1).float()
    ),
    "chased": lambda t: _chased(chased(t, "a", 0.3)),
    "decals": _decals,
    "runes": _runes,
    "inscriptions": _inscriptions,
}
