"""Rubber: an old smooth sheet, a tyre tread, a studded or a ribbed mat."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.designs.shapes import mirrored
from assetgen.backends.procedural.operators.traces.handled import smears
from assetgen.backends.procedural.operators.traces.marks import crack_distance, scratches
from assetgen.backends.procedural.operators.traces.moulding import cloth_print, mould_marks
from assetgen.backends.procedural.surface import Surface

_RUBBERS: Final = (
    ("#262627", "#313132", "#3e3e3f", "#575655"),  # black
    ("#2a2a2c", "#363639", "#434347", "#5b5b5e"),  # black, bluish
    ("#2b2724", "#38332f", "#46403b", "#5f5851"),  # brown black
    ("#3d3f41", "#4d4f52", "#5e6063", "#787a7c"),  # grey
)
_DEPTH_M: Final = {"smooth": 0.00005, "tread": 0.0072, "studded": 0.0016, "ribbed": 0.0021}


def rubber(torus: Torus, look: Look) -> Surface:
    """Vulcanised rubber: deep black when new, grey when old; talc of its mould lies in the finest hollows."""
    kind = look.option("kind", choose(torus, "rubber/kind", tuple(_DEPTH_M)))
    form = {"smooth": _sheet, "tread": _tread, "studded": _studs, "ribbed": _ribs}[kind](torus, look)
    grain = spectral_noise(torus, "rubber/grain", slope=0.8, low=70)
    sag = fbm(torus, "rubber/sag", torus.cells_across(0.1), octaves=4, gain=0.5)
    crack = _ozone_cracks(torus, look, sag)
    scuff = _scuffs(torus, look, form, kind)
    top = smoothstep(0.55, 0.95, form) if kind != "smooth" else torch.ones_like(form)
    marks = mould_marks(torus, "mould", seam_m=0.0014, pin_m=0.0035, wave_m=0.03)
    flash = marks.seam if kind in ("smooth", "tread") else torus.zeros()
    height_m = (form * _DEPTH_M[kind] + grain * 0.000022 + flash * 0.0005) * look.relief
    height_m = height_m + sag * 0.0006 - crack * 0.0003 - scuff * 0.00005
    # Bloom comes out everywhere; hands and rags have wiped it in streaks, and it stays along the flash.
    wiped = smears(torus, "rubber/wiped", 0.07)
    bloom = (wiped * (0.35 + 0.6 * look["age"]) + 0.5 * flash + 0.10 * marks.flow).clamp_(0, 1)
    color = _color(torus, look, grain, sag, bloom, scuff)
    talc = smoothstep(0.4, 2.0, -grain - 1.2 * form * (kind == "smooth")) * (0.25 + 0.75 * wiped)
    color = (color + talc * (0.03 + 0.05 * look["dirt"])) * (1 - 0.45 * crack)
    roughness = look.roughness(0.66) + 0.14 * sag + 0.03 * grain.clamp(-2, 2) + 0.14 * bloom
    roughness = roughness - 0.14 * look["wear"] * top + 0.20 * scuff + 0.08 * (1 - top)
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return _dusted(torus, look, surface, top, kind)


def _sheet(torus: Torus, look: Look) -> Tensor:
    """Return the print of the cloth in which a sheet was cured, about -1..1, faint."""
    return cloth_print(torus, "cloth", 0.0021)


def _ribs(torus: Torus, look: Look) -> Tensor:
    """Return fine ribs along y, flat on top, 0..1."""
    pitch_m = look["pitch_m"] * 0.22
    count = torus.cells_across(pitch_m)
    place = (torus.u + (int(torus.draw("ribs/start", 0, 64)) + 0.5) / 64) * count
    away = (place - torch.round(place)).abs() * 2
    soft = 0.16 + count / torus.size
    return smoothstep(0.62 + soft, 0.62 - soft, away).expand(torus.size, torus.size)


def _studs(torus: Torus, look: Look) -> Tensor:
    """Return flat round studs with a bevelled rim, in rows or in a quincunx, 0..1; a faint ring on each."""
    count = 2 * max(round(torus.tile_m / look["pitch_m"] / 2), 1)
    start = torus.uniform("studs/start", 2)[:, 0].tolist()
    x, y = (torus.u + start[0]) * count, (torus.v + start[1]) * count
    if torus.draw("studs/bond", 0, 1) > 0.5:
        x = x + 0.5 * torch.remainder(torch.round(y), 2)
    pitch_m = torus.tile_m / count
    reach_m = torch.hypot(x - torch.round(x), y - torch.round(y)) * pitch_m
    radius_m = pitch_m * look["cover"] * 0.5
    bevel_m = max(0.0011, torus.tile_m / torus.size)
    stud = smoothstep(radius_m + bevel_m * 0.5, radius_m - bevel_m * 0.7, reach_m)
    return stud - 0.12 * groove(reach_m - radius_m * 0.72, 0.0006, max(0.0008, torus.tile_m / torus.size))


def _tread(torus: Torus, look: Look) -> Tensor:
    """Return blocks of a tyre, 0 in a groove .. 1 on a block: a middle rib, chevrons, shoulders, sipes in all."""
    bands = max(round(torus.tile_m / 0.2), 1)  # tyres side by side
    width_m = torus.tile_m / bands
    start = torus.uniform("tread/start", 2)[:, 0].tolist()
    x = mirrored(torus.u + start[0], 1 / bands) * torus.tile_m  # 0 in the middle of a tyre
    turn = torus.v + start[1]
    count = torus.cells_across(look["pitch_m"] * 1.15)
    step_m = torus.tile_m / count
    slant = torus.draw("tread/slant", 0.35, 0.8)
    middle, shoulder = width_m * 0.085, width_m * torus.draw("tread/shoulder", 0.27, 0.31)
    half = torch.where(x > shoulder, 0.5, 0.0)
    swing = torch.where(x > middle, x * slant, x * -slant * 0.5) + half * step_m
    across = turn * torus.tile_m + swing
    to_cut = (across / step_m - torch.round(across / step_m)).abs() * step_m
    # Sipes run halfway between the cuts, in zigzag.
    place = across / step_m + 0.5
    to_sipe = (place - torch.round(place)) * step_m + torch.sin(x * (6.2831853 / 0.009)) * 0.0012
    soft = max(0.0016, 1.6 * torus.tile_m / torus.size)
    cut = groove(to_cut, torch.where(x > middle, 0.0033, 0.0016).expand_as(to_cut), soft)
    rings = torch.maximum(groove(x - middle, 0.0032, soft), groove(x - shoulder, 0.0040, soft))
    border = groove(x - width_m / 2, 0.0055, soft)
    sipe = groove(to_sipe, 0.0007, max(0.0009, torus.tile_m / torus.size))
    deep = torch.maximum(torch.maximum(cut * 0.92, rings.expand_as(cut)), border.expand_as(cut))
    round_off = 0.05 * smoothstep(0.006, 0.0, torch.minimum(to_cut - 0.0033, (x - shoulder).abs() - 0.004))
    return ((1 - deep) * (1 - round_off) - 0.45 * sipe * (1 - deep)).clamp_(0, 1)


def _ozone_cracks(torus: Torus, look: Look, sag: Tensor) -> Tensor:
    """Return the fine net of cracks that ozone opens in old rubber, 0..1, here more, there less."""
    net_m = crack_distance(torus, "rubber/cracks", 0.016, wander=0.5)
    line = groove(net_m, 0.00016 + 0.0002 * look["age"], max(0.0003, torus.tile_m / torus.size))
    return line * smoothstep(0.55, 0.95, look["age"] + 0.9 * sag)


def _scuffs(torus: Torus, look: Look, form: Tensor, kind: str) -> Tensor:
    """Return grey strokes of shoes and stones on what stands highest, 0..1."""
    count = int(60 + 500 * look["wear"])
    strokes = scratches(torus, "rubber/scuffs", count, length_m=(0.006, 0.08), bend=0.6)
    seen = min(1.0, 0.0006 * torus.size / torus.tile_m)
    return strokes * (form if kind != "smooth" else 1.0) * (seen * (0.25 + 0.6 * look["wear"]))


def _color(torus: Torus, look: Look, grain: Tensor, sag: Tensor, bloom: Tensor, scuff: Tensor) -> Tensor:
    ramp = look.palette(*choose(torus, "rubber/mix", _RUBBERS), most_chroma=PAINTED)
    specks = smoothstep(2.0, 2.8, grain) * look["specks"]
    color = ramp.paint(0.4 + 0.12 * sag + 0.07 * grain)
    # Sulphur and wax come out as a grey bloom.
    color = mix(color, color * 0.72 + 0.045, bloom * (0.3 + 0.7 * look["age"]))
    return mix(color, color * 0.6 + 0.07, scuff * 0.7) + specks * 0.05


def _dusted(torus: Torus, look: Look, surface: Surface, top: Tensor, kind: str) -> Surface:
    """Let dust lie in the hollows: thick between blocks and studs, a film on the rest."""
    where = fbm(torus, "rubber/dust", torus.cells_across(0.06), octaves=6, gain=0.6)
    sunk_m = convexity(torus, surface.height_m, 0.006).mul_(-1)
    hollow = 1 - top if kind != "smooth" else (sunk_m * 2500).clamp_(0, 1)
    film = smoothstep(-0.1, 0.5, where) * 0.16
    lies = (hollow * (0.65 + 0.3 * where) + film).clamp_(0, 1) * look["dirt"]
    dust = look.palette("#5a534b", "#736b61", "#8a8277", tint=0.0).paint(where + 0.5)
    return surface.covered(lies * 0.6, color=dust, roughness=0.93).with_grime(0.2 + 0.5 * look["dirt"], 0.008)
