"""Drawings of operators/layouts."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_at_centres, fetch_per_piece
from assetgen.backends.procedural.operators.layouts.cells import cells, facets, grains, scatter
from assetgen.backends.procedural.operators.layouts.plans import Plan, courses, herringbone, lay, uneven_rows
from assetgen.backends.procedural.operators.layouts.stonework import block_courses
from assetgen.backends.procedural.operators.layouts.strata import strata
from tests.backends.procedural.drawings.shared import Drawing, bend, stacked


def _grains(torus: Torus) -> Tensor:
    found = grains(torus, "grains", 9, warp=bend(torus))
    return torch.stack([found.id.float(), found.near, found.far])


def _per_piece(torus: Torus) -> Tensor:
    field = torch.stack([fbm(torus, "a", 3), spectral_noise(torus, "b", slope=1.5)])
    return fetch_per_piece(torus, field, lay(torus, courses(3, 6)), "shift")


def _at_centres(torus: Torus) -> Tensor:
    return fetch_at_centres(torus, fbm(torus, "a", 3), scatter(torus, "b", 6, warp=bend(torus)), bend(torus))


def _beds(torus: Torus) -> Tensor:
    beds = strata(torus, "a", 6, torus.v + fbm(torus, "b", 3) * 0.1)
    return torch.stack([beds.id.float(), beds.share, beds.edge_m, beds.random_apart(torus, "c", 0, 1)])


def _stone_blocks(torus: Torus) -> Plan:
    return block_courses(torus, "a", 16, 12, heights=(1, 3), lengths=(1.2, 2.5), split=0.4)


DRAWINGS: dict[str, Drawing] = {
    "grains": _grains,
    "cells": lambda t: stacked(cells(t, "a", 9)),
    "warped cells": lambda t: stacked(cells(t, "a", 9, warp=bend(t))),
    "round cells": lambda t: stacked(cells(t, "a", 8, roundness=14.0, brick_rows=True)),
    "bricks": lambda t: stacked(lay(t, courses(3, 6), warp=bend(t), corner_m=0.01)),
    "facets": lambda t: facets(t, "a", 7, warp=bend(t)),
    "beds": _beds,
    "courses of blocks": lambda t: stacked(lay(t, _stone_blocks(t))),
    "herringbone": lambda t: stacked(lay(t, herringbone(2))),
    "fetch per piece": _per_piece,
    "fetch at centres": _at_centres,
    "tints": lambda t: cells(t, "a", 5).pick(piece_tints(t, "b", 25)),
    "uneven rows": lambda t: stacked(lay(t, uneven_rows(t, "a", 5, length=24, shortest=2, longest=5))),
}
