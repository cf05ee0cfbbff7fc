"""Frames of gRPC-Web: one flag byte, four bytes of length, and that many bytes of message or trailers.

Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Final

from assetgen.errors import RequestError, TooLarge, Unsupported

HEAD_BYTES: Final = 5
COMPRESSED: Final = 0x01
TRAILERS: Final = 0x80

_HEAD: Final = struct.Struct(">BI")
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


def pack(data: bytes, *, flag: int = 0) -> bytes:
    """Return one frame."""
    return _HEAD.pack(flag, len(data)) + data


def pack_trailers(values: Mapping[str, str]) -> bytes:
    """Return the last frame of an answer; values must be ASCII, and what could end a line is replaced."""
    lines = [f"{name}: {_one_line(value)}\r\n" for name, value in values.items()]
    return pack("".join(lines).encode("ascii"), flag=TRAILERS)


def _one_line(value: str) -> str:
    return "".join(letter if " " <= letter <= "~" else "?" for letter in value)


def unpack_one(body: bytes, *, encoding: str, most: int) -> bytes:
    """Return the message of a request that holds exactly one.

    Args:
        body: of the HTTP request.
        encoding: of compressed frames, from the header `grpc-encoding`.
        most: bytes that the message may have, as it came and unpacked.

    Raises:
        RequestError: the frame is cut short, is followed by something, or is no frame of a request.
        TooLarge: the message has more bytes.
        Unsupported: it is compressed in a way that nobody here can read.
    """
    if len(body) < HEAD_BYTES:
        raise RequestError(
            f"the request has {len(body)} bytes, and its frame needs 5 and more; send a frame."
        )
    flag, size = _HEAD.unpack_from(body)
    if flag not in (0, COMPRESSED):
        raise RequestError(f"frames with flag 0x{flag:02x} have no place in a request; send one message.")
    if size > most:
        raise TooLarge(
            f"the message says that it has {size} bytes, and {most} is the most; send less at once."
        )
    rest = len(body) - HEAD_BYTES - size
    if rest < 0:
        raise RequestError(f"the frame is cut short: {-rest} of its {size} bytes are missing; send it again.")
    if rest > 0:
        raise RequestError(f"{rest} bytes follow the message; this method takes exactly one.")
    data = body[HEAD_BYTES:]
    return data if flag == 0 else _inflate(data, encoding=encoding, most=most)


def _inflate(data: bytes, *, encoding: str, most: int) -> bytes:
    if encoding != "gzip":
        raise Unsupported(f"messages compressed as {encoding[:40]!r} cannot be read; send gzip or identity.")
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        # One byte more than allowed tells a message that fits from the start of a bomb.
        message = unpacker.decompress(data, most + 1)
    except zlib.error as error:
        raise RequestError(f"the message is not gzip as it claims to be ({error}); send it again.") from error
    if len(message) > most:
        raise TooLarge(f"the message unpacks to more than {most} bytes; send less at once.")
    if not unpacker.eof or unpacker.unused_data:
        raise RequestError("the compressed message does not end where its frame does; send it again.")
    return message
