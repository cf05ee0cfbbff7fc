"""One material over another: plaster that has come off the brick, grass that spreads over the dirt."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown, spread, threshold_for
from assetgen.backends.procedural.field.exposure import proud
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.surface import Surface

SKIN_M: Final = 0.009
"""How thick a coat of plaster, render or asphalt is where it breaks off."""


def coat(below: Surface, above: Surface, *, amount: float, covers: str, name: str) -> Surface:
    """Return a surface with another one over a share of it.

    Args:
        below: the base, with whatever came about before.
        above: the other material, drawn on the same tile, with its own layers.
        amount: covered share of the tile, 0..1.
        covers: "skin" breaks off in flakes with a sharp edge and hides the relief below; "heap" is loose and fills
            the low places first, the high ones last.
        name: the random stream, so that two coats of one tile spread differently.
    """
    if amount <= 0:
        return below
    amount = min(amount, 1.0)
    return _skin(below, above, amount, name) if covers == "skin" else _heap(below, above, amount, name)


def _skin(below: Surface, above: Surface, amount: float, name: str) -> Surface:
    """Lay a coat that levels the base out; it comes off where the base stands proud, in ragged flakes."""
    torus = below.torus
    patch = fbm(torus, f"{name}/patch", torus.cells_across(torus.fit(0.9, 3)), octaves=4, gain=0.5)
    ragged = fbm(
        torus, f"{name}/ragged", torus.cells_across(torus.fit(0.16, 14)), octaves=6, gain=0.6, shape="ridged"
    )
    deep = grown(patch + ragged * 0.16 - proud(torus, below.height_m, 0.08) * 0.10, amount, deep=0.30)
    texel = torus.tile_m / torus.size
    # The break: a lip that crumbles over some millimetres, thinner flakes towards the edge.
    kept = smoothstep(-0.02 - texel, 0.02 + texel, deep)
    thick_m = SKIN_M * (0.45 + 0.55 * smoothstep(0.0, 0.22, deep)) + 0.0012 * ragged * smoothstep(
        0.25, 0.0, deep
    )
    under_m = blur(torus, below.height_m, 0.03)
    top_m = under_m + thick_m + above.height_m - threshold_for(above.height_m, 0.5)
    top_m = torch.maximum(top_m, below.height_m + 0.0006)
    merged = _blended(below, above, kept, mix(below.height_m, top_m, kept))
    # A fresh break shows the pale body of the coat, and its dust lies on what it laid bare.
    lip = smoothstep(0.10, 0.02, deep) * kept
    dust = smoothstep(-0.35, 0.0, deep) * (1 - kept)
    grey = above.color.mean(0, keepdim=True)
    color = mix(merged.color, merged.color * 0.4 + grey * 0.62, lip * 0.55)
    color = mix(color, above.color * 0.85, dust * 0.22)
    return replace(merged, color=color, roughness=mix(merged.roughness, 0.95, torch.maximum(lip, dust * 0.5)))


def _heap(below: Surface, above: Surface, amount: float, name: str) -> Surface:
    """Spread loose matter: it lies level in the hollows, thins out towards its border, and leaves crests bare."""
    torus = below.torus
    patch = fbm(torus, f"{name}/patch", torus.cells_across(torus.fit(0.7, 3)), octaves=5, gain=0.55)
    ragged = fbm(torus, f"{name}/ragged", torus.cells_across(torus.fit(0.07, 20)), octaves=4, gain=0.6)
    deep = grown(patch * 1.1 + ragged * 0.35 - proud(torus, below.height_m, 0.08) * 0.55, amount, deep=0.5)
    own_m = above.height_m - threshold_for(above.height_m, 0.5)
    relief_m = spread(own_m)
    level_m = blur(torus, below.height_m, 0.04)
    thick_m = (deep.clamp(min=-0.4) * 0.9 + 0.08) * (0.012 + relief_m)
    top_m = level_m + thick_m + own_m * smoothstep(-0.3, 0.5, deep)
    shown = smoothstep(-0.0012, 0.0012, top_m - below.height_m) * smoothstep(-0.75, -0.2, deep)
    return _blended(below, above, shown, mix(below.height_m, torch.maximum(top_m, below.height_m), shown))


def _blended(below: Surface, above: Surface, mask: Tensor, height_m: Tensor) -> Surface:
    """Return the lower surface with the upper one where the mask is set, its glow and looseness included."""
    glow = below.emissive
    if above.emissive is not None:
        glow = above.emissive * mask if glow is None else mix(glow, above.emissive, mask)
    elif glow is not None:
        glow = glow * (1 - mask)
    merged = below.covered(
        mask, color=above.color, roughness=above.roughness, metallic=above.metallic, height_m=height_m
    )
    loose = None
    if below.loose is not None or above.loose is not None:
        under, over = (mask * 0 if part.loose is None else part.loose for part in (below, above))
        loose = mix(under, over, mask)
    return replace(merged, emissive=glow, loose=loose)
