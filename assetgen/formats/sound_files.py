"""FLAC, MP3 and Opus, as far as libsndfile has them.

Texts go into FLAC and Opus as Vorbis comments; MP3 takes a title, a comment and a copyright.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from typing import Final

import numpy as np
import soundfile

from assetgen.errors import FormatError
from assetgen.formats.ogg import Packet, read_packets, write_pages
from assetgen.formats.vorbis import SERIAL
from assetgen.formats.vorbis_comment import read_comments, write_comments

OPUS_RATES_HZ: Final = (8000, 12000, 16000, 24000, 48000)
_PIECE = 65_536
_SMALLEST_MP3 = 0.99
"""Compression level; libsndfile refuses 1 for a variable bit rate."""
_COMMENT_BLOCK = 4


def has_codec(name: str) -> bool:
    """Return whether this machine's libsndfile writes "flac", "mp3" or "opus"."""
    if name == "opus":
        return "OPUS" in soundfile.available_subtypes("OGG")
    return name.upper() in soundfile.available_formats()


def write_flac(
    samples: np.ndarray, rate_hz: int, *, bits: int = 24, texts: Mapping[str, str] | None = None
) -> bytes:
    """Return a lossless FLAC file of 16 or 24 bits.

    Args:
        samples: (N, C) float32.
        rate_hz: sample rate.
        bits: 16 or 24.
        texts: comments by name.
    """
    data = _written(samples, rate_hz, format="FLAC", subtype=f"PCM_{bits}")
    return _with_comments(data, texts or {})


def write_mp3(
    samples: np.ndarray, rate_hz: int, *, quality: float = 0.7, texts: Mapping[str, str] | None = None
) -> bytes:
    """Return an MP3 file of variable bit rate, with the header that tells how much silence to cut at both ends.

    Decoders that read that header give the exact length; in others it never loops.

    Args:
        samples: (N, C) float32.
        rate_hz: sample rate.
        quality: 0 smallest to 1 best.
        texts: TITLE, COMMENT and COPYRIGHT are kept.
    """
    return _written(
        samples,
        rate_hz,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=min(1.0 - quality, _SMALLEST_MP3),
        bitrate_mode="VARIABLE",
        texts=texts,
    )


def write_opus(
    samples: np.ndarray, rate_hz: int, *, quality: float = 0.5, texts: Mapping[str, str] | None = None
) -> bytes:
    """Return an Ogg Opus file.

    Args:
        samples: (N, C) float32.
        rate_hz: one of OPUS_RATES_HZ.
        quality: 0 smallest to 1 best.
        texts: comments by name.

    Raises:
        FormatError: another sample rate.
    """
    if rate_hz not in OPUS_RATES_HZ:
        raise FormatError(f"Opus has no sample rate of {rate_hz} Hz; 48000 is its own.")
    data = _written(samples, rate_hz, format="OGG", subtype="OPUS", compression_level=1.0 - quality)
    packets = read_packets(data)
    vendor, _ = read_comments(packets[1].data[8:])
    tags = Packet(b"OpusTags" + write_comments(vendor, texts or {}), 0)
    groups: list[list[Packet]] = [[]]
    for packet in packets[2:]:
        groups[-1].append(packet)
        if packet.granule >= 0:
            groups.append([])
    return write_pages([[packets[0]], [tags], *(group for group in groups if group)], serial=SERIAL)


def _written(
    samples: np.ndarray,
    rate_hz: int,
    *,
    format: str,
    subtype: str,
    compression_level: float | None = None,
    bitrate_mode: str | None = None,
    texts: Mapping[str, str] | None = None,
) -> bytes:
    buffer = io.BytesIO()
    with soundfile.SoundFile(
        buffer,
        "w",
        rate_hz,
        samples.shape[1],
        format=format,
        subtype=subtype,
        compression_level=compression_level,
        bitrate_mode=bitrate_mode,
    ) as file:
        for name in ("title", "comment", "copyright"):
            text = (texts or {}).get(name.upper())
            if text:
                setattr(file, name, text)
        for start in range(0, len(samples), _PIECE):
            file.write(samples[start : start + _PIECE])
    return buffer.getvalue()


def _with_comments(flac: bytes, texts: Mapping[str, str]) -> bytes:
    """Return a FLAC file with its comment block replaced (or one put behind the stream's description)."""
    at, is_last = 4, False
    blocks: list[tuple[int, bytes]] = []
    while not is_last:
        (head,) = struct.unpack_from(">I", flac, at)
        is_last, kind, size = bool(head >> 31), (head >> 24) & 127, head & 0xFFFFFF
        blocks.append((kind, flac[at + 4 : at + 4 + size]))
        at += 4 + size
    old = next((block for kind, block in blocks if kind == _COMMENT_BLOCK), None)
    vendor = read_comments(old)[0] if old else b"libFLAC"
    kept = [(kind, block) for kind, block in blocks if kind != _COMMENT_BLOCK]
    kept.insert(1, (_COMMENT_BLOCK, write_comments(vendor, texts)))
    head = bytearray(flac[:4])
    for number, (kind, block) in enumerate(kept):
        head += struct.pack(">I", (number == len(kept) - 1) << 31 | kind << 24 | len(block)) + block
    return b"".join([head, memoryview(flac)[at:]])
