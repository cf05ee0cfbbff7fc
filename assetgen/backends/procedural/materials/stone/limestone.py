"""Limestone: shells in old sea floor, sawn, eaten by rain, tooled into blocks, or travertine of hot springs."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, warmed
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import bent_twice
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.fossils import fossils
from assetgen.backends.procedural.operators.earth.rock import broken_face
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.layouts.laying import Laid, lay_by_hand, rounded_edge
from assetgen.backends.procedural.operators.layouts.stonework import block_courses
from assetgen.backends.procedural.operators.layouts.strata import strata
from assetgen.backends.procedural.operators.traces.lichen import with_lichen
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.operators.traces.weather import hairline_cracks
from assetgen.backends.procedural.surface import Surface

_STONES: Final = (
    ("#8a8172", "#a59c8c", "#bdb5a6", "#cfc8bb", "#ded8cd"),  # cream
    ("#7a776f", "#96938a", "#aeaba2", "#c3c0b8", "#d5d2cb"),  # grey
    ("#87714f", "#a68d68", "#c0a984", "#d2bf9f", "#dfd1b9"),  # honey
    ("#8b7a66", "#a8957f", "#c0ad97", "#d2c2ae", "#dfd3c4"),  # buff
)

_Three = tuple[Tensor, Tensor, Tensor]


def limestone(torus: Torus, look: Look) -> Surface:
    """Pale stone with what lived in it, and what was done to it."""
    face = look.option("face", choose(torus, "face", ("shelly", "pitted", "tooled", "travertine")))
    grain = spectral_noise(torus, "grain", slope=0.7, low=60).clamp_(-2.5, 2.5)
    clouds = fbm(torus, "clouds", torus.cells_across(0.2), octaves=7, gain=0.6)
    shell, bony = fossils(torus, "shells", (0.1, 0.055, 0.032, 0.02), 0.35 + 0.5 * look["shells"], clouds)
    # What lived in the mud turned it over: burrows are filled with paler and darker lime.
    burrows = fbm(torus, "burrows", torus.cells_across(0.06), octaves=5, gain=0.5, shape="ridged")
    filled = smoothstep(0.25, 0.55, burrows + 0.3 * clouds) * torus.draw("burrows/tone", -0.22, 0.16)
    tone = 0.5 + 0.2 * clouds + 0.05 * grain + filled
    make = {"shelly": _sawn, "pitted": _rained_on, "tooled": _tooled, "travertine": _travertine}[face]
    height_m, shade, hollow = make(torus, look, (clouds, grain, shell))
    seen = shell * {"shelly": 0.85, "pitted": 0.5, "tooled": 0.3, "travertine": 0.0}[face]
    color = look.palette(*choose(torus, "stone", _STONES)).paint(tone + shade)
    iron = fbm(torus, "iron", 7, octaves=7, gain=0.6, period_y=torus.cells_across(0.09))
    color = warmed(color, (0.45 * iron + 0.10 * clouds + 0.4 * shade).clamp_(min=-0.07))
    stain = smoothstep(0.1, 0.45, iron + 0.3 * clouds + 0.25 * hollow) * (0.3 + 0.5 * look["age"])
    color = mix(color, look.palette("#7d6247", "#a5865f", "#c2a67e", tint=0.3).paint(tone), stain * 0.5)
    bone = look.palette("#7d7770", "#b3aa9a", "#d8d1c5", "#e6e0d6", tint=0.5).paint(bony + 0.1 * grain)
    color = mix(color, bone, seen)
    height_m = height_m * look.relief
    rub = (convexity(torus, height_m, 0.008) * 120).clamp_(-0.15, 0.12)
    color = color * (1 + rub) * (1 - 0.42 * hollow)
    soot = patches(torus, "soot", 0.2, amount=0.5 * look["age"], soft=0.3) * look["age"]
    color *= 1 - 0.28 * soot
    usual = 0.55 if face in ("shelly", "travertine") else 0.84
    roughness = look.roughness(usual) + 0.06 * clouds - 0.1 * seen + 0.22 * hollow * (0.95 - usual)
    rough = roughness + 0.1 * soot + 0.1 * patches(torus, "dull", 0.2, amount=0.4, soft=0.3) + 0.02 * grain
    surface = Surface(torus=torus, height_m=height_m, color=color, roughness=rough, metallic=torus.zeros())
    if face in ("pitted", "tooled"):
        crusts = look.palette("#7d7c6e", "#a3a18f", "#bdbaa6", "#b8a878", tint=0.1)
        surface = with_lichen(surface, "lichen", 0.09, 0.45 * look["age"], grain, crusts, where=1 - hollow)
    return surface.with_grime(0.2 + 0.6 * look["dirt"], 0.02)


def _sawn(torus: Torus, look: Look, stuff: _Three) -> _Three:
    """Return height, shade and hollows of a honed slab: shells have fallen out, calcite has healed its tears."""
    clouds, grain, shell = stuff
    pores = grains(torus, "pores", torus.cells_across(0.02), jitter=1.0)
    size = pores.random(torus, "pores/size")
    hollow = smoothstep(0.0, 0.12, 0.24 * size * size - pores.near) * (size > 0.6)
    lost = shell * smoothstep(0.25, 0.4, fbm(torus, "lost", torus.cells_across(0.06), octaves=3))
    # Pressure has dissolved it along jagged seams, where clay was left; the beds between were not laid down alike.
    jag = bent_twice(torus, "seams/jag", (0.5, 0.05), (0.05, 0.012), (0.008, 0.004))
    beds = strata(torus, "seams", torus.cells_across(0.2), torus.v + jag[1], uneven=2.4)
    seam = smoothstep(0.0022, 0.0004, beds.edge_m) + 0.3 * smoothstep(0.02, 0.0, beds.edge_m)
    seam *= smoothstep(-0.15, 0.3, fbm(torus, "seams/drawn", 5, octaves=4))
    calcite = hairline_cracks(torus, "calcite", 0.35, share=0.3, line_m=0.0016, tremble_m=grain * 0.0003)
    shade = 0.06 * clouds - 0.14 + beds.random_apart(torus, "seams/bed", -0.09, 0.09) - 0.55 * seam
    shade = shade + 0.5 * calcite * (1 - seam)
    hollow = torch.maximum(hollow, lost)
    return clouds * 0.0012 + grain * 0.00002 - hollow * 0.0008 + shell * 0.00004, shade, hollow


def _rained_on(torus: Torus, look: Look, stuff: _Three) -> _Three:
    """Return a face that rain has dissolved: scoops and pits in three sizes, shells left standing."""
    clouds, grain, shell = stuff
    face = broken_face(torus, "face", 0.22, octaves=2, gain=0.5, tilt=0.3, jag=0.15)
    bend = bent_twice(torus, "pits/bend", (0.07, 0.022), (0.025, 0.008))
    deep = torus.zeros()
    for number, size_m in enumerate((0.11, 0.045, 0.02)):
        pits = grains(torus, f"pits/{number}", torus.cells_across(size_m), jitter=1.0, warp=bend)
        size = pits.random(torus, f"pits/{number}/size")
        gone = smoothstep(0.0, 0.4, pits.inside(0.58 * size * look["weather"] + 0.3 * clouds)) * (size > 0.3)
        deep = torch.maximum(deep, gone * (0.16 * size_m))
    hollow = smoothstep(0.001, 0.01, deep)
    return clouds * 0.03 + face * 0.012 - deep + shell * 0.0018 + grain * 0.0003, 0.06 * face, hollow


def _tooled(torus: Torus, look: Look, stuff: _Three) -> _Three:
    """Return blocks in courses: a chisel has drawn a margin round each, and furrows over its face."""
    clouds, grain, _ = stuff
    units = torus.cells_across(0.085)
    plan = block_courses(torus, "blocks", units, units, heights=(3, 4), lengths=(1.2, 2.4))
    stray = bent_twice(torus, "stray", (0.2, 0.002), (0.03, 0.0015))
    laid: Laid = lay_by_hand(torus, plan, "blocks", gap_m=0.006, turn=0.003, rounding_m=0.006, warp=stray)
    blocks = laid.pieces
    way = torch.where(blocks.random(torus, "way") < 0.5, 0.8, -0.8)
    turn = blocks.random(torus, "furrows/turn", -0.5, 0.5) + way
    place = blocks.x * torch.cos(turn) + blocks.y * torch.sin(turn) + clouds * 0.006
    furrow = torch.sin(place * (6.2832 / 0.0165)) * (0.7 + 0.8 * clouds)
    margin = smoothstep(0.034, 0.03, blocks.edge)
    draft = torch.sin(torch.where(blocks.edge < 0.034, blocks.x + blocks.y, place) * (6.2832 / 0.012)) * 0.25
    crisp = 1.2 - 0.6 * look["weather"]
    sunk = margin * 0.0035 - (furrow * (1 - margin) * 0.0016 + draft * margin * 0.0008) * crisp
    lost = smoothstep(0.12, 0.4, clouds) * smoothstep(0.03, 0.0, blocks.edge) * look["weather"]
    lean = blocks.x * blocks.random(torus, "lean", -0.008, 0.008)
    stand = blocks.random(torus, "stand", -0.002, 0.002) + lean
    cover = laid.cover(torus)
    face_m = stand - sunk - rounded_edge(torus, laid, 0.006) - lost * 0.008 + clouds * 0.002 + grain * 0.00015
    shade = (blocks.random_apart(torus, "tone", -0.14, 0.14) + 0.06 * furrow * (1 - margin)) * cover
    return mix(-0.009 + 0.002 * clouds + 0.0003 * grain, face_m, cover), shade, (1 - cover) * 0.6


def _travertine(torus: Torus, look: Look, stuff: _Three) -> _Three:
    """Return a sawn slab of spring deposits: wavy bands, and holes drawn out along them."""
    clouds, grain, _ = stuff
    sway = bent_twice(torus, "sway", (0.7, 0.07), (0.18, 0.02), (0.04, 0.005), octaves=4)
    bands = strata(torus, "bands", torus.cells_across(0.035), torus.v + sway[1], uneven=2.6)
    thin = strata(torus, "thin", torus.cells_across(0.009), torus.v + sway[1], uneven=2.0)
    shade = bands.random_apart(torus, "bands/tone", -0.24, 0.24)
    shade = shade + thin.random(torus, "thin/tone", -0.12, 0.12)
    hollow = torus.zeros()
    for number, size_m in enumerate((0.06, 0.026)):
        holes = grains(
            torus, f"holes/{number}", torus.cells_across(size_m * 1.6), jitter=1.0, warp=sway,
            period_y=torus.cells_across(size_m * 0.5),
        )  # fmt: skip
        size = holes.random(torus, f"holes/{number}/size")
        open_ = size * (0.3 + 0.5 * bands.random(torus, f"holes/{number}/band")) * look["weather"]
        hollow = torch.maximum(hollow, smoothstep(0.0, 0.2, 0.5 * open_ - holes.near - 0.06 + 0.25 * clouds))
    return clouds * 0.002 + shade * 0.0002 - hollow * 0.0028 + grain * 0.00003, shade, hollow
