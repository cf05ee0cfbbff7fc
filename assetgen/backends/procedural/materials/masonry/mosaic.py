"""Mosaic of small tesserae."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.designs.motifs import MOTIF_COLUMNS, motif_bands, rosettes
from assetgen.backends.procedural.operators.layouts.laying import Laid, corner_loss, lay_by_hand, lay_hexagons
from assetgen.backends.procedural.operators.layouts.panels import within
from assetgen.backends.procedural.operators.layouts.plans import courses, uneven_rows
from assetgen.backends.procedural.operators.masonry.grout import grout_bed, grout_color
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_STONES: Final = (
    "#b3a689 #d3c9b1 / #33312f #55524f / #7d3f2e #a8674f / #a3803f #c9a866",
    "#b9b2a2 #d9d4c8 / #2c3a4c #4d6078 / #4f7d80 #80a8a8 / #a78552 #cbae7e",
    "#8f5a43 #b47e64 / #c3b79b #ddd5c0 / #3b3735 #5f5a57 / #b3904f #d1b47a",
    "#a5a39d #cccac5 / #38383a #5a5a5c / #6f6e6b #979693 / #7b4a40 #a67467",
    "#27405a #456884 / #b98f3f #d6b56c / #2f7378 #5da0a2 / #c9c2b2 #e0dbd0",
)
"""Ground, line and two accents, as the quarries and the glass ovens give them: two shades each."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Setting:
    """Tesserae in their places, metres to their borders, and the kind of each, (count,)."""

    laid: Laid
    edge_m: Tensor
    kinds: Tensor


def mosaic(torus: Torus, look: Look) -> Surface:
    """Tesserae cut by hand and pressed into lime: each tilted a little, each another shade, a few lost."""
    layout = look.option("layout", choose(torus, "layout", ("roman", "roman", "flowing", "glass", "penny")))
    setting = _pennies(torus, look) if layout == "penny" else _set_by_hand(torus, look, layout)
    pieces, shine = setting.laid.pieces, {"penny": 0.12, "glass": 0.14}.get(layout, 0.44)
    veins = fbm(torus, "stone/veins", torus.cells_across(0.04), octaves=5, gain=0.55)
    shared = torch.stack([veins, spectral_noise(torus, "stone/grit", slope=1.0, low=60)])
    veins, grit = fetch_per_piece(torus, shared, pieces, "stone/shift")
    lost = pieces.pick((torus.uniform("lost", pieces.count)[:, 0] < 0.05 * look["age"] ** 2).float())
    chip = corner_loss(torus, setting.laid, "corners", share=0.05 + 0.35 * look["wear"], size_m=0.004)
    edge_m = torch.minimum(setting.edge_m, -(chip + 0.0015 * veins))
    cover = within(torus, edge_m) * (1 - lost)
    grout_m, sand = grout_bed(torus, look, torch.where(lost > 0.5, -0.001, edge_m), look["joint_m"])
    sunk_m = lost * 0.0016 * smoothstep(0.0, 0.002, setting.edge_m)

    color = _stone_color(torus, look, setting, layout) * (1 + 0.16 * veins + 0.025 * grit)
    roughness = look.roughness(shine) + pieces.random(torus, "sheen", -0.06, 0.10)
    film = patches(torus, "film", 0.2, amount=0.2 + 0.5 * look["dirt"], soft=0.4) * look["dirt"]
    roughness = roughness + 0.06 * veins + 0.30 * film + 0.15 * look["wear"] * smoothstep(0.002, 0.0, edge_m)
    surface = Surface(
        torus=torus,
        height_m=mix(grout_m - sunk_m, _face_m(torus, look, setting, veins, edge_m), cover),
        color=mix(grout_color(torus, look, sand), color, cover),
        roughness=mix(0.93 - 0.05 * sand, roughness, cover),
        metallic=torus.zeros(),
    )
    floor_m = fbm(torus, "floor", torus.cells_across(0.3), octaves=3, gain=0.4) * (0.006 * look["unevenness"])
    surface = replace(surface, height_m=surface.height_m + floor_m * look.relief)
    dust = look.palette("#6f6553", "#857a66", tint=0.0).paint(0.5 + veins)
    return surface.covered(film * 0.3, color=dust, roughness=surface.roughness).with_grime(
        0.2 + 0.6 * look["dirt"], 0.004
    )


