"""Change an image's size with filters that know its edges: halve for mip levels, resize to any size.

Kernels are measured in texels of the smaller image. Kaiser is a sinc of 3 texels on either side under a
Kaiser window with alpha 4, sharp with little ringing; Mitchell-Netravali (B = C = 1/3) is softer; box is the
plain average. An odd axis is halved by the exact area of each texel: three taps whose weights slide along it.

Sources: Kaiser, Schafer, "On the Use of the I0-sinh Window", 1980; Mitchell, Netravali, "Reconstruction
Filters in Computer Graphics", SIGGRAPH 1988; Guthe, Heckbert, "Non-Power-of-Two Mipmapping", NVIDIA 2005.
"""

from __future__ import annotations

import math
from enum import Enum
from functools import cache

import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.imaging.color import linear_to_srgb, srgb_to_linear
from assetgen.imaging.edges import pad_edges
from assetgen.media.image import AlphaMode, ColorSpace, Image

ALPHA_FLOOR = 1.0 / 4096.0
"""Weight of a fully transparent texel's color, so that a wholly transparent region keeps a color."""

_BAND_VALUES = 1 << 17


class Filter(Enum):
    """The kernel that an image is made smaller or larger with."""

    BOX = "box"
    KAISER = "kaiser"
    MITCHELL = "mitchell"


def to_light(image: Image) -> Tensor:
    """Return pixels that may be averaged: color as linear light weighted by alpha, data as it is."""
    pixels = image.pixels
    if image.space is ColorSpace.DATA:
        return pixels
    if image.alpha is AlphaMode.NONE:
        return srgb_to_linear(pixels) if image.space is ColorSpace.SRGB else pixels
    color, alpha = pixels[..., :-1], pixels[..., -1:]
    linear = srgb_to_linear(color) if image.space is ColorSpace.SRGB else color
    weight = alpha + ALPHA_FLOOR
    return torch.cat((linear * weight, weight), dim=-1)


def from_light(light: Tensor, image: Image) -> Image:
    """Return averaged pixels as an image like `image`: the way back from `to_light`."""
    if image.space is ColorSpace.DATA:
        return image.with_pixels(light)
    alpha: tuple[Tensor, ...] = ()
    color = light
    if image.alpha is not AlphaMode.NONE:
        weight = light[..., -1:].clamp_min(ALPHA_FLOOR * 0.5)
        color = light[..., :-1] / weight
        alpha = ((weight - ALPHA_FLOOR).clamp_(0.0, 1.0),)
    if image.space is ColorSpace.SRGB:
        color = linear_to_srgb(color).clamp_(0.0, 1.0)
    return image.with_pixels(torch.cat((color, *alpha), dim=-1) if alpha else color)


