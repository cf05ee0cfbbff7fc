"""What an EXR file says of itself before anything is decoded: size, channels, compression, texts.

Source: "Technical Introduction to OpenEXR" and "OpenEXR File Layout", the project's own documents.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from assetgen.errors import FormatError

MAGIC: Final = b"\x76\x2f\x31\x01"
COMPRESSIONS: Final = ("none", "rle", "zips", "zip", "piz", "pxr24", "b44", "b44a", "dwaa", "dwab")
"""By number; the rows of a chunk follow from it."""
_CHUNK_ROWS: Final = (1, 1, 1, 16, 32, 16, 32, 32, 32, 256)
_TYPES: Final = ("uint", "half", "float")
_SAMPLE_BYTES: Final = {"uint": 4, "half": 2, "float": 4}
_MOST_CHANNELS: Final = 256
_TILED, _DEEP, _PARTS = 0x200, 0x800, 0x1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExrHeader:
    """What is promised.

    Args:
        width: of the data window.
        height: of the data window.
        channels: type of each channel by name, "uint", "half" or "float", in the order of the file.
        compression: one of COMPRESSIONS.
        texts: attributes that hold a string.
    """

    width: int
    height: int
    channels: dict[str, str]
    compression: str
    texts: dict[str, str]

    @property
    def pixel_bytes(self) -> int:
        """Bytes of one pixel, all channels together."""
        return sum(_SAMPLE_BYTES[kind] for kind in self.channels.values())


def read_exr_header(data: bytes) -> ExrHeader:
    """Return what a file promises.

    Raises:
        FormatError: it is no EXR file, is damaged, holds several parts or deep samples, or has channels of different
            resolutions.
    """
    if not data.startswith(MAGIC) or len(data) < 8:
        raise FormatError("this is no EXR file.")
    flags = struct.unpack_from("<I", data, 4)[0]
    if flags & 0xFF != 2 or flags & (_DEEP | _PARTS):
        raise FormatError("this EXR file holds deep samples or several parts; save one flat part.")
    found: dict[str, bytes] = {}
    texts: dict[str, str] = {}
    attributes, end = _attributes(data)
    for name, kind, value in attributes:
        found[name] = value
        if kind == "string":
            texts[name] = value.decode("utf-8", "replace")
    width, height = _window(found.get("dataWindow", b""))
    channels = _channels(found.get("channels", b""))
    number = (found.get("compression") or b"\xff")[0]
    if number >= len(COMPRESSIONS):
        raise FormatError(f"this EXR file's compression has number {number}; save it with ZIP or PIZ.")
    if not flags & _TILED:
        chunks = -(-height // _CHUNK_ROWS[number])
        if end + 8 * chunks > len(data):
            raise FormatError(
                f"this EXR file promises {height} rows and is too short for them; save it again."
            )
    return ExrHeader(
        width=width, height=height, channels=channels, compression=COMPRESSIONS[number], texts=texts
    )


def _attributes(data: bytes) -> tuple[list[tuple[str, str, bytes]], int]:
    """Return name, type and value of every attribute, and where the header ends."""
    found: list[tuple[str, str, bytes]] = []
    at = 8
    while True:
        name, at = _word(data, at)
        if not name:
            return found, at
        kind, at = _word(data, at)
        if at + 4 > len(data):
            break
        size = struct.unpack_from("<i", data, at)[0]
        at += 4
        if not 0 <= size <= len(data) - at:
            break
        found.append((name, kind, data[at : at + size]))
        at += size
    raise FormatError("this EXR file ends within its header; save it again.")


def _word(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at, at + 256)
    if end < 0:
        raise FormatError("this EXR file's header holds a name without end; save it again.")
    return data[at:end].decode("utf-8", "replace"), end + 1


def _window(value: bytes) -> tuple[int, int]:
    if len(value) != 16:
        raise FormatError("this EXR file has no data window; save it again.")
    left, top, right, bottom = struct.unpack("<4i", value)
    return right - left + 1, bottom - top + 1


def _channels(value: bytes) -> dict[str, str]:
    channels: dict[str, str] = {}
    at = 0
    while at < len(value) and value[at]:
        name, at = _word(value, at)
        if at + 16 > len(value) or len(channels) >= _MOST_CHANNELS:
            raise FormatError("this EXR file's list of channels is damaged; save it again.")
        kind, _, across, down = struct.unpack_from("<iIii", value, at)
        at += 16
        if not 0 <= kind < len(_TYPES):
            raise FormatError(
                f"this EXR file's channel {name} has samples of an unknown type; save it again."
            )
        if (across, down) != (1, 1):
            raise FormatError(f"this EXR file's channel {name} has a resolution of its own; save it in full.")
        channels[name] = _TYPES[kind]
    if not channels:
        raise FormatError("this EXR file has no channels; save it again.")
    return channels
