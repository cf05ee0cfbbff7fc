"""WAV files: 16 and 24 bit whole numbers and 32 bit floats, with the loop that samplers and engines read.

Source: Microsoft/IBM, "Multimedia Programming Interface and Data Specifications 1.0" and "New Multimedia Data Types
and Data Techniques" (fact, smpl and LIST INFO chunks). Texts go into a LIST INFO chunk as far as it has fields.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from assetgen.errors import FormatError

_PCM, _FLOAT = 1, 3
_MOST_BYTES: Final = 0xFFFFFFFF - 4096
_PIECE: Final = 1 << 18
"""Frames made into whole numbers at a time."""
_INFO: Final = {
    "TITLE": b"INAM",
    "COMMENT": b"ICMT",
    "COPYRIGHT": b"ICOP",
    "SOFTWARE": b"ISFT",
    "GENRE": b"IGNR",
}


def write_wav(
    samples: np.ndarray,
    rate_hz: int,
    *,
    bits: int = 16,
    loop: tuple[int, int] | None = None,
    texts: Mapping[str, str] | None = None,
) -> bytes:
    """Return a WAV file.

    Args:
        samples: (N, C) float32; whole numbers are rounded to nearest and clipped at full scale.
        rate_hz: sample rate.
        bits: 16 or 24 for whole numbers, 32 for floats.
        loop: (start, end) frames, end excluded, written as one endless forward loop.
        texts: TITLE, COMMENT, COPYRIGHT, SOFTWARE and GENRE are kept, others have no place.

    Raises:
        FormatError: more than the 4 GiB that a WAV file holds.
    """
    frames, channels = samples.shape
    width = bits // 8
    if frames * channels * width > _MOST_BYTES:
        raise FormatError("a WAV file holds 4 GiB at most; write FLAC or OGG.")
    kind = _FLOAT if bits == 32 else _PCM
    block = channels * width
    form = struct.pack("<HHIIHH", kind, channels, rate_hz, rate_hz * block, block, bits)
    chunks = [(b"fmt ", form + (struct.pack("<H", 0) if kind == _FLOAT else b""))]
    if kind == _FLOAT:
        chunks.append((b"fact", struct.pack("<I", frames)))
    chunks.append((b"data", _stored(samples, bits)))
    if loop is not None:
        chunks.append((b"smpl", _sampler(rate_hz, loop)))
    info = _info(texts or {})
    if info:
        chunks.append((b"LIST", info))
    parts = [part for name, data in chunks for part in _chunk(name, data)]
    return b"".join([b"RIFF", struct.pack("<I", 4 + sum(map(len, parts))), b"WAVE", *parts])


def read_wav_loop(data: bytes) -> tuple[int, int] | None:
    """Return the first loop of a WAV file in frames, end excluded, or None.

    Raises:
        FormatError: it is no WAV file or a chunk is longer than the file.
    """
    for name, start, size in _chunks_of(data):
        if name == b"smpl" and size >= 60 and struct.unpack_from("<I", data, start + 28)[0] > 0:
            first, last = struct.unpack_from("<II", data, start + 36 + 8)
            return (first, last + 1) if last >= first else None
    return None


def read_wav_texts(data: bytes) -> dict[str, str]:
    """Return the texts of a WAV file by the names that `write_wav` takes.

    Raises:
        FormatError: it is no WAV file or a chunk is longer than the file.
    """
    fields = {field: name for name, field in _INFO.items()}
    texts: dict[str, str] = {}
    for name, start, size in _chunks_of(data):
        if name != b"LIST" or data[start : start + 4] != b"INFO":
            continue
        for field, at, length in _chunks_of(data[start : start + size], 4):
            if field in fields:
                texts[fields[field]] = _line(data[start + at : start + at + length])
    return texts


def _line(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "replace")


def _chunks_of(data: bytes, at: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name, the place and the size of every chunk of a file, or of a list from a place on."""
    if at is None:
        if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
            raise FormatError("this is no WAV file.")
        at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > len(data):
            raise FormatError("a chunk of the WAV file is longer than the file; it was cut short.")
        yield name, at + 8, size
        at += 8 + size + size % 2


def _stored(samples: np.ndarray, bits: int) -> bytes:
    if bits == 32:
        return samples.astype("<f4", copy=False).tobytes()
    return b"".join(_whole(samples[at : at + _PIECE], bits) for at in range(0, len(samples), _PIECE))


def _whole(samples: np.ndarray, bits: int) -> bytes:
    most = float(1 << (bits - 1))
    whole = np.clip(np.rint(samples.astype(np.float64) * most), -most, most - 1).astype("<i4")
    if bits == 16:
        return whole.astype("<i2").tobytes()
    return np.ascontiguousarray(whole).view(np.uint8).reshape(*samples.shape, 4)[..., :3].tobytes()


def _sampler(rate_hz: int, loop: tuple[int, int]) -> bytes:
    """Return a smpl chunk with one endless forward loop; its end is the last frame played."""
    period_ns = round(1e9 / rate_hz)
    head = struct.pack("<9I", 0, 0, period_ns, 60, 0, 0, 0, 1, 0)
    return head + struct.pack("<6I", 0, 0, loop[0], loop[1] - 1, 0, 0)


def _info(texts: Mapping[str, str]) -> bytes:
    fields = [
        part
        for name, text in texts.items()
        if name in _INFO
        for part in _chunk(_INFO[name], text.encode("utf-8") + b"\0")
    ]
    return b"INFO" + b"".join(fields) if fields else b""


def _chunk(name: bytes, data: bytes) -> tuple[bytes, ...]:
    """Return a chunk in pieces, so that the samples are copied once, into the file."""
    return name, struct.pack("<I", len(data)), data, b"\0" * (len(data) % 2)
