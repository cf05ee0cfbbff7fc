"""Any picture file as an image, trusting nothing that the file says: the one door for pictures from outside.

What a file is, its first bytes decide. Its header is held against the limits before anything is decoded.
"""

from __future__ import annotations

import numpy as np
import torch

from assetgen.errors import FormatError
from assetgen.formats.exr import read_exr
from assetgen.formats.hdr import read_hdr
from assetgen.formats.jpeg_xl import read_jxl
from assetgen.formats.pillow_read import read_with_pillow
from assetgen.formats.samples import Samples
from assetgen.formats.sniff import sniff
from assetgen.media.image import AlphaMode, ColorSpace, Image

LIMIT_PIXELS = 64 * 2**20
"""The largest picture that is decoded unless a caller says otherwise: 8192x8192."""

_WITH_PILLOW = ("png", "jpeg", "webp", "avif", "tiff", "tga", "bmp")
_OTHERS = {"exr": read_exr, "hdr": read_hdr, "jxl": read_jxl}


def read_image(data: bytes, *, space: ColorSpace | None = None, limit_pixels: int = LIMIT_PIXELS) -> Image:
    """Return the picture in a file, turned the way its EXIF orientation asks for.

    Channels keep their precision up to that of float32; palettes and 1-bit pictures become RGB(A) and grey. CMYK
    becomes sRGB by its ICC profile, and so does 8-bit RGB unless it is data; deeper RGB is taken as it is.

    Args:
        data: the whole file: PNG, JPEG, WebP, AVIF, JPEG XL, TIFF, EXR, HDR, TGA or BMP.
        space: what the values mean; without it whole numbers are taken as sRGB. Floating point color is linear
            light whatever is said here but DATA.
        limit_pixels: the largest picture that is decoded.

    Raises:
        FormatError: another kind of file, damaged or cut short, too large, more than 1000 times as long as
            wide, animated or of several pages, of a color model that is not grey, RGB or CMYK, with values that are
            not finite, or of a kind whose codec is not installed.
    """
    is_color = space in (None, ColorSpace.SRGB)
    return as_image(read_samples(data, limit_pixels=limit_pixels, is_color=is_color), space=space)


def as_image(samples: Samples, *, space: ColorSpace | None = None) -> Image:
    """Return samples as an image; `space` as in `read_image`.

    Raises:
        FormatError: there are values among them that are not finite.
    """
    if samples.is_float:
        pixels = samples.array.astype(np.float32)
        if not np.isfinite(pixels).all():
            raise FormatError(
                "this picture holds values that are not finite numbers; mend them and save it again."
            )
        space = ColorSpace.DATA if space is ColorSpace.DATA else ColorSpace.LINEAR
    else:
        pixels = samples.array.astype(np.float32) / float((1 << samples.bits) - 1)
    return Image(
        pixels=torch.from_numpy(np.ascontiguousarray(pixels)),
        space=space or ColorSpace.SRGB,
        alpha=AlphaMode.STRAIGHT if samples.has_alpha else AlphaMode.NONE,
    )


def read_samples(data: bytes, *, limit_pixels: int = LIMIT_PIXELS, is_color: bool = False) -> Samples:
    """Return the picture in a file at its own depth, with what the file says of its values.

    Args:
        data: the whole file.
        limit_pixels: the largest picture that is decoded.
        is_color: whether it is to be sRGB; then 8-bit color of another ICC profile is converted.

    Raises:
        FormatError: as `read_image`.
    """
    kind = sniff(data)
    if kind in _WITH_PILLOW:
        return read_with_pillow(data, kind, limit_pixels=limit_pixels, is_color=is_color)
    if kind in _OTHERS:
        return _OTHERS[kind](data, limit_pixels=limit_pixels)
    raise FormatError(
        "this is not a picture that can be read; "
        "give a PNG, JPEG, WebP, AVIF, JPEG XL, TIFF, EXR, HDR, TGA or BMP file."
    )
