"""Concrete as it comes out of a form: the skin of cement, bubbles, cracks, mends, worn stones, and the water's marks.

A recipe says what its form or tool left behind; `cast` does what befalls all concrete.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, run_down, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.masonry.trowel import fillings
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.operators.traces.weather import hairline_cracks, tide_marks
from assetgen.backends.procedural.surface import Surface

GREYS: Final = (
    ("#4d4c49", "#676561", "#807e79", "#98958f", "#b2afa8"),  # neutral
    ("#544e45", "#6d665b", "#857e72", "#9d9588", "#b7b0a4"),  # warm, from brown sand
    ("#47494b", "#606264", "#787b7c", "#909293", "#aaabaa"),  # blue, from slag cement
    ("#6d6a63", "#85827a", "#9b9890", "#afaca4", "#c4c1ba"),  # pale, young
)
"""Cements, from damp to dry: five stops each."""
_PORES: Final = ((0.07, 0.0095, 0.45), (0.032, 0.0048, 0.5))
"""Air bubbles caught at the form, pinholes apart: mean spacing, largest radius in metres, share of places taken."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Form:
    """What the form or the tool left behind, all (N, N).

    Args:
        height_m: metres.
        seam: 0..1 where two sheets or boards met.
        hole: 0..1 where a tie went through.
        tone: lighter or darker, about -1..1.
        polish: how glossy the skin is, about -1..1.
    """

    height_m: Tensor
    seam: Tensor
    hole: Tensor
    tone: Tensor
    polish: Tensor


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Skin:
    """Clouds of the mix, about -1..1, and its grain of sand, deviation 1; both (N, N)."""

    clouds: Tensor
    grain: Tensor


def mix_cement(torus: Torus) -> Skin:
    """Return the skin of a mix of cement."""
    return Skin(
        clouds=fbm(torus, "clouds", torus.cells_across(0.28), octaves=7, gain=0.58),
        grain=spectral_noise(torus, "grain", slope=0.9, low=90),
    )


def cast(
    torus: Torus,
    look: Look,
    form: Form,
    skin: Skin,
    *,
    roughness: float,
    bubbles: float = 1.0,
    worn: float = 0.0,
) -> Surface:
    """Return a surface of concrete with its history.

    The card of the recipe declares `blotches`, `pores`, `mends`, `stains`, `age`, `wear` and `dirt`.

    Args:
        torus: the tile.
        look: the wishes.
        form: what the form left behind.
        skin: the mix.
        roughness: of a clean young skin.
        bubbles: how many bubbles against a plain form.
        worn: share of the skin that is off even when nothing has worn it.
    """
    clouds, grain = skin.clouds, skin.grain
    pore_m, pore = air_bubbles(torus, skin, often=look["pores"] * bubbles)
    torn = 0.04 + 0.3 * max(look["age"] - 0.15, 0.0)
    crack = hairline_cracks(torus, "cracks", 0.75, share=torn, line_m=0.0009, tremble_m=grain * 0.0003)
    height_m = form.height_m + (clouds * 0.0009 + grain * 0.00009) * look.relief - pore_m - crack * 0.0012
    tone = 0.48 + (0.33 * clouds + cement_milk(torus)) * look["blotches"] + 0.035 * grain + form.tone
    color = look.palette(*choose(torus, "grey", GREYS)).paint(tone)
    color = color * (1 - 0.42 * pore - 0.5 * crack - 0.35 * form.hole)
    shine = look.roughness(roughness + 0.2 * look["age"]) - 0.08 * form.polish + 0.06 * clouds
    shine = mix(shine + 0.015 * grain.clamp(-2, 2), 0.93, torch.maximum(pore, crack))
    surface = Surface(torus=torus, height_m=height_m, color=color, roughness=shine, metallic=torus.zeros())
    sources = (form.seam * 0.7 + form.hole + pore * 0.4 + crack).clamp_(0, 1)
    flat = (1 - form.seam) * (1 - form.hole)
    del pore_m, pore, crack, height_m, tone, color, shine  # a large tile counts its planes
    surface = _mended(torus, look, surface, flat, skin)
    surface = _worn_to_stones(torus, look, surface, skin, worn + (1 - worn) * 0.25 * look["wear"] ** 2)
    return _water_marks(torus, look, surface, sources).with_grime(0.15 + 0.5 * look["dirt"], 0.012)


def air_bubbles(torus: Torus, skin: Skin, *, often: float) -> tuple[Tensor, Tensor]:
    """Return how deep air bubbles cut in, metres, and where they are, 0..1: in sizes and loose crowds."""
    crowd = 0.25 + 0.75 * patches(torus, "pores/crowd", 0.3, amount=0.5, soft=0.45)
    texel_m = torus.tile_m / torus.size
    deep_m, where = torus.zeros(), torus.zeros()
    for number, (spacing_m, largest_m, share) in enumerate(_PORES):
        places = grains(torus, f"pores/{number}", torus.cells_across(spacing_m), jitter=0.95)
        size = places.random(torus, f"pores/{number}/size")
        taken = places.random(torus, f"pores/{number}/taken") < share * often
        radius_m = largest_m * (0.25 + 0.75 * size**3) * crowd * taken
        # A hole narrower than a texel spreads over one and grows shallower, so every size shows the same.
        wide_m = radius_m.clamp(min=0.75 * texel_m)
        short_m = wide_m - places.near * spacing_m - skin.grain * (0.06 * largest_m)
        inside = (short_m / max(texel_m, 0.0008) + 0.5).clamp_(0, 1) * (radius_m > 0)
        bowl = (short_m.clamp(min=0) * (2 * wide_m - short_m.clamp(min=0)).clamp_(min=0)).sqrt()
        deep_m = torch.maximum(deep_m, bowl * 0.7 * (radius_m / wide_m) ** 3)
        where = torch.maximum(where, inside * (radius_m / wide_m) ** 2)
    pin = smoothstep(2.6, 3.1, -skin.grain) * crowd * min(often, 1.0)
    return deep_m + pin * 0.0004, torch.maximum(where, pin * 0.8)


