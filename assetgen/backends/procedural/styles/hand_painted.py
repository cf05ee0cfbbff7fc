"""Hand-painted: strokes that follow the forms, and light painted into the color as if no engine would add any."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.operators.designs.painting import lightness, relit, saturated, strokes
from assetgen.backends.procedural.styles.forms import Forms, simplified
from assetgen.backends.procedural.surface import Surface


def hand_painted(surface: Surface) -> Surface:
    """Return the surface as a painter would lay it in: forms first, then strokes, then light on the edges."""
    torus = surface.torus
    forms = simplified(surface, radius_m=torus.tile_m * 0.010)
    brush = strokes(
        torus, "paint/strokes", forms.level, width_m=torus.tile_m * 0.006, length_m=torus.tile_m * 0.05
    )
    wash = strokes(
        torus, "paint/wash", forms.level, width_m=torus.tile_m * 0.018, length_m=torus.tile_m * 0.11
    )
    light, rim, depth = _painted_light(forms)
    color = saturated(forms.color, 1.18)
    own = lightness(color)
    painted = own + light * 0.075 + rim * 0.13 - depth * 0.12 + brush * 0.022 + wash * 0.018
    color = relit(color, own, painted.clamp(0.07, 0.95))
    # Shadows of a painter are never grey: they lean to violet, lights to yellow.
    lean = (painted - own).clamp(-0.15, 0.15)
    tilt = torch.tensor([0.25, 0.05, -0.75], device=torus.device)[:, None, None]
    color = color * (1 + tilt * lean[None])
    return replace(
        surface,
        height_m=forms.height_m * 0.55 + brush * (forms.relief_m * 0.006),
        color=color,
        roughness=(forms.roughness * 0.55 + 0.36 + brush * 0.035 + wash * 0.03).clamp(0.2, 0.98),
        metallic=forms.metallic * 0.6,
    )


def _painted_light(forms: Forms) -> tuple[Tensor, Tensor, Tensor]:
    """Return light from the upper left (-1..1), bright rims and dark depths (0..1)."""
    torus = forms.torus
    broad = blur(torus, forms.height_m, torus.tile_m * 0.006)
    step = max(torus.size // 256, 1)
    slope = broad.roll((-step, -step), (0, 1)) - broad.roll((step, step), (0, 1))
    wide = blur(torus, forms.height_m, torus.tile_m * 0.022)
    stands = (forms.height_m - wide) * (1 / (forms.relief_m * 0.12))
    light = (slope * (-6.0 / forms.relief_m) * (torus.size / 256 / step)).clamp_(-1, 1)
    return light, smoothstep(0.3, 1.5, stands) * (0.6 + 0.4 * light), smoothstep(0.0, 1.6, -stands)
