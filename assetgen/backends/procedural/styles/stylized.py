"""Stylized: bold clean forms, wide bevels, light on the edges and color in the hollows."""

from __future__ import annotations

from dataclasses import replace

import torch

from assetgen.backends.procedural.field.height import blurs, smoothstep
from assetgen.backends.procedural.operators.designs.painting import lightness, relit, saturated
from assetgen.backends.procedural.styles.forms import Forms, simplified
from assetgen.backends.procedural.surface import Surface


def stylized(surface: Surface) -> Surface:
    """Return the surface with its small detail swept into a few bold forms."""
    torus = surface.torus
    forms = simplified(surface, radius_m=torus.tile_m * 0.012)
    color = saturated(forms.color, 1.28)
    own = lightness(color)
    # Three tones of every form: its light edge, its face, its dark foot; and a slow gradient over each.
    edge, foot = _edges(forms)
    shaped = own + edge * 0.10 - foot * 0.10 + (forms.level - 0.5) * 0.07
    color = relit(color, own, shaped.clamp(0.06, 0.95))
    warm = torch.tensor([1.06, 1.0, 0.90], device=torus.device)[:, None, None]
    cool = torch.tensor([0.90, 0.95, 1.10], device=torus.device)[:, None, None]
    color = color * (1 + (warm - 1) * edge) * (1 + (cool - 1) * foot)
    roughness = forms.roughness * 0.75 + 0.16 - 0.10 * edge + 0.06 * foot
    return replace(
        surface, height_m=forms.height_m * 1.15, color=color, roughness=roughness, metallic=forms.metallic
    )


def _edges(forms: Forms) -> tuple[torch.Tensor, torch.Tensor]:
    """Return lit edges and dark feet, 0..1, from how the height stands over its surroundings."""
    torus = forms.torus
    near, wide = blurs(torus, forms.height_m, (torus.tile_m * 0.006, torus.tile_m * 0.02))
    unit = forms.relief_m * 0.10
    stands = (forms.height_m * 0.5 + near * 0.5 - wide) * (1 / unit)
    return smoothstep(0.25, 1.3, stands), smoothstep(0.1, 1.4, -stands)
