"""Every operator as a function from a tile to a stack of fields, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.cells import cells, grains
from assetgen.backends.procedural.operators.drape import crumple, facets, folds
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.flakes import fetch_along, flakes
from assetgen.backends.procedural.operators.height import blur, blurs, convexity, dome, run_down, smoothstep
from assetgen.backends.procedural.operators.knit import cables, knit, rib
from assetgen.backends.procedural.operators.layouts import courses, herringbone, lay
from assetgen.backends.procedural.operators.marks import crack_distance, patches, scratches
from assetgen.backends.procedural.operators.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.operators.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.operators.pile import combed, cut_pile, long_pile, loop_pile
from assetgen.backends.procedural.operators.shapes import diamond, leaf, octagon, rosette, vine
from assetgen.backends.procedural.operators.stitching import stitches
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch, fetch_per_piece, warp_field
from assetgen.backends.procedural.operators.weave import twill, weave
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


def _weave(torus: Torus) -> Tensor:
    cloth = weave(
        torus, "a", twill(2, 1), pitch_m=(0.12, 0.1), fill=(0.9, 0.7), slubs=(0.5, 0.5), warp=_bend(torus)
    )
    parts = (cloth.height, cloth.warp, cloth.cover, cloth.yarn.float(), cloth.across, cloth.thick)
    return torch.stack([*parts, cloth.twist(torus, 0.1), cloth.random(torus, "tone")])


def _knit(torus: Torus) -> Tensor:
    cloth = knit(torus, "a", cables(4, courses=6), wale_m=0.15, warp=_bend(torus))
    ribbed = knit(torus, "b", rib(), wale_m=0.15)
    parts = (cloth.height_m, cloth.cover, cloth.course.float(), cloth.stitch.float(), ribbed.height_m)
    along = cloth.fibres(torus, spectral_noise(torus, "a", slope=1.0), "shift")
    return torch.stack([*parts, cloth.plies(4.0), along])


def _piles(torus: Torus) -> Tensor:
    piles = (cut_pile(torus, "a", 0.15), loop_pile(torus, "b", 0.2), long_pile(torus, "c", 0.06, 0.3))
    return torch.stack([part for pile in piles for part in (pile.height, pile.strand, pile.lean)])


def _shapes(torus: Torus) -> Tensor:
    x, y = (place - 0.5 - torch.floor(place) for place in (torus.u, torus.v))
    x, y = x + torus.zeros(), y + torus.zeros()
    figures = (diamond(x, y, 0.3, 0.4), leaf(x, y, 0.4, 0.1), octagon(x, y, 0.3, 0.2), rosette(x, y, 0.4, 6))
    return torch.stack([*figures, vine(x, y, sway=0.1, period=1.0, half_width=0.02)])


def _flakes(torus: Torus) -> Tensor:
    chips = flakes(torus, "a", 0.4, 0.15, layers=3)
    along = fetch_along(torus, spectral_noise(torus, "a", slope=1.0), chips, "shift")
    return torch.stack([chips.id.float(), chips.x, chips.y, chips.edge, along])


def _stitches(torus: Torus) -> Tensor:
    away_m = (torus.u - 0.4 - torch.round(torus.u - 0.4)) * torus.tile_m + torus.zeros()
    row = stitches(torus, "a", away_m, torus.v, stitch_m=0.2, thread_m=0.08)
    return torch.stack([row.thread, row.height, row.pull, row.strand, row.id.float()])


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
    "patches": lambda t: patches(t, "a", 0.4, amount=0.4),
    "weave": _weave,
    "knit": _knit,
    "piles": _piles,
    "combed": lambda t: combed(t, spectral_noise(t, "a", slope=0.5), fbm(t, "b", 3) * 3, 0.2),
    "shapes": _shapes,
    "flakes": _flakes,
    "stitches": _stitches,
    "crumple": lambda t: crumple(t, "a", 0.4),
    "facets": lambda t: facets(t, "a", 5, warp=_bend(t)),
    "folds": lambda t: folds(t, "a", 0.3, stretch=2.0),
    "paint": lambda t: RAMP.paint(fbm(t, "a", 3) + 0.5),
    "mix": lambda t: mix(RAMP.paint(fbm(t, "a", 3)), 0.2, fbm(t, "b", 3)),
    "tints": lambda t: cells(t, "a", 5).pick(piece_tints(t, "b", 25)),
    "cavity": lambda t: surface(t).cavity(0.01),
    "occlusion": lambda t: surface(t).occlusion(0.1),
    "grime": lambda t: surface(t).with_grime(0.7, 0.05).color,
    "finish": finished,
}
