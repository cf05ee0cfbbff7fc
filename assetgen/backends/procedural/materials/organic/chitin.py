"""The shell of insects and crabs: chitin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.living.tissue import sacs
from assetgen.backends.procedural.operators.traces.marks import patches, scratches
from assetgen.backends.procedural.surface import Surface

_SHELLS: Final = (
    (
        ("#1d1d1d", "#262628", "#343537", "#4c4d50", "#77787a"),
        ("#212a33", "#323f4b", "#51606c"),
    ),  # black, blue
    (
        ("#1c241d", "#283528", "#3c4d3b", "#5a6b57", "#8b967f"),
        ("#332f20", "#575034", "#82794f"),
    ),  # green, gold
    (("#2f1b17", "#502c24", "#754337", "#986253", "#c09a86"), ("#4f3f33", "#7c6654", "#a8927b")),  # crab
    (
        ("#1e2029", "#2a2f40", "#3f465a", "#5f667a", "#9095a3"),
        ("#2d2433", "#453650", "#64516e"),
    ),  # blue, violet
    (("#291b13", "#402a1e", "#5d4231", "#806149", "#ab8e72"), ("#2b2b1f", "#45452f", "#686749")),  # chestnut
)


@dataclass(frozen=True, slots=True)
class _Shell:
    """Height in metres; rims that wear and seams that stay dark, 0..1; pits, 0..1; a place that colors run along."""

    height_m: Tensor
    rim: Tensor
    seam: Tensor
    pit: Tensor
    place: Tensor


def chitin(torus: Torus, look: Look) -> Surface:
    """Hard, glossy plates whose color shifts from one sheen to another, scratched and worn at the rims."""
    forms = {"segmented": _segments, "ridged": _ridges, "knobbed": _knobs}
    shell = forms[look.option("form", "segmented")](torus, look)
    lumps = fbm(torus, "chitin/lumps", torus.cells_across(0.09), octaves=5)
    micro = grains(torus, "chitin/micro", torus.cells_across(0.0035), jitter=0.7)
    scale = smoothstep(0.35, 0.75, micro.near)
    grain = spectral_noise(torus, "chitin/grain", slope=0.8, low=60)
    cuts = scratches(torus, "chitin/scratches", int(30 + 260 * look["wear"]), length_m=(0.01, 0.09), bend=0.5)
    skin_m = lumps * 0.0022 - scale * 0.00006 - shell.pit * 0.0007 - cuts * 0.00012 + grain * 0.00001
    height_m = (shell.height_m + skin_m) * look.relief

    colors, sheen = choose(torus, "chitin/kind", _SHELLS)
    crest = convexity(torus, height_m, 0.01).mul_(240).clamp_(-1, 1)
    dark = 0.25 * shell.seam + 0.2 * shell.pit + 0.05 * scale
    tone = 0.36 + 0.22 * lumps + 0.2 * crest + 0.03 * grain - dark
    color = look.palette(*colors, most_chroma=PAINTED).paint(tone + shell.place * 0.1)
    # Thin layers of shell give a second color, which comes and goes along the plate.
    turn = torch.sin(shell.place * 3.6 + lumps * 2.2 + torus.draw("chitin/turn", 0, math.tau)) * 0.5 + 0.5
    other = look.palette(*sheen, tint=0.45, most_chroma=PAINTED).paint(tone + 0.2)
    color = mix(color, other, smoothstep(0.2, 0.85, turn) * look["iridescence"])
    worn = shell.rim.clamp(0, 1) * smoothstep(0.0, 0.9, lumps + 0.15 * grain + look["wear"]) * look["wear"]
    horn = look.palette("#6b5b49", "#927f68", "#b5a58c", tint=0.3).paint(0.5 + 0.5 * lumps + 0.1 * grain)
    color = mix(color, horn, (worn * 0.6 + cuts * 0.22 * look["wear"]).clamp(0, 0.8))
    dust = patches(torus, "chitin/dust", 0.1, amount=0.5, soft=0.5) * (0.4 - 0.4 * crest) * look["dirt"]
    color = mix(color, look.palette("#5d5244", "#857762", tint=0.0).paint(0.5 + lumps), dust * 0.5)
    roughness = look.roughness(0.2) + 0.08 * lumps + 0.3 * worn + 0.22 * shell.seam + 0.1 * scale
    roughness = roughness + 0.15 * cuts + 0.4 * dust
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.3 + 0.6 * look["dirt"], 0.012)


def _pits(torus: Torus, size_m: float) -> Tensor:
    holes = grains(torus, "chitin/pits", torus.cells_across(size_m), jitter=0.9)
    return smoothstep(0.26, 0.08, holes.near) * (holes.random(torus, "chitin/pit") < 0.55)


def _segments(torus: Torus, look: Look) -> _Shell:
    """Plates that slide over one another down the back of a long body, three lobes across, as a trilobite's."""
    bodies, plates = torus.cells_across(look["plate_m"] * 1.9), torus.cells_across(look["plate_m"] * 0.42)
    sway = warp_field(torus, "chitin/sway", 3, 0.012, octaves=3)
    x = (torus.u + sway[0] + 0.25 / bodies) * bodies
    across = x - torch.floor(x) - 0.5
    lobe = torch.cos(across * (math.tau * 1.5))  # 1 on the middle lobe, -1 in the furrows beside it
    y = (torus.v + sway[1]) * plates - 0.55 * torch.cos(across * math.tau) + 0.16 * lobe
    y = y + torch.remainder(torch.floor(x), 2) * 0.5
    along = y - torch.floor(y)
    plate_m = torus.tile_m / plates
    rim, root = smoothstep(0.72, 0.93, along), smoothstep(0.2, 0.0, along)
    knob = sacs(torus, "chitin/knobs", 0.02, share=0.45, tall=0.6)
    band = smoothstep(0.3, 0.1, (along - 0.62).abs())
    flute = torch.sin(across * 95) * smoothstep(0.1, 0.3, across.abs())
    body_m = (torch.cos(across * math.tau) * 0.3 + 0.16 * lobe) * torus.tile_m / bodies * 0.2
    plate = (0.15 * along + 0.07 * torch.sin(along * math.pi) + 0.03 * rim) * smoothstep(1.0, 0.95, along)
    height_m = (
        body_m + (plate + 0.006 * flute * (1 - root) * (1 - rim)) * plate_m + knob.height_m * band * 0.6
    )
    worn = rim * 0.9 + 0.6 * smoothstep(0.5, 1.0, knob.dome) * band
    return _Shell(height_m, worn, root, _pits(torus, 0.009) * (1 - root), along * 0.9 + across.abs() * 3)


