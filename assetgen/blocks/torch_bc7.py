"""BC7 by torch alone, for devices and Pythons that the kernels do not reach: Apple, AMD and Intel GPUs, no numba.

Every block is written in mode 6 (one line through RGBA, 16 steps along it), blocks of one color in mode 5, where
they are exact. That is 1 to 6 dB short of the kernels on colorful detail and level with them on smooth color.
Source: Khronos Data Format Specification 1.3, "BPTC compressed texture image formats".
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.blocks.bc7_solid import exact_colors
from assetgen.blocks.channels import channel_sources, cut_blocks, step_on
from assetgen.blocks.quality import Quality
from assetgen.media.image import Image

_ROUNDS: Final = {Quality.FAST: 1, Quality.BALANCED: 2}
"""Least-squares rounds; every other quality takes four, which is where they end to help."""
_MOST_ROUNDS: Final = 4


def encode_bc7_by_torch(image: Image, *, quality: Quality = Quality.BALANCED) -> Tensor:
    """Return the image as BC7 blocks, (blocks, 16) uint8 on the image's device.

    Channels, sizes and alpha are treated as `encode_bc7` does: opaque blocks stay exactly opaque and blocks of one
    color are exact.

    Args:
        image: values 0..1; others are clamped.
        quality: how many rounds of least squares follow the first fit.
    """
    texels = torch.floor(cut_blocks(image, channel_sources(image)) * 255 + 0.5)  # (N, 16, 4)
    pairs = torch.from_numpy(exact_colors().astype("int64")).to(texels.device)
    rounds = _ROUNDS.get(quality, _MOST_ROUNDS)
    words = [_encode(part, pairs, rounds) for part in texels.split(step_on(texels.device))]
    return torch.cat(words).view(torch.uint8)


def _encode(x: Tensor, pairs: Tensor, rounds: int) -> Tensor:
    """Return (N, 2) int64 words of (N, 16, 4) texels 0..255."""
    stored, p, index = _fit(x, rounds)
    words = _pack(stored.long(), p.long(), index.long())
    is_flat = (x.amax(1) == x.amin(1)).all(1, keepdim=True)
    return torch.where(is_flat, _pack_one_color(x[:, 0].long(), pairs), words)


def _fit(x: Tensor, rounds: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return end points (N, 2, 4) 0..127, their p-bits (N, 2) and indices (N, 16) 0..15."""
    is_opaque = (x[..., 3] >= 255).all(1)
    ends = _principal_ends(x)
    stored, p, index, error = _rounded_fit(x, ends, is_opaque)
    for _ in range(rounds):
        trial = _rounded_fit(x, _least_squares(x, index, ends), is_opaque)
        better = trial[3] < error
        stored = torch.where(better[:, None, None], trial[0], stored)
        p = torch.where(better[:, None], trial[1], p)
        index = torch.where(better[:, None], trial[2], index)
        error = torch.where(better, trial[3], error)
    return stored, p, index


def _principal_ends(x: Tensor) -> Tensor:
    """Return the ends (N, 2, 4) of the texels' range along their principal axis."""
    mean = x.mean(1, keepdim=True)
    apart = x - mean  # (N, 16, 4)
    scatter = apart.transpose(1, 2) @ apart  # (N, 4, 4)
    scatter = scatter / (scatter.amax((1, 2), keepdim=True) + 1e-6)
    # Power iteration from the column of the largest variance, which is never orthogonal to the axis.
    widest = scatter.diagonal(dim1=1, dim2=2).argmax(1)
    axis = scatter[torch.arange(len(x), device=x.device), widest][..., None]  # (N, 4, 1)
    for _ in range(4):
        axis = scatter @ axis
    axis = axis / (axis.square().sum(1, keepdim=True) + 1e-12).sqrt()
    along = apart @ axis  # (N, 16, 1)
    reach = torch.cat([along.amin(1, keepdim=True), along.amax(1, keepdim=True)], 1)  # (N, 2, 1)
    return mean + reach * axis.transpose(1, 2)


def _rounded_fit(x: Tensor, ends: Tensor, is_opaque: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return stored end points, p-bits, indices and the squared error of each block."""
    ends = ends.clamp(0, 255)
    even = torch.floor(ends * 0.5 + 0.5).clamp(0, 127)
    odd = torch.floor(ends * 0.5).clamp(0, 127)
    is_odd = (ends - odd * 2 - 1).square().sum(2) < (ends - even * 2).square().sum(2)
    is_odd = is_odd | is_opaque[:, None]  # an odd 255 is the only way to alpha 255
    stored = torch.where(is_odd[..., None], odd, even)
    wide = stored * 2 + is_odd[..., None].to(x.dtype)  # (N, 2, 4), as decoded
    low, span = wide[:, :1], wide[:, 1:] - wide[:, :1]
    share = ((x - low) * span).sum(2) / (span.square().sum(2) + 1e-6)
    index = torch.floor(share * 15 + 0.5).clamp(0, 15)
    decoded = torch.floor(low + (span * _weights(index)[..., None] + 32) / 64)
    error = (decoded - x).square().sum((1, 2))
    return stored, is_odd.to(x.dtype), index, error


def _weights(index: Tensor) -> Tensor:
    return torch.floor(index * (64 / 15) + 0.5)


def _least_squares(x: Tensor, index: Tensor, ends: Tensor) -> Tensor:
    """Return the end points that fit the indices best; blocks that do not determine them keep theirs."""
    b = _weights(index) / 64
    a = 1 - b
    aa, ab, bb = a.square().sum(1), (a * b).sum(1), b.square().sum(1)
    p, q = (a[..., None] * x).sum(1), (b[..., None] * x).sum(1)  # (N, 4)
    det = aa * bb - ab * ab
    share = (1 / det.clamp(min=1e-3))[:, None]
    first = (bb[:, None] * p - ab[:, None] * q) * share
    second = (aa[:, None] * q - ab[:, None] * p) * share
    return torch.where((det > 1e-3)[:, None, None], torch.stack([first, second], 1), ends)


def _pack(stored: Tensor, p: Tensor, index: Tensor) -> Tensor:
    # The top bit of the first index is not stored: where it is set the ends change places.
    flips = index[:, :1] > 7
    stored = torch.where(flips[..., None], stored.flip(1), stored)
    p = torch.where(flips, p.flip(1), p)
    index = torch.where(flips, 15 - index, index)
    low = torch.full_like(p[:, 0], 1 << 6)
    for channel in range(4):
        for end in range(2):
            low = low | stored[:, end, channel] << (7 + 14 * channel + 7 * end)
    low = low | p[:, 0] << 63
    high = p[:, 1] | index[:, 0] << 1
    for i in range(1, 16):
        high = high | index[:, i] << (4 * i)
    return torch.stack([low, high], 1)


def _pack_one_color(color: Tensor, pairs: Tensor) -> Tensor:
    """Return mode 5 with every color index 1, for (N, 4) colors."""
    low = torch.full_like(color[:, 0], 1 << 5)
    for channel in range(3):
        low = low | pairs[color[:, channel]] << (8 + 14 * channel)
    alpha = color[:, 3] | color[:, 3] << 8  # both ends, 16 bits from bit 50 on
    low = low | alpha << 50
    # Fifteen 2-bit indices of 1 after the anchor's single bit.
    high = alpha >> 14 | 0x2AAAAAAB << 2
    return torch.stack([low, high], 1)
