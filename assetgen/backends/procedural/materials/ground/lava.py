"""Lava: a crust that cools, breaks and drifts on what still glows beneath it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.look import PAINTED, Look, as_matter
from assetgen.backends.procedural.operators.cells import cells
from assetgen.backends.procedural.operators.chance import choose
from assetgen.backends.procedural.operators.cover import grown
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.height import blur, dome, smoothstep
from assetgen.backends.procedural.operators.marks import crack_distance
from assetgen.backends.procedural.operators.noise import fbm, spectral_noise
from assetgen.backends.procedural.operators.palette import Palette, mix
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.surface import Surface

_KINDS = ("cracked", "cracked", "ropy", "flowing")
_CRUST = (
    ("#231f1d", "#36302c", "#4a433d", "#645a51"),  # basalt, a little brown
    ("#212123", "#333438", "#494a4f", "#63656a"),  # glassy and blue
    ("#2a201d", "#43312b", "#5d463c", "#7a6254"),  # oxidised
)
_HEAT = ("#000000", "#1d0200", "#5a0700", "#b31c00", "#ee4a02", "#ff8a1c", "#ffc95e")
"""From the last dull red to yellow, at even steps of heat."""
_BRIGHTEST = 1.7
"""Emitted light of the hottest places; a screen's white is 1."""


@dataclass(frozen=True, slots=True, eq=False)
class _Crust:
    """The cooled skin: height over the melt, heat (0 cold to 1 molten), lumps about -1..1, fine grain."""

    height_m: Tensor
    heat: Tensor
    lumps: Tensor
    grain: Tensor


def lava(torus: Torus, look: Look) -> Surface:
    """Plates of black crust on the melt, glowing where they part, ashen where they have long been cold."""
    kind = look.option("kind", choose(torus, "kind", _KINDS))
    crust = _ropes(torus, look) if kind == "ropy" else _plates(torus, look, is_flowing=kind == "flowing")
    molten = smoothstep(0.62, 0.9, crust.heat)
    swirl = fbm(torus, "melt/swirl", torus.cells_across(0.22), octaves=5, gain=0.6, shape="billow")
    height_m = mix(crust.height_m, swirl * 0.0022, molten)
    color = _crust_color(torus, look, crust)
    color = mix(color, Palette.of("#3a2a20", "#6b4a35").paint(0.5 + swirl * 0.4), molten)
    roughness = look.roughness(0.80) + 0.14 * crust.lumps + 0.04 * crust.grain.clamp(-2, 2)
    glassy = smoothstep(0.0, 0.4, fbm(torus, "crust/glass", torus.cells_across(0.4), octaves=4))
    roughness = roughness - 0.3 * glassy * smoothstep(-0.1, 0.3, crust.lumps)
    return Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=color,
        roughness=mix(roughness, 0.55 + 0.12 * swirl, molten),
        metallic=torus.zeros(),
        emissive=_glow(look, (crust.heat - (0.16 + 0.22 * swirl) * molten).clamp(0, 1)),
    )


def _plates(torus: Torus, look: Look, *, is_flowing: bool) -> _Crust:
    """Break the crust into plates; on a flow they are rafts, far apart."""
    across = max(torus.cells_across(look["plate_m"]), 3)
    # Half a plate of shift: a crack along the very border of the tile would look like a seam.
    bend = warp_field(torus, "plates/bend", 5, 0.22 / across, octaves=6)
    plates = cells(torus, "plates", across, warp=(bend[0] + 0.5 / across, bend[1] + 0.5 / across))
    lumps, ridges, grain = _rock(torus, plates)
    hot = fbm(torus, "hot", torus.cells_across(1.2), octaves=4)
    plate_m = torus.tile_m / across
    open_m = plate_m * (0.010 + (0.15 if is_flowing else 0.022) * plates.random(torus, "plates/open") ** 2)
    open_m = open_m * (0.55 + 1.2 * look["heat"]) * smoothstep(-0.55, 0.35, hot + 0.5 * look["heat"])
    inside_m = plates.edge - open_m + lumps * 0.07 * plate_m * 0.3
    rise = plates.random(torus, "plates/rise", 0.4, 1.0)
    tilt = plates.x * plates.random(torus, "plates/tilt-x", -0.12, 0.12)
    tilt = tilt + plates.y * plates.random(torus, "plates/tilt-y", -0.12, 0.12)
    body = dome(inside_m, plate_m * 0.22)
    height_m = body * (plate_m * (0.10 * rise + 0.045 * lumps + 0.022 * ridges) + tilt)
    fine_m = crack_distance(torus, "fine-cracks", look["plate_m"] * 0.30)
    fine = smoothstep(0.005, 0.0006, fine_m + lumps * 0.002) * smoothstep(0.0, 0.06, inside_m)
    height_m = height_m - fine * 0.006 + grain * 0.0009 * body
    seam = smoothstep(0.006, -0.012, inside_m)
    shimmer = torch.exp(inside_m.clamp(min=0) * (-13 / plate_m)) * (0.22 + 0.2 * look["heat"])
    fresh = smoothstep(0.1, 0.7, hot + look["heat"] - 0.3) * fine * 0.55
    heat = torch.maximum(seam * (0.68 + 0.24 * look["heat"] + 0.25 * hot), shimmer * 0.4).maximum(fresh)
    return _Crust(height_m=height_m, heat=heat.clamp(0, 1), lumps=lumps, grain=grain)


