"""Soot: fires with smoke that licks up above them, dull black and ashen at the core; wood chars into blocks."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import edges
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.traces.run_off import run_up
from assetgen.backends.procedural.surface import Surface

_BLACKS = ("#1e1d1c", "#252322", "#322f2c", "#45403a")
_HEAT = ("#a3b4ce", "#b5a2c0", "#cfae9d", "#dcc8a0")
"""What glowed: blue next to the fire, then purple, brown and straw."""


def soot(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Burn a surface: a few small fires at first, charred all over at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    ragged = fbm(torus, "soot/ragged", torus.cells_across(0.10), octaves=6, gain=0.6)
    grain = spectral_noise(torus, "soot/grain", slope=0.8, low=70).clamp_(-2.3, 2.3)
    patch = patchwork(torus, "soot/patch", 0.36, octaves=4, gain=0.45)
    burnt = grown(patch + ragged * 0.22, 0.50 * amount**1.3 + 0.48 * amount**2.5, deep=0.5)
    smoke = _smoke(surface, burnt, amount)
    standing = edges(torus, surface.height_m, 0.008)
    char = smoothstep(-0.16, 0.34, burnt + 0.16 * ragged + 0.04 * grain)
    black = torch.maximum(char * (0.86 + 0.14 * smoothstep(0.0, 0.4, burnt)), smoke).clamp_(0, 0.97)
    # Flames wash round an edge and leave it cleaner; a corner keeps everything.
    black = black * (1 - 0.25 * standing.clamp(min=0) * (1 - smoothstep(0.4, 1.0, burnt)))
    core = smoothstep(0.5 - 0.4 * amount, 1.1 - 0.4 * amount, burnt + 0.4 * ragged)
    ash = core * smoothstep(0.25, 0.8, ragged + 0.14 * grain) * 0.6
    tone = 0.42 + 0.30 * ragged + 0.10 * grain + 0.12 * standing - 0.42 * core
    matter = layer_palette(color, *_BLACKS).paint(tone)
    matter = mix(matter, Palette.of("#5d5a55", "#85827b").paint(0.5 + 0.3 * grain), ash * 0.55)
    rough = 0.88 + 0.07 * core + 0.03 * grain - 0.06 * smoothstep(0.3, 0.6, -ragged)
    height_m = surface.height_m + core * (0.0005 * ragged + 0.00010 * grain) + char * 0.00006 * grain
    if surface.burns:
        split, block = _checks(torus, core)
        matter = matter * (1 - 0.55 * split) * (0.92 + 0.2 * block)
        # The faces of charcoal shine a little, the ash over them does not.
        rough = mix(rough, 0.62 + 0.2 * block, core * (1 - split) * (1 - ash))
        height_m = height_m - split * 0.0016 + core * (block - 0.5) * 0.0008
    return _scorched(surface, burnt, smoke, ragged).covered(
        black, color=matter, roughness=rough, height_m=height_m
    )


def _smoke(surface: Surface, burnt: Tensor, amount: float) -> Tensor:
    """Return the tongues of smoke above what burnt, 0..1: sharp where they start, wide and thin where they end."""
    torus = surface.torus
    parted = spectral_noise(torus, "soot/parted", slope=1.6, low=5, high=120, stretch=(1.0, 5.0))
    tongues = smoothstep(-1.0, 1.4, parted)
    source = smoothstep(-0.1, 0.35, burnt)
    tall_m = torus.fit(0.16 + 0.2 * amount, 4)
    licks = run_up(torus, source * tongues, tall_m)
    cloud = blur(torus, run_up(torus, source, tall_m * 0.8), 0.035, 0.05).clamp_(min=0)
    bend = torus.fit(0.2)
    curl = warp_field(torus, "soot/curl", torus.cells_across(bend), 0.2 * bend / torus.tile_m, octaves=4)
    rising = fetch(torus, blur(torus, licks, 0.005, 0.016), *curl)
    return (rising * (0.35 + 0.65 * tongues) * 0.8 + cloud * (0.34 + 0.2 * tongues)).clamp_(0, 0.92)


def _checks(torus: Torus, core: Tensor) -> tuple[Tensor, Tensor]:
    """Return the fine cracks into which wood chars, and a number of every block between them, (N, N) each, 0..1."""
    bend = warp_field(torus, "soot/bend", torus.cells_across(0.02), 0.004 / torus.tile_m, octaves=3)
    blocks = cells(torus, "soot/blocks", torus.cells_across(0.017), jitter=0.75, warp=bend)
    own = blocks.random(torus, "soot/own")
    return band(torus, blocks.edge, 0.0005 + 0.0009 * core * own, soft_m=0.0004) * core, own


def _scorched(surface: Surface, burnt: Tensor, smoke: Tensor, ragged: Tensor) -> Surface:
    """Brown the matter around a fire; on bare metal heat leaves its colors."""
    near = smoothstep(-0.40, 0.0, burnt + 0.12 * ragged)
    brown = torch.maximum(near, smoke * 0.7) * (1 - surface.metallic) * (1.0 if surface.burns else 0.6)
    toasted = torch.tensor([0.42, 0.34, 0.28], device=surface.torus.device)[:, None, None]
    color = surface.color * (1 - brown + brown * toasted)
    if bool((surface.metallic > 0.5).any()):
        tint = Palette.of(*_HEAT).paint(-burnt * 1.7 + 0.2 * ragged)
        heated = smoothstep(-0.55, -0.2, burnt + 0.12 * ragged) * surface.metallic
        color = mix(color, color * 0.35 + tint * 0.65, heated * 0.8)
    return replace(surface, color=color, roughness=mix(surface.roughness, 0.75, near * 0.5))
