"""Read PNG, JPEG, WebP, TIFF, TGA and BMP pictures into images, trusting nothing that the file says.

The header is read first and refused when it promises too much; only then are pixels decoded. Pillow
decodes, except that it has no 16-bit color: there the high and the low bytes are fetched one after the other.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import Final

import numpy as np
import PIL.Image
import torch
from PIL import UnidentifiedImageError
from PIL.Image import DecompressionBombError, DecompressionBombWarning

from assetgen.errors import FormatError
from assetgen.formats.png import SIGNATURE
from assetgen.media.image import AlphaMode, ColorSpace, Image

_KINDS: Final = ("PNG", "JPEG", "WEBP", "TIFF", "TGA", "BMP")
_LARGEST_RATIO: Final = 1000
_ORIENTATION: Final = 274
"""The EXIF tag that says which way up a camera was held."""
_PLAIN: Final = ("L", "LA", "RGB", "RGBA")
_DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
    ZeroDivisionError,
    AssertionError,
    UserWarning,
    struct.error,
    zlib.error,
    DecompressionBombError,
    DecompressionBombWarning,
)
"""What Pillow's readers raise for damaged files; there is no common root."""


def read_image(data: bytes, *, space: ColorSpace | None = None, limit_pixels: int = 64 * 2**20) -> Image:
    """Return the picture in a file, turned the way its EXIF orientation asks for.

    8- and 16-bit channels keep their precision; palettes and 1-bit pictures become RGB(A) and grey.

    Args:
        data: the whole file.
        space: what the values mean; without it they are taken as sRGB.
        limit_pixels: the largest picture that is decoded.

    Raises:
        FormatError: another kind of file, damaged or cut short, too large, more than 1000 times as long as
            wide, animated or of several pages, or of a color model that is not grey or RGB.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DecompressionBombWarning)
            samples = _samples(data, limit_pixels)
    except UnidentifiedImageError as error:
        raise FormatError(
            "this is not a picture that can be read; give a PNG, JPEG, WebP, TIFF, TGA or BMP file."
        ) from error
    except _DAMAGE as error:
        raise FormatError(f"this picture is damaged or too large ({error}); save it again.") from error
    has_alpha = samples.shape[2] in (2, 4)
    most = float(np.iinfo(samples.dtype).max)
    pixels = torch.from_numpy(np.ascontiguousarray(samples).astype(np.float32)) / most
    return Image(
        pixels=pixels,
        space=space or ColorSpace.SRGB,
        alpha=AlphaMode.STRAIGHT if has_alpha else AlphaMode.NONE,
    )


def _samples(data: bytes, limit_pixels: int) -> np.ndarray:
    """Return the picture as (H, W, C) uint8 or uint16, upright."""
    with PIL.Image.open(io.BytesIO(data), formats=_KINDS) as picture:
        _check_size(picture.width, picture.height, limit_pixels)
        if getattr(picture, "n_frames", 1) != 1:
            raise FormatError("this picture is animated or has several pages; save the one that is meant.")
        orientation = picture.getexif().get(_ORIENTATION, 1)
        deep = _deep_channels(data)
        samples = _deep_samples(data, deep) if deep else _plain_samples(picture)
    return _upright(samples, orientation)


def _check_size(width: int, height: int, limit_pixels: int) -> None:
    if width < 1 or height < 1:
        raise FormatError(f"this picture is {width}x{height} pixels, which is empty.")
    if width * height > limit_pixels:
        raise FormatError(
            f"this picture is {width}x{height} pixels; at most {limit_pixels} are read. Make it smaller."
        )
    if max(width, height) > _LARGEST_RATIO * min(width, height):
        raise FormatError(
            f"this picture is {width}x{height} pixels, more than {_LARGEST_RATIO} times as long as wide."
        )


def _deep_channels(data: bytes) -> int:
    """Return the channels of a PNG with 16-bit color or 16-bit grey and alpha, and 0 for everything else."""
    if not data.startswith(SIGNATURE) or data[24] != 16:
        return 0
    return {2: 3, 4: 2, 6: 4}.get(data[25], 0)


def _deep_samples(data: bytes, channels: int) -> np.ndarray:
    if channels == 2:
        # Four bytes a pixel filter alike whatever they mean: relabelled as 8-bit RGBA nothing gets lost.
        header = data[12:24] + bytes([8, 6]) + data[26:29]
        relabelled = data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]
        four = _decoded(relabelled, None)
        high, low = four[:, :, 0::2], four[:, :, 1::2]
    else:
        # Pillow keeps one byte of two. Told that the bytes are little-endian it keeps the other one.
        name = "RGB" if channels == 3 else "RGBA"
        high, low = _decoded(data, f"{name};16B"), _decoded(data, f"{name};16L")
    return high.astype(np.uint16) << 8 | low


def _decoded(data: bytes, raw_mode: str | None) -> np.ndarray:
    with PIL.Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
        if raw_mode is not None:
            picture.tile = [tile._replace(args=raw_mode) for tile in picture.tile]
        picture.load()
        return np.array(picture)


def _plain_samples(picture: PIL.Image.Image) -> np.ndarray:
    picture.load()
    mode = picture.mode
    if mode in ("I;16", "I;16L", "I;16B", "I;16N"):
        return np.array(picture).astype(np.uint16)[:, :, None]
    if mode == "1":
        picture = picture.convert("L")
    elif mode in ("P", "PA"):
        has_alpha = mode == "PA" or "transparency" in picture.info
        picture = picture.convert("RGBA" if has_alpha else "RGB")
    elif mode not in _PLAIN:
        raise FormatError(f"this picture's color model is {mode}; save it as grey or RGB, 8 or 16 bits.")
    if picture.mode in ("L", "RGB") and "transparency" in picture.info:
        picture = picture.convert("LA" if picture.mode == "L" else "RGBA")
    samples = np.array(picture)
    return samples if samples.ndim == 3 else samples[:, :, None]


def _upright(samples: np.ndarray, orientation: object) -> np.ndarray:
    """Undo an EXIF orientation 1..8; anything else counts as 1."""
    if orientation in (5, 6, 7, 8):
        samples = samples.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    return samples
