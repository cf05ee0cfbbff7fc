"""Canvas: bare duck, an artist's primed canvas, or a coated tarpaulin."""

from __future__ import annotations

from typing import Final

from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.cloth.drape import crumple, folds
from assetgen.backends.procedural.operators.cloth.weave import Binding, Cloth, plain, weave
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches, scratches
from assetgen.backends.procedural.surface import Surface

_DUCK: Final = (
    ("#8d836d", "#aca187", "#c3b99f", "#d5ccb6"),  # natural
    ("#4b4d38", "#616349", "#787a5d", "#92947a"),  # army green
    ("#7a6a50", "#98866a", "#b09e82", "#c7b79d"),  # khaki
    ("#4a4c4f", "#63656a", "#7c7e81", "#999a9a"),  # grey
)
_COATS: Final = ("#2f4f7e", "#3f5a3c", "#4d4f52", "#8a3a30", "#b3b1a8", "#7a6b4f")
"""Colors of tarpaulin: blue, green, grey, red, white, khaki."""
_HALF_BASKET: Final[Binding] = ((1, 1, 0, 0), (0, 0, 1, 1))
"""Duck: two warp yarns as one over every weft yarn."""


def canvas(torus: Torus, look: Look) -> Surface:
    """Heavy cloth that was made to stand weather, or paint."""
    kind = look.option("kind", choose(torus, "canvas/kind", ("duck", "duck", "primed")))
    cloth = _woven(torus, look, kind)
    weft = spectral_noise(torus, "canvas/weft", slope=0.8, low=40, stretch=(4.5, 1.0))
    warp = spectral_noise(torus, "canvas/warp", slope=0.8, low=40, stretch=(1.0, 4.5))
    fibre = mix(weft, warp, cloth.warp)
    crease = folds(torus, "canvas/crease", 0.07, stretch=0.9, sharp=0.8, wander=0.8)
    crease = crease * smoothstep(-0.1, 0.3, fbm(torus, "canvas/where", torus.cells_across(0.06), octaves=3))
    sag = fbm(torus, "canvas/swag", torus.cells_across(0.055), octaves=3, gain=0.4) * 0.0011
    lie_m = sag + crease * (0.0009 * look["creases"]) * (0.3 if kind == "primed" else 1.0)
    make = {"duck": _duck, "primed": _primed, "tarpaulin": _coated}[kind]
    return make(torus, look, cloth, fibre, crease, lie_m)


def _woven(torus: Torus, look: Look, kind: str) -> Cloth:
    pitch_m = look["yarn_m"] * (1.5 if kind == "tarpaulin" else 1.0)
    loose = 0.12 * look["unevenness"] * pitch_m / torus.tile_m
    return weave(
        torus,
        "canvas",
        _HALF_BASKET if kind == "duck" else plain(),
        pitch_m=(pitch_m * (0.62 if kind == "duck" else 1.0), pitch_m),
        fill=(0.98, 0.96),
        crimp=(0.5, 0.42),
        slubs=(0.5 * look["unevenness"], 0.55 * look["unevenness"]),
        warp=warp_field(torus, "canvas/pull", torus.cells_across(pitch_m * 5), loose * 2, octaves=3),
    )


def _duck(torus: Torus, look: Look, cloth: Cloth, fibre: Tensor, crease: Tensor, lie_m: Tensor) -> Surface:
    """Bare cotton duck: bleached where it was folded, stained by rain."""
    strand = cloth.twist(torus, look["yarn_m"] * 0.9)
    body = cloth.height + (0.08 * fibre + 0.09 * strand) * cloth.seen
    tone = (
        0.5
        + 0.10 * fibre
        + 0.05 * strand
        + cloth.random(torus, "canvas/yarn", -0.11, 0.11)
        + 0.2 * cloth.thick
    )
    worn = patches(torus, "canvas/worn", 0.03, amount=0.1 + 0.4 * look["wear"], soft=0.4)
    tone = tone + 0.22 * worn * look["wear"] + 0.15 * crease * look["wear"]
    color = look.palette(*choose(torus, "canvas/duck", _DUCK), most_chroma=PAINTED).paint(tone)
    color = color * (1 - 0.35 * smoothstep(0.2, -0.8, cloth.height))
    stain = patches(torus, "canvas/stain", 0.04, amount=0.05 + 0.45 * look["dirt"], soft=0.3)
    color = mix(
        color, color * look.palette("#7a684c", tint=0.0).paint(stain) * 1.9, stain * look["dirt"] * 0.7
    )
    roughness = look.roughness(0.82) + 0.055 * fibre.clamp(-2, 2) - 0.09 * cloth.height.clamp(-0.5, 1)
    roughness = (
        roughness - 0.12 * worn + 0.10 * stain + cloth.random_apart(torus, "canvas/gloss", -0.08, 0.08)
    )
    surface = Surface(
        torus=torus,
        height_m=body * (0.34 * look["yarn_m"] * look.relief) + lie_m,
        color=color,
        roughness=roughness,
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.35 + 0.6 * look["dirt"], look["yarn_m"])


