"""Tracks: tyres pressed into what is loose, and black rubber on what is hard."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.layers.pressed import pressed
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.height import smoothstep
from assetgen.backends.procedural.operators.noise import fbm, spectral_noise
from assetgen.backends.procedural.operators.palette import flat_color
from assetgen.backends.procedural.operators.paths import path
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.surface import Surface

_PASSES = 3
_GAUGE_M = 0.72
"""Half of what one axle spans."""


def tracks(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Drive over a surface: one pass at first, up to three at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    crumb = fbm(torus, "tracks/crumb", torus.cells_across(0.05), octaves=4, gain=0.6)
    patchy = spectral_noise(torus, "tracks/patchy", slope=1.6, low=4).clamp_(-2, 2)
    rubber = flat_color(torus, layer_palette(color, "#1d1c1c").middle())
    sole, tread = torus.zeros(), torus.zeros()
    for number in range(_PASSES):
        came = min(max(amount * _PASSES * 1.15 - number, 0.0), 1.0)
        if came > 0:
            under, profile = _tyres(torus, f"tracks/{number}", crumb)
            tread = torch.where(under > sole, profile, tread)
            sole = torch.maximum(sole, under * smoothstep(0.0, 0.35, torch.full_like(under, came)))
    grip = smoothstep(-1.6, 0.4, patchy + 0.6 * crumb + 1.4 * (amount - 0.4))
    return pressed(surface, sole, tread * grip, depth_m=0.016, rubber=rubber)


def _tyres(torus: Torus, name: str, crumb: Tensor) -> tuple[Tensor, Tensor]:
    """Return where two wheels rolled, 0..1, and the profile of their tread."""
    way = path(torus, name, wander_m=0.06)
    half_m = torus.draw(f"{name}/half", 0.075, 0.11)
    # On a tile that is narrower than an axle there is one wheel only.
    apart_m = _GAUGE_M if torus.tile_m > 3 * _GAUGE_M else torus.tile_m * 0.25
    right = way.aside > 0
    aside = torch.where(right, way.aside - apart_m / 2, way.aside + apart_m / 2) + crumb * 0.004
    texel_m = torus.tile_m / torus.size
    under = smoothstep(0.004 + texel_m, -0.004 - texel_m, aside.abs() - half_m)
    blocks = torus.cells_across(torus.draw(f"{name}/block", 0.040, 0.060))
    reach = (aside.abs() / half_m).clamp(max=1)
    # Lugs point the way it went; the two halves are set off against each other.
    lean = way.along * blocks + reach * 1.3 + 0.5 * (aside > 0)
    lug = (lean - torch.floor(lean) - 0.5).abs()
    block = (
        smoothstep(0.40, 0.30, lug)
        * smoothstep(0.04, 0.12, reach)
        * smoothstep(0.02, 0.07, (reach - 0.62).abs())
    )
    keep = min(1.0, torus.tile_m / blocks / texel_m / 4)
    return under, block * keep + 0.5 * (1 - keep)
