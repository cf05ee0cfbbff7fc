"""Pine bark: thick plates of thin flakes, kept apart by deep furrows."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells, grains
from assetgen.backends.procedural.operators.wood.trunk import BarkRelief, grown_old, terraced, tree_ramp
from assetgen.backends.procedural.surface import Surface


def pine_bark(torus: Torus, look: Look) -> Surface:
    """A tall trunk in armour: grey plates outside, red where a flake has just come off."""
    return grown_old(torus, look, _plate(torus, look), _color)


def _plate(torus: Torus, look: Look) -> BarkRelief:
    """Lay thin flakes on plates that deep furrows keep apart."""
    plate_m = look["plate_m"]
    nx, ny = torus.cells_across(plate_m), torus.cells_across(plate_m * 2.3)
    bend = warp_field(torus, "pine/bend", nx, 0.26 / nx, octaves=4)
    plates = cells(torus, "pine/plates", nx, period_y=ny, jitter=0.95, warp=bend)
    grain = spectral_noise(torus, "pine/grain", slope=1.2, low=20, stretch=(1.0, 1.6))
    lumps = fbm(torus, "pine/lumps", nx * 2, octaves=5, gain=0.5)
    across = plates.edge / (torus.tile_m / nx * 0.5) + lumps * 0.09
    open_ = 0.01 + 0.20 * fbm(torus, "pine/open", nx, period_y=ny, octaves=3)
    body = smoothstep(0.0, 0.22, across - open_)
    layers = terraced((across - open_).clamp(0, 0.9) + 0.12 * lumps, steps=7, share=0.95, brink=0.25)
    height, tone, fresh = 0.40 * body + 0.42 * layers, lumps * 0.2, smoothstep(0.9, 0.1, body)
    for number, size in enumerate((0.75, 0.45)):
        level, own, rim = _flakes(torus, f"pine/flakes-{number}", plate_m * size)
        height = height + (0.17 - 0.05 * number) * level * (0.2 + 0.8 * body)
        tone = tone + (own - 0.5) * (0.8 - 0.25 * number) - 0.25 * (1 - rim)
        # What has just lost its flake shows the warm bark beneath.
        fresh = torch.maximum(fresh, smoothstep(0.45, 0.25, level) * (0.85 - 0.3 * number) * own)
    return BarkRelief(
        height_m=height * look["depth_m"] + grain * 0.00022, top=body, fresh=fresh, tone=tone, grain=grain
    )


def _flakes(torus: Torus, name: str, size_m: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return a layer of flakes like pieces of a jigsaw: how high each lies, a tone of its own, and 0 at its rim."""
    period = torus.cells_across(size_m)
    warp = warp_field(torus, f"{name}/warp", int(period * 1.6), 0.55 / period, octaves=2)
    flakes = grains(torus, name, period, period_y=max(int(period * 0.6), 1), jitter=1.0, warp=warp)
    rim = smoothstep(0.0, 0.10, flakes.far - flakes.near)
    level = flakes.random(torus, f"{name}/level")
    # Old flakes lift at their rims.
    curl = smoothstep(0.35, 0.05, flakes.far - flakes.near) * 0.22
    return level * (0.8 + 0.2 * rim + curl), flakes.random(torus, f"{name}/tone"), rim


def _color(look: Look, relief: BarkRelief) -> Tensor:
    old = tree_ramp(look, "#55493f", "#75675b", "#8e8073", "#a59789").paint(
        0.42 + 0.32 * relief.tone + 0.06 * relief.grain
    )
    warm = tree_ramp(look, "#33241c", "#5a3d2e", "#7d5844", "#98745d").paint(
        0.02 + 0.25 * relief.tone + 0.62 * relief.top + 0.06 * relief.grain
    )
    return mix(old, warm, (0.18 + 0.82 * relief.fresh) * (1 - 0.3 * look["age"]))
