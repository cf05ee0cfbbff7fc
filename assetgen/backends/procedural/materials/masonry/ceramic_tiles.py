"""Glazed ceramic tiles in sandy grout."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.layouts.laying import (
    Laid,
    lay_by_hand,
    lay_hexagons,
    rounded_edge,
)
from assetgen.backends.procedural.operators.layouts.plans import courses, herringbone
from assetgen.backends.procedural.operators.masonry.glaze import (
    Glaze,
    chipped_glaze,
    crazing,
    glaze_roughness,
    pour_glaze,
    scale_film,
)
from assetgen.backends.procedural.operators.masonry.grout import grout_bed, grout_color
from assetgen.backends.procedural.surface import Surface

_GLAZES: Final[dict[str, tuple[str, ...]]] = {
    "white": ("#c9c3b6", "#d8d4ca", "#dfdcd4", "#e4e2dc"),
    "celadon": ("#b3bca6", "#93a691", "#7c947f", "#657f6c"),
    "cobalt": ("#7c8fa8", "#48658f", "#34517d", "#284268"),
    "terracotta": ("#bd8466", "#a5664c", "#91543f", "#7d4636"),
    "charcoal": ("#66645f", "#4a4a4a", "#3c3d3f", "#323336"),
    "ochre": ("#d2b583", "#bf9a5d", "#a98349", "#90703f"),
}
"""From thin glaze, where the body shows through at an edge, to thick glaze in a pool."""
_ANY_GLAZE: Final = ("#b5b0a6", "#9c978e", "#8c8780", "#7b7670")
_LAYOUTS: Final = ("grid", "grid", "offset", "herringbone", "hex")


def ceramic_tiles(torus: Torus, look: Look) -> Surface:
    """Glazed tiles set by hand: each one catches the light a little differently."""
    layout = look.option("layout", choose(torus, "tiles/layout", _LAYOUTS))
    tiles = _set_tiles(torus, look, layout)
    glaze = pour_glaze(torus, tiles)
    scoop_m = chipped_glaze(torus, tiles, glaze, 0.3 * look["age"] + 0.7 * look["wear"])
    bare = smoothstep(0.00005, 0.0005, scoop_m)
    crazed = crazing(torus, tiles, look["crackle"])
    cover = tiles.cover(torus)
    face_m = _face_height(torus, look, tiles, glaze) - scoop_m - crazed * 0.00002
    grout_m, sand = grout_bed(torus, look, tiles.pieces.edge, look["joint_m"])
    film = scale_film(torus, tiles, look["dirt"])

    color = _glaze_color(torus, look, tiles, glaze, layout)
    color = mix(color, look.palette("#5b4a38", tint=0.0).paint(glaze.pools), crazed * 0.55)
    bisque = look.palette("#b0937a", "#c4aa91", "#d3c0ab", tint=0.0).paint(0.5 + 0.3 * glaze.specks)
    color = mix(color, bisque * (1 - 0.3 * look["age"]), bare)
    color = mix(grout_color(torus, look, sand), color, cover)
    shine = glaze_roughness(torus, look, tiles, glaze, film, clean=look["glaze_roughness"]) + 0.25 * crazed
    roughness = mix(0.93 - 0.05 * sand, mix(shine, 0.85, bare), cover)
    surface = Surface(
        torus=torus,
        height_m=mix(grout_m, face_m, cover),
        color=color * (1 - 0.05 * film * cover),
        roughness=roughness,
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.2 + 0.6 * look["dirt"], 0.006)


def _set_tiles(torus: Torus, look: Look, layout: str) -> Laid:
    gap_m, width_m = look["joint_m"], look["tile_width_m"]
    shift_m = 0.0004 * look["unevenness"]
    if layout == "hex":
        return lay_hexagons(torus, width_m, "tiles", gap_m=gap_m, shift_m=shift_m, rounding_m=0.002)
    usual = "square" if layout == "grid" else "subway"
    long_m = width_m * 1.4 if look.option("shape", usual) == "subway" else width_m
    # Even numbers both ways, so that a chequered floor closes on itself.
    across = max(2 * round(torus.tile_m / long_m / 2), 2)
    down = across if long_m == width_m else 2 * across
    rows = courses(across, down, shift=1 if layout == "offset" else 0)
    plan = herringbone(torus.cells_across(width_m * 2.2)) if layout == "herringbone" else rows
    turn = shift_m * 10
    return lay_by_hand(torus, plan, "tiles", gap_m=gap_m, shift_m=shift_m, turn=turn, rounding_m=0.002)


def _face_height(torus: Torus, look: Look, tiles: Laid, glaze: Glaze) -> Tensor:
    """Return the height of the tiles' faces: set unevenly, pillowed, and the glaze never quite flat."""
    pieces, uneven = tiles.pieces, look["unevenness"]
    lip = pieces.random(torus, "tiles/lip", -0.00035, 0.00035) * uneven
    tilt = pieces.x * pieces.random(torus, "tiles/tilt-x", -0.008, 0.008)
    tilt = tilt + pieces.y * pieces.random(torus, "tiles/tilt-y", -0.008, 0.008)
    pillow = smoothstep(0.022, 0.0, pieces.edge) ** 2 * (0.0011 * look["pillow"])
    edge = rounded_edge(torus, tiles, 0.0022)
    waves = (glaze.waves * 0.00011 + glaze.pools * 0.00012) * look["waviness"]
    return (lip + tilt * uneven - pillow - edge + waves) * look.relief