def cement_milk(torus: Torus) -> Tensor:
    """Return where cement milk dried paler, and its own soft mottle, about -0.2..0.3."""
    broad = fbm(torus, "milk", torus.cells_across(0.33), octaves=6, gain=0.55)
    thin = fbm(torus, "milk/thin", torus.cells_across(0.08), octaves=5, gain=0.6)
    damp, rims = tide_marks(torus, "milk/damp", 0.4, amount=0.45)
    return 0.24 * smoothstep(-0.1, 0.5, broad + 0.3 * thin) + 0.16 * thin - 0.10 * damp - 0.05 * rims


def _mended(torus: Torus, look: Look, surface: Surface, flat: Tensor, skin: Skin) -> Surface:
    """Let somebody have filled a few bad places with a smoother, lighter mortar."""
    fill, lip = fillings(torus, "mends", 0.8, share=look["mends"], size_m=(0.03, 0.14), ragged=skin.clouds)
    fill, lip = fill * flat, lip * flat
    filler = look.palette("#7b7975", "#918f8a", "#a7a5a0").paint(0.5 + 0.5 * skin.clouds + 0.04 * skin.grain)
    lip_m = surface.height_m * (1 - 0.8 * fill) + fill * 0.0006 + lip * 0.0005
    return surface.covered(fill * 0.34, color=filler, roughness=0.62, height_m=lip_m)


def stones_in_paste(torus: Torus, name: str, spacing_m: float, skin: Skin) -> tuple[Tensor, Tensor, Tensor]:
    """Return the stones of a mix where its skin is off: their domes 0..1, their size and their kind, both 0..1."""
    across = torus.cells_across(spacing_m)
    bend = warp_field(torus, f"{name}/bend", across, 0.45 / across, octaves=3)
    stones = grains(torus, name, across, jitter=1.0, warp=bend)
    size = stones.random(torus, f"{name}/size")
    ragged = stones.near + skin.clouds * 0.10 + skin.grain * 0.010
    body = (1 - ragged / (0.14 + 0.50 * size * size)).clamp_(0, 1) * (size > 0.2)
    body = torch.minimum(body, (stones.far - stones.near) * 2.5)
    return body, size, stones.random(torus, f"{name}/kind")


def _worn_to_stones(torus: Torus, look: Look, surface: Surface, skin: Skin, amount: float) -> Surface:
    """Take the skin off where it is worn: sunk paste, and stones that stand in it."""
    gone = patches(torus, "worn", 0.28, amount=amount, soft=0.22)
    body, size, kind = stones_in_paste(torus, "stones", 0.022, skin)
    shown = smoothstep(0.0, 0.3, body) * smoothstep(0.25, 0.6, gone - 0.3 * (1 - size))
    sunk_m = gone * (0.0022 + 0.0006 * skin.grain.clamp(-2, 2)) * look.relief
    stone_m = shown * smoothstep(0.0, 0.7, body) * (0.0019 * look.relief)
    paste = surface.color * (1 - gone * (0.14 + 0.05 * skin.grain.clamp(-2, 2)))
    surface = replace(surface, color=paste, roughness=mix(surface.roughness, 0.9, gone))
    rock = look.palette("#454341", "#6b6762", "#85796a", "#71747a", "#a8a196", tint=0.3)
    color = rock.paint(kind + 0.12 * skin.clouds + 0.03 * skin.grain)
    return surface.covered(
        shown * 0.8, color=color, roughness=0.6 + 0.2 * kind, height_m=surface.height_m - sunk_m + stone_m
    )


def _water_marks(torus: Torus, look: Look, surface: Surface, sources: Tensor) -> Surface:
    """Let water run from joints, ties and holes: dark soft streaks, a few of them pale with lime."""
    gate = fbm(torus, "water/gate", torus.cells_across(0.03), period_y=torus.cells_across(0.5), octaves=4)
    source = blur(torus, sources * smoothstep(0.05, 0.5, gate), 0.0035)
    # Blurring thins a source by what lies beside it; a narrow joint must still feed its streak.
    wet = run_down(torus, (source * 4).clamp_(0, 1), 0.22)
    streaks = spectral_noise(torus, "water/streaks", slope=1.2, low=10, stretch=(1.0, 25.0))
    wet = wet * smoothstep(-0.8, 1.0, streaks) * look["stains"]
    lime = smoothstep(0.2, 0.5, fbm(torus, "water/lime", torus.cells_across(0.4), octaves=2)) * wet
    surface = replace(surface, color=surface.color * (1 - 0.42 * wet + 0.6 * lime))
    return replace(surface, roughness=(surface.roughness + 0.07 * wet - 0.12 * lime).clamp_(0.05, 1))
