"""Pictures like those that people bring: grainy or in courses, lit from one side, with edges that do not meet."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.media.image import ColorSpace, Image


def grain(height: int, width: int, *, seed: int = 1, wave: float = 9.0) -> Tensor:
    """Return (H, W) of smooth noise that tiles, about 0 with deviation 1; `wave` is its length in texels."""
    noise = torch.randn(height, width, generator=torch.Generator().manual_seed(seed))
    x = torch.fft.rfftfreq(width)[None, :]
    y = torch.fft.fftfreq(height)[:, None]
    smooth = torch.fft.irfft2(
        torch.fft.rfft2(noise) * torch.exp(-(x * x + y * y) * wave**2), s=(height, width)
    )
    return (smooth - smooth.mean()) / smooth.std()


def gravel(size: int = 128, *, seed: int = 1) -> Image:
    """Return sRGB gravel that tiles."""
    field = grain(size, size, seed=seed)
    tint = torch.tensor([0.16, 0.14, 0.11])
    return Image((0.45 + field[..., None] * tint).clamp(0.0, 1.0).contiguous(), ColorSpace.SRGB)


def photograph(size: int = 128, *, seed: int = 1, falloff: float = 0.0) -> Image:
    """Return gravel cut out of a larger picture, so that it does not tile, darker towards the right by `falloff`."""
    pixels = gravel(size + size // 4 + 3, seed=seed).pixels[:size, :size]
    light = 1.0 - falloff * torch.linspace(0.0, 1.0, size)[None, :, None]
    return Image((pixels * light).contiguous(), ColorSpace.SRGB)


def courses(height: int, width: int, *, rows: float, columns: float) -> Image:
    """Return a wall of stacked bricks; a number of rows or columns that is not whole does not tile."""
    y = torch.arange(height)[:, None] / height * rows
    x = torch.arange(width)[None, :] / width * columns
    joint = ((y % 1.0) < 0.15) | ((x % 1.0) < 0.12)
    wall = torch.where(joint[..., None], torch.tensor([0.75, 0.74, 0.72]), torch.tensor([0.55, 0.25, 0.18]))
    return Image(
        (wall + grain(height, width, wave=3.0)[..., None] * 0.02).clamp(0.0, 1.0).contiguous(),
        ColorSpace.SRGB,
    )
