"""What a file says of its own making, out of any format that can hold it. No texel is decoded for it."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import PIL.Image

from assetgen.errors import FormatError
from assetgen.formats import jpeg_xl, tiff
from assetgen.formats.exr_header import read_exr_header
from assetgen.formats.ktx2_header import read_ktx2_header
from assetgen.formats.png import XMP_KEYWORD
from assetgen.formats.sniff import sniff
from assetgen.formats.xmp import LARGEST_PACKET, read_xmp
from assetgen.media.metadata import Metadata

_XMP_SEGMENT: Final = b"http://ns.adobe.com/xap/1.0/\0"
_APP1, _START_OF_SCAN, _END = 0xE1, 0xDA, 0xD9


def holds_metadata(kind: str) -> bool:
    """Return whether files of a kind, as `sniff` names it, can say where they came from."""
    return kind in _PACKETS or kind in _PAIRS


def read_metadata(data: bytes) -> Metadata | None:
    """Return what a file says of its making, or None when it says nothing that we know.

    Raises:
        FormatError: the file or what it says is damaged.
    """
    kind = sniff(data)
    if kind in _PAIRS:
        return Metadata.from_pairs(_PAIRS[kind](data))
    if kind is None or kind not in _PACKETS:
        return None
    packet = _PACKETS[kind](data)
    return read_xmp(packet) if packet else None


def _in_png(data: bytes) -> bytes | None:
    """Return the packet of an iTXt chunk: keyword, whether compressed, how, language, translated keyword, text."""
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if kind == b"iTXt" and body.startswith(XMP_KEYWORD.encode() + b"\0"):
            rest = body[len(XMP_KEYWORD) + 1 :]
            text = rest[2:].split(b"\0", 2)[-1]
            return _inflated(text) if rest[:1] == b"\1" else text
        at += 12 + length
    return None


def _inflated(text: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(text, LARGEST_PACKET)
    except zlib.error as error:
        raise FormatError(f"a compressed text of this PNG is damaged: {error}.") from error


def _in_jpeg(data: bytes) -> bytes | None:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in (_START_OF_SCAN, _END):
            return None
        length = struct.unpack_from(">H", data, at + 2)[0]
        body = data[at + 4 : at + 2 + length]
        if marker == _APP1 and body.startswith(_XMP_SEGMENT):
            return body[len(_XMP_SEGMENT) :]
        at += 2 + max(length, 2)
    return None


def _in_webp(data: bytes) -> bytes | None:
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"XMP ":
            return data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    return None


def _in_avif(data: bytes) -> bytes | None:
    try:
        with PIL.Image.open(io.BytesIO(data), formats=("AVIF",)) as picture:
            return picture.info.get("xmp")
    except (OSError, SyntaxError, ValueError, TypeError, RuntimeError, MemoryError) as error:
        raise FormatError(f"this AVIF is damaged ({error}); save it again.") from error


_PAIRS: Final[dict[str, Callable[[bytes], Mapping[str, str]]]] = {
    "exr": lambda data: read_exr_header(data).texts,
    "ktx2": lambda data: read_ktx2_header(data).metadata,
}
_PACKETS: Final[dict[str, Callable[[bytes], bytes | None]]] = {
    "png": _in_png,
    "jpeg": _in_jpeg,
    "webp": _in_webp,
    "avif": _in_avif,
    "jxl": jpeg_xl.find_xmp,
    "tiff": tiff.find_xmp,
}
