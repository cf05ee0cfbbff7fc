"""Paint: a coat over any base; it lets go on standing edges and in flakes whose lips curl."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import edges, proud
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.surface import Surface

_PAINTS = (
    ("#a8a498", "#c4c0b4", "#d4d1c7"),
    ("#3f6a72", "#558089", "#7498a0"),
    ("#7d8a72", "#96a28a", "#acb6a1"),
    ("#2f4760", "#415b76", "#5f7790"),
    ("#7d3a2e", "#964a3b", "#a8604f"),
    ("#a98645", "#bf9c58", "#ccb078"),
)
"""Lime white, teal, sage, navy, oxide red, ochre; each in shade, plain and bleached."""
_PAINT_M = 0.0006


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Coat:
    """How deep inside the coat a texel lies (negative where it is gone), and the flakes into which it breaks.

    Args:
        deep: (N, N) 0 at the border, 1 well inside, -1 well outside.
        grip: (N, N) how firmly a flake holds, 0..1, one number a flake.
        seam: (N, N) 1 on the border between two flakes.
    """

    deep: Tensor
    grip: Tensor
    seam: Tensor


def paint(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Paint a surface; the amount is how much of the coat is left."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    coat = _coat(surface, amount)
    soft = max(0.05, 0.6 * torus.tile_m / torus.size / 0.02)
    kept = smoothstep(-0.5 * soft, 0.5 * soft, coat.deep)
    cracked = coat.seam * smoothstep(0.75, 0.15, coat.deep) * kept * (1 - amount * amount)
    streaks = spectral_noise(torus, "paint/streaks", slope=1.4, low=12, stretch=(1.0, 6.0)).clamp_(-2, 2)
    cloudy = patchwork(torus, "paint/cloudy", 0.35, octaves=6, gain=0.58)
    painted = _bared(surface, coat, kept).covered(
        kept * (1 - 0.75 * cracked),
        color=_color(torus, color, coat, streaks, cloudy),
        roughness=0.52 + 0.14 * cloudy + 0.02 * streaks + 0.18 * smoothstep(0.4, 0.0, coat.deep),
        height_m=_relief(surface, coat, kept, cracked, streaks),
    )
    return painted


def _coat(surface: Surface, amount: float) -> _Coat:
    """Find what is left: paint lets go of edges and crests first, and always in whole flakes."""
    torus = surface.torus
    bend = warp_field(torus, "paint/bend", torus.cells_across(0.03), 0.004 / torus.tile_m, octaves=3)
    flakes = grains(torus, "paint/flakes", torus.cells_across(0.026), jitter=1.0, warp=bend)
    grip = flakes.random(torus, "paint/grip")
    patch = patchwork(torus, "paint/patch", 0.4, octaves=5, gain=0.55)
    ragged = fbm(torus, "paint/ragged", torus.cells_across(0.07), octaves=5, gain=0.6)
    standing = proud(torus, surface.height_m, 0.05, least_m=0.001) * 0.22
    standing = standing + edges(torus, surface.height_m, 0.008).clamp_(-0.3, 1) * 0.42
    deep = grown(patch + ragged * 0.5 + (grip - 0.5) * 0.34 - standing, amount, deep=0.5)
    seam = smoothstep(0.09, 0.02, flakes.far - flakes.near)
    return _Coat(deep=deep, grip=grip, seam=seam)


def _bared(surface: Surface, coat: _Coat, kept: Tensor) -> Surface:
    """Return the base as it looks where the paint has gone: a ring of primer, then itself, a little soiled."""
    primer = smoothstep(-0.20, -0.10, coat.deep) * smoothstep(0.3, 0.6, coat.grip) * (1 - kept)
    soiled = replace(surface, color=surface.color * (1 - 0.15 * (1 - kept) * (1 - surface.metallic)))
    ground = choose(surface.torus, "paint/primer", ("#9c9a90", "#8a5b49", "#87877f"))
    tint = layer_palette(None, ground).paint(coat.grip)
    return soiled.covered(primer * 0.75, color=tint, roughness=0.8)


def _relief(surface: Surface, coat: _Coat, kept: Tensor, cracked: Tensor, streaks: Tensor) -> Tensor:
    """Return the height: the coat softens the grain below; loose flakes lift and curl at their lips."""
    torus = surface.torus
    levelled = mix(surface.height_m, blur(torus, surface.height_m, 0.0018), 0.55 * kept)
    lip = torch.exp((coat.deep.clamp(min=0) * (1 / 0.10)).neg_())
    curl_m = kept * lip * 0.0019 * smoothstep(0.25, 0.85, coat.grip)
    loose_m = kept * (coat.grip - 0.4) * smoothstep(0.6, 0.1, coat.deep) * 0.0005
    return levelled + kept * (_PAINT_M + 0.00002 * streaks) + curl_m + loose_m - cracked * 0.0007


def _color(torus: Torus, color: ColorWord | None, coat: _Coat, streaks: Tensor, cloudy: Tensor) -> Tensor:
    """Return the paint's color: clouded by sun and rain, streaked by the brush, dirty where it lets go."""
    shades = choose(torus, "paint/color", _PAINTS)
    tone = 0.5 + 0.5 * cloudy + 0.05 * streaks + 0.12 * (coat.grip - 0.5)
    plain = layer_palette(color, *shades, most_chroma=PAINTED).paint(tone)
    grey = plain.mean(0, keepdim=True)
    chalk = plain * 0.72 + grey * 0.20 + 0.06
    old = smoothstep(0.9, 0.1, coat.deep) * 0.4
    return mix(plain, chalk, old) * (1 - 0.35 * coat.seam * smoothstep(0.5, 0.1, coat.deep))
