"""Painted steel: what paint does on sheet metal that is used, knocked, bleached and rained on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.look import PAINTED, Look, as_matter
from assetgen.backends.procedural.materials.metal.plating import Plating, plating
from assetgen.backends.procedural.operators.cells import grains
from assetgen.backends.procedural.operators.cover import grown
from assetgen.backends.procedural.operators.height import blur, convexity, run_down, smoothstep
from assetgen.backends.procedural.operators.marks import patches, scratches
from assetgen.backends.procedural.operators.noise import fbm, spectral_noise
from assetgen.backends.procedural.operators.palette import Palette, Triple, flat_color, mix
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import warp_field
from assetgen.backends.procedural.surface import Surface

_PAINTS = ("#b98b2c", "#4d6a4f", "#31503f", "#7a3a2c", "#2f6469", "#80857f", "#565c60", "#2e4258", "#a7a491")
"""Muted signal yellow, reseda and moss green, oxide red, teal, two greys, navy, light ivory grey."""
_PRIMERS = ("#7b4a3a", "#85857f", "#8f8a6c")
_PAINT_M = 0.00035


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Wear:
    """Where paint is gone: primer shows in a ring, bare steel inside it; fine scratches over all."""

    primer: Tensor
    steel: Tensor
    scuffs: Tensor


def painted_metal(torus: Torus, look: Look) -> Surface:
    """Steel plates under paint: knocked at edges and rivets, bleached by the sun, streaked by rain."""
    plates = plating(torus, look)
    wear = _knocks(torus, look, plates)
    height_m = plates.height_m - (wear.primer + wear.steel) * (_PAINT_M / 2) - wear.scuffs * 0.0001
    height_m = height_m + spectral_noise(torus, "peel", slope=0.4, low=220).mul_(0.00002)

    bleached = _bleached(torus, look, plates)
    color = _paint_color(torus, look, plates, bleached)
    roughness = _paint_roughness(torus, look, bleached)
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    surface = _bare(torus, look, surface, wear)
    surface = _streaked(torus, look, surface, plates)
    return surface.with_grime(0.3 + 0.7 * look["dirt"], 0.012)


def _bleached(torus: Torus, look: Look, plates: Plating) -> Tensor:
    """Return how far the sun has chalked the paint: broadly, less where a joint or an edge throws shade."""
    broad = patches(torus, "bleached", 0.5, amount=0.5, soft=0.55)
    rain = spectral_noise(torus, "bleached/rain", slope=1.8, low=5, stretch=(1.0, 6.0))
    face = smoothstep(0.0, 0.22, plates.pieces.edge) * plates.pieces.random(torus, "bleached/plate", 0.5, 1.0)
    return (broad * 0.45 + face * 0.5 + rain * 0.06).clamp_(0, 1).mul_(look["fade"])


def _knocks(torus: Torus, look: Look, plates: Plating) -> _Wear:
    """Find where paint comes off: standing edges first, then where something struck; flakes have corners."""
    wear = look["wear"]
    standing = convexity(torus, plates.height_m, 0.007).mul_(1 / 0.0012).clamp_(-0.6, 1.0)
    rough = fbm(torus, "knocks/rough", torus.cells_across(0.11), octaves=6, gain=0.62)
    struck = fbm(torus, "knocks/struck", torus.cells_across(0.6), octaves=3)
    flake = grains(
        torus,
        "knocks/flakes",
        torus.cells_across(0.011),
        jitter=1.0,
        warp=warp_field(torus, "knocks/bend", torus.cells_across(0.03), 0.0012),
    )
    ready = standing * 0.62 + plates.proud * 0.3 + rough * 1.25 + struck * 0.8
    ready = ready + (flake.random(torus, "knocks/grip") - 0.5) * 0.22
    share = 0.004 + 0.075 * wear**1.5
    gone = grown(ready, share, deep=0.30)
    through = grown(ready + rough * 0.12, share * 0.5, deep=0.30)
    long = scratches(torus, "scratches/long", 5 + int(10 * wear), length_m=(0.12, 0.6), bend=0.25)
    short = scratches(torus, "scratches/short", 30 + int(90 * wear), length_m=(0.015, 0.07), bend=0.6)
    # A scratch is a millimetre wide: where texels are wider, it only lightens them.
    seen = min(1.0, 0.0014 * torus.size / torus.tile_m)
    scuffs = torch.maximum(long, short * 0.8).mul_(seen)
    cut = smoothstep(0.62, 0.95, long + rough * 0.35) * (seen * 0.8)
    return _Wear(
        primer=smoothstep(0.0, 0.05, gone),
        steel=torch.maximum(smoothstep(0.0, 0.08, through), cut),
        scuffs=scuffs,
    )


def _paint(torus: Torus, look: Look) -> Palette:
    """Return dark, plain and light paint; a color asked for is the paint itself, not a tint of some other."""
    if look.color is None:
        drawn = Palette.of(_PAINTS[int(torus.draw("paint", 0, len(_PAINTS) - 0.001))])
        plain = drawn.adjusted(
            brightness=torus.draw("paint/brightness", -0.16, 0.16),
            saturation=torus.draw("paint/mute", -0.32, -0.05),
        )
    else:
        plain = Palette.of(_hex(as_matter(look.color, PAINTED)))
    asked = Palette(((0.0, plain.middle()),)).adjusted(
        brightness=look.trait("brightness", 0.0),
        saturation=look.trait("saturation", 0.0),
        warmth=look.trait("warmth", 0.0),
    )
    dark, light = asked.adjusted(brightness=-0.22), asked.adjusted(brightness=0.14, saturation=-0.12)
    return Palette(((0.0, dark.middle()), (0.5, asked.middle()), (1.0, light.middle())))


def _hex(srgb: Triple) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in srgb)


def _paint_color(torus: Torus, look: Look, plates: Plating, bleached: Tensor) -> Tensor:
    cloudy = fbm(torus, "paint/cloudy", torus.cells_across(0.28), octaves=6, gain=0.6)
    brushed = spectral_noise(torus, "paint/rain", slope=1.6, low=8, stretch=(1.0, 9.0))
    tone = (
        0.5 + cloudy * 0.30 + brushed * 0.035 + plates.pieces.random_apart(torus, "paint/plate", -0.16, 0.16)
    )
    color = _paint(torus, look).paint(tone)
    if look.option("layout", "plates") == "hull":
        color = color * (1 - 0.2 * (plates.pieces.random_apart(torus, "paint/second", 0, 1) > 0.86))
    if look.option("marking", "none" if look.second_color is None else "stripe") == "stripe":
        color = mix(color, _stripe_color(torus, look), _stripe(torus, cloudy))
    chalk = color * 0.72 + color.mean(0, keepdim=True) * 0.22 + 0.10
    return mix(color, chalk, bleached * 0.6)


def _stripe(torus: Torus, ragged: Tensor) -> Tensor:
    """Return one painted band across the tile, sharp as a masked edge but for where paint crept under."""
    wide = torus.draw("stripe/wide", 0.035, 0.06)
    place = torus.v - torus.draw("stripe/place", 0.2, 0.8)
    away_m = (place - torch.round(place)).abs_().mul_(torus.tile_m).expand_as(ragged)
    soft = max(0.0012, 0.7 * torus.tile_m / torus.size)
    return smoothstep(soft, -soft, away_m - wide + ragged * 0.0012) * (
        0.86 + 0.14 * smoothstep(0.3, -0.1, ragged)
    )


def _stripe_color(torus: Torus, look: Look) -> Tensor:
    asked = "#cfccc0" if look.second_color is None else _hex(as_matter(look.second_color, PAINTED))
    return flat_color(torus, Palette.of(asked).middle())


def _paint_roughness(torus: Torus, look: Look, bleached: Tensor) -> Tensor:
    smudges = fbm(torus, "paint/smudges", torus.cells_across(0.25), octaves=6, gain=0.62)
    wiped = spectral_noise(torus, "paint/wiped", slope=1.3, low=20, stretch=(1.0, 3.0))
    return look.roughness(0.36) + smudges * 0.13 + wiped * 0.012 + bleached * 0.22


def _bare(torus: Torus, look: Look, surface: Surface, wear: _Wear) -> Surface:
    """Lay bare what is under the paint: primer, steel, and with age the first brown on the steel."""
    primer = _PRIMERS[int(torus.draw("primer", 0, len(_PRIMERS) - 0.001))]
    grain = spectral_noise(torus, "steel/grain", slope=1.0, low=12)
    surface = surface.covered(
        wear.primer, color=Palette.of(primer).paint(grain) * (1 + 0.06 * grain.clamp(-2, 2)), roughness=0.62
    )
    steel = Palette.of("#b6b7b7", "#c2c3c3", "#cfcfce").paint(grain * 0.3 + 0.5)
    surface = surface.covered(
        wear.steel, color=steel, roughness=0.36 + 0.05 * grain.clamp(-2, 2), metallic=1.0
    )
    polish = wear.scuffs * (1 - wear.steel)
    surface = surface.covered(polish * 0.4, color=surface.color * 0.6 + 0.22, roughness=0.5)
    first = fbm(torus, "steel/brown", torus.cells_across(0.07), octaves=5, gain=0.65)
    brown = wear.steel * smoothstep(
        0.45 - 0.55 * look["age"], 0.75 - 0.55 * look["age"], first + grain * 0.06
    )
    colors = Palette.of("#3b241b", "#5d3a26", "#7d5236").paint(first + 0.5)
    return surface.covered(brown * 0.92, color=colors, roughness=0.82)


def _streaked(torus: Torus, look: Look, surface: Surface, plates: Plating) -> Surface:
    """Let rain carry dirt out of joints and from under rivets, and leave a film in the lee of every edge."""
    source = plates.joint * smoothstep(
        -0.15, 0.45, fbm(torus, "streaks/where", torus.cells_across(0.12), octaves=4)
    )
    veil = spectral_noise(torus, "streaks/veil", slope=1.2, low=16, stretch=(1.0, 14.0)).mul_(0.22).add_(0.45)
    run = blur(torus, run_down(torus, source, 0.16), 0.003, 0.012) * veil.clamp_(0, 1)
    film = blur(torus, plates.joint, 0.02).mul_(1.6).clamp_(0, 1)
    soot = (run * 0.75 + film * 0.35 + plates.joint * 0.75).clamp_(0, 0.9) * (0.25 + 0.75 * look["dirt"])
    return surface.covered(
        soot * (1 - 0.6 * surface.metallic), color=flat_color(torus, (0.034, 0.029, 0.024)), roughness=0.8
    )
