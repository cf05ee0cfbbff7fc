"""Chainmail: riveted rings, bright on their backs, black and rusty where they rub through one another."""

from __future__ import annotations

from typing import Final

from torch import Tensor

from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.metal.mail import Mail, mail
from assetgen.backends.procedural.surface import Surface

_METALS: Final = {
    "steel": (("#b9b7b3", "#c8c5c0", "#d8d5d0"), ("#4b4b4b", "#636261", "#7b7977"), 0.30),
    "blackened": (("#b5b4b1", "#c4c2be", "#d2d0cc"), ("#333333", "#424140", "#54524f"), 0.36),
    "brass": (("#dcc48c", "#e6d29e", "#efdfb4"), ("#6d5632", "#866c40", "#9c8352"), 0.28),
}
"""Bare metal, the film on it, and how rough the wire is."""
_CLOTH: Final = ("#2b2520", "#3a322b", "#4b4138")


def chainmail(torus: Torus, look: Look) -> Surface:
    """Mail over a padded coat, cleaned in a barrel of sand and worn since."""
    metal, film, roughness = _METALS[look.option("metal", "steel")]
    rings = mail(torus, "rings", look["ring_m"], wire=look["wire"], uneven=look["unevenness"])
    rough = fbm(torus, "rough", torus.cells_across(0.02), octaves=6, gain=0.6)
    drape = fbm(torus, "drape", torus.cells_across(0.07), octaves=3)
    grain = spectral_noise(torus, "grain", slope=0.6, low=100).clamp_(-2.5, 2.5)
    pressed = rings.rivet * (look["wire"] * look["ring_m"] * 0.30)
    height_m = (rings.height_m - pressed + drape * 0.0012) * look.relief + grain * 0.000008

    own = rings.random(torus, "rings/tone", -0.5, 0.5)
    high = smoothstep(-0.10, 0.22, rings.height_m / look["ring_m"]) * rings.crown
    worn = smoothstep(0.25, 0.9, high * (0.65 + 0.6 * look["wear"]) + rough * 0.4 + own * 0.12)
    bare = look.bare_metal(*metal).paint(0.5 + own * 0.5 + grain * 0.06 + rough * 0.2)
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=bare,
        roughness=look.roughness(roughness) + rough * 0.10 + own * 0.08 + grain * 0.015,
        metallic=torus.zeros() + look.metallic,
    )
    dark = look.palette(*film, tint=0.5).paint(0.5 + rough * 0.4 + own * 0.3 + grain * 0.05)
    surface = surface.covered((1 - worn) * 0.85, color=dark, roughness=0.46 + rough * 0.12, metallic=0.68)
    surface = _rusted(look, surface, rings, rough + grain * 0.06, own)
    return _over_cloth(torus, surface, rings, rough)


def _rusted(look: Look, surface: Surface, rings: Mail, rough: Tensor, own: Tensor) -> Surface:
    """Begin rust where rings touch and cloth keeps them wet; some rings are worse than the rest."""
    touch = (1 - rings.crown) * 0.45 + rings.rivet * 0.15
    eaten = smoothstep(0.30, 0.75, touch + rough * 0.7 + own * 0.35 - 0.34 + 0.72 * look["age"])
    brown = Palette.of("#2e221c", "#4b352a", "#6c4f3e", "#8a6a53").paint(0.5 + rough * 0.5 + own * 0.2)
    return surface.covered(eaten * 0.9, color=brown, roughness=0.84)


def _over_cloth(torus: Torus, surface: Surface, rings: Mail, rough: Tensor) -> Surface:
    """Show the coat through the rings, greasy from them."""
    weave = spectral_noise(torus, "cloth/weave", slope=0.4, low=110)
    cloth = Palette.of(*_CLOTH).paint(0.5 + rough * 0.6 + weave * 0.08)
    soft = blur(torus, rings.wire, torus.tile_m / torus.size * 0.6)
    return surface.covered(
        (1 - soft).clamp(0, 1) * (1 - rings.wire),
        color=cloth,
        roughness=0.78 + rough * 0.14,
        height_m=surface.height_m + (1 - rings.wire) * weave * 0.00003,
    )
