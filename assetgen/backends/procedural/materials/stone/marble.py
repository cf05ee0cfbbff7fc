"""Marble: clouds and veins in limestone that was cooked and squeezed, sawn and polished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, nearest_ramp, warmed
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.slabs import laid_as_tiles
from assetgen.backends.procedural.operators.earth.veining import Net, leaning, vein_family, vein_net
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variety:
    """A marble of a quarry.

    Args:
        ground: colors from its darkest cloud to its brightest.
        vein: colors of its veins.
        stain: color that the veins have lent the ground beside them.
        main: width in metres, mesh in metres, share of the net that is filled, and opacity of its main veins.
        fine: the same of the net of fine veins.
        halo: reach in metres and strength of the stain.
        cloud: how cloudy the ground is.
        broken: how far the fragments between the veins differ in tone.
        stretch: length of the meshes by their width.
    """

    ground: tuple[str, ...]
    vein: tuple[str, ...]
    stain: str
    main: tuple[float, float, float, float]
    fine: tuple[float, float, float, float]
    halo: tuple[float, float]
    cloud: float
    broken: float
    stretch: float


_VARIETIES: Final = {
    "carrara": _Variety(
        ground=("#a9acae", "#c6c8c9", "#d9dada", "#e3e3e2"), vein=("#646a6e", "#7f8588"), stain="#92989c",
        main=(0.014, 0.26, 0.5, 0.55), fine=(0.005, 0.085, 0.42, 0.4), halo=(0.05, 0.8),
        cloud=1.25, broken=0.1, stretch=3.2),
    "calacatta": _Variety(
        ground=("#c9c5be", "#dcd9d3", "#e6e4e0", "#ebeae7"), vein=("#55534f", "#78746d", "#a38d66"), stain="#b0a692",
        main=(0.045, 0.42, 0.62, 0.8), fine=(0.006, 0.15, 0.36, 0.5), halo=(0.06, 0.75),
        cloud=0.7, broken=0.22, stretch=2.4),
    "nero": _Variety(
        ground=("#1f1f21", "#28282a", "#363637", "#4d4c4b"), vein=("#b9b5ae", "#d8d5cf", "#e4e2de"), stain="#55534f",
        main=(0.012, 0.36, 0.47, 0.92), fine=(0.0035, 0.13, 0.36, 0.7), halo=(0.03, 0.55),
        cloud=1.3, broken=0.05, stretch=2.6),
    "verde": _Variety(
        ground=("#1f2b25", "#2c3d33", "#3d5245", "#5a7263"), vein=("#7d9383", "#a6b8a8", "#cbd5c9"), stain="#587363",
        main=(0.014, 0.22, 0.5, 0.75), fine=(0.004, 0.07, 0.5, 0.6), halo=(0.02, 0.7),
        cloud=1.0, broken=0.4, stretch=1.5),
    "emperador": _Variety(
        ground=("#3f2f25", "#553f32", "#6a5140", "#86705c"), vein=("#a68f75", "#c7b499", "#dccdb6"), stain="#8d745c",
        main=(0.009, 0.2, 0.5, 0.8), fine=(0.0035, 0.06, 0.5, 0.6), halo=(0.012, 0.6),
        cloud=1.0, broken=0.3, stretch=1.3),
    "rosso": _Variety(
        ground=("#5b3029", "#74423a", "#8b5950", "#a87d72"), vein=("#b9aaa0", "#d3c8bf", "#e0d9d2"), stain="#9d8077",
        main=(0.016, 0.26, 0.5, 0.85), fine=(0.004, 0.09, 0.45, 0.6), halo=(0.018, 0.6),
        cloud=1.1, broken=0.35, stretch=1.6),
}  # fmt: skip


def marble(torus: Torus, look: Look) -> Surface:
    """A polished slab with its clouds, veins and hairlines, whole or cut to tiles."""
    slab = _slab(torus, look)
    if look.option("cut", "slab") == "slab":
        return slab
    grout = look.palette("#8d8981", "#a5a199", tint=0.1).paint(torch.full((1, 1), 0.5, device=torus.device))
    return laid_as_tiles(slab, "tiles", edge_m=look["tile_edge_m"], joint_m=look["joint_m"], grout=grout)


def _slab(torus: Torus, look: Look) -> Surface:
    kind = _VARIETIES[look.option("variety", _fitting(torus, look))]
    lean, filled = choose(torus, "lean", (-1, 1, 1, -1, 0)), look["veins"]
    clouds = fbm(torus, "clouds", 3, period_y=7, octaves=6, gain=0.58)
    wisps = fbm(torus, "wisps", 5, period_y=14, octaves=5, gain=0.6, shape="ridged")
    clouds = leaning(torus, clouds + 0.3 * wisps, lean)  # drawn out along the veins
    grain = spectral_noise(torus, "grain", slope=0.6, low=40).clamp_(-2.5, 2.5)
    main = vein_net(torus, "main", kind.main[1], stretch=kind.stretch, lean=lean, share=kind.main[2] * filled)
    fine = vein_net(torus, "fine", kind.fine[1], stretch=kind.stretch, lean=lean, share=kind.fine[2] * filled)
    vein, hair, seeped = _vein_masks(torus, kind, main, fine, lean, filled)
    stain = (seeped + 0.4 * fine.halo(kind.halo[0] * 0.35)).clamp_(0, 1) * kind.halo[1]
    stain = stain * smoothstep(-0.6, 0.3, clouds)
    broken = main.pieces.random(torus, "tone", -1, 1) + 0.5 * fine.pieces.random(torus, "tone/fine", -1, 1)
    del main, fine  # a large tile counts its planes

    tone = 0.58 + clouds * (0.5 * kind.cloud * look["clouds"]) + kind.broken * broken * 0.5 + 0.025 * grain
    color = look.palette(*kind.ground, tint=0.85, most_chroma=0.055).paint(tone)
    color = mix(color, look.palette(kind.stain, tint=0.6, most_chroma=0.055).paint(tone), stain)
    color = warmed(color, (0.10 * clouds + 0.2 * stain * (clouds + 0.2)).clamp_(min=-0.03))
    mineral = look.palette(*kind.vein, tint=0.2).paint(0.5 + 0.6 * clouds + 0.1 * grain)
    color = mix(color, mineral, torch.maximum(vein * kind.main[3], hair * kind.fine[3]))
    del broken, tone, mineral
    finish = look.option("finish", choose(torus, "finish", ("polished", "polished", "polished", "honed")))
    usual, wear = {"polished": 0.1, "honed": 0.42}[finish], look["wear"]
    etched = patches(torus, "etched", 0.25, amount=0.1 + 0.6 * wear, soft=0.3) * (0.13 + 0.3 * wear)
    roughness = look.roughness(usual) + 0.1 * vein + 0.05 * hair + 0.09 * clouds + 0.05 * stain + etched
    waves = fbm(torus, "waves", torus.cells_across(0.3), octaves=4) * 0.0002
    pits = vein * 0.00002 + hair * 0.00001 + grain * 0.000002
    return Surface(
        torus=torus,
        height_m=(waves - pits) * look.relief,
        color=color,
        roughness=roughness,
        metallic=torus.zeros(),
    )


def _fitting(torus: Torus, look: Look) -> str:
    """Return the variety of the seed, or the one whose ground comes nearest to a color that is asked for."""
    names = tuple(_VARIETIES)
    if look.color is None:
        return choose(torus, "variety", names)
    return names[nearest_ramp(look.color.srgb, [kind.ground for kind in _VARIETIES.values()])]


def _vein_masks(
    torus: Torus, kind: _Variety, main: Net, fine: Net, lean: int, filled: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Return where main and fine veins lie and have seeped, 0..1: two families cross, crushed rock bears a net."""
    width_m, mesh_m, share, _ = kind.main
    ragged = fbm(torus, "ragged", torus.cells_across(0.09), octaves=7, gain=0.65)
    crushed = smoothstep(0.12, 0.35, fbm(torus, "crushed", 4, octaves=4) + 0.2 * kind.broken)
    vein = main.line(torus, width_m * 0.7) * crushed * (0.8 + 0.6 * ragged).clamp_(0, 1)
    seeped = main.halo(kind.halo[0]) * crushed
    for name, way, rare in (("first", lean, 1.0), ("second", lean + choose(torus, "cross", (-1, 1)), 0.62)):
        veins = vein_family(torus, name, mesh_m * 0.8, lean=way, share=share * filled * rare)
        core = veins.core(torus, width_m * 1.3 * rare, ragged) * (0.75 + 0.7 * ragged).clamp_(0.15, 1)
        vein = torch.maximum(vein, core)
        seeped = torch.maximum(seeped, veins.feather(kind.halo[0] * 1.6, ragged))
    hair = torch.maximum(fine.line(torus, kind.fine[0]), 0.5 * fine.line(torus, kind.fine[0] * 0.4))
    hair = hair * smoothstep(-0.25, 0.35, ragged + 0.3 * crushed)
    return vein, hair * (1 - vein), seeped
