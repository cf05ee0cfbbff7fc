"""Edge wear: what stands out is rubbed first - bare metal, pale stone, rounded corners."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import edges
from assetgen.backends.procedural.field.height import blurs, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import bare_metal, broken_open, layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.surface import Surface


def edge_wear(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Rub the edges of a surface: touched here and there at first, rounded off all along at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    chipped = fbm(torus, "edge_wear/chipped", torus.cells_across(0.04), octaves=6, gain=0.65)
    scuff = spectral_noise(torus, "edge_wear/scuff", slope=1.0, low=60).clamp_(-2.2, 2.2)
    sharp = edges(torus, surface.height_m, 0.007)
    broad = edges(torus, surface.height_m, 0.022)
    standing = torch.maximum(sharp, broad * 0.55)
    often = patchwork(torus, "edge_wear/often", 0.35, octaves=4)
    ready = standing + chipped * 0.9 + often * 0.7 + scuff * 0.05
    gone = grown(ready, 0.012 + 0.30 * amount**1.2, deep=0.45)
    # What does not stand out is never rubbed, whatever the share.
    gone = torch.minimum(gone, (standing - 0.15) * 2.2 + chipped * 0.7)
    worn = smoothstep(0.0, 0.10, gone)
    rubbed = _rounded(surface, worn, gone, chipped, scuff, amount)
    return _laid_bare(surface, rubbed, worn, gone, scuff, color)


def _rounded(
    surface: Surface, worn: Tensor, gone: Tensor, chipped: Tensor, scuff: Tensor, amount: float
) -> Tensor:
    """Return the height with edges taken down to what is around them, in small facets."""
    near, far = blurs(surface.torus, surface.height_m, (0.004, 0.010))
    taken_m = (torch.lerp(near, far, 0.7 * amount) - surface.height_m).clamp(max=0)
    facet_m = smoothstep(0.1, 0.8, gone) * (chipped.clamp(max=0.3) - 0.3).clamp(max=0) * 0.0010
    return surface.height_m + worn * (taken_m * 0.85 + facet_m + 0.00004 * scuff)


def _laid_bare(
    surface: Surface, height_m: Tensor, worn: Tensor, gone: Tensor, scuff: Tensor, color: ColorWord | None
) -> Surface:
    """Show the matter inside: metal under its paint, else the pale body of stone, wood or clay."""
    metal = bare_metal(surface)
    rim = smoothstep(-0.22, 0.0, gone) * (1 - worn)
    if color is not None:
        inner = layer_palette(color, "#6f6a63", "#8f8a82", "#aaa59c").paint(0.5 + 0.2 * scuff)
        return surface.covered(worn, color=inner, roughness=0.7, height_m=height_m)
    if metal is None:
        pale = broken_open(surface)
        roughness = surface.roughness + (0.8 - surface.roughness) * 0.55 + 0.03 * scuff
        return surface.covered(
            worn * 0.85 + rim * 0.2,
            color=pale,
            roughness=roughness,
            metallic=surface.metallic,
            height_m=height_m,
        )
    # Around the bare metal the paint is thin and dull; on what was bare already, the edge is polished.
    surface = replace(surface, roughness=mix(surface.roughness, 0.55, rim * 0.5 * (1 - surface.metallic)))
    bright = (metal * (1.06 + 0.04 * scuff)).clamp_(0, 0.95)
    return surface.covered(worn, color=bright, roughness=0.27 + 0.04 * scuff, metallic=1.0, height_m=height_m)
