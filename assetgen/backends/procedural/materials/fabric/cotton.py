"""Cotton cloth: plain, gingham, striped, tartan or houndstooth, woven yarn by yarn from dyed thread."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, Triple, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.cloth.drape import folds
from assetgen.backends.procedural.operators.cloth.weave import Cloth, plain, twill, weave
from assetgen.backends.procedural.operators.traces.marks import patches, scratches
from assetgen.backends.procedural.surface import Surface

_SETTS: Final[dict[str, tuple[tuple[tuple[int, int], ...], ...]]] = {
    "plain": (((0, 1),),),
    "gingham": (((0, 1), (1, 1)),),
    "striped": (
        ((0, 3), (1, 3)),
        ((1, 9), (0, 2), (1, 2), (0, 2)),
        ((1, 12), (0, 5), (1, 1), (2, 2), (1, 1), (0, 5)),
    ),
    "tartan": (
        ((0, 12), (2, 2), (0, 2), (2, 2), (0, 2), (2, 10), (1, 12), (3, 1), (1, 12), (2, 10)),
        ((0, 18), (2, 3), (0, 3), (2, 9), (1, 14), (3, 2), (1, 14), (2, 9), (0, 3), (2, 3)),
        ((0, 22), (3, 1), (0, 4), (2, 8), (1, 3), (2, 3), (1, 3), (2, 8), (0, 4), (3, 1)),
    ),
    "houndstooth": (((0, 4), (1, 4)),),
}
"""How colored yarns follow each other: (color, how many) in turn, as a weaver counts them."""
_REPEATS: Final = {"plain": 1.0, "gingham": 0.36, "striped": 0.5, "tartan": 1.0, "houndstooth": 0.0}
"""Length of a sett by the size of the check; a houndstooth's is given by its eight yarns."""
_DYES: Final = (
    ("#8b3532", "#e0dbd0", "#26303f", "#c9a75a"),  # red
    ("#33486e", "#dcd8ce", "#1f2733", "#b9b3a2"),  # blue
    ("#35523f", "#d8d2c0", "#22303c", "#a53d36"),  # green
    ("#3a3b3e", "#cfcac0", "#57595c", "#a9423a"),  # charcoal
    ("#b08d4c", "#e3dccb", "#5a3f2c", "#8a3a32"),  # ochre
    ("#7d93ad", "#e4e0d7", "#3d4a5c", "#d8cfae"),  # sky
)
_BLEACHED: Final = 0.53
"""Linear light of a bleached yarn."""
_WHITEST: Final = 0.80
"""The most that its fibres send back: sRGB 231."""
_PLAIN: Final = ("#d9d4c8", "#c4b9a4", "#7f93a8", "#8a5350", "#6f7a63", "#4a5468", "#b7a08f", "#5b5a5c")


def cotton(torus: Torus, look: Look) -> Surface:
    """Light cloth of even yarn, a little creased."""
    drawn = choose(torus, "cotton/pattern", ("plain", "plain", "plain", "striped"))
    if look.color is not None:
        drawn = "plain" if look.second_color is None else "gingham"
    pattern = look.option("pattern", drawn)
    cloth = _woven(torus, look, pattern)
    # Fibres lie along whichever yarn is on top.
    standing = spectral_noise(torus, "fibre/warp", slope=0.9, low=50, stretch=(1.0, 3.3))
    lying = spectral_noise(torus, "fibre/weft", slope=0.9, low=50, stretch=(3.3, 1.0))
    fibre = mix(lying, standing, cloth.warp)
    lint = scratches(torus, "lint", int(300 + 1500 * look["lint"]), length_m=(0.0008, 0.005), bend=2.2)
    lint = lint.mul_(min(1.0, 0.00006 * torus.size / torus.tile_m))
    crease = folds(torus, "crease", 0.030, stretch=1.3, sharp=0.75, wander=0.7)
    crease = crease * smoothstep(-0.1, 0.4, fbm(torus, "crease/where", torus.cells_across(0.035), octaves=3))
    waves = fbm(torus, "cotton/waves", torus.cells_across(0.028), octaves=4, gain=0.4)

    thick_m = look["yarn_m"] * 0.36
    body = cloth.height * thick_m + cloth.twist(torus, thick_m * 3) * (0.05 * thick_m)
    height_m = (body + fibre * (0.035 * thick_m)) * look.relief + lint * 0.00005
    height_m = height_m + (waves * 0.0009 + crease * 0.0005) * look["creases"]
    color = _color(torus, look, cloth, pattern, fibre)
    worn = patches(torus, "worn", 0.02, amount=0.05 + 0.5 * look["wear"], soft=0.4) * look["wear"]
    pale = 0.11 * worn + 0.06 * crease * look["creases"]
    color = mix(color, color * 0.6 + 0.24, pale) * (1 + 0.25 * lint)
    stain = patches(torus, "stain", 0.026, amount=0.5 * look["dirt"], soft=0.3) * look["dirt"]
    color = mix(color, color * look.palette("#8d7a5c", tint=0.0).paint(waves) * 1.6, stain * 0.8)
    roughness = look.roughness(0.82) + 0.045 * fibre.clamp(-2, 2) - 0.09 * cloth.height.clamp(-0.5, 1)
    roughness = roughness + 0.1 * pale + 0.06 * waves
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.3 + 0.6 * look["dirt"], 0.0012)


