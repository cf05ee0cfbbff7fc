"""Blows of a hammer on metal: every blow leaves a shallow bowl, and bowls meet in soft ridges."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.noise import spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.layouts.cells import grains


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Blows:
    """A hammered face.

    Args:
        height: (N, N) 0 in the bottom of the deepest bowl, about 0.5 on the ridges.
        own: (N, N) a number 0..1 for every blow.
        ridge: (N, N) 1 on the ridges, 0 in the bowls.
    """

    height: Tensor
    own: Tensor
    ridge: Tensor


def hammered(torus: Torus, name: str, size_m: float, *, regular: float = 0.2) -> Blows:
    """Return the blows of a hammer, a small one over a large one, none of which hit twice the same place.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: width of a blow of the small hammer.
        regular: 1 in rows, as a machine does it; 0 as they fall.
    """
    fine = warp_field(torus, f"{name}/bend", torus.cells_across(size_m * 1.5), 0.16 * size_m / torus.tile_m)
    jitter = 1.0 - 0.75 * regular
    small = grains(torus, f"{name}/small", torus.cells_across(size_m), jitter=jitter, warp=fine)
    large = grains(torus, f"{name}/large", torus.cells_across(size_m * 1.7), jitter=1.0, warp=fine)
    first = small.near.square() + 0.02
    second = large.near.square() * 1.9 + 0.10
    grain = spectral_noise(torus, f"{name}/grain", slope=1.6, low=20)
    lower = second < first
    own = torch.where(
        lower, large.random(torus, f"{name}/own/large"), small.random(torus, f"{name}/own/small")
    )
    height = torch.minimum(first, second)
    away = torch.where(lower, large.far - large.near, small.far - small.near)
    away = torch.minimum(away, (first - second).abs() * 2.2)
    ridge = (1 - away * 3.0).clamp_(min=0).square_()
    return Blows(height=height + grain * 0.004, own=own, ridge=ridge)
