"""Ice: a clear dark lake with fractures and bubbles in its depth, white frosted ice, or a blue glacier."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.depth import fracture_sheets, gas_discs
from assetgen.backends.procedural.operators.traces.marks import crack_distance, faults, scratches
from assetgen.backends.procedural.surface import Surface

_WATERS = (
    ("#20292f", "#2b383f", "#3d4d54", "#55666d"),
    ("#1f3035", "#2a4248", "#3c5a60", "#52747a"),
    ("#212e3a", "#2e4150", "#435a6b", "#5b7586"),
    ("#26302c", "#35443e", "#4b5d55", "#64776d"),
)
"""Black ice over deep water, green and blue, and the brown-green of a bog lake."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Depth:
    """What is seen in the ice: white of fractures and bubbles, 0..1 each, and the cracks that reach its face."""

    veil: Tensor
    bubbles: Tensor
    open: Tensor


def ice(torus: Torus, look: Look) -> Surface:
    """Stress has cracked it again and again; air froze in on its way up, and frost settles on its face."""
    kind = look.option("kind", "lake")
    cloud = fbm(torus, "cloud", torus.cells_across(0.5), octaves=6, gain=0.52)
    micro = spectral_noise(torus, "micro", slope=0.8, low=90)
    if kind == "glacier":
        return _glacier(torus, look, cloud, micro)
    depth = _depth(torus, look)
    haze = smoothstep(
        -0.1, 0.6, cloud + (0.80 if kind == "frosted" else -0.30) + 0.3 * (look["cloudy"] - 0.5)
    )
    white = 1 - (1 - 0.85 * depth.veil) * (1 - 0.7 * depth.bubbles) * (1 - 0.8 * haze)
    water = look.palette(*choose(torus, "water", _WATERS), most_chroma=0.06)
    clear = water.paint(0.40 + 0.55 * cloud + 0.3 * white)
    pale = look.palette("#7f97a0", "#a6b8bf", "#c4d0d4", "#dbe2e4", most_chroma=0.05).paint(
        white * 0.9 + 0.06 * micro
    )
    color = mix(clear, pale, white) * (1 - 0.35 * depth.open * haze)
    skates = scratches(
        torus, "skates", round(60 * look["wear"] * torus.tile_m**2), length_m=(0.05, 0.7), bend=0.5
    )
    swell = spectral_noise(torus, "swell", slope=2.6, low=3, high=20)
    height_m = swell * 0.0010 - depth.open * 0.0012 - skates * 0.0004 + haze * 0.0004 * micro
    roughness = look.roughness(0.10) + 0.05 * swell.clamp(-1, 2) + 0.20 * haze + 0.35 * depth.open
    surface = Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=mix(color, pale, skates * 0.55),
        roughness=mix(roughness, 0.5, skates * 0.7),
        metallic=torus.zeros(),
    )
    return _frosted(surface, look, kind, cloud, micro)


def _depth(torus: Torus, look: Look) -> _Depth:
    """Look into the ice: sheets of old fractures lean away from their line, and deep ones are soft."""
    wisp = fbm(torus, "wisp", torus.cells_across(0.10), octaves=5, gain=0.6)
    sheet, line = fracture_sheets(torus, "faults", 8, lean_m=(0.012, 0.06), wander_m=0.05, ragged=wisp)
    veil = torch.maximum(sheet * look["cracks"], line * (0.5 + 0.5 * look["cracks"]))
    for away_m, there in faults(torus, "deep", 6, wander_m=0.08):
        veil = torch.maximum(veil, torch.exp(-(away_m / 0.012).square()) * there * (0.16 + 0.14 * wisp))
    shatter = smoothstep(0.1, 0.5, fbm(torus, "shatter", 5, octaves=3) + 0.35 * look["cracks"] - 0.15)
    net_m = crack_distance(torus, "net", 0.16, wander=0.3)
    fine = groove(net_m, 0.0009, max(torus.tile_m / torus.size, 0.0018)) * shatter
    veil = torch.maximum(veil, fine * 0.7 + torch.exp(net_m * -45) * shatter * 0.22 * (0.6 + wisp))
    bubbles = gas_discs(torus, "gas", 190 * look["bubbles"], size_m=(0.006, 0.055))
    return _Depth(veil=veil.clamp(0, 1), bubbles=bubbles, open=torch.maximum(line, fine * 0.4))


