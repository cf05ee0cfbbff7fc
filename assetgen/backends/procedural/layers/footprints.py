"""Footprints: soles pressed into what is loose, dark prints of wet dirt on what is hard."""

from __future__ import annotations

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import flat_color
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.layers.pressed import pressed
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.traces.tracks import footprints as trodden
from assetgen.backends.procedural.surface import Surface

_WALKERS = 6


def footprints(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Walk over a surface: one person at first, six at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    walkers = 1 + round((_WALKERS - 1) * amount)
    # On a tile that is smaller than a stride there is one print at most.
    length_m = min(0.30, torus.tile_m * 0.6)
    prints = trodden(torus, "footprints", walkers, length_m=length_m, soft_m=length_m * 0.035)
    crumb = fbm(torus, "footprints/crumb", torus.cells_across(0.04), octaves=5, gain=0.6)
    dirt = flat_color(torus, layer_palette(color, "#2f2a24").middle())
    wet = smoothstep(-0.35, 0.25, crumb + 0.4 * amount)
    return pressed(surface, prints, depth_m=length_m * 0.08, grip=wet, rubber=dirt)
