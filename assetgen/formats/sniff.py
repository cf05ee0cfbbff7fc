"""What kind of file some bytes are, by how they begin; a file's name is never asked."""

from __future__ import annotations

import struct
from typing import Final

_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"\x76\x2f\x31\x01", "exr"),
    (b"#?RADIANCE\n", "hdr"),
    (b"#?RGBE\n", "hdr"),
    (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    (b"DDS ", "dds"),
    (b"\xabKTX 20\xbb\r\n\x1a\n", "ktx2"),
    (b"BM", "bmp"),
)
_AVIF_BRANDS: Final = (b"avif", b"avis")
_LONGEST_FTYP: Final = 512
_TGA_TYPES: Final = (1, 2, 3, 9, 10, 11)


def sniff(data: bytes) -> str | None:
    """Return "png", "jpeg", "webp", "avif", "jxl", "tiff", "exr", "hdr", "tga", "bmp", "dds", "ktx2", or None."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return "avif" if _is_avif(data) else None
    return "tga" if _is_tga(data) else None


def sniff_sound(data: bytes) -> str | None:
    """Return "ogg", "opus", "flac", "wav", "aiff", "mp3", or None."""
    if data[:4] == b"OggS":
        # The first page has one segment, so the first packet begins behind it.
        return "opus" if data[28:36] == b"OpusHead" else "ogg"
    if data[:4] == b"fLaC":
        return "flac"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[:4] == b"FORM" and data[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if data[:3] == b"ID3":
        return "mp3"
    return "mp3" if len(data) > 3 and data[0] == 0xFF and _is_mpeg_layer(data[1], data[2]) else None


def _is_mpeg_layer(second: int, third: int) -> bool:
    """Return whether two bytes behind 0xFF go on as the header of an MPEG audio frame that can be."""
    return second & 0xE0 == 0xE0 and second & 0x06 != 0 and third & 0xF0 != 0xF0 and third & 0x0C != 0x0C


def _is_avif(data: bytes) -> bool:
    """Return whether the major brand or a compatible one says AVIF; a HEIF file of another codec says neither."""
    length = min(struct.unpack_from(">I", data)[0], _LONGEST_FTYP, len(data))
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, length, 4))]
    return any(brand in _AVIF_BRANDS for brand in brands)


def _is_tga(data: bytes) -> bool:
    """Return whether a header without a signature reads as TGA: its fields must agree with each other."""
    if len(data) < 18:
        return False
    has_map, kind, depth = data[1], data[2], data[16]
    return has_map in (0, 1) and kind in _TGA_TYPES and depth in (8, 15, 16, 24, 32) and data[17] & 0xC0 == 0
