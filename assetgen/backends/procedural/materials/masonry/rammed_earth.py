"""A wall of rammed earth."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.masonry.earthen import EARTHS, Earth, knead_mud, weather_earth
from assetgen.backends.procedural.operators.masonry.wall import Body
from assetgen.backends.procedural.surface import Surface


def rammed_earth(torus: Torus, look: Look) -> Surface:
    """Damp earth rammed between boards, load upon load, each of another shade."""
    mud = knead_mud(torus)
    loads = look.option("loads", choose(torus, "loads", ("even", "striped")))
    earth = _lifts(torus, look, mud, contrast=0.75 if loads == "striped" else 0.3)
    return weather_earth(torus, look, earth, mud, straw=0.12, cracks=0.3, stones=1.0)


def _lifts(torus: Torus, look: Look, mud: Body, *, contrast: float) -> Earth:
    """Ram a hand's height at a time: every lift another load, dense at its top, loose at its foot."""
    lifts = torus.cells_across(look["lift_m"])
    wave = fbm(torus, "lifts/wave", torus.cells_across(0.5), octaves=5, gain=0.5) * 0.22 * look["unevenness"]
    level = torus.v * lifts + wave + torus.draw("lifts/begin", 0.3, 0.7)
    number = torch.remainder(torch.floor(level), lifts).to(torch.int64)
    inside = level - torch.floor(level)  # 0 at the top of a lift, 1 at its foot

    def pick(name: str, low: float, high: float) -> Tensor:
        each = torus.uniform(name, lifts)[:, 0]
        # Unlike its neighbours, so that the tile has no broad bands of light and dark.
        share = (0.5 + 0.75 * (each - 0.5 * (each.roll(1) + each.roll(-1)))).clamp(0, 1)
        table = share * (high - low) + low
        return torch.index_select(table, 0, number.reshape(-1)).view(number.shape)

    foot = smoothstep(0.55, 0.98, inside)
    seam = smoothstep(0.05, 0.0, torch.minimum(inside, 1 - inside) + 0.02 * mud.lumps)
    loose = (0.25 + 0.75 * foot) * pick("lifts/loose", 0.3, 1.2)
    clods = grains(torus, "clods", torus.cells_across(0.014), jitter=1.0)
    void = smoothstep(0.5, 0.2, clods.near) * (clods.random(torus, "clods/void") < 0.55 * loose) * loose
    height_m = pick("lifts/step", -0.003, 0.003) - seam * 0.0035 - void * 0.0030 - foot * 0.002
    height_m = (
        height_m + (mud.lumps * 0.004 + mud.creases * 0.001) * (0.4 + loose) + mud.grit * 0.0004
    ) * look.relief
    ramp = look.palette(*choose(torus, "earth", EARTHS))
    strata = fbm(torus, "strata", 6, period_y=lifts * 6, octaves=3, gain=0.6)
    tone = (
        0.5
        + pick("lifts/load", -0.5, 0.5) * (contrast * look["variation"])
        + 0.14 * strata
        + 0.2 * mud.lumps
        + 0.05 * mud.grit
    )
    color = ramp.paint(tone - 0.12 * foot) * (1 - 0.22 * seam - 0.25 * void)
    return Earth(height_m=height_m, color=color)
