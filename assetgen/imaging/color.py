"""Between sRGB, linear light and OKLab, for tensors of any shape.

The sRGB functions follow IEC 61966-2-1 on 0..1 and continue past 1 by the same power law; OKLab is Björn
Ottosson's of 2020 over linear sRGB primaries. Luminance has the weights of Rec. 709.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

CHUNK = 32768
"""Elements handled at a time on a CPU: stays in cache, and torch never splits fewer among its threads, so
that vector and scalar code meet the same elements, and give the same bits, for every thread count."""

_TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_LMS_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_LAB_TO_LMS = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_FROM_LMS = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)


def srgb_to_linear(encoded: Tensor) -> Tensor:
    """Return linear light for sRGB-encoded values; exact to 1e-6, any shape, below 0 by the straight part."""
    return _by_chunks(_decode, encoded)


def linear_to_srgb(linear: Tensor) -> Tensor:
    """Return sRGB-encoded values for linear light; exact to 1e-6, any shape, below 0 by the straight part."""
    return _by_chunks(_encode, linear)


def luminance(linear: Tensor, *, axis: int = -1) -> Tensor:
    """Return the Rec. 709 luminance of linear RGB, the channel axis removed; further channels are ignored."""
    red, green, blue = linear.unbind(axis)[:3]
    return red * 0.2126 + green * 0.7152 + blue * 0.0722


def linear_to_oklab(linear: Tensor, *, axis: int = -1) -> Tensor:
    """Return OKLab (L 0..1, a, b about -0.4..0.4) for linear RGB with its three channels on `axis`."""
    cone = [_cube_root(c) for c in _mix(linear.unbind(axis), _TO_LMS)]
    return torch.stack(_mix(cone, _LMS_TO_LAB), dim=axis)


def oklab_to_linear(lab: Tensor, *, axis: int = -1) -> Tensor:
    """Return linear RGB for OKLab; colors outside the sRGB gamut come out below 0 or above 1."""
    cone = [c * c * c for c in _mix(lab.unbind(axis), _LAB_TO_LMS)]
    return torch.stack(_mix(cone, _FROM_LMS), dim=axis)


def _decode(source: Tensor, result: Tensor) -> None:
    # x**2.4 as exp(2.4 log x): 4 times as fast as pow, and at most 4e-7 away from it on 0..1.
    torch.add(source, 0.055, out=result)
    result.mul_(1 / 1.055).log_().mul_(2.4).exp_()
    torch.where(source <= 0.04045, source * (1 / 12.92), result, out=result)


def _encode(source: Tensor, result: Tensor) -> None:
    torch.log(source, out=result)
    result.mul_(1 / 2.4).exp_().mul_(1.055).sub_(0.055)
    torch.where(source <= 0.0031308, source * 12.92, result, out=result)


def _by_chunks(convert: Callable[[Tensor, Tensor], None], values: Tensor) -> Tensor:
    source = values.contiguous().view(-1)
    result = torch.empty_like(source)
    chunk = CHUNK if source.device.type == "cpu" else max(source.numel(), 1)
    for start in range(0, source.numel(), chunk):
        convert(source[start : start + chunk], result[start : start + chunk])
    return result.view(values.shape)


def _mix(channels: tuple[Tensor, ...] | list[Tensor], rows: tuple[tuple[float, ...], ...]) -> list[Tensor]:
    return [
        sum((c * w for c, w in zip(channels[1:], row[1:], strict=True)), channels[0] * row[0]) for row in rows
    ]


def _cube_root(values: Tensor) -> Tensor:
    # log of 0 is minus infinity and its exp is 0 again, so that black needs no case of its own.
    return values.sign() * values.abs().log_().mul_(1 / 3).exp_()
