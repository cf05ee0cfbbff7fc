"""Concrete with its stones laid open."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.masonry.cement import (
    Form,
    Skin,
    cast,
    mix_cement,
    stones_in_paste,
)
from assetgen.backends.procedural.surface import Surface

_STONES: Final = (
    ("#4a4743", "#6e675e", "#8b7f6f", "#a39b8e", "#bdb6aa"),  # river gravel
    ("#3f4144", "#5c5f63", "#777a7d", "#94969a", "#b4b5b7"),  # basalt and limestone
    ("#5a4a3c", "#806852", "#9c8468", "#b39f84", "#c9bba5"),  # warm flint
    ("#6c6a66", "#8d8a85", "#a8a5a0", "#bdbab5", "#d0cdc8"),  # pale quartz
)


def exposed_aggregate(torus: Torus, look: Look) -> Surface:
    """Stones laid open in the paste: washed out while it was wet, or the hard face hammered off later."""
    finish = look.option("finish", choose(torus, "finish", ("rough", "hammered", "washed", "washed")))
    skin = mix_cement(torus)
    if finish == "washed":
        return _washed(torus, look, skin)
    return _hammered(torus, look, skin) if finish == "hammered" else _rough(torus, look, skin)


def _washed(torus: Torus, look: Look, skin: Skin) -> Surface:
    """Wash the paste away between the stones of the top before it sets: close pebbles, half of each in the open."""
    waves = fbm(torus, "washed/swell", torus.cells_across(0.3), octaves=4, gain=0.45)
    surface = cast(torus, look, _sunk(torus, look, waves * 0.003), skin, roughness=0.85, bubbles=0.2)
    bend = warp_field(torus, "pebbles/bend", torus.cells_across(0.03), 0.003, octaves=3)
    deep = 0.6 + 0.5 * fbm(torus, "washed/deep", torus.cells_across(0.25), octaves=4) + 0.25 * look["wear"]
    for number, share in enumerate((0.5, 1.0)):
        spacing_m = look["stone_m"] * share
        pebbles = grains(torus, f"pebbles/{number}", torus.cells_across(spacing_m), jitter=1.0, warp=bend)
        size = pebbles.random(torus, f"pebbles/{number}/size")
        radius = (0.26 + 0.30 * size) * (0.72 + 0.28 * deep)
        inside = torch.minimum(radius - pebbles.near, (pebbles.far - pebbles.near) * 0.5 - 0.03)
        body = dome(inside, 0.34) * (size > 0.12)
        shown = smoothstep(0.05, 0.35, body)
        kind = pebbles.random(torus, f"pebbles/{number}/kind")
        stone_m = surface.height_m + body * (spacing_m * 0.22 * look.relief) * (0.5 + 0.5 * deep)
        color = _rock(torus, look, kind, skin)
        rough = look.roughness(0.42) + 0.25 * kind + 0.04 * skin.clouds
        surface = surface.covered(
            shown * 0.95, color=color, roughness=rough, height_m=mix(surface.height_m, stone_m, shown)
        )
    return surface.with_grime(0.2 + 0.5 * look["dirt"], 0.004)


def _hammered(torus: Torus, look: Look, skin: Skin) -> Surface:
    """Hammer the face off with a toothed head: pale bruised craters, stones split flat."""
    teeth = grains(torus, "teeth", torus.cells_across(0.011), jitter=1.0)
    hit = teeth.random(torus, "teeth/hit")
    crater_m = (teeth.near - 0.4) * 0.0042 * (0.4 + hit)
    lumps = fbm(torus, "hammered/lumps", torus.cells_across(0.09), octaves=6, gain=0.58)
    surface = cast(
        torus, look, _sunk(torus, look, crater_m + lumps * 0.005), skin, roughness=0.86, bubbles=0.2
    )
    body, _, kind = stones_in_paste(torus, "split", look["stone_m"] * 1.3, skin)
    shown = smoothstep(0.02, 0.12, body + 0.1 * lumps)
    bruised = smoothstep(0.25, 0.05, teeth.near) * smoothstep(0.3, 1.0, hit)
    color = _rock(torus, look, kind, skin) * (1 + 0.20 * bruised)
    surface = surface.covered(
        shown * 0.85,
        color=color,
        roughness=0.70 + 0.1 * kind,
        height_m=surface.height_m + shown * (0.0008 - 0.4 * crater_m) * look.relief,
    )
    white = look.palette("#a5a29c", "#bfbcb6", tint=0.4).paint(0.5 + lumps)
    return surface.covered(bruised * 0.4, color=white, roughness=0.92)


def _rough(torus: Torus, look: Look, skin: Skin) -> Surface:
    """Leave it to the weather: the skin off in broad patches, sunk paste, and stones that stand in it."""
    lumps = fbm(torus, "rough/lumps", torus.cells_across(0.16), octaves=6, gain=0.55)
    form = _sunk(torus, look, lumps * 0.006)
    return cast(torus, look, form, skin, roughness=0.74, bubbles=0.6, worn=0.5 + 0.4 * look["wear"])


def _sunk(torus: Torus, look: Look, height_m: Tensor) -> Form:
    none = torus.zeros()
    grit = spectral_noise(torus, "paste/grit", slope=0.6, low=100)
    return Form(
        height_m=(height_m + grit * 0.00025) * look.relief,
        seam=none,
        hole=none,
        tone=0.03 * grit,
        polish=none,
    )


def _rock(torus: Torus, look: Look, kind: Tensor, skin: Skin) -> Tensor:
    ramp = look.palette(*choose(torus, "stones/quarry", _STONES), tint=0.5)
    return ramp.paint(0.5 + (kind - 0.5) * look["variation"] + 0.10 * skin.clouds + 0.05 * skin.grain)