def _set_by_hand(torus: Torus, look: Look, layout: str) -> _Setting:
    """Square stones in straight rows with motifs, or rows of uneven ones that flow; glass is cut more evenly."""
    size_m = look["stone_m"] * (1.7 if layout == "glass" else 1.0)
    across = max(round(torus.tile_m / size_m / MOTIF_COLUMNS), 1) * MOTIF_COLUMNS
    rough = look["unevenness"] * (0.3 if layout == "glass" else 1.0)
    plan = courses(across, across, width=1, shift=0)
    bend = warp_field(torus, "rows/bend", torus.cells_across(0.03), 0.0006 * rough / torus.tile_m, octaves=3)
    if layout == "flowing":
        plan = uneven_rows(torus, "rows/cuts", across, length=across * 4, shortest=3, longest=6)
        flow = warp_field(torus, "rows/flow", torus.cells_across(0.35), 0.05, octaves=2)
        bend = (bend[0] + flow[0], bend[1] + flow[1])
    laid = lay_by_hand(
        torus,
        plan,
        "stones",
        gap_m=look["joint_m"],
        shift_m=0.0008 * rough,
        turn=0.06 * rough,
        rounding_m=0.0012,
        warp=bend,
    )
    pieces = laid.pieces
    draw = torus.uniform("kinds", pieces.count, 2)
    kinds = torch.where(draw[:, 0] < 0.5, 0, (draw[:, 1] * 3).to(torch.int64) + 1)
    if layout == "roman":
        kinds = motif_bands(torus, "motifs", across, across)
        kinds = (kinds.T if torus.draw("upright", 0, 1) > 0.6 else kinds).reshape(-1)
    if layout == "flowing":
        swirl = torch.sin(laid.row * (6.2832 * 4 / across)) + (draw[:, 0] - 0.5) * 1.6
        kinds = torch.bucketize(swirl, torch.tensor([0.2, 0.9, 1.3], device=torus.device))
    edge_m = pieces.edge - pieces.random(torus, "cut", 0.0, 0.0006) * rough
    return _Setting(laid=laid, edge_m=edge_m, kinds=kinds)


def _pennies(torus: Torus, look: Look) -> _Setting:
    """Round porcelain tiles on a sheet, some of them gathered into rosettes."""
    width_m = look["stone_m"] * 1.9
    laid = lay_hexagons(torus, width_m, "pennies", gap_m=look["joint_m"], shift_m=0.0004 * look["unevenness"])
    radius_m = float(laid.long_m[0]) * 0.5
    columns, rows = int(laid.column.amax()) + 1, int(laid.row.amax()) + 1
    kinds = rosettes(torus, "rosettes", columns, rows, spacing=choose(torus, "spacing", (5, 7, 9)))
    if torus.draw("scattered", 0, 1) > 0.7:
        draw = torus.uniform("kinds", columns * rows, 2)
        kinds = torch.where(draw[:, 0] < 0.45, 0, (draw[:, 1] * 3).to(torch.int64) + 1)
    pieces = laid.pieces
    return _Setting(laid=laid, edge_m=radius_m - torch.hypot(pieces.x, pieces.y), kinds=kinds.reshape(-1))


def _face_m(torus: Torus, look: Look, setting: _Setting, veins: Tensor, edge_m: Tensor) -> Tensor:
    """Return the height of the faces: pressed in unevenly, tilted, softly rounded at the border."""
    pieces, uneven = setting.laid.pieces, look["unevenness"]
    depth = pieces.random(torus, "depth", -0.0006, 0.0004) * uneven
    tilt = pieces.x * pieces.random(torus, "tilt-x", -0.07, 0.07)
    tilt = tilt + pieces.y * pieces.random(torus, "tilt-y", -0.07, 0.07)
    rim = smoothstep(0.0022, 0.0, edge_m) ** 2 * (0.0006 + 0.0004 * look["wear"])
    return (depth + tilt * uneven - rim + veins * 0.00025) * look.relief


def _stone_color(torus: Torus, look: Look, setting: _Setting, layout: str) -> Tensor:
    """Give every stone the shade of its kind; the first color of a prompt is the ground's, the second the line's."""
    pieces, kinds = setting.laid.pieces, setting.kinds
    shade = 0.5 + (torus.uniform("shade", pieces.count)[:, 0] - 0.5) * (1.1 * look["variation"])
    painted = torch.zeros(3, pieces.count, 1, device=torus.device)
    for kind, shades in enumerate(choose(torus, "stones", _STONES).split(" / ")):
        asked = replace(look, color=(look.color, look.second_color, None, None)[kind])
        if layout in ("glass", "flowing") and look.second_color is None:
            asked = look
        ramp = asked.palette(*shades.split(), most_chroma=PAINTED)
        painted = torch.where((kinds == kind)[:, None], ramp.paint(shade[:, None]), painted)
    tints = piece_tints(torus, "tint", pieces.count, value=0.12 * look["variation"], hue=3.0, warmth=0.04)
    return pieces.pick(painted[..., 0] * tints)
