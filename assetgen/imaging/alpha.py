"""Color under transparent texels, and how much of an image an alpha test lets through."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.imaging.edges import pad_edges
from assetgen.media.image import AlphaMode, Image

_BISECTIONS = 24
_LARGEST_SCALE = 16.0
_CODES = 255


def coverage(image: Image, cutoff: float) -> float:
    """Return the share of texels, 0..1, whose alpha reaches `cutoff`."""
    return covered_share(_alpha_of(image), cutoff)


def covered_share(alpha: Tensor, cutoff: float) -> float:
    """Return the share of values, 0..1, that reach `cutoff`; counted, so exact."""
    return int((alpha >= cutoff).sum()) / alpha.numel()


def keep_coverage(level: Image, *, share: float, cutoff: float) -> Image:
    """Return the level with its alpha scaled so that `share` of its texels pass an alpha test, to one texel.

    The scale is found by bisection. Where many texels share one alpha, as in a fine pattern, no scale lets
    just enough of them pass: those that do are then chosen by a dither. Alpha is moved to the 8-bit code on
    its side of the cutoff, so that storing it keeps the choice.

    Args:
        level: an image with alpha.
        share: of the texels, 0..1; 0 and 1 leave none and all.
        cutoff: of the alpha test, above 0 and up to 1.

    Raises:
        SpecError: the image has no alpha.

    Source: Castaño, "Computing Alpha Mipmaps", 2010; Jimenez, "Next Generation Post Processing in Call of
    Duty: Advanced Warfare", SIGGRAPH 2014 (the dither, interleaved gradient noise).
    """
    alpha = _alpha_of(level)[..., 0].contiguous()
    wanted = round(share * alpha.numel())
    scale = _scale_for(alpha, wanted=wanted, cutoff=cutoff)
    scaled = (alpha * scale).clamp_max_(1.0)
    passes = _chosen(scaled, wanted=wanted, cutoff=cutoff)
    code = math.ceil(cutoff * _CODES - 1e-6)
    kept = torch.where(passes, scaled.clamp_min(code / _CODES), scaled.clamp_max((code - 1) / _CODES))
    return level.with_pixels(torch.cat((level.pixels[..., :-1], kept[..., None]), dim=-1))


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


def _scale_for(alpha: Tensor, *, wanted: int, cutoff: float) -> float:
    """Return a scale that lets `wanted` texels pass, or the smallest found that lets more."""
    if wanted in (0, int((alpha >= cutoff).sum()), alpha.numel()):
        return 1.0
    low, high = 0.0, _LARGEST_SCALE
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        passed = int((alpha >= cutoff / middle).sum())
        if passed == wanted:
            return middle
        low, high = (low, middle) if passed > wanted else (middle, high)
    return high


def _chosen(alpha: Tensor, *, wanted: int, cutoff: float) -> Tensor:
    """Return which texels pass: those with the most alpha, and of those at one value the ones a dither picks."""
    passes = alpha >= cutoff
    surplus = int(passes.sum()) - wanted
    if surplus == 0:
        return passes
    # The dither moves a value by less than the step between 8-bit codes, so only equal ones change places.
    rank = (alpha + _gradient_noise(alpha) * (0.5 / _CODES)).flatten()
    if wanted == 0:
        return torch.zeros_like(passes)
    bar = rank.kthvalue(rank.numel() - wanted + 1).values
    return (rank >= bar).view_as(passes)


def _gradient_noise(like: Tensor) -> Tensor:
    """Return noise 0..1 whose neighbors differ, (H, W): the fraction of a fast turning wave."""
    rows, columns = like.shape
    x = torch.arange(columns, dtype=torch.float64, device=like.device)
    y = torch.arange(rows, dtype=torch.float64, device=like.device)[:, None]
    return ((x * 0.06711056 + y * 0.00583715).frac() * 52.9829189).frac().to(like.dtype)


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
