"""Color under transparent texels, and how much of an image an alpha test lets through."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.imaging.edges import pad_edges
from assetgen.media.image import AlphaMode, Image


def coverage(image: Image, cutoff: float) -> float:
    """Return the share of texels, 0..1, whose alpha reaches `cutoff`."""
    return covered_share(_alpha_of(image), cutoff)


def covered_share(alpha: Tensor, cutoff: float) -> float:
    """Return the share of values, 0..1, that reach `cutoff`; counted, so exact."""
    return int((alpha >= cutoff).sum()) / alpha.numel()


def bleed_color(image: Image) -> Image:
    """Return the image with the color of visible texels grown into fully transparent ones.

    Bilinear filters and block compression read color next to an outline; black there shows as a dark fringe.
    Each transparent texel takes the alpha-weighted mean of the smallest power-of-two block around it that
    holds anything visible. Texels with any alpha, and alpha itself, stay untouched.

    Raises:
        SpecError: the image has no alpha.
    """
    alpha = _alpha_of(image)
    if not bool((alpha <= 0.0).any()) or not bool((alpha > 0.0).any()):
        return image
    color = image.pixels[..., :-1]
    filled = torch.where(alpha > 0.0, color, _fill(color * alpha, alpha, wraps=image.wraps))
    return image.with_pixels(torch.cat((filled, alpha), dim=-1))


def _alpha_of(image: Image) -> Tensor:
    if image.alpha is AlphaMode.NONE:
        raise SpecError("this image has no alpha; its alpha mode is NONE.")
    return image.pixels[..., -1:]


def _fill(weighted: Tensor, weight: Tensor, *, wraps: tuple[bool, bool]) -> Tensor:
    """Return a color for every texel: its own where weight is, else that of its parent block."""
    rows, columns = weight.shape[:2]
    own = weighted / weight.clamp_min(1e-12)
    if rows == 1 and columns == 1:
        return own
    odd = (columns % 2, rows % 2)
    sums = [_sum_blocks(_grow_edge(t, odd=odd, wraps=wraps)) for t in (weighted, weight)]
    parent = _fill(sums[0], sums[1], wraps=wraps)
    spread = parent.repeat_interleave(2, dim=0).repeat_interleave(2, dim=1)[:rows, :columns]
    return torch.where(weight > 0.0, own, spread)


def _grow_edge(values: Tensor, *, odd: tuple[int, int], wraps: tuple[bool, bool]) -> Tensor:
    padded = pad_edges(values, margin=odd, wraps=wraps)
    return padded[odd[1] :, odd[0] :]


def _sum_blocks(values: Tensor) -> Tensor:
    return values[0::2, 0::2] + values[0::2, 1::2] + values[1::2, 0::2] + values[1::2, 1::2]
