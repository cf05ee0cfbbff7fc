"""Mud: churned by feet and hooves, a bog with standing water, or a drying skin; with the tracks of who passed."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import threshold_for
from assetgen.backends.procedural.field.height import blur, blurs, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.soil import Soil, crumbled_soil, pebbles
from assetgen.backends.procedural.operators.traces.marks import crack_distance
from assetgen.backends.procedural.operators.traces.tracks import footprints, wished_tracks
from assetgen.backends.procedural.surface import Surface


class _State(NamedTuple):
    """How the mud is: clods left, how many have trampled it, how wet its skin is, share under water, dried skin."""

    loose: float
    trampled: int
    wet: float
    pools: float
    dried: float


_STATES = {
    "churned": _State(loose=0.75, trampled=9, wet=0.72, pools=0.07, dried=0.0),
    "bog": _State(loose=0.35, trampled=3, wet=1.0, pools=0.34, dried=0.0),
    "drying": _State(loose=0.45, trampled=3, wet=0.30, pools=0.0, dried=1.0),
}


def mud(torus: Torus, look: Look) -> Surface:
    """Feet have pressed it, it has closed again half way, and water stands where it is lowest."""
    state = _STATES[look.option("kind", "churned")]
    soil = crumbled_soil(torus, clod_m=look["clod_m"], trodden=0.25, loose=state.loose)
    height_m = _kneaded(torus, look, soil, state)
    tracks = wished_tracks(torus, look, step_soft_m=0.014, rut_soft_m=0.035)
    pressed = torus.zeros()
    if tracks is not None:
        pressed = tracks.pressed
        height_m = mix(height_m, blur(torus, height_m, 0.05), pressed * 0.85)
        height_m = height_m + blur(torus, tracks.relief_m(look["ruts_m"], rim=0.4, tread=0.2), 0.005)
    stone_m, own = pebbles(torus, soil, share=0.10 * look["stones"] - 0.06)
    height_m = height_m + stone_m * 0.7

    level_m = (
        threshold_for(height_m, 1 - min(state.pools * (0.4 + look["water"]), 0.8)) if state.pools else -1.0
    )
    above_m = height_m - level_m
    crest = convexity(torus, height_m, 0.014).mul_(70).clamp_(-1, 1)
    wet = smoothstep(-0.35, 0.35, state.wet - 0.45 - 0.35 * crest + 0.45 * soil.lumps + 0.4 * pressed)
    wet = torch.maximum(wet, smoothstep(0.012, 0.002, above_m))
    color = _mud_color(torus, look, soil, crest) * (1 - 0.36 * wet)
    stone = look.palette("#56524b", "#7d786e", "#a09a8d", tint=0.1).paint(own)
    color = mix(color, stone * (1 - 0.3 * wet), smoothstep(0.0005, 0.002, stone_m) * 0.55)
    shine = 0.44 - 0.22 * smoothstep(-0.3, 0.4, soil.lumps + 0.25 * crest) + 0.05 * soil.micro.clamp(-2, 2)
    surface = Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=color,
        roughness=mix(look.roughness(0.86) + 0.03 * soil.micro.clamp(-2, 2), shine, wet),
        metallic=torus.zeros(),
    )
    surface = _cracked(surface, look, soil, state, wet)
    return _flooded(surface.with_grime(0.5, 0.03), look, soil, above_m, level_m)


def _kneaded(torus: Torus, look: Look, soil: Soil, state: _State) -> Tensor:
    """Trample the soil: prints over prints, their walls slumped, the mud between pulled up into soft ridges."""
    old = footprints(torus, "trampled", state.trampled, length_m=0.27, step_m=0.5, soft_m=0.045)
    pulled = fbm(torus, "pulled", torus.cells_across(0.14), octaves=5, gain=0.5, shape="ridged")
    raw_m = soil.height_m * 1.1 + pulled * 0.009 * state.loose + old.relief_m(0.045, rim=0.4, tread=0.05)
    # Wet earth has no sharp edges: it is the softer the wetter, but for the crumbs that have dried.
    soft_m, softer_m = blurs(torus, raw_m, (0.004, 0.011))
    height_m = mix(soft_m, softer_m, smoothstep(0.3, 1.0, state.wet + 0.4 * soil.lumps))
    # Where nobody has stepped for a while it has flowed level.
    calm = smoothstep(0.05, 0.4, fbm(torus, "calm", torus.cells_across(0.35), octaves=5, gain=0.55))
    height_m = mix(height_m, blur(torus, raw_m, 0.03), calm * 0.85)
    raw_m = mix(raw_m, soft_m, calm * 0.6)
    return height_m * look["churn"] + (raw_m - soft_m) * 0.5 + soil.micro * 0.0002


def _mud_color(torus: Torus, look: Look, soil: Soil, crest: Tensor) -> Tensor:
    dark = look.palette("#352b22", "#4c3f32", "#655545", "#7f6d59", tint=0.6, most_chroma=0.07)
    light = look.palette("#4a3b2c", "#66533f", "#826c53", "#9d866b", tint=0.6, most_chroma=0.07)
    tone = 0.45 + 0.34 * soil.tone + 0.18 * crest + 0.08 * soil.micro
    stain = fbm(torus, "stain", torus.cells_across(0.25), octaves=5, gain=0.6)
    return mix(dark.paint(tone), light.paint(tone), (look["clay"] + 0.5 * stain).clamp(0, 1))


def _cracked(surface: Surface, look: Look, soil: Soil, state: _State, wet: Tensor) -> Surface:
    """Where the skin has dried it is pale and the first cracks open."""
    if not state.dried:
        return surface
    torus = surface.torus
    soft = max(torus.tile_m / torus.size, 0.002)
    dry = (1 - wet) * smoothstep(-0.5, 0.3, soil.lumps + 0.2)
    crack = groove(crack_distance(torus, "cracks", 0.11, wander=0.55), 0.0026 * dry, soft)
    pale = look.palette("#6f604e", "#8f7f69", "#aa9a82", tint=0.6).paint(0.5 + 0.4 * soil.tone)
    color = mix(surface.color, pale, dry * 0.7) * (1 - 0.5 * crack)
    return replace(surface, color=color, height_m=surface.height_m - crack * 0.007 * look.relief)


def _flooded(surface: Surface, look: Look, soil: Soil, above_m: Tensor, level_m: float) -> Surface:
    """Let brown water stand up to a level; a little scum floats on it."""
    deep_m = (-above_m).clamp_(min=0)
    water = smoothstep(0.0, 0.0008, deep_m)
    murk = look.palette("#3b3226", "#4d4334", tint=0.4).paint(0.5 + soil.lumps)
    clear = torch.exp(deep_m * (-1 / 0.018)) * 0.75
    scum = smoothstep(0.9, 1.6, soil.micro + 1.5 * soil.lumps) * 0.3
    return surface.covered(
        water,
        color=mix(murk, surface.color, clear),
        roughness=0.05 + scum,
        height_m=torch.maximum(surface.height_m, torch.full_like(above_m, level_m * look.relief)),
    )
