"""Grout between tiles: a sandy bed a little below their faces, stained where it has been wet and dirty."""

from __future__ import annotations

from typing import Final

from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.traces.marks import patches

_GROUTS: Final = (
    ("#a8a49c", "#b9b5ad", "#c7c4bd"),
    ("#7b7874", "#8f8c87", "#a19e98"),
    ("#4b4a49", "#5c5b59", "#6e6c69"),
    ("#9a8f7d", "#b0a592", "#c3b9a7"),
)


def grout_bed(torus: Torus, look: Look, edge_m: Tensor, joint_m: float) -> tuple[Tensor, Tensor]:
    """Return the height of the grout in metres, and its coarse grains (0..1).

    The card of the recipe declares `recess_m` and `age`.

    Args:
        torus: the tile.
        look: the wishes.
        edge_m: (N, N) metres to the border of a tile, negative in the joint.
        joint_m: width of a joint.
    """
    middle = (-edge_m / (joint_m * 0.5)).clamp(0, 1)
    grain = grains(torus, "grout/sand", torus.cells_across(0.004), jitter=1.0)
    sand = smoothstep(0.5, 0.1, grain.near)
    gone = patches(torus, "grout/gone", 0.3, amount=0.02 + 0.25 * look["age"] ** 2, soft=0.15)
    hollow = 0.45 + 0.55 * (1 - (1 - middle) ** 2) + 0.7 * gone
    hand = fbm(torus, "grout/hand", torus.cells_across(0.06), octaves=4) * 0.0004
    return -look["recess_m"] * look.relief * hollow - 0.0008 + hand + sand * 0.00018, sand


def grout_color(
    torus: Torus, look: Look, sand: Tensor, kinds: tuple[tuple[str, ...], ...] = _GROUTS
) -> Tensor:
    """Return the color of grout with its stains; the card of the recipe declares `dirt`."""
    ramp = look.palette(*choose(torus, "grout/kind", kinds), tint=0.0)
    tone = 0.55 + 0.5 * fbm(torus, "grout/tone", torus.cells_across(0.15), octaves=6, gain=0.6)
    stain = patches(torus, "grout/stain", 0.25, amount=0.15 + 0.5 * look["dirt"], soft=0.3)
    color = ramp.paint(tone + 0.25 * (sand - 0.5))
    brown = look.palette("#5d5344", "#6f6555", tint=0.0).paint(tone)
    return mix(color, brown, stain * (0.15 + 0.5 * look["dirt"]))
