"""Vorbis comments: the texts in Ogg and FLAC files.

Source: Xiph.Org, "Ogg Vorbis I format specification: comment field and header specification".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from assetgen.errors import FormatError

_MOST_COMMENTS = 10_000


def write_comments(vendor: bytes, texts: Mapping[str, str]) -> bytes:
    """Return a comment block without the packet around it.

    Args:
        vendor: who encoded it, as the encoder wrote it.
        texts: by name; names are upper case ASCII by custom, without "=".
    """
    out = bytearray(struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(texts)))
    for name, text in texts.items():
        comment = f"{name}={text}".encode()
        out += struct.pack("<I", len(comment)) + comment
    return bytes(out)


def read_comments(block: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the vendor and the texts of a comment block; names come in upper case.

    Raises:
        FormatError: a length in it lies.
    """
    vendor, at = _field(block, 0)
    if at + 4 > len(block):
        raise FormatError("the comments of the sound end too early; the file is damaged.")
    (count,) = struct.unpack_from("<I", block, at)
    at += 4
    if count > _MOST_COMMENTS:
        raise FormatError(f"the sound says it has {count} comments; the file is damaged.")
    texts: dict[str, str] = {}
    for _ in range(count):
        comment, at = _field(block, at)
        name, _, text = comment.decode("utf-8", "replace").partition("=")
        texts.setdefault(name.upper(), text)
    return vendor, texts


def _field(block: bytes, at: int) -> tuple[bytes, int]:
    if at + 4 > len(block):
        raise FormatError("the comments of the sound end too early; the file is damaged.")
    (size,) = struct.unpack_from("<I", block, at)
    if at + 4 + size > len(block):
        raise FormatError("a comment of the sound is longer than the file; the file is damaged.")
    return block[at + 4 : at + 4 + size], at + 4 + size
