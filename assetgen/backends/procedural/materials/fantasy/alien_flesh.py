"""The inside of something that should not live: alien flesh."""

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
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.layouts.cells import cells, grains
from assetgen.backends.procedural.operators.living.tissue import pipes, sacs, vessels
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_FLESHES: Final = (
    (("#2c1a26", "#4a2b3d", "#6e4658", "#916879", "#b794a0"), ("#7a6a3a", "#a5975c", "#c9bf8e")),  # mauve
    (
        ("#22261c", "#3a4030", "#575d47", "#777c62", "#9ea085"),
        ("#4a7048", "#76996c", "#a9c09a"),
    ),  # sickly green
    (
        ("#1e2024", "#2b2f35", "#3e444c", "#575e66", "#7c8389"),
        ("#3d6a70", "#66939a", "#9cbcc0"),
    ),  # black blue
    (("#2d1a14", "#4c2d21", "#704637", "#946857", "#b99585"), ("#94572f", "#bb8450", "#d8b488")),  # raw
)


@dataclass(frozen=True, slots=True)
class _Body:
    """Cords, sacs and veins, 0..1 each; height in metres; a number of every sac."""

    cord: Tensor
    sac: Tensor
    vein: Tensor
    height_m: Tensor
    kind: Tensor


def alien_flesh(torus: Torus, look: Look) -> Surface:
    """Cords under a slick membrane, sacs between them, veins over all; wet where it lies low."""
    body = {"sinewy": _sinewy, "ribbed": _ribbed, "pods": _pods}[look.option("form", "sinewy")](torus, look)
    lumps = fbm(torus, "alien/lumps", torus.cells_across(0.06), octaves=6, gain=0.55)
    grain = spectral_noise(torus, "alien/grain", slope=0.9, low=50)
    pores = grains(torus, "alien/pores", torus.cells_across(0.007), jitter=1.0)
    pore = smoothstep(0.3, 0.1, pores.near) * (pores.random(torus, "alien/pore") < 0.5) * (1 - body.sac)
    height_m = body.height_m + body.vein * 0.0012 + lumps * 0.0016 + grain * 0.00006 - pore * 0.0005
    height_m = height_m * look.relief

    colors, inside = choose(torus, "alien/hue", _FLESHES)
    hollow = convexity(torus, height_m, 0.012).mul_(-260).clamp_(-1, 1)
    tone = 0.42 + 0.22 * lumps - 0.24 * hollow + 0.14 * body.cord + 0.03 * grain - 0.1 * pore
    flesh = look.palette(*colors, most_chroma=PAINTED)
    fluid = look.palette(*inside, tint=0.35, most_chroma=PAINTED)
    bruise = patches(torus, "alien/bruise", 0.12, amount=0.4, soft=0.6) * (1 - 0.6 * body.cord)
    color = mix(flesh.paint(tone + body.kind * 0.16), fluid.paint(tone - 0.25), bruise * 0.38)
    color = mix(color, flesh.paint(tone - 0.32), body.vein * 0.75 * (1 - 0.4 * body.cord))
    # A sac is thinnest, and clearest, at its crown; veins and a dark kernel show against what is inside.
    clear = smoothstep(0.35, 0.97, body.sac)
    kernel = smoothstep(0.955, 0.99, body.sac + 0.02 * lumps) * (body.kind > 0)
    inner = fluid.paint(0.15 + 0.6 * clear + 0.3 * lumps - 0.4 * body.vein - 0.6 * kernel)
    color = mix(color, inner, clear * 0.8)
    film = fbm(torus, "slime/film", torus.cells_across(0.05), octaves=5, gain=0.6)
    slime = smoothstep(0.0, 0.6, 0.55 * hollow + 0.7 * film + 0.9 * look["wet"] - 0.3) * (
        0.3 + 0.7 * look["wet"]
    )
    roughness = look.roughness(0.46) + 0.1 * lumps + 0.03 * grain - 0.12 * clear
    glows = look.option("light", "unlit") == "glowing"
    shine = clear * clear * (0.2 + 1.2 * body.kind.abs()) * (1 - 0.8 * body.vein) * (1 - 0.7 * kernel)
    light = fluid.paint(0.5 + 0.45 * clear)
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=color * (1 - 0.22 * slime) * (1 - (0.35 if glows else 0.0) * clear),
        roughness=mix(roughness, 0.07 + 0.05 * (film + 0.5).clamp(0, 1), slime * 0.9),
        metallic=torus.zeros(),
        emissive=light * light * (shine * 3.0) if glows else None,
    )
    return surface.with_grime(0.45, 0.012)


