"""Lichen: radial crusts of several kinds with rims, on what stands in the light; joints stay bare."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.exposure import proud
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.traces.lichen import Thalli, thalli
from assetgen.backends.procedural.surface import Surface, by_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind of lichen: colors from shade to tip, its rim, how common, how large, how thick, how deeply lobed."""

    name: str
    colors: tuple[str, ...]
    rim: str
    common: float
    size_m: float
    thick_m: float
    lobes: float
    zones: float


_KINDS = (
    _Kind(name="crust", colors=("#74736b", "#8f8e86", "#a6a59c", "#b7b6ae"), rim="#c4c2ba",
          common=1.0, size_m=0.19, thick_m=0.0006, lobes=0.16, zones=1.0),
    _Kind(name="soot", colors=("#2b2a26", "#3a3832", "#4a4740", "#5b584f"), rim="#45423b",
          common=0.6, size_m=0.05, thick_m=0.0004, lobes=0.30, zones=0.0),
    _Kind(name="map", colors=("#5e6044", "#77795a", "#8e8f6e", "#a09f80"), rim="#2f2e28",
          common=0.7, size_m=0.11, thick_m=0.0006, lobes=0.18, zones=0.3),
    _Kind(name="shield", colors=("#596057", "#747d70", "#8e9789", "#a3aa9b"), rim="#b0b6a7",
          common=0.85, size_m=0.15, thick_m=0.0020, lobes=0.40, zones=0.5),
    _Kind(name="sunburst", colors=("#6d4f2c", "#8f6b3a", "#a8834a", "#b6955f"), rim="#bd9f69",
          common=0.65, size_m=0.07, thick_m=0.0012, lobes=0.30, zones=0.2),
)  # fmt: skip
"""The later lies over the earlier."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Ground:
    """What all kinds share: light and joints of the place, the way edges wander, lobes, grain and fruit."""

    light: Tensor
    joint: Tensor
    bend: tuple[Tensor, Tensor]
    lobe: Tensor
    grain: Tensor
    cups: Tensor


def lichen(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Grow lichen over a surface: single rosettes first, a map of many that overgrow each other at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    own_m = blur(torus, surface.height_m, 0.003)
    bend_m = torus.fit(0.06, 20)
    ground = _Ground(
        light=proud(torus, own_m, 0.08, least_m=0.002) * 0.25,
        joint=smoothstep(0.3, 1.1, -proud(torus, own_m, 0.03, least_m=0.0012)),
        bend=warp_field(
            torus, "lichen/bend", torus.cells_across(bend_m), bend_m / 2 / torus.tile_m, octaves=6
        ),
        lobe=fbm(torus, "lichen/lobes", torus.cells_across(0.018), octaves=3, shape="billow"),
        grain=spectral_noise(torus, "lichen/grain", slope=0.6, low=80).clamp_(-2.2, 2.2),
        cups=_cups(torus),
    )
    del own_m
    favors = torus.uniform("lichen/kinds", len(_KINDS))[:, 0].tolist()
    for kind, favor in zip(_KINDS, favors, strict=True):
        share = min(amount, 1.0) ** 0.8 * kind.common * (0.5 + 0.5 * favor)
        likes = ground.light + patchwork(torus, f"lichen/{kind.name}/likes", 0.45, octaves=4) * 1.5
        grown = thalli(
            torus,
            f"lichen/{kind.name}",
            torus.fit(kind.size_m),
            share,
            likes=likes,
            reach=1 + kind.lobes * ground.lobe - ground.joint,
            warp=ground.bend,
        )
        del likes
        surface = _grown(surface, kind, grown, ground, color)
    return surface


def _grown(surface: Surface, kind: _Kind, grown: Thalli, ground: _Ground, color: ColorWord | None) -> Surface:
    """Lay the rosettes of one kind over a surface."""
    body_ramp, rim_ramp = layer_palette(color, *kind.colors), layer_palette(color, kind.rim)
    size = surface.torus.fit(kind.size_m) / kind.size_m

    def lay(below: Surface, rows: slice) -> Surface:
        inside_m, radius_m, age = grown.inside_m[rows], grown.radius_m[rows], grown.age[rows]
        lobe, grain = ground.lobe[rows], ground.grain[rows]
        cover = grown.cover[rows] * smoothstep(0.0, 0.004, radius_m)
        ripe = (inside_m / radius_m.clamp(min=1e-4)).clamp_(0, 1)
        ring = torch.sin(inside_m * (2 * math.pi / 0.011) + lobe * 2.5 + grown.own[rows] * 6) * kind.zones
        rim = torch.exp((inside_m * (1 / (0.0035 * size))).square_().neg_())
        cups = ground.cups[rows] * smoothstep(0.25, 0.6, ripe)
        tone = 0.60 + 0.30 * lobe + 0.08 * grain + 0.10 * ring - 0.34 * ripe * age
        tone = tone + 0.22 * (grown.own[rows] - 0.5)
        body = body_ramp.paint(tone - 0.5 * cups)
        rise = torch.sqrt((inside_m.clamp(min=0) * (1 / 0.004)).clamp_(max=1))
        swell_m = kind.thick_m * (rise * (0.6 + 0.5 * lobe) + 0.15 * ring * (1 - ripe)) + 0.00007 * grain
        return below.covered(
            cover * 0.93,
            color=body + (rim_ramp.paint(tone) - body) * (rim * 0.7),
            roughness=0.9 + 0.03 * grain - 0.06 * cups,
            height_m=below.height_m + cover * (swell_m + 0.0005 * cups),
        )

    return by_rows(surface, lay)


def _cups(torus: Torus) -> Tensor:
    """Return dark fruiting cups, 0..1, of which a rosette grows those in its middle; too fine for coarse texels."""
    keep = min(1.0, 0.0022 * torus.size / torus.tile_m)
    found = grains(torus, "lichen/cups", torus.cells_across(0.0065), jitter=1.0)
    ripe = smoothstep(0.45, 0.55, found.random(torus, "lichen/cup"))
    return smoothstep(0.42, 0.28, found.near) * ripe * keep
