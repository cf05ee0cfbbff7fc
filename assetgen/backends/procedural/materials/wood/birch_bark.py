"""Birch bark: white paper with breathing slits, peeling strips and black scars."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells, grains
from assetgen.backends.procedural.operators.wood.trunk import tree_ramp
from assetgen.backends.procedural.surface import Surface


def birch_bark(torus: Torus, look: Look) -> Surface:
    """A trunk wrapped in white paper with breathing slits, peeling strips and black scars."""
    wrinkle = spectral_noise(torus, "birch/wrinkle", slope=1.3, low=14, stretch=(7.0, 1.0))
    lumps = fbm(torus, "birch/lumps", 3, period_y=5, octaves=6, gain=0.5)
    slit = _lenticels(torus, look, wrinkle)
    scar, torn = _scars(torus, look, wrinkle)
    under, lip, strip = _peels(torus, look, wrinkle)
    depth = look["lumps_m"] * 2.8
    height = lumps * look["lumps_m"] + wrinkle * 0.00013 + slit * 0.0006 - under * 0.0011 + lip * 0.0030
    height = height + scar * (torn * 0.45 - 0.12) * depth
    shade = 0.56 + 0.42 * lumps + 0.10 * wrinkle + strip
    color = tree_ramp(look, "#7c766e", "#a39c93", "#bcb6ac", "#cdc8be").paint(shade)
    fresh = tree_ramp(look, "#9a7d66", "#b0937c", "#c0a995", tint=0.4).paint(
        0.5 + 0.2 * wrinkle + 0.5 * lumps
    )
    color = mix(color, fresh, under * 0.75)
    color = color * (1 - 0.25 * (lip * under))
    dark = tree_ramp(look, "#3a332d", "#574c42", tint=0.2).paint(0.4 + 0.3 * wrinkle)
    color = mix(color, dark, slit * 0.85)
    stain = smoothstep(0.0, 1.0, blur(torus, scar, 0.012, 0.006) * 1.6)
    color = mix(color, tree_ramp(look, "#6d655c", tint=0.3).paint(shade), stain * 0.55)
    black = tree_ramp(look, "#2a2623", "#443d37", "#6a6057", tint=0.0).paint(
        0.3 + 0.5 * torn + 0.08 * wrinkle
    )
    color = mix(color, black, scar)
    roughness = look.roughness(0.56) + 0.05 * wrinkle.clamp(-2, 2) + 0.12 * lumps + 0.14 * under
    roughness = mix(mix(roughness, 0.82, slit), 0.92, scar)
    surface = Surface(
        torus=torus, height_m=height * look.relief, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.2 + 0.6 * look["dirt"], 0.02)


def _lenticels(torus: Torus, look: Look, wrinkle: Tensor) -> Tensor:
    """Return the horizontal slits through which the bark breathes, 0..1: many short ones, few long ones."""
    slits = torus.zeros()
    crowd = fbm(torus, "birch/crowd", 2, period_y=5, octaves=5, gain=0.6)
    sizes = ((0.23, 0.0125, 0.78), (0.085, 0.0072, 0.62), (0.03, 0.0048, 0.45))
    for number, (width_m, height_m, share) in enumerate(sizes):
        name = f"birch/slits-{number}"
        found = grains(
            torus, name, torus.cells_across(width_m), period_y=torus.cells_across(height_m), jitter=1.0
        )
        size = found.random(torus, f"{name}/size")
        reach = 0.10 + 0.28 * size.square() - found.near + 0.03 * wrinkle
        there = smoothstep(share, share + 0.12, size + 0.45 * crowd + 0.3 * (look["slits"] - 0.5))
        slits = torch.maximum(slits, smoothstep(0.0, 0.16, reach) * there * (0.35 + 0.65 * size))
    return slits


def _scars(torus: Torus, look: Look, wrinkle: Tensor) -> tuple[Tensor, Tensor]:
    """Return where branches have left black scars, 0..1, and how torn the bark is in them, 0..1.

    Each is an eye under a brow: the trunk has grown, and drawn the fold above the branch into a wide angle.
    """
    places = cells(torus, "birch/scars", 3, period_y=4, jitter=0.9)
    torn = fbm(torus, "birch/torn", 26, octaves=5, gain=0.6, shape="ridged", period_y=18) * 0.5 + 0.5
    bend_x, bend_y = warp_field(torus, "birch/scar-bend", 6, 0.022, octaves=5)
    rough = 0.0025 * wrinkle + 0.010 * (torn - 0.5)
    alive = places.random(torus, "birch/scar-alive") < 0.12 + 0.45 * look["age"]
    width = places.random(torus, "birch/scar-width", 0.022, 0.095) * alive + 1e-4
    slant = places.random(torus, "birch/scar-slant", 0.15, 0.55)
    x, y = (places.x + bend_x).abs(), places.y + bend_y
    share = x / width
    brow = (1 - share.square()) * (0.05 * width + 0.004) - (y - slant * x + 0.20 * width).abs()
    squat = places.random(torus, "birch/scar-squat", 0.5, 1.1)
    eye = places.random(torus, "birch/scar-eye", 0.10, 0.36) * width
    eye = eye - torch.sqrt((x * squat).square() + (y - 0.22 * width).square())
    reach = torch.maximum(brow, eye) + rough * smoothstep(1.2, 0.8, share)
    return smoothstep(-0.0005, 0.0035, reach) * alive, torn


def _peels(torus: Torus, look: Look, wrinkle: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return where the outer paper is gone, 0..1, its curled lip, 0..1, and a tone of its own for every strip."""
    sheet = fbm(torus, "birch/sheet", 2, period_y=9, octaves=6, gain=0.5) + 0.007 * wrinkle
    limit = 0.42 - 0.22 * look["wear"]
    under = smoothstep(limit, limit + 0.02, sheet)
    lip = smoothstep(limit - 0.07, limit - 0.005, sheet) * (1 - under)
    torn = smoothstep(0.1, 0.5, fbm(torus, "birch/lip", 6, octaves=4) + 0.35)
    return under, lip * torn, lip * 0.14
