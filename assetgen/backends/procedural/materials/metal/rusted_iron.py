"""Iron eaten by rust: scale that lifts in sheets, powder and pits beneath, and metal where it was knocked bare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.height import blur, convexity, run_down, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.metal.corrosion import eaten_pits, scale_sheet
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """How far rust has come.

    Args:
        scale: share of the plate under a first and a second sheet of scale.
        pits: depth of the pits in metres.
        powder: relief of the rust itself in metres.
        bare: share that is still metal.
        runs: how far water has drawn it into streaks, 0..1.
    """

    scale: tuple[float, float]
    pits: float
    powder: float
    bare: float
    runs: float


_STATES: Final = {
    "scaly": _State(scale=(0.58, 0.24), pits=0.0022, powder=0.0005, bare=0.06, runs=0.3),
    "pitted": _State(scale=(0.10, 0.0), pits=0.0038, powder=0.0006, bare=0.08, runs=0.2),
    "corten": _State(scale=(0.0, 0.0), pits=0.0003, powder=0.00022, bare=0.0, runs=1.0),
    "fresh": _State(scale=(0.0, 0.0), pits=0.0008, powder=0.00025, bare=0.5, runs=0.6),
}
_POWDER: Final = ("#2f211b", "#4f3226", "#6f4630", "#8d6144", "#a8845f")
"""Wet brown, orange, and the dry ochre of the youngest rust; muted, since fresh orange reads as paint."""
_SCALE: Final = ("#231c1a", "#362b26", "#4c3c34", "#675448", "#826e5f")
"""Magnetite and old hematite."""


@dataclass(frozen=True, slots=True, eq=False)
class _Noises:
    """Fields that all of the rust shares: broad patches, rough lumps, fine grain."""

    broad: Tensor
    rough: Tensor
    grain: Tensor


def rusted_iron(torus: Torus, look: Look) -> Surface:
    """Plate that stood out for decades: sheet upon sheet of scale, orange powder where it fell, eaten metal."""
    state = _STATES[look.option("state", "scaly")]
    noises = _Noises(
        broad=fbm(torus, "broad", torus.cells_across(0.25), octaves=5, gain=0.55),
        rough=fbm(torus, "rough", torus.cells_across(0.06), octaves=6, gain=0.6),
        grain=spectral_noise(torus, "grain", slope=0.7, low=70).clamp_(-2.5, 2.5),
    )
    ground_m, pit = _pitted(torus, look, state, noises)
    color = _powder(torus, look, state, noises, pit)
    roughness = 0.84 + 0.05 * noises.grain + 0.13 * noises.rough + 0.08 * noises.broad - 0.06 * pit
    surface = Surface(
        torus=torus, height_m=ground_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    surface = _bare(look, surface, state, noises)
    for number, share in enumerate(state.scale):
        surface = _scaled(look, surface, noises, f"sheet/{number}", share * (0.6 + 0.8 * look["scale"]))
    surface = _drawn_down(look, surface, state)
    return surface.with_grime(0.3 + 0.6 * look["dirt"], 0.012)


def _pitted(torus: Torus, look: Look, state: _State, noises: _Noises) -> tuple[Tensor, Tensor]:
    """Return the height of the rusted plate in metres and where it is eaten into pits, 0..1."""
    pit = eaten_pits(torus, "pits", noises.rough, share=look["pits"] * 0.75)
    swell = noises.broad * 0.0010 + noises.rough * (state.powder * 2.2) + noises.grain * (state.powder * 0.30)
    return (swell - pit * state.pits) * look.relief, pit * min(1.0, state.pits / 0.002)


def _powder(torus: Torus, look: Look, state: _State, noises: _Noises, pit: Tensor) -> Tensor:
    """Return the colors of rust itself: wet brown in pits, orange, ochre where it bloomed last."""
    bloom = fbm(torus, "bloom", torus.cells_across(0.12), octaves=6, gain=0.62)
    calm = 1.0 - 0.2 * state.runs
    tone = 0.56 - 0.16 * look["age"] + (noises.broad * 0.42 + noises.rough * 0.30) * calm
    young = smoothstep(0.12, 0.42, bloom + 0.04 * noises.grain) * (0.42 - 0.25 * state.runs)
    tone = tone + young + noises.grain * 0.055 - pit * 0.42
    return look.palette(*_POWDER, tint=0.5).paint(tone)


def _bare(look: Look, surface: Surface, state: _State, noises: _Noises) -> Surface:
    """Knock rust off what stands out, down to metal that has begun to tarnish again."""
    share = state.bare * (0.3 + 1.1 * look["wear"])
    if share <= 0:
        return surface
    standing = convexity(surface.torus, surface.height_m, 0.010).mul_(1 / 0.0012).clamp_(-1, 1)
    struck = fbm(surface.torus, "struck", surface.torus.cells_across(0.125), octaves=6, gain=0.6)
    gone = grown(standing * 0.3 + struck + noises.rough * 0.5 + noises.grain * 0.03, share, deep=0.3)
    metal = Palette.of("#b1aeaa", "#c1beb9", "#d1cec9").paint(0.5 + noises.grain * 0.18 + noises.rough * 0.5)
    film = look.palette("#4d382b", "#8f7156", "#b0a08c", tint=0.3).paint(0.5 + gone)
    thin = surface.covered(smoothstep(-0.5, 0.15, gone) * 0.75, color=film, roughness=0.6, metallic=0.3)
    return thin.covered(
        smoothstep(0.08, 0.40, gone + noises.grain * 0.02),
        color=metal,
        roughness=look.roughness(0.48) + noises.grain * 0.04 + (noises.rough - noises.broad) * 0.28,
        metallic=1.0,
        height_m=surface.height_m - smoothstep(0.0, 0.15, gone) * (0.0004 * look.relief),
    )


def _scaled(look: Look, surface: Surface, noises: _Noises, name: str, share: float) -> Surface:
    """Lay a sheet of scale over what is there: its border breaks in steps, its flakes crack apart and curl."""
    if share <= 0:
        return surface
    torus = surface.torus
    sheet = scale_sheet(torus, name, noises.rough, share=share, flake_m=0.055)
    skin = spectral_noise(torus, f"{name}/skin", slope=1.2, low=30).clamp_(-2.5, 2.5)
    tone = 0.40 + (sheet.hold - 0.5) * 0.40 + noises.broad * 0.3 + skin * 0.10
    tone = tone - sheet.crack * 0.35 + sheet.curl * 0.14
    dusted = smoothstep(0.05, 0.6, noises.rough - noises.broad * 0.3 + skin * 0.08) * 0.55
    dust = look.palette(*_POWDER[1:4], tint=0.5).paint(0.4 + skin * 0.12)
    color = mix(look.palette(*_SCALE, tint=0.5).paint(tone), dust, dusted)
    return surface.covered(
        sheet.body,
        color=color,
        roughness=0.66 + 0.04 * skin + 0.16 * dusted + 0.1 * (sheet.hold - 0.5),
        height_m=surface.height_m + sheet.height_m * look.relief + skin * 0.00007,
    )


def _drawn_down(look: Look, surface: Surface, state: _State) -> Surface:
    """Let rain draw rust down the plate in threads, dark where it ran and light where it dried."""
    torus = surface.torus
    threads = spectral_noise(torus, "runs/threads", slope=0.9, low=20, stretch=(1.0, 18.0))
    broad = spectral_noise(torus, "runs/broad", slope=1.3, low=5, stretch=(1.0, 7.0))
    source = smoothstep(0.2, 0.9, threads * 0.5 + broad * 0.5)
    run = blur(torus, run_down(torus, source, 0.14), 0.002, 0.010) * smoothstep(-0.8, 1.2, threads + broad)
    amount = run * (state.runs * (0.25 + 0.4 * look["age"]))
    wash = look.palette("#38271f", "#57392a", "#7d5a42", tint=0.5).paint(0.5 + threads * 0.22 - broad * 0.1)
    return surface.covered(
        amount * (1 - 0.4 * surface.metallic), color=wash, roughness=0.72, metallic=surface.metallic * 0.5
    )
