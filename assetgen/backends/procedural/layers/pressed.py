"""What treads on a surface: it sinks into what is loose, and rubs off on what is hard."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.exposure import proud
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.operators.traces.tracks import Tracks
from assetgen.backends.procedural.surface import Surface


def pressed(surface: Surface, prints: Tracks, *, depth_m: float, grip: Tensor, rubber: Tensor) -> Surface:
    """Return a surface that something trod on.

    Args:
        surface: what is trodden on.
        prints: where, and with what profile.
        depth_m: how deep it sinks where the ground is as loose as snow.
        grip: (N, N) how well it rubs off where the ground is hard, 0..1.
        rubber: (3, 1, 1) color of what rubs off.
    """
    torus = surface.torus
    loose = torus.zeros() if surface.loose is None else surface.loose
    given = prints.pressed * loose
    smooth_m = blur(torus, surface.height_m, 0.02) - surface.height_m
    height_m = surface.height_m + smooth_m * given + prints.relief_m(depth_m) * loose
    if surface.fallen is not None:
        # Snow can be pressed to a fifth of its depth, not into the ground.
        ground_m = surface.fallen.ground.height_m
        height_m = torch.maximum(height_m, ground_m + (surface.height_m - ground_m).clamp(min=0) * 0.2)
    # Pressed ground is denser, darker and smoother; around it lies what was pushed out.
    packed = replace(
        surface,
        height_m=height_m,
        color=surface.color * (1 - 0.22 * given) * (1 + 0.06 * prints.rim * loose),
        roughness=mix(surface.roughness, surface.roughness * 0.9, given),
    )
    packed = _swept(packed, given * (1 - 0.7 * prints.tread), grip)
    touched = smoothstep(0.55, 0.8, prints.pressed) * (1 - prints.tread) * (1 - loose) * grip
    touched = touched * smoothstep(-0.9, 0.1, proud(torus, surface.height_m, 0.02, least_m=0.001))
    # Between the bars of the profile a thinner film comes off.
    film = smoothstep(0.45, 0.7, prints.pressed) * (1 - loose) * grip
    return packed.covered(
        film * 0.35, color=rubber + surface.color * 0.3, roughness=0.72, metallic=surface.metallic
    ).covered(
        touched.clamp(0, 0.85),
        color=rubber + surface.color * 0.12,
        roughness=0.68,
        metallic=surface.metallic * 0.3,
    )


def _swept(surface: Surface, given: Tensor, grip: Tensor) -> Surface:
    """Return a surface on which the ground shows where snow was pressed to a thin film: it melts, or sticks.

    Some is left where the profile left room for it, and here and there.
    """
    if surface.fallen is None:
        return surface
    ground = surface.fallen.ground
    left_m = surface.height_m - ground.height_m
    bare = smoothstep(0.0055, 0.002, left_m + 0.003 * (1 - grip)) * smoothstep(0.3, 0.9, given)
    swept = surface.covered(bare, color=ground.color, roughness=ground.roughness, metallic=ground.metallic)
    loose = (
        None
        if surface.loose is None
        else mix(surface.loose, bare * 0 if ground.loose is None else ground.loose, bare)
    )
    fallen = replace(surface.fallen, share=surface.fallen.share * (1 - bare))
    return replace(swept, loose=loose, opened=surface.opened, fallen=fallen)


def over(first: Tracks, then: Tracks, share: float) -> Tracks:
    """Return tracks with others over them, of which `share` (0..1) shows yet."""
    under, on_top = first.pressed, then.pressed * share
    # What has been pressed flat stays so, whatever profile comes after.
    treads = [torch.where(one > 0.01, track.tread, 1.0) for one, track in ((under, first), (on_top, then))]
    return Tracks(
        pressed=torch.maximum(under, on_top),
        rim=torch.maximum(first.rim * (1 - on_top), then.rim * share * (1 - under)),
        tread=torch.minimum(*treads),
    )