def _woven(torus: Torus, look: Look, pattern: str) -> Cloth:
    binding = twill(2, 2) if pattern in ("tartan", "houndstooth") else plain()
    pull = 0.14 * look["unevenness"] * look["yarn_m"] / torus.tile_m
    return weave(
        torus,
        "cotton",
        binding,
        pitch_m=(look["yarn_m"], look["yarn_m"] * 1.04),
        fill=(0.94, 0.94),
        slubs=(0.35 * look["unevenness"], 0.45 * look["unevenness"]),
        warp=warp_field(torus, "cotton/pull", torus.cells_across(look["yarn_m"] * 7), pull * 2, octaves=3),
    )


def _color(torus: Torus, look: Look, cloth: Cloth, pattern: str, fibre: Tensor) -> Tensor:
    """Color every yarn by its place in the sett; warp and weft follow the same one, but stripes have one weft."""
    sett = choose(torus, "cotton/sett", _SETTS[pattern])
    order = [role for role, count in sett for _ in range(count)]
    picks = cloth.count - cloth.ends
    warp = _counted(torus, look, pattern, order, cloth.ends)
    weft = [1] * picks if pattern == "striped" else _counted(torus, look, pattern, order, picks)
    dyes = torch.tensor([_dye(torus, look, pattern, role) for role in range(4)], device=torus.device)
    dyes = dyes.clamp(max=_BLEACHED)
    yarns = dyes[torch.tensor(warp + weft, device=torus.device)].T.contiguous()  # (3, yarns) linear
    lot = 1 + (torus.uniform("cotton/lot", cloth.count)[:, 0] - 0.5) * 0.16
    tone = 1 + 0.07 * fibre - 0.10 * cloth.across.square() + 0.12 * cloth.thick
    deep = smoothstep(0.2, -0.7, cloth.height) * (0.45 * cloth.seen)
    color = cloth.pick(yarns * lot) * tone * (1 - deep)
    # Yarns are translucent and fuzzy: where they cross, each borrows from the other.
    return torch.lerp(color, blur(torus, color, look["yarn_m"] * 0.8), 0.5).clamp_(max=_WHITEST)


def _counted(torus: Torus, look: Look, pattern: str, order: list[int], count: int) -> list[int]:
    """Return the color of every yarn; at least three setts fit on the tile, so that it does not beat."""
    if pattern == "houndstooth":
        return [order[number % 8] for number in range(count)]
    setts = max(torus.cells_across(look["check_m"] * _REPEATS[pattern]), 3)
    return [order[int(number * setts * len(order) / count) % len(order)] for number in range(count)]


def _dye(torus: Torus, look: Look, pattern: str, role: int) -> Triple:
    if pattern == "plain":
        return look.palette(choose(torus, "cotton/plain", _PLAIN), most_chroma=PAINTED).middle()
    dye = choose(torus, "cotton/dyes", _DYES)[role]
    if role == 1 and look.second_color is not None:
        return replace(look, color=look.second_color).palette(dye, most_chroma=PAINTED).middle()
    ramp: Palette = look.palette(dye, tint=float(role == 0), most_chroma=PAINTED)
    # A check's yarn has been washed often: beside bleached yarn it is no deep color.
    return ramp.adjusted(brightness=0.22 * (role == 0 and pattern == "gingham")).middle()
