"""Tanned hide: leather."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import convexity, dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.cloth.quilting import quilt, sewn
from assetgen.backends.procedural.operators.layouts.cells import cells, grains, scatter
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches, scratches
from assetgen.backends.procedural.surface import Surface

_DYES: Final = (
    ("#2b1a12", "#4a2c1c", "#6b4128", "#855637", "#a2734d"),  # saddle brown
    ("#3c2415", "#6a3f22", "#935c33", "#ad7746", "#c4955f"),  # cognac
    ("#211814", "#35261f", "#4a372d", "#5f493c", "#7b6353"),  # dark brown
    ("#222020", "#2c2a29", "#383534", "#494645", "#66625f"),  # black
    ("#2a1213", "#47201f", "#5f2e2b", "#764239", "#93604f"),  # oxblood
    ("#2a281f", "#413e31", "#575344", "#6e6956", "#8b856c"),  # olive drab
    ("#6b5a47", "#8d7a62", "#a8957b", "#bcab92", "#cfc2ac"),  # undyed
)


@dataclass(frozen=True, slots=True, eq=False)
class _Hide:
    """What the skin brought along: height of its grain 0..1, its creases and pores 0..1, clouds and fuzz."""

    grain: Tensor
    crease: Tensor
    pore: Tensor
    lumps: Tensor
    fuzz: Tensor


def leather(torus: Torus, look: Look) -> Surface:
    """Hide with its grain on, worn where hands touch it; or its soft side; or lacquered."""
    finish = look.option("finish", "full_grain")
    padding_m, pulled, thread = _padding(torus, look)
    hide = _draw_hide(torus, look, pulled)
    depth_m = {"full_grain": 0.00062, "suede": 0.00002, "patent": 0.00016}[finish] * look["grain"]
    skin_m = hide.grain * depth_m - (hide.crease * 0.8 + hide.pore * 0.2) * depth_m + hide.lumps * 0.0008
    fuzz_m = hide.fuzz * (0.00004 if finish == "suede" else 0.00001)
    height_m = (skin_m * (1 - thread) + padding_m) * look.relief + thread * 0.0006 + fuzz_m

    dye = look.palette(*choose(torus, "leather/color", _DYES))
    crest = convexity(torus, skin_m, 0.004).mul_(0.9 / depth_m).clamp_(-1, 1)
    if finish == "suede":
        tone, roughness = _soft_side(torus, look, hide)
    else:
        tone, roughness = _grain_side(torus, look, hide, crest, lacquered=finish == "patent")
    color = mix(dye.paint(tone), dye.paint(0.85 + 0.1 * hide.fuzz), thread)
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=color,
        roughness=mix(roughness, 0.7, thread),
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.3 + 0.7 * look["dirt"], 0.002 if thread is pulled else 0.006)


def _padding(torus: Torus, look: Look) -> tuple[Tensor, Tensor, Tensor]:
    """Return the height of the padding, how the hide is pulled there 0..1, and the thread that holds it."""
    work, none = look.option("work", "plain"), torus.zeros()
    if work == "plain":
        return none, none, none
    across = max(torus.cells_across(look["diamond_m"] * (1.3 if work == "tufted" else 1.0)), 1)
    sag = warp_field(torus, "padding/sag", across * 2, 0.012 / across, octaves=3)
    held = quilt(torus, across, max(round(across * 0.75), 1), warp=sag)
    wrinkle = fbm(torus, "padding/wrinkles", torus.cells_across(0.02), octaves=3, shape="billow")
    if work == "quilted":
        pulled = smoothstep(0.014, 0.0, held.seam_m)
        thread = sewn(torus, "padding/thread", held, stitch_m=0.0075, thread_m=0.0011).thread
        return held.puff * 0.011 + pulled * wrinkle * 0.0012, pulled, thread
    # Buttoned deep: a pleat runs from button to button, and folds run towards every button.
    reach = held.crossing_m / (torus.tile_m / across)
    folds = smoothstep(0.34, 0.08, reach) * wrinkle * 0.003
    hole = 0.026 * smoothstep(0.24, 0.02, reach) + 0.003 * smoothstep(0.004, 0.0, held.seam_m)
    button = dome(0.0105 - held.crossing_m, 0.0105) * 0.009
    cushion = held.puff * 0.016 + folds - hole
    return torch.maximum(cushion, button - 0.021), smoothstep(0.3, 0.05, reach), none


def _draw_hide(torus: Torus, look: Look, pulled: Tensor) -> _Hide:
    across = torus.cells_across(look["pebble_m"])
    pull = choose(torus, "hide/pull", (0.72, 0.85, 1.18, 1.38))
    bend = warp_field(torus, "hide/bend", torus.cells_across(0.03), 0.0024 / torus.tile_m, octaves=4)
    large = cells(torus, "hide/pebbles", across, period_y=round(across * pull), jitter=1.0, warp=bend)
    small = scatter(torus, "hide/fine", round(across * 2.3), period_y=round(across * 2.3 * pull), warp=bend)
    lumps = fbm(torus, "hide/lumps", torus.cells_across(0.05), octaves=5)
    # Of neighbouring pebbles some have grown together, and where the hide is stretched all of them lie flat.
    soft = (0.2 + 0.22 * large.random(torus, "hide/round") + 0.2 * lumps).clamp_(0.1, 0.5)
    tight = smoothstep(-0.45, 0.25, fbm(torus, "hide/tight", torus.cells_across(0.08), octaves=3)) * 0.8 + 0.2
    pebble = dome(large.edge, soft * (torus.tile_m / across)) * tight
    fine = dome(small.edge, 0.17 * torus.tile_m / across)
    grain = (pebble * (0.82 + 0.18 * fine) + 0.16 * fine) * (1 - 0.6 * pulled)
    net = crack_distance(torus, "hide/crease", 0.04, wander=0.9)
    shown = patches(torus, "hide/creased", 0.07, amount=0.06 + 0.4 * look["creases"], soft=0.5)
    along = torus.cells_across(0.014), torus.cells_across(0.05)
    nx, ny = along if pull < 1 else along[::-1]
    folds = smoothstep(0.5, 0.95, fbm(torus, "hide/folds", nx, period_y=ny, octaves=3, shape="ridged"))
    folds = folds * (0.25 + shown) * look["creases"]
    crease = (0.8 * smoothstep(0.0014, 0.0, net) * shown + folds).clamp_(0, 1)
    holes = grains(torus, "hide/pores", torus.cells_across(0.0032), jitter=1.0)
    pore = smoothstep(0.24, 0.1, holes.near) * (holes.random(torus, "hide/pore") < 0.6)
    return _Hide(grain, crease, pore, lumps, spectral_noise(torus, "hide/fuzz", slope=0.6, low=60))


def _grain_side(
    torus: Torus, look: Look, hide: _Hide, crest: Tensor, *, lacquered: bool
) -> tuple[Tensor, Tensor]:
    """Return tone and roughness of the outside: paler where rubbed, darker in every crease."""
    cloud = fbm(torus, "hide/cloud", torus.cells_across(0.06), octaves=6, gain=0.6)
    rubbed = patches(torus, "hide/rubbed", 0.08, amount=0.1 + 0.5 * look["wear"], soft=0.4) * look["wear"]
    count = int(120 * look["wear"] * (torus.tile_m / 0.4) ** 2)
    scuffs = scratches(torus, "hide/scuffs", max(count, 1), length_m=(0.006, 0.05), bend=0.5)
    tone = 0.4 + 0.14 * cloud + 0.15 * crest - 0.26 * hide.crease - 0.14 * hide.pore + 0.02 * hide.fuzz
    tone = tone + 0.34 * rubbed * smoothstep(-0.2, 0.7, crest) + 0.16 * scuffs
    handled = smoothstep(0.0, 0.9, crest)
    if lacquered:
        smudge = patches(torus, "hide/smudges", 0.05, amount=0.35, soft=0.5)
        return tone - 0.12, look.roughness(0.11) + 0.15 * smudge + 0.25 * scuffs + 0.1 * hide.crease
    roughness = look.roughness(0.5) - 0.12 * handled + 0.13 * cloud + 0.14 * hide.crease + 0.08 * scuffs
    return tone, roughness + 0.1 * rubbed * (1 - handled)


def _soft_side(torus: Torus, look: Look, hide: _Hide) -> tuple[Tensor, Tensor]:
    """Return tone and roughness of the flesh side: a nap that looks pale or dark as a hand has brushed it."""
    sway = warp_field(torus, "suede/sway", torus.cells_across(0.1), 0.03 / torus.tile_m, octaves=3)
    nx, ny = torus.cells_across(0.04), torus.cells_across(0.09)
    strokes = scatter(torus, "suede/strokes", nx, period_y=ny, warp=sway)
    turn = strokes.x * strokes.random(torus, "suede/turn", -40, 40)
    brushed = (strokes.random(torus, "suede/lean", -1, 1) + turn).clamp_(-1, 1)
    brushed = brushed * (0.5 + 0.5 * smoothstep(0.0, 0.008, strokes.edge))
    flock = spectral_noise(torus, "suede/flock", slope=1.0, low=round(torus.tile_m / 0.006))
    worn = patches(torus, "suede/worn", 0.09, amount=0.4 * look["wear"], soft=0.5)
    tone = 0.55 + 0.1 * brushed + 0.2 * hide.lumps + 0.05 * flock + 0.04 * hide.fuzz - 0.1 * worn
    return tone, look.roughness(0.93) - 0.12 * worn + 0.03 * flock + 0.04 * brushed
