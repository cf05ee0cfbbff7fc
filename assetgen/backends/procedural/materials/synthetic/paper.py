"""Paper: a sheet, crumpled, parchment, or wallpaper with a design."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.cloth.drape import crumple
from assetgen.backends.procedural.operators.designs.repeats import damask, lozenges, trellis
from assetgen.backends.procedural.operators.traces.marks import patches, scratches
from assetgen.backends.procedural.surface import Surface

_SHEETS: Final = (
    ("#b9b5ab", "#d2cfc7", "#dddad3", "#e2e0da"),  # white
    ("#b3a78c", "#cdc2a9", "#dad0ba", "#e2dac8"),  # cream
    ("#a39778", "#bfb391", "#d0c5a6", "#dcd3b8"),  # antique
    ("#9a9890", "#b5b3aa", "#c6c4bb", "#d2d0c9"),  # recycled
)
_SKINS: Final = (
    ("#7d6440", "#a88c5f", "#c4aa7b", "#d6c297"),
    ("#8b7550", "#b09a72", "#cbb78f", "#dccdaa"),
    ("#6b5434", "#967a50", "#b69a6c", "#cdb68b"),
)
_WALLS: Final = (
    ("#a9a18d", "#8f8670"), ("#7f8f86", "#a6b0a4"), ("#5c2d31", "#84504c"), ("#31445c", "#8e7d55"),
    ("#c4b99f", "#9f8a5e"), ("#68745a", "#b3ab8b"), ("#9d8087", "#c3b1ae"),
)  # fmt: skip
"""Ground and print of wallpapers."""
_DESIGNS: Final = {"damask": damask, "trellis": trellis, "lozenges": lozenges}


def paper(torus: Torus, look: Look) -> Surface:
    """Felted fibre, pressed flat - and whatever hands, damp and time have done to it since."""
    drawn = choose(torus, "paper/kind", ("sheet", "sheet", "crumpled", "parchment"))
    kind = look.option("kind", "wallpaper" if "design" in look.options else drawn)
    cloud = spectral_noise(torus, "paper/cloud", slope=1.1, low=24, high=200)
    fibre = scratches(torus, "fibre/short", 1500, length_m=(0.001, 0.005), bend=1.6) * 0.4
    lie, crease = _lie(torus, look, kind)
    tooth = spectral_noise(torus, "paper/tooth", slope=0.7, low=80)
    body_m = (tooth * 0.000016 + cloud * 0.000006 + fibre * 0.00003) * (2.2 if kind == "parchment" else 1.0)
    height_m = body_m * look.relief + lie
    ground = {"parchment": _parchment, "wallpaper": _printed}.get(kind, _sheet)
    color, raised_m, shine = ground(torus, look, cloud, fibre)
    color = _aged(torus, look, color, crease, cloud)
    roughness = look.roughness(0.80) + 0.035 * tooth.clamp(-2, 2) + 0.04 * cloud.clamp(-2, 2) + 0.08 * crease
    surface = Surface(
        torus=torus,
        height_m=height_m + raised_m,
        color=color,
        roughness=roughness - shine,
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.1 + 0.5 * look["dirt"], 0.003)


def _lie(torus: Torus, look: Look, kind: str) -> tuple[Tensor, Tensor]:
    """Return how the sheet lies, in metres, and its creases, 0..1: worn ridges and dirty valleys alike."""
    wavy = fbm(torus, "paper/wavy", torus.cells_across(0.10), octaves=3, gain=0.4) * 0.0010
    if kind == "crumpled":
        crushed = crumple(torus, "paper/crush", 0.065, octaves=4, gain=0.40)
        soft = blur(torus, crushed, 0.0003)
        sharp = convexity(torus, soft, 0.0016).abs_().mul_(22)
        return soft * (0.0105 * look["creases"]) + wavy, smoothstep(0.25, 1.0, sharp)
    if kind == "wallpaper":
        return wavy * 0.3, torus.zeros()
    handled = crumple(torus, "paper/handled", 0.10, octaves=3, gain=0.4)
    soft = blur(torus, handled, 0.0012 if kind == "parchment" else 0.0005)
    used = look["creases"] * (0.0022 if kind == "parchment" else 0.0011)
    sharp = convexity(torus, soft, 0.0016).abs_().mul_(26)
    return soft * used + wavy * (1.6 if kind == "parchment" else 1.0), smoothstep(0.35, 1.1, sharp) * look[
        "creases"
    ] * 0.5


def _sheet(torus: Torus, look: Look, cloud: Tensor, fibre: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    ramp = look.palette(*choose(torus, "paper/sheet", _SHEETS), most_chroma=PAINTED)
    specks = smoothstep(2.6, 3.2, spectral_noise(torus, "paper/specks", slope=0.3, low=100)) * look["specks"]
    color = ramp.paint(0.45 + 0.08 * cloud - 0.12 * fibre)
    return color * (1 - 0.45 * specks), torus.zeros(), torus.zeros()


def _parchment(torus: Torus, look: Look, cloud: Tensor, fibre: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Scraped skin: mottled, veined, with the pores of hair."""
    ramp = look.palette(*choose(torus, "paper/skin", _SKINS))
    mottle = fbm(torus, "skin/mottle", torus.cells_across(0.024), octaves=6, gain=0.58)
    bend = warp_field(torus, "skin/bend", torus.cells_across(0.05), 0.03, octaves=3)
    vein = fetch(torus, fbm(torus, "skin/vein", torus.cells_across(0.04), octaves=4, shape="ridged"), *bend)
    vein = smoothstep(0.45, 0.95, vein)
    hairs = spectral_noise(torus, "skin/pores", slope=0.2, low=150)
    pores = smoothstep(1.9, 2.7, hairs) * smoothstep(-0.2, 0.3, mottle)
    tone = 0.56 + 0.40 * mottle + 0.05 * cloud - 0.10 * vein - 0.08 * fibre
    color = ramp.paint(tone) * (1 - 0.3 * pores)
    return color, vein * 0.00006 - pores * 0.00003, 0.10 * smoothstep(-0.3, 0.4, mottle) - 0.05 * vein


