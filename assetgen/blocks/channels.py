"""How an image's channels and texels become the channels and 4x4 blocks of a format."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.media.image import AlphaMode, Image

ZERO: Final = -1
ONE: Final = -2


def channel_sources(image: Image) -> tuple[int, int, int, int]:
    """Return which channel of the image feeds red, green, blue and alpha; -1 stands for 0 and -2 for 1."""
    if image.channels == 1:
        return (0, 0, 0, ONE)
    if image.channels == 2:
        return (0, 1, ZERO, ONE) if image.alpha is AlphaMode.NONE else (0, 0, 0, 1)
    return (0, 1, 2, 3 if image.channels == 4 else ONE)


def block_count(image: Image) -> tuple[int, int]:
    """Return how many columns and rows of blocks cover the image."""
    return (image.width + 3) // 4, (image.height + 3) // 4


def cut_blocks(image: Image, sources: tuple[int, ...]) -> Tensor:
    """Return the texels of all blocks, (blocks, 16, len(sources)) in 0..1, on the image's device.

    Texels past the edge come from the opposite edge along axes that wrap, and repeat the edge along the others.
    """
    columns, rows = block_count(image)
    pixels = image.pixels.detach().clamp(0, 1)
    pixels = pixels[_filled(image.height, rows, image.wraps[1], pixels.device)]
    pixels = pixels[:, _filled(image.width, columns, image.wraps[0], pixels.device)]  # (4 rows, 4 columns, C)
    constants = {ZERO: torch.zeros_like(pixels[..., 0]), ONE: torch.ones_like(pixels[..., 0])}
    chosen = [constants[source] if source < 0 else pixels[..., source] for source in sources]
    planes = torch.stack(chosen, dim=-1).reshape(rows, 4, columns, 4, len(sources))
    return planes.transpose(1, 2).reshape(rows * columns, 16, len(sources))


def step_on(device: torch.device) -> int:
    """Return how many blocks torch encodes at a time, at some 4 KB each: what caches hold, or what fills a GPU."""
    return 1 << 13 if device.type == "cpu" else 1 << 16


def _filled(size: int, blocks: int, wraps: bool, device: torch.device) -> Tensor:
    at = torch.arange(4 * blocks, device=device)
    return at % size if wraps else at.clamp(max=size - 1)
