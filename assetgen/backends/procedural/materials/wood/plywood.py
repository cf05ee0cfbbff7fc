"""Plywood: one sheet peeled from a turning log, with knots and patches; or board of pressed strands (OSB)."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.rings import groove, growth_rings
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, fetch_along
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import scatter
from assetgen.backends.procedural.operators.piled.strips import throw_strips
from assetgen.backends.procedural.operators.traces.marks import scratches
from assetgen.backends.procedural.surface import Surface

_FACES: Final = (
    ("#cbb389", "#b3946a", "#94724b", "#77563a"),  # pine
    ("#d3be98", "#c2a880", "#a98c66", "#8d7152"),  # birch
    ("#bf9b6d", "#a67e52", "#86603b", "#68472c"),  # fir
    ("#b98f6e", "#9f7455", "#835a41", "#674432"),  # okoume
)
"""Four stops from early to late wood."""


def plywood(torus: Torus, look: Look) -> Surface:
    """A sheet as it is bought: sanded or pressed, handled, leaned in a corner."""
    kind = look.option("kind", "veneer")
    surface = _strands(torus, look) if kind == "osb" else _veneer(torus, look)
    smudge = smoothstep(0.1, 0.8, fbm(torus, "ply/smudge", torus.cells_across(0.22), octaves=6, gain=0.6))
    scratch = scratches(torus, "ply/scratches", int(20 + 160 * look["wear"]), length_m=(0.02, 0.2), bend=0.4)
    dust = look.palette("#4e463c", "#6a6053", tint=0.0).paint(smudge)
    surface = surface.covered(smudge * 0.35 * look["dirt"], color=dust, roughness=0.9)
    pale = surface.color * 0.6 + 0.4 * surface.color.sqrt() * 0.7
    surface = surface.covered(scratch * 0.5 * look["wear"], color=pale, roughness=0.85)
    return surface.with_grime(0.1 + 0.4 * look["dirt"], 0.008)


def _veneer(torus: Torus, look: Look) -> Surface:
    """Return the face: contours of a log that was not quite round, read again elsewhere for every patch."""
    years = _peeled(torus, look)
    fibre = spectral_noise(torus, "ply/fibre", slope=0.7, low=30, stretch=(16.0, 1.0))
    streak = spectral_noise(torus, "ply/streaks", slope=1.6, low=5, high=200, stretch=(9.0, 1.0))
    knot, years = _knots(torus, look, years)
    patch, outline, shift = _patches(torus, look)
    years = torch.where(patch > 0.5, fetch(torus, years, shift, shift * 0.5), years)
    knot = knot * (1 - patch)
    late = growth_rings(years + 0.06 * fibre + 0.10 * streak, hardness=1.3)
    tone = 0.18 + 0.52 * look["figure"] * late + 0.09 * streak + 0.06 * fibre
    tone = tone + 0.10 * fbm(torus, "ply/tone", 3, period_y=5, octaves=4) + patch * (shift - 0.4) * 0.4
    color = look.palette(*choose(torus, "ply/face", _FACES)).paint(tone)
    dark = look.palette("#7d5638", "#57371f", "#3b2517", tint=0.6).paint(growth_rings(years * 2.0))
    color = mix(color, dark, smoothstep(0.35, 0.75, knot) * 0.85)
    check = smoothstep(1.5, 2.3, fibre + 0.5 * streak) * look["age"]
    color = color * (1 - 0.45 * check) * (1 - 0.55 * outline)
    grey = smoothstep(0.3, 1.0, look["age"] + 0.12 * streak) * 0.7
    color = mix(color, look.palette("#a39a8c", "#7f766a", tint=0.5).paint(tone), grey)
    height_m = late * (0.00010 + 0.0002 * look["age"]) + fibre * 0.00003 - check * 0.0004 - outline * 0.0004
    waves = fbm(torus, "ply/waves", 3, octaves=3) * 0.0012
    roughness = look.roughness(0.66) - 0.12 * late + 0.04 * fibre.clamp(-2, 2) - 0.12 * knot + 0.1 * check
    return Surface(
        torus=torus,
        height_m=(height_m + waves - patch * 0.00015) * look.relief,
        color=color,
        roughness=roughness,
        metallic=torus.zeros(),
    )


def _peeled(torus: Torus, look: Look) -> Tensor:
    """Return the year at every texel: a knife runs along the rings and dips in and out of them."""
    swell = fbm(torus, "ply/swell", 2, period_y=5, octaves=2, gain=0.35)
    wander = fbm(torus, "ply/wander", 4, period_y=14, octaves=4, gain=0.5)
    return (swell + 0.14 * wander) * (0.04 / look["ring_m"])


def _knots(torus: Torus, look: Look, years: Tensor) -> tuple[Tensor, Tensor]:
    """Return the knots, 0..1, and the years with the grain closed around them in rings."""
    places = scatter(torus, "ply/knots", 4, period_y=5, jitter=0.9)
    alive = (places.random(torus, "ply/knot-alive") < look["knots"]).float()
    radius = places.random(torus, "ply/knot-radius", 0.006, 0.017)
    uneven = fbm(torus, "ply/knot-rim", torus.cells_across(0.03), octaves=4)
    reach = torch.hypot(places.x * 0.75, places.y) / radius + 0.25 * uneven
    rise = torch.exp(-(torch.hypot(places.x * 0.42, places.y) / (radius * 2.6)).square())
    return smoothstep(1.15, 0.75, reach) * alive, years + 4.0 * rise * alive


def _patches(torus: Torus, look: Look) -> tuple[Tensor, Tensor, Tensor]:
    """Return boat-shaped patches set in for knots that fell out, 0 or 1, their outline, and a number of each."""
    places = scatter(torus, "ply/patches", 3, period_y=4, jitter=0.8)
    alive = (places.random(torus, "ply/patch-alive") < look["patches"]).float()
    half_m = places.random(torus, "ply/patch-half", 0.04, 0.06)
    bow = (1 - (places.x / half_m).square()) * half_m * 0.36 - places.y.abs()
    soft = max(torus.tile_m / torus.size, 0.0008)
    return (bow > 0).float() * alive, groove(bow, 0.0005, soft) * alive, places.random(torus, "ply/patch-own")


def _strands(torus: Torus, look: Look) -> Surface:
    """Return board of large strands: each with its own grain, pressed flat in dark resin."""
    size = look["strand_m"]
    widths = (size * 0.075, size * 0.32)
    count = round(5.0 * torus.tile_m**2 / (size * size * 0.2))
    layer = throw_strips(torus, "osb", count, length_m=(size * 0.6, size * 1.4), width_m=widths, spread=1.5)
    strands = layer.pieces
    shared = torch.stack(
        [
            spectral_noise(torus, "osb/fibre", slope=0.8, low=24, stretch=(14.0, 1.0)),
            spectral_noise(torus, "osb/streak", slope=1.6, low=8, high=240, stretch=(8.0, 1.0)),
        ]
    )
    fibre, streak = fetch_along(torus, shared, strands, "osb/shift")
    ragged = fbm(torus, "osb/ragged", torus.cells_across(0.006), octaves=3) * 0.0018
    rim = smoothstep(0.0022, 0.0, strands.edge + ragged)
    tone = 0.34 + 0.10 * streak + 0.08 * fibre + strands.random(torus, "osb/tone", -0.30, 0.34)
    tone = tone + 0.15 * fbm(torus, "osb/blotch", torus.cells_across(0.2), octaves=4)
    color = look.palette("#d2b587", "#bc9763", "#9b7646", "#755434", "#533a26").paint(tone)
    color = color * strands.pick(piece_tints(torus, "osb/tint", count, value=0.08, hue=3.0, warmth=0.05))
    hole = smoothstep(0.0, -0.002, strands.edge)
    resin = look.palette("#4a3220", "#6b4a2e", tint=0.5).paint(0.5 + 0.3 * fibre)
    color = mix(color, resin, torch.maximum(rim * 0.45, hole))
    swollen = fbm(torus, "osb/swollen", torus.cells_across(0.16), octaves=3) * 0.0016
    level = strands.random(torus, "osb/level", -0.00036, 0.00036) + 0.00005 * fibre + 0.00008 * streak
    roughness = look.roughness(0.62) + strands.random(torus, "osb/roughness", -0.10, 0.10)
    return Surface(
        torus=torus,
        height_m=(swollen + level - rim * 0.0003 - hole * 0.0015) * look.relief,
        color=color,
        roughness=roughness + 0.04 * fibre.clamp(-2, 2) + 0.1 * rim,
        metallic=torus.zeros(),
    )