def _printed(torus: Torus, look: Look, cloud: Tensor, fibre: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Wallpaper: a print in a second color or in gloss, embossed a little, rubbed thin in places."""
    pair = choose(torus, "wall/pair", _WALLS)
    ground = look.palette(pair[0], most_chroma=PAINTED).paint(cloud)
    asked = look if look.second_color is None else replace(look, color=look.second_color)
    tint = 1.0 if look.second_color is not None else 0.6 * float(look.color is not None)
    ink = asked.palette(pair[1], tint=tint, most_chroma=PAINTED).paint(cloud)
    if look.color is not None and look.second_color is None:
        ink = mix(ink, ground * 0.62, torch.full_like(cloud, 0.5))
    design = look.option("design", choose(torus, "wall/design", (*_DESIGNS, "stripes")))
    across = max(torus.cells_across(look["repeat_m"]), 2)
    start = torus.uniform("wall/start", 2)[:, 0].tolist()
    x, y = (torus.u + start[0]) * across, (torus.v + start[1]) * max(round(across * 0.72), 1)
    inside = _stripes(x, y) if design == "stripes" else _DESIGNS[design](x, y)
    ragged = (fbm(torus, "wall/ragged", 300, octaves=2) * 0.10 + 0.035 * cloud) * (across * 0.003)
    printed = ((inside + ragged) * (torus.size / across) + 0.5).clamp_(0, 1)
    rubbed = patches(torus, "wall/rubbed", 0.04, amount=0.1 + 0.5 * look["wear"], soft=0.5) * look["wear"]
    printed = printed * (1 - 0.75 * rubbed * smoothstep(-0.5, 1.0, cloud))
    emboss = blur(torus, printed, 0.0005) * 0.00013 * (0.4 + torus.draw("wall/emboss", 0, 1))
    color = mix(ground * (1 + 0.03 * cloud), ink * (1 + 0.05 * cloud), printed)
    return color, emboss, printed * torus.draw("wall/gloss", -0.04, 0.28)


def _stripes(x: Tensor, y: Tensor) -> Tensor:
    away = (x * 2 - torch.round(x * 2)).abs()
    return (torch.maximum(0.25 - away, 0.012 - (away - 0.30).abs()) * 0.5).expand(y.shape[0], x.shape[1])


def _aged(torus: Torus, look: Look, color: Tensor, crease: Tensor, cloud: Tensor) -> Tensor:
    """Brown the paper in clouds, spot it with foxing, run a tide mark round a stain, darken worn creases."""
    age = look["age"]
    brown = patches(torus, "aged/brown", 0.06, amount=0.55, soft=0.9) * age
    color = mix(color, color * look.palette("#c4a878", tint=0.0).paint(cloud) * 1.45, brown * 0.45)
    spots = fbm(torus, "aged/fox", torus.cells_across(0.02), octaves=4, gain=0.6)
    fox = smoothstep(0.62, 0.87, spots + 0.25 * age)
    color = mix(color, color * look.palette("#a3764a", tint=0.0).paint(cloud) * 1.5, fox * age * 0.6)
    spread = fbm(torus, "aged/stain", torus.cells_across(0.07), octaves=6, gain=0.55)
    inside = grown(spread, 0.03 + 0.2 * look["dirt"], deep=0.12)
    tide = smoothstep(-0.05, 0.02, inside) * (0.35 + 0.65 * smoothstep(0.35, 0.02, inside)) * look["dirt"]
    color = mix(color, color * look.palette("#8d7048", tint=0.0).paint(cloud) * 1.7, tide * 0.75)
    return color * (1 - crease * (0.10 + 0.25 * look["dirt"]))