def _ropes(torus: Torus, look: Look) -> _Crust:
    """Fold the skin of a slow flow into ropes, lobe over lobe."""
    across = max(torus.cells_across(look["plate_m"] * 2.2), 2)
    bend = warp_field(torus, "lobes/bend", across * 2, 0.16 / across)
    shifted = (bend[0] + 0.5 / across, bend[1] + 0.5 / across)
    lobes = cells(torus, "lobes", across, roundness=12.0, warp=shifted)
    lumps, ridges, grain = _rock(torus, lobes)
    lobe_m = torus.tile_m / across
    drag = blur(torus, lumps, 0.03) * 1.6 + fbm(torus, "ropes/drag", across * 3, octaves=3)
    bow = (lobes.x.square() - lobes.y * 0.8) * (9.0 / lobe_m)
    phase = (bow + lobes.y * 26.0 + drag * 0.9) * (0.35 / lobe_m)
    rope = 1 - (1 - torch.sin(phase * 3.2 + 0.5 * torch.sin(phase * 1.3)).abs()).square()
    rope = rope * smoothstep(0.0, 0.2, lobes.edge / lobe_m)
    rise = lobes.random(torus, "lobes/rise", 0.3, 1.0)
    height_m = (
        dome(lobes.edge, lobe_m * 0.25) * rise * 0.09 * lobe_m + rope * 0.022 + lumps * 0.006 + ridges * 0.003
    )
    hot = fbm(torus, "hot", torus.cells_across(1.0), octaves=4)
    seam = smoothstep(0.012, 0.001, lobes.edge + lumps * 0.006)
    cracks = crack_distance(torus, "fine", look["plate_m"] * 0.4)
    split = smoothstep(0.006, 0.001, cracks) * smoothstep(0.1, 0.6, hot + look["heat"] - 0.3)
    heat = seam * (0.45 + 0.5 * look["heat"] + 0.3 * hot) + (1 - rope) * 0.10 * look["heat"]
    return _Crust(
        height_m=height_m - split * 0.006 + grain * 0.0006,
        heat=torch.maximum(heat, split * 0.7).clamp(0, 1),
        lumps=lumps,
        grain=grain,
    )


def _rock(torus: Torus, pieces: Elements) -> tuple[Tensor, ...]:
    """Return lumps, ridges and grain of clinker, another piece of them on every plate."""
    shared = torch.stack(
        [
            fbm(torus, "rock/lumps", torus.cells_across(0.16), octaves=6, gain=0.58),
            fbm(torus, "rock/ridges", torus.cells_across(0.07), octaves=5, gain=0.6, shape="ridged"),
            spectral_noise(torus, "rock/grain", slope=0.8, low=48),
        ]
    )
    return fetch_per_piece(torus, shared, pieces, "rock/shift").unbind(0)


def _crust_color(torus: Torus, look: Look, crust: _Crust) -> Tensor:
    ramp = look.palette(*choose(torus, "crust", _CRUST), tint=0.0)
    color = ramp.paint(0.42 + 0.42 * crust.lumps + 0.06 * crust.grain)
    cold = fbm(torus, "ash/patch", torus.cells_across(0.5), octaves=5, gain=0.55) + 0.35 * crust.lumps
    ash = grown(cold - 0.8 * blur(torus, crust.heat, 0.05), look["ash"], deep=0.5).clamp(min=0)
    pale = look.palette("#5d574f", "#7d766c", "#9a9389", tint=0.0).paint(0.5 + crust.lumps)
    return mix(color, pale, ash * 0.8)


def _glow(look: Look, heat: Tensor) -> Tensor:
    ramp = Palette.of(*_HEAT)
    if look.color is not None:
        ramp = ramp.tinted(as_matter(look.color, PAINTED * 1.6), 0.9)
    return ramp.paint(heat) * (smoothstep(0.05, 0.9, heat) * _BRIGHTEST)
