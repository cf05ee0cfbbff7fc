"""Every operator as a function from a tile to a stack of fields, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.cells import cells, grains
from assetgen.backends.procedural.operators.cement import (
    air_bubbles,
    cement_milk,
    mix_cement,
    stones_in_paste,
)
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.glaze import (
    chipped_glaze,
    crazing,
    glaze_roughness,
    pour_glaze,
    scale_film,
)
from assetgen.backends.procedural.operators.grout import grout_bed, grout_color
from assetgen.backends.procedural.operators.height import blur, blurs, convexity, dome, run_down, smoothstep
from assetgen.backends.procedural.operators.laying import Laid, lay_by_hand
from assetgen.backends.procedural.operators.layouts import courses, herringbone, lay, uneven_rows
from assetgen.backends.procedural.operators.marks import crack_distance, patches, scratches
from assetgen.backends.procedural.operators.masonry import Body, build_wall, mortar_color
from assetgen.backends.procedural.operators.motifs import motif_bands, rosettes
from assetgen.backends.procedural.operators.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.operators.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.operators.shingled import lay_barrels, lay_shingles, snapped
from assetgen.backends.procedural.operators.strokes import fetch_along, lay_strokes
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.trowel import fillings, trowel_sweeps
from assetgen.backends.procedural.operators.warp import fetch, fetch_per_piece, warp_field
from assetgen.backends.procedural.operators.weather import (
    dust_on_ledges,
    flakes,
    hairlines,
    lichen,
    tide_marks,
)
from assetgen.backends.procedural.surface import Surface, finish

Drawing = Callable[[Torus], Tensor]

WISHES = Look(values=dict.fromkeys(("unevenness", "smear", "age", "wear", "dirt"), 0.6) | {"recess_m": 0.006})
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


def _strokes(torus: Torus) -> Tensor:
    strokes = lay_strokes(
        torus, "a", 0.2, length_m=(0.2, 0.4), width_m=(0.1, 0.2), bend=0.2, ragged_m=fbm(torus, "b", 9) * 0.02
    )
    return torch.cat([stacked(strokes), fetch_along(torus, fbm(torus, "c", 5), strokes, "shift")[None]])


def _sweeps(torus: Torus) -> Tensor:
    left = trowel_sweeps(torus, "a", 0.5)
    return torch.stack([left.pressed, left.scoop, left.drag, left.lip])


def _shingles(torus: Torus) -> Tensor:
    above = snapped(torus, "b", 48, share=0.3, depth_m=0.1, jag_m=fbm(torus, "c", 9) * 0.02)

    def outline(number: Tensor, x: Tensor, y: Tensor, width: Tensor) -> Tensor:
        tail = torus.tile_m / 8 - y
        return torch.minimum(tail, above(number, x, tail))

    tiles = lay_shingles(torus, "a", columns=6, rows=8, outline=outline, mixed=0.5, lost=0.1)
    return torch.cat([stacked(tiles.pieces), torch.stack([tiles.level, tiles.width_m])])


def _barrels(torus: Torus) -> Tensor:
    jag_m = fbm(torus, "b", 9) * 0.02
    tiles = lay_barrels(torus, "a", columns=6, rows=4, slip_m=0.01, turn=0.01, broken=0.2, jag_m=jag_m)
    return torch.cat([stacked(tiles.pieces), torch.stack([tiles.level, tiles.arch, tiles.is_cover.float()])])


def _laid(torus: Torus) -> Laid:
    return lay_by_hand(torus, courses(3, 6), "laid", gap_m=0.02, turn=0.01)


def _wall(torus: Torus) -> Tensor:
    body = Body(
        lumps=fbm(torus, "a", 5), creases=fbm(torus, "b", 9), grit=spectral_noise(torus, "c", slope=1.0)
    )
    wall = build_wall(torus, WISHES, _laid(torus), body, "units", joint_m=0.02, joint="tooled")
    return torch.stack([wall.height_m, wall.bare, wall.broken, wall.smear, wall.sand])


def _glaze(torus: Torus) -> Tensor:
    tiles = _laid(torus)
    glaze = pour_glaze(torus, tiles)
    film = scale_film(torus, tiles, 0.6)
    return torch.stack(
        [
            chipped_glaze(torus, tiles, glaze, 0.7),
            crazing(torus, tiles, 0.9),
            film,
            glaze_roughness(torus, WISHES, tiles, glaze, film, clean=0.1),
        ]
    )


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
    "paint": lambda t: RAMP.paint(fbm(t, "a", 3) + 0.5),
    "mix": lambda t: mix(RAMP.paint(fbm(t, "a", 3)), 0.2, fbm(t, "b", 3)),
    "tints": lambda t: cells(t, "a", 5).pick(piece_tints(t, "b", 25)),
    "strokes": _strokes,
    "trowel sweeps": _sweeps,
    "fillings": lambda t: torch.stack(
        fillings(t, "a", 0.4, share=0.6, size_m=(0.02, 0.1), ragged=fbm(t, "b", 7))
    ),
    "uneven rows": lambda t: stacked(lay(t, uneven_rows(t, "a", 5, length=24, shortest=2, longest=5))),
    "motifs": lambda t: lay(t, courses(16, 24, width=1, shift=0)).pick(
        motif_bands(t, "a", 16, 24).reshape(-1).float()
    ),
    "rosettes": lambda t: lay(t, courses(12, 12, width=1, shift=0)).pick(
        rosettes(t, "a", 12, 12, spacing=4).reshape(-1).float()
    ),
    "shingles": _shingles,
    "wall in mortar": _wall,
    "mortar": lambda t: mortar_color(t, WISHES, fbm(t, "a", 9)),
    "glaze": _glaze,
    "grout": lambda t: torch.stack(grout_bed(t, WISHES, fbm(t, "a", 9) * 0.02, 0.02)),
    "color of grout": lambda t: grout_color(t, WISHES, fbm(t, "a", 9)),
    "air bubbles": lambda t: torch.stack(air_bubbles(t, mix_cement(t), often=1.0)),
    "cement milk": cement_milk,
    "stones in paste": lambda t: torch.stack(stones_in_paste(t, "a", 0.05, mix_cement(t))),
    "barrels": _barrels,
    "lichen": lambda t: torch.stack(lichen(t, "a", 0.2, amount=0.6)),
    "hairlines": lambda t: hairlines(t, "a", 0.4, share=0.5),
    "tide marks": lambda t: torch.stack(tide_marks(t, "a", 0.5, amount=0.5)),
    "flakes": lambda t: torch.stack(flakes(t, "a", 0.4, amount=0.2)),
    "dust on ledges": lambda t: dust_on_ledges(t, fbm(t, "a", 3) * 0.05, 0.02),
    "cavity": lambda t: surface(t).cavity(0.01),
    "occlusion": lambda t: surface(t).occlusion(0.1),
    "grime": lambda t: surface(t).with_grime(0.7, 0.05).color,
    "finish": finished,
}
