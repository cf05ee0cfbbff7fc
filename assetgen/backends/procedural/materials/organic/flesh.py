"""Meat and skin: flesh."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, convexity, dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells, grains, scatter
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches
from assetgen.backends.procedural.surface import Surface

_MEATS: Final = (
    ("#37141a", "#571c20", "#7a2b2a", "#96443c", "#b4695a"),  # beef
    ("#46222a", "#6e343a", "#96504f", "#b3716a", "#cf9a8e"),  # pork
    ("#301519", "#461b1f", "#5f2526", "#7b3833", "#9a5a4f"),  # aged
)
_SKINS: Final = (
    ("#7a4d3d", "#a2705a", "#bd8b73", "#cfa28a", "#dcb8a4"),
    ("#5b3829", "#7f5240", "#9c6d57", "#b28672", "#c8a391"),
    ("#33211a", "#4a3127", "#634436", "#7c5949", "#977465"),
    ("#6f5c54", "#958079", "#b0a098", "#c5b8b0", "#d6ccc5"),  # pallid
)


def flesh(torus: Torus, look: Look) -> Surface:
    """Raw muscle with its sinews and fat, a marbled cut, or skin with pores."""
    return {"muscle": _muscle, "marbled": _marbled, "skin": _skin}[look.option("kind", "muscle")](torus, look)


def _muscle(torus: Torus, look: Look) -> Surface:
    """Long bundles of fibres side by side, bound by sinew, with fat in the seams and juice in the hollows."""
    pull = warp_field(torus, "muscle/pull", torus.cells_across(0.1), 0.02 / torus.tile_m, octaves=3)
    wide = torus.cells_across(look["bundle_m"])
    large = cells(torus, "muscle/groups", max(wide // 4, 2), period_y=2, jitter=1.0, warp=pull)
    small = cells(torus, "muscle/bundles", wide, period_y=max(wide // 9, 2), jitter=1.0, warp=pull)
    shared = torch.stack(
        [
            spectral_noise(torus, "muscle/fibres", slope=0.9, low=40, stretch=(1.0, 14.0)).clamp_(-2.2, 2.2),
            fbm(
                torus,
                "muscle/ripples",
                torus.cells_across(0.008),
                period_y=torus.cells_across(0.05),
                octaves=3,
            ),
        ]
    )
    fibre, ripple = fetch(torus, shared, *pull)
    cell_m = torus.tile_m / wide
    bundle = dome(small.edge + ripple * 0.0006, 0.42 * cell_m)
    group = dome(large.edge, 2.0 * cell_m)
    lumps = fbm(torus, "muscle/lumps", torus.cells_across(0.06), octaves=5)
    height_m = bundle * 0.22 * cell_m + group * 0.5 * cell_m + fibre * 0.00009 + ripple * 0.0004
    seam = smoothstep(0.0035, 0.0, large.edge + 0.0016 * lumps - 0.002 * look["fat"])
    streak = fbm(torus, "fat/streaks", torus.cells_across(0.02), period_y=torus.cells_across(0.1), octaves=5)
    thread = smoothstep(0.0012, 0.0002, small.edge) * smoothstep(0.15, 0.5, streak + 0.6 * look["fat"] - 0.2)
    fat = torch.maximum(seam * smoothstep(-0.4, 0.2, streak + look["fat"] - 0.4), thread * 0.8)
    sinew = patches(torus, "sinew", 0.08, amount=0.3 * look["sinew"], soft=0.25)
    height_m = height_m + fat * 0.0009 + sinew * 0.0003

    meat = look.palette(*choose(torus, "meat/kind", _MEATS))
    tone = 0.34 + 0.3 * bundle + 0.08 * fibre + 0.2 * lumps + small.random(torus, "muscle/tone", -0.12, 0.12)
    color = meat.paint(tone)
    cream = look.palette("#a88c74", "#cdb498", "#e0cfb6", tint=0.15).paint(0.55 + 0.4 * lumps + 0.06 * fibre)
    color = mix(color, cream, fat * 0.9)
    silver = look.palette("#8a7478", "#b3a2a2", "#cfc4c1", tint=0.2).paint(0.5 + 0.12 * fibre + 0.3 * streak)
    color = mix(color, silver, sinew * (0.35 + 0.12 * fibre).clamp(0.05, 0.75))
    return _wet(torus, look, height_m, color, 0.33 + 0.05 * fibre + 0.12 * fat - 0.08 * sinew)


def _marbled(torus: Torus, look: Look) -> Surface:
    """A cut across the grain: ends of fibres, and fat that branches between them."""
    bend = warp_field(torus, "cut/bend", torus.cells_across(0.05), 0.012 / torus.tile_m, octaves=4)
    ends = scatter(torus, "cut/ends", torus.cells_across(0.0032), jitter=1.0, warp=bend)
    lumps = fbm(torus, "cut/lumps", torus.cells_across(0.06), octaves=6, gain=0.55)
    swell = fbm(torus, "fat/swell", torus.cells_across(0.03), octaves=5, gain=0.6)
    twigs = smoothstep(0.0016, 0.0, crack_distance(torus, "fat/twigs", 0.02, wander=1.0) - 0.0012 * swell)
    limbs = crack_distance(torus, "fat/limbs", 0.055, wander=1.1) - (0.0035 * look["fat"] + 0.006 * swell)
    twigs = twigs * smoothstep(-0.25, 0.3, swell + look["fat"] - 0.6)
    fat = torch.maximum(smoothstep(0.0012, -0.0006, limbs), twigs * 0.85)
    end = dome(ends.edge, 0.0013)
    height_m = end * 0.00035 * (1 - fat) + fat * 0.0007 + lumps * 0.0022
    meat = look.palette(*choose(torus, "meat/kind", _MEATS))
    tone = 0.42 + 0.14 * end + ends.random(torus, "cut/tone", -0.1, 0.1) + 0.3 * lumps
    cream = look.palette("#b09680", "#d3bda3", "#e3d4be", tint=0.15).paint(0.5 + 0.5 * lumps + 0.2 * swell)
    return _wet(
        torus, look, height_m, mix(meat.paint(tone), cream, fat * 0.92), 0.38 + 0.12 * fat + 0.12 * lumps
    )


def _skin(torus: Torus, look: Look) -> Surface:
    """Skin: a net of fine creases, pores where they cross, blood and freckles under it."""
    bend = warp_field(torus, "skin/bend", torus.cells_across(0.03), 0.003 / torus.tile_m, octaves=4)
    net = cells(torus, "skin/net", torus.cells_across(0.0024), period_y=torus.cells_across(0.003), warp=bend)
    crease = smoothstep(0.0006, 0.0, net.edge)
    pores = grains(torus, "skin/pores", torus.cells_across(0.0034), jitter=1.0, warp=bend)
    pore = smoothstep(0.26, 0.08, pores.near) * (0.3 + 0.7 * pores.random(torus, "skin/pore"))
    lumps = fbm(torus, "skin/lumps", torus.cells_across(0.05), octaves=5)
    folds = fbm(
        torus,
        "skin/folds",
        torus.cells_across(0.02),
        period_y=torus.cells_across(0.05),
        octaves=2,
        shape="ridged",
    )
    fold = smoothstep(0.2, 1.1, folds) * look["age"]
    grain = spectral_noise(torus, "skin/grain", slope=0.7, low=80)
    height_m = lumps * 0.0016 - crease * 0.00006 - pore * 0.00012 - fold * 0.0005 + grain * 0.00001
    skin = look.palette(*choose(torus, "skin/color", _SKINS))
    blood = fbm(torus, "skin/blood", torus.cells_across(0.04), octaves=6, gain=0.6)
    tone = 0.55 + 0.28 * blood - 0.05 * crease - 0.12 * pore - 0.06 * fold + 0.025 * grain
    color = skin.paint(tone)
    flush = patches(torus, "skin/flush", 0.06, amount=0.35, soft=0.5)
    color = color * (1 + flush * torch.tensor([0.07, -0.05, -0.05], device=torus.device)[:, None, None])
    freckles = grains(torus, "skin/freckles", torus.cells_across(0.013), jitter=1.0, warp=bend)
    spot = smoothstep(0.16, 0.1, freckles.near) * (freckles.random(torus, "skin/freckle") < 0.4 * look["age"])
    vein = smoothstep(0.004, 0.001, crack_distance(torus, "skin/veins", 0.09, wander=0.8))
    vein = blur(torus, vein * patches(torus, "skin/veined", 0.1, amount=0.4, soft=0.3), 0.0012)
    color = mix(color, skin.paint(tone - 0.45), spot * 0.6)
    color = color * (1 - vein * torch.tensor([0.22, 0.1, 0.04], device=torus.device)[:, None, None])
    height_m = height_m + vein * 0.0004
    roughness = 0.5 - 0.14 * smoothstep(-0.2, 0.5, blood) + 0.1 * crease + 0.1 * pore + 0.1 * lumps
    return Surface(
        torus=torus, height_m=height_m * look.relief, color=color, metallic=torus.zeros(),
        roughness=look.roughness(1.0) * roughness,
    )  # fmt: skip


def _wet(torus: Torus, look: Look, height_m: Tensor, color: Tensor, roughness: Tensor) -> Surface:
    """Let juice stand in the hollows and a film lie over all."""
    hollow = convexity(torus, height_m, 0.01).mul_(-900).clamp_(-1, 1)
    film = fbm(torus, "juice/film", torus.cells_across(0.04), octaves=5, gain=0.6)
    juice = smoothstep(0.1, 0.7, 0.5 * hollow + 0.8 * film + 1.1 * look["wet"] - 0.35) * look["wet"]
    blood = look.palette("#2e1013", "#4a171a", tint=0.5).paint(0.5 + film)
    color = mix(color * (1 - 0.2 * juice), blood, (juice * smoothstep(0.2, 0.8, hollow)).clamp(0, 1) * 0.6)
    return Surface(
        torus=torus, height_m=height_m * look.relief, color=color, metallic=torus.zeros(),
        roughness=mix(look.roughness(1.0) * (roughness + 0.05 * film), 0.09, juice * 0.85),
    ).with_grime(0.3, 0.004)  # fmt: skip
