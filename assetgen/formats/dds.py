"""Write and read DDS files: one 2D texture with its mip chain, described by a DX10 header.

Source: Microsoft, "DDS programming guide" and "Reference for DDS".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assetgen.errors import FormatError
from assetgen.formats.dds_header import (
    HAS_CAPS,
    HAS_FOURCC,
    HAS_HEIGHT,
    HAS_LINEAR_SIZE,
    HAS_MIP_COUNT,
    HAS_PITCH,
    HAS_PIXEL_FORMAT,
    HAS_WIDTH,
    HEADER,
    HEADER_BYTES,
    IS_COMPLEX,
    IS_MIPMAP,
    IS_TEXTURE,
    MAGIC,
    TEXTURE_2D,
    DdsFormat,
    DdsHeader,
    read_dds_header,
)


@dataclass(frozen=True, slots=True)
class DdsFile:
    """A texture as it lies in a DDS file: level 0 first, each level the bytes of its texels or blocks.

    Raises:
        FormatError: as DdsHeader does, or when a level is not as long as its size asks for.
    """

    width: int
    height: int
    fmt: DdsFormat
    srgb: bool
    levels: tuple[bytes, ...]

    def __post_init__(self) -> None:
        header = self.header
        for number, level in enumerate(self.levels):
            width, height = header.level_size(number)
            if len(level) != header.level_bytes(number):
                raise FormatError(
                    f"mip level {number} of a {self.width}x{self.height} {self.fmt.name} texture is "
                    f"{width}x{height} and takes {header.level_bytes(number)} bytes, not {len(level)}."
                )

    @property
    def header(self) -> DdsHeader:
        """What the header of the file says."""
        return DdsHeader(
            width=self.width, height=self.height, mip_count=len(self.levels), fmt=self.fmt, srgb=self.srgb
        )


def write_dds(levels: Sequence[bytes], *, width: int, height: int, fmt: DdsFormat, srgb: bool) -> bytes:
    """Return the bytes of a DDS file.

    Args:
        levels: mip levels, level 0 first, each half the size of the one before (rounded down, at least 1
            texel). Blocks row by row, or RGBA texels row by row.
        width: of level 0 in texels.
        height: of level 0 in texels.
        fmt: what the levels hold.
        srgb: whether color is sRGB-encoded; only RGBA8 and BC7 can say so.

    Raises:
        FormatError: a level is not as long as its size asks for, or the format has no sRGB form.
    """
    file = DdsFile(width=width, height=height, fmt=fmt, srgb=srgb, levels=tuple(levels))
    return b"".join([_header_bytes(file.header), *file.levels])


def _header_bytes(header: DdsHeader) -> bytes:
    has_mips = header.mip_count > 1
    flags = HAS_CAPS | HAS_HEIGHT | HAS_WIDTH | HAS_PIXEL_FORMAT
    flags |= HAS_MIP_COUNT if has_mips else 0
    # Blocks give the size of level 0, plain texels the length of one row.
    flags |= HAS_LINEAR_SIZE if header.fmt.is_blocks else HAS_PITCH
    pitch = header.level_bytes(0) if header.fmt.is_blocks else header.width * 4
    caps = IS_TEXTURE | (IS_COMPLEX | IS_MIPMAP if has_mips else 0)
    return HEADER.pack(
        *(MAGIC, 124, flags, header.height, header.width, pitch, 0, header.mip_count),
        *(32, HAS_FOURCC, b"DX10", 0, 0, 0, 0, 0),
        *(caps, 0, 0, 0, 0),
        *(header.fmt.value + int(header.srgb), TEXTURE_2D, 0, 1, 0),
    )


def read_dds(data: bytes) -> DdsFile:
    """Return the texture in a DDS file with a DX10 header.

    Raises:
        FormatError: as `read_dds_header` does, or when the file is not exactly as long as its header implies.
    """
    header = read_dds_header(data)
    if len(data) != header.file_bytes:
        raise FormatError(
            f"a {header.width}x{header.height} {header.fmt.name} DDS file with {header.mip_count} levels is "
            f"{header.file_bytes} bytes long, not {len(data)}; it is cut short or damaged."
        )
    levels = []
    start = HEADER_BYTES
    for level in range(header.mip_count):
        end = start + header.level_bytes(level)
        levels.append(bytes(data[start:end]))
        start = end
    return DdsFile(
        width=header.width, height=header.height, fmt=header.fmt, srgb=header.srgb, levels=tuple(levels)
    )
