"""Thatch: bundles of straw or reed laid in courses, ends down, gold when new and grey after winters."""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.piled.strips import Strips, throw_strips
from assetgen.backends.procedural.surface import Surface

_STRAWS: Final = (
    ("#59431f", "#8a6c36", "#b3924f", "#d2b574"),  # wheat
    ("#4f3d24", "#7d6339", "#a4864f", "#c4a771"),  # rye
    ("#54462f", "#7c6a47", "#a08c62", "#bfad84"),  # reed
)
"""Four stops from the shade to the shine of a stalk."""


def thatch(torus: Torus, look: Look) -> Surface:
    """Stalks by the thousand, every one leaning on those below, their cut ends a ragged fringe."""
    dressing = look.option("dressing", choose(torus, "thatch/dressing", ("layered", "layered", "combed")))
    stalks, bundle = _lay(torus, look, dressing)
    thick_m = look["thick_m"] * (1.0 if dressing == "layered" else 0.5)
    pieces = stalks.pieces
    round_ = (1 - (pieces.y / stalks.half_wide_m).square()).clamp(0, 1).sqrt()
    # Stalks narrower than two texels are seen as a whole, not as grain.
    seen = min(max(1.7 - 2.0 * torus.tile_m / torus.size / look["stalk_m"], 0.0), 1.0)
    covered = smoothstep(-0.002, 0.0, pieces.edge)
    fray = spectral_noise(torus, "thatch/fray", slope=0.8, low=30, stretch=(1.0, 10.0))
    hump = fbm(torus, "thatch/hump", torus.cells_across(0.5), octaves=4, gain=0.5)
    top_m = stalks.level * thick_m + 0.032 * hump + bundle * 0.008
    height_m = (
        top_m + round_ * stalks.half_wide_m * (0.7 * seen) + fray * 0.0002 - (1 - covered) * thick_m * 0.3
    )

    color = _color(torus, look, stalks, bundle, (round_, fray))
    deep = look.palette("#241c12", "#3b2f20", tint=0.2).paint(0.5 + 0.2 * fray)
    roughness = look.roughness(0.72) - 0.14 * round_ + pieces.random(torus, "stalks/roughness", -0.1, 0.1)
    surface = Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=mix(deep, color, covered),
        roughness=mix(torch.full_like(round_, 0.95), roughness + 0.12 * look["age"], covered),
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.45 + 0.5 * look["dirt"], 0.03)


def _lay(torus: Torus, look: Look, dressing: str) -> tuple[Strips, Tensor]:
    """Return the stalks, and a number -1..1 of the bundle that each belongs to."""
    rows, bundles = torus.cells_across(look["course_m"]), torus.cells_across(0.13)
    long_m = (look["course_m"] * 1.25, look["course_m"] * 1.7)
    count = round(look["dense"] * torus.tile_m**2 / (look["stalk_m"] * look["course_m"]))
    draws = torus.uniform("thatch/place", count, 3)
    x, row = draws[:, 0], torch.floor(draws[:, 1] * rows)
    # Half a bundle of shift: no bundle may end along the border of the tile.
    own = (torch.floor(x * bundles + 0.5) % bundles + row * bundles).to(torch.int64)
    per_bundle = torus.uniform("thatch/bundle", bundles * rows, 4)[own] * 2 - 1
    ragged = look["ragged"] * (0.35 if dressing == "layered" else 1.0)
    # Ends hang from the line of their course; a combed roof has none, and ends lie everywhere alike.
    line = row + 0.16 * look["ragged"] * per_bundle[:, 0] if dressing == "layered" else draws[:, 1] * rows
    end = torus.draw("thatch/start", 0.4, 0.7) + line + (draws[:, 2].square() - 0.3) * ragged * 0.8
    middle = torch.stack([x, end / rows - (long_m[0] + long_m[1]) / 4 / torus.tile_m], dim=1)
    stalks = throw_strips(
        torus,
        "thatch/stalks",
        count,
        length_m=long_m,
        width_m=(look["stalk_m"] * 0.6, look["stalk_m"] * 1.3),
        direction=math.pi / 2 + per_bundle[:, 1] * 0.05,
        spread=0.05 + 0.13 * look["ragged"],
        center=middle,
        lift=0.88,
    )
    return stalks, stalks.pieces.pick(per_bundle[:, 2].contiguous())


def _color(torus: Torus, look: Look, stalks: Strips, bundle: Tensor, fine: tuple[Tensor, Tensor]) -> Tensor:
    """Return straw: no two stalks alike, darker towards the fold above, bleached and then blackened by weather."""
    round_, fray = fine
    pieces = stalks.pieces
    along = pieces.x / stalks.half_long_m
    tone = 0.28 + 0.22 * round_ + 0.16 * along + 0.07 * fray + 0.08 * bundle
    tone = tone + pieces.random(torus, "stalks/tone", -0.26, 0.26)
    color = look.palette(*choose(torus, "thatch/straw", _STRAWS)).paint(tone)
    color = color * pieces.pick(piece_tints(torus, "stalks/tint", pieces.count, value=0.12, hue=3.0))
    grey = look.palette("#3d372e", "#61594d", "#857c6d", "#a59c8c", tint=0.5).paint(tone)
    patch = fbm(torus, "thatch/weather", torus.cells_across(0.4), octaves=5, gain=0.55)
    weather = look["age"] * 1.4 - 0.3 + 0.35 * patch + pieces.random(torus, "stalks/grey", -0.35, 0.35)
    color = mix(color, grey, smoothstep(0.0, 0.9, weather + 0.2 * along) * 0.92)
    # The cut end shows the dark hollow of the stalk, and holds the rain longest.
    end = smoothstep(0.010, 0.0, stalks.half_long_m - pieces.x)
    damp = smoothstep(0.06, 0.0, stalks.half_long_m - pieces.x) * 0.25 * look["age"]
    return color * (1 - 0.45 * end) * (1 - damp)
