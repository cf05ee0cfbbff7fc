"""Fine veneer under deep varnish: burl, crown, curled or ribbon figure, leaves matched like the pages of a book."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.rings import groove, growth_rings
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import scatter
from assetgen.backends.procedural.operators.traces.marks import scratches
from assetgen.backends.procedural.operators.wood.flooring import deepened
from assetgen.backends.procedural.surface import Surface

_WOODS: Final = {
    "walnut": ("#9a7a59", "#775a3f", "#533c2b", "#372722"),
    "mahogany": ("#b06c4a", "#905036", "#6c3728", "#47241d"),
    "rosewood": ("#7b4d3b", "#5b3529", "#3f261f", "#2d1d1a"),
    "maple": ("#cfb085", "#b39064", "#8f6b47", "#684c33"),
    "cherry": ("#ab7a57", "#8c5d42", "#6a4331", "#4b3026"),
    "ebony": ("#4b3c33", "#3a2f29", "#2e2622", "#26201d"),
}
"""Four stops from pale to dark."""


def wood_veneer(torus: Torus, look: Look) -> Surface:
    """The front of a fine piece of furniture: figure first, then coat upon coat, rubbed to a mirror."""
    name = look.option(
        "species", choose(torus, "veneer/species", ("walnut", "walnut", "mahogany", "rosewood", "maple"))
    )
    usual = ("ribbon", "ribbon", "crown") if name == "mahogany" else ("burl", "burl", "crown", "curly")
    figure = look.option("figure", choose(torus, "veneer/figure", usual))
    drawn = {"burl": _burl, "crown": _crown, "curly": _curly, "ribbon": _ribbon}[figure](torus, look)
    matched = look.option("leaves", choose(torus, "veneer/leaves", ("matched", "plain")))
    joint = torus.zeros()
    if matched == "matched":
        drawn, joint = _book_matched(torus, look, drawn)
    tone, sheen, pore = drawn
    wood = look.palette(*_WOODS[name]).paint(0.5 + (tone - 0.5) * look["contrast"])
    wood = wood * (1 + 0.16 * sheen) * (1 - 0.35 * pore)
    color = deepened(torus, wood, amber=look["amber"]) * (1 - 0.55 * joint)
    return _polished(torus, look, color, pore, joint)


def _burl(torus: Torus, look: Look) -> Tensor:
    """Return tone, sheen and pores of wood grown round a hundred buds: whirls of grain with dark eyes."""
    period = torus.cells_across(look["figure_m"])
    bend = warp_field(torus, "burl/bend", period, 0.55 / period, octaves=4)
    swirl = fbm(torus, "burl/swirl", max(period // 2, 2), octaves=4, gain=0.5)
    swirl = fetch(torus, swirl, *bend)
    buds = scatter(torus, "burl/buds", 2 * period, jitter=1.0, warp=bend)
    swarm = smoothstep(-0.15, 0.35, swirl + buds.random(torus, "burl/swarm", -0.25, 0.25))
    radius = buds.random(torus, "burl/radius", 0.10, 0.34) * (torus.tile_m / period / 2)
    reach = torch.hypot(buds.x, buds.y) / radius
    bump = torch.exp(-(reach * 0.55).square()) * swarm
    years = swirl * 9 + bump * 3.2
    late = growth_rings(years, hardness=1.2)
    eye = smoothstep(0.75, 0.30, reach) * swarm
    fine = fetch(torus, spectral_noise(torus, "burl/fine", slope=1.0, low=30), *bend)
    cloud = fbm(torus, "burl/cloud", period, octaves=5, gain=0.55)
    tone = 0.30 + 0.34 * late + 0.55 * cloud + 0.06 * fine + 0.45 * eye + 0.15 * bump
    sheen = fetch(torus, fbm(torus, "burl/sheen", 2 * period, octaves=3), *bend) * 0.8
    return torch.stack([tone, sheen, smoothstep(1.3, 2.4, fine) * 0.6])


def _crown(torus: Torus, look: Look) -> Tensor:
    """Return tone, sheen and pores of a leaf sliced near the heart: long arches, one within the other."""
    across = max(torus.cells_across(look["figure_m"] * 2.2), 2)
    swell = fbm(torus, "crown/swell", across, period_y=1, octaves=2, gain=0.3)
    wander = fbm(torus, "crown/wander", 3 * across, period_y=3, octaves=4, gain=0.5)
    fine = spectral_noise(torus, "crown/fine", slope=0.7, low=40, stretch=(1.0, 16.0))
    streak = spectral_noise(torus, "crown/streak", slope=1.6, low=6, high=240, stretch=(1.0, 10.0))
    years = (swell + 0.08 * wander) * 13 + 0.10 * streak
    late = growth_rings(years, hardness=1.8)
    tone = 0.26 + 0.42 * late + 0.12 * streak + 0.05 * fine + 0.18 * swell
    return torch.stack([tone, 0.35 * wander, smoothstep(1.2, 2.2, fine) * (1 - late)])


def _curly(torus: Torus, look: Look) -> Tensor:
    """Return tone, sheen and pores of grain thrown in waves: bars of light that wander, part, run together, end."""
    waves = torus.cells_across(look["figure_m"] * 0.2)
    bend = warp_field(torus, "curly/bend", 5, 0.05, octaves=4)
    bars = fbm(torus, "curly/bars", max(waves // 5, 2), period_y=waves, octaves=2, gain=0.4)
    bars = fetch(torus, bars, *bend)
    there = smoothstep(-0.4, 0.35, fbm(torus, "curly/there", 4, period_y=3, octaves=4))
    curl = (bars * 2.6).clamp_(-1, 1) * there
    streak = spectral_noise(torus, "curly/streak", slope=1.5, low=8, high=260, stretch=(1.0, 14.0))
    fine = spectral_noise(torus, "curly/fine", slope=0.6, low=50, stretch=(1.0, 18.0))
    streak, fine = fetch(
        torus, torch.stack([streak, fine]), curl * (0.12 / waves) + bend[0] * 0.5, torus.zeros()
    )
    tone = 0.38 + 0.11 * streak + 0.07 * fine - 0.12 * curl
    return torch.stack([tone, curl, smoothstep(1.2, 2.2, fine)])


def _ribbon(torus: Torus, look: Look) -> Tensor:
    """Return tone, sheen and pores of interlocked grain cut on the quarter: ribbons of light, each broken off."""
    across = torus.cells_across(look["figure_m"] * 0.22)
    sway = warp_field(torus, "ribbon/sway", 3, 0.012, octaves=4)
    ribbons = fbm(torus, "ribbon/stripes", across, period_y=3, octaves=3, gain=0.55)
    streak = spectral_noise(torus, "ribbon/streak", slope=1.5, low=9, high=300, stretch=(1.0, 16.0))
    fine = spectral_noise(torus, "ribbon/fine", slope=0.6, low=60, stretch=(1.0, 12.0))
    ribbons, streak, fine = fetch(torus, torch.stack([ribbons, streak, fine]), sway[0], torus.zeros())
    light = smoothstep(-0.28, 0.28, ribbons) * 2 - 1
    cloud = fbm(torus, "ribbon/cloud", 4, octaves=5, gain=0.55)
    tone = 0.40 + 0.10 * streak + 0.06 * fine - 0.08 * light + 0.12 * cloud
    return torch.stack([tone, light * 0.7, smoothstep(1.1, 2.0, fine)])


def _book_matched(torus: Torus, look: Look, drawn: Tensor) -> tuple[Tensor, Tensor]:
    """Return the figure opened like a book, leaf after leaf, and the hair-thin joints between them."""
    leaves = 2 * max(round(torus.tile_m / look["leaf_m"] / 2), 1)
    place = torus.u * leaves + 0.5
    number = torch.floor(place)
    inside = place - number
    folded = torch.where(torch.remainder(number, 2) < 0.5, inside, 1 - inside)
    drawn = fetch(torus, drawn, folded / leaves - torus.u, torus.zeros())
    away_m = torch.minimum(inside, 1 - inside) * (torus.tile_m / leaves)
    joint = groove(away_m, 0.0002, max(torus.tile_m / torus.size, 0.0006))
    return drawn, joint.expand(torus.size, torus.size)


def _polished(torus: Torus, look: Look, color: Tensor, pore: Tensor, joint: Tensor) -> Surface:
    """Lay the coat: nearly level, with the orange skin of a brush, dust, smears and the scratches of dusters."""
    skin = fbm(torus, "coat/skin", torus.cells_across(0.02), octaves=3)
    waves = fbm(torus, "coat/waves", torus.cells_across(0.2), octaves=3)
    scratch = scratches(
        torus, "coat/scratches", int(40 + 500 * look["wear"]), length_m=(0.01, 0.12), bend=1.0
    )
    smear = smoothstep(0.0, 0.6, fbm(torus, "coat/smears", torus.cells_across(0.14), octaves=6, gain=0.6))
    dull = smoothstep(0.1, 0.6, fbm(torus, "coat/dull", torus.cells_across(0.3), octaves=5, gain=0.6))
    rough = look.roughness(look["sheen"]) + dull * (0.125 + 0.3 * look["wear"]) + 0.06 * pore
    rough = rough + smear * (0.08 + 0.10 * look["dirt"])
    dust = look.palette("#7b7368", tint=0.0).paint(smear)
    return Surface(
        torus=torus,
        height_m=(waves * 0.0006 + skin * 0.00003 - pore * 0.00003 - joint * 0.0001) * look.relief,
        color=mix(color, dust, smear * 0.16 * look["dirt"]) * (1 + 0.08 * scratch * (0.3 + look["wear"])),
        roughness=rough + scratch * (0.10 + 0.2 * look["wear"]),
        metallic=torus.zeros(),
    )