def _glaze_color(torus: Torus, look: Look, tiles: Laid, glaze: Glaze, layout: str) -> Tensor:
    pieces = tiles.pieces
    first, second = _glaze_ramps(torus, look)
    slope = pieces.random(torus, "glaze/slope", -2.2, 2.2)
    # Glaze draws back from an edge and gathers where the face lies low.
    thick = 0.62 + 0.22 * glaze.pools - 0.05 * glaze.waves + pieces.y * slope
    thick = thick - 0.75 * smoothstep(0.0035, 0.0, pieces.edge) - 0.12 * smoothstep(0.012, 0.002, pieces.edge)
    thick = thick + pieces.random(torus, "glaze/thick", -0.16, 0.16) * look["variation"]
    color = first.paint(thick)
    if second is not None:
        color = torch.where(
            pieces.pick(_second_tiles(torus, look, tiles, layout)) > 0.5, second.paint(thick), color
        )
    shades = piece_tints(
        torus, "tiles/tint", pieces.count, value=0.09 * look["variation"], hue=1.5, warmth=0.015
    )
    specks = smoothstep(2.3, 3.0, glaze.specks) * look["specks"]
    return color * pieces.pick(shades) * (1 - 0.5 * specks)


def _glaze_ramps(torus: Torus, look: Look) -> tuple[Palette, Palette | None]:
    """Return the ramp of the tiles, and of every other tile when two colors are wanted."""
    name = choose(torus, "glaze/kind", tuple(_GLAZES))
    first = look.palette(*(_GLAZES[name] if look.color is None else _ANY_GLAZE), most_chroma=PAINTED)
    if look.second_color is not None:
        return first, replace(look, color=look.second_color).palette(*_ANY_GLAZE, most_chroma=PAINTED)
    if look.option("pattern", "plain") == "plain":
        return first, None
    other = "white" if look.color is not None or name != "white" else "charcoal"
    return first, replace(look, color=None).palette(*_GLAZES[other])


def _second_tiles(torus: Torus, look: Look, tiles: Laid, layout: str) -> Tensor:
    """Return 1 for the tiles of the second color, (count,).

    Hexagons and herringbone cannot be chequered: the first alternate row by row, the second by direction.
    """
    pattern = look.option("pattern", "checker")
    if pattern == "random":
        return (torus.uniform("tiles/second", tiles.pieces.count)[:, 0] < 0.4).float()
    if layout == "herringbone":
        return tiles.pieces.turned
    if pattern == "stripes" or layout == "hex":
        return tiles.row % 2
    return (tiles.column + tiles.row) % 2
