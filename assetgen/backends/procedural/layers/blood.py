"""Blood: pools, splatter and runs; fresh it shines, thin and at its borders it has dried to brown."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import proud
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.traces.run_off import run_off
from assetgen.backends.procedural.operators.traces.splatter import splatter
from assetgen.backends.procedural.surface import Surface

_FRESH = ("#3a0d0b", "#4f110e", "#6a1d17", "#84352b")
_DRIED = ("#2b1814", "#3a211a", "#4d2f25", "#674636")
"""Both from thick to thin."""
_SIZES = ((0.10, 0.9), (0.036, 0.6), (0.014, 0.35))
"""Diameter of the largest drop in metres, and how thick it lies."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Spilt:
    """How thick it lies, 0..1, how much of a texel it covers, where its border dried, how deep in a pool."""

    thick: Tensor
    cover: Tensor
    rim: Tensor
    deep: Tensor


def blood(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Spill blood: a few drops at first; at last about half of the surface, pooled and run down."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    grain = spectral_noise(torus, "blood/grain", slope=1.0, low=40).clamp_(-2, 2)
    spilt = _spilt(surface, amount)
    drying = patchwork(torus, "blood/drying", 0.3, octaves=5, gain=0.55)
    fresh = spilt.thick * 0.85 + torus.draw("blood/age", -0.3, 0.3) + drying * 0.5 - spilt.rim * 0.6
    fresh = smoothstep(0.1, 0.55, fresh)
    thin = 0.85 - 0.85 * spilt.thick + 0.05 * grain
    wet = layer_palette(color, *_FRESH, most_chroma=PAINTED).paint(thin)
    dry = layer_palette(color, *_DRIED, most_chroma=PAINTED).paint(thin + 0.1 * drying)
    # A thin film stains what drinks it and lets the grain of the base show.
    body = mix(dry, wet, fresh) * (1 - 0.3 * spilt.rim)
    opaque = spilt.cover * (0.72 + 0.26 * smoothstep(0.0, 0.25, spilt.thick))
    film = mix(body, surface.color * body * 3.0, 0.35 * (1 - spilt.thick))
    pooled_m = (blur(torus, surface.height_m, 0.006) - surface.height_m) * smoothstep(0.0, 0.8, spilt.deep)
    return surface.covered(
        opaque,
        color=film,
        roughness=mix(0.58 + 0.05 * grain + 0.1 * drying, 0.10 + 0.03 * drying, fresh),
        height_m=surface.height_m + pooled_m + spilt.cover * spilt.thick * 0.0011,
    )


def _spilt(surface: Surface, amount: float) -> _Spilt:
    """Gather pools in hollows, drops where it was thrown, and runs below both."""
    torus = surface.torus
    hollow = -proud(torus, blur(torus, surface.height_m, 0.003), 0.05, least_m=0.0015)
    patch = patchwork(torus, "blood/patch", 0.26, octaves=4, gain=0.5)
    ragged = fbm(torus, "blood/ragged", torus.cells_across(0.07), octaves=4, gain=0.5)
    deep = grown(hollow * 0.22 + patch + ragged * 0.22, 0.30 * amount**1.7, deep=0.22)
    pool = smoothstep(-0.03, 0.03, deep)
    thick = pool * torch.sqrt(deep.clamp(0, 1))
    cover, rim = pool, torch.exp((deep * (1 / 0.07)).square().neg_()) * pool
    for number, (size_m, most) in enumerate(_SIZES):
        drops = splatter(
            torus, f"blood/{number}", size_m, share=0.06 + 0.42 * amount, burst_m=0.6, drawn_out=0.9
        )
        thick = torch.maximum(thick, drops.thick * most)
        cover = torch.maximum(cover, smoothstep(0.02, 0.12, drops.thick))
        rim = torch.maximum(rim, drops.rim * 0.7)
    source = smoothstep(0.55, 0.9, thick) * smoothstep(0.0, 0.3, ragged + 0.2)
    run, _ = run_off(torus, "blood/run", source, 0.06)
    streak = smoothstep(0.16, 0.34, run)
    return _Spilt(
        thick=torch.maximum(thick, streak * 0.45),
        cover=torch.maximum(cover, streak),
        rim=rim.clamp_(0, 1),
        deep=deep.clamp(min=0),
    )
