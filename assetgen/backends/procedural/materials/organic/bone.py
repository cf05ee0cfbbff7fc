"""What is left: bone."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, convexity, dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells, grains
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_BONES: Final = (
    ("#5b4a36", "#8c7758", "#b39d7b", "#cdbb9b", "#ded1b8"),  # yellowed
    ("#58503f", "#878069", "#aca48d", "#c7c0ac", "#dad5c6"),  # sun-bleached
    ("#46382a", "#6f5a43", "#957c5f", "#b29a7c", "#cbb89c"),  # out of the earth
)


def bone(torus: Torus, look: Look) -> Surface:
    """Old bone: dense and cracked along its grain, flaked down to the spongy core, or carved ivory."""
    kind = look.option("kind", "weathered")
    bend = warp_field(torus, "bone/bend", torus.cells_across(0.1), 0.008 / torus.tile_m, octaves=3)
    shared = spectral_noise(torus, "bone/grain", slope=1.1, low=14, stretch=(1.0, 9.0)).clamp_(-2.4, 2.4)
    grain = fetch(torus, shared, *bend)
    lumps = fbm(torus, "bone/lumps", torus.cells_across(0.07), octaves=6, gain=0.5)
    core_m, hole = _core(torus, look)
    crack = _cracks(torus, look, bend, grain)
    pore = _pores(torus, bend)
    # Layer after layer flakes off; below the last one lies the spongy core.
    harm = fbm(
        torus, "bone/harm", torus.cells_across(0.09), period_y=torus.cells_across(0.16), octaves=6, gain=0.55
    )
    harm = harm + 0.05 * grain
    share = {"weathered": 0.15 + 0.55 * look["wear"], "spongy": 1.6, "ivory": -1.0}[kind]
    first, second = (smoothstep(0.0, 0.035, harm + share - level) for level in (0.4, 0.56))
    bare = smoothstep(0.0, 0.05, harm + share - 0.68)
    smooth = 0.25 if kind == "ivory" else 1.0
    shell_m = lumps * 0.0035 + grain * 0.00012 * smooth - (first + second) * 0.0006
    shell_m = shell_m - crack * 0.0011 * smooth - pore * 0.0007 * smooth
    height_m = mix(shell_m, shell_m * 0.6 - 0.001 + core_m, bare) * look.relief

    color = _color(torus, look, height_m, grain, lumps, torch.maximum(crack, pore * 0.8) * smooth)
    stained = torch.maximum(hole * bare, 0.35 * (first - second).clamp(min=0) + 0.25 * bare)
    deep = look.palette("#3a2c1f", "#5a4632", "#7d664c", tint=0.4).paint(0.5 + 0.4 * lumps + 0.1 * grain)
    color = mix(color, deep, (stained * (0.55 + 0.4 * look["dirt"])).clamp(0, 0.9))
    polished = patches(torus, "bone/handled", 0.09, amount=0.45, soft=0.5) * (1 - first)
    gloss = {"weathered": 0.66, "spongy": 0.74, "ivory": 0.36}[kind]
    roughness = (
        look.roughness(gloss)
        - 0.14 * polished
        + 0.12 * first
        + bare * (0.02 + 0.2 * hole + 0.1 * lumps)
        + 0.03 * grain
        + 0.15 * crack
    )
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.3 + 0.7 * look["dirt"], 0.004)


def _core(torus: Torus, look: Look) -> tuple[Tensor, Tensor]:
    """Return the height of the spongy core in metres, and how deep inside one of its holes a texel lies, 0..1."""
    size_m = look["pore_m"]
    bend = warp_field(
        torus, "core/bend", torus.cells_across(size_m * 4), size_m * 0.5 / torus.tile_m, octaves=3
    )
    across, down = torus.cells_across(size_m), torus.cells_across(size_m * 1.35)
    mesh = cells(torus, "core/mesh", across, period_y=down, jitter=0.95, roundness=13.0, warp=bend)
    wall = mesh.random(torus, "core/wall", 0.06, 0.26) * size_m
    hole = smoothstep(0.0, 0.14 * size_m, mesh.edge - wall)
    deep = mesh.random(torus, "core/deep", 0.35, 1.0)
    # Through the larger holes the next layer of struts shows.
    under = cells(torus, "core/under", across, period_y=down, jitter=1.0, warp=bend)
    strut = smoothstep(0.12 * size_m, 0.02 * size_m, under.edge) * hole
    strut_m = dome(wall - mesh.edge, wall.clamp(min=1e-5)) * 0.12 * size_m
    return strut_m - hole * deep * 0.5 * size_m + strut * deep * 0.22 * size_m, hole * deep * (
        1 - 0.5 * strut
    )


def _cracks(torus: Torus, look: Look, bend: tuple[Tensor, Tensor], grain: Tensor) -> Tensor:
    """Return cracks of drying, 0..1: long, along the grain, in families."""
    plates = cells(
        torus,
        "crack/plates",
        torus.cells_across(0.026),
        period_y=torus.cells_across(0.08),
        jitter=1.0,
        warp=bend,
    )
    split = cells(
        torus,
        "crack/split",
        torus.cells_across(0.011),
        period_y=torus.cells_across(0.035),
        jitter=1.0,
        warp=bend,
    )
    soft = max(torus.tile_m / torus.size, 0.0004)
    shown = patches(torus, "crack/shown", 0.1, amount=0.1 + 0.6 * look["age"], soft=0.2)
    wide = 0.00055 * (1 + 0.4 * grain).clamp(0.2, 2.0)
    long = groove(plates.edge, wide * (0.3 + shown), soft) * (0.4 * look["age"] + 0.6 * shown)
    return torch.maximum(long, groove(split.edge, wide * 0.5, soft) * shown * look["age"])


def _pores(torus: Torus, bend: tuple[Tensor, Tensor]) -> Tensor:
    """Return the mouths of vessels, 0..1: short slits along the grain, in swarms."""
    mouths = grains(
        torus, "pores", torus.cells_across(0.0036), period_y=torus.cells_across(0.009), jitter=1.0, warp=bend
    )
    swarm = patches(torus, "pores/swarm", 0.06, amount=0.5, soft=0.4)
    size = mouths.random(torus, "pores/size")
    return smoothstep(0.24, 0.1, mouths.near / (0.4 + 0.8 * size * size)) * (size > 1 - 0.75 * swarm)


def _color(torus: Torus, look: Look, height_m: Tensor, grain: Tensor, lumps: Tensor, dark: Tensor) -> Tensor:
    ivory = look.palette(*choose(torus, "bone/color", _BONES))
    cloud = fbm(torus, "bone/cloud", torus.cells_across(0.08), octaves=6, gain=0.6)
    crest = convexity(torus, height_m, 0.006).mul_(600).clamp_(-1, 1)
    tone = 0.68 + 0.3 * cloud + 0.05 * grain + 0.12 * crest
    color = ivory.paint(tone - 0.55 * dark)
    halo = blur(torus, dark, 0.002).clamp_(0, 1)
    color = mix(color, ivory.paint(tone - 0.4), halo * 0.5)
    earth = patches(torus, "bone/earth", 0.08, amount=0.15 + 0.45 * look["dirt"], soft=0.3) * look["dirt"]
    soil = look.palette("#4a3a28", "#6d583f", "#8d765a", tint=0.2).paint(0.5 + cloud + 0.08 * grain)
    return mix(color, soil, earth * (0.3 + 0.3 * smoothstep(0.3, -0.5, crest)))
