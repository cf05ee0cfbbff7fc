"""Footprints: soles pressed into what is loose, dark prints of wet dirt on what is hard."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.layers.pressed import pressed
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.height import smoothstep
from assetgen.backends.procedural.operators.noise import fbm
from assetgen.backends.procedural.operators.palette import flat_color
from assetgen.backends.procedural.operators.paths import path
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.surface import Surface

_WALKERS = 5
_STEP_M = 0.44


def footprints(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Walk over a surface: one person at first, five at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    crumb = fbm(torus, "footprints/crumb", torus.cells_across(0.04), octaves=5, gain=0.6)
    dirt = flat_color(torus, layer_palette(color, "#2f2a24").middle())
    sole, tread = torus.zeros(), torus.zeros()
    for number in range(_WALKERS):
        came = min(max(amount * _WALKERS * 1.1 - number, 0.0), 1.0)
        if came > 0:
            under, profile = _steps(torus, f"footprints/{number}", crumb)
            tread = torch.where(under > sole, profile, tread)
            sole = torch.maximum(sole, under * min(1.0, came * 2))
    wet = smoothstep(-0.35, 0.25, crumb + 0.4 * amount)
    return pressed(surface, sole, tread * wet, depth_m=0.024, rubber=dirt)


def _steps(torus: Torus, name: str, crumb: Tensor) -> tuple[Tensor, Tensor]:
    """Return where the soles of one walker stood, 0..1, and their profile."""
    way = path(torus, name, wander_m=0.10)
    number, ahead, count = way.steps(torus, _STEP_M)
    table = torus.uniform(f"{name}/steps", count, 3) - 0.5
    own = [torch.index_select(column, 0, number.reshape(-1)).view(number.shape) for column in table.T]
    left = 1 - 2 * (number % 2).float()
    turn = own[0] * 0.22 - left * 0.10
    x = way.aside + left * 0.085 + own[1] * 0.04
    y = ahead + own[2] * 0.05
    x, y = x + y * turn, y - x * turn
    size = torus.draw(f"{name}/size", 0.88, 1.05)
    x, y = x * left / size + 0.10 * y.square() / 0.14, y / size
    ball = torch.sqrt((x * (1 / 0.046)).square_().add_(((y - 0.048) * (1 / 0.088)).square_())) - 1
    heel = torch.sqrt((x * (1 / 0.034)).square_().add_(((y + 0.092) * (1 / 0.046)).square_())) - 1
    waist = torch.maximum(x.abs() * (1 / 0.026), (y + 0.03).abs() * (1 / 0.07)) - 1
    inside_m = -torch.minimum(torch.minimum(ball, heel), waist) * 0.036 + crumb * 0.0025
    texel_m = torus.tile_m / torus.size
    under = smoothstep(-0.002 - texel_m * 0.7, 0.003 + texel_m * 0.7, inside_m)
    # Cleats across the sole, an arch that hardly touches, and a deeper rim.
    cleats = y * (1 / 0.019) + x.abs() * 12
    cleat = smoothstep(0.14, 0.24, (cleats - torch.round(cleats)).abs())
    arch = smoothstep(0.030, 0.010, (y + 0.035).abs())
    keep = min(1.0, 0.019 / texel_m / 4)
    return under, ((cleat * keep + 0.6 * (1 - keep)) * (1 - 0.8 * arch)).clamp_(0, 1)
