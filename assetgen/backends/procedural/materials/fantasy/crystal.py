"""Grown light: crystal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.earth.crystals import Crystals, Habit, grow_crystals
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.surface import Surface

_HABITS: Final = {
    "cluster": (0.075, Habit(long=1.8, wide=0.44, rise=(0.05, 0.5))),
    "druse": (0.028, Habit(long=1.1, wide=0.52, rise=(0.25, 0.7), steep=1.1, blunt=1.0)),
    "massive": (0.08, Habit(long=1.3, wide=0.8, rise=(0.0, 0.3), steep=0.8, blunt=0.8)),
}
"""Distance between roots in metres, and how the crystals grow there."""
_STONES: Final = (
    ("#241a33", "#3f2b5e", "#65499a", "#9c80c9", "#d5c9e4"),  # amethyst
    ("#18263a", "#234668", "#3f77a4", "#84afd0", "#cfe0e9"),  # sapphire
    ("#172c25", "#24513f", "#438168", "#8abba2", "#d2e4d8"),  # emerald
    ("#3b3c41", "#63656b", "#8f9399", "#bcc1c5", "#e1e4e4"),  # rock crystal
    ("#38240f", "#704716", "#aa762f", "#d3ac6c", "#ead9b6"),  # citrine
    ("#3a1d2a", "#6e374d", "#a3617c", "#cf9dae", "#e7d3d8"),  # rose
    ("#29241f", "#3f372f", "#5f5347", "#8f8273", "#c6bdb0"),  # smoky
)
_ZONES: Final = ("pale_tips", "deep_tips", "milky")


@dataclass(frozen=True, slots=True, eq=False)
class _Body:
    """What can be seen in the stone: planes and veils, refracted by every facet; lines of growth on it."""

    planes: Tensor
    veils: Tensor
    growth: Tensor
    grain: Tensor
    thin: Tensor


def crystal(torus: Torus, look: Look) -> Surface:
    """Crystals grown through one another: deep within, pale at the tips, bright along the edges."""
    spacing_m, habit = _HABITS[look.option("habit", "cluster")]
    grown = grow_crystals(torus, "crystals", spacing_m * look["size"], habit, sink=0.35)
    body = _look_inside(torus, grown)
    chips = 0.0004 + 0.0022 * look["wear"] * smoothstep(0.5, 1.6, body.veils + 0.5 * body.grain)
    edge = smoothstep(0.7, 1.6, chips / grown.facets.edge.clamp(min=1e-5))
    skin_m = body.growth * 0.00016 + body.grain * 0.00002 - edge * 0.0006 * look["wear"]
    height_m = (grown.height_m + skin_m) * look.relief

    stone = look.palette(*choose(torus, "crystal/colour", _STONES), most_chroma=PAINTED)
    tone, milk = _zones(torus, look, grown, body)
    glows = look.option("light", "unlit") == "glowing"
    core = _core(grown, body, edge) if glows else torus.zeros()
    color = stone.paint(tone + 0.35 * edge + 0.15 * core)
    tints = piece_tints(torus, "crystal/tint", grown.crystals.count, value=0.1, hue=5.0, warmth=0.04)
    color = color * grown.crystals.pick(tints)
    white = look.palette("#a8a6a5", "#c9c8c5", "#dedddb", tint=0.3).paint(0.5 + 0.5 * body.veils)
    color = mix(color, white, milk * 0.8)
    roughness = look.roughness(0.13) + grown.facets.random(torus, "facets/frost", -0.05, 0.1)
    roughness = roughness + 0.07 * body.growth.abs() + 0.35 * milk + 0.25 * edge
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=color,
        roughness=roughness,
        metallic=torus.zeros(),
        emissive=stone.paint(tone * 0.5 + 0.45).square_() * (core * 6) if glows else None,
    )
    return surface.with_grime(0.25 + 0.75 * look["dirt"], 0.02)


def _look_inside(torus: Torus, grown: Crystals) -> _Body:
    bend = warp_field(torus, "inside/bend", 8, 0.01, octaves=3)
    broken = grains(
        torus, "inside/planes", torus.cells_across(0.03), period_y=torus.cells_across(0.05), warp=bend
    )
    shared = torch.stack(
        [
            broken.random(torus, "inside/plane") * 2 - 1,
            fbm(torus, "inside/veils", torus.cells_across(0.08), octaves=6, gain=0.6, shape="ridged"),
            spectral_noise(torus, "inside/growth", slope=1.4, low=24, stretch=(0.1, 1.0)).clamp_(-2.5, 2.5),
        ]
    )
    planes, veils, _ = fetch_per_piece(torus, shared, grown.facets, "inside/refracted")
    thin = torch.exp(grown.facets.edge * (-1 / 0.006))
    # Growth shows as lines across the crystal, the same on all its sides.
    step = grown.crystals.random(torus, "growth/step", 900.0, 1900.0)
    growth = torch.sin(grown.crystals.y * step + 4 * veils) * smoothstep(0.4, 1.3, veils + planes)
    return _Body(planes, veils, growth, spectral_noise(torus, "inside/grain", slope=0.7, low=60), thin)


def _zones(torus: Torus, look: Look, grown: Crystals, body: _Body) -> tuple[Tensor, Tensor]:
    """Return the tone, 0 deep to 1 pale, and where the stone is milky."""
    zone = look.option("zones", choose(torus, "crystal/zones", _ZONES))
    along = (grown.along + 0.1 * body.veils).clamp(-0.3, 1.1)
    tone = 0.5 - 0.4 * along if zone == "deep_tips" else 0.05 + 0.42 * along
    tone = tone + 0.2 * body.planes * (1 - body.thin) + 0.16 * body.veils + 0.16 * body.thin
    tone = tone + grown.facets.random(torus, "facets/tone", -0.17, 0.17)
    flaw = smoothstep(0.55, 0.85, body.veils) * smoothstep(-0.2, 0.5, body.planes)
    root = smoothstep(0.45, -0.1, along + 0.2 * body.veils) * (0.9 if zone == "milky" else 0.12)
    return tone, (root + 0.5 * flaw * look["flaws"]).clamp_(0, 1)


def _core(grown: Crystals, body: _Body, edge: Tensor) -> Tensor:
    """Return where a glowing crystal gives light, 0..1: it wells up from the root, along flaws and edges."""
    deep = smoothstep(1.0, -0.1, grown.along) * (0.6 + 0.45 * body.planes + 0.35 * body.veils)
    return (deep * (1 - 0.4 * body.thin) + 0.4 * edge + 0.04).clamp_(0, 1.3)
