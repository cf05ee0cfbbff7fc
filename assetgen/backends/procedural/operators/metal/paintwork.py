"""What use does to paint on metal: it is knocked off edges, scratched, bleached by the sun and streaked by rain."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import blur, convexity, run_down, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, flat_color
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.traces.marks import patches, scratches
from assetgen.backends.procedural.surface import Surface

_PRIMERS = ("#7b4a3a", "#85857f", "#8f8a6c")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Knocks:
    """Where paint is gone, each (N, N) 0..1: primer in a ring, bare steel inside it, fine scratches over all."""

    primer: Tensor
    steel: Tensor
    scuffs: Tensor


def knocks(torus: Torus, height_m: Tensor, proud: Tensor, *, wear: float) -> Knocks:
    """Find where paint comes off: standing edges first, then where something struck; flakes have corners.

    Args:
        torus: the tile.
        height_m: (N, N) metres; what stands out is struck first.
        proud: (N, N) -1..1, how readily paint comes off beyond what height explains.
        wear: 0 fresh .. 1 worn out.
    """
    standing = convexity(torus, height_m, 0.007).mul_(1 / 0.0012).clamp_(-0.6, 1.0)
    rough = fbm(torus, "knocks/rough", torus.cells_across(0.11), octaves=6, gain=0.62)
    struck = fbm(torus, "knocks/struck", torus.cells_across(0.6), octaves=3)
    flake = grains(
        torus,
        "knocks/flakes",
        torus.cells_across(0.011),
        jitter=1.0,
        warp=warp_field(torus, "knocks/bend", torus.cells_across(0.03), 0.0024 / torus.tile_m),
    )
    ready = standing * 0.62 + proud * 0.3 + rough * 1.25 + struck * 0.8
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
    return Knocks(
        primer=smoothstep(0.0, 0.05, gone),
        steel=torch.maximum(smoothstep(0.0, 0.08, through), cut),
        scuffs=scuffs,
    )


def laid_bare(surface: Surface, knocked: Knocks, *, age: float) -> Surface:
    """Return the surface with what is under its paint: primer, steel, and with age the first brown on the steel."""
    torus = surface.torus
    primer = choose(torus, "primer", _PRIMERS)
    grain = spectral_noise(torus, "steel/grain", slope=1.0, low=12)
    surface = surface.covered(
        knocked.primer,
        color=Palette.of(primer).paint(grain) * (1 + 0.06 * grain.clamp(-2, 2)),
        roughness=0.62,
    )
    steel = Palette.of("#b6b7b7", "#c2c3c3", "#cfcfce").paint(grain * 0.3 + 0.5)
    surface = surface.covered(
        knocked.steel, color=steel, roughness=0.36 + 0.05 * grain.clamp(-2, 2), metallic=1.0
    )
    polish = knocked.scuffs * (1 - knocked.steel)
    surface = surface.covered(polish * 0.4, color=surface.color * 0.6 + 0.22, roughness=0.5)
    first = fbm(torus, "steel/brown", torus.cells_across(0.07), octaves=5, gain=0.65)
    brown = knocked.steel * smoothstep(0.45 - 0.55 * age, 0.75 - 0.55 * age, first + grain * 0.06)
    colors = Palette.of("#3b241b", "#5d3a26", "#7d5236").paint(first + 0.5)
    return surface.covered(brown * 0.92, color=colors, roughness=0.82)


def bleached(torus: Torus, pieces: Elements, *, fade: float) -> Tensor:
    """Return how far the sun has chalked the paint, 0..1: broadly, less where a joint or an edge throws shade."""
    broad = patches(torus, "bleached", 0.5, amount=0.5, soft=0.55)
    rain = spectral_noise(torus, "bleached/rain", slope=1.8, low=5, stretch=(1.0, 6.0))
    face = smoothstep(0.0, 0.22, pieces.edge) * pieces.random(torus, "bleached/plate", 0.5, 1.0)
    return (broad * 0.45 + face * 0.5 + rain * 0.06).clamp_(0, 1).mul_(fade)


def streaked(surface: Surface, joint: Tensor, *, dirt: float) -> Surface:
    """Return the surface with the dirt that rain carries out of joints, and a film in the lee of every edge.

    Args:
        surface: the painted surface.
        joint: (N, N) 1 where water and dirt stand.
        dirt: 0 clean .. 1 never washed.
    """
    torus = surface.torus
    source = joint * smoothstep(-0.15, 0.45, fbm(torus, "streaks/where", torus.cells_across(0.12), octaves=4))
    veil = spectral_noise(torus, "streaks/veil", slope=1.2, low=16, stretch=(1.0, 14.0)).mul_(0.22).add_(0.45)
    run = blur(torus, run_down(torus, source, 0.16), 0.003, 0.012) * veil.clamp_(0, 1)
    film = blur(torus, joint, 0.02).mul_(1.6).clamp_(0, 1)
    soot = (run * 0.75 + film * 0.35 + joint * 0.75).clamp_(0, 0.9) * (0.25 + 0.75 * dirt)
    return surface.covered(
        soot * (1 - 0.6 * surface.metallic), color=flat_color(torus, (0.034, 0.029, 0.024)), roughness=0.8
    )
