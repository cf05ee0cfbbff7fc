"""Read what a DDS file says about itself, with the standard library alone.

Every size is worked out from the header and compared with the length of the file before a byte of texels is
touched. Source: Microsoft, "DDS programming guide" and "DDS_HEADER_DXT10 structure".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from typing import Final

from assetgen.errors import FormatError

MAGIC: Final = b"DDS "
HEADER: Final = struct.Struct("<4s 7I 44x 2I4s5I 5I 5I")
"""Magic, DDS_HEADER, DDS_PIXELFORMAT within it, DDS_HEADER_DXT10: 148 bytes."""
HEADER_BYTES: Final = HEADER.size
LARGEST_SIDE: Final = 65536

HAS_CAPS: Final = 0x1
HAS_HEIGHT: Final = 0x2
HAS_WIDTH: Final = 0x4
HAS_PITCH: Final = 0x8
HAS_PIXEL_FORMAT: Final = 0x1000
HAS_MIP_COUNT: Final = 0x20000
HAS_LINEAR_SIZE: Final = 0x80000
HAS_FOURCC: Final = 0x4
IS_COMPLEX: Final = 0x8
IS_TEXTURE: Final = 0x1000
IS_MIPMAP: Final = 0x400000
TEXTURE_2D: Final = 3
IS_CUBE: Final = 0x4


class DdsFormat(Enum):
    """What the texels of a DDS file are; the value is the DXGI number without sRGB."""

    RGBA8 = 28
    BC4 = 80
    BC5 = 83
    BC7 = 98

    @property
    def has_srgb(self) -> bool:
        """Whether the format can say that its color is sRGB-encoded; its DXGI number is then one higher."""
        return self in (DdsFormat.RGBA8, DdsFormat.BC7)

    @property
    def is_blocks(self) -> bool:
        """Whether texels come in 4x4 blocks."""
        return self is not DdsFormat.RGBA8

    def level_bytes(self, *, width: int, height: int) -> int:
        """Return the bytes of one mip level of that size in texels."""
        if not self.is_blocks:
            return width * height * 4
        return -(-width // 4) * -(-height // 4) * (8 if self is DdsFormat.BC4 else 16)


_BY_NUMBER: Final = {
    **{fmt.value: (fmt, False) for fmt in DdsFormat},
    **{fmt.value + 1: (fmt, True) for fmt in DdsFormat if fmt.has_srgb},
}


@dataclass(frozen=True, slots=True)
class DdsHeader:
    """The size and meaning of a 2D texture in a DDS file.

    Args:
        width: of level 0 in texels.
        height: of level 0 in texels.
        mip_count: levels in the file, at least 1.
        fmt: what the texels are.
        srgb: whether color is sRGB-encoded.

    Raises:
        FormatError: a side out of 1..65536, more levels than the size has, or sRGB where the format has none.
    """

    width: int
    height: int
    mip_count: int
    fmt: DdsFormat
    srgb: bool

    def __post_init__(self) -> None:
        if not (1 <= self.width <= LARGEST_SIDE and 1 <= self.height <= LARGEST_SIDE):
            raise FormatError(
                f"a DDS texture is 1 to {LARGEST_SIDE} texels on a side, not {self.width}x{self.height}."
            )
        most = max(self.width, self.height).bit_length()
        if not 1 <= self.mip_count <= most:
            raise FormatError(
                f"a {self.width}x{self.height} texture has 1 to {most} mip levels, not {self.mip_count}."
            )
        if self.srgb and not self.fmt.has_srgb:
            raise FormatError(f"{self.fmt.name} has no sRGB form in DDS; write it as plain data.")

    def level_size(self, level: int) -> tuple[int, int]:
        """Return (width, height) of a level; each is half the one above, rounded down, at least 1."""
        return max(self.width >> level, 1), max(self.height >> level, 1)

    def level_bytes(self, level: int) -> int:
        """Return the bytes that a level takes in the file."""
        width, height = self.level_size(level)
        return self.fmt.level_bytes(width=width, height=height)

    @property
    def file_bytes(self) -> int:
        """The length of the whole file."""
        return HEADER_BYTES + sum(self.level_bytes(level) for level in range(self.mip_count))


def read_dds_header(data: bytes) -> DdsHeader:
    """Return what the first 148 bytes of a DDS file say; more bytes may follow and are not looked at.

    Raises:
        FormatError: not a DDS file, cut short, or of a kind that assetgen does not write: no DX10 header,
            cube maps, volumes, arrays, other formats.
    """
    if len(data) < HEADER_BYTES or not data.startswith(MAGIC):
        raise FormatError(
            "this is not a DDS file with a DX10 header: it is cut short or starts with something else."
        )
    (
        _, size, _, height, width, _, depth, mip_count,
        pixel_size, pixel_flags, fourcc, *_masks,
        _, caps2, _, _, _,
        number, dimension, misc, array_size, _,
    ) = HEADER.unpack_from(data)  # fmt: skip
    if (size, pixel_size) != (124, 32):
        raise FormatError(f"a DDS header says it is 124 and 32 bytes long, not {size} and {pixel_size}.")
    if not pixel_flags & HAS_FOURCC or fourcc != b"DX10":
        raise FormatError("this DDS file has no DX10 header; save it again with one (texconv -dx10).")
    if dimension != TEXTURE_2D or array_size != 1 or misc & IS_CUBE or caps2 != 0 or depth > 1:
        raise FormatError(
            "this DDS file is a cube map, a volume or an array; only single 2D textures are read."
        )
    if number not in _BY_NUMBER:
        raise FormatError(
            f"this DDS file holds DXGI format {number}; BC4, BC5, BC7 and RGBA8 (UNORM) are read."
        )
    fmt, srgb = _BY_NUMBER[number]
    return DdsHeader(width=width, height=height, mip_count=max(mip_count, 1), fmt=fmt, srgb=srgb)
