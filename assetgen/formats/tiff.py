"""TIFF out and in beyond 8 bits: whole numbers of 16 bits, or 32-bit floats, through tifffile.

Pillow reads color of 16 bits as 8 and cannot write it; what has 8 bits or fewer it reads well. Source: Adobe, "TIFF
Revision 6.0", and XMP part 3 for the packet's tag.
"""

from __future__ import annotations

import logging
import struct
import zlib
from io import BytesIO
from typing import Any, Final

import numpy as np

from assetgen.errors import FormatError
from assetgen.formats.codecs import codec, has, reader
from assetgen.formats.samples import Samples, check_size, upright, whole_numbers
from assetgen.formats.xmp import write_xmp
from assetgen.media.image import AlphaMode, ColorSpace, Image
from assetgen.media.metadata import Metadata
from assetgen.specs.picture_formats import EXTRAS

XMP_TAG: Final = 700
_ORIENTATION: Final = 274
_STRIP_BYTES: Final = 1 << 18
_ASSOCIATED, _UNASSOCIATED = 1, 2
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_PLAIN, _DEFLATE = (1, 32773), (8, 32946)
_DEPTHS: Final = ("uint8", "uint16", "float16", "float32")
_DAMAGE: Final = (
    *(
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RuntimeError,
        ArithmeticError,
    ),
    *(OSError, EOFError, MemoryError, AssertionError, RecursionError, ImportError, struct.error, zlib.error),
)
"""What a parser in plain Python raises for damaged files; its own error is a ValueError."""


