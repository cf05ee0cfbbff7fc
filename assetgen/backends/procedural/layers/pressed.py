"""What treads on a surface: it sinks into what is loose, and rubs off on what is hard."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from assetgen.backends.procedural.operators.exposure import proud
from assetgen.backends.procedural.operators.height import blur, smoothstep
from assetgen.backends.procedural.operators.palette import mix
from assetgen.backends.procedural.surface import Surface


def pressed(surface: Surface, sole: Tensor, tread: Tensor, *, depth_m: float, rubber: Tensor) -> Surface:
    """Return a surface that something trod on.

    Args:
        surface: what is trodden on.
        sole: (N, N) 1 under it, 0 beside it.
        tread: (N, N) its profile, 1 where it presses deepest.
        depth_m: how deep it sinks where the ground is as loose as snow.
        rubber: (3, 1, 1) color of what rubs off on hard ground.
    """
    torus = surface.torus
    loose = torus.zeros() if surface.loose is None else surface.loose
    level_m = blur(torus, surface.height_m, 0.02)
    given = sole * loose
    floor_m = level_m - depth_m * (0.72 + 0.28 * tread)
    around = (blur(torus, sole, 0.020) - sole).clamp_(min=0) * loose
    height_m = surface.height_m + (floor_m - surface.height_m) * given + around * depth_m * 0.9
    # Pressed ground is denser: darker and smoother; beside it lies what was pushed out.
    packed = replace(
        surface,
        height_m=height_m,
        color=surface.color * (1 - 0.22 * given) * (1 + 0.06 * around),
        roughness=mix(surface.roughness, surface.roughness * 0.9, given),
    )
    touched = sole * smoothstep(0.25, 0.75, tread) * (1 - loose)
    touched = touched * smoothstep(-0.9, 0.1, proud(torus, surface.height_m, 0.02, least_m=0.001))
    return packed.covered(
        touched.clamp(0, 1),
        color=rubber + surface.color * 0.12,
        roughness=0.68,
        metallic=surface.metallic * 0.3,
    )
