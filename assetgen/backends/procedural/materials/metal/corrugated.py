"""Corrugated iron: lapped sheets on a shed, zinc going dull, rust that begins at screws and laps and runs down."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.metal.corrugation import Corrugation, corrugated_sheets
from assetgen.backends.procedural.operators.metal.skins import spangle
from assetgen.backends.procedural.operators.traces.run_off import run_off
from assetgen.backends.procedural.surface import Surface

_ZINC: Final = ("#b4babd", "#c6cbcd", "#d9dcde")
_RUST: Final = ("#2b211c", "#45312a", "#5f4335", "#7b5b46", "#9a7e64")
_PAINTS: Final = ("#5e6f66", "#6f7a80", "#7a4236", "#8a8577", "#4d6a6b", "#3f5566", "#9a9482")
_RUSTED: Final = {"galvanized": (0.01, 0.12), "rusty": (0.40, 0.80), "painted": (0.03, 0.22)}
"""Share of the sheets that has rusted, new and old."""


def corrugated(torus: Torus, look: Look) -> Surface:
    """Sheets of corrugated iron in the weather: every sheet its own age, streaked from its screws down."""
    state = look.option("state", choose(torus, "state", ("galvanized", "galvanized", "rusty")))
    if look.color is not None and not look.color.metal:
        state = look.option("state", "painted")
    boxed = look.option("profile", choose(torus, "profile", ("wave", "wave", "box"))) == "box"
    laid = corrugated_sheets(
        torus,
        pitch_m=look["pitch_m"] * (3.0 if boxed else 1.0),
        deep_m=look["pitch_m"] * (0.44 if boxed else 0.24) * look.relief,
        boxed=boxed,
        across=torus.cells_across(0.8),
        down=torus.cells_across(1.2),
        bent=look["bent"],
    )
    skin = spangle(torus, 0.018)
    rough = fbm(torus, "rough", torus.cells_across(0.09), octaves=6, gain=0.62)
    broad = fbm(torus, "broad", torus.cells_across(0.34), octaves=6, gain=0.6)
    rain = spectral_noise(torus, "rain", slope=1.5, low=10, stretch=(1.0, 12.0))
    own = laid.sheets.random_apart(torus, "sheets/tone", -0.5, 0.5)
    dented = spectral_noise(torus, "dented", slope=2.8, low=5, high=60) * (0.0016 * look["bent"])

    dull = smoothstep(-0.3, 0.5, rough * 0.6 + rain * 0.12 + own * 0.4 - 0.25 + 0.6 * look["age"])
    tone = 0.5 + skin.tone * (0.55 - 0.35 * dull) + own * 0.22 + rain * 0.03 - dull * 0.22
    surface = Surface(
        torus=torus,
        height_m=laid.height_m + dented * look.relief + skin.height_m,
        color=look.bare_metal(*_ZINC).paint(tone) if state != "painted" else Palette.of(*_ZINC).paint(tone),
        roughness=look.roughness(0.36) + skin.dull * 0.6 + dull * 0.22 + rain * 0.025 - broad * 0.10,
        metallic=torus.zeros() + look.metallic if state != "painted" else torus.zeros() + 1,
    )
    if state == "painted":
        surface = _painted(torus, look, surface, laid, rough, rain + own)
    surface = _rusted(look, surface, laid, _RUSTED[state], rough, broad, own)
    return surface.with_grime(0.25 + 0.6 * look["dirt"], 0.03)


def _painted(
    torus: Torus, look: Look, surface: Surface, laid: Corrugation, rough: Tensor, tone: Tensor
) -> Surface:
    """Paint the sheets; paint chalks, and peels from crests and lips first."""
    paint = look.paint(Palette.of(choose(torus, "paint", _PAINTS))).paint(0.5 + rough * 0.3 + tone * 0.16)
    chalk = (paint * 0.75 + paint.mean(0, keepdim=True) * 0.15 + 0.09) * look["age"] + paint * (
        1 - look["age"]
    )
    flakes = spectral_noise(torus, "flakes", slope=1.2, low=60)
    ready = rough + flakes * 0.05 + laid.wave * 0.10 + laid.lip * 0.4 + laid.screw * 0.3
    gone = smoothstep(-0.03, 0.03, grown(ready, 0.01 + 0.12 * look["wear"], deep=0.4))
    return surface.covered(
        1 - gone,
        color=chalk,
        roughness=look.roughness(0.5) + rough * 0.14 + 0.12 * look["age"],
        height_m=surface.height_m + (1 - gone) * 0.0002,
    )


def _rusted(
    look: Look,
    surface: Surface,
    laid: Corrugation,
    shares: tuple[float, float],
    rough: Tensor,
    broad: Tensor,
    own: Tensor,
) -> Surface:
    """Rust what water reaches: lips and screws, what lies below them, valleys, and some sheets more than others."""
    torus = surface.torus
    grain = spectral_noise(torus, "rust/grain", slope=0.7, low=80).clamp_(-2.5, 2.5)
    source = torch.maximum(laid.lip, blur(torus, laid.screw, 0.006))
    runs = run_off(torus, "rust/runs", source, 0.28)[0]
    below = run_off(torus, "rust/below", smoothstep(0.15, 0.5, broad + rough * 0.3), 0.20)[0]
    threads = spectral_noise(torus, "rust/threads", slope=1.3, low=12, stretch=(1.0, 14.0))
    ready = runs * 0.9 + below * 0.35 + broad * 0.35 + rough * 0.45 + own * 0.16 - laid.wave * 0.05
    share = shares[0] + (shares[1] - shares[0]) * look["age"]
    depth = grown(ready + threads * 0.11 + grain * 0.025, share, deep=0.7)
    stain = smoothstep(-0.55, 0.05, depth) * (0.35 + 0.4 * runs)
    wash = look.palette("#5e4636", "#7d6049", tint=0.0).paint(0.5 + rough)
    surface = surface.covered(stain, color=wash, roughness=0.68, metallic=surface.metallic * 0.45)
    solid = smoothstep(-0.06, 0.26, depth + grain * 0.03)
    tone = 0.56 - depth * 0.34 + rough * 0.42 + grain * 0.07 + threads * 0.07 + own * 0.12 - laid.wave * 0.04
    return surface.covered(
        solid,
        color=look.palette(*_RUST, tint=0.0).paint(tone),
        roughness=0.80 + grain * 0.04 + rough * 0.16 + threads * 0.02,
        height_m=surface.height_m + solid * (grain * 0.00012 + rough * 0.0004),
    )
