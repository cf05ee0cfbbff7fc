"""Frost: thin feathers of ice that start at edges and grow over the faces."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import edges
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import patchwork, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import scatter
from assetgen.backends.procedural.surface import Surface

_ICES = ("#8fa1ae", "#b6c4cd", "#d3dce1", "#e6ebed")


def frost(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Let a surface freeze over: rime on the edges, then ferns of ice that meet in the middle of the faces."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    fern = torch.maximum(_ferns(torus, "large", 0.24), _ferns(torus, "small", 0.09) * 0.85)
    grain = spectral_noise(torus, "frost/grain", slope=0.4, low=110).clamp_(-2.3, 2.3)
    rim = edges(torus, surface.height_m, 0.012)
    start = blur(torus, rim.clamp(min=0), 0.014) * 2.0 + rim.clamp(min=0) * 0.25
    cold = patchwork(torus, "frost/cold", 0.28, octaves=5, gain=0.5)
    # A stem runs ahead of its barbs: where they show, the front of the growth is feathered.
    deep = grown(start * 0.5 + cold + fern * 0.30 + grain * 0.02, 0.98 * amount**1.1, deep=0.55)
    crystal = smoothstep(-0.02, 0.10, deep)
    body = crystal * (0.30 + 0.55 * fern + 0.25 * smoothstep(0.4, 1.0, deep)).clamp_(0, 0.95)
    rime = smoothstep(-0.5, 0.1, deep) * 0.16
    tone = 0.28 + 0.55 * fern + 0.06 * grain + 0.15 * deep.clamp(min=0)
    facets = smoothstep(1.2, 2.2, grain) * crystal
    return surface.covered(
        torch.maximum(body, rime),
        color=layer_palette(color, *_ICES).paint(tone),
        roughness=0.64 - 0.20 * fern + 0.05 * grain + 0.14 * cold - 0.25 * facets,
        metallic=surface.metallic * (1 - crystal),
        height_m=surface.height_m + crystal * (0.0001 + 0.00055 * fern + 0.00005 * grain),
    )


def _ferns(torus: Torus, name: str, size_m: float) -> Tensor:
    """Return feathers, 0..1: each with a stem, barbs that lean forward from it, and barbs on those."""
    bend = warp_field(
        torus, f"frost/{name}/bend", torus.cells_across(size_m), 0.22 * size_m / torus.tile_m, octaves=4
    )
    leaf = scatter(torus, f"frost/{name}", torus.cells_across(size_m), warp=bend)
    turn = leaf.random(torus, f"frost/{name}/turn", 0.0, 2 * math.pi)
    cos, sin = torch.cos(turn), torch.sin(turn)
    along, across = leaf.x * cos + leaf.y * sin, (leaf.y * cos - leaf.x * sin).abs()
    pitch_m = size_m * 0.075
    # Barbs leave the stem at about sixty degrees; theirs leave them the same way.
    forward = along - across * 0.58
    to_barb = _to_line(forward, pitch_m)
    from_barb = across - to_barb * 0.58
    stem = _drawn(torus, across, 0.0022 + pitch_m * 0.05)
    barb = _drawn(torus, to_barb, pitch_m * 0.16)
    hair = _drawn(torus, _to_line(from_barb, pitch_m * 0.34), pitch_m * 0.07)
    tip = smoothstep(0.0, 0.05 * size_m, leaf.edge)
    reach = smoothstep(0.55, 0.15, across / size_m)
    feather = torch.maximum(barb * (0.45 + 0.4 * reach), hair * 0.5 * (0.4 + 0.6 * reach))
    return torch.maximum(stem * reach, feather) * (0.35 + 0.65 * tip)


def _to_line(position_m: Tensor, pitch_m: float) -> Tensor:
    """Return metres to the nearest of many lines, one every `pitch_m`."""
    lines = position_m * (1 / pitch_m)
    return (lines - torch.round(lines)).abs_().mul_(pitch_m)


def _drawn(torus: Torus, away_m: Tensor, half_m: float) -> Tensor:
    """Return a soft line, 0..1; one narrower than a texel spreads over it and fades."""
    wide = max(half_m, 0.75 * torus.tile_m / torus.size)
    return smoothstep(1.0, 0.1, away_m * (1 / wide)) * min(1.0, half_m / wide * 1.4)
