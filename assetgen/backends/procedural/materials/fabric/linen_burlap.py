"""Bast fibre cloth: burlap, coarse, open and hairy, or slubby linen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.cloth.drape import folds
from assetgen.backends.procedural.operators.cloth.weave import Cloth, plain, weave
from assetgen.backends.procedural.operators.traces.marks import patches, scratches
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stuff:
    """How one cloth is made.

    Args:
        pitch: from yarn to yarn by the parameter.
        fill: width of a yarn by its pitch.
        wander: how far yarns leave their line, by the pitch.
        slubs: how uneven the yarn is.
        thick: thickness of the cloth by the pitch.
        ramps: colors from the shade between fibres to a bleached one.
    """

    pitch: float
    fill: float
    wander: float
    slubs: float
    thick: float
    ramps: tuple[tuple[str, ...], ...]


_STUFFS: Final = {
    "burlap": _Stuff(
        pitch=1.0,
        fill=0.74,
        wander=0.30,
        slubs=0.75,
        thick=0.30,
        ramps=(
            ("#5e4a32", "#846a49", "#a5895f", "#c3ab83"),
            ("#63513a", "#8b7452", "#ab946e", "#c9b692"),
            ("#574530", "#7a6040", "#9a7d54", "#b99e75"),
        ),
    ),
    "linen": _Stuff(
        pitch=0.47,
        fill=0.93,
        wander=0.16,
        slubs=1.0,
        thick=0.34,
        ramps=(
            ("#8d8370", "#aba08b", "#c1b7a3", "#d6cdbc"),
            ("#9d9a90", "#bdb9ae", "#d1cdc2", "#dedbd2"),
            ("#7d7462", "#998f7b", "#b1a792", "#c6bdab"),
            ("#74777a", "#8f9396", "#a8abab", "#c3c4c1"),
        ),
    ),
}


def linen_burlap(torus: Torus, look: Look) -> Surface:
    """Cloth of flax or jute: no two yarns alike, and hairs stand off all of them."""
    kind = look.option("kind", choose(torus, "bast/kind", ("burlap", "linen")))
    stuff = _STUFFS[kind]
    cloth = _woven(torus, look, stuff)
    standing = spectral_noise(torus, "jute/warp", slope=0.8, low=36, stretch=(1.0, 6.0))
    lying = spectral_noise(torus, "jute/weft", slope=0.8, low=36, stretch=(6.0, 1.0))
    fibre = mix(lying, standing, (cloth.warp > 0.5).float())
    hair = _hairs(torus, look, kind)
    crease = _creases(torus) * (1.0 if kind == "linen" else 0.35)

    thick_m = look["yarn_m"] * stuff.pitch * stuff.thick
    strand = cloth.twist(torus, look["yarn_m"] * stuff.pitch * 0.8)
    body = cloth.height + (0.13 * fibre + 0.10 * strand) * cloth.seen
    sag = fbm(torus, "bast/sag", torus.cells_across(0.05), octaves=3, gain=0.4)
    height_m = body * (thick_m * look.relief) + hair * (0.35 * thick_m) + sag * 0.0012
    height_m = height_m + crease * (0.0009 * look["creases"])
    color = _color(torus, look, cloth, stuff, fibre + 0.6 * strand)
    color = mix(color, color * 0.5 + 0.22, hair * 0.75)
    stain = patches(torus, "bast/stain", 0.035, amount=0.08 + 0.5 * look["dirt"], soft=0.35)
    color = color * (
        1 - stain[None] * torch.tensor([0.22, 0.27, 0.34])[:, None, None].to(stain) * look["dirt"]
    )
    color = color * (1 + 0.05 * crease * look["creases"])
    roughness = look.roughness(0.86) + 0.045 * fibre.clamp(-2, 2) - 0.05 * strand - 0.05 * hair
    roughness = (
        roughness + cloth.random(torus, "bast/sheen", -0.06, 0.06) - 0.05 * cloth.height.clamp(-0.5, 1)
    )
    roughness = mix(torch.full_like(roughness, 0.96), roughness, cloth.cover)
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.35 + 0.55 * look["dirt"], thick_m * 2)


def _woven(torus: Torus, look: Look, stuff: _Stuff) -> Cloth:
    pitch_m = look["yarn_m"] * stuff.pitch
    lost = stuff.wander * look["unevenness"] * pitch_m / torus.tile_m
    near = warp_field(torus, "bast/near", torus.cells_across(pitch_m * 2.6), lost, octaves=2)
    far = warp_field(torus, "bast/far", torus.cells_across(pitch_m * 14), lost * 2.2, octaves=2)
    return weave(
        torus,
        "bast",
        plain(),
        pitch_m=(pitch_m, pitch_m * torus.draw("bast/sett", 0.95, 1.12)),
        fill=(stuff.fill, stuff.fill * torus.draw("bast/fill", 0.94, 1.04)),
        slubs=(0.8 * stuff.slubs * look["slubs"], stuff.slubs * look["slubs"]),
        warp=(near[0] + far[0], near[1] + far[1]),
    )


def _hairs(torus: Torus, look: Look, kind: str) -> Tensor:
    """Return loose fibres, 0..1: stiff long ones on jute, fine short ones on linen."""
    coarse = kind == "burlap"
    count = int((5200 if coarse else 1800) * (0.25 + look["hair"]))
    longest = 0.022 if coarse else 0.008
    hair = scratches(torus, "hair", count, length_m=(0.002, longest), bend=1.5 if coarse else 2.4)
    return hair.mul_(min(1.0, (0.00024 if coarse else 0.00008) * torus.size / torus.tile_m))


def _creases(torus: Torus) -> Tensor:
    """Return sharp creases here and there, 0..1: flax does not spring back."""
    crease = folds(torus, "bast/crease", 0.045, stretch=1.2, sharp=0.9, wander=0.8)
    return crease * smoothstep(-0.05, 0.35, fbm(torus, "bast/pressed", torus.cells_across(0.05), octaves=3))


def _color(torus: Torus, look: Look, cloth: Cloth, stuff: _Stuff, fibre: Tensor) -> Tensor:
    """Color fibre by fibre: every yarn another bale, darker where it dives and in the holes beside it."""
    ramp = look.palette(*choose(torus, "bast/ramp", stuff.ramps))
    tone = 0.52 + 0.10 * fibre + cloth.random(torus, "bast/bale", -0.2, 0.2) * look["variation"]
    tone = tone + 0.25 * cloth.thick - 0.10 * cloth.across.abs()
    color = ramp.paint(tone) * (1 - 0.28 * smoothstep(0.2, -0.8, cloth.height))
    behind = look.palette("#352b20", "#41362a", tint=0.3).paint(fibre)
    return mix(behind, color, cloth.cover)
