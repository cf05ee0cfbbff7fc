"""Every operator as a function from a tile to a stack of fields, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.cells import cells, grains
from assetgen.backends.procedural.operators.corrosion import eaten_pits, scale_sheet
from assetgen.backends.procedural.operators.corrugation import corrugated_sheets
from assetgen.backends.procedural.operators.decals import numerals, painted_band, warning_stripes
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.fittings import (
    hatch,
    louvres,
    machinery,
    ribs,
    row_of_lamps,
    strip_lamp,
)
from assetgen.backends.procedural.operators.hammering import Blows, hammered
from assetgen.backends.procedural.operators.handled import dents, fingerprints, hairlines, smears
from assetgen.backends.procedural.operators.height import blur, blurs, convexity, dome, run_down, smoothstep
from assetgen.backends.procedural.operators.hull import build_hull
from assetgen.backends.procedural.operators.layouts import courses, herringbone, lay
from assetgen.backends.procedural.operators.marks import crack_distance, patches, scratches
from assetgen.backends.procedural.operators.metal_skins import (
    Skin,
    blasted,
    blued,
    cast,
    mill_scale,
    rolled,
    spangle,
)
from assetgen.backends.procedural.operators.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.operators.openwork import Openwork, openwork
from assetgen.backends.procedural.operators.ornament import Ornament, chased
from assetgen.backends.procedural.operators.overlaps import Overlaps, overlapping
from assetgen.backends.procedural.operators.paintwork import bleached, knocks, laid_bare, streaked
from assetgen.backends.procedural.operators.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.operators.panels import half_extents
from assetgen.backends.procedural.operators.plates import buckled, riveted, welded
from assetgen.backends.procedural.operators.pressings import PRESSINGS, pressed
from assetgen.backends.procedural.operators.rain import where_rain_runs
from assetgen.backends.procedural.operators.tarnish import tarnish
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.treads import tread
from assetgen.backends.procedural.operators.verdigris import verdigris
from assetgen.backends.procedural.operators.warp import fetch, fetch_per_piece, warp_field
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


def _overlaps(found: Overlaps) -> Tensor:
    return torch.cat([stacked(found.pieces), found.layers[None]])


def _corrosion(torus: Torus) -> Tensor:
    rough = fbm(torus, "rough", 20)
    sheet = scale_sheet(torus, "sheet", rough, share=0.6, flake_m=0.1)
    fields = [sheet.body, sheet.height_m * 500, sheet.hold, sheet.crack, sheet.curl]
    return torch.stack([eaten_pits(torus, "pits", rough, share=0.6), *fields])


def _verdigris(torus: Torus) -> Tensor:
    run = where_rain_runs(torus, "run", smoothstep(0.2, 0.4, fbm(torus, "a", 3)), 0.2)
    green = verdigris(surface(torus), fbm(torus, "b", 4), share=0.6, green=RAMP, dark=RAMP)
    return torch.cat([run[None], green.color, green.roughness[None], green.height_m[None] * 100])


def _blows(blows: Blows) -> Tensor:
    return torch.stack([blows.height, blows.own, blows.ridge])


def _chased(found: Ornament) -> Tensor:
    return torch.stack([found.relief, found.ground])


def _fittings(torus: Torus) -> Tensor:
    plan = courses(2, 3)
    pieces, half = lay(torus, plan), half_extents(torus, plan)
    made = [draw(torus, pieces, half) for draw in (hatch, louvres, ribs, strip_lamp, row_of_lamps)]
    made.append(machinery(torus, "boxes", pieces, half))
    return torch.stack([field for part in made for field in (part.height_m * 100, part.groove, part.part)])


def _decals(torus: Torus) -> Tensor:
    plan = courses(2, 3)
    pieces, half = lay(torus, plan), half_extents(torus, plan)
    digits = numerals(torus, "digits", pieces, half, high_m=0.3)
    band = painted_band(torus, "band", fbm(torus, "a", 5), 0.1)
    return torch.stack([digits, band, warning_stripes(torus, pieces, 0.1)])


def _hull(torus: Torus) -> Tensor:
    hull = build_hull(torus, unit_m=0.25, cut=0.8, fitted=1.0, lamps=0.6, gap_m=0.004)
    return torch.stack([hull.height_m * 100, hull.joint, hull.proud, hull.machines, hull.lamp])


def _corrugated(torus: Torus, *, boxed: bool) -> Tensor:
    laid = corrugated_sheets(torus, pitch_m=0.1, deep_m=0.02, boxed=boxed, across=2, down=2, bent=0.5)
    return torch.stack([laid.height_m * 50, laid.wave, laid.lip, laid.screw])


def _pierced(work: Openwork) -> Tensor:
    return torch.stack([work.solid, work.rise, work.edge_m * 10, work.crossing])


def _handled(torus: Torus) -> Tensor:
    return torch.stack(
        [
            hairlines(torus, "a", 40, length_m=(0.02, 0.2), wide_m=0.01),
            dents(torus, "b", 0.1, share=0.5),
            smears(torus, "c", 0.4),
            fingerprints(torus, "d", share=0.5),
        ]
    )


def _skin(skin: Skin) -> Tensor:
    return torch.stack([skin.height_m * 1000, skin.tone, skin.dull, skin.oxide])


def _plates(torus: Torus) -> Tensor:
    plan = courses(2, 4)
    pieces, half = lay(torus, plan), half_extents(torus, plan)
    riveting, _ = riveted(torus, pieces, half, pitch_m=0.1)
    fields = [riveting.height_m, riveting.joint, welded(torus, pieces, half).height_m]
    return torch.stack([*fields, buckled(torus, pieces, 0.01)])


def _pressings(torus: Torus) -> Tensor:
    plan = courses(2, 4)
    pieces, half = lay(torus, plan), half_extents(torus, plan)
    styles = (*PRESSINGS, "none")
    return torch.stack([pressed(torus, pieces, half, style, inset_m=0.05, deep_m=0.01) for style in styles])


def _paintwork(torus: Torus) -> Tensor:
    pieces = lay(torus, courses(2, 4))
    base = surface(torus)
    knocked = knocks(torus, base.height_m, pieces.edge, wear=0.7)
    worn = streaked(laid_bare(base, knocked, age=0.6), pieces.edge, dirt=0.8)
    return torch.cat([worn.color, bleached(torus, pieces, fade=0.8)[None], worn.roughness[None]])


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
    "swirls": lambda t: _overlaps(overlapping(t, "a", 6, size=1.4, in_order=True)),
    "sheets": lambda t: _overlaps(overlapping(t, "a", 5, size=1.2, square=True, jitter=0.3, turn=0.2)),
    "corrosion": _corrosion,
    "tarnish": lambda t: tarnish(t, "a", 0.4, mean=0.4, spread=0.5),
    "treads": lambda t: torch.stack([tread(t, "a", style, 0.3)[0] for style in ("lozenge", "bars", "stud")]),
    "corrugated sheets": lambda t: _corrugated(t, boxed=False),
    "box profile sheets": lambda t: _corrugated(t, boxed=True),
    "bar grating": lambda t: _pierced(openwork(t, "a", "bars", 0.2)),
    "perforated sheet": lambda t: _pierced(openwork(t, "a", "perforated", 0.3)),
    "expanded mesh": lambda t: _pierced(openwork(t, "a", "mesh", 0.3)),
    "verdigris": _verdigris,
    "hammered": lambda t: _blows(hammered(t, "a", 0.2)),
    "chased": lambda t: _chased(chased(t, "a", 0.3)),
    "fittings": _fittings,
    "decals": _decals,
    "hull": _hull,
    "handled": _handled,
    "rolled": lambda t: _skin(rolled(t)),
    "blasted": lambda t: _skin(blasted(t)),
    "blued": lambda t: _skin(blued(t)),
    "cast": lambda t: _skin(cast(t)),
    "spangle": lambda t: _skin(spangle(t)),
    "mill scale": lambda t: _skin(mill_scale(t)),
    "plates": _plates,
    "pressings": _pressings,
    "paintwork": _paintwork,
    "cavity": lambda t: surface(t).cavity(0.01),
    "occlusion": lambda t: surface(t).occlusion(0.1),
    "grime": lambda t: surface(t).with_grime(0.7, 0.05).color,
    "finish": finished,
}
