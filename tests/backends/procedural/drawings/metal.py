"""Drawings of operators/metal."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.panels import half_extents
from assetgen.backends.procedural.operators.layouts.plans import courses, lay
from assetgen.backends.procedural.operators.metal.circuit import Circuit, lay_out
from assetgen.backends.procedural.operators.metal.corrosion import eaten_pits, scale_sheet
from assetgen.backends.procedural.operators.metal.corrugation import corrugated_sheets
from assetgen.backends.procedural.operators.metal.fittings import (
    hatch,
    louvres,
    machinery,
    ribs,
    row_of_lamps,
    strip_lamp,
)
from assetgen.backends.procedural.operators.metal.hammering import Blows, hammered
from assetgen.backends.procedural.operators.metal.hull import build_hull
from assetgen.backends.procedural.operators.metal.mail import Mail, mail
from assetgen.backends.procedural.operators.metal.openwork import Openwork, openwork
from assetgen.backends.procedural.operators.metal.paintwork import bleached, knocks, laid_bare, streaked
from assetgen.backends.procedural.operators.metal.plates import buckled, riveted, welded
from assetgen.backends.procedural.operators.metal.pressings import PRESSINGS, pressed
from assetgen.backends.procedural.operators.metal.skins import (
    Skin,
    blasted,
    blued,
    cast,
    mill_scale,
    rolled,
    spangle,
)
from assetgen.backends.procedural.operators.metal.tarnish import tarnish
from assetgen.backends.procedural.operators.metal.treads import tread
from assetgen.backends.procedural.operators.metal.verdigris import verdigris
from tests.backends.procedural.drawings.shared import RAMP, Drawing, surface


def _corrosion(torus: Torus) -> Tensor:
    rough = fbm(torus, "rough", 20)
    sheet = scale_sheet(torus, "sheet", rough, share=0.6, flake_m=0.1)
    fields = [sheet.body, sheet.height_m * 500, sheet.hold, sheet.crack, sheet.curl]
    return torch.stack([eaten_pits(torus, "pits", rough, share=0.6), *fields])


def _verdigris(torus: Torus) -> Tensor:
    green = verdigris(surface(torus), fbm(torus, "b", 4), share=0.6, green=RAMP, dark=RAMP)
    return torch.cat([green.color, green.roughness[None], green.height_m[None] * 100])


def _blows(blows: Blows) -> Tensor:
    return torch.stack([blows.height, blows.own, blows.ridge])


def _fittings(torus: Torus) -> Tensor:
    plan = courses(2, 3)
    pieces, half = lay(torus, plan), half_extents(torus, plan)
    made = [draw(torus, pieces, half) for draw in (hatch, louvres, ribs, strip_lamp, row_of_lamps)]
    made.append(machinery(torus, "boxes", pieces, half))
    return torch.stack([field for part in made for field in (part.height_m * 100, part.groove, part.part)])


def _hull(torus: Torus) -> Tensor:
    hull = build_hull(torus, unit_m=0.25, cut=0.8, fitted=1.0, lamps=0.6, gap_m=0.004)
    return torch.stack([hull.height_m * 100, hull.joint, hull.proud, hull.machines, hull.lamp])


def _corrugated(torus: Torus, *, boxed: bool) -> Tensor:
    laid = corrugated_sheets(torus, pitch_m=0.1, deep_m=0.02, boxed=boxed, across=2, down=2, bent=0.5)
    return torch.stack([laid.height_m * 50, laid.wave, laid.lip, laid.screw])


def _pierced(work: Openwork) -> Tensor:
    return torch.stack([work.solid, work.rise, work.edge_m * 10, work.crossing])


def _circuit(made: Circuit) -> Tensor:
    edges = [made.trace, made.via, made.hole, made.pad, made.x, made.y]
    return torch.stack([*edges, made.part.float()])


def _mail(rings: Mail) -> Tensor:
    return torch.stack([rings.wire, rings.height_m * 10, rings.crown, rings.ring.float(), rings.rivet])


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
    "corrosion": _corrosion,
    "tarnish": lambda t: tarnish(t, "a", 0.4, mean=0.4, spread=0.5),
    "treads": lambda t: torch.stack([tread(t, "a", style, 0.3)[0] for style in ("lozenge", "bars", "stud")]),
    "corrugated sheets": lambda t: _corrugated(t, boxed=False),
    "box profile sheets": lambda t: _corrugated(t, boxed=True),
    "bar grating": lambda t: _pierced(openwork(t, "a", "bars", 0.2)),
    "perforated sheet": lambda t: _pierced(openwork(t, "a", "perforated", 0.3)),
    "expanded mesh": lambda t: _pierced(openwork(t, "a", "mesh", 0.3)),
    "circuit": lambda t: _circuit(lay_out(t, "a", 0.05, chips=8, traces=0.8)),
    "mail": lambda t: _mail(mail(t, "a", 0.2, wire=0.1, uneven=0.5)),
    "verdigris": _verdigris,
    "hammered": lambda t: _blows(hammered(t, "a", 0.2)),
    "fittings": _fittings,
    "hull": _hull,
    "rolled": lambda t: _skin(rolled(t)),
    "blasted": lambda t: _skin(blasted(t)),
    "blued": lambda t: _skin(blued(t)),
    "cast": lambda t: _skin(cast(t)),
    "spangle": lambda t: _skin(spangle(t)),
    "mill scale": lambda t: _skin(mill_scale(t)),
    "plates": _plates,
    "pressings": _pressings,
    "paintwork": _paintwork,
}
