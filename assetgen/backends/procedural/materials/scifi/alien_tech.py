"""Grown machinery: ribbed conduits, vertebrae and plates that flow along one another, with light in the seams."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import flat_color
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import NATURAL, Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.layouts.plans import boards, lay
from assetgen.backends.procedural.surface import Surface

_SHELLS: Final = (
    ("#2a2b31", "#3b3c44", "#565862", "#7a7c84"),
    ("#23302d", "#35443f", "#505f58", "#77857c"),
    ("#33272f", "#493944", "#65535f", "#8b7a84"),
    ("#38332a", "#504a3e", "#6e6757", "#938b79"),
)
"""Slate, sea green, aubergine and bone, from seams to worn crests."""
_LIGHTS: Final = ("#7dffcf", "#86e7ff", "#c78bff", "#ff8f62", "#c6ff6a")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Body:
    """What has grown: height in metres, seams (0..1), pores that glow (0..1), a number for every limb."""

    limbs: Elements
    height_m: Tensor
    seam: Tensor
    pore: Tensor


def alien_tech(torus: Torus, look: Look) -> Surface:
    """Limbs of chitin and metal pressed into one wall, wet in their seams, lit from inside."""
    body = _grown(torus, look)
    rough = fbm(torus, "rough", torus.cells_across(0.05), octaves=6, gain=0.6)
    skin = spectral_noise(torus, "skin", slope=0.9, low=60).clamp_(-2.5, 2.5)
    fine = grains(torus, "scutes", torus.cells_across(0.012), jitter=0.9)
    scutes = smoothstep(0.62, 0.35, fine.near) * smoothstep(-0.1, 0.3, rough)
    height_m = body.height_m + (scutes * 0.0005 + rough * 0.0011 + skin * 0.00008) * look.relief
    crest = (convexity(torus, height_m, 0.014) * (1 / 0.004)).clamp(-1, 1)

    shell = look.palette(*choose(torus, "shell", _SHELLS), most_chroma=NATURAL)
    own = body.limbs.random_apart(torus, "limbs/tone", -0.5, 0.5)
    tone = 0.42 + crest * 0.30 + own * 0.28 + rough * 0.30 + skin * 0.04 - body.seam * 0.35
    wet = smoothstep(0.2, 0.9, body.seam + rough * 0.4) * look["wet"]
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=shell.paint(tone),
        roughness=look.roughness(0.44) - 0.24 * wet + rough * 0.14 + own * 0.08 + skin * 0.015,
        metallic=(0.35 + own * 0.3 + crest.clamp(min=0) * 0.2).clamp(0, 0.8),
    )
    surface = surface.with_grime(0.5 + 0.5 * look["dirt"], 0.03)
    return _lit(torus, look, surface, body, rough)


def _grown(torus: Torus, look: Look) -> _Body:
    """Lay limbs side by side and let them meander; each is a ribbed tube, a spine of segments or a smooth lobe."""
    wide_m = look["limb_m"]
    many = torus.cells_across(wide_m)
    cuts = torus.uniform("cuts", many * 2)[:, 0].view(many, 2)
    breaks = [sorted({int(a * 7), 7 + int(b * 8)}) for a, b in cuts.tolist()]
    sway = warp_field(torus, "sway", 2, 0.11 * look["sway"], octaves=2)
    curl = warp_field(torus, "curl", 5, 0.030 * look["sway"], octaves=3)
    limbs = lay(torus, boards(breaks, length=16, standing=True), warp=(sway[0] + curl[0], sway[1] * 0.5))
    half_m = torus.tile_m / many / 2
    kind = limbs.random(torus, "limbs/kind")
    round_back = torch.sqrt((1 - (limbs.x / half_m).square()).clamp(min=0))
    ends = smoothstep(0.0, half_m * 1.2, limbs.edge + half_m * 0.25)
    rise = limbs.random_apart(torus, "limbs/rise", 0.35, 1.0)

    pitch_m = half_m * 0.42
    swing = limbs.y + limbs.x.square() * (0.8 / half_m)
    ring = torch.cos(swing * (6.2831853 / pitch_m))
    ribbed = smoothstep(-0.9, 0.9, ring) * 0.16 * (kind < 0.55).float()
    spine_m = half_m * 1.5
    phase = swing / spine_m
    phase = phase - torch.floor(phase)
    segment = phase * smoothstep(1.0, 0.90, phase) * 0.34 * (kind > 0.78).float()
    gap = smoothstep(0.10, 0.0, torch.minimum(phase, 1 - phase)) * (kind > 0.78).float()
    height_m = (round_back * (0.62 + ribbed + segment) * ends * rise) * half_m * 0.85 * look.relief
    side = smoothstep(0.55, 0.95, limbs.x.abs() / half_m) * 0.6 + 0.4
    seam = torch.maximum(smoothstep(half_m * 0.22, 0.0, limbs.edge) * side, gap * round_back)
    pores = smoothstep(0.30, 0.12, torch.hypot(limbs.x / half_m, (phase - 0.5) * spine_m / half_m))
    pores = pores * ((kind > 0.55) & (kind < 0.78)).float()
    return _Body(limbs=limbs, height_m=height_m - pores * half_m * 0.12, seam=seam, pore=pores)


def _lit(torus: Torus, look: Look, surface: Surface, body: _Body, rough: Tensor) -> Surface:
    """Let light leak from the deepest seams and from pores, strongest where a pulse has just passed."""
    pulse = smoothstep(-0.15, 0.40, fbm(torus, "pulse", torus.cells_across(0.30), octaves=3) + rough * 0.2)
    leak = smoothstep(0.80, 1.0, body.seam + rough * 0.10) * pulse * (0.2 + 0.8 * look["glow"])
    light = torch.maximum(leak, body.pore * (0.3 + 0.7 * pulse))
    color = flat_color(torus, look.light(choose(torus, "light", _LIGHTS)))
    halo = blur(torus, light, 0.012) * 0.35
    inside = surface.covered(light * 0.8, color=color * 0.4 + 0.12, roughness=0.25, metallic=0.0)
    return replace(inside, emissive=(light * 2.6 + halo) * color)
