"""Repeating designs of silks and wallpapers, drawn from plane figures; one repeat is 1 wide and 1 high.

Each takes places in repeats and returns a signed distance to the figure in repeats, positive inside, (N, N).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.designs.shapes import (
    diamond,
    leaf,
    mirrored,
    rosette,
    turned,
    vine,
)


def damask(x: Tensor, y: Tensor) -> Tensor:
    """Return an ogee lattice with a palmette in every field: two fields a repeat, half dropped."""
    x, y = torch.broadcast_tensors(x, y)
    drawn = torch.full_like(x, -1.0)
    for drop in (0.0, 0.5):
        mx, dy = mirrored(x + drop, 1.0), _nearest(y + drop)
        drawn = torch.maximum(drawn, _palmette(mx, dy))
    sway = torch.cos(y * (2 * math.pi)) * 0.25 + 0.25
    slope = torch.sqrt(1 + (torch.sin(y * (2 * math.pi)) * (0.5 * math.pi)).square())
    away = (mirrored(x, 1.0) - sway).abs() / slope
    frame = torch.maximum(0.012 - away, 0.006 - (away - 0.028).abs())
    beads = 0.011 - torch.hypot(away - 0.056, mirrored(y, 1 / 24) * slope)
    return torch.maximum(drawn, torch.maximum(frame, beads))


def _palmette(x: Tensor, y: Tensor) -> Tensor:
    """Return a flower standing on two scrolls, right half; y grows downwards."""
    drawn = torch.full_like(x, -1.0)
    fan = (
        (0.0, 0.235, 0.100),
        (0.52, 0.215, 0.085),
        (1.02, 0.180, 0.075),
        (1.56, 0.140, 0.065),
        (2.2, 0.125, 0.055),
    )
    for angle, reach, long in fan:
        lx, ly = turned(x, -y - 0.02, -angle)
        petal = leaf(lx, ly - reach, long, long * 0.42)
        vein = leaf(lx, ly - reach - long * 0.1, long * 0.62, long * 0.10)
        drawn = torch.maximum(drawn, torch.minimum(petal, -vein))
    ring = 0.009 - (torch.hypot(x, y + 0.02) - 0.088).abs()
    heart = torch.maximum(rosette(x, y + 0.02, 0.062, 8, depth=0.35), ring)
    drawn = torch.maximum(drawn, torch.minimum(heart, torch.hypot(x, y + 0.02) - 0.016))
    curl = torch.hypot(x - 0.085, y - 0.235)
    scroll = torch.maximum(0.011 - (curl - 0.052).abs(), 0.020 - curl)
    stem = 0.010 - (x - 0.35 * (y - 0.10).clamp(min=0) * (0.40 - y).clamp(min=0) * 3).abs()
    stem = torch.minimum(stem, torch.minimum(y - 0.06, 0.40 - y))
    bud = rosette(x, y - 0.43, 0.038, 5, depth=0.3)
    return torch.maximum(drawn, torch.maximum(torch.maximum(scroll, stem), bud))


def trellis(x: Tensor, y: Tensor) -> Tensor:
    """Return climbing stems with leaves to both sides and a flower where they turn."""
    x, y = torch.broadcast_tensors(x, y)
    drawn = torch.full_like(x, -1.0)
    for drop in (0.0, 0.5):
        dx = _nearest(x + drop)
        way = y + drop * 0.5
        drawn = torch.maximum(drawn, vine(dx, way, sway=0.13, period=1.0, half_width=0.008))
        for number in range(8):
            at = (number + 0.5) / 8
            side = 1.0 if number % 2 else -1.0
            root = 0.13 * math.sin(2 * math.pi * at)
            lx, ly = turned((dx - root) * side, -_nearest(way - at), -0.95)
            long = 0.062 if number % 4 else 0.05
            body = leaf(lx, ly - long * 1.1, long, long * 0.45)
            drawn = torch.maximum(drawn, torch.minimum(body, lx.abs() - 0.004))
        for at, side in ((0.25, 1.0), (0.75, -1.0)):
            fx, fy = dx - 0.20 * side, _nearest(way - at)
            flower = torch.minimum(rosette(fx, fy, 0.07, 6, depth=0.4), torch.hypot(fx, fy) - 0.018)
            drawn = torch.maximum(drawn, torch.maximum(flower, 0.010 - torch.hypot(fx, fy)))
    return drawn


def lozenges(x: Tensor, y: Tensor) -> Tensor:
    """Return a lattice of fine lines with a small star in every field."""
    mx, my = mirrored(x, 1 / 2), mirrored(y, 1 / 2)
    line = 0.010 - diamond(mx, my, 0.25, 0.25).abs()
    near = torch.maximum(
        rosette(mx, my, 0.07, 4, depth=0.6), rosette(mx, my, 0.052, 4, depth=0.55, angle=0.785)
    )
    nx, ny = mirrored(x + 0.25, 1 / 2), mirrored(y + 0.25, 1 / 2)
    return torch.maximum(line, torch.maximum(near, 0.018 - torch.hypot(nx, ny)))


def _nearest(place: Tensor) -> Tensor:
    return place - torch.round(place)
