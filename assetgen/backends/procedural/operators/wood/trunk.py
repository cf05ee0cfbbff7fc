"""What the barks of trees share: layers that show on slopes, crests rubbed bare, lichen and algae.

A bark is first a relief and only then colored, because nearly all of its color follows from where weather reaches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BarkRelief:
    """Bark before it has color.

    Args:
        height_m: (N, N) metres.
        top: (N, N) 0 in the depth of a furrow, 1 on the crests.
        fresh: (N, N) where weather has not yet greyed the bark, 0..1.
        tone: (N, N) light and dark of the bark's own, about -1..1.
        grain: (N, N) fine texture, deviation 1.
    """

    height_m: Tensor
    top: Tensor
    fresh: Tensor
    tone: Tensor
    grain: Tensor


def tree_ramp(look: Look, *colors: str, tint: float = 1.0) -> Palette:
    """Return a ramp in the tone of this tree: no two trunks in a wood are of one color."""
    return look.palette(*colors, tint=tint).adjusted(brightness=look["tone"], warmth=look["warmth"])


def grown_old(
    torus: Torus, look: Look, relief: BarkRelief, paint: Callable[[Look, BarkRelief], Tensor]
) -> Surface:
    """Return a trunk's surface with its years on it: rubbed crests, algae, lichen, dirt in the furrows.

    Args:
        torus: the tile.
        look: the wishes; of its parameters wear, depth_m, age, dirt, tone and warmth are used.
        relief: the bark as it grew.
        paint: colors a relief, (3, N, N) linear.
    """
    relief = rubbed(torus, relief, wear=look["wear"], depth_m=look["depth_m"])
    surface = bark_surface(
        torus, relief, paint(look, relief), roughness=look.roughness(0.83), relief_scale=look.relief
    )
    algae = tree_ramp(look, "#4d5236", "#6a6d4c", tint=0.0)
    lichen = tree_ramp(look, "#7f8672", "#a5aa95", "#b9bda9", tint=0.15)
    surface = overgrown(surface, relief, age=look["age"], algae=algae, lichen=lichen)
    return surface.with_grime(0.3 + 0.6 * look["dirt"], 0.03)


def rubbed(torus: Torus, relief: BarkRelief, *, wear: float, depth_m: float) -> BarkRelief:
    """Rub the crests off where animals and ropes have worn the trunk; what is bared is warm again.

    Args:
        torus: the tile.
        relief: the bark.
        wear: how far, 0..1.
        depth_m: depth of its furrows; a sixth of that goes.
    """
    place = fbm(torus, "bark/rubbed", 6, octaves=5, gain=0.55) + 0.04 * relief.grain
    gone = smoothstep(0.45, 0.7, place + 0.62 * wear) * smoothstep(0.5, 0.9, relief.top)
    return replace(
        relief,
        height_m=relief.height_m - gone * (0.16 * depth_m),
        fresh=torch.maximum(relief.fresh, 0.75 * gone),
        tone=relief.tone * (1 - 0.4 * gone),
    )


def terraced(height: Tensor, *, steps: int, share: float, brink: float = 0.6) -> Tensor:
    """Return a height of about 0..1 whose slopes show the layers that bark is made of.

    Args:
        height: (N, N) smooth height.
        steps: layers from 0 to 1.
        share: 0 leaves the slope smooth, 1 makes full steps of it.
        brink: how much of a layer's width its rim takes; small is steep.
    """
    scaled = height * steps
    whole = torch.floor(scaled)
    inside = scaled - whole
    return height + (whole + smoothstep(0.55 - brink / 2, 0.55 + brink / 2, inside) - scaled) * (
        share / steps
    )


def bark_surface(
    torus: Torus, relief: BarkRelief, color: Tensor, *, roughness: float, relief_scale: float
) -> Surface:
    """Return the surface of a bark: crests paler than creases, roughness with a story of its own.

    Args:
        torus: the tile.
        relief: the bark.
        color: (3, N, N) linear.
        roughness: typical roughness.
        relief_scale: factor on its height.
    """
    crest = convexity(torus, relief.height_m, 0.003).mul_(420).clamp_(-1, 1)
    fine = relief.grain.clamp(-2, 2)
    rough = roughness - 0.07 * relief.top + 0.035 * fine + 0.10 * relief.tone
    return Surface(
        torus=torus,
        height_m=relief.height_m * relief_scale,
        color=color * (1 + 0.16 * crest) * (1 + 0.07 * fine),
        roughness=rough + 0.06 * (1 - relief.fresh),
        metallic=torus.zeros(),
    )


def overgrown(
    surface: Surface, relief: BarkRelief, *, age: float, algae: Palette, lichen: Palette
) -> Surface:
    """Let lichen fleck the crests and a breath of algae green the sheltered side.

    Args:
        surface: the bark.
        relief: its relief.
        age: how long it has had, 0..1.
        algae: two greens, by height.
        lichen: three pale greys, by grain.
    """
    torus = surface.torus
    damp = smoothstep(0.05, 0.7, fbm(torus, "bark/algae", 3, octaves=6, gain=0.6) + 0.25 * relief.tone)
    green = algae.paint(relief.top)
    color = mix(surface.color, green, damp * (0.10 + 0.25 * age) * (0.4 + 0.6 * relief.top))
    warp = warp_field(torus, "lichen/warp", 24, 0.012)
    spots = grains(torus, "lichen", torus.cells_across(0.045), jitter=1.0, warp=warp)
    size = spots.random(torus, "lichen/size")
    place = fbm(torus, "lichen/place", 5, octaves=4)
    reach = 0.42 * (size - 0.75 + 0.25 * age + 0.5 * place).clamp(0, 1) - spots.near
    crust = smoothstep(-0.02, 0.05, reach + 0.035 * relief.grain) * smoothstep(0.45, 0.8, relief.top)
    pale = lichen.paint(0.5 + 0.25 * relief.grain + 0.5 * relief.tone)
    return replace(surface, color=color).covered(
        crust * 0.75, color=pale, roughness=0.93, height_m=surface.height_m + crust * 0.0005
    )
