"""Stucco: cement render on an outer wall."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_along, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.masonry.trowel import fillings
from assetgen.backends.procedural.operators.piled.strokes import lay_strokes
from assetgen.backends.procedural.operators.traces.weather import (
    dust_on_ledges,
    flakes,
    hairline_cracks,
    rain_streaks,
    tide_marks,
)
from assetgen.backends.procedural.surface import Surface

_FACADES: Final = (
    ("#8f897c", "#aaa496", "#beb9ac", "#cfcabf"),  # off white
    ("#8a7659", "#a58f6f", "#b8a384", "#c9b79b"),  # sand
    ("#87573f", "#a06d52", "#b38165", "#c4977d"),  # adobe pink
    ("#8c6c3a", "#a7854c", "#b99860", "#caae7d"),  # ochre
    ("#6a6a68", "#828280", "#969592", "#aaa9a5"),  # cement grey
    ("#66737a", "#7f8c92", "#939fa4", "#a9b3b6"),  # pale blue
)


def stucco(torus: Torus, look: Look) -> Surface:
    """Render thrown, sprayed or floated on a wall, streaked by rain, cracked where the wall moved."""
    finish = look.option("finish", choose(torus, "finish", ("float", "dash", "knockdown", "spray")))
    grain = spectral_noise(torus, "grain", slope=0.7, low=110)
    clouds = fbm(torus, "clouds", torus.cells_across(0.26), octaves=7, gain=0.58)
    coat_m, low = {"float": _floated, "dash": _dashed, "knockdown": _knocked_down, "spray": _sprayed}[finish](
        torus, look, clouds
    )
    wall_m = fbm(torus, "wall", torus.cells_across(0.5), octaves=4, gain=0.42) * 0.005
    height_m = (wall_m + coat_m * look["texture"] + grain * 0.00016) * look.relief
    hair = hairline_cracks(
        torus, "hair", 0.55, share=0.04 + 0.5 * look["cracks"], line_m=0.0009, tremble_m=grain * 0.0005
    )
    bare, rim = flakes(torus, "flaked", 0.28, amount=0.65 * max(look["flaked"] - 0.3, 0.0) ** 2)
    fill, lip = fillings(torus, "mends", 0.5, share=look["mends"], size_m=(0.03, 0.12), ragged=clouds)
    height_m = mix(height_m, blur(torus, height_m, 0.006) - 0.0004, fill * 0.8) + lip * 0.0008 * look.relief
    under_m = blur(torus, height_m, 0.03) - 0.006 + 0.0006 * grain + 0.003 * clouds
    height_m = mix(height_m - hair * 0.0010 + rim * 0.0005, under_m, bare)

    ramp = look.palette(*choose(torus, "facade", _FACADES))
    tone = 0.52 + 0.34 * clouds + 0.05 * grain - 0.22 * low * look["dirt"] + 0.08 * fill
    color = ramp.paint(tone) * (1 - 0.5 * hair + 0.06 * rim)
    roughness = look.roughness(0.80) + 0.15 * clouds + 0.03 * grain.clamp(-2, 2) + 0.06 * low - 0.05 * fill
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    scratch = look.palette("#5f564a", "#7b7163", "#948a7b", tint=0.1).paint(0.5 + 0.12 * grain + 0.6 * clouds)
    surface = surface.covered(bare, color=scratch, roughness=0.94)
    return _weathered(torus, look, surface, grain).with_grime(0.15 + 0.55 * look["dirt"], 0.006)


def _floated(torus: Torus, look: Look, clouds: Tensor) -> tuple[Tensor, Tensor]:
    """Rub a sandy coat with a wooden float in circles: grains stand out, some dragged into little furrows."""
    sand = grains(torus, "sand", torus.cells_across(0.0042), jitter=1.0)
    grain = smoothstep(0.55, 0.1, sand.near) * sand.random(torus, "sand/size")
    across = torus.cells_across(look["grain_m"] * 3)
    rubs = lay_strokes(
        torus,
        "rubs",
        look["grain_m"] * 6,
        length_m=(0.06, 0.16),
        width_m=(0.05, 0.11),
        bend=0.5,
        roundness=1.0,
    )
    furrow = fbm(torus, "furrows", max(across // 6, 2), period_y=across, octaves=2, shape="ridged")
    furrow = smoothstep(0.45, 0.9, fetch_along(torus, furrow, rubs, "furrows/shift"))
    return grain * 0.0011 - furrow * 0.0017, (1 - grain) * 0.5 + furrow


def _dashed(torus: Torus, look: Look, clouds: Tensor) -> tuple[Tensor, Tensor]:
    """Throw wet mortar at the wall from a trowel: blobs on blobs, craggy."""
    bend = warp_field(torus, "dash/bend", torus.cells_across(0.03), 0.006, octaves=4)
    coat_m = torus.zeros()
    for number, share in enumerate((2.6, 1.2, 0.6)):
        size_m = look["grain_m"] * share
        blobs = grains(torus, f"dash/{number}", torus.cells_across(size_m), jitter=1.0, warp=bend)
        size = blobs.random(torus, f"dash/{number}/size")
        blob = dome(0.25 + 0.35 * size - blobs.near, 0.4) * (size > 0.3)
        coat_m = coat_m + blob * (0.4 + 0.6 * size) * size_m * 0.26
    crags = fbm(torus, "dash/crags", torus.cells_across(0.012), octaves=4, gain=0.6, shape="billow")
    return coat_m + crags * 0.0009, smoothstep(0.0035, 0.0, coat_m)


def _knocked_down(torus: Torus, look: Look, clouds: Tensor) -> tuple[Tensor, Tensor]:
    """Splatter the coat on and press it with a trowel before it sets: flat islands with soft shores."""
    across = torus.cells_across(look["grain_m"] * 5)
    splat = fbm(torus, "splat", across, octaves=5, gain=0.52) + 0.12 * clouds
    island = smoothstep(-0.02, 0.16, splat)
    flat = spectral_noise(torus, "splat/pressed", slope=1.8, low=20, high=220, stretch=(5.0, 1.0)).clamp_(
        -2, 2
    )
    lip = smoothstep(0.0, 0.10, splat) * smoothstep(0.24, 0.12, splat)
    dots = grains(torus, "splat/dots", torus.cells_across(look["grain_m"] * 1.2), jitter=1.0)
    dot = smoothstep(0.30, 0.12, dots.near) * (dots.random(torus, "splat/there") > 0.6) * (1 - island)
    return island * (0.0030 + 0.00012 * flat) + lip * 0.0003 + dot * 0.0014, 1 - torch.maximum(island, dot)


def _sprayed(torus: Torus, look: Look, clouds: Tensor) -> tuple[Tensor, Tensor]:
    """Spray a thin coat: drops that ran together into the skin of an orange, denser here than there."""
    dense = 0.6 + 0.9 * fbm(torus, "spray/dense", torus.cells_across(0.3), octaves=3)
    coat_m, bend = torus.zeros(), warp_field(torus, "spray/bend", torus.cells_across(0.02), 0.003, octaves=2)
    for number, share in enumerate((1.1, 0.65)):
        drops = grains(
            torus, f"spray/{number}", torus.cells_across(look["grain_m"] * share), jitter=1.0, warp=bend
        )
        size = drops.random(torus, f"spray/{number}/size")
        drop = smoothstep(0.62, 0.05, drops.near / (0.55 + 0.6 * size)) * (size > 0.7 - 0.6 * dense)
        coat_m = coat_m + drop * (0.0009 + 0.0013 * size * share)
    return coat_m, smoothstep(0.0012, 0.0, coat_m)


def _weathered(torus: Torus, look: Look, surface: Surface, grain: Tensor) -> Surface:
    """Let rain carry soot down the wall, damp rise and dry, and dust lie on every ledge."""
    soot = look.palette("#3c3a35", "#57534b", tint=0.0).paint(0.5 + 0.1 * grain)
    surface = surface.covered(rain_streaks(torus, "rain") * look["stains"] * 0.42, color=soot, roughness=0.92)
    damp, rims = tide_marks(torus, "damp", 0.4, amount=0.5 * look["stains"])
    brown = look.palette("#6b5f4a", "#85785c", tint=0.0).paint(0.5 + 0.1 * grain)
    surface = surface.covered(
        (damp * 0.15 + rims * 0.28) * look["stains"], color=brown, roughness=surface.roughness
    )
    dust = dust_on_ledges(torus, surface.height_m, 0.003) * look["dirt"]
    grey = look.palette("#857d6d", "#a09786", tint=0.0).paint(0.5 + 0.1 * grain)
    return surface.covered(dust * 0.4, color=grey, roughness=0.95)
