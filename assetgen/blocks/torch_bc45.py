"""BC4 and BC5 by torch alone, for devices and Pythons that the kernels do not reach.

Source: Khronos Data Format Specification 1.3, "RGTC compressed texture image formats".
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.blocks.channels import cut_blocks, step_on
from assetgen.blocks.quality import Quality
from assetgen.media.image import Image

_ROUNDS: Final = {Quality.FAST: 1, Quality.BALANCED: 2}
_MOST_ROUNDS: Final = 4
_NEAR: Final = 4.0
"""Texels this near to 0 or 255 are left to the constants where six values are interpolated."""


def encode_bc45_by_torch(image: Image, *, planes: int, quality: Quality = Quality.BALANCED) -> Tensor:
    """Return the first one or two channels as BC4 or BC5 blocks, (blocks, 8 planes) uint8 on the image's device.

    Args:
        image: at least that many channels, values 0..1; others are clamped.
        planes: 1 for BC4, 2 for BC5.
        quality: how many rounds of least squares follow the first fit.
    """
    texels = cut_blocks(image, (0, 1)[:planes]) * 255  # (N, 16, planes)
    plane = texels.transpose(1, 2).reshape(-1, 16)
    rounds = _ROUNDS.get(quality, _MOST_ROUNDS)
    words = [_encode(part, rounds) for part in plane.split(step_on(plane.device))]
    return torch.cat(words).reshape(-1, planes).view(torch.uint8)


def _encode(x: Tensor, rounds: int) -> Tensor:
    """Return (N,) int64 words of (N, 16) values 0..255."""
    low, high, error = _fit(x, x.amin(1), x.amax(1), 7, rounds)
    is_inner = (x >= _NEAR) & (x <= 255 - _NEAR)
    inner_low = torch.where(is_inner, x, 255.0).amin(1)
    inner_high = torch.where(is_inner, x, 0.0).amax(1)
    is_empty = inner_low > inner_high
    inner_low = torch.where(is_empty, 128.0, inner_low)
    inner_high = torch.where(is_empty, 128.0, inner_high)
    six_low, six_high, six_error = _fit(x, inner_low, inner_high, 5, rounds)
    is_six = six_error < error
    # Eight values are read when the first end is the larger one.
    first = torch.where(is_six, six_low, high).long()
    second = torch.where(is_six, six_high, low).long()
    codes = torch.where(is_six[:, None], _six_codes(x, six_low, six_high), _eight_codes(x, low, high)).long()
    word = first | second << 8
    for i in range(16):
        word = word | codes[:, i] << (16 + 3 * i)
    return word


def _fit(x: Tensor, low: Tensor, high: Tensor, steps: int, rounds: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the best end points found and their squared error; with 5 steps, 0 and 255 are free as well."""
    low, high, error, wish = _tried(x, low, high, steps)
    for _ in range(rounds):
        low_, high_, error_, wish = _tried(x, *wish, steps)
        better = error_ < error
        low, high = torch.where(better, low_, low), torch.where(better, high_, high)
        error = torch.minimum(error, error_)
    return low, high, error


def _tried(
    x: Tensor, low: Tensor, high: Tensor, steps: int
) -> tuple[Tensor, Tensor, Tensor, tuple[Tensor, Tensor]]:
    """Return the ends rounded, their squared error, and where least squares would have them."""
    low, high = (torch.floor(end.clamp(0, 255) + 0.5) for end in (low, high))
    low = torch.minimum(low, high)
    b = _index(x, low, high, steps) / steps
    a = 1 - b
    cost = (low[:, None] * a + high[:, None] * b - x).square()
    weight = torch.ones_like(x)
    if steps == 5:
        constant = torch.minimum(x.square(), (255 - x).square())
        weight = (constant >= cost).to(x.dtype)
        cost = torch.minimum(cost, constant)
    a, b = a * weight, b * weight
    aa, ab, bb = a.square().sum(1), (a * b).sum(1), b.square().sum(1)
    p, q = (a * x).sum(1), (b * x).sum(1)
    det = aa * bb - ab * ab
    is_determined, share = det > 1e-3, 1 / det.clamp(min=1e-3)
    wish = (
        torch.where(is_determined, (bb * p - ab * q) * share, low),
        torch.where(is_determined, (aa * q - ab * p) * share, high),
    )
    return low, high, cost.sum(1), wish


def _index(x: Tensor, low: Tensor, high: Tensor, steps: int) -> Tensor:
    span = (high - low)[:, None]
    return torch.floor((x - low[:, None]) * (steps * span) / (span.square() + 1e-6) + 0.5).clamp(0, steps)


def _eight_codes(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Return stored codes: 0 is the high end, 1 the low one, then downwards."""
    index = _index(x, low, high, 7)
    return torch.where(index >= 7, 0.0, torch.where(index <= 0, 1.0, 8 - index))


def _six_codes(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Return stored codes: 0 is the low end, 1 the high one, then upwards; 6 is black and 7 white."""
    index = _index(x, low, high, 5)
    codes = torch.where(index <= 0, 0.0, torch.where(index >= 5, 1.0, index + 1))
    cost = (low[:, None] + (high - low)[:, None] * index / 5 - x).square()
    black, white = x.square(), (255 - x).square()
    codes = torch.where(black < cost, 6.0, codes)
    return torch.where(white < torch.minimum(cost, black), 7.0, codes)