def _sinewy(torus: Torus, look: Look) -> _Body:
    """Cords that branch and meet, a membrane hanging between them, sacs in its meshes."""
    pull = warp_field(torus, "cords/pull", torus.cells_across(0.12), 0.03 / torus.tile_m, octaves=4)
    wide = torus.cells_across(look["cord_m"] * 7)
    high = max(round(wide * 0.55), 2)
    # Cords run where two cells meet: half a cell aside, none lies on the very border of the tile.
    aside = pull[0] + 0.5 / wide, pull[1] + 0.5 / high
    net = cells(torus, "cords/web", wide, period_y=high, jitter=1.0, warp=aside)
    thin = cells(torus, "cords/thin", wide * 3, period_y=max(wide, 2), jitter=1.0, warp=pull)
    thick = look["cord_m"] * (0.6 + 0.5 * fbm(torus, "cords/swell", torus.cells_across(0.1), octaves=3))
    cord = dome((thick - net.edge) / thick, 1.0)
    strand = dome((thick * 0.3 - thin.edge) / (thick * 0.3), 1.0)
    sag = smoothstep(0.0, 1.0, net.edge / (look["cord_m"] * 3))
    swollen = sacs(torus, "sacs", 0.05, share=0.75 * look["sacs"], tall=0.75)
    vein = vessels(torus, "veins", amount=look["veins"])
    free = smoothstep(0.2, 0.9, sag)
    base_m = cord * thick * 0.8 + strand * thick * 0.25 * (1 - cord) - sag * 0.012
    height_m = base_m + swollen.height_m * free
    return _Body(torch.maximum(cord, 0.5 * strand), swollen.dome * free, vein, height_m, swollen.number)


def _ribbed(torus: Torus, look: Look) -> _Body:
    """Pipes in bundles down the tile, ribbed like spines, with sacs squeezed in between."""
    pull = warp_field(torus, "pipes/pull", torus.cells_across(0.25), 0.035 / torus.tile_m, octaves=3)
    rib, pipe_m = pipes(torus, "pipes", look["cord_m"] * 3.2, ribbed=0.7, warp=pull)
    swollen = sacs(torus, "sacs", 0.045, share=0.5 * look["sacs"], tall=0.8)
    sac_m = swollen.height_m - 0.004
    free = smoothstep(0.0, 0.004, sac_m - pipe_m + 0.004)
    vein = vessels(torus, "veins", amount=look["veins"]) * 0.6
    return _Body(rib, swollen.dome * free, vein, torch.maximum(pipe_m, sac_m), swollen.number * free)


def _pods(torus: Torus, look: Look) -> _Body:
    """Pods crowded together, large and small, each in its own slick skin."""
    large = sacs(torus, "pods", look["cord_m"] * 6.5, share=0.9, tall=0.8)
    small = sacs(torus, "buds", look["cord_m"] * 2.4, share=0.8, tall=0.9)
    wins = large.height_m > small.height_m
    pod, number = torch.where(wins, large.dome, small.dome), torch.where(wins, large.number, small.number)
    height_m = torch.maximum(large.height_m, small.height_m)
    vein = vessels(torus, "veins", amount=look["veins"])
    return _Body(pod * 0.3, pod * (0.5 + 0.5 * look["sacs"]), vein, height_m, number)
