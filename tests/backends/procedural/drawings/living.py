"""Drawings of operators/living."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.living.creepers import climb
from assetgen.backends.procedural.operators.living.foliage import (
    beech,
    blade,
    ivy_leaf,
    ivy_ribs,
    maple,
    oak,
    veins,
)
from assetgen.backends.procedural.operators.living.litter import FALLEN, leaf_face, strew
from assetgen.backends.procedural.operators.living.markings import KINDS, markings
from assetgen.backends.procedural.operators.living.rows import Blade, overlapping_rows
from assetgen.backends.procedural.operators.living.sprigs import fronds, sprigs
from assetgen.backends.procedural.operators.living.sward import sow_tufts
from assetgen.backends.procedural.operators.living.tissue import pipes, sacs, vessels
from assetgen.backends.procedural.operators.piled.leaves import lay_shapes, throw
from tests.backends.procedural.drawings.shared import Drawing, bend


def _tissue(torus: Torus) -> Tensor:
    swollen = sacs(torus, "a", 0.2, share=0.7, tall=0.8)
    rib, pipe_m = pipes(torus, "b", 0.2, ribbed=0.6, warp=bend(torus))
    return torch.stack(
        [swollen.dome, swollen.height_m, swollen.number, rib, pipe_m, vessels(torus, "c", amount=0.6)]
    )


def _scales(torus: Torus) -> Tensor:
    blade = Blade(point=0.5, lift=0.2, bulge=0.1, keel=0.1, fray=0.2)
    rows = overlapping_rows(torus, "a", 0.2, 1.0, blade, unlike=1.0)
    return torch.stack([rows.across, rows.along, rows.rim, rows.height_m])


def _growing(torus: Torus) -> Tensor:
    twigs = sprigs(torus, "a", 9, leaves=5, leaf_m=(0.1, 0.2), slim=(0.4, 0.6), depth_m=0.05)
    ferns = fronds(torus, "b", 4, long_m=(0.3, 0.5), pairs=6, slim=0.3, depth_m=0.05)
    leaf, _ = lay_shapes(torus, twigs, (beech,))
    frond, _ = lay_shapes(torus, ferns, (beech, blade))
    return torch.stack([leaf.x, leaf.height_m, leaf.cover, frond.y, frond.height_m, frond.cover])


def _climbing(torus: Torus) -> Tensor:
    plants = climb(torus, "a", 40, share=0.8)
    top, _ = lay_shapes(torus, plants, (ivy_leaf, blade))
    ribs = ivy_ribs(top.x, top.y).clamp(max=1) * top.cover
    return torch.stack([top.id.float(), top.height_m, top.cover, ribs])


def _leaves(torus: Torus) -> Tensor:
    thrown = throw(
        torus, "a", 150, length_m=(0.1, 0.3), slim=(0.4, 0.6), lift_m=(0, 0.1), bend=1.2, tilt=0.1, kinds=3
    )
    top, below = lay_shapes(torus, thrown, (beech, oak, maple))
    return torch.stack(
        [top.id.float(), top.height_m, top.cover, below.height_m, below.cover, *veins(torus, top, thrown)]
    )


def _fallen(torus: Torus) -> Tensor:
    species = (FALLEN["oak"], FALLEN["maple"])
    thrown = strew(torus, "a", species, per_m2=60, length_m=(0.1, 0.3), patchy=0.5)
    top, _ = lay_shapes(torus, thrown, [one.outline for one in species])
    face = leaf_face(torus, thrown, top, species, decay=0.6)
    return torch.stack([face.tone, face.veins, face.rot, face.there, face.rise_m]) * top.cover


def _tufts(torus: Torus) -> Tensor:
    blades, common = sow_tufts(torus, "a", per_m2=400, length_m=(0.05, 0.2), tuft_m=0.2, thin=0.3)
    top, _ = lay_shapes(torus, blades, (blade,))
    return torch.stack([top.pick(common), top.height_m, top.cover])


DRAWINGS: dict[str, Drawing] = {
    "markings": lambda t: torch.stack([markings(t, "a", kind) for kind in KINDS]),
    "climbing plants": _climbing,
    "sprigs and fronds": _growing,
    "leaves": _leaves,
    "tufts": _tufts,
    "fallen leaves": _fallen,
    "tissue": _tissue,
    "overlapping rows": _scales,
}
