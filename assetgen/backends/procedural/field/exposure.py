"""What a height field offers to whatever falls, settles or rubs on it: slopes, ledges, hollows, proud edges.

Everything is measured against the relief at hand, so that a joint counts as a hollow in cobbles and in parquet alike.
"""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import spread, threshold_for
from assetgen.backends.procedural.field.height import blur, blurs, convexity, smoothstep
from assetgen.backends.procedural.field.torus import Torus


def slope(torus: Torus, height_m: Tensor) -> Tensor:
    """Return the tangent of the steepest slope, (N, N)."""
    along_x, along_y = _rise(torus, height_m)
    return torch.sqrt(along_x.square_().add_(along_y.square_()))


def ledges(torus: Torus, height_m: Tensor) -> Tensor:
    """Return how far a texel faces the top of a wall, (N, N): 1 a shelf, 0 flat on the wall, -1 an overhang."""
    along_x, along_y = _rise(torus, height_m)
    return along_y / torch.sqrt(along_x.square_().add_(along_y.square()).add_(1))


def _rise(torus: Torus, height_m: Tensor) -> tuple[Tensor, Tensor]:
    per_m = torus.size / (2 * torus.tile_m)
    along_x = (height_m.roll(-1, 1) - height_m.roll(1, 1)).mul_(per_m)
    return along_x, (height_m.roll(-1, 0) - height_m.roll(1, 0)).mul_(per_m)


def proud(torus: Torus, height_m: Tensor, radius_m: float, *, least_m: float = 1e-6) -> Tensor:
    """Return how far a texel stands above its surroundings, (N, N), -1.5..1.5; hollows are negative.

    Args:
        torus: the tile.
        height_m: (N, N) heights.
        radius_m: how far the surroundings reach.
        least_m: relief that counts as none; 1 is at least this far above.
    """
    away = convexity(torus, height_m, radius_m)
    return (away / (spread(away) + least_m)).clamp_(-1.5, 1.5)


def edges(torus: Torus, height_m: Tensor, radius_m: float, *, least_m: float = 0.0004) -> Tensor:
    """Return where something rubs first: 1 on the sharpest convex edges, 0 on faces, -1 in joints, (N, N).

    Args:
        torus: the tile.
        height_m: (N, N) heights.
        radius_m: width of an edge.
        least_m: a rise that is no edge yet, so that the grain of a flat face is none.
    """
    near = convexity(torus, blur(torus, height_m, radius_m * 0.3), radius_m)
    return (near * (1 / max(threshold_for(near, 0.03), least_m))).clamp_(-1, 1)


def faces(torus: Torus, height_m: Tensor) -> Tensor:
    """Return 1 on faces and 0 in deep joints, which came later than what is let into a face, (N, N)."""
    near, far = blurs(torus, height_m, (0.012, 0.08))
    sunk = torch.maximum((near - height_m) * 2.0, far - height_m)
    return smoothstep(0.008, 0.003, sunk)
