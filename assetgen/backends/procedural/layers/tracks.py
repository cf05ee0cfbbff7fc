"""Tracks: tyres pressed into what is loose, and black rubber on what is hard."""

from __future__ import annotations

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import flat_color
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.layers.pressed import over, pressed
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.traces.tracks import Tracks, tyre_ruts
from assetgen.backends.procedural.surface import Surface

_PASSES = 3


def tracks(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Drive over a surface: one pass at first, up to three at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    driven = _pass(torus, 0)
    for number in range(1, _PASSES):
        came = min(max(amount * _PASSES * 1.15 - number, 0.0), 0.5) * 2
        if came > 0:
            driven = over(driven, _pass(torus, number), came)
    crumb = fbm(torus, "tracks/crumb", torus.cells_across(0.05), octaves=4, gain=0.6)
    patchy = spectral_noise(torus, "tracks/patchy", slope=1.6, low=4).clamp_(-2, 2)
    grip = smoothstep(-1.6, 0.4, patchy + 0.6 * crumb + 1.4 * (amount - 0.4))
    rubber = flat_color(torus, layer_palette(color, "#1d1c1c").middle())
    return pressed(surface, driven, depth_m=0.016, grip=grip, rubber=rubber)


def _pass(torus: Torus, number: int) -> Tracks:
    """Let one car pass; on a tile that is narrower than a car the wheels of several share it."""
    name = f"tracks/{number}"
    width_m = torus.draw(f"{name}/width", 0.15, 0.21)
    gauge_m = 1.3 if torus.tile_m > 1.7 else torus.tile_m * 0.5
    pitch_m = torus.draw(f"{name}/pitch", 0.045, 0.075)
    return tyre_ruts(torus, name, width_m=width_m, gauge_m=gauge_m, soft_m=0.012, pitch_m=pitch_m)
