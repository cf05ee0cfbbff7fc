"""The face of rock that broke, and what settles on it in the open: used by walls, cliffs, slabs and boulders."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.cells import facets, grains
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.height import smoothstep
from assetgen.backends.procedural.operators.noise import fbm, spectral_noise
from assetgen.backends.procedural.operators.palette import Palette, mix
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.surface import Surface


def broken_face(
    torus: Torus,
    name: str,
    size_m: float,
    *,
    octaves: int = 3,
    gain: float = 0.45,
    tilt: float = 0.55,
    squash: float = 1.0,
    jag: float = 0.25,
) -> Tensor:
    """Return the face of rock that was split or blasted, (N, N), about -1..1: breaks within breaks, sharp ridges.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: width of the largest break.
        octaves: how many sizes of break; each is 2.3 times finer than the one before.
        gain: height of each size relative to the one before.
        tilt: how far breaks lean, up to 0.6.
        squash: width of a break by its height on the tile; above 1 for rock that splits level.
        jag: how ragged the ridges are, in widths of a break.
    """
    total, amplitude, norm = torus.zeros(), 1.0, 0.0
    for octave in range(octaves):
        across = torus.cells_across(size_m)
        norm += amplitude
        if across <= torus.size // 3:
            bend = warp_field(
                torus, f"{name}/{octave}/bend", across * 2, jag * size_m / torus.tile_m, octaves=4
            )
            down = max(round(across * squash), 1)
            layer = facets(torus, f"{name}/{octave}", across, tilt=tilt, warp=bend, period_y=down)
            total.add_(layer.clamp_(-1.5, 1.5), alpha=amplitude)
        amplitude, size_m = amplitude * gain, size_m / 2.3
    return total.div_(norm)


def rock_faces(
    torus: Torus, name: str, pieces: Elements, size_m: float, *, squash: float = 1.0, octaves: int = 3
) -> tuple[Tensor, Tensor, Tensor]:
    """Return breaks and lumps, about -1..1, and micro grain, deviation 1, read elsewhere for every piece.

    Args:
        torus: the tile.
        name: the random stream.
        pieces: stones, each of which gets a face of its own.
        size_m: width of the largest breaks.
        squash: see `broken_face`.
        octaves: how many sizes of break.
    """
    shared = torch.stack(
        [
            broken_face(torus, f"{name}/face", size_m, squash=squash, octaves=octaves),
            fbm(torus, f"{name}/lumps", torus.cells_across(size_m * 1.3), octaves=6, gain=0.55),
            spectral_noise(torus, f"{name}/grain", slope=0.9, low=50).clamp_(-2.5, 2.5),
        ]
    )
    face, lumps, grain = fetch_per_piece(torus, shared, pieces, f"{name}/shift")
    return face, lumps, grain


def rock_insides(
    torus: Torus, name: str, pieces: Elements, cloud_m: float, *, shape: str = "smooth"
) -> tuple[Tensor, Tensor]:
    """Return micro grain, deviation 1, and clouds, about -1..1, of rock that was cut or rolled, other for each piece.

    Args:
        torus: the tile.
        name: the random stream.
        pieces: stones or chips, each of which is of another place in the rock.
        cloud_m: width of the clouds.
        shape: see `fbm`; "ridged" for veined rock.
    """
    shared = torch.stack(
        [
            spectral_noise(torus, f"{name}/grain", slope=0.85, low=45).clamp_(-2.5, 2.5),
            fbm(torus, f"{name}/clouds", torus.cells_across(cloud_m), octaves=5, gain=0.57, shape=shape),
        ]
    )
    grain, clouds = fetch_per_piece(torus, shared, pieces, f"{name}/shift")
    return grain, clouds


@dataclass(frozen=True, slots=True, eq=False)
class Lichen:
    """Crusts of lichen.

    Args:
        cover: (N, N) how much of a texel is lichen, 0..1.
        tone: (N, N) 0 dark heart to 1 pale young rim.
        kind: (N, N) one number 0..1 for every crust.
    """

    cover: Tensor
    tone: Tensor
    kind: Tensor


def lichen(torus: Torus, name: str, size_m: float, amount: float, grain: Tensor) -> Lichen:
    """Return round lobed crusts that grow in rings where they have found a hold.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: width of the largest crust.
        amount: 0 none to 1 nearly everywhere.
        grain: (N, N) micro grain of the rock, deviation 1; the crusts fray along it.
    """
    bend = warp_field(torus, f"{name}/lobes", torus.cells_across(size_m * 0.4), 0.16 * size_m / torus.tile_m)
    crowd = fbm(torus, f"{name}/crowd", torus.cells_across(size_m * 4), octaves=4) * 0.9
    cover, tone, kind = torus.zeros(), torus.zeros(), torus.zeros()
    for number, share in enumerate((1.0, 0.42)):
        crusts = grains(
            torus, f"{name}/{number}", torus.cells_across(size_m * share * 1.3), jitter=1.0, warp=bend
        )
        own = crusts.random(torus, f"{name}/{number}/size")
        radius = 0.42 * own * smoothstep(0.95 - 1.25 * amount, 1.25 - 1.25 * amount, own + crowd)
        inside = radius - crusts.near + grain * 0.012
        here = smoothstep(-0.02, 0.03, inside) * (radius > 0.04)
        ring = smoothstep(0.16, 0.02, inside) * 0.7 + 0.3
        more = here > cover
        tone = torch.where(more, ring, tone)
        kind = torch.where(more, crusts.random(torus, f"{name}/{number}/kind"), kind)
        cover = torch.maximum(cover, here)
    return Lichen(cover=cover * (0.82 + 0.09 * grain).clamp_(0, 1), tone=tone, kind=kind)


def with_lichen(
    surface: Surface,
    name: str,
    size_m: float,
    amount: float,
    grain: Tensor,
    ramp: Palette,
    *,
    where: Tensor | float = 1.0,
) -> Surface:
    """Return a surface on which lichen grows; the crusts stand less than a millimetre high.

    Args:
        surface: bare rock.
        name: the random stream.
        size_m: width of the largest crust.
        amount: 0 none to 1 nearly everywhere.
        grain: (N, N) micro grain of the rock, deviation 1.
        ramp: colors of the crusts, from their dark hearts to pale rims, kinds side by side.
        where: 0 where nothing can grow.
    """
    crust = lichen(surface.torus, name, size_m, amount, grain)
    cover = crust.cover * where
    return replace(
        surface,
        height_m=surface.height_m + cover * (0.0003 + 0.0001 * grain),
        color=mix(surface.color, ramp.paint(crust.tone * 0.5 + crust.kind * 0.5), cover * 0.62),
        roughness=mix(surface.roughness, 0.94, cover),
    )
