"""A picture that does not tile made to: a strip of its own inside is laid over the seam, cut in where nobody looks.

The strip comes from where both of its sides fit the two sides of the seam best, moved along the seam and stretched
by a few percent if that brings joints and courses together. Its slow changes of light are brought to those around
it, it is cut in along the least visible lines, and what steps are left there are joined in the gradients. Nothing
is blended, so nothing is blurred, and two thirds of the picture along each axis are not touched at all. All maps of
a surface are cut alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.imaging.cuts import cheapest_cut, join_light
from assetgen.imaging.strip import Strip, cutting_cost, take_strip
from assetgen.imaging.strip_search import SHARE, find_strip
from assetgen.media.image import Image

SMALLEST_EDGE = 48
_LIGHT_WAVES = 1.5
"""Waves along the seam up to which the strip's light is brought to that around it."""
_JOIN = 0.02
"""Reach of the joined light, as a share of the edge."""


def make_tileable(images: Sequence[Image], *, axes: tuple[bool, bool]) -> tuple[Image, ...]:
    """Return the maps of a surface without seams across some axes; they then wrap there.

    Args:
        images: maps of one size, the one that is looked at first; `wraps` says along which axes they tile already.
        axes: along which of (x, y) the seam is to go.

    Raises:
        SpecError: maps of different sizes, or smaller than 48 texels along such an axis.
    """
    sizes = {(image.width, image.height) for image in images}
    if len(sizes) != 1:
        raise SpecError(f"maps that are cut together have one size, not {sorted(sizes)}.")
    width, height = sizes.pop()
    if (axes[0] and width < SMALLEST_EDGE) or (axes[1] and height < SMALLEST_EDGE):
        raise SpecError(
            f"a picture of {width}x{height} is too small to mend its seams; give one of {SMALLEST_EDGE} or more."
        )
    wraps = images[0].wraps
    stack = torch.cat([image.pixels for image in images], dim=-1)  # (H, W, sum of C)
    weights = torch.cat([_weights(image) for image in images])
    if axes[0]:
        _close(stack, weights, closed=wraps[1] and not axes[1])
    if axes[1]:
        _close(stack.transpose(0, 1), weights, closed=wraps[0] or axes[0])
    done = (wraps[0] or axes[0], wraps[1] or axes[1])
    parts = stack.clamp(0.0, 1.0).split([image.channels for image in images], dim=-1)
    return tuple(
        Image(part.contiguous(), image.space, image.alpha, done)
        for part, image in zip(parts, images, strict=True)
    )


def _weights(image: Image) -> Tensor:
    """Return how much each channel counts: every map alike, whatever its contrast."""
    spread = float(image.pixels.std())
    return torch.full(
        (image.channels,), 1.0 / max(spread, 0.02) / image.channels**0.5, device=image.pixels.device
    )


def _close(stack: Tensor, weights: Tensor, *, closed: bool) -> None:
    """Make (R, N, C) go on from its last column to its first, in place and channel by channel: it may be large.

    Args:
        stack: (R, N, C).
        weights: (C,) of the channels where pictures are compared.
        closed: whether the last row meets the first.
    """
    columns = stack.shape[1]
    strip = Strip(int(columns * SHARE), closed)
    half = strip.half
    fit = find_strip(stack, weights, strip)
    around = torch.cat((stack[:, columns - half :], stack[:, :half]), dim=1)  # the seam in its middle
    laid = take_strip(stack, fit, strip)
    apart = torch.zeros_like(around[..., 0])
    for channel in range(stack.shape[2]):
        first, second = around[..., channel], laid[..., channel]
        second += _light_between(first - second, strip)
        apart += (first - second).square_() * weights[channel].square()
    is_laid = _cut_in(apart, strip)
    fade, reach = _fade(strip, stack), max(columns * _JOIN, 2.0)
    for channel in range(stack.shape[2]):
        first, second = around[..., channel], laid[..., channel]
        joined = join_light(first, second, is_laid, reach=reach, closed=closed)
        first.copy_(torch.where(is_laid, second, first) + joined * fade)
    stack[:, columns - half :] = around[:, :half]
    stack[:, :half] = around[:, half:]


def _light_between(apart: Tensor, strip: Strip) -> Tensor:
    """Return the slow difference of light at the two ends, passing from one to the other, (R, width)."""
    rows = apart.shape[0]
    ends = torch.stack((apart[:, : strip.end].mean(dim=1), apart[:, -strip.end :].mean(dim=1)))  # (2, R)
    ring = ends if strip.closed else torch.cat((ends, ends.flip(1)), dim=1)
    wave = torch.fft.rfftfreq(ring.shape[1], device=apart.device) * rows
    low = torch.exp(-0.5 * (wave / _LIGHT_WAVES) ** 2)
    slow = torch.fft.irfft(torch.fft.rfft(ring, dim=1) * low, n=ring.shape[1], dim=1)[:, :rows]
    place = torch.arange(strip.width, device=apart.device, dtype=apart.dtype)
    along = ((place - strip.end / 2.0) / (strip.width - strip.end)).clamp(0.0, 1.0)
    return torch.lerp(slow[0].unsqueeze(1), slow[1].unsqueeze(1), along)


def _cut_in(apart: Tensor, strip: Strip) -> Tensor:
    """Return where the strip is to be seen, (R, width) bool: between the cheapest cuts through its two ends."""
    place = torch.arange(strip.width, device=apart.device)
    cuts = [cheapest_cut(cutting_cost(side, strip), closed=strip.closed) for side in (apart, apart.flip(1))]
    return (place > cuts[0][:, None]) & (place.flip(0) > cuts[1][:, None])


def _fade(strip: Strip, like: Tensor) -> Tensor:
    place = torch.arange(strip.width, device=like.device, dtype=like.dtype)
    edge = torch.minimum(place, place.flip(0)) / (strip.end / 4.0)
    return edge.clamp(0.0, 1.0)