def write_tiff(image: Image, *, bits: int = 16, metadata: Metadata | None = None) -> bytes:
    """Return an image as a TIFF file in deflated strips; the last of two or four channels is straight alpha.

    Args:
        image: for 16 bits values 0..1, clamped; for 32 any.
        bits: 16 for whole numbers, 32 for floats.
        metadata: where it came from, kept as an XMP packet.

    Raises:
        FormatError: other bits.
        BackendUnavailable: tifffile is not installed.
    """
    library = codec("tifffile")
    if bits not in (16, 32):
        raise FormatError(f"a TIFF has 16 or 32 bits a channel here, not {bits}.")
    pixels = image.pixels.detach().cpu().numpy()
    array = whole_numbers(pixels, 16) if bits == 16 else np.ascontiguousarray(pixels)
    channels, is_color = array.shape[2], array.shape[2] >= 3
    options: dict[str, Any] = {"photometric": "rgb" if is_color else "minisblack"}
    if channels > 1:
        options["planarconfig"] = "contig"
    if channels in (2, 4):
        options["extrasamples"] = ["unspecified" if image.alpha is AlphaMode.NONE else "unassalpha"]
    if metadata is not None and not metadata.is_empty:
        packet = write_xmp(metadata)
        options["extratags"] = [(XMP_TAG, "B", len(packet), packet, True)]
    row_bytes = array[0].nbytes
    stream = BytesIO()
    library.imwrite(
        stream,
        array if channels > 1 else array[..., 0],
        byteorder="<",
        compression="adobe_deflate",
        predictor=bits == 16,
        rowsperstrip=max(1, min(image.height, _STRIP_BYTES // row_bytes)),
        metadata=None,
        software=False,
        **options,
    )
    return stream.getvalue()


def read_deep_tiff(data: bytes, *, limit_pixels: int) -> Samples:
    """Return the picture in a TIFF file of 8, 16 or 32 bits at its own depth, upright.

    Raises:
        FormatError: it is damaged, too large, of several pages, or of a kind that is not grey or RGB; or tifffile is
            not installed.
    """
    library = reader("tifffile", "a TIFF beyond 8 bits")
    # It logs what is wrong with a file and goes on; what matters of it is raised here.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)
    try:
        with library.TiffFile(BytesIO(data)) as file:
            if len(file.pages) != 1:
                raise FormatError(
                    "this picture is animated or has several pages; save the one that is meant."
                )
            return _samples(file.pages[0], data, limit_pixels)
    except _DAMAGE as error:
        raise FormatError(
            f"this TIFF is damaged or in a form that cannot be read ({error}); save it again."
        ) from error


def find_xmp(data: bytes) -> bytes | None:
    """Return the XMP packet of a file's first page, if it has one.

    Raises:
        FormatError: the page's list of tags lies beyond the end of the file.
    """
    order = "<" if data[:2] == b"II" else ">"
    is_big = data[2:4] in (b"+\0", b"\0+")
    head, count, entry, room = ("Q", "Q", "HHQQ", 8) if is_big else ("I", "H", "HHII", 4)
    try:
        (at,) = struct.unpack_from(order + head, data, 8 if is_big else 4)
        (left,) = struct.unpack_from(order + count, data, at)
        at += struct.calcsize(order + count)
        for _ in range(left):
            tag, _, size, place = struct.unpack_from(order + entry, data, at)
            at += struct.calcsize(order + entry)
            if tag == XMP_TAG:
                start = place if size > room else at - room
                return data[start : start + size]
    except (struct.error, OverflowError) as error:
        raise FormatError("this TIFF is cut short; save it again.") from error
    return None


def _samples(page: Any, data: bytes, limit_pixels: int) -> Samples:
    width, height, count = int(page.imagewidth), int(page.imagelength), int(page.samplesperpixel)
    check_size(width, height, limit_pixels)
    dtype = str(page.dtype)
    kind = int(page.photometric)
    is_color = kind == _RGB
    colors = 3 if is_color else 1
    if kind not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB) or dtype not in _DEPTHS or page.imagedepth != 1:
        raise FormatError(
            f"this TIFF holds {dtype} samples of model {kind}; save it as grey or RGB, 8 or 16 bits."
        )
    if count not in (colors, colors + 1):
        raise FormatError(f"this TIFF has {count} channels; keep grey or RGB, and alpha.")
    if _is_tiled_beyond(page, limit_pixels):
        raise FormatError("this TIFF's tiles are far larger than its picture; save it again.")
    if not has("imagecodecs"):
        _check_without_imagecodecs(page, data)
    array = np.asarray(page.asarray())
    if page.planarconfig == 2 and count > 1:
        array = np.moveaxis(array, 0, 2)
    array = array.reshape(height, width, count)
    if kind == _WHITE_IS_ZERO:
        top = np.iinfo(array.dtype).max if array.dtype.kind == "u" else 1
        array = np.concatenate([top - array[..., :1], array[..., 1:]], axis=2)
    if count > colors and page.extrasamples and int(page.extrasamples[0]) == _ASSOCIATED:
        array = _straight(array)
    orientation = page.tags[_ORIENTATION].value if _ORIENTATION in page.tags else 1
    is_float = array.dtype.kind == "f"
    return Samples(
        array=upright(array, orientation),
        bits=array.dtype.itemsize * 8,
        space=ColorSpace.LINEAR if is_float else None,
    )


def _is_tiled_beyond(page: Any, limit_pixels: int) -> bool:
    """Return whether a single tile would need more room than the largest picture."""
    if not page.is_tiled:
        return False
    return int(page.tilewidth) * int(page.tilelength) * int(page.tiledepth) > min(
        limit_pixels, 4 * max(int(page.imagewidth) * int(page.imagelength), 1 << 16)
    )


def _check_without_imagecodecs(page: Any, data: bytes) -> None:
    """Refuse what tifffile would unpack by itself without an end: it then calls zlib with no limit."""
    if int(page.compression) not in (*_PLAIN, *_DEFLATE):
        raise FormatError(f"a TIFF packed by {page.compression.name} needs a codec; {EXTRAS['imagecodecs']}.")
    if int(page.compression) in _PLAIN:
        return
    across, down = int(page.imagewidth), min(int(page.rowsperstrip), int(page.imagelength))
    if page.is_tiled:
        across, down = int(page.tilewidth), int(page.tilelength)
    most = across * down * int(page.samplesperpixel) * page.dtype.itemsize
    for start, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        if len(zlib.decompressobj().decompress(data[start : start + count], most + 1)) > most:
            raise FormatError("this TIFF unpacks to more than its picture; save it again.")


def _straight(array: np.ndarray) -> np.ndarray:
    """Return samples whose color was multiplied by their alpha with straight alpha; nothing shows under alpha 0."""
    top = np.iinfo(array.dtype).max if array.dtype.kind == "u" else 1.0
    color, alpha = array[..., :-1].astype(np.float64), array[..., -1:].astype(np.float64) / top
    straight = np.divide(color, alpha, out=np.zeros_like(color), where=alpha > 0)
    if array.dtype.kind == "u":
        straight = np.floor(np.minimum(straight, top) + 0.5)
    return np.concatenate([straight.astype(array.dtype), array[..., -1:]], axis=2)
