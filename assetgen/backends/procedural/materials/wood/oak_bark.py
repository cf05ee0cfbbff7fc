"""Oak bark: long ridges that part and join again, their tops broken across."""

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


def oak_bark(torus: Torus, look: Look) -> Surface:
    """An old trunk: split by growth, greyed on its crests, still warm in its depths."""
    return grown_old(torus, look, _split(torus, look), _color)


def _split(torus: Torus, look: Look) -> BarkRelief:
    """Split the bark into long ridges that part and join again, and break their tops across."""
    ridge_m = look["ridge_m"]
    nx, ny = torus.cells_across(ridge_m), torus.cells_across(ridge_m * 4.2)
    bend = warp_field(torus, "oak/bend", 5, 0.35 / nx, octaves=3)
    tremble = warp_field(torus, "oak/tremble", nx * 2, 0.10 / nx, octaves=3)
    warp = (bend[0] + tremble[0], bend[1] + tremble[1])
    ridges = cells(torus, "oak/ridges", nx, period_y=ny, jitter=1.0, warp=warp)
    fibre = spectral_noise(torus, "oak/fibre", slope=1.1, low=12, stretch=(1.0, 4.5))
    lumps = fbm(torus, "oak/lumps", nx, period_y=max(nx // 3, 1), octaves=6, gain=0.55)
    across = ridges.edge / (torus.tile_m / nx * 0.5) + lumps * 0.13
    # Where a furrow all but closes, two ridges run together: that is what braids them.
    open_ = 0.01 + 0.28 * fbm(torus, "oak/open", nx // 2, period_y=ny, octaves=3)
    body = smoothstep(0.0, 0.46, across - open_)
    rise = ridges.random(torus, "oak/rise", 0.72, 1.0)
    plates = grains(
        torus, "oak/plates", int(nx * 1.3), period_y=ny * 5, warp=(warp[0] + lumps * 0.01, warp[1])
    )
    split = smoothstep(0.16, 0.02, plates.far - plates.near + 0.03 * fibre)
    step = plates.random(torus, "oak/step") - 0.5
    depth = look["depth_m"]
    strands = fbm(torus, "oak/strands", nx * 3, period_y=ny, octaves=3, shape="ridged")
    height = (
        body * rise
        + 0.08 * strands * (1 - body)
        + 0.16 * lumps * (0.3 + body)
        + (0.10 * step - 0.20 * split) * body
    )
    height = terraced(height + 0.012 * fibre, steps=7, share=0.6)
    flaked = smoothstep(0.30, 0.42, step + 0.05 * fibre) * smoothstep(0.4, 0.8, body)
    return BarkRelief(
        height_m=height * depth + fibre * 0.0002,
        top=body * (0.7 + 0.3 * rise),
        fresh=torch.maximum(smoothstep(0.75, 0.15, body), 0.6 * flaked),
        tone=lumps * 0.8 + step * 0.5,
        grain=fibre,
    )


def _color(look: Look, relief: BarkRelief) -> Tensor:
    old = tree_ramp(look, "#4a443c", "#6b645a", "#857d71", "#9b9385").paint(
        0.45 + 0.30 * relief.tone + 0.35 * (relief.top - 0.6) + 0.05 * relief.grain
    )
    warm = tree_ramp(look, "#2e241e", "#46362a", "#63503f", "#7d6a58").paint(
        0.35 + 0.30 * relief.tone + 0.5 * relief.top + 0.06 * relief.grain
    )
    return mix(old, warm, relief.fresh * (0.95 - 0.25 * look["age"]))
