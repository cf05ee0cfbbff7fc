"""Walls of unfired earth: straw and small stones in the mud, cracks of drying, and what the rain eats of them.

A recipe says how the earth was laid; `weather_earth` does what befalls all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.masonry.wall import Body
from assetgen.backends.procedural.operators.piled.strands import strands
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches
from assetgen.backends.procedural.operators.traces.weather import dust_on_ledges, rain_streaks
from assetgen.backends.procedural.surface import Surface

EARTHS: Final = (
    ("#6b523b", "#82674c", "#987b5c", "#ad9172", "#c1a88b"),  # tan
    ("#65402c", "#7d533a", "#94674a", "#a97d5f", "#bd9579"),  # red
    ("#5c5143", "#736655", "#897b68", "#9f917d", "#b4a794"),  # grey brown
    ("#7a5d36", "#927347", "#a8895b", "#bc9f73", "#cdb48d"),  # ochre
)
"""What the pit gives, from damp to dry: five stops each."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Earth:
    """Earth as it was laid or rammed: (N, N) metres, and its linear color, (3, N, N)."""

    height_m: Tensor
    color: Tensor


def knead_mud(torus: Torus) -> Body:
    """Return mud: lumps, creases and grit."""
    return Body(
        lumps=fbm(torus, "mud/clumps", torus.cells_across(0.12), octaves=7, gain=0.55),
        creases=fbm(torus, "mud/creases", torus.cells_across(0.05), octaves=5, gain=0.55, shape="ridged"),
        grit=spectral_noise(torus, "mud/grit", slope=0.8, low=70),
    )


def weather_earth(
    torus: Torus, look: Look, earth: Earth, mud: Body, *, straw: float, cracks: float, stones: float
) -> Surface:
    """Return earth with its straw and stones, dried, rained on and dusty.

    The card of the recipe declares `age`, `wear` and `dirt`.

    Args:
        torus: the tile.
        look: the wishes.
        earth: as it was laid.
        mud: what it is made of.
        straw: how much straw is in it, 0..1.
        cracks: how far it cracked when it dried, 0..1.
        stones: how many stones show, 0..1.
    """
    runnels = rain_streaks(torus, "rain") * look["wear"]
    stalk, pale = straw_in_mud(torus, straw)
    stone, sort = _washed_out(torus, mud, stones * (0.3 + 0.7 * look["wear"]))
    crack = _dried(torus, mud, (0.1 + 0.6 * look["age"]) * cracks)
    height_m = earth.height_m + (0.0011 * stalk + 0.0035 * stone - 0.0022 * runnels) * look.relief
    rock = look.palette("#6a6156", "#8c8274", "#aaa091", tint=0.3).paint(sort + 0.2 * mud.lumps)
    color = mix(earth.color, rock, stone * 0.8) * (1 - 0.45 * crack) * (1 - 0.12 * runnels)
    color = mix(color, look.palette("#8a7346", "#ab9360", "#c6b07d", tint=0.2).paint(pale), stalk * 0.75)
    roughness = look.roughness(0.85) + 0.13 * mud.lumps + 0.035 * mud.grit.clamp(-2, 2)
    surface = Surface(
        torus=torus,
        height_m=height_m - crack * 0.003,
        color=color,
        roughness=roughness - 0.16 * stalk - 0.14 * stone,
        metallic=torus.zeros(),
    )
    dust = dust_on_ledges(torus, surface.height_m, 0.006) * look["dirt"]
    powder = look.palette("#a08d72", "#b9a78c", tint=0.6).paint(0.5 + mud.lumps)
    return surface.covered(dust * 0.55, color=powder, roughness=0.96).with_grime(
        0.2 + 0.5 * look["dirt"], 0.02
    )


def straw_in_mud(torus: Torus, amount: float) -> tuple[Tensor, Tensor]:
    """Return stalks of straw lying in the mud, 0..1, half of them sunk, and how pale each is, 0..1."""
    count = max(round(1000 * amount), 8)
    stalks = strands(torus, "straw", count, length_m=(0.012, 0.075), reach_m=0.004, bend=0.5)
    half_m = stalks.random(torus, "straw/half", 0.0006, 0.0016)
    ends = smoothstep(0.0, 0.08, stalks.along) * smoothstep(1.0, 0.92, stalks.along)
    out = smoothstep(0.0, 0.4, stalks.random(torus, "straw/out"))
    return band(torus, stalks.distance, half_m) * ends * out, stalks.random(torus, "straw/pale")


def _washed_out(torus: Torus, mud: Body, often: float) -> tuple[Tensor, Tensor]:
    """Return small stones that the rain has washed out, 0..1, and the shade of each."""
    bend = warp_field(torus, "pebbles/bend", torus.cells_across(0.025), 0.006, octaves=3)
    pebbles = grains(torus, "pebbles", torus.cells_across(0.024), jitter=1.0, warp=bend)
    size = pebbles.random(torus, "pebbles/size")
    there = pebbles.random(torus, "pebbles/there") < 0.35 * often
    inside = torch.minimum(0.05 + 0.34 * size * size - pebbles.near, (pebbles.far - pebbles.near) * 0.6)
    return dome(inside + 0.06 * mud.lumps, 0.14) * there, pebbles.random(torus, "pebbles/sort")


def _dried(torus: Torus, mud: Body, share: float) -> Tensor:
    """Return cracks of drying, 0..1: a close net in places, open where the earth was wettest."""
    net_m = crack_distance(torus, "drying", 0.11, wander=0.5) + mud.grit * 0.0003
    torn = patches(torus, "drying/torn", 0.35, amount=share, soft=0.25)
    return band(torus, net_m, torn * 0.0011, soft_m=0.0008)
