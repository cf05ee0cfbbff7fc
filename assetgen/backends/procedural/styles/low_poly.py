"""Low-poly: flat triangles, each of one color."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch

from assetgen.backends.procedural.field.height import blur
from assetgen.backends.procedural.operators.designs.painting import saturated
from assetgen.backends.procedural.operators.layouts.triangles import triangles
from assetgen.backends.procedural.surface import Surface

_ACROSS: Final = 44
"""Triangles' vertices along a tile."""


def low_poly(surface: Surface) -> Surface:
    """Return the surface as a mesh of some thousand flat faces."""
    torus = surface.torus
    face_m = torus.tile_m / _ACROSS
    even_m = blur(torus, surface.height_m, face_m * 0.12)
    mesh = triangles(torus, "low-poly", _ACROSS, jitter=0.55, drawn_to=even_m)
    height_m = mesh.interpolate(even_m) * 1.15
    color = blur(torus, surface.color, face_m * 0.16)
    tone = mesh.random(torus, "low-poly/tone", 0.92, 1.08)
    rough = mesh.at_centre(blur(torus, surface.roughness, face_m * 0.2)[None])[0]
    return replace(
        surface,
        height_m=height_m,
        color=saturated(mesh.at_centre(color), 1.25) * tone,
        roughness=(rough * 0.7 + 0.2 + (tone - 1) * 0.6).clamp(0.1, 0.98),
        metallic=torch.round(
            mesh.at_centre(blur(torus, surface.metallic[None], face_m * 0.16))[0] - 0.4
        ).clamp(min=0),
        emissive=None if surface.emissive is None else mesh.at_centre(surface.emissive),
    )