def halve(values: Tensor, *, kernel: Filter, wraps: tuple[bool, bool]) -> Tensor:
    """Return (H / 2, W / 2, C), rounded down and at least 1.

    Where a kernel would ring past the four texels nearest to a new one, along either axis, it is held there.

    Args:
        values: (H, W, C), any range.
        kernel: the filter along even axes longer than 1.
        wraps: whether the image continues at its opposite edge, along (x, y).
    """
    rows, columns, channels = values.shape
    result = values.new_empty(max(rows // 2, 1), max(columns // 2, 1), channels)
    band = max(_BAND_VALUES // (columns * channels), 1) if values.device.type == "cpu" else rows
    for top in range(0, result.shape[0], band):
        bottom = min(top + band, result.shape[0])
        tall = _halve_rows(values, top=top, bottom=bottom, kernel=kernel, wrap=wraps[1])
        result[top:bottom] = _halve_columns(tall, kernel=kernel, wrap=wraps[0])
    return result


def resize(image: Image, *, width: int, height: int, kernel: Filter = Filter.KAISER) -> Image:
    """Return the image at another size: color averaged as light and by alpha, edges as the image wraps.

    Raises:
        SpecError: a size below 1.
    """
    if width < 1 or height < 1:
        raise SpecError(f"an image cannot be {width}x{height}; both sizes are at least 1.")
    if (width, height) == (image.width, image.height):
        return image
    source = to_light(image)
    light = _resize_rows(source, size=height, kernel=kernel, wrap=image.wraps[1])
    light = _resize_rows(light.transpose(0, 1), size=width, kernel=kernel, wrap=image.wraps[0])
    light = light.transpose(0, 1).contiguous()
    # A kernel with negative lobes overshoots at hard edges; what a texture can hold ends at its own extremes.
    low, high = (source.amin(dim=(0, 1)), source.amax(dim=(0, 1)))
    return from_light(torch.minimum(torch.maximum(light, low), high), image)


def _kernel_value(kernel: Filter, x: float) -> float:
    """Return the kernel at `x` texels of the smaller image."""
    x = abs(x)
    if kernel is Filter.BOX:
        return 1.0 if x < 0.5 else 0.5 if x == 0.5 else 0.0
    if kernel is Filter.MITCHELL:
        if x < 1.0:
            return (7.0 * x**3 - 12.0 * x**2 + 16.0 / 3.0) / 6.0
        return (-7.0 / 3.0 * x**3 + 12.0 * x**2 - 20.0 * x + 32.0 / 3.0) / 6.0 if x < 2.0 else 0.0
    if x >= 3.0:
        return 0.0
    sinc = math.sin(math.pi * x) / (math.pi * x) if x > 0.0 else 1.0
    return sinc * _bessel_i0(4.0 * math.sqrt(1.0 - (x / 3.0) ** 2)) / _bessel_i0(4.0)


_HALF_WIDTH = {Filter.BOX: 0.5, Filter.MITCHELL: 2.0, Filter.KAISER: 3.0}


def _bessel_i0(x: float) -> float:
    total = term = 1.0
    for k in range(1, 40):
        term *= (x / (2.0 * k)) ** 2
        total += term
    return total


@cache
def _half_taps(kernel: Filter) -> tuple[float, ...]:
    """Return one side of the symmetric 2:1 kernel, nearest tap first; both sides together sum to 1."""
    taps = [_kernel_value(kernel, (k + 0.5) / 2.0) for k in range(int(2 * _HALF_WIDTH[kernel]))]
    return tuple(t / (2.0 * sum(taps)) for t in taps)


def _halve_rows(values: Tensor, *, top: int, bottom: int, kernel: Filter, wrap: bool) -> Tensor:
    """Return rows `top` to `bottom` of the image halved along its first axis."""
    rows, count = values.shape[0], bottom - top
    if rows == 1:
        return values
    if rows % 2:
        part = values[2 * top : 2 * bottom + 1]
        return _area_of_three((part[:-1:2], part[1::2], part[2::2]), size=rows, first=top, dim=0)
    taps = _half_taps(kernel)
    margin = len(taps) - 1
    block = _take_rows(values, start=2 * top - margin, stop=2 * bottom + margin, wrap=wrap)
    length = 2 * count - 1
    pairs = [
        (block[margin - k : margin - k + length : 2], block[margin + 1 + k : margin + 1 + k + length : 2])
        for k in range(len(taps))
    ]
    return _weigh(pairs, taps)


def _halve_columns(values: Tensor, *, kernel: Filter, wrap: bool) -> Tensor:
    columns = values.shape[1]
    if columns == 1:
        return values
    if columns % 2:
        taps3 = (values[:, :-1:2], values[:, 1::2], values[:, 2::2])
        return _area_of_three(taps3, size=columns, first=0, dim=1)
    taps = _half_taps(kernel)
    margin, count = len(taps) - 1, columns // 2
    padded = pad_edges(values, margin=(margin, 0), wraps=(wrap, False))
    # Even and odd columns apart lie in unbroken rows, which vector code reads faster than every second texel.
    lanes = (padded[:, 0::2].contiguous(), padded[:, 1::2].contiguous())

    def lane(start: int) -> Tensor:
        return lanes[start % 2].narrow(1, start // 2, count)

    return _weigh([(lane(margin - k), lane(margin + 1 + k)) for k in range(len(taps))], taps)


def _weigh(pairs: list[tuple[Tensor, Tensor]], taps: tuple[float, ...]) -> Tensor:
    """Return the weighted sum of tap pairs, kept within the range of the four nearest taps."""
    result = torch.add(*pairs[0]).mul_(taps[0])
    if len(taps) == 1:
        return result
    both = torch.empty_like(result)
    for (before, after), tap in zip(pairs[1:], taps[1:], strict=True):
        result.add_(torch.add(before, after, out=both), alpha=tap)
    near, next_to = pairs[0], pairs[1]
    low = torch.minimum(*near)
    torch.minimum(low, torch.minimum(*next_to, out=both), out=low)
    torch.maximum(result, low, out=result)
    high = torch.maximum(*near, out=low)
    torch.maximum(high, torch.maximum(*next_to, out=both), out=high)
    return torch.minimum(result, high, out=result)


def _area_of_three(taps: tuple[Tensor, ...], *, size: int, first: int, dim: int) -> Tensor:
    half = size // 2
    count = taps[1].shape[dim]
    position = torch.arange(first, first + count, dtype=torch.float32, device=taps[0].device)
    position = position.view((-1, 1, 1) if dim == 0 else (1, -1, 1))
    before, after = (half - position) / size, (position + 1.0) / size
    return (taps[0] * before).add_(taps[1], alpha=half / size).add_(taps[2] * after)


def _take_rows(values: Tensor, *, start: int, stop: int, wrap: bool) -> Tensor:
    rows = values.shape[0]
    if start >= 0 and stop <= rows:
        return values[start:stop]
    position = torch.arange(start, stop, device=values.device)
    return values.index_select(0, position.remainder(rows) if wrap else position.clamp(0, rows - 1))


def _resize_rows(values: Tensor, *, size: int, kernel: Filter, wrap: bool) -> Tensor:
    rows = values.shape[0]
    if rows == size:
        return values
    index, weight = _taps_for(rows, size, kernel)
    result = values.new_zeros(size, *values.shape[1:])
    for rows_of_tap, weight_of_tap in zip(index, weight, strict=True):
        position = torch.tensor(rows_of_tap, device=values.device)
        position = position.remainder(rows) if wrap else position.clamp(0, rows - 1)
        scale = torch.tensor(weight_of_tap, dtype=values.dtype, device=values.device).view(-1, 1, 1)
        result.add_(values.index_select(0, position).mul_(scale))
    return result


@cache
def _taps_for(
    rows: int, size: int, kernel: Filter
) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[float, ...], ...]]:
    """Return source rows and weights, one tuple per tap, for every row of the result."""
    ratio = rows / size
    scale = max(ratio, 1.0)
    reach = math.ceil(_HALF_WIDTH[kernel] * scale) + 1
    index, weight = [], []
    for i in range(size):
        center = (i + 0.5) * ratio - 0.5
        taps = range(math.floor(center) - reach + 1, math.floor(center) + reach + 1)
        if kernel is Filter.BOX:
            low, high = center - 0.5 * scale, center + 0.5 * scale
            raw = [max(0.0, min(high, t + 0.5) - max(low, t - 0.5)) for t in taps]
        else:
            raw = [_kernel_value(kernel, (t - center) / scale) for t in taps]
        total = sum(raw)
        index.append(tuple(taps))
        weight.append(tuple(r / total for r in raw))
    return tuple(zip(*index, strict=True)), tuple(zip(*weight, strict=True))
