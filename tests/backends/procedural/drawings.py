"""Every operator as a function from a tile to a stack of fields, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.aggregate import rolled_stones
from assetgen.backends.procedural.operators.cells import cells, grains
from assetgen.backends.procedural.operators.depth import fracture_sheets, gas_discs
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.foliage import beech, blade, maple, oak, veins
from assetgen.backends.procedural.operators.heat import incandescence
from assetgen.backends.procedural.operators.height import blur, blurs, convexity, dome, run_down, smoothstep
from assetgen.backends.procedural.operators.layouts import courses, herringbone, lay
from assetgen.backends.procedural.operators.leaves import lay_shapes, throw
from assetgen.backends.procedural.operators.litter import FALLEN, leaf_face, strew
from assetgen.backends.procedural.operators.marks import crack_distance, faults, gas_pits, patches, scratches
from assetgen.backends.procedural.operators.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.operators.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.operators.soil import crumbled_soil, pebbles, sunken_stones
from assetgen.backends.procedural.operators.sward import sow_tufts
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.tracks import Tracks, footprints, tyre_ruts
from assetgen.backends.procedural.operators.warp import fetch, fetch_per_piece, warp_field
from assetgen.backends.procedural.operators.waves import waves
from assetgen.backends.procedural.surface import Surface, finish

Drawing = Callable[[Torus], Tensor]

RAMP = Palette.of("#302820", "#706050", "#a09080", "#c0b0a0")


def stacked(pieces: Elements) -> Tensor:
    """Return the fields of a layout, (4, N, N): number, x, y, edge."""
    return torch.stack([pieces.id.float(), pieces.x, pieces.y, pieces.edge])


def surface(torus: Torus) -> Surface:
    """Return bumpy cells that glow a little, as a recipe would hand them over."""
    noise = fbm(torus, "noise", 4)
    height_m = dome(cells(torus, "stones", 6).edge, 0.05) * 0.03 + noise * 0.004
    return Surface(
        torus=torus,
        height_m=height_m,
        color=RAMP.paint(noise * 0.5 + 0.5),
        roughness=noise * 0.2 + 0.6,
        metallic=smoothstep(0.1, 0.3, noise),
        emissive=RAMP.paint(spectral_noise(torus, "glow", slope=2.0)),
    )


def finished(torus: Torus) -> Tensor:
    """Return all maps of the finished surface, (12, N, N)."""
    made = finish(surface(torus))
    assert made.emissive is not None
    maps = (made.base_color, made.normal, made.roughness, made.metallic, made.occlusion, made.height)
    return torch.cat([image.pixels for image in (*maps, made.emissive)], dim=-1).movedim(-1, 0).contiguous()


def _bend(torus: Torus) -> tuple[Tensor, Tensor]:
    return warp_field(torus, "bend", 5, 0.02)


def _grains(torus: Torus) -> Tensor:
    found = grains(torus, "grains", 9, warp=_bend(torus))
    return torch.stack([found.id.float(), found.near, found.far])


def _per_piece(torus: Torus) -> Tensor:
    field = torch.stack([fbm(torus, "a", 3), spectral_noise(torus, "b", slope=1.5)])
    return fetch_per_piece(torus, field, lay(torus, courses(3, 6)), "shift")


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


def _tracks(tracks: Tracks) -> Tensor:
    return torch.stack([tracks.pressed, tracks.rim, tracks.tread])


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


def _tufts(torus: Torus) -> Tensor:
    blades, common = sow_tufts(torus, "a", per_m2=400, length_m=(0.05, 0.2), tuft_m=0.2, thin=0.3)
    top, _ = lay_shapes(torus, blades, (blade,))
    return torch.stack([top.pick(common), top.height_m, top.cover])


DRAWINGS: dict[str, Drawing] = {
    "gradient noise": lambda t: gradient_noise(t, "a", 7, 5),
    "fine gradient noise": lambda t: gradient_noise(t, "a", t.size // 2, 2),
    "fbm": lambda t: fbm(t, "a", 3),
    "ridged fbm": lambda t: fbm(t, "a", 3, shape="ridged", period_y=5),
    "billowing fbm": lambda t: fbm(t, "a", 3, shape="billow"),
    "spectral noise": lambda t: spectral_noise(t, "a", slope=1.3),
    "streaks": lambda t: spectral_noise(t, "a", slope=2.0, low=2, stretch=(1.0, 8.0)),
    "grains": _grains,
    "cells": lambda t: stacked(cells(t, "a", 9)),
    "warped cells": lambda t: stacked(cells(t, "a", 9, warp=_bend(t))),
    "round cells": lambda t: stacked(cells(t, "a", 8, roundness=14.0, brick_rows=True)),
    "bricks": lambda t: stacked(lay(t, courses(3, 6), warp=_bend(t), corner_m=0.01)),
    "herringbone": lambda t: stacked(lay(t, herringbone(2))),
    "fetch": lambda t: fetch(t, fbm(t, "a", 3), *_bend(t)),
    "fetch per piece": _per_piece,
    "blur": lambda t: blur(t, fbm(t, "a", 3), 0.03),
    "blurs": lambda t: torch.stack(blurs(t, spectral_noise(t, "a", slope=1.0), (0.01, 0.1))),
    "convexity": lambda t: convexity(t, fbm(t, "a", 3), 0.02),
    "run down": lambda t: run_down(t, smoothstep(0.2, 0.3, fbm(t, "a", 3)), 0.2),
    "scratches": lambda t: scratches(t, "a", 60),
    "cracks": lambda t: crack_distance(t, "a", 0.3),
    "gas pits": lambda t: gas_pits(t, "a", 0.1, share=0.6),
    "patches": lambda t: patches(t, "a", 0.4, amount=0.4),
    "leaves": _leaves,
    "soil": _soil,
    "tufts": _tufts,
    "fallen leaves": _fallen,
    "footprints": lambda t: _tracks(footprints(t, "a", 2)),
    "tyre ruts": lambda t: _tracks(tyre_ruts(t, "a")),
    "waves": lambda t: waves(t, "a", 0.2, direction=0.5).profile(lean=0.3),
    "rolled stones": _stones,
    "incandescence": lambda t: incandescence(fbm(t, "a", 3) + 0.5),
    "depths of ice": _depths,
    "faults": lambda t: torch.cat(
        [torch.stack([d.abs() * s, s]) for d, s in faults(t, "a", 2, wander_m=0.1)]
    ),
    "paint": lambda t: RAMP.paint(fbm(t, "a", 3) + 0.5),
    "mix": lambda t: mix(RAMP.paint(fbm(t, "a", 3)), 0.2, fbm(t, "b", 3)),
    "tints": lambda t: cells(t, "a", 5).pick(piece_tints(t, "b", 25)),
    "cavity": lambda t: surface(t).cavity(0.01),
    "occlusion": lambda t: surface(t).occlusion(0.1),
    "grime": lambda t: surface(t).with_grime(0.7, 0.05).color,
    "finish": finished,
}
