"""Granite: crystals of feldspar, quartz and mica grown into one another, then polished, honed or flamed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, nearest_ramp
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.minerals import Minerals, grow_minerals
from assetgen.backends.procedural.operators.earth.slabs import laid_as_tiles
from assetgen.backends.procedural.operators.layouts.cells import facets
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True)
class _Rock:
    """The colors of large feldspar, of the feldspar between, of quartz and of mica, and the share of three."""

    large: tuple[str, ...]
    ground: tuple[str, ...]
    quartz: tuple[str, ...]
    mica: tuple[str, ...]
    shares: tuple[float, float, float]


_SMOKE, _SOOT = ("#55534f", "#76726d", "#979289"), ("#222123", "#302e2d", "#4a4642")
_GREY: Final = _Rock(
    ("#aaa59d", "#c3beb6", "#d6d1ca"), ("#9b9790", "#b8b3ab", "#cfcac3"), _SMOKE, _SOOT, (0.34, 0.3, 0.15)
)
_ROCKS: Final = (
    _GREY,
    _Rock(("#987163", "#b48c7d", "#c9a899"), ("#ae9f91", "#c6b9ac", "#d8cec4"), _SMOKE, _SOOT, (0.5, 0.28, 0.13)),
    _Rock(("#35363a", "#45474b", "#6b6e73"), ("#2a2b2d", "#373839", "#4f5052"), ("#232527", "#303335", "#45494c"),
          ("#1f1f21", "#262628", "#333437"), (0.35, 0.25, 0.25)),
    _Rock(("#6f3a30", "#8a4c40", "#a5695b"), ("#6b4a41", "#87665b", "#a68b80"), _SMOKE, _SOOT, (0.55, 0.24, 0.15)),
    _Rock(("#b9a584", "#cebd9e", "#ded2bb"), ("#a49071", "#bfae91", "#d6c9b0"), ("#776d5f", "#978c7b", "#b5ab9b"),
          ("#33241c", "#55402f", "#7d6044"), (0.4, 0.22, 0.12)),
    _Rock(("#4b524a", "#62695f", "#858b7e"), ("#353c37", "#48504a", "#676e65"), ("#2c3230", "#3e4542", "#5b625d"),
          _SOOT, (0.4, 0.2, 0.22)),
)  # fmt: skip
"""Grey, pink, black, red, golden and green."""


def granite(torus: Torus, look: Look) -> Surface:
    """A slab of crystals with the finish that was given to it, whole or cut to tiles."""
    slab = _sawn(torus, look)
    if look.option("cut", "slab") == "slab":
        return slab
    grout = look.palette("#55524e", "#6d6963", tint=0.0).paint(torch.full((1, 1), 0.5, device=torus.device))
    return laid_as_tiles(slab, "tiles", edge_m=look["tile_edge_m"], joint_m=look["joint_m"], grout=grout)


def _sawn(torus: Torus, look: Look) -> Surface:
    rock = choose(torus, "rock", (_GREY, *_ROCKS))
    if look.color is not None:
        rock = _ROCKS[nearest_ramp(look.color.srgb, [kind.large for kind in _ROCKS])]
    crystals = _grow(torus, look, rock)
    grain = spectral_noise(torus, "grain", slope=0.7, low=60).clamp_(-2.5, 2.5)
    finish = look.option("finish", choose(torus, "finish", ("polished", "polished", "honed", "flamed")))
    height_m, face = _surface(torus, look, finish, crystals, grain)
    color = _mineral_color(torus, look, rock, crystals, grain) * (1 + 0.1 * face)
    if finish != "polished":  # without a polish light scatters at the surface before it meets the crystal
        color = mix(
            color, look.palette(*rock.ground, tint=0.5).paint(grain * 0 + 0.6), torch.full_like(grain, 0.2)
        )
    usual, spread = {"polished": (0.13, 1.0), "honed": (0.46, 0.9), "flamed": (0.8, -1.0)}[finish]
    own = crystals.large.random(torus, "sheen", -0.04, 0.05) + 0.13 * crystals.mica - 0.05 * crystals.quartz
    trodden = patches(torus, "trodden", 0.2, amount=look["wear"] * 0.75, soft=0.3) * (finish != "flamed")
    roughness = look.roughness(usual) + own * spread + 0.16 * look["wear"] * trodden + 0.006 * grain
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.8, 0.006) if finish == "flamed" else surface


def _grow(torus: Torus, look: Look, rock: _Rock) -> Minerals:
    usual = choose(torus, "structure", ("even", "even", "porphyritic", "swirled"))
    structure = look.option("structure", usual)
    coarse = structure == "porphyritic"
    return grow_minerals(
        torus,
        "crystals",
        small_m=look["crystal_m"] * 0.55,
        large_m=look["crystal_m"] * (2.7 if coarse else 1.25),
        large=rock.shares[0] * (0.5 if coarse else 1.0),
        quartz=rock.shares[1],
        mica=rock.shares[2] * look["mica"],
        swirled=structure == "swirled",
    )


def _mineral_color(torus: Torus, look: Look, rock: _Rock, crystals: Minerals, grain: Tensor) -> Tensor:
    large, small = crystals.large, crystals.small
    turn = large.random(torus, "cleavage", 0.0, 6.2832)
    across_m = large.x * torch.cos(turn) + large.y * torch.sin(turn)
    sheets = torch.sin(across_m * (6.2832 / 0.0038) + grain)
    # Feldspar grows as twins, which take the light differently on either side of a straight seam.
    twin = (across_m > look["crystal_m"] * 0.1).float() * large.random(torus, "twin", -0.4, 0.4)
    zone = smoothstep(0.0, look["crystal_m"] * 0.5, large.edge)
    tone = large.random(torus, "large/tone", -0.05, 0.65) + 0.08 * sheets + 0.3 * zone + 0.07 * grain
    stain = patches(torus, "stain", 0.15, amount=0.15 + 0.5 * look["age"], soft=0.35) * look["age"]
    cloud = small.random(torus, "small/tone")
    ground = look.palette(*rock.ground, tint=0.5, most_chroma=0.06).paint(
        cloud + 0.1 * grain - 0.35 * crystals.flow
    )
    color = mix(
        ground, look.palette(*rock.large, tint=0.65, most_chroma=0.06).paint(tone + twin), crystals.is_large
    )
    # Iron that weathers out of the mica runs along the edges of the crystals.
    seam = smoothstep(0.0016, 0.0, small.edge) * 0.6 + 0.4
    color = color * (1 - stain * seam * torch.tensor([0.1, 0.26, 0.46], device=torus.device)[:, None, None])
    quartz = look.palette(*rock.quartz, tint=0.3, most_chroma=0.06).paint(0.3 + 0.4 * cloud + 0.16 * grain)
    color = mix(color, quartz, crystals.quartz)
    flake = look.palette(*rock.mica, tint=0.15).paint(cloud + 0.2 * grain)
    color = mix(color, flake, crystals.mica)
    # Where crystals meet light is lost; the soft line also hides the steps of the texels.
    meet = smoothstep(0.0011, 0.0, torch.minimum(small.edge + 0.0004, large.edge))
    return color * (1 - 0.14 * meet * (1 - crystals.mica))


def _surface(
    torus: Torus, look: Look, finish: str, crystals: Minerals, grain: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the height in metres, and how fresh the break is, about -1..1."""
    waves = fbm(torus, "waves", torus.cells_across(0.16), octaves=4) * 0.00012
    if finish != "flamed":
        deep = 1.0 if finish == "polished" else 3.0
        soft = crystals.mica * 0.000016 + crystals.large.random(torus, "large/height", 0, 0.000006)
        return (waves - soft * deep + grain * (0.0000012 * deep)) * look.relief, torus.zeros()
    # The flame makes quartz burst: crystals spall off one by one, and the split runs through the others.
    bend = warp_field(torus, "spall/bend", torus.cells_across(0.01), 0.003, octaves=3)
    spall = facets(torus, "spall", torus.cells_across(look["crystal_m"] * 2.4), tilt=0.6, warp=bend)
    lumps = fbm(torus, "spall/lumps", torus.cells_across(0.05), octaves=5, gain=0.55)
    popped = crystals.large.random(torus, "popped", -1, 1) + crystals.small.random(torus, "burst", -0.7, 0.7)
    rough = lumps * 0.0016 + spall * 0.0006 + popped * 0.0004 + crystals.quartz * 0.0003 + grain * 0.00007
    return waves + rough * look.relief, (spall * 0.3 + popped * 0.3).clamp_(-1, 1)
