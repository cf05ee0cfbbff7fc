"""Sandstone: beds of sand turned to stone, level or blown into dunes, weathered or sawn."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, warmed
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import bent_twice
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.layouts.strata import Beds, strata
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches
from assetgen.backends.procedural.surface import Surface

_SANDS: Final = {
    "buff": ("#6f5741", "#927356", "#b09071", "#c9ab8c", "#dcc5a8"),
    "red": ("#5f392d", "#845240", "#a57058", "#be8e76", "#d3ac96"),
    "golden": ("#6d4a2c", "#926a42", "#b28a5c", "#c9a77b", "#dbc29c"),
    "salmon": ("#754b39", "#9b6a53", "#ba896f", "#cfa489", "#dfc0aa"),
    "rose": ("#7b604f", "#9d806d", "#ba9d88", "#d0b7a3", "#e0cdbd"),
    "grey": ("#6a655a", "#87816f", "#a19b89", "#b8b2a1", "#cbc6b8"),
}
_QUARRIES: Final = ("buff", "red", "golden", "salmon") * 3 + ("rose", "rose", "grey")
"""Sand is yellow and red with iron; grey beds are rare."""


def sandstone(torus: Torus, look: Look) -> Surface:
    """Laminae within beds, each as hard and as red as its sand was; wind has taken the soft ones."""
    face = look.option("face", choose(torus, "face", ("bedded", "cross_bedded", "cross_bedded", "sawn")))
    sway = bent_twice(torus, "swell", (0.9, 0.06), (0.25, 0.022), (0.05, 0.004), octaves=4)
    beds, laminae = _bed(torus, look, face, sway)
    sand = spectral_noise(torus, "sand", slope=0.5, low=80).clamp_(-2.5, 2.5)
    lumps = fbm(torus, "lumps", torus.cells_across(0.3), octaves=7, gain=0.52)
    bands, hard = _bands(torus, face, beds, laminae, lumps)
    if face == "sawn":
        saw = spectral_noise(torus, "saw", slope=0.8, low=30, stretch=(1.0, 20.0))
        height_m = lumps * 0.0004 + hard * 0.00012 + saw * 0.00006 + sand * 0.00008
        pit, crack = torus.zeros(), torus.zeros()
    else:
        pit = _hollows(torus, look, hard, lumps)
        crack = _joints(torus, look, sand)
        profile = (beds.share * (1 - beds.share) * 4).sqrt() * 0.6 + 0.4 * beds.random(torus, "stands", -1, 1)
        out_m = profile * 0.016 * look["erosion"] + hard * 0.0045 * look["erosion"]
        height_m = out_m + lumps * 0.022 - pit * 0.014 - crack * 0.02 + sand * 0.0003
    height_m = height_m * look.relief

    quarry = choose(torus, "sand", _QUARRIES)
    tone = 0.5 + bands * 0.42 * look["banding"] + 0.22 * lumps + (0.1 if face == "sawn" else 0.055) * sand
    warm = (0.85 + 0.5 * look["iron"]) * (0.4 if quarry in ("red", "salmon") else 1.0)
    color = warmed(look.palette(*_SANDS[quarry]).paint(tone), _iron(torus, beds, bands, lumps) * warm)
    ring = _iron_rings(torus, look, lumps)
    iron = look.palette("#4f3022", "#774a31", "#9a6642", tint=0.5).paint(0.5 + 0.4 * lumps + 0.1 * sand)
    color = mix(color, iron, ring * 0.6)
    rub = (convexity(torus, height_m, 0.02) * 70).clamp_(-0.2, 0.14) * (face != "sawn")
    color = color * (1 + rub) * (1 - 0.3 * pit) * (1 - 0.5 * crack)
    varnish = patches(torus, "varnish", 0.22, amount=0.5 * look["age"], soft=0.25) * smoothstep(
        -0.1, 0.5, hard
    )
    crust = look.palette("#5c544b", "#7b7267", "#989085", tint=0.4).paint(tone)
    color = mix(color, crust, varnish * look["age"] * (0.75 if face != "sawn" else 0.0))
    roughness = look.roughness(0.82) + 0.03 * sand + 0.08 * bands - 0.12 * varnish + 0.11 * lumps
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.25 + 0.5 * look["dirt"], 0.03)


def _bed(torus: Torus, look: Look, face: str, sway: tuple[Tensor, Tensor]) -> tuple[Beds, Beds]:
    """Return the beds and the laminae in them: level ones, or the slip faces of dunes cut off by the next dune."""
    depth = torus.v + sway[1]
    thick_m = look["bed_m"] * (1.0 if face == "bedded" else 2.6)
    beds = strata(torus, "beds", torus.cells_across(thick_m), depth, uneven=2.2)
    if face == "bedded":
        return beds, strata(torus, "laminae", torus.cells_across(0.011), depth + sway[0] * 0.1, uneven=2.0)
    way = torch.where(beds.random(torus, "way") < 0.8, 1.0, -1.0) * choose(torus, "wind", (-1.0, 1.0))
    steep = beds.random(torus, "steep", 1.2, 2.6)
    # A slip face is steep above and runs out level at its foot.
    run = (beds.share * 0.7 + beds.share.square() * beds.share * 1.3) * beds.thick_m * steep / torus.tile_m
    place = torus.u + sway[0] + way * run + beds.random(torus, "place")
    return beds, strata(torus, "laminae", torus.cells_across(0.026), place, uneven=2.4)


def _bands(torus: Torus, face: str, beds: Beds, laminae: Beds, lumps: Tensor) -> tuple[Tensor, Tensor]:
    """Return how dark and how hard each layer is, about -1..1."""
    soft = smoothstep(0.0, 0.18, laminae.share) * smoothstep(1.0, 0.82, laminae.share)
    tone = laminae.random(torus, "laminae/tone", -1, 1) * (0.4 + 0.6 * soft)
    # Thick beds of different tones would show the tile's grid from afar.
    apart = {"bedded": 0.5, "cross_bedded": 0.14, "sawn": 0.06}[face]
    bands = beds.random_apart(torus, "beds/tone", -apart, apart) + (0.2 if face == "sawn" else 0.5) * tone
    hard = laminae.random(torus, "laminae/hard", -1, 1) * soft + 0.3 * lumps
    return bands, hard


def _iron(torus: Torus, beds: Beds, bands: Tensor, lumps: Tensor) -> Tensor:
    """Return how much more iron than elsewhere there is, about -0.3..0.3: by beds, laminae, and where water ran."""
    soaked = fbm(torus, "iron/soaked", 5, period_y=9, octaves=6, gain=0.55)
    return beds.random_apart(torus, "beds/iron", -0.09, 0.09) + 0.16 * bands + 0.30 * soaked + 0.08 * lumps


def _hollows(torus: Torus, look: Look, hard: Tensor, lumps: Tensor) -> Tensor:
    """Return honeycombs that salt has eaten into the softer layers, 0..1."""
    cells_ = grains(
        torus, "hollows", torus.cells_across(0.05), jitter=1.0, period_y=torus.cells_across(0.034)
    )
    size = cells_.random(torus, "hollows/size")
    where = patches(torus, "hollows/where", 0.35, amount=0.4 * look["erosion"], soft=0.25)
    inside = 0.12 + 0.34 * size * where - cells_.near + 0.1 * lumps - 0.05 * hard
    return smoothstep(0.0, 0.22, inside) * where * (size > 0.35)


def _joints(torus: Torus, look: Look, sand: Tensor) -> Tensor:
    """Return how much of a texel is an open joint, 0..1: few, long and mostly closed."""
    away_m = crack_distance(torus, "joints", 0.8, wander=0.45) + sand * 0.0006
    open_ = patches(torus, "joints/open", 0.5, amount=0.12 + 0.3 * look["age"], soft=0.15)
    return band(torus, away_m, open_ * 0.0025, soft_m=0.003)


def _iron_rings(torus: Torus, look: Look, lumps: Tensor) -> Tensor:
    """Return the bands along which iron came to rest as water soaked through, 0..1."""
    soaked = fbm(torus, "soaked", 3, octaves=5, gain=0.5) * 5.0 + lumps * 0.7
    turn, fine = soaked - torch.floor(soaked), soaked * 4.3 - torch.floor(soaked * 4.3)
    front = smoothstep(0.35, 0.95, turn) * smoothstep(1.0, 0.965, turn)
    front = front * (0.7 + 0.5 * smoothstep(0.3, 0.9, fine) * smoothstep(1.0, 0.9, fine))
    return front * smoothstep(-0.15, 0.35, fbm(torus, "soaked/where", 4, octaves=3)) * look["iron"]
