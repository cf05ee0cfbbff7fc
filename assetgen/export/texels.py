"""An image as the texels of a container, and texels as an image again.

Float formats hold linear light, so sRGB color is decoded for them; everything else is taken as it is.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.encode import encode_blocks
from assetgen.blocks.quality import Quality
from assetgen.errors import FormatError, SpecError
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Alpha
from assetgen.imaging.color import srgb_to_linear
from assetgen.media.image import AlphaMode, ColorSpace, Image

_LARGEST_HALF = 65504.0


def encode_texels(image: Image, encoding: TexelFormat, *, quality: Quality, threads: int) -> bytes:
    """Return an image's texels row by row, or its blocks.

    Args:
        image: values 0..1, for float formats any.
        encoding: how to store them.
        quality: effort of block compression.
        threads: how many threads to use; the bytes are the same for any number.

    Raises:
        SpecError: BC1 for four channels of data, or fewer channels than the format needs.
    """
    image = stored_image(image, encoding)
    if not encoding.is_blocks:
        return _plain_texels(image, encoding)
    return encode_blocks(image, _block_format(image, encoding), quality=quality, threads=threads)


def stored_image(image: Image, encoding: TexelFormat) -> Image:
    """Return the image whose values the texels hold: linear light for a float format, else itself."""
    return linear_light(image) if encoding.is_float else image


def linear_light(image: Image) -> Image:
    """Return an image with sRGB color decoded; alpha, data and what is linear already stay as they are."""
    if image.space is not ColorSpace.SRGB:
        return image
    pixels = image.pixels.clone()
    colors = image.channels if image.alpha is AlphaMode.NONE else image.channels - 1
    pixels[..., :colors] = srgb_to_linear(pixels[..., :colors])
    return Image(pixels, ColorSpace.LINEAR, image.alpha, image.wraps)


def decode_texels(data: bytes, encoding: TexelFormat, *, width: int, height: int) -> Tensor:
    """Return (height, width, C) float32 of one image's texels, read by other code than wrote them if blocks.

    Raises:
        FormatError: the data is not as long as the size asks for.
    """
    if encoding.is_blocks:
        fmt = BlockFormat.BC1A if encoding is TexelFormat.BC1 else BlockFormat[encoding.name]
        return decode_blocks(data, fmt, width=width, height=height)
    expected = encoding.image_bytes(width=width, height=height)
    if len(data) != expected:
        raise FormatError(
            f"{width}x{height} {encoding.name} takes {expected} bytes, not {len(data)}; it is cut short."
        )
    dtype = np.dtype(_PLAIN_DTYPES[encoding])
    texels = np.frombuffer(data, dtype).reshape(height, width, encoding.channels)
    return torch.from_numpy(texels.astype(np.float32) / (1.0 if encoding.is_float else _most(dtype)))


def alpha_of(image: Image, encoding: TexelFormat) -> Alpha:
    """Return what the alpha channel of an image's texels is."""
    if encoding.channels < 4:
        return Alpha.UNKNOWN
    if image.alpha is not AlphaMode.NONE:
        return Alpha.STRAIGHT
    return Alpha.CUSTOM if image.channels == 4 else Alpha.OPAQUE


_PLAIN_DTYPES = {
    TexelFormat.R8: "<u1",
    TexelFormat.RG8: "<u1",
    TexelFormat.RGBA8: "<u1",
    TexelFormat.R16: "<u2",
    TexelFormat.RGBA16F: "<f2",
}


def _most(dtype: np.dtype) -> float:
    """Return the largest whole number of that many bytes, which stands for 1."""
    return float((1 << 8 * dtype.itemsize) - 1)


def _block_format(image: Image, encoding: TexelFormat) -> BlockFormat:
    if encoding is not TexelFormat.BC1:
        return BlockFormat[encoding.name]
    if image.alpha is not AlphaMode.NONE:
        return BlockFormat.BC1A
    if image.channels == 4:
        raise SpecError("BC1 holds three channels of data and this packing has four; write bc3 or bc7.")
    return BlockFormat.BC1


def _plain_texels(image: Image, encoding: TexelFormat) -> bytes:
    pixels = image.pixels if encoding.channels < 4 else _four_channels(image)
    if pixels.shape[2] < encoding.channels:
        raise SpecError(f"{encoding.name} holds {encoding.channels} channels and the image has fewer.")
    pixels = pixels[..., : encoding.channels].detach().cpu()
    dtype = np.dtype(_PLAIN_DTYPES[encoding])
    if encoding.is_float:
        stored = pixels.clamp(-_LARGEST_HALF, _LARGEST_HALF).numpy()
    else:
        stored = torch.floor(pixels.clamp(0, 1) * _most(dtype) + 0.5).numpy()
    return stored.astype(dtype).tobytes()


def _four_channels(image: Image) -> Tensor:
    """Return red, green, blue and alpha: grey is all three colors, alpha that is missing is 1."""
    pixels = image.pixels
    alpha = torch.ones_like(pixels[..., :1])
    if image.channels == 2 and image.alpha is not AlphaMode.NONE:
        pixels, alpha = pixels[..., :1], pixels[..., 1:]
    elif image.channels == 4:
        return pixels
    if pixels.shape[2] == 2:
        pixels = torch.cat([pixels, torch.zeros_like(alpha)], dim=2)
    elif pixels.shape[2] == 1:
        pixels = pixels.expand(-1, -1, 3)
    return torch.cat([pixels, alpha], dim=2)
