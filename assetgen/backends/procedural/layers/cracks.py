"""Cracks: a branching net of fractures, hairline to 4 mm wide, with chipped lips and dust inside."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette, opened_at
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.traces.marks import crack_distance
from assetgen.backends.procedural.surface import Surface

_WIDEST_M = 0.0021
"""Half the width of the widest crack."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Fracture:
    """Metres to the nearest crack line, and half the width of that crack, both (N, N)."""

    distance_m: Tensor
    half_m: Tensor


def cracks(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Break a surface: few single cracks at first, a joined net with branches at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    main, branch = _fractures(torus, min(amount, 1.0))
    grain = spectral_noise(torus, "cracks/grain", slope=1.0, low=40)
    chip_m = torch.maximum(_chips(torus, main, grain), _chips(torus, branch, grain) * 0.6)
    split = torch.maximum(_open(torus, main), _open(torus, branch))
    depth_m = torch.maximum(
        _open(torus, main) * (0.003 + main.half_m * 1.7),
        _open(torus, branch) * (0.0022 + branch.half_m * 2.2),
    )

    fresh = smoothstep(0.0001, 0.0007, chip_m)
    worn = _near(main, 0.010) * 0.22 + _near(branch, 0.006) * 0.14
    surface = replace(
        surface,
        color=surface.color * (1 - worn) * (1 + 0.13 * fresh),
        roughness=mix(surface.roughness, 0.88, fresh * 0.7),
    )
    dust = layer_palette(color, "#1d1915", "#2b2620", "#453d33").paint(0.4 + 0.2 * grain)
    broken = surface.covered(
        split * 0.92,
        color=mix(surface.color * 0.3, dust, torch.full_like(split, 0.75)),
        roughness=0.95,
        metallic=surface.metallic * 0.3,
        height_m=surface.height_m - torch.maximum(depth_m, chip_m),
    )
    return opened_at(broken, split, color)


def _fractures(torus: Torus, amount: float) -> tuple[_Fracture, _Fracture]:
    """Return the main cracks and the finer ones that leave them; both widen as the amount grows."""
    main_m = crack_distance(torus, "cracks/main", torus.fit(0.52, 3), wander=0.5)
    jag = fbm(torus, "cracks/jag", torus.cells_across(0.03), octaves=4, gain=0.6)
    strain = fbm(torus, "cracks/strain", torus.cells_across(torus.fit(0.7, 3)), octaves=3) * 0.95
    swell = 0.55 + 0.8 * fbm(torus, "cracks/swell", torus.cells_across(0.12), octaves=4)
    stress = (1.65 * amount - 0.4 + strain).clamp_(0, 1)
    main = _Fracture(
        distance_m=(main_m + jag * 0.0022).abs_(),
        half_m=_WIDEST_M * (0.8 + 0.9 * amount * amount) * stress * (0.25 + 0.75 * swell.clamp_(0.1, 1.3)),
    )
    bend = warp_field(torus, "cracks/bend", torus.cells_across(0.12), 0.018, octaves=5)
    net = grains(torus, "cracks/branches", torus.cells_across(torus.fit(0.19, 8)), jitter=1.0, warp=bend)
    apart_m = (net.far - net.near).mul_(0.5 * torus.tile_m / torus.cells_across(torus.fit(0.19, 8)))
    close = torch.exp(main_m * (-1 / 0.06))
    local = fbm(torus, "cracks/local", torus.cells_across(torus.fit(0.3, 4)), octaves=4) * 1.1
    ease = (1.5 * amount - 0.85 + 0.55 * close + local).clamp_(0, 1)
    branch = _Fracture(
        distance_m=(apart_m + jag * 0.0012).abs_(),
        half_m=_WIDEST_M * (0.5 + 0.25 * amount) * ease * (0.3 + 0.7 * stress.sqrt()),
    )
    return main, branch


def _open(torus: Torus, fracture: _Fracture) -> Tensor:
    """Return how much of a texel is open crack: hairlines stay faint instead of breaking into dots."""
    return band(torus, fracture.distance_m, fracture.half_m, soft_m=0.0006)


def _near(fracture: _Fracture, reach_m: float) -> Tensor:
    return torch.exp(fracture.distance_m * (-1 / reach_m)) * (fracture.half_m * (1 / _WIDEST_M)).clamp(0, 1)


def _chips(torus: Torus, fracture: _Fracture, grain: Tensor) -> Tensor:
    """Return how deep the lips of a crack have broken away, in metres: slanted, angular, only here and there."""
    shards = grains(torus, "cracks/shards", torus.cells_across(0.022), jitter=1.0)
    luck = shards.random(torus, "cracks/luck")
    reach_m = fracture.half_m * (1.5 + 6.5 * smoothstep(0.62, 0.95, luck)) + 1e-5
    slant = (1 - fracture.distance_m / reach_m + 0.08 * grain).clamp_(0, 1)
    return slant * fracture.half_m * (0.5 + 0.9 * luck)
