"""Write and read KTX2 files: 2D textures, arrays and cube maps with their mip chains, plain or packed by zstd.

Rows go down ("rd"). Nothing is taken on trust: sizes are checked before levels are unpacked, and unpacking stops
where a level should end. Source: Khronos, "KTX File Format Specification" 2.0.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Final

import zstandard

from assetgen.errors import FormatError
from assetgen.formats.ktx2_descriptor import descriptor_bytes
from assetgen.formats.ktx2_header import (
    BC1_OPAQUE,
    HEADER,
    IDENTIFIER,
    LEVEL,
    ORIENTATION,
    Level,
    Supercompression,
    alignment,
    read_ktx2_header,
)
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Alpha, Shape, Texture
from assetgen.versions import ASSETGEN

_WRITER: Final = "KTXwriter"
_RESERVED: Final = ("KTX", "ktx")
_WINDOWS: Final = (1 << 23, 1 << 27)
"""What zstd may keep in memory while unpacking: at least what its format tells every reader to allow, and at most
what its own levels up to 22 ask for."""
_LARGEST_RATIO: Final = {Supercompression.ZSTD: 1 << 15, Supercompression.ZLIB: 1032}
"""How many bytes one packed byte can stand for: runs of 128 KiB in 4 bytes, and runs of 258 in 2 bits."""
_STRIDE: Final = 1 << 20


def write_ktx2(
    texture: Texture,
    *,
    metadata: Mapping[str, str] | None = None,
    zstd_level: int | None = 6,
    writer: str = f"assetgen {ASSETGEN}",
) -> bytes:
    """Return the bytes of a KTX2 file.

    Args:
        texture: what to write.
        metadata: texts by key, kept in the file; keys must not begin with "KTX".
        zstd_level: 1 to 22, how hard to pack each level; None leaves them plain, ready to be mapped into
            memory.
        writer: the program that the file names as its writer.

    Raises:
        FormatError: a key or a text that KTX2 does not allow.
    """
    shape = texture.shape
    descriptor = descriptor_bytes(shape)
    index_end = HEADER.size + LEVEL.size * shape.mip_count
    texts = _pairs({**_checked(metadata or {}), ORIENTATION: "rd", _WRITER: writer})
    start = index_end + len(descriptor) + len(texts)
    packing = Supercompression.NONE if zstd_level is None else Supercompression.ZSTD
    step = alignment(shape.fmt) if zstd_level is None else 1
    index, parts = [b""] * shape.mip_count, []
    # The smallest level comes first, so that a stream can show something early.
    for number in reversed(range(shape.mip_count)):
        level = texture.levels[number]
        packed = level if zstd_level is None else _pack(level, zstd_level)
        padding = -start % step
        start += padding
        index[number] = LEVEL.pack(start, len(packed), len(level))
        parts += [bytes(padding), packed]
        start += len(packed)
    header = HEADER.pack(
        *(IDENTIFIER, _vulkan(shape), shape.fmt.channel_bytes, shape.width, shape.height, 0),
        *(shape.layers if shape.layers > 1 else 0, shape.faces, shape.mip_count, packing.value),
        *(index_end, len(descriptor), index_end + len(descriptor), len(texts), 0, 0),
    )
    return b"".join([header, *index, descriptor, texts, *parts])


def read_ktx2(data: bytes, *, limit_bytes: int = 1 << 30) -> Texture:
    """Return the texture in a KTX2 file.

    Args:
        data: the whole file.
        limit_bytes: the most that its texels may take once unpacked.

    Raises:
        FormatError: as `read_ktx2_header` does, texels of more than the limit, or a level that does not
            unpack to its size.
    """
    header = read_ktx2_header(data)
    if header.shape.total_bytes > limit_bytes:
        raise FormatError(
            f"the texels of a {header.shape} take {header.shape.total_bytes} bytes, more than the "
            f"{limit_bytes} that are read; raise the limit if the file is to be trusted."
        )
    levels = [
        _unpack(data[level.start : level.start + level.length], level, header.supercompression)
        for level in header.levels
    ]
    return Texture(header.shape, tuple(levels))


def _vulkan(shape: Shape) -> int:
    number = shape.fmt.vulkan(srgb=shape.srgb)
    if shape.fmt is TexelFormat.BC1 and shape.alpha is Alpha.OPAQUE:
        return next(opaque for opaque, clear in BC1_OPAQUE.items() if clear == number)
    return number


def _checked(metadata: Mapping[str, str]) -> Mapping[str, str]:
    for key, value in metadata.items():
        if not key or key.startswith((*_RESERVED, "\ufeff")) or "\0" in key:
            raise FormatError(
                f"{key!r} cannot be a key in a KTX2 file: it is empty, holds a zero character or begins with "
                "KTX, which is reserved; name it differently."
            )
        if "\0" in value:
            raise FormatError(f"the text under key {key!r} holds a zero character; leave it out.")
    return metadata


def _pairs(metadata: Mapping[str, str]) -> bytes:
    """Return key/value data, sorted by the code points of the keys."""
    parts = []
    for key, value in sorted(metadata.items()):
        pair = f"{key}\0{value}\0".encode("utf-8", "replace")
        parts.append(len(pair).to_bytes(4, "little") + pair + bytes(-len(pair) % 4))
    return b"".join(parts)


def _pack(level: bytes, zstd_level: int) -> bytes:
    return zstandard.ZstdCompressor(level=zstd_level, write_checksum=True).compress(level)


def _unpack(packed: bytes, level: Level, packing: Supercompression) -> bytes:
    if packing is Supercompression.NONE:
        return bytes(packed)
    if level.unpacked > len(packed) * _LARGEST_RATIO[packing]:
        raise FormatError(
            f"a level of a KTX2 file says that {len(packed)} bytes unpack to {level.unpacked}, which cannot be."
        )
    try:
        unpack = _unpack_zstd if packing is Supercompression.ZSTD else _unpack_zlib
        unpacked = unpack(packed, level.unpacked)
    except (zstandard.ZstdError, zlib.error) as error:
        raise FormatError(f"a level of a KTX2 file does not unpack: {error}.") from error
    if len(unpacked) != level.unpacked:
        raise FormatError(
            f"a level of a KTX2 file unpacks to {'more' if len(unpacked) > level.unpacked else 'fewer'} than "
            f"the {level.unpacked} bytes it says; it is damaged."
        )
    return unpacked


def _unpack_zstd(packed: bytes, expected: int) -> bytes:
    """Return the unpacked bytes, at most one more than expected; memory grows only with what really comes."""
    parts, missing = [], expected + 1
    window = min(max(1 << expected.bit_length(), _WINDOWS[0]), _WINDOWS[1])
    unpacker = zstandard.ZstdDecompressor(max_window_size=window)
    with unpacker.stream_reader(packed, read_across_frames=True) as reader:
        while missing:
            part = reader.read(min(missing, _STRIDE))
            if not part:
                break
            parts.append(part)
            missing -= len(part)
    return b"".join(parts)


def _unpack_zlib(packed: bytes, expected: int) -> bytes:
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(packed, expected + 1)
    if len(unpacked) == expected and not unpacker.eof:
        raise zlib.error("its checksum is cut off")
    return unpacked
