"""Plane figures that designs are made of: leaves, rosettes, diamonds, octagons, vines.

Each is a function from places to a signed distance, positive inside, in the unit of the places; near enough to the
true distance for outlines of even width.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.field.steady import angle_of


def mirrored(place: Tensor, period: float) -> Tensor:
    """Return the distance to the nearest multiple of a period: half of a figure draws both of its halves."""
    return (place - torch.round(place * (1 / period)) * period).abs()


def turned(x: Tensor, y: Tensor, angle: float) -> tuple[Tensor, Tensor]:
    """Return places in a frame that is turned by an angle in radians."""
    c, s = math.cos(angle), math.sin(angle)
    return x * c + y * s, y * c - x * s


def diamond(x: Tensor, y: Tensor, wide: float, tall: float) -> Tensor:
    """Return a rhombus with half diagonals `wide` and `tall`."""
    norm = wide * tall / math.hypot(wide, tall)
    return (1 - x.abs() / wide - y.abs() / tall) * norm


def octagon(x: Tensor, y: Tensor, wide: float, tall: float, *, cut: float = 0.3) -> Tensor:
    """Return a box of half extents `wide` and `tall` whose corners are cut by that share of the shorter."""
    corner = (wide - x.abs() + tall - y.abs() - cut * min(wide, tall)) * math.sqrt(0.5)
    return torch.minimum(torch.minimum(wide - x.abs(), tall - y.abs()), corner)


def leaf(x: Tensor, y: Tensor, long: float, wide: float) -> Tensor:
    """Return a leaf along y from tip to tip: where two equal discs overlap; half extents `long` and `wide`."""
    radius = (long * long + wide * wide) / (2 * wide)
    reach = x.abs() + (radius - wide)
    return radius - torch.sqrt(reach * reach + y * y)


def rosette(
    x: Tensor, y: Tensor, radius: float, petals: int, *, depth: float = 0.25, angle: float = 0.0
) -> Tensor:
    """Return a flower with round petals; `depth` is how far the gaps between them reach in, by the radius."""
    around = angle_of(y, x) + angle
    rim = (torch.cos(around * (petals / 2))).abs()
    return radius * (1 - depth + depth * torch.sqrt(rim)) - torch.sqrt(x * x + y * y)


def vine(x: Tensor, y: Tensor, *, sway: float, period: float, half_width: float) -> Tensor:
    """Return a stem that runs along y and swings by `sway` to either side."""
    turn = 2 * math.pi / period
    steep = sway * turn
    swing = torch.sin(y * turn) * sway
    slope = torch.sqrt(1 + (torch.cos(y * turn) * steep).square())
    return half_width - (x - swing).abs() / slope