def _primed(torus: Torus, look: Look, cloth: Cloth, fibre: Tensor, crease: Tensor, lie_m: Tensor) -> Surface:
    """Gesso brushed over the weave: it fills the hollows, and cracks when it grows old."""
    brush = spectral_noise(torus, "gesso/brush", slope=1.2, low=14, stretch=(9.0, 1.0))
    thin = fbm(torus, "gesso/thin", torus.cells_across(0.04), octaves=4) + 0.12 * brush
    weave_m = blur(torus, cloth.height, look["yarn_m"] * 0.09) * (look["yarn_m"] * 0.3)
    cracked = groove(crack_distance(torus, "gesso/cracks", 0.022), 0.00012, torus.tile_m / torus.size)
    cracked = cracked * smoothstep(1.05 - look["wear"], 1.5 - look["wear"], 0.5 + thin + crease * 0.4)
    tone = 0.5 + 0.25 * thin + 0.05 * brush + 0.16 * cloth.height.clamp(-1, 1)
    color = look.palette("#a89f8c", "#c4bbaa", "#d2cbbd", "#dcd7cc", most_chroma=PAINTED).paint(tone)
    bare = smoothstep(0.35, 0.62, -thin + 0.25 * cloth.height - 0.3 + 0.4 * look["wear"])
    color = mix(color, look.palette("#a3967c", "#bdb097", tint=0.0).paint(fibre * 0.3 + 0.5), bare * 0.7)
    color = color * (1 - 0.5 * cracked)
    roughness = (
        look.roughness(0.74) + 0.06 * thin - 0.02 * brush + 0.12 * bare - 0.10 * cloth.height.clamp(0, 1)
    )
    surface = Surface(
        torus=torus,
        height_m=(weave_m + brush * 0.000016 - cracked * 0.00008) * look.relief + lie_m,
        color=color,
        roughness=roughness,
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.25 + 0.6 * look["dirt"], look["yarn_m"])


def _coated(torus: Torus, look: Look, cloth: Cloth, fibre: Tensor, crease: Tensor, lie_m: Tensor) -> Surface:
    """Scrim between two sheets of vinyl: a faint grid, white lines where it was folded, scuffs, chalking."""
    crushed = crumple(torus, "coat/crush", 0.045, octaves=3, gain=0.45)
    lie_m = lie_m + crushed * (0.0035 * look["creases"])
    grid_m = blur(torus, cloth.height, look["yarn_m"] * 0.22) * 0.00007
    orange = spectral_noise(torus, "coat/orange", slope=1.6, low=50, high=220)
    chalk = patches(torus, "coat/chalk", 0.02, amount=0.5, soft=0.6)
    white = smoothstep(0.3, 1.0, convexity(torus, crushed, 0.0016) * 26) * look["creases"]
    marks = scratches(torus, "coat/scuffs", int(40 + 260 * look["wear"]), length_m=(0.004, 0.05), bend=0.8)
    color = look.palette(choose(torus, "coat/color", _COATS), most_chroma=PAINTED).paint(orange)
    color = color * (1 + 0.05 * cloth.height + 0.035 * orange.clamp(-2, 2))
    pale = (0.34 * white * (0.4 + look["wear"]) + 0.10 * chalk * look["wear"] + 0.18 * marks).clamp_(0, 0.8)
    color = mix(color, color * 0.5 + 0.26, pale)
    dust = fbm(torus, "coat/dust", torus.cells_across(0.016), octaves=6, gain=0.62)
    settled = smoothstep(0.5, -0.4, lie_m * 300 + dust * 0.9) * look["dirt"]
    color = mix(color, look.palette("#756a58", "#8d8270", tint=0.0).paint(dust + 0.5), settled * 0.16)
    roughness = (
        look.roughness(0.38) + 0.05 * dust + 0.22 * pale + 0.3 * settled - 0.04 * cloth.height.clamp(-1, 1)
    )
    surface = Surface(
        torus=torus,
        height_m=(grid_m + orange * 0.000009 - marks * 0.00002) * look.relief + lie_m,
        color=color,
        roughness=roughness,
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.2 + 0.4 * look["dirt"], 0.004)
