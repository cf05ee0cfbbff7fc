"""Outlines and veins of leaves, needles and blades, for `leaves.lay_shapes`.

An outline takes x (-1 at the base to 1 at the tip), y (across, in half widths) and a number of the shape's own, and
returns how far inside a point lies, in half widths.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.steady import angle_of
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.piled.leaves import Lying, Thrown

_STALK = 0.30
"""Share of half the length that the stalk takes at the base of a leaf."""

_HEART = -0.42
"""Where the ribs of a lobed leaf meet."""
_MAPLE_LOBES = ((0.0, 1.40, 0.42), (0.88, 1.22, 0.36), (1.85, 0.74, 0.30))
_IVY_LOBES = ((0.0, 1.42, 0.86), (0.98, 1.02, 0.84), (1.95, 0.66, 0.80))
"""Turn from the midrib, length and width of their lobes, in half lengths."""


def blade(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return a blade of grass: as wide at the base as halfway up, then tapering to a point."""
    t = (x * 0.5 + 0.5).clamp(0, 1)
    return _within((1 - t * t * t) * (0.55 + 0.45 * smoothstep(0.0, 0.35, t)), x, y)


def oval(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return an ellipse: a cone, a nut, a petal, a scale."""
    return (1 - x * x).clamp(min=0).sqrt() - y.abs() - (x.abs() - 1).clamp(min=0) * 30


def needle(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return a needle, straw or splinter: even, with blunt ends."""
    return torch.minimum(1 - y.abs(), (1 - x.abs()) * 12)


def willow(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return a narrow leaf, widest in the lower third, drawn out to a long tip."""
    t = _blade_of(x)
    return _with_stalk(t.sqrt() * (1 - t) * (1 + 0.25 * t) * 2.3, x, y)


def beech(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return an oval leaf with a short tip and a finely waved margin; some are broader at the base than others."""
    t = _blade_of(x)
    wave = torch.cos(t * 42) * 0.02 * (t < 0.95)
    lean = 1 + (own - 0.5) * 0.7 * (0.5 - t)
    return _with_stalk((t * (1 - t)).sqrt() * (1.95 - 0.45 * t * t * t) * lean + wave, x, y)


def birch(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return a rhombic leaf: broad and blunt below, with straight toothed sides to a drawn-out tip."""
    t = _blade_of(x)
    rise = (t * 4.5).clamp(max=1)
    teeth = ((t * 11 + own) - torch.floor(t * 11 + own)) * 0.09
    return _with_stalk(rise.sqrt() * (1 - t) * (1.18 + 0.4 * t) - teeth * (1 - t), x, y)


def oak(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return a leaf with round lobes that sweep forward, not quite alike on both sides."""
    t = _blade_of(x)
    swept = t - 0.07 * y.abs() + 0.03 * own * y.sign()
    lobes = torch.cos(swept * (2 * math.pi * (3.4 + own)) + 2.4)
    body = (t * (1 - t)).sqrt() * (0.75 + 0.85 * t) * 1.42
    return _with_stalk(body * (0.79 + 0.24 * lobes), x, y)


def clover(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return three round leaflets around a middle; meant to be as wide as long."""
    best = torch.full_like(x, -9.0)
    for turn in (0.0, 2.09, -2.09):
        forth = x * math.cos(turn) + y * math.sin(turn)
        off = (y * math.cos(turn) - x * math.sin(turn)) * 1.12
        best = torch.maximum(best, 0.46 - torch.hypot(forth - 0.50, off))
    return best


def daisy(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return a round flower with a margin of narrow petals; meant to be as wide as long."""
    petals = torch.cos(angle_of(y, x) * torch.floor(12 + own * 9))
    return 0.86 + 0.13 * petals - torch.hypot(x, y)


def rosette(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return a star of six to ten pointed leaves around a shoot; meant to be as wide as long."""
    rays = torch.cos(angle_of(y, x) * torch.floor(6 + own * 4.99)) * 0.5 + 0.5
    return 0.24 + 0.76 * rays * rays - torch.hypot(x, y)


def frond(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return a feather of side shoots that point to the tip, as of feather moss, fern or yarrow."""
    t = (x * 0.5 + 0.5).clamp(0, 1)
    barb = (t * (11 + 4 * own) - y.abs() * 0.9).frac()
    reach = (t * (1.12 - t) * 3.1).clamp(0, 1) * (0.35 + 0.65 * (1 - (barb * 2 - 1).square()))
    return torch.maximum(reach - y.abs(), 0.10 - y.abs()) - (x.abs() - 1).clamp(min=0) * 30


def maple(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return five pointed lobes that spread from the stalk, their sides toothed; meant to be as wide as long."""
    aside = y.abs()
    best = torch.minimum(0.022 - aside, torch.minimum(-0.3 - x, x + 1) + 0.022)
    for turn, reach, wide in _MAPLE_LOBES:
        forth, off = _seen_from_heart(x, aside, turn)
        t = (forth * (1 / reach)).clamp(0, 1)
        teeth = (t * 4.6 + 0.35).frac() * 0.16 * t
        lobe = ((t + 0.10) * (wide * 3.1) - teeth) * (1 - t) - off - (forth - t * reach).abs()
        best = torch.maximum(best, lobe)
    return best


def ivy_leaf(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """Return three to five blunt lobes around a heart, deeper cut on some leaves; meant to be as wide as long."""
    aside = y.abs()
    best = torch.minimum(0.020 - aside, torch.minimum(-0.35 - x, x + 1) + 0.02)
    cut = 0.85 + 0.3 * own
    for turn, reach, wide in _IVY_LOBES:
        forth, off = _seen_from_heart(x, aside, turn)
        t = (forth * (1 / reach)).clamp(-0.2, 1)
        lobe = (1 - t) * (0.42 + 0.75 * t) * (wide * cut) - off - (forth - t * reach).abs()
        best = torch.maximum(best, lobe)
    return best


def maple_ribs(x: Tensor, y: Tensor) -> Tensor:
    """Return the distance to the nearest main rib of a `maple` leaf, in half widths."""
    return _to_ribs(x, y, _MAPLE_LOBES)


def ivy_ribs(x: Tensor, y: Tensor) -> Tensor:
    """Return the distance to the nearest rib of an `ivy_leaf`, in half widths."""
    return _to_ribs(x, y, _IVY_LOBES)


def _to_ribs(x: Tensor, y: Tensor, lobes: tuple[tuple[float, float, float], ...]) -> Tensor:
    near = torch.full_like(x, 9.0)
    for turn, _, _ in lobes:
        forth, off = _seen_from_heart(x, y.abs(), turn)
        near = torch.minimum(near, torch.where(forth > 0, off, 9.0))
    return near


def _seen_from_heart(x: Tensor, aside: Tensor, turn: float) -> tuple[Tensor, Tensor]:
    """Return the way along a lobe, from where its ribs meet, and the distance from its rib."""
    forth = x - _HEART
    along = forth * math.cos(turn) + aside * math.sin(turn)
    return along, (aside * math.cos(turn) - forth * math.sin(turn)).abs()


def veins(
    torus: Torus, lying: Lying, thrown: Thrown, *, pairs: Tensor | float = 7.0, forward: float = 0.7
) -> tuple[Tensor, Tensor]:
    """Return the midrib and the side veins of leaves, (N, N) each, 0..1, averaged over the texel.

    Args:
        torus: the tile.
        lying: the leaves.
        thrown: the same leaves as they were thrown.
        pairs: side veins to either hand, (N, N) or one number.
        forward: how far a side vein runs towards the tip on its way to the margin, metres per metre.
    """
    texel_m = torus.tile_m / torus.size
    half_m, half_width_m = lying.pick(torch.stack([thrown.half_m, thrown.half_width_m]))
    aside_m = lying.y.abs() * half_width_m
    rib_m = half_width_m * 0.045 * (1.1 - lying.x * 0.6).clamp(0.3, 1.4)
    midrib = groove(aside_m, rib_m, texel_m)
    step_m = half_m * 2 / pairs
    # Veins leave the midrib at a wide angle and bend towards the tip.
    phase = (lying.x * half_m - aside_m * (forward + 0.35 * lying.y.abs())) / step_m
    # The two sides take turns.
    phase = phase + 0.4 * (lying.y > 0)
    away_m = (phase - torch.round(phase)).abs() * step_m
    fine = groove(away_m, half_width_m * 0.026, texel_m) * smoothstep(2.0, 4.0, step_m / texel_m)
    on_blade = smoothstep(-1 + _STALK, -1 + _STALK + 0.08, lying.x)
    return midrib, fine * on_blade


def _blade_of(x: Tensor) -> Tensor:
    """Return the place on the leaf's blade above its stalk, 0..1."""
    return ((x + (1 - _STALK)) * (1 / (2 - _STALK))).clamp(0, 1)


def _within(half: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return half - y.abs() - (x.abs() - 1).clamp(min=0) * 30


def _with_stalk(half: Tensor, x: Tensor, y: Tensor) -> Tensor:
    stalk = torch.where(x < _STALK - 1 + 0.1, 0.05, -1.0)
    return _within(torch.maximum(half, stalk), x, y)
