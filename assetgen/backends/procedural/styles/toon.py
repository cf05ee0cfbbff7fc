"""Toon: flat tones between inked lines."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import threshold_for
from assetgen.backends.procedural.field.height import blurs, smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import flat_color, mix
from assetgen.backends.procedural.operators.designs.painting import banded, lightness, relit, saturated
from assetgen.backends.procedural.styles.forms import Forms, simplified
from assetgen.backends.procedural.surface import Surface

_INK = (0.016, 0.014, 0.020)
_TONES = 4


def toon(surface: Surface) -> Surface:
    """Return the surface in four tones, with ink where forms end."""
    torus = surface.torus
    forms = simplified(surface, radius_m=torus.tile_m * 0.016)
    color = saturated(forms.color, 1.4)
    own = lightness(color)
    low, high = threshold_for(own, 0.97), threshold_for(own, 0.03)
    tones = banded(own, _TONES, low=low, high=min(high + 0.06, 0.95))
    color = relit(color, own, tones)
    ink = _ink(forms)
    stepped = banded(forms.level, _TONES, low=0.0, high=1.0, soft=0.25)
    return replace(
        surface,
        height_m=forms.height_m * 0.5 + stepped * (forms.relief_m * 0.35) - ink * (forms.relief_m * 0.06),
        color=mix(color, flat_color(torus, _INK), ink),
        roughness=mix(banded(forms.roughness * 0.6 + 0.35, 5, low=0.35, high=0.95), 0.95, ink),
        metallic=forms.metallic * (1 - ink) * 0.5,
    )


def _ink(forms: Forms) -> Tensor:
    """Return pen lines, 0..1: along the foot of forms and where tones meet, thick and thin as a hand presses."""
    torus = forms.torus
    near, wide = blurs(torus, forms.height_m, (torus.tile_m * 0.0015, torus.tile_m * 0.009))
    press = fbm(torus, "ink/press", 9, octaves=3) * 0.25
    foot = (wide - near) * (1 / (forms.relief_m * 0.085))
    tone, around = blurs(torus, lightness(forms.color), (torus.tile_m * 0.001, torus.tile_m * 0.006))
    border = (around - tone) * (1 / 0.05)
    drawn = torch.maximum(smoothstep(0.75, 1.05, foot + press), smoothstep(0.9, 1.25, border + press))
    # Along a joint both banks are inked, and the joint between them keeps its own tone where it is wide enough.
    bank = blurs(torus, forms.joint, (torus.tile_m * 0.0016,))[0]
    return torch.maximum(drawn, smoothstep(0.18, 0.34, bank * (1.25 - bank) * 1.3 + press * 0.2))
