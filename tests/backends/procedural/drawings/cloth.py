"""Drawings of operators/cloth."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.cloth.drape import creases, crumple, folds
from assetgen.backends.procedural.operators.cloth.knit import cables, knit, rib
from assetgen.backends.procedural.operators.cloth.pile import combed, cut_pile, long_pile, loop_pile
from assetgen.backends.procedural.operators.cloth.quilting import quilt, sewn
from assetgen.backends.procedural.operators.cloth.stitching import stitches
from assetgen.backends.procedural.operators.cloth.weave import twill, weave
from tests.backends.procedural.drawings.shared import Drawing, bend


def _quilted(torus: Torus) -> Tensor:
    held = quilt(torus, 4, 3, warp=bend(torus))
    rows = sewn(torus, "a", held, stitch_m=0.05, thread_m=0.02)
    found = [held.seam_m, held.crossing_m, held.crossing_x, held.crossing_y, held.puff]
    return torch.stack([*found, rows.thread, rows.random(torus, "b")])


def _weave(torus: Torus) -> Tensor:
    cloth = weave(
        torus, "a", twill(2, 1), pitch_m=(0.12, 0.1), fill=(0.9, 0.7), slubs=(0.5, 0.5), warp=bend(torus)
    )
    parts = (cloth.height, cloth.warp, cloth.cover, cloth.yarn.float(), cloth.across, cloth.thick)
    return torch.stack([*parts, cloth.twist(torus, 0.1), cloth.random(torus, "tone")])


def _knit(torus: Torus) -> Tensor:
    cloth = knit(torus, "a", cables(4, courses=6), wale_m=0.15, warp=bend(torus))
    ribbed = knit(torus, "b", rib(), wale_m=0.15)
    parts = (cloth.height_m, cloth.cover, cloth.course.float(), cloth.stitch.float(), ribbed.height_m)
    along = cloth.fibres(torus, spectral_noise(torus, "a", slope=1.0), "shift")
    return torch.stack([*parts, cloth.plies(4.0), along])


def _piles(torus: Torus) -> Tensor:
    piles = (cut_pile(torus, "a", 0.15), loop_pile(torus, "b", 0.2), long_pile(torus, "c", 0.06, 0.3))
    return torch.stack([part for pile in piles for part in (pile.height, pile.strand, pile.lean)])


def _stitches(torus: Torus) -> Tensor:
    away_m = (torus.u - 0.4 - torch.round(torus.u - 0.4)) * torus.tile_m + torus.zeros()
    row = stitches(torus, "a", away_m, torus.v, stitch_m=0.2, thread_m=0.08)
    return torch.stack([row.thread, row.height, row.pull, row.strand, row.id.float()])


DRAWINGS: dict[str, Drawing] = {
    "weave": _weave,
    "knit": _knit,
    "piles": _piles,
    "combed": lambda t: combed(t, spectral_noise(t, "a", slope=0.5), fbm(t, "b", 3) * 3, 0.2),
    "stitches": _stitches,
    "crumple": lambda t: crumple(t, "a", 0.4),
    "creased facets": lambda t: creases(t, "a", 5, warp=bend(t)),
    "folds": lambda t: folds(t, "a", 0.3, stretch=2.0),
    "quilt": _quilted,
}
