"""AVIF: written by Pillow at 8 bits, lossy; read by Pillow, or by imagecodecs where a file has 10 or 12 bits.

Pillow would narrow those to 8 without a word. Source: AV1 Codec ISO Media File Format Binding, section 2.3 (`av1C`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assetgen.errors import FormatError
from assetgen.formats.codecs import codec, reader
from assetgen.formats.pillow_write import codes_of, saved
from assetgen.formats.samples import check_edge, check_quality
from assetgen.media.image import Image
from assetgen.media.metadata import Metadata

_LONGEST_EDGE: Final = 16384
_FULL_CHROMA_FROM: Final = 90
_SPEED: Final = 6
"""Of 0, the slowest, to 10; on our base colors 4 saves 1 % in eight times the time."""


def write_avif(image: Image, *, quality: int, metadata: Metadata | None = None) -> bytes:
    """Return an image as a lossy AVIF file of 8 bits; the last of two or four channels is alpha.

    Args:
        image: pixels 0..1, clamped.
        quality: 1 to 100; from 90 on color keeps its full resolution.
        metadata: where it came from, kept as an XMP packet.

    Raises:
        FormatError: an edge is longer than 16384, or the quality is out of range.
        BackendUnavailable: this Pillow has no AVIF.
    """
    codec("PIL._avif")
    check_edge(image.width, image.height, _LONGEST_EDGE, "AVIF")
    check_quality(quality, "AVIF")
    codes = codes_of(image)
    if codes.shape[2] == 2:
        codes = np.concatenate([codes[..., :1].repeat(3, axis=2), codes[..., 1:]], axis=2)
    options: dict[str, object] = {"quality": quality, "speed": _SPEED, "max_threads": 1}
    if codes.shape[2] >= 3:
        options["subsampling"] = "4:4:4" if quality >= _FULL_CHROMA_FROM else "4:2:0"
    return saved(codes, "AVIF", metadata, **options)


def avif_bits(data: bytes) -> int:
    """Return 8, 10 or 12: the bits of a sample as the first AV1 configuration box says them."""
    at = data.find(b"av1C")
    if at < 0 or at + 7 > len(data):
        return 8
    is_deep, is_twelve = data[at + 6] & 0x40, data[at + 6] & 0x20
    return 8 if not is_deep else 12 if is_twelve else 10


def read_deep_avif(data: bytes) -> np.ndarray:
    """Return (H, W, C) uint16 of a file with more than 8 bits; its size was checked before.

    Raises:
        FormatError: it is damaged, or this installation cannot read it without losing bits.
    """
    library = reader("imagecodecs", f"an AVIF of {avif_bits(data)} bits")
    try:
        array = np.asarray(library.avif_decode(data, numthreads=1))
    except (library.AvifError, ValueError, RuntimeError, MemoryError) as error:
        raise FormatError(f"this AVIF is damaged ({error}); save it again.") from error
    return array if array.ndim == 3 else array[..., None]
