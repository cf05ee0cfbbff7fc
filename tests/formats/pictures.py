"""Small images of every shape, and files of every picture format made from them."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from assetgen.formats.write_picture import write_picture
from assetgen.media.image import AlphaMode, ColorSpace, Image
from assetgen.media.metadata import Metadata
from assetgen.specs.picture_formats import PICTURE_FORMATS

ORIGIN = Metadata(
    asset="walls/old_brick",
    prompt='old "wet" brick & moss <ünder> ☘',
    negative="plastic",
    seed=2**63 - 1,
    backend="procedural",
    model="none/at all",
    licence="output is yours without condition",
    key="0f" * 32,
    generator="assetgen 0.1.0",
)


def soft(channels: int, *, width: int = 48, height: int = 40, space: ColorSpace = ColorSpace.SRGB) -> Image:
    """Return slow waves, different in each channel; the last of two or four is alpha, never 0."""
    y, x = np.mgrid[:height, :width]
    waves = [0.5 + 0.4 * np.sin(x / (9 + 2 * c) + c) * np.cos(y / (11 - c)) for c in range(channels)]
    pixels = torch.from_numpy(np.stack(waves, axis=2).astype(np.float32))
    alpha = AlphaMode.STRAIGHT if channels in (2, 4) else AlphaMode.NONE
    return Image(pixels, space, alpha)


def rough(channels: int, bits: int, *, seed: int = 0, width: int = 23, height: int = 17) -> Image:
    """Return data of random codes of some bits."""
    codes = np.random.default_rng(seed).integers(0, 1 << bits, (height, width, channels))
    return Image(torch.from_numpy((codes / ((1 << bits) - 1)).astype(np.float32)), ColorSpace.DATA)


def fit(word: str, channels: int = 3) -> Image:
    """Return an image that a format can hold."""
    is_float = PICTURE_FORMATS[word].is_float
    return soft(channels, space=ColorSpace.LINEAR if is_float else ColorSpace.SRGB)


@cache
def file_of(word: str, *, origin: bool = False) -> bytes:
    """Return a small file of a format."""
    return write_picture(fit(word), word, metadata=ORIGIN if origin else None)
