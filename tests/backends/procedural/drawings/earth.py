"""Drawings of operators/earth."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.earth.aggregate import rolled_stones
from assetgen.backends.procedural.operators.earth.crystals import Habit, grow_crystals
from assetgen.backends.procedural.operators.earth.depth import fracture_sheets, gas_discs
from assetgen.backends.procedural.operators.earth.fossils import fossils
from assetgen.backends.procedural.operators.earth.minerals import grow_minerals, mineral_specks, pores
from assetgen.backends.procedural.operators.earth.rock import broken_face, rock_faces, rock_insides
from assetgen.backends.procedural.operators.earth.slabs import laid_as_tiles, stacked_in_strips
from assetgen.backends.procedural.operators.earth.soil import crumbled_soil, pebbles, sunken_stones
from assetgen.backends.procedural.operators.earth.veining import leaning, vein_family, vein_net
from assetgen.backends.procedural.operators.earth.waves import waves
from assetgen.backends.procedural.operators.layouts.plans import courses, lay
from tests.backends.procedural.drawings.shared import RAMP, Drawing, surface


def _crystals(torus: Torus) -> Tensor:
    grown = grow_crystals(torus, "a", 0.2, Habit(long=1.6, wide=0.4, rise=(0.1, 0.5)), sink=0.3)
    return torch.stack([grown.facets.id.float(), grown.facets.edge, grown.along, grown.height_m])


def _minerals(torus: Torus) -> Tensor:
    grown = grow_minerals(torus, "a", small_m=0.1, large_m=0.2, large=0.4, quartz=0.3, mica=0.2, swirled=True)
    return torch.stack([grown.is_large, grown.quartz, grown.mica, grown.flow, grown.large.edge])


def _tiles(torus: Torus) -> Tensor:
    laid = laid_as_tiles(surface(torus), "tiles", edge_m=0.4, joint_m=0.02, grout=RAMP.paint(torus.zeros()))
    return torch.cat([laid.height_m[None], laid.roughness[None], laid.color])


def _sawn_strips(torus: Torus) -> Tensor:
    laid = stacked_in_strips(surface(torus), "strips", strip_m=0.2, long=6.0, proud_m=0.05)
    return torch.cat([laid.height_m[None], laid.roughness[None], laid.color])


def _veins(torus: Torus) -> Tensor:
    net = vein_net(torus, "a", 0.3, stretch=2.0, lean=1)
    return torch.stack([net.line(torus, 0.03), net.halo(0.05)])


def _vein_family(torus: Torus) -> Tensor:
    veins, ragged = vein_family(torus, "a", 0.2, lean=1), fbm(torus, "b", 9)
    return torch.stack([veins.core(torus, 0.03, ragged), veins.feather(0.05, ragged), veins.strength])


def _stones(torus: Torus) -> Tensor:
    body = rolled_stones(torus, "a", 0.15)
    return torch.stack([body.stone, body.own, body.height_m, body.micro])


def _depths(torus: Torus) -> Tensor:
    ragged = fbm(torus, "ragged", 9)
    sheets = fracture_sheets(torus, "a", 3, lean_m=(0.05, 0.2), wander_m=0.1, ragged=ragged)
    return torch.stack([*sheets, gas_discs(torus, "b", 40, size_m=(0.05, 0.2))])


def _soil(torus: Torus) -> Tensor:
    soil = crumbled_soil(torus, clod_m=0.09, trodden=0.5)
    stones = sunken_stones(torus, soil, stone_m=0.15, share=0.6)
    return torch.stack(
        [
            soil.height_m,
            soil.tone,
            soil.trodden,
            stones.crown_m,
            stones.grain,
            *pebbles(torus, soil, share=0.3),
        ]
    )


DRAWINGS: dict[str, Drawing] = {
    "minerals": _minerals,
    "mineral specks": lambda t: mineral_specks(t, "a", (0.1, 0.05)),
    "pores": lambda t: pores(t, "a", (0.1, 0.06), share=0.4),
    "sawn tiles": _tiles,
    "sawn strips": _sawn_strips,
    "fossils": lambda t: torch.stack(fossils(t, "a", (0.3, 0.15), 0.7, fbm(t, "b", 5))),
    "broken face": lambda t: broken_face(t, "a", 0.3, squash=1.5),
    "rock faces": lambda t: torch.stack(rock_faces(t, "a", lay(t, courses(3, 6)), 0.2)),
    "insides of rock": lambda t: torch.stack(
        rock_insides(t, "a", lay(t, courses(3, 6)), 0.2, shape="ridged")
    ),
    "healed cracks": _veins,
    "family of veins": _vein_family,
    "leaning": lambda t: leaning(t, fbm(t, "a", 3), -1),
    "soil": _soil,
    "waves": lambda t: waves(t, "a", 0.2, direction=0.5).profile(lean=0.3),
    "rolled stones": _stones,
    "depths of ice": _depths,
    "crystals": _crystals,
}
