"""The frames of an MP3 file (ISO/IEC 11172-3 and 13818-3), as far as its length is known by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_KILOBITS: Final = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Of layer III, by the version of MPEG and the number in a frame's head; the first is free, and nobody writes it."""
_RATES_HZ: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_SIGNS: Final = (b"Xing", b"Info", b"VBRI")


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a frame lies, and what its head says."""

    at: int
    size: int
    kilobits: int
    side: int


def with_length(data: bytes) -> bytes:
    """Return an MP3 whose decoder knows its length.

    Without a Xing header the length is guessed from the size of the file and the rate of its first frame, and what
    lies behind is never read. A file of frames of unlike bit rates and without the header is given one, which is a
    silent frame that only says how many follow.

    Args:
        data: a file, with or without tags around its sound.
    """
    start = _behind_tags(data)
    first = _frame_at(data, start)
    if first is None or any(sign in data[start : start + first.size] for sign in _SIGNS):
        return data
    frames = list(_frames(data, start))
    if len({frame.kilobits for frame in frames}) < 2:
        return data
    widest = max(frames, key=lambda frame: frame.size)
    body = bytearray(widest.size)
    # The head without a checksum, for which there is nothing to check.
    body[:4] = data[widest.at : widest.at + 4]
    body[1] |= 1
    body[4 + widest.side : 4 + widest.side + 12] = (
        b"Xing" + (1).to_bytes(4, "big") + len(frames).to_bytes(4, "big")
    )
    return b"".join([data[:start], bytes(body), data[start:]])


def _behind_tags(data: bytes) -> int:
    """Return where the sound begins behind ID3v2 tags (id3.org), whose sizes have seven bits a byte."""
    at = 0
    while data[at : at + 3] == b"ID3" and len(data) >= at + 10:
        size = 0
        for byte in data[at + 6 : at + 10]:
            size = size << 7 | byte & 0x7F
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    return at


def _frames(data: bytes, at: int) -> Iterator[_Frame]:
    while (frame := _frame_at(data, at)) is not None:
        yield frame
        at += frame.size


def _frame_at(data: bytes, at: int) -> _Frame | None:
    """Return the frame of layer III that begins at a place."""
    head = int.from_bytes(data[at : at + 4], "big")
    version, layer, rate, rate_hz = head >> 19 & 3, head >> 17 & 3, head >> 12 & 15, head >> 10 & 3
    if (
        len(data) < at + 4
        or head >> 21 != 0x7FF
        or version == 1
        or layer != 1
        or rate in (0, 15)
        or rate_hz == 3
    ):
        return None
    is_first = version == 3
    kilobits = _KILOBITS[1 if is_first else 2][rate]
    size = (144_000 if is_first else 72_000) * kilobits // _RATES_HZ[version][rate_hz] + (head >> 9 & 1)
    is_mono = head >> 6 & 3 == 3
    side = (17 if is_mono else 32) if is_first else (9 if is_mono else 17)
    return _Frame(at=at, size=size, kilobits=kilobits, side=side)
