"""How far something has spread: the share of a tile that a growth field covers, and how deep inside it lies.

A threshold taken from the field's own order statistics covers the wished share on any base, be it all joints or all
face. It is exact (no sum is involved), so neither thread count nor scrolling changes it.
"""

from __future__ import annotations

import torch
from torch import Tensor


def threshold_for(field: Tensor, share: float) -> float:
    """Return the value that a share (0..1) of the texels exceeds."""
    flat = field.reshape(-1)
    rank = round((1 - min(max(share, 0.0), 1.0)) * (flat.numel() - 1)) + 1
    return float(torch.kthvalue(flat, rank).values)


def grown(field: Tensor, share: float, *, deep: float) -> Tensor:
    """Return how deep inside the covered part a texel lies, (N, N): 0 at its border, 1 from `deep` inwards.

    Negative outside, down to -1. The field decides where it spreads first, `share` how far it has come: with a
    larger share no texel's value falls.

    Args:
        field: (N, N) readiness to be covered, any unit.
        share: covered share of the tile, 0..1.
        deep: distance in the field's unit over which cover becomes full.
    """
    return ((field - threshold_for(field, share)) * (1 / deep)).clamp_(-1, 1)


def spread(field: Tensor) -> float:
    """Return half the distance between the 10th and the 90th percentile, exact and so free of thread counts."""
    return (threshold_for(field, 0.1) - threshold_for(field, 0.9)) / 2
