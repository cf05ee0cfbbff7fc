"""Snow: it lies in hollows and on what faces up, drifts together, and ends in soft round edges."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import ledges, proud, slope
from assetgen.backends.procedural.field.height import blur, height_blend, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.surface import Fallen, Surface

_WHITES = ("#8e9bab", "#b9c5d2", "#d6dee6", "#e4e9ed", "#edf0f1")
"""From thin wet snow over the ground and blue hollows to the crest of a fresh drift."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Pack:
    """The snow itself: drifts and clods, about -1..1, and single crystals, deviation 1."""

    drift: Tensor
    clod: Tensor
    crystal: Tensor


def snow(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Let it snow: dusted hollows at first, a blanket out of which only steep faces look at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    pack = _Pack(
        drift=patchwork(torus, "snow/drift", 0.28, octaves=4, gain=0.45),
        clod=fbm(torus, "snow/clod", torus.cells_across(0.05), octaves=4, gain=0.55),
        crystal=spectral_noise(torus, "snow/crystal", slope=0.5, low=110).clamp_(-2.4, 2.4),
    )
    steep = smoothstep(1.1, 2.4, slope(torus, blur(torus, surface.height_m, 0.009)))
    deep = grown(_lie(surface, pack, steep), 0.03 + 0.97 * amount**1.2, deep=0.6)
    top_m = _top(surface, pack, deep, steep, amount)
    white = height_blend(surface.height_m, top_m, 0.0012)
    fallen = _thawed(surface, white).covered(
        white,
        color=_white(surface, pack, deep, top_m, color),
        roughness=_glitter(torus, pack, white),
        height_m=torch.maximum(surface.height_m, top_m),
        loose=1.0,
    )
    return replace(fallen, fallen=Fallen(share=white, ground=replace(surface, fallen=None)))


def _lie(surface: Surface, pack: _Pack, steep: Tensor) -> Tensor:
    """Return where snow comes to rest first: sheltered hollows, level faces, shelves of a wall."""
    torus = surface.torus
    smooth_m = blur(torus, surface.height_m, 0.006)
    level = smoothstep(1.0, 0.2, slope(torus, smooth_m))
    shelf = ledges(torus, smooth_m).clamp(-0.5, 0.6)
    hollow = -proud(torus, smooth_m, 0.09, least_m=0.002)
    patch = patchwork(torus, "snow/patch", 0.27, octaves=5, gain=0.55)
    return (
        hollow * 0.42 + level * 0.4 + shelf * 0.5 + patch * 0.85 + pack.drift * 0.5 + pack.clod * 0.16 - steep
    )


def _top(surface: Surface, pack: _Pack, deep: Tensor, steep: Tensor, amount: float) -> Tensor:
    """Return the height of the snow; outside of it, it lies under the surface."""
    torus, height_m = surface.torus, surface.height_m
    inside = deep.clamp(min=0)
    rise = torch.sqrt(inside * (2 - inside)) + deep.clamp(max=0) * 5
    # Snow bridges what is narrow: the more of it, the less of the ground's own relief shows through.
    reach_m = 0.012 + 0.018 * amount
    filled_m = blur(torus, torch.minimum(height_m, blur(torus, height_m, reach_m)), reach_m)
    sunk_m = (filled_m - height_m).clamp(0, 0.03) * smoothstep(0.0, 0.45 - 0.3 * amount, inside)
    worn_m = (blur(torus, height_m, 0.010) - height_m).clamp(max=0) * smoothstep(0.15, 0.8, inside)
    thick_m = 0.004 + (0.008 + 0.020 * amount) * smoothstep(0.0, 1.0, inside) * (0.75 + 0.6 * pack.drift)
    # In a narrow joint it lies no higher than the stones beside it.
    thick_m = thick_m * (1 - 0.75 * (1 - amount) * smoothstep(0.0, 0.004, sunk_m))
    body = rise * (1 + 0.10 * pack.clod) - 0.12 - steep * (1.3 - 0.6 * amount)
    grain_m = smoothstep(0.0, 0.3, inside) * (0.00022 * pack.crystal + 0.0018 * pack.clod)
    top_m = height_m + sunk_m + worn_m + body * thick_m
    settled = smoothstep(0.1, 0.9, inside) * amount
    return mix(top_m, blur(torus, top_m, 0.011), settled) + grain_m


def _thawed(surface: Surface, white: Tensor) -> Surface:
    """Wet the ground at the border of the snow, where it melts."""
    rim = blur(surface.torus, white, 0.012).mul_(1.6).clamp_(0, 1) * (1 - white)
    porous = smoothstep(0.3, 0.8, surface.roughness) * (1 - surface.metallic)
    return replace(
        surface,
        color=surface.color * (1 - 0.42 * rim * porous),
        roughness=mix(surface.roughness, 0.3, rim * 0.55),
    )


def _white(surface: Surface, pack: _Pack, deep: Tensor, top_m: Tensor, color: ColorWord | None) -> Tensor:
    """Return the color of the snow: grey and thin at its border, a little soiled here and there."""
    thick = smoothstep(0.0, 0.012, top_m - surface.height_m)
    # Light that comes out of a hollow has gone farther through the snow, which keeps the red.
    crest = proud(surface.torus, top_m, 0.05, least_m=0.003)
    tone = 0.10 + 0.38 * thick + 0.10 * smoothstep(0.0, 0.8, deep) + 0.12 * pack.drift + 0.035 * pack.crystal
    snow_color = layer_palette(color, *_WHITES).paint(tone + 0.16 * pack.clod + 0.13 * crest)
    seen = smoothstep(0.006, 0.0, top_m - surface.height_m) * 0.3
    return mix(snow_color, surface.color, seen)


def _glitter(torus: Torus, pack: _Pack, white: Tensor) -> Tensor:
    """Return the roughness of snow: dull as a whole, with single crystals that flash."""
    facets = grains(torus, "snow/facets", torus.cells_across(0.005), jitter=1.0)
    lucky = smoothstep(0.90, 0.97, facets.random(torus, "snow/luck"))
    # Crystals smaller than two texels melt into the mean.
    keep = min(1.0, 0.0025 * torus.size / torus.tile_m)
    return 0.80 + 0.08 * pack.clod + 0.03 * pack.crystal - 0.5 * keep * lucky * white
