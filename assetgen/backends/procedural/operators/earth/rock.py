"""The face of rock that broke, was cut or rolled: used by walls, cliffs, slabs and boulders."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.operators.layouts.cells import facets


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