def _ridges(torus: Torus, look: Look) -> _Shell:
    """Wing cases side by side: ridges down the tile, with rows of dimples between them."""
    cases = torus.cells_across(look["plate_m"] * 1.05)
    across, down = cases * 5, torus.cells_across(look["plate_m"] * 0.17)
    sway = warp_field(torus, "chitin/sway", 3, 0.01, octaves=3)
    x = (torus.u + sway[0]) * across + 0.5
    place, column = x - torch.floor(x) - 0.5, torch.remainder(torch.floor(x), across).to(torch.int64)
    y = (torus.v + sway[1]) * down + torch.take(torus.uniform("chitin/step", across)[:, 0], column)
    cell_m = torus.tile_m / across
    away = torch.sqrt((place * cell_m).square() + ((y - torch.round(y)) * (torus.tile_m / down)).square())
    dimple = smoothstep(0.17, 0.05, away / cell_m)
    ridge = (torch.cos(place * math.tau) * -0.5 + 0.5).clamp(min=0).sqrt()
    case = (torus.u + sway[0]) * cases + 0.25
    inside = 0.5 - (case - torch.floor(case) - 0.5).abs()
    seam = smoothstep(0.05, 0.01, inside)
    vault = torch.sqrt((inside * (2 - 2 * inside) * 2).clamp(0, 1)) * torus.tile_m / cases * 0.16
    height_m = vault + (ridge * 0.16 - dimple * 0.12) * cell_m * (1 - seam) - seam * 0.002
    sheen = torch.sin(torus.v * (math.tau * 4)) * 0.3 + inside * 2.4
    return _Shell(
        height_m, smoothstep(0.75, 1.0, ridge) * 0.8, torch.maximum(seam, 0.6 * dimple), dimple, sheen
    )


def _knobs(torus: Torus, look: Look) -> _Shell:
    """A crab's back: knobs of three sizes on swellings, and pits between them."""
    swell, large, small = (
        sacs(torus, f"chitin/knob-{number}", look["plate_m"] * size, share=share, tall=tall)
        for number, (size, share, tall) in enumerate(((1.1, 0.8, 0.3), (0.24, 0.3, 0.75), (0.1, 0.35, 0.8)))
    )
    height_m = swell.height_m + torch.maximum(large.height_m, small.height_m)
    crown = torch.maximum(smoothstep(0.6, 1.0, large.dome), smoothstep(0.7, 1.0, small.dome) * 0.7)
    plain = 1 - torch.maximum(large.dome, small.dome)
    rims = smoothstep(0.35, 0.0, large.dome) * smoothstep(0.0, 0.2, large.dome)
    return _Shell(height_m, crown, rims, _pits(torus, 0.008) * plain, swell.dome * 1.2 + large.number)
