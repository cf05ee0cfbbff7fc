"""Foam: open-celled sponge, moulded packaging beads, or acoustic foam in pyramids."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.designs.shapes import mirrored
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_SPONGES: Final = (
    ("#8a6b2e", "#b8954a", "#d3b46c", "#e0c98f"),  # yellow
    ("#8d7d5f", "#b3a382", "#cdbf9f", "#dccfb4"),  # sea sponge
    ("#3f6a5b", "#5b8c7a", "#7fa997", "#a5c4b5"),  # green
    ("#4d5f7d", "#6a7e9f", "#8c9dba", "#afbccf"),  # blue
    ("#8b5148", "#b0736a", "#c9968d", "#dbb5ad"),  # pink
)
_WHITES: Final = (("#a9a8a4", "#c9c8c4", "#d9d8d5", "#e2e1df"), ("#a3a097", "#c3c0b6", "#d4d1c8", "#dfddd6"))
_GREYS: Final = (("#29292b", "#37383a", "#48494c", "#65666a"), ("#33312f", "#434140", "#565352", "#73706e"))


def foam(torus: Torus, look: Look) -> Surface:
    """A solid that is mostly air."""
    kind = look.option("kind", choose(torus, "foam/kind", ("sponge", "sponge", "packaging", "acoustic")))
    return {"sponge": _sponge, "packaging": _packaging, "acoustic": _acoustic}[kind](torus, look)


def _sponge(torus: Torus, look: Look) -> Surface:
    """Holes of every size cut open on one plane, thin walls between them."""
    hole, deep = torus.zeros(), torus.zeros()
    for number, (share, amount) in enumerate(((1.0, 0.42), (0.48, 0.62), (0.24, 0.8))):
        hole, deep = _opened(torus, look, f"sponge/{number}", look["cell_m"] * share, amount, hole, deep)
    walls = spectral_noise(torus, "sponge/walls", slope=0.8, low=torus.cells_across(0.004))
    lumps = fbm(torus, "sponge/lumps", torus.cells_across(0.05), octaves=4, gain=0.5)
    squeezed = patches(torus, "sponge/squeezed", 0.05, amount=0.1 + 0.4 * look["wear"], soft=0.4)
    height_m = (lumps * 0.0016 + walls * 0.00007) * look.relief - deep * (0.9 - 0.35 * squeezed) * look.relief
    tone = 0.66 + 0.12 * lumps + 0.06 * walls - 0.5 * hole
    color = look.palette(*choose(torus, "sponge/color", _SPONGES), most_chroma=PAINTED).paint(tone)
    stain = patches(torus, "sponge/stain", 0.03, amount=0.06 + 0.5 * look["dirt"], soft=0.35) * look["dirt"]
    color = mix(color, color * look.palette("#6a5d48", tint=0.0).paint(lumps) * 2.2, stain * 0.7)
    roughness = look.roughness(0.86) + 0.07 * hole + 0.04 * walls.clamp(-2, 2) - 0.05 * squeezed
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.5 + 0.4 * look["dirt"], look["cell_m"] * 0.6)


def _opened(
    torus: Torus, look: Look, name: str, size_m: float, amount: float, hole: Tensor, deep: Tensor
) -> tuple[Tensor, Tensor]:
    """Open one size of cell: return where there are holes, 0..1, and how deep they go, in metres."""
    bend = warp_field(
        torus, f"{name}/bend", torus.cells_across(size_m * 1.4), 0.3 * size_m / torus.tile_m, octaves=3
    )
    found = cells(torus, name, torus.cells_across(size_m), jitter=1.0, roundness=9.0, warp=bend)
    is_open = (found.random(torus, f"{name}/open") < amount * look["openness"]).float()
    rim = found.random(torus, f"{name}/rim", 0.06, 0.22) * size_m
    inside = found.edge - rim
    bowl = smoothstep(0.0, 0.34 * size_m, inside) * is_open
    depth = bowl * found.random(torus, f"{name}/depth", 0.25, 0.62) * size_m
    # A hole that lies in a deeper one changes nothing there.
    return torch.maximum(hole, smoothstep(-0.02 * size_m, 0.10 * size_m, inside) * is_open), torch.maximum(
        deep, depth
    )


def _packaging(torus: Torus, look: Look) -> Surface:
    """Beads of polystyrene pressed into each other in a mould: flat faces, seams between, some beads torn out."""
    size_m = look["cell_m"] * 0.62
    bend = warp_field(
        torus, "beads/bend", torus.cells_across(size_m * 3), 0.10 * size_m / torus.tile_m, octaves=2
    )
    beads = cells(torus, "beads", torus.cells_across(size_m), jitter=0.8, roundness=13.0, warp=bend)
    seam = smoothstep(0.13 * size_m, 0.0, beads.edge)
    dome = smoothstep(0.0, 0.5 * size_m, beads.edge)
    lost = (beads.random(torus, "beads/lost") < 0.006 + 0.05 * look["wear"]).float()
    pit = smoothstep(0.0, 0.4 * size_m, beads.edge) * lost
    press = fbm(torus, "beads/press", torus.cells_across(0.05), octaves=5, gain=0.55)
    dent = smoothstep(0.18, 0.55, press + 0.3 * look["wear"] - 0.2)
    skin = spectral_noise(torus, "beads/skin", slope=1.0, low=torus.cells_across(0.003))
    face = beads.random(torus, "beads/face", -0.000045, 0.000045)
    face = face + beads.x * beads.random(torus, "beads/tilt", -0.03, 0.03)
    body_m = face + dome * 0.00020 - seam * 0.00010 - pit * (0.42 * size_m) + skin * 0.000014
    height_m = body_m * look.relief - dent * 0.0011
    tone = 0.62 + beads.random(torus, "beads/tone", -0.12, 0.12) - 0.34 * seam - 0.25 * pit + 0.03 * skin
    color = look.palette(*choose(torus, "beads/color", _WHITES), most_chroma=PAINTED).paint(tone)
    yellow = look.palette("#b8a981", "#c9bc97", tint=0.0).paint(press + 0.5)
    color = mix(color, yellow, patches(torus, "beads/sun", 0.06, amount=0.6, soft=0.8) * 0.4 * look["age"])
    roughness = (
        look.roughness(0.62) + beads.random(torus, "beads/sheen", -0.07, 0.07) + 0.16 * seam + 0.12 * pit
    )
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness + 0.08 * dent, metallic=torus.zeros()
    )
    return surface.with_grime(0.25 + 0.7 * look["dirt"], 0.003)


def _acoustic(torus: Torus, look: Look) -> Surface:
    """Egg crate or pyramids cut out of fine-pored foam."""
    count = 2 * max(round(torus.tile_m / look["pitch_m"] / 2), 1)
    pitch_m = torus.tile_m / count
    sag = warp_field(torus, "acoustic/sag", torus.cells_across(0.07), 0.0016 / torus.tile_m * 4, octaves=3)
    start = torus.uniform("acoustic/start", 2)[:, 0].tolist()
    x, y = (torus.u + sag[0] + start[0]) * count, (torus.v + sag[1] + start[1]) * count
    if torus.draw("acoustic/cut", 0, 1) > 0.5:
        wave = torch.cos(x * 6.2831853) + torch.cos(y * 6.2831853)
        form = wave * 0.25 + 0.5
    else:
        form = 1 - 2 * torch.maximum(mirrored(x, 1.0), mirrored(y, 1.0))
        form = blur(torus, form, pitch_m * 0.018)
    bend = warp_field(torus, "pores/bend", torus.cells_across(0.004), 0.0004 / torus.tile_m, octaves=2)
    pores = cells(torus, "pores", torus.cells_across(look["cell_m"] * 0.19), jitter=1.0, warp=bend)
    pore = smoothstep(0.0, 0.34 * look["cell_m"] * 0.19, pores.edge) * pores.random(
        torus, "pores/deep", 0.3, 1.0
    )
    tone = 0.60 - 0.42 * pore + pores.random(torus, "pores/tone", -0.08, 0.08)
    color = look.palette(*choose(torus, "acoustic/color", _GREYS), most_chroma=PAINTED).paint(tone)
    where = fbm(torus, "acoustic/dust", torus.cells_across(0.03), octaves=5, gain=0.6)
    dust = smoothstep(0.35, 0.95, form + 0.35 * where) * look["dirt"]
    surface = Surface(
        torus=torus,
        height_m=(form * (pitch_m * 0.42) - pore * 0.00022) * look.relief,
        color=mix(color, look.palette("#77716a", "#8f8981", tint=0.0).paint(where + 0.5), dust * 0.35),
        roughness=look.roughness(0.88) - 0.16 * (1 - pore) + 0.06 * where + 0.04 * dust,
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.2 + 0.3 * look["dirt"], 0.004)
