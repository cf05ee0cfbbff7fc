"""How thick the film of oxide on bright metal has grown: clouds, water marks with rims, spots."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus


def tarnish(torus: Torus, name: str, size_m: float, *, mean: float, spread: float) -> Tensor:
    """Return the thickness of a film, (N, N), about 0 for bright to 1 for as dark as it gets.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: how large the largest clouds are; water marks are half of it.
        mean: thickness on the whole.
        spread: how far clouds differ from it.
    """
    broad = fbm(torus, f"{name}/broad", torus.cells_across(size_m), octaves=6, gain=0.6)
    spots = fbm(torus, f"{name}/spots", torus.cells_across(size_m * 0.47), octaves=5, gain=0.5)
    water = spots + broad * 0.4
    rims = torch.exp(-((water - 0.12) * (1 / 0.03)).square_())
    return mean + broad * spread + smoothstep(0.1, 0.3, water) * 0.10 + rims * 0.10
