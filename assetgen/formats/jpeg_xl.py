"""JPEG XL out and in, through imagecodecs: lossy at 8 bits, or lossless at 8 or 16.

An XMP packet lies in a box of its own, which makes the file a container. Source: ISO/IEC 18181-2.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assetgen.errors import FormatError
from assetgen.formats.codecs import codec, reader
from assetgen.formats.jxl_header import CODESTREAM, CONTAINER, box, boxes_of, read_jxl_header
from assetgen.formats.samples import Samples, check_quality, check_size, whole_numbers
from assetgen.formats.xmp import write_xmp
from assetgen.media.image import ColorSpace, Image
from assetgen.media.metadata import Metadata

_FTYP: Final = b"jxl \0\0\0\0jxl "
_LOSSY_EFFORT: Final = 5
_LOSSLESS_EFFORT: Final = 4
"""Of 1 to 9. On our base colors 7, the encoder's own choice, saves 15 % of lossless in 3.6 times the time, and 3 % of
lossy in twice the time."""
_MOST_EXTRA: Final = 1


def write_jxl(
    image: Image, *, quality: int | None = None, bits: int = 8, metadata: Metadata | None = None
) -> bytes:
    """Return an image as a JPEG XL file; the last of two or four channels is alpha.

    Args:
        image: pixels 0..1, clamped.
        quality: 1 to 100 of a lossy file of 8 bits, on the scale of JPEG; None keeps every bit.
        bits: 8 or 16 of a lossless file.
        metadata: where it came from, kept as an XMP packet.

    Raises:
        FormatError: quality or bits out of range.
        BackendUnavailable: imagecodecs is not installed.
    """
    library = codec("imagecodecs")
    if bits not in (8, 16):
        raise FormatError(f"a JPEG XL file has 8 or 16 bits a channel here, not {bits}.")
    codes = whole_numbers(image.pixels.detach().cpu().numpy(), bits)
    plane = codes if codes.shape[2] > 1 else codes[..., 0]
    if quality is None:
        data = library.jpegxl_encode(plane, lossless=True, effort=_LOSSLESS_EFFORT, numthreads=1)
    else:
        check_quality(quality, "JPEG XL")
        distance = distance_of(quality)
        data = library.jpegxl_encode(plane, distance=distance, effort=_LOSSY_EFFORT, numthreads=1)
    return _with_metadata(bytes(data), metadata)


def distance_of(quality: int) -> float:
    """Return the butteraugli distance of a quality on JPEG's scale, as the reference encoder maps it."""
    if quality >= 30:
        return 0.1 + (100 - quality) * 0.09
    return 53 / 3000 * quality * quality - 23 / 20 * quality + 25


def read_jxl(data: bytes, *, limit_pixels: int) -> Samples:
    """Return the picture in a JPEG XL file at its own depth, upright.

    Raises:
        FormatError: it is damaged, too large, animated, or has channels besides color and alpha; or imagecodecs is
            not installed.
    """
    header = read_jxl_header(data)
    check_size(header.width, header.height, limit_pixels)
    if header.is_animated:
        raise FormatError("this picture is animated or has several pages; save the one that is meant.")
    if header.bits > 16 and not header.is_float:
        raise FormatError(f"this picture has {header.bits} bits a channel; save it with 16, or as floats.")
    if header.extra_channels > _MOST_EXTRA:
        raise FormatError(
            f"this picture has {header.extra_channels} channels besides its color; keep alpha alone."
        )
    library = reader("imagecodecs", "JPEG XL")
    try:
        array = np.asarray(library.jpegxl_decode(data, numthreads=1))
    except (library.JpegxlError, ValueError, RuntimeError, MemoryError) as error:
        raise FormatError(f"this JPEG XL file is damaged ({error}); save it again.") from error
    array = array if array.ndim == 3 else array[..., None]
    if array.ndim != 3 or not 1 <= array.shape[2] <= 4 or array.shape[0] * array.shape[1] > limit_pixels:
        raise FormatError(f"this JPEG XL file gives an array of {array.shape}, which is no picture.")
    is_float = array.dtype.kind == "f"
    # Whole numbers of 10 or 12 bits lie in 16 as they are.
    bits = array.dtype.itemsize * 8 if is_float else header.bits
    return Samples(array=array, bits=bits, space=ColorSpace.LINEAR if is_float else None)


def find_xmp(data: bytes) -> bytes | None:
    """Return the XMP packet of a file, if it has one that is not compressed.

    Raises:
        FormatError: its boxes are damaged.
    """
    return next((body for kind, body in boxes_of(data) if kind == b"xml "), None)


def _with_metadata(data: bytes, metadata: Metadata | None) -> bytes:
    """Return a file with an XMP box before its codestream; the same bytes when there is nothing to say."""
    if metadata is None or metadata.is_empty:
        return data
    packet = box(b"xml ", write_xmp(metadata))
    if data.startswith(CODESTREAM):
        return CONTAINER + box(b"ftyp", _FTYP) + packet + box(b"jxlc", data)
    parts = [box(kind, body) for kind, body in boxes_of(data)]
    first = next(i for i, (kind, _) in enumerate(boxes_of(data)) if kind in (b"jxlc", b"jxlp"))
    return b"".join([*parts[:first], packet, *parts[first:]])
