"""Every operator as a function from a tile to a stack of fields, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.cells import cells, facets, grains
from assetgen.backends.procedural.operators.crystals import grow_crystals
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.fossils import fossils
from assetgen.backends.procedural.operators.heap import Crushed, Kind, Sort, Worn, heap
from assetgen.backends.procedural.operators.height import (
    blur,
    blurs,
    convexity,
    dome,
    faces_up,
    run_down,
    smoothstep,
)
from assetgen.backends.procedural.operators.layouts import Plan, courses, herringbone, lay
from assetgen.backends.procedural.operators.marks import crack_distance, patches, scratches
from assetgen.backends.procedural.operators.masonry import block_courses
from assetgen.backends.procedural.operators.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.operators.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.operators.rock import broken_face, lichen, rock_faces, with_lichen
from assetgen.backends.procedural.operators.slabs import laid_as_tiles, stacked_in_strips
from assetgen.backends.procedural.operators.strata import strata
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.veining import leaning, vein_net
from assetgen.backends.procedural.operators.warp import bent_twice, fetch, fetch_per_piece, warp_field
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


def _heap(torus: Torus, kind: Kind) -> Tensor:
    sorts = (Sort(radius_m=(0.06, 0.1), spacing_m=0.11), Sort(radius_m=(0.03, 0.05), spacing_m=0.12))
    lying = heap(torus, "heap", sorts, kind, ground_m=-0.02)
    seen = (lying.pieces.id.float(), lying.pieces.x, lying.pieces.y, lying.pieces.edge)
    return torch.stack([lying.height_m, lying.bare, *(field * (1 - lying.bare) for field in seen)])


def _crystals(torus: Torus) -> Tensor:
    grown = grow_crystals(torus, "a", small_m=0.1, large_m=0.2, large=0.4, quartz=0.3, mica=0.2, swirled=True)
    return torch.stack([grown.is_large, grown.quartz, grown.mica, grown.flow, grown.large.edge])


def _tiles(torus: Torus) -> Tensor:
    laid = laid_as_tiles(surface(torus), "tiles", edge_m=0.4, joint_m=0.02, grout=RAMP.paint(torus.zeros()))
    return torch.cat([laid.height_m[None], laid.roughness[None], laid.color])


def _strips(torus: Torus) -> Tensor:
    laid = stacked_in_strips(surface(torus), "strips", strip_m=0.2, long=6.0, proud_m=0.05)
    return torch.cat([laid.height_m[None], laid.roughness[None], laid.color])


def _beds(torus: Torus) -> Tensor:
    beds = strata(torus, "a", 6, torus.v + fbm(torus, "b", 3) * 0.1)
    return torch.stack([beds.id.float(), beds.share, beds.edge_m, beds.random_apart(torus, "c", 0, 1)])


def _veins(torus: Torus) -> Tensor:
    net = vein_net(torus, "a", 0.3, stretch=2.0, lean=1)
    return torch.stack([net.line(torus, 0.03), net.twin(torus, "b", 0.02, 0.04), net.halo(0.05)])


def _lichen(torus: Torus) -> Tensor:
    crust = lichen(torus, "a", 0.3, 0.7, fbm(torus, "b", 9))
    grown = with_lichen(surface(torus), "c", 0.3, 0.6, fbm(torus, "b", 9), RAMP)
    return torch.stack([crust.cover, crust.tone, crust.kind, *grown.color, grown.roughness])


def _blocks(torus: Torus) -> Plan:
    return block_courses(torus, "a", 16, 12, heights=(1, 3), lengths=(1.2, 2.5), split=0.4)


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
    "facets": lambda t: facets(t, "a", 7, warp=_bend(t)),
    "crystals": _crystals,
    "crushed stones": lambda t: _heap(t, Crushed.of),
    "pebbles": lambda t: _heap(t, Worn.of),
    "sawn tiles": _tiles,
    "strips": _strips,
    "fossils": lambda t: torch.stack(fossils(t, "a", (0.3, 0.15), 0.7, fbm(t, "b", 5))),
    "beds": _beds,
    "broken face": lambda t: broken_face(t, "a", 0.3, squash=1.5),
    "rock faces": lambda t: torch.stack(rock_faces(t, "a", lay(t, courses(3, 6)), 0.2)),
    "lichen": _lichen,
    "courses of blocks": lambda t: stacked(lay(t, _blocks(t))),
    "sway and tremble": lambda t: torch.stack(bent_twice(t, "a", (0.5, 0.1), (0.1, 0.02))),
    "healed cracks": _veins,
    "leaning": lambda t: leaning(t, fbm(t, "a", 3), -1),
    "herringbone": lambda t: stacked(lay(t, herringbone(2))),
    "fetch": lambda t: fetch(t, fbm(t, "a", 3), *_bend(t)),
    "fetch per piece": _per_piece,
    "blur": lambda t: blur(t, fbm(t, "a", 3), 0.03),
    "blurs": lambda t: torch.stack(blurs(t, spectral_noise(t, "a", slope=1.0), (0.01, 0.1))),
    "convexity": lambda t: convexity(t, fbm(t, "a", 3), 0.02),
    "faces up": lambda t: faces_up(t, fbm(t, "a", 3), 0.02),
    "run down": lambda t: run_down(t, smoothstep(0.2, 0.3, fbm(t, "a", 3)), 0.2),
    "scratches": lambda t: scratches(t, "a", 60),
    "cracks": lambda t: crack_distance(t, "a", 0.3),
    "patches": lambda t: patches(t, "a", 0.4, amount=0.4),
    "paint": lambda t: RAMP.paint(fbm(t, "a", 3) + 0.5),
    "mix": lambda t: mix(RAMP.paint(fbm(t, "a", 3)), 0.2, fbm(t, "b", 3)),
    "tints": lambda t: cells(t, "a", 5).pick(piece_tints(t, "b", 25)),
    "cavity": lambda t: surface(t).cavity(0.01),
    "occlusion": lambda t: surface(t).occlusion(0.1),
    "grime": lambda t: surface(t).with_grime(0.7, 0.05).color,
    "finish": finished,
}
