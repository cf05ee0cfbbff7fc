"""An image as a file of any picture format that prompt files can name: the one door for pictures going out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assetgen.errors import FormatError
from assetgen.formats.avif import write_avif
from assetgen.formats.exr import write_exr
from assetgen.formats.jpeg import write_jpeg
from assetgen.formats.jpeg_xl import write_jxl
from assetgen.formats.png import write_png
from assetgen.formats.tiff import write_tiff
from assetgen.formats.webp import write_webp
from assetgen.media.image import AlphaMode, ColorSpace, Image
from assetgen.media.metadata import Metadata
from assetgen.specs.picture_formats import LOSSY_QUALITY, PICTURE_FORMATS

_Writer = Callable[[Image, int, Metadata | None], bytes]

_WRITERS: Final[dict[str, _Writer]] = {
    "png": lambda image, _, origin: write_png(image, metadata=origin),
    "png16": lambda image, _, origin: write_png(image, bits=16, metadata=origin),
    "jpeg": lambda image, quality, origin: write_jpeg(image, quality=quality, metadata=origin),
    "webp": lambda image, quality, origin: write_webp(image, quality=quality, metadata=origin),
    "webp_lossless": lambda image, _, origin: write_webp(image, metadata=origin),
    "avif": lambda image, quality, origin: write_avif(image, quality=quality, metadata=origin),
    "jxl": lambda image, quality, origin: write_jxl(image, quality=quality, metadata=origin),
    "jxl_lossless": lambda image, _, origin: write_jxl(image, metadata=origin),
    "jxl16": lambda image, _, origin: write_jxl(image, bits=16, metadata=origin),
    "tiff16": lambda image, _, origin: write_tiff(image, metadata=origin),
    "tiff32": lambda image, _, origin: write_tiff(image, bits=32, metadata=origin),
    "exr": lambda image, _, origin: write_exr(image, metadata=origin),
    "exr32": lambda image, _, origin: write_exr(image, bits=32, metadata=origin),
}


def write_picture(
    image: Image, word: str, *, quality: int = LOSSY_QUALITY, metadata: Metadata | None = None
) -> bytes:
    """Return an image as a file.

    Args:
        image: values 0..1; only float formats keep others.
        word: the format as prompt files name it, such as "webp_lossless".
        quality: 1 to 100, of lossy formats alone.
        metadata: where it came from, kept in the file.

    Raises:
        FormatError: no such format; data in a lossy one, sRGB in a float one, alpha in JPEG; an image too large for
            the format.
        BackendUnavailable: its codec is not installed; `stand_in` tells what to write instead.
    """
    row = PICTURE_FORMATS.get(word)
    if row is None:
        raise FormatError(f'there is no picture format "{word}"; write one of {", ".join(PICTURE_FORMATS)}.')
    if row.is_lossy and image.space is ColorSpace.DATA:
        raise FormatError(
            f"{row.title} changes texels where eyes do not mind, and this is no color but data; "
            'write "webp_lossless", "jxl_lossless" or "png".'
        )
    if row.is_float and image.space is ColorSpace.SRGB:
        raise FormatError(f"color in {row.title} is linear light, and this image is sRGB; convert it first.")
    if word == "jpeg" and image.alpha is not AlphaMode.NONE:
        raise FormatError('JPEG holds no alpha, and this image has it; write "webp", "avif" or "png".')
    return _WRITERS[word](image, quality, metadata)