def _frosted(surface: Surface, look: Look, kind: str, cloud: Tensor, micro: Tensor) -> Surface:
    """Lay frost and blown snow on it, in patches with feathered rims."""
    torus = surface.torus
    feather = fbm(torus, "feather", torus.cells_across(0.09), octaves=6, gain=0.62, shape="ridged")
    patch = fbm(torus, "frost", torus.cells_across(0.30), octaves=4) + 0.20 * feather
    start = 0.55 - 0.65 * look["frost"]
    frost = smoothstep(start, start + 0.55, patch) * (0.75 + 0.25 * smoothstep(-0.5, 0.5, feather))
    snow = look.palette("#b9c3c8", "#d3dadd", "#e3e7e8", tint=0.3, most_chroma=0.04).paint(
        0.5 + 0.3 * feather + 0.1 * micro
    )
    return surface.covered(
        frost * 0.8,
        color=snow,
        roughness=0.66 + 0.06 * micro.clamp(-2, 2),
        height_m=surface.height_m + frost * (0.0016 + 0.0010 * feather + 0.00025 * micro) * look.relief,
    )


def _glacier(torus: Torus, look: Look, cloud: Tensor, micro: Tensor) -> Surface:
    """Old snow pressed to blue ice, melted into scallops, broken by crevasses, with bands of summer dust."""
    scallop = fbm(torus, "scallop", torus.cells_across(0.22), octaves=5, gain=0.45, shape="billow")
    plates = fbm(torus, "plates", 5, octaves=6, gain=0.5, shape="ridged")
    # Melt water follows no grid: both are read along a bend, which hides the lattice of the noise.
    bend = warp_field(torus, "melt", torus.cells_across(0.3), 0.06 / torus.tile_m, octaves=4)
    scallop, plates = fetch(torus, torch.stack([scallop, plates]), *bend)
    micro = fetch(
        torus, spectral_noise(torus, "rime", slope=1.3, low=60, high=400), bend[0] * 0.2, bend[1] * 0.2
    )
    height_m = cloud * 0.030 - scallop * 0.016 + plates * 0.012 + micro * 0.0003
    blue, deep = torus.zeros(), torus.zeros()
    for number, (away_m, there) in enumerate(faults(torus, "crevasses", 6, wander_m=0.09)):
        wide_m = (
            (0.003 + 0.014 * torus.draw(f"crevasses/{number}", 0.0, 1.0))
            * (0.4 + look["cracks"])
            * (0.4 + there)
        )
        deep = torch.maximum(deep, smoothstep(1.0, 0.3, (away_m.abs() + 0.003 * scallop) / wide_m) * there)
        blue = torch.maximum(blue, torch.exp(away_m.abs() * (-1 / 0.05)) * there)
    height_m = height_m - blur(torus, deep, 0.003) * 0.045
    worn = convexity(torus, height_m, 0.03).mul_(45).clamp_(-1, 1)
    band = torch.sin((fbm(torus, "bands", 3, octaves=4) * 5 + cloud) * 6.283)
    tone = 0.55 + 0.22 * worn + 0.25 * cloud + 0.12 * band - 0.42 * blue - 0.35 * deep + 0.03 * micro
    ramp = look.palette("#46697a", "#7497a6", "#a2bcc5", "#c6d4d8", "#dde3e4", most_chroma=0.07)
    dust = smoothstep(0.55, 0.95, band + 0.4 * scallop) * smoothstep(0.2, -0.3, worn) * look["dirt"]
    color = mix(
        ramp.paint(tone), look.palette("#4d4942", "#7a7468", tint=0.1).paint(0.5 + cloud), dust * 0.55
    )
    return Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=color,
        roughness=look.roughness(0.26)
        + 0.22 * smoothstep(-0.2, 0.8, worn)
        + 0.04 * micro.clamp(-2, 2)
        + 0.3 * dust,
        metallic=torus.zeros(),
    )
