"""What lies beyond an image's edge: the opposite side where it wraps, its own last row where it does not."""

from __future__ import annotations

import torch
from torch import Tensor


def pad_edges(values: Tensor, *, margin: tuple[int, int], wraps: tuple[bool, bool]) -> Tensor:
    """Return (H + 2 my, W + 2 mx, ...) with `margin` = (mx, my) texels added on either side.

    A margin may be larger than the image; a wrapping axis then repeats several times.

    Args:
        values: (H, W) or (H, W, C).
        margin: texels along (x, y).
        wraps: whether the image continues at its opposite edge, along (x, y).
    """
    padded = values
    for dim, size, extra, wrap in (
        (0, values.shape[0], margin[1], wraps[1]),
        (1, values.shape[1], margin[0], wraps[0]),
    ):
        if extra > 0:
            padded = _pad_axis(padded, dim=dim, size=size, extra=extra, wrap=wrap)
    return padded


def _pad_axis(values: Tensor, *, dim: int, size: int, extra: int, wrap: bool) -> Tensor:
    if wrap and extra <= size:
        before = values.narrow(dim, size - extra, extra)
        return torch.cat((before, values, values.narrow(dim, 0, extra)), dim=dim)
    position = torch.arange(-extra, size + extra, device=values.device)
    index = position.remainder(size) if wrap else position.clamp(0, size - 1)
    return values.index_select(dim, index)
