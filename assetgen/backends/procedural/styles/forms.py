"""A surface reduced to its forms: what every drawn style begins with."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import threshold_for
from assetgen.backends.procedural.field.height import blur, blurs, smoothstep
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.designs.painting import flattened, lightness
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Forms:
    """The large forms of a surface, their borders kept.

    Args:
        torus: the tile.
        height_m: (N, N) metres.
        color: (3, N, N) linear.
        roughness: (N, N).
        metallic: (N, N).
        relief_m: metres between the lowest and the highest twentieth.
        level: (N, N) height as a share of that, 0..1.
        joint: (N, N) 1 in the narrow deep places between forms, 0 on them.
    """

    torus: Torus
    height_m: Tensor
    color: Tensor
    roughness: Tensor
    metallic: Tensor
    relief_m: float
    level: Tensor
    joint: Tensor


def simplified(surface: Surface, *, radius_m: float) -> Forms:
    """Return a surface without what is smaller than a brush of some radius."""
    torus = surface.torus
    low, high = (threshold_for(surface.height_m, share) for share in (0.95, 0.05))
    relief_m = max(high - low, 1e-5)
    # Borders are seen in the lightness and in the height alike, each in its own range.
    guide = lightness(surface.color) * 0.5 + (surface.height_m - low) * (0.5 / relief_m)
    planes = torch.cat(
        [surface.height_m[None], surface.color, surface.roughness[None], surface.metallic[None]]
    )
    smooth = flattened(torus, guide, planes, radius_m)
    smooth = flattened(torus, _guide_of(smooth, low, relief_m), smooth, radius_m * 0.6)
    # A joint narrower than the brush would be swept away, and with it what tells bricks from one another.
    joint = joints(surface, relief_m)
    smooth = mix(smooth, blur(torus, planes, radius_m * 0.12), joint)
    height_m = smooth[0]
    return Forms(
        torus=torus,
        height_m=height_m,
        color=smooth[1:4],
        roughness=smooth[4],
        metallic=smooth[5],
        relief_m=relief_m,
        level=((height_m - low) * (1 / relief_m)).clamp_(0, 1),
        joint=joint,
    )


def joints(surface: Surface, relief_m: float) -> Tensor:
    """Return the narrow deep places between forms, (N, N) 0..1, widened a little as a drawing does."""
    torus = surface.torus
    own, wide = blurs(torus, surface.height_m, (torus.tile_m * 0.0012, torus.tile_m * 0.011))
    deep = smoothstep(0.16, 0.34, (wide - own) * (1 / relief_m))
    return blur(torus, deep, torus.tile_m * 0.0014).mul_(1.9).clamp_(0, 1)


def _guide_of(planes: Tensor, low: float, relief_m: float) -> Tensor:
    return lightness(planes[1:4]) * 0.5 + (planes[0] - low) * (0.5 / relief_m)
