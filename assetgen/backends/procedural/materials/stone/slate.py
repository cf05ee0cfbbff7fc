"""Slate: a riven face of thin sheets, one broken off the other; as rock, as tiles, or in stacked strips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.rock import broken_face
from assetgen.backends.procedural.operators.earth.slabs import laid_as_tiles, stacked_in_strips
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_SLATES: Final = (
    ("#2f3336", "#3f4447", "#52575a", "#6a6e70", "#868989"),  # blue-black
    ("#414345", "#55585a", "#6b6e6f", "#838584", "#9c9d9b"),  # grey
    ("#3b423c", "#4e564f", "#646c64", "#7d847b", "#979c92"),  # green
    ("#3f383b", "#534a4e", "#695f62", "#827779", "#9b9190"),  # plum
)
_SHEETS: Final = ((0.55, 0.0042), (0.34, 0.0026), (0.2, 0.0016), (0.12, 0.0009), (0.07, 0.0005))
"""Width of the patches in which a sheet has stayed on, and its thickness, in metres."""


@dataclass(frozen=True, slots=True, eq=False)
class _Cleft:
    """The riven face: metres, how much of a texel is a broken edge, 0..1, and the tone of the sheets, -1..1."""

    height_m: Tensor
    edge: Tensor
    tone: Tensor


def slate(torus: Torus, look: Look) -> Surface:
    """Stone that splits into sheets: steps with ragged edges, silky faces, rust where water got between."""
    grain = spectral_noise(torus, "grain", slope=0.9, low=50).clamp_(-2.5, 2.5)
    silk = spectral_noise(torus, "silk", slope=1.3, low=12, stretch=(1.0, 5.0)).clamp_(-2.5, 2.5)
    cleft = _split(torus, look)
    waves = fbm(torus, "waves", torus.cells_across(0.35), octaves=5) * 0.005
    height_m = (cleft.height_m + waves + silk * 0.00022 + grain * 0.00006) * look.relief

    clouds = fbm(torus, "mottled", torus.cells_across(0.18), octaves=6, gain=0.58)
    tone = 0.42 + 0.3 * clouds + 0.16 * cleft.tone + 0.05 * silk + 0.03 * grain
    color = look.palette(*choose(torus, "slate", _SLATES)).paint(tone)
    color = color * (1 + 0.45 * cleft.edge + (convexity(torus, height_m, 0.006) * 220).clamp_(-0.18, 0.18))
    rust = _rust(torus, look, cleft, clouds) * (0.35 + 0.65 * smoothstep(-0.9, 0.9, silk + 1.5 * cleft.tone))
    ochre = look.palette("#4e3a2c", "#72533a", "#94714f", "#a98c6a", tint=0.15).paint(
        0.45 + 0.6 * clouds + 0.08 * silk + 0.05 * grain
    )
    color = mix(color, ochre, rust * 0.65)
    dull = patches(torus, "dull", 0.16, amount=0.35, soft=0.3)
    roughness = (
        look.roughness(0.5) + 0.1 * dull + 0.14 * cleft.edge + 0.18 * rust - 0.04 * silk + 0.05 * clouds
    )
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return _cut(torus, look, surface).with_grime(0.2 + 0.6 * look["dirt"], 0.012)


def _split(torus: Torus, look: Look) -> _Cleft:
    """Stack sheets, each of which has broken off along a ragged line; thick ones first."""
    height, edge, tone = torus.zeros(), torus.zeros(), torus.zeros()
    for number, (size_m, thick_m) in enumerate(_SHEETS):
        across = torus.cells_across(size_m)
        name = f"sheet/{number}"
        broad = fbm(torus, name, across, period_y=max(round(across * 1.6), 1), octaves=3, gain=0.5)
        ragged = broken_face(torus, f"{name}/break", size_m * 0.55, octaves=3, gain=0.55, squash=1.4)
        depth = broad + ragged * 0.14 - torus.draw(f"{name}/level", -0.12, 0.12)
        # A break is no cliff: it falls off over about its own thickness, shelving here and there.
        soft = 0.5 * thick_m / size_m * 4
        on = smoothstep(-soft, soft, depth)
        height = height + on * thick_m * look["steps"]
        edge = torch.maximum(edge, on * (1 - on) * 4 * (thick_m / 0.0042) ** 0.5)
        tone = tone + (on - 0.5) * torus.draw(f"{name}/tone", -0.8, 0.8)
    return _Cleft(height_m=height, edge=edge, tone=tone)


def _rust(torus: Torus, look: Look, cleft: _Cleft, clouds: Tensor) -> Tensor:
    """Return where iron has bloomed, 0..1: on some sheets more than on others, with a hard outer rim."""
    bloom = fbm(torus, "rust", torus.cells_across(0.26), octaves=7, gain=0.6) + 0.12 * cleft.tone
    spread = 0.34 - 0.42 * look["rust"]
    flood = smoothstep(spread, spread + 0.18, bloom)
    rim = smoothstep(0.06, 0.0, (bloom - spread).abs()) * 0.6
    return (
        torch.maximum(flood * (0.7 + 0.4 * clouds), rim) * smoothstep(0.05, 0.3, torch.tensor(look["rust"]))
    ).clamp_(0, 1)


def _cut(torus: Torus, look: Look, surface: Surface) -> Surface:
    cut = look.option("cut", choose(torus, "cut", ("cleft", "tiles", "stacked")))
    if cut == "cleft":
        return surface
    if cut == "stacked":
        return stacked_in_strips(surface, "strips", strip_m=look["strip_m"], long=10.0, proud_m=0.022)
    grout = look.palette("#4b4946", "#625f5b", tint=0.0).paint(torch.full((1, 1), 0.5, device=torus.device))
    return laid_as_tiles(
        surface,
        "tiles",
        edge_m=look["tile_edge_m"],
        joint_m=look["joint_m"],
        grout=grout,
        offset=torus.draw("offset", 0, 1) < 0.5,
        uneven=2.2,
        ragged_m=0.003,
    )
