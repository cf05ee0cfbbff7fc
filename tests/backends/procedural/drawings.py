"""Every operator as a function from a tile to a stack of fields, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.cells import cells, grains
from assetgen.backends.procedural.operators.crystals import Habit, grow_crystals
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.glyphs import rune_distance, star_distance
from assetgen.backends.procedural.operators.height import blur, blurs, convexity, dome, run_down, smoothstep
from assetgen.backends.procedural.operators.inscriptions import rune_ring, rune_rows
from assetgen.backends.procedural.operators.layouts import courses, herringbone, lay
from assetgen.backends.procedural.operators.markings import KINDS, markings
from assetgen.backends.procedural.operators.marks import crack_distance, patches, scratches
from assetgen.backends.procedural.operators.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.operators.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.operators.piles import NOWHERE, pile
from assetgen.backends.procedural.operators.quilting import quilt, stitches
from assetgen.backends.procedural.operators.rows import Blade, overlapping_rows
from assetgen.backends.procedural.operators.tissue import pipes, sacs, vein_net
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch, fetch_at, fetch_per_piece, warp_field
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


def _quilted(torus: Torus) -> Tensor:
    held = quilt(torus, 4, 3, warp=_bend(torus))
    thread = stitches(torus, held.seam_m, held.along, count=4, thick_m=0.02)
    return torch.stack([held.seam_m, held.crossing_m, held.crossing_x, held.crossing_y, held.puff, thread])


def _pile(torus: Torus) -> Tensor:
    def cone(x: Tensor, y: Tensor, traits: Tensor) -> Tensor:
        height = traits[0] - torch.sqrt(x * x + 2 * y * y)
        return torch.where(height > 0, height, NOWHERE)

    tall = torus.uniform("tall", 30).T * 0.1 + 0.05
    lain = pile(torus, "a", 5, cone, period_y=6, traits=tall, turn=0.7, brick_rows=True, warp=_bend(torus))
    return torch.cat([stacked(lain.pieces), lain.top_m[None]])


def _crystals(torus: Torus) -> Tensor:
    grown = grow_crystals(torus, "a", 0.2, Habit(long=1.6, wide=0.4, rise=(0.1, 0.5)), sink=0.3)
    return torch.stack([grown.facets.id.float(), grown.facets.edge, grown.along, grown.height_m])


def _runes(torus: Torus) -> Tensor:
    bricks = lay(torus, courses(3, 4), warp=_bend(torus))
    rune = rune_distance(torus, "a", bricks.x * 4, bricks.y * 4, bricks.id, bricks.count)
    return torch.stack([rune, star_distance(bricks.x, bricks.y, 5, 2, 0.1)])


def _inscriptions(torus: Torus) -> Tensor:
    rows = rune_rows(torus, "a", 0.2, thin_m=0.01, warp=_bend(torus))
    ring = rune_ring(torus, "b", 0.15, thin_m=0.01, warp=_bend(torus))
    return torch.stack([rows.stroke_m, rows.random(torus, "c"), ring.stroke_m])


def _tissue(torus: Torus) -> Tensor:
    swollen = sacs(torus, "a", 0.2, share=0.7, tall=0.8)
    rib, pipe_m = pipes(torus, "b", 0.2, ribbed=0.6, warp=_bend(torus))
    return torch.stack(
        [swollen.dome, swollen.height_m, swollen.number, rib, pipe_m, vein_net(torus, "c", amount=0.6)]
    )


def _scales(torus: Torus) -> Tensor:
    blade = Blade(point=0.5, lift=0.2, bulge=0.1, keel=0.1, fray=0.2)
    rows = overlapping_rows(torus, "a", 0.2, 1.0, blade, unlike=1.0)
    return torch.stack([rows.across, rows.along, rows.rim, rows.height_m])


def _per_piece(torus: Torus) -> Tensor:
    field = torch.stack([fbm(torus, "a", 3), spectral_noise(torus, "b", slope=1.5)])
    return fetch_per_piece(torus, field, lay(torus, courses(3, 6)), "shift")


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
    "fetch at": lambda t: fetch_at(t, fbm(t, "a", 3), fbm(t, "b", 2) * 0.5, fbm(t, "c", 2) * 0.5),
    "markings": lambda t: torch.stack([markings(t, "a", kind) for kind in KINDS]),
    "fetch per piece": _per_piece,
    "blur": lambda t: blur(t, fbm(t, "a", 3), 0.03),
    "blurs": lambda t: torch.stack(blurs(t, spectral_noise(t, "a", slope=1.0), (0.01, 0.1))),
    "convexity": lambda t: convexity(t, fbm(t, "a", 3), 0.02),
    "run down": lambda t: run_down(t, smoothstep(0.2, 0.3, fbm(t, "a", 3)), 0.2),
    "scratches": lambda t: scratches(t, "a", 60),
    "cracks": lambda t: crack_distance(t, "a", 0.3),
    "patches": lambda t: patches(t, "a", 0.4, amount=0.4),
    "paint": lambda t: RAMP.paint(fbm(t, "a", 3) + 0.5),
    "mix": lambda t: mix(RAMP.paint(fbm(t, "a", 3)), 0.2, fbm(t, "b", 3)),
    "tints": lambda t: cells(t, "a", 5).pick(piece_tints(t, "b", 25)),
    "pile": _pile,
    "runes": _runes,
    "inscriptions": _inscriptions,
    "tissue": _tissue,
    "crystals": _crystals,
    "overlapping rows": _scales,
    "quilt": _quilted,
    "cavity": lambda t: surface(t).cavity(0.01),
    "occlusion": lambda t: surface(t).occlusion(0.1),
    "grime": lambda t: surface(t).with_grime(0.7, 0.05).color,
    "finish": finished,
}
