"""Read what a KTX2 file says about itself, with the standard library alone.

Nothing of the file's data is touched: every offset and length is compared with the length of the file, and
every level with the size that the format gives it. Source: Khronos, "KTX File Format Specification" 2.0.
"""

from __future__ import annotations

import math
import struct
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import Final

from assetgen.errors import FormatError
from assetgen.formats.ktx2_descriptor import LEAST_BYTES, check_descriptor
from assetgen.formats.texel_format import BY_VULKAN, TexelFormat
from assetgen.formats.texture import CUBE_FACES, Alpha, Shape

IDENTIFIER: Final = b"\xabKTX 20\xbb\r\n\x1a\n"
HEADER: Final = struct.Struct("<12s 9I 4I 2Q")
LEVEL: Final = struct.Struct("<3Q")
_PAIR: Final = struct.Struct("<I")
BC1_OPAQUE: Final = {131: 133, 132: 134}
"""VkFormat of BC1 without clear texels -> the same with."""
ORIENTATION: Final = "KTXorientation"


class Supercompression(Enum):
    """How the bytes of each level are packed."""

    NONE = 0
    ZSTD = 2
    ZLIB = 3


@dataclass(frozen=True, slots=True)
class Level:
    """Where the bytes of a level lie in the file, and how many they are once unpacked."""

    start: int
    length: int
    unpacked: int


@dataclass(frozen=True, slots=True)
class Ktx2Header:
    """The shape of the texture in a KTX2 file, where its levels lie, and the texts beside it."""

    shape: Shape
    supercompression: Supercompression
    levels: tuple[Level, ...]
    metadata: dict[str, str]


def alignment(fmt: TexelFormat) -> int:
    """Return the bytes on whose multiples levels begin that are not packed."""
    return math.lcm(fmt.unit_bytes, 4)


def read_ktx2_header(data: bytes) -> Ktx2Header:
    """Return what a whole KTX2 file says about itself.

    Raises:
        FormatError: not a KTX2 file, cut short, a 1D texture or a volume, a format or a packing that is not
            read, sections that do not fit the file, a descriptor of something else, rows from the bottom, or
            whatever Shape refuses.
    """
    if len(data) < HEADER.size or not data.startswith(IDENTIFIER):
        raise FormatError("this is not a KTX2 file: it is cut short or starts with something else.")
    (
        _, vulkan, type_size, width, height, depth, layers, faces, mip_count, scheme,
        dfd_start, dfd_length, kvd_start, kvd_length, _, sgd_length,
    ) = HEADER.unpack_from(data)  # fmt: skip
    if scheme not in (packing.value for packing in Supercompression) or sgd_length:
        raise FormatError(
            f"this KTX2 file is packed by scheme {scheme} (BasisLZ is 1); plain, zstd and zlib files are read. "
            "Save it again with ktx transcode and ktx deflate --zstd."
        )
    shape = _shape(vulkan, width, height, depth, layers, faces, mip_count)
    if type_size != shape.fmt.channel_bytes:
        raise FormatError(
            f"a KTX2 file of {shape.label} has type size {shape.fmt.channel_bytes}, not {type_size}."
        )
    index_end = HEADER.size + LEVEL.size * shape.mip_count
    descriptor = _section(data, dfd_start, dfd_length, index_end, "data format descriptor")
    if dfd_length < LEAST_BYTES or dfd_start % 4:
        raise FormatError("a KTX2 file's data format descriptor is too short or out of place; it is damaged.")
    shape = replace(shape, alpha=check_descriptor(descriptor, shape))
    least = dfd_start + dfd_length
    metadata = {}
    if kvd_length:
        metadata = _metadata(_section(data, kvd_start, kvd_length, least, "key/value data"))
        least = kvd_start + kvd_length
    if metadata.get(ORIENTATION, "rd") != "rd":
        raise FormatError(
            f"this KTX2 file's rows and columns go {metadata[ORIENTATION]!r}; only right and down (rd) is read."
        )
    packing = Supercompression(scheme)
    levels = _levels(data, shape, packing, least)
    return Ktx2Header(shape, packing, levels, metadata)


def _shape(
    vulkan: int, width: int, height: int, depth: int, layers: int, faces: int, mip_count: int
) -> Shape:
    if depth or not height:
        raise FormatError("this KTX2 file is a 1D texture or a volume; 2D textures and cube maps are read.")
    if faces not in (1, CUBE_FACES):
        raise FormatError(f"a KTX2 texture has 1 or 6 faces, not {faces}.")
    number = BC1_OPAQUE.get(vulkan, vulkan)
    if number not in BY_VULKAN:
        raise FormatError(
            f"this KTX2 file holds VkFormat {vulkan}; "
            f"{', '.join(fmt.name for fmt in TexelFormat)} are read. Save it as one of these."
        )
    fmt, srgb = BY_VULKAN[number]
    return Shape(
        fmt=fmt,
        width=width,
        height=height,
        mip_count=max(mip_count, 1),  # none asks a loader to make the rest
        srgb=srgb,
        layers=max(layers, 1),
        is_cube=faces == CUBE_FACES,
        alpha=Alpha.UNKNOWN if number == vulkan else Alpha.OPAQUE,
    )


def _section(data: bytes, start: int, length: int, least: int, name: str) -> bytes:
    if start < least or start + length > len(data):
        raise FormatError(
            f"the {name} of a KTX2 file lies at {start} to {start + length} of {len(data)} bytes; "
            "the file is cut short or damaged."
        )
    return data[start : start + length]


def _metadata(data: bytes) -> dict[str, str]:
    """Return the key/value pairs; values that are not text are left out."""
    pairs: dict[str, str] = {}
    seen: set[bytes] = set()
    start = 0
    while start < len(data):
        if start + _PAIR.size > len(data):
            raise FormatError("the key/value data of a KTX2 file ends within a length; it is damaged.")
        (length,) = _PAIR.unpack_from(data, start)
        start += _PAIR.size
        key, zero, value = data[start : start + length].partition(b"\0")
        if start + length > len(data) or not key or not zero or key in seen:
            raise FormatError("the key/value data of a KTX2 file is cut short, or a key is empty or doubled.")
        seen.add(key)
        with suppress(UnicodeDecodeError):
            pairs[key.decode()] = value.removesuffix(b"\0").decode()
        start += -(-length // 4) * 4
    return pairs


def _levels(data: bytes, shape: Shape, packing: Supercompression, least: int) -> tuple[Level, ...]:
    levels = []
    for number in range(shape.mip_count):
        start, length, unpacked = LEVEL.unpack_from(data, HEADER.size + LEVEL.size * number)
        _section(data, start, 0, least, f"level {number}")
        if start + length > len(data):
            raise FormatError(
                f"level {number} of a KTX2 file ends at byte {start + length} of {len(data)}; it is cut short."
            )
        expected = shape.level_bytes(number)
        if unpacked != expected or (packing is Supercompression.NONE and length != expected):
            raise FormatError(f"level {number} of a {shape} takes {expected} bytes, not {unpacked}.")
        if packing is Supercompression.NONE and start % alignment(shape.fmt):
            raise FormatError(
                f"level {number} of a KTX2 file begins at {start}, no multiple of {alignment(shape.fmt)}."
            )
        levels.append(Level(start, length, unpacked))
    ends = sorted((level.start, level.start + level.length) for level in levels)
    if any(end > start for (_, end), (start, _) in pairwise(ends)):
        raise FormatError("two levels of a KTX2 file overlap; it is damaged.")
    return tuple(levels)
