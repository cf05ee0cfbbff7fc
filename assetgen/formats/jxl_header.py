"""What a JPEG XL file says of itself before anything is decoded: boxes, size, bits, channels.

A decoder makes room for whatever a header promises, so the header is read here first. Source: ISO/IEC 18181-1 (size
header and image metadata) and 18181-2 (boxes).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assetgen.errors import FormatError

CODESTREAM: Final = b"\xff\x0a"
CONTAINER: Final = b"\0\0\0\x0cJXL \r\n\x87\n"
_RATIOS: Final = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_LENGTHS: Final = ((9, 1), (13, 1), (18, 1), (30, 1))
_MOST_BOXES: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class JxlHeader:
    """What is promised.

    Args:
        width: in pixels, as stored.
        height: in pixels, as stored.
        bits: of a sample.
        is_float: whether samples are floating point numbers.
        extra_channels: alpha and whatever else besides grey or color.
        is_animated: whether there may be more than one frame.
    """

    width: int
    height: int
    bits: int
    is_float: bool
    extra_channels: int
    is_animated: bool


def read_jxl_header(data: bytes) -> JxlHeader:
    """Return what a file promises.

    Raises:
        FormatError: it is no JPEG XL file, or ends within its header.
    """
    bits = _Bits(codestream_of(data)[2:130])
    height, width = _size(bits)
    depth, is_float, extra, is_animated = 8, False, 0, False
    if not bits.take(1):  # not everything at its default
        if bits.take(1):
            bits.take(3)  # orientation, which the decoder undoes
            if bits.take(1):
                _size(bits)  # the size to show it at
            if bits.take(1):
                raise FormatError("this JPEG XL file carries a preview of itself; save it without.")
            is_animated = bool(bits.take(1))
            if is_animated:
                return JxlHeader(
                    width=width, height=height, bits=8, is_float=False, extra_channels=0, is_animated=True
                )
        depth, is_float = _depth(bits)
        bits.take(1)
        extra = bits.choice(((0, 0), (0, 1), (4, 2), (12, 1)))
    return JxlHeader(
        width=width,
        height=height,
        bits=depth,
        is_float=is_float,
        extra_channels=extra,
        is_animated=is_animated,
    )


def codestream_of(data: bytes) -> bytes:
    """Return a file's codestream, or as much of it as the first box of one holds.

    Raises:
        FormatError: there is none.
    """
    if data.startswith(CODESTREAM):
        return data
    for kind, body in boxes_of(data):
        if kind == b"jxlp":
            body = body[4:]  # the part's number
        if kind in (b"jxlc", b"jxlp") and body.startswith(CODESTREAM):
            return body
    raise FormatError("this JPEG XL file has no codestream; save it again.")


def boxes_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and content of every box of a container; nothing for a bare codestream.

    Raises:
        FormatError: a box reaches beyond the end of the file.
    """
    if not data.startswith(CONTAINER):
        return
    at = 0
    for _ in range(_MOST_BOXES):
        if at >= len(data):
            return
        start, end = at + 8, len(data)
        size, kind = struct.unpack_from(">I4s", data, at) if at + 8 <= len(data) else (1, b"")
        if size == 1:
            start, size = at + 16, struct.unpack_from(">Q", data, at + 8)[0] if at + 16 <= len(data) else 0
            end = at + size
        elif size:
            end = at + size
        if end < start or end > len(data):
            break
        yield kind, data[start:end]
        at = end
    raise FormatError("this JPEG XL file is cut short; save it again.")


def box(kind: bytes, body: bytes) -> bytes:
    """Return a box."""
    if len(body) + 8 < 1 << 32:
        return struct.pack(">I4s", len(body) + 8, kind) + body
    return struct.pack(">I4sQ", 1, kind, len(body) + 16) + body


class _Bits:
    """Bits from the least significant of each byte on."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")
        self._left = len(data) * 8

    def take(self, count: int) -> int:
        if count > self._left:
            raise FormatError("this JPEG XL file ends within its header; save it again.")
        value = self._value & ((1 << count) - 1)
        self._value >>= count
        self._left -= count
        return value

    def choice(self, ways: tuple[tuple[int, int], ...]) -> int:
        """Return a number written in one of four ways: so many bits, and what is added to them."""
        count, offset = ways[self.take(2)]
        return self.take(count) + offset


def _size(bits: _Bits) -> tuple[int, int]:
    is_small = bits.take(1)

    def length() -> int:
        return (bits.take(5) + 1) * 8 if is_small else bits.choice(_LENGTHS)

    height = length()
    ratio = bits.take(3)
    if not ratio:
        return height, length()
    across, down = _RATIOS[ratio - 1]
    return height, height * across // down


def _depth(bits: _Bits) -> tuple[int, bool]:
    if bits.take(1):
        depth = bits.choice(((0, 32), (0, 16), (0, 24), (6, 1)))
        bits.take(4)  # bits of the exponent
        return depth, True
    return bits.choice(((0, 8), (0, 10), (0, 12), (6, 1))), False
