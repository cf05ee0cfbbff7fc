"""Write PNG with 1 to 4 channels at 8 or 16 bits a channel.

Own writer, because Pillow cannot write color at 16 bits. Source: W3C, "Portable Network Graphics (PNG)
Specification (Third Edition)".
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Final

import numpy as np
import torch

from assetgen.errors import FormatError
from assetgen.formats.xmp import write_xmp
from assetgen.media.image import ColorSpace, Image
from assetgen.media.metadata import Metadata

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_COLOR_TYPE: Final = {1: 0, 2: 4, 3: 2, 4: 6}
"""Channels -> grey, grey and alpha, RGB, RGBA."""
_BAND_ROWS: Final = 64
"""Rows filtered at once, so that a large image never needs five copies of itself."""
_LEVEL: Final = 6
XMP_KEYWORD: Final = "XML:com.adobe.xmp"
_KEYWORDS: Final = {
    "Title": "asset",
    "Description": "prompt",
    "Copyright": "licence",
    "Software": "generator",
}
"""The keywords that the specification names, and what stands under each."""


def write_png(
    image: Image, *, bits: int = 8, text: Mapping[str, str] | None = None, metadata: Metadata | None = None
) -> bytes:
    """Return the bytes of a PNG file.

    Args:
        image: values 0..1; others are clamped, then rounded half up. Two channels are written as grey and
            alpha. sRGB images are tagged so, linear ones get gamma 1, data gets no tag.
        bits: 8 or 16 a channel.
        text: keywords (1 to 79 Latin-1 characters) and what they say, kept in the file.
        metadata: where it came from, kept as an XMP packet and under the keywords that PNG names.

    Raises:
        FormatError: other bits, or a keyword that PNG does not allow.
    """
    if bits not in (8, 16):
        raise FormatError(f"a PNG has 8 or 16 bits a channel here, not {bits}.")
    header = struct.pack(">2I5B", image.width, image.height, bits, _COLOR_TYPE[image.channels], 0, 0, 0)
    chunks = [_chunk(b"IHDR", header), *_space_chunks(image.space)]
    chunks += [_text_chunk(keyword, value) for keyword, value in (text or {}).items()]
    chunks += _metadata_chunks(metadata)
    chunks += [_chunk(b"IDAT", _compress(_rows(image, bits), pixel_bytes=image.channels * bits // 8))]
    return SIGNATURE + b"".join(chunks) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _space_chunks(space: ColorSpace) -> list[bytes]:
    if space is ColorSpace.SRGB:
        return [_chunk(b"sRGB", b"\x00")]
    if space is ColorSpace.LINEAR:
        return [_chunk(b"gAMA", struct.pack(">I", 100_000))]
    return []


def _metadata_chunks(metadata: Metadata | None) -> list[bytes]:
    if metadata is None or metadata.is_empty:
        return []
    texts = {keyword: getattr(metadata, name).replace("\0", "") for keyword, name in _KEYWORDS.items()}
    packet = XMP_KEYWORD.encode() + b"\0\0\0\0\0" + write_xmp(metadata)
    return [*(_text_chunk(keyword, text) for keyword, text in texts.items() if text), _chunk(b"iTXt", packet)]


def _text_chunk(keyword: str, value: str) -> bytes:
    try:
        key = keyword.encode("latin-1")
    except UnicodeEncodeError as error:
        raise FormatError(f"PNG keyword {keyword!r} is not Latin-1; use plain letters.") from error
    is_printable = all(32 <= c < 127 or c > 160 for c in key)
    if not 1 <= len(key) <= 79 or not is_printable or keyword != keyword.strip() or "  " in keyword:
        raise FormatError(
            f"PNG keyword {keyword!r} is not 1 to 79 printable characters without spaces at its ends."
        )
    if "\0" in value:
        raise FormatError(f"the text under PNG keyword {keyword!r} holds a zero character; leave it out.")
    try:
        return _chunk(b"tEXt", key + b"\0" + value.encode("latin-1"))
    except UnicodeEncodeError:
        # Not compressed, no language, no translated keyword.
        return _chunk(b"iTXt", key + b"\0\0\0\0\0" + value.encode("utf-8", "replace"))


def _rows(image: Image, bits: int) -> np.ndarray:
    """Return the samples as big-endian bytes, (H, row bytes) uint8."""
    most = (1 << bits) - 1
    whole = torch.floor(image.pixels.detach().cpu().clamp(0.0, 1.0) * most + 0.5)
    samples = whole.to(torch.int32).numpy().astype(">u2" if bits == 16 else np.uint8)
    return samples.reshape(image.height, -1).view(np.uint8)


def _compress(rows: np.ndarray, *, pixel_bytes: int) -> bytes:
    """Filter every row the way that leaves the smallest differences, then deflate."""
    packer = zlib.compressobj(_LEVEL)
    packed = []
    above = np.zeros(rows.shape[1], np.uint8)
    for top in range(0, len(rows), _BAND_ROWS):
        band = rows[top : top + _BAND_ROWS]
        packed.append(packer.compress(_filter(band, above, pixel_bytes).tobytes()))
        above = band[-1]
    return b"".join([*packed, packer.flush()])


def _filter(band: np.ndarray, above: np.ndarray, pixel_bytes: int) -> np.ndarray:
    """Return the band with each row filtered, its filter's number in front, (rows, 1 + row bytes) uint8."""
    up = np.concatenate([above[None], band[:-1]]).astype(np.int16)
    here = band.astype(np.int16)
    left, corner = np.zeros_like(here), np.zeros_like(here)
    left[:, pixel_bytes:] = here[:, :-pixel_bytes]
    corner[:, pixel_bytes:] = up[:, :-pixel_bytes]
    guesses = (np.zeros_like(here), left, up, (left + up) // 2, _paeth(left, up, corner))
    best = np.empty((len(band), 1 + band.shape[1]), np.uint8)
    least = np.full(len(band), np.iinfo(np.int64).max)
    for number, guess in enumerate(guesses):
        rest = (here - guess).astype(np.uint8)
        # The usual measure: differences as signed bytes, summed by size.
        cost = np.abs(rest.view(np.int8).astype(np.int16)).sum(axis=1, dtype=np.int64)
        better = cost < least
        least = np.where(better, cost, least)
        best[better, 0] = number
        best[better, 1:] = rest[better]
    return best


def _paeth(left: np.ndarray, up: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """Return whichever of the three neighbours is nearest to left + up - corner; ties go in that order."""
    to_left, to_up = np.abs(up - corner), np.abs(left - corner)
    to_corner = np.abs(left + up - 2 * corner)
    near_up = np.where(to_up <= to_corner, up, corner)
    return np.where((to_left <= to_up) & (to_left <= to_corner), left, near_up)
