"""Hair in locks: fur."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, fetch_at, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.living.markings import markings
from assetgen.backends.procedural.operators.living.rows import Blade, Rows, overlapping_rows
from assetgen.backends.procedural.operators.traces.marks import patches, scratches
from assetgen.backends.procedural.surface import Surface

_COATS: Final = (
    ("#2a2019", "#4d3a2a", "#77593f", "#9b7a57", "#c2a37c"),  # brown bear
    ("#2b2a29", "#4a4947", "#74716c", "#9e9992", "#cdc8bf"),  # wolf
    ("#3a2415", "#6b4223", "#9a6232", "#bd8448", "#dcb27a"),  # fox
    ("#1f1d1c", "#2c2a28", "#3c3936", "#524d48", "#77706a"),  # black
    ("#6f675c", "#968d80", "#b8afa1", "#d0c9bd", "#e3ded4"),  # arctic
)
_LENGTHS: Final = {
    "long": (0.015, 1.6, Blade(point=0.75, shoulder=0.3, lift=0.34, bulge=0.12, thin=0.9, fray=0.28)),
    "short": (0.0095, 1.1, Blade(point=0.7, shoulder=0.2, lift=0.16, bulge=0.08, thin=0.9, fray=0.36)),
}
_MARKS: Final = ("plain", "plain", "plain", "blotches", "stripes", "rosettes")


def fur(torus: Torus, look: Look) -> Surface:
    """Locks of hair combed one way, dark between the roots and pale at the tips."""
    wide_m, pitch, blade = _LENGTHS[look.option("length", "long")]
    comb = warp_field(torus, "fur/comb", torus.cells_across(0.08), 0.016 / torus.tile_m, octaves=3)
    locks = overlapping_rows(
        torus, "fur", wide_m * look["lock"], pitch, blade, layers=3.8, overlap=2.1, unlike=1.0, warp=comb
    )
    hairs, strands = _hairs(torus, locks)
    loose = scratches(
        torus,
        "fur/loose",
        int(900 * look["loose"]),
        length_m=(0.01, 0.05),
        bend=0.7,
        direction=1.571,
        spread=0.5,
    )
    hair_m = (hairs * 0.0001 + strands * 0.00028) * (0.3 + 0.7 * locks.along) + loose * 0.0003
    flesh = fbm(torus, "fur/flesh", torus.cells_across(0.06), octaves=3) * 0.0032
    height_m = (locks.height_m + hair_m + flesh) * look.relief

    shade = smoothstep(0.75, 0.1, locks.rim) * smoothstep(1.0, 0.75, locks.along)
    tone = 0.16 + 0.42 * locks.along + 0.09 * hairs + 0.1 * strands - 0.2 * shade + 0.25 * loose
    tone = tone + locks.pieces.random(torus, "fur/tone", -0.1, 0.1)
    color = _coat(torus, look, locks, tone, hairs + strands)
    matted = patches(torus, "fur/matted", 0.06, amount=0.5 * look["dirt"], soft=0.4)
    soil = look.palette("#3a3026", "#5c4e3e", tint=0.0).paint(0.5 + 0.3 * hairs)
    color = mix(color, soil, matted * 0.45 * look["dirt"])
    roughness = look.roughness(0.58) + 0.05 * hairs + 0.05 * strands + 0.12 * shade + 0.1 * matted
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.5, 0.004)


def _hairs(torus: Torus, locks: Rows) -> tuple[Tensor, Tensor]:
    """Return single hairs and strands of them, about -2..2; they draw together towards the tip of a lock."""
    pieces = locks.pieces
    narrow = (1.25 - locks.along).clamp(min=0.3) * (torus.tile_m / locks.wide_m) * 0.7
    u = pieces.random(torus, "hairs/u") + locks.across / narrow
    v = pieces.random(torus, "hairs/v") + pieces.y / torus.tile_m
    shared = torch.stack(
        [
            spectral_noise(torus, "hairs/fine", slope=0.6, low=100, stretch=(1.0, 16.0)),
            spectral_noise(torus, "hairs/strands", slope=1.2, low=30, high=200, stretch=(1.0, 10.0)),
        ]
    ).clamp_(-2.5, 2.5)
    hairs, strands = fetch_at(torus, shared, u, v)
    return hairs, strands


def _coat(torus: Torus, look: Look, locks: Rows, tone: Tensor, ragged: Tensor) -> Tensor:
    """Return the color of the hair: whole locks take a marking, and its edge is ragged by single hairs."""
    rows, tile_m = locks.pieces, torus.tile_m
    kind = look.option("markings", choose(torus, "fur/pattern", _MARKS))
    coat = look.palette(*choose(torus, "coat/color", _COATS))
    dark = look.palette("#1f1c1a", "#2f2924", "#4c4239", tint=0.3)
    field = markings(torus, "markings", kind, count=3)
    at_root = fetch(torus, field, -0.7 * rows.x / tile_m, (ragged * 0.003 - 0.7 * rows.y) / tile_m)
    pale = smoothstep(-0.7, -0.1, at_root) * smoothstep(0.05, -0.15, at_root) * float(kind != "plain")
    color = coat.paint(tone + 0.1 * pale) * rows.pick(piece_tints(torus, "fur/tint", rows.count, value=0.06))
    return mix(color, dark.paint(tone), smoothstep(-0.06, 0.12, at_root) * 0.9)
