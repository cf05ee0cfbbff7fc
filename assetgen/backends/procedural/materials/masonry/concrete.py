"""Concrete without joints: a wall as the form left it, or a floor as the tool did."""

from __future__ import annotations

from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.masonry.cement import (
    Form,
    Skin,
    cast,
    mix_cement,
    stones_in_paste,
)
from assetgen.backends.procedural.operators.masonry.trowel import trowel_sweeps
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface


def concrete(torus: Torus, look: Look) -> Surface:
    """Concrete in one piece, smooth from the form, trowelled, swept with a broom, or ground to a polish."""
    finish = look.option(
        "finish", choose(torus, "finish", ("broomed", "smooth", "polished", "smooth", "smooth", "trowelled"))
    )
    skin = mix_cement(torus)
    form = {"smooth": _poured, "trowelled": _trowelled, "broomed": _broomed, "polished": _floated}[finish](
        torus, look, skin
    )
    usual, bubbles = {
        "smooth": (0.62, 1.0),
        "trowelled": (0.5, 0.3),
        "broomed": (0.82, 0.3),
        "polished": (0.20, 0.15),
    }[finish]
    surface = cast(torus, look, form, skin, roughness=usual, bubbles=bubbles)
    return _ground(torus, look, surface, skin) if finish == "polished" else surface


def _poured(torus: Torus, look: Look, skin: Skin) -> Form:
    """A plain sheet of steel or ply: a skin like an egg's, with the lines where one lift met the next."""
    lumps = fbm(torus, "form/lumps", torus.cells_across(0.35), octaves=4, gain=0.45)
    flow = spectral_noise(torus, "form/flow", slope=1.6, low=6, high=200, stretch=(1.0, 5.0)).clamp_(-2, 2)
    lifts, none = torus.cells_across(look["lift_m"]), torus.zeros()
    level = torus.v * lifts + fbm(torus, "form/lift", torus.cells_across(0.5), octaves=5, gain=0.5) * 0.10
    level = level + torus.draw("form/lift-start", 0.25, 0.75)
    from_lift_m = (level - level.floor() - 0.5) * (torus.tile_m / lifts)
    held = patches(torus, "form/held", 0.4, amount=0.5, soft=0.3)
    line = smoothstep(0.016, 0.0, from_lift_m.abs() + skin.grain * 0.001) * held
    return Form(
        height_m=(lumps * 0.002 * look["waves"] - line * 0.0007) * look.relief,
        seam=line * 0.25,
        hole=none,
        tone=0.05 * flow - 0.10 * line + 0.05 * smoothstep(0.0, 0.12, from_lift_m) * held,
        polish=0.6 * flow - skin.clouds,
    )


def _trowelled(torus: Torus, look: Look, skin: Skin) -> Form:
    """A steel trowel swept in arcs: they burnish the skin and stand in it as the faintest ridges."""
    left = trowel_sweeps(torus, "trowel", look["lift_m"] * 0.9, bend=0.25)
    waves = fbm(torus, "trowel/waves", torus.cells_across(0.4), octaves=4, gain=0.4)
    sweep_m = left.scoop * 0.00025 + left.drag * 0.00006 + left.lip * 0.00035
    none = torus.zeros()
    return Form(
        height_m=(waves * 0.0026 + sweep_m) * look["waves"] * look.relief,
        seam=none,
        hole=none,
        tone=0.05 * left.pressed + 0.02 * left.drag - 0.05 * left.scoop,
        polish=0.8 * left.pressed + 0.4 * left.drag - 1.2 * skin.clouds,
    )


def _broomed(torus: Torus, look: Look, skin: Skin) -> Form:
    """A stiff broom drawn across the wet skin, so that nobody slips: close grooves, a little unsteady."""
    sway = fbm(torus, "broom/sway", torus.cells_across(0.6), octaves=3) * 0.012
    bristles = spectral_noise(torus, "broom/bristles", slope=0.6, low=50, stretch=(30.0, 1.0))
    strands = fetch(torus, bristles, torus.zeros(), sway).clamp_(-2.2, 2.2)
    pressed = 0.65 + 0.5 * fbm(torus, "broom/pressed", torus.cells_across(0.4), octaves=4)
    waves, none = fbm(torus, "broom/waves", torus.cells_across(0.4), octaves=4, gain=0.4), torus.zeros()
    return Form(
        height_m=(waves * 0.0028 * look["waves"] + strands * pressed * 0.00075) * look.relief,
        seam=none,
        hole=none,
        tone=0.05 * strands * pressed,
        polish=0.9 * strands * pressed - skin.clouds,
    )


def _floated(torus: Torus, look: Look, skin: Skin) -> Form:
    """A floor so flat that only its clouds are left to see."""
    waves = fbm(torus, "floor/waves", torus.cells_across(0.5), octaves=3, gain=0.4)
    none = torus.zeros()
    height_m = waves * 0.0012 * look["waves"] * look.relief
    return Form(height_m=height_m, seam=none, hole=none, tone=0.06 * skin.clouds, polish=-1.2 * skin.clouds)


def _ground(torus: Torus, look: Look, surface: Surface, skin: Skin) -> Surface:
    """Grind the skin off until sand and small stones show as flat cut faces."""
    body, size, kind = stones_in_paste(torus, "ground", 0.015, skin)
    deep: Tensor = smoothstep(
        0.25, 0.6, patches(torus, "ground/deep", 0.35, amount=0.5, soft=0.4) + 0.5 * size - 0.25
    )
    rock = look.palette("#4b4a48", "#6f6c67", "#8b8274", "#a9a49a", tint=0.4).paint(kind + 0.04 * skin.grain)
    shown = smoothstep(0.02, 0.12, body) * deep * 0.55
    return surface.covered(shown, color=rock, roughness=mix(surface.roughness, look.roughness(0.16), shown))
