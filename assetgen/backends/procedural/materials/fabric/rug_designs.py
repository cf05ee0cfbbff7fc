"""Designs of knotted rugs, a color role for every knot: a lattice of palmettes, guls, stepped diamonds."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.designs.shapes import (
    diamond,
    leaf,
    mirrored,
    octagon,
    rosette,
    turned,
    vine,
)

FIELD, OUTLINE, FIRST, SECOND, ACCENT, LIGHT = range(6)
"""Color roles of a rug: what lies under all, dark outlines, two main colors, a warm accent, ivory."""


class _Cartoon:
    """The squared paper that a weaver works from; later figures cover earlier ones."""

    def __init__(self, x: Tensor, y: Tensor) -> None:
        self.role = torch.full(torch.broadcast_shapes(x.shape, y.shape), FIELD, device=x.device)

    def fill(self, inside: Tensor, role: int, *, outline: float = 0.0) -> None:
        """Fill a figure, its rim of `outline` knots in the outline's color."""
        if outline:
            self.role = torch.where(inside > -outline, OUTLINE, self.role)
        self.role = torch.where(inside > 0, role, self.role)


def palmettes(knots: int, device: torch.device) -> Tensor:
    """Return a lattice of curved stems with palmettes at its crossings and rosettes in its fields."""
    x, y = _places(knots, device)
    drawn, half = _Cartoon(x, y), knots / 2
    for way in (1, -1):
        stem = vine(_nearest(x + half / 4, half), y * way, sway=half / 4.2, period=half, half_width=0.9)
        drawn.fill(stem, ACCENT, outline=0.6)
    for shift_x, shift_y in ((0.0, 0.0), (half / 2, half / 2)):
        mx, my = mirrored(x + shift_x, half), mirrored(y + shift_y, half)
        for angle, reach, role in ((0.45, 0.33, SECOND), (1.12, 0.33, SECOND), (0.785, 0.3, ACCENT)):
            lx, ly = turned(mx, my, -angle)
            long = half * (0.11 if role == SECOND else 0.08)
            drawn.fill(leaf(lx, ly - half * reach, long, long * 0.4), role, outline=1.0)
            drawn.fill(leaf(lx, ly - half * reach, long * 0.6, long * 0.12), LIGHT)
        drawn.fill(rosette(mx, my, half * 0.2, 8, depth=0.3), FIRST, outline=1.2)
        drawn.fill(rosette(mx, my, half * 0.14, 8, depth=0.35), LIGHT)
        drawn.fill(rosette(mx, my, half * 0.075, 8), ACCENT, outline=0.9)
    for shift_x, shift_y in ((half / 2, 0.0), (0.0, half / 2)):
        mx, my = mirrored(x + shift_x, half), mirrored(y + shift_y, half)
        drawn.fill(leaf(mx, my, half * 0.2, half * 0.13), SECOND, outline=1.2)
        drawn.fill(leaf(mx, my, half * 0.15, half * 0.085), FIRST, outline=0.8)
        drawn.fill(leaf(mx, my, half * 0.09, half * 0.04), LIGHT)
        drawn.fill(rosette(mx - half * 0.19, my - half * 0.16, half * 0.055, 5), LIGHT, outline=1.0)
        drawn.fill(rosette(mx - half * 0.19, my - half * 0.16, half * 0.022, 4), ACCENT)
    return drawn.role


def guls(knots: int, device: torch.device) -> Tensor:
    """Return rows of quartered octagons with crosses between them, as Turkmen tribes knot them."""
    x, y = _places(knots, device)
    drawn, wide, tall = _Cartoon(x, y), knots / 3, knots / 4
    cx, cy = _nearest(x, wide), _nearest(y, tall)
    quarter = torch.where((cx > 0) ^ (cy > 0), LIGHT, FIRST)
    mx, my = cx.abs(), cy.abs()
    body = octagon(mx, my, wide * 0.40, tall * 0.38, cut=0.55)
    drawn.fill(body, LIGHT, outline=1.3)
    drawn.role = torch.where(body > 1.4, quarter, drawn.role)
    drawn.fill(diamond(mx - wide * 0.24, my, wide * 0.07, tall * 0.11), SECOND, outline=0.8)
    drawn.fill(diamond(mx - wide * 0.15, my - tall * 0.19, wide * 0.05, tall * 0.07), ACCENT)
    drawn.fill(octagon(mx, my, wide * 0.13, tall * 0.15, cut=0.5), SECOND, outline=1.1)
    drawn.fill(diamond(mx, my, wide * 0.09, tall * 0.1), ACCENT)
    drawn.fill(torch.minimum(1.2 - mx, torch.minimum(my - tall * 0.17, body - 1.4)), OUTLINE)
    drawn.role = torch.where((body <= -1.3) & (body > -2.6), LIGHT, drawn.role)
    mx, my = mirrored(x + wide / 2, wide), mirrored(y + tall / 2, tall)
    drawn.fill(diamond(mx, my, wide * 0.2, tall * 0.25), FIRST, outline=1.1)
    drawn.fill(diamond(mx, my, wide * 0.11, tall * 0.14), LIGHT, outline=0.9)
    drawn.fill(diamond(mx, my, wide * 0.05, tall * 0.07), ACCENT)
    for arm in (torch.minimum(0.8 - my, wide * 0.3 - mx), torch.minimum(0.8 - mx, tall * 0.37 - my)):
        drawn.fill(torch.where(diamond(mx, my, wide * 0.2, tall * 0.25) < -1.1, arm, -1.0), ACCENT)
    return drawn.role


def diamonds(knots: int, device: torch.device) -> Tensor:
    """Return stepped diamonds one inside another and small stars between them, as on a kilim."""
    x, y = _places(knots, device)
    drawn, wide, tall = _Cartoon(x, y), knots / 2, knots / 3
    # Steps: a flat weave draws a slant as a stair of several knots.
    step = max(knots / 66, 1.0)
    mx, my = (torch.floor(mirrored(place, period) / step) * step for place, period in ((x, wide), (y, tall)))
    roles = (FIRST, LIGHT, SECOND, ACCENT, FIRST, LIGHT)
    for number, role in enumerate(roles):
        share = 0.47 * (1 - number / (len(roles) + 0.6))
        drawn.fill(diamond(mx, my, wide * share, tall * share), role, outline=1.2 if number % 2 == 0 else 0.0)
    nx, ny = (
        torch.floor(mirrored(place, period) / step) * step
        for place, period in ((x + wide / 2, wide), (y + tall / 2, tall))
    )
    drawn.fill(diamond(nx, ny, wide * 0.2, tall * 0.2), SECOND, outline=1.2)
    cross = torch.maximum(
        torch.minimum(1.6 * step - nx, wide * 0.1 - ny), torch.minimum(1.6 * step - ny, wide * 0.1 - nx)
    )
    drawn.fill(cross, LIGHT)
    drawn.fill(step * 1.1 - torch.maximum(nx, ny), ACCENT)
    return drawn.role


def _places(knots: int, device: torch.device) -> tuple[Tensor, Tensor]:
    middle = torch.arange(knots, device=device, dtype=torch.float32) + 0.5
    return middle[None, :], middle[:, None]


def _nearest(place: Tensor, period: float) -> Tensor:
    return place - torch.round(place * (1 / period)) * period
