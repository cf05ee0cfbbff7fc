"""A carpet of moss: cushions of tight shoots, stars of hair moss, or the fronds of feather moss."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import blur, dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.operators.living.foliage import frond, needle, rosette
from assetgen.backends.procedural.operators.piled.leaves import (
    Lying,
    Outline,
    Thrown,
    joined,
    laid_over,
    lay_shapes,
    throw,
)
from assetgen.backends.procedural.surface import Surface


class _Moss(NamedTuple):
    """A kind of moss: a shoot's outline, length and width; shoots on a square metre; size of its cushions; greens."""

    shoot: Outline
    length_m: tuple[float, float]
    slim: tuple[float, float]
    per_m2: float
    cushion_m: float
    greens: tuple[str, ...]


_YELLOW, _BLUE = "#242b12 #48531f #717b36 #989f5c #b4b681", "#202a18 #3f5427 #647a40 #8b9c64 #abb689"
_DARK, _OLIVE = "#1d2716 #364722 #566a33 #7b8b50 #9ca672", "#22281b #3f4729 #5f683d #838856 #a8a478"
_GOLD = "#242911 #4c4f1f #767733 #9c9853 #b8b179"
_KINDS = {
    "cushion": _Moss(rosette, (0.0045, 0.008), (0.85, 1.0), 42000, 0.11, (_YELLOW, _BLUE)),
    "star": _Moss(rosette, (0.011, 0.019), (0.88, 1.0), 15000, 0.17, (_DARK, _OLIVE)),
    "feather": _Moss(frond, (0.022, 0.05), (0.22, 0.36), 8500, 0.22, (_GOLD, _YELLOW, _BLUE)),
}

_SOFT_M = 0.0005


def moss_carpet(torus: Torus, look: Look) -> Surface:
    """Shoots stand side by side in cushions that press against each other; bits of the wood lie on them."""
    kind = _KINDS[look.option("kind", choose(torus, "kind", tuple(_KINDS)))]
    bend = warp_field(torus, "bend", torus.cells_across(kind.cushion_m), 0.25 * kind.cushion_m / torus.tile_m)
    cushions = cells(torus, "mounds", torus.cells_across(kind.cushion_m), roundness=11.0, warp=bend)
    lumps = fbm(torus, "lumps", torus.cells_across(0.14), octaves=6, gain=0.5)
    body = dome(cushions.edge + 0.06 * kind.cushion_m, kind.cushion_m * 0.42)
    high = cushions.random(torus, "high", 0.45, 1.0) * look["cushions"]
    body_m = blur(torus, body * high * kind.cushion_m * 0.26, 0.006) + lumps * 0.010

    shoots = _grow(torus, look, kind)
    lying = lay_shapes(torus, shoots, (kind.shoot, needle))
    shown = _shown(torus, kind)
    height_m = laid_over(body_m - 0.008 * shown, lying, [body_m + one.height_m * shown for one in lying])
    # A shoot's edge against the next is a cliff in a height field: its slope is laid back over half a millimetre.
    height_m = blur(torus, height_m, _SOFT_M)
    micro = spectral_noise(torus, "micro", slope=0.6, low=100)
    colors = [_shoot_color(torus, look, kind, shoots, one, cushions, body, lumps) for one in lying]
    floor = look.palette("#1d1b12", "#322d1d", "#4a4129", tint=0.3).paint(0.4 + 0.5 * lumps + 0.1 * micro)
    damp = smoothstep(0.7, 0.1, body) * 0.14
    roughness = [look.roughness(0.80) - damp - 0.10 * one.x.abs() + 0.06 * lumps for one in lying]
    return Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=laid_over(floor, lying, colors),
        roughness=laid_over(0.92 + 0.03 * micro.clamp(-2, 2), lying, roughness),
        metallic=torus.zeros(),
    ).with_grime(0.7, 0.02)


def _shown(torus: Torus, kind: _Moss) -> float:
    """Return how much of a single shoot's height shows: the less, the fewer texels it has."""
    return min(1.0, kind.length_m[1] * torus.size / (8.0 * torus.tile_m)) * (
        0.6 if kind.shoot is frond else 0.4
    )


def _grow(torus: Torus, look: Look, kind: _Moss) -> Thrown:
    shoots = throw(
        torus,
        "shoots",
        round(kind.per_m2 * torus.tile_m**2),
        length_m=kind.length_m,
        slim=kind.slim,
        lift_m=(0.0, kind.length_m[1] * 0.35),
        bend=0.7,
        tilt=0.25,
        arch=(0.2, 0.5),
        cup=(-0.4, 0.0),
    )
    litter = throw(
        torus,
        "litter",
        max(round(170 * look["litter"] * torus.tile_m**2), 1),
        length_m=(0.012, 0.06),
        slim=(0.03, 0.06),
        lift_m=(0.004, 0.009),
        bend=0.6,
        cup=(-0.8, -0.8),
    )
    return joined(shoots, replace(litter, kind=torch.ones_like(litter.kind)))


def _shoot_color(
    torus: Torus,
    look: Look,
    kind: _Moss,
    shoots: Thrown,
    one: Lying,
    cushions: Elements,
    body: Tensor,
    lumps: Tensor,
) -> Tensor:
    own, what, lift_m = one.pick(torch.stack([shoots.own, shoots.kind.float(), shoots.lift_m]))
    # Tips are young and pale: the heart of a star, the end of a frond.
    young = one.x * 0.5 + 0.5 if kind.shoot is frond else 1 - torch.hypot(one.x, one.y)
    deep = 1 - lift_m / (kind.length_m[1] * 0.35)
    tone = (
        (0.12 if kind.shoot is frond else 0.24)
        + 0.42 * young
        + 0.22 * (own - 0.5)
        + 0.22 * body
        - 0.26 * deep
        + 0.22 * lumps
    )
    tone = tone + cushions.random(torus, "tone", -0.10, 0.10)
    color = look.leaf(*choose(torus, "greens", kind.greens).split()).paint(tone)
    # Old cushions die from their middle or dry out on top.
    patch = fbm(torus, "dead", torus.cells_across(0.2), octaves=5, gain=0.6)
    dead = smoothstep(0.25, 0.6, patch + 0.5 * look["age"] - 0.25 + 0.3 * (own - 0.5))
    brown = look.palette("#2a2013", "#52411f", "#7d683a", "#a08a59", tint=0.3).paint(tone)
    color = mix(color, brown, dead * 0.8)
    straw = look.palette("#3f2e1f", "#6d5236", "#9a7d58", tint=0.2).paint(own)
    return torch.where(what > 0.5, straw, color)
