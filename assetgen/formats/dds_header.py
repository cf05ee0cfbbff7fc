"""Read and write what a DDS file says about itself, with the standard library alone.

Source: Microsoft, "DDS programming guide", "DDS_HEADER structure" and "DDS_HEADER_DXT10 structure".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from assetgen.errors import FormatError
from assetgen.formats.texel_format import BY_DXGI, TexelFormat
from assetgen.formats.texture import Alpha, Shape

MAGIC: Final = b"DDS "
HEADER: Final = struct.Struct("<4s 7I 44x 2I4s5I 5I")
"""Magic and DDS_HEADER, DDS_PIXELFORMAT within it."""
HEADER_DX10: Final = struct.Struct("<5I")
HEADER_BYTES: Final = HEADER.size + HEADER_DX10.size
"""Bytes of the headers that are written; files of older programs have only the first 128."""

_HAS_CAPS: Final = 0x1
_HAS_HEIGHT: Final = 0x2
_HAS_WIDTH: Final = 0x4
_HAS_PITCH: Final = 0x8
_HAS_PIXEL_FORMAT: Final = 0x1000
_HAS_MIP_COUNT: Final = 0x20000
_HAS_LINEAR_SIZE: Final = 0x80000
_HAS_FOURCC: Final = 0x4
_IS_COMPLEX: Final = 0x8
_IS_TEXTURE: Final = 0x1000
_IS_MIPMAP: Final = 0x400000
_IS_CUBE: Final = 0x200
_ALL_FACES: Final = 0xFC00
_IS_VOLUME: Final = 0x200000
_TEXTURE_2D: Final = 3
_IS_CUBE_DX10: Final = 0x4
_ALPHA_BITS: Final = 0x7

_FOURCC: Final[dict[bytes, tuple[TexelFormat, Alpha]]] = {
    b"DXT1": (TexelFormat.BC1, Alpha.UNKNOWN),
    b"DXT4": (TexelFormat.BC3, Alpha.PREMULTIPLIED),
    b"DXT5": (TexelFormat.BC3, Alpha.UNKNOWN),
    b"ATI1": (TexelFormat.BC4, Alpha.UNKNOWN),
    b"BC4U": (TexelFormat.BC4, Alpha.UNKNOWN),
    b"ATI2": (TexelFormat.BC5, Alpha.UNKNOWN),
    b"BC5U": (TexelFormat.BC5, Alpha.UNKNOWN),
    b"q\0\0\0": (TexelFormat.RGBA16F, Alpha.UNKNOWN),  # D3DFMT_A16B16G16R16F
}
"""What files without a DX10 header may hold."""


@dataclass(frozen=True, slots=True)
class DdsHeader:
    """The shape of the texture in a DDS file, and where its texels begin."""

    shape: Shape
    start: int = HEADER_BYTES

    @property
    def file_bytes(self) -> int:
        """The length of the whole file."""
        return self.start + self.shape.total_bytes


def header_bytes(shape: Shape) -> bytes:
    """Return the 148 bytes before the texels, with a DX10 header."""
    is_blocks, has_mips = shape.fmt.is_blocks, shape.mip_count > 1
    flags = _HAS_CAPS | _HAS_HEIGHT | _HAS_WIDTH | _HAS_PIXEL_FORMAT
    flags |= _HAS_MIP_COUNT if has_mips else 0
    # Blocks give the size of level 0, plain texels the length of one row.
    flags |= _HAS_LINEAR_SIZE if is_blocks else _HAS_PITCH
    pitch = shape.image_bytes(0) if is_blocks else shape.width * shape.fmt.unit_bytes
    caps = _IS_TEXTURE | (_IS_MIPMAP if has_mips else 0)
    caps |= _IS_COMPLEX if has_mips or shape.images > 1 else 0
    caps2 = _IS_CUBE | _ALL_FACES if shape.is_cube else 0
    header = HEADER.pack(
        *(MAGIC, 124, flags, shape.height, shape.width, pitch, 0, shape.mip_count),
        *(32, _HAS_FOURCC, b"DX10", 0, 0, 0, 0, 0),
        *(caps, caps2, 0, 0, 0),
    )
    misc = _IS_CUBE_DX10 if shape.is_cube else 0
    return header + HEADER_DX10.pack(
        shape.fmt.dxgi(srgb=shape.srgb), _TEXTURE_2D, misc, shape.layers, shape.alpha.value
    )


def read_dds_header(data: bytes) -> DdsHeader:
    """Return what the first 148 bytes of a DDS file say; more bytes may follow and are not looked at.

    Files without a DX10 header are read as well when they hold DXT1, DXT4, DXT5, ATI1, ATI2, BC4U, BC5U or
    half floats.

    Raises:
        FormatError: not a DDS file, cut short, a volume, a cube map without all its faces, a format that is
            not read, or whatever Shape refuses.
    """
    if len(data) < HEADER.size or not data.startswith(MAGIC):
        raise FormatError("this is not a DDS file: it is cut short or starts with something else.")
    (
        _, size, _, height, width, _, depth, mip_count,
        pixel_size, pixel_flags, fourcc, *_masks,
        _, caps2, _, _, _,
    ) = HEADER.unpack_from(data)  # fmt: skip
    if (size, pixel_size) != (124, 32):
        raise FormatError(f"a DDS header says it is 124 and 32 bytes long, not {size} and {pixel_size}.")
    if caps2 & _IS_VOLUME or depth > 1:
        raise FormatError("this DDS file is a volume; 2D textures, arrays and cube maps are read.")
    if not pixel_flags & _HAS_FOURCC:
        raise FormatError(
            "this DDS file holds plain texels described by bit masks; save it again with a DX10 header "
            "(texconv -dx10 -f R8G8B8A8_UNORM)."
        )
    if fourcc == b"DX10":
        return _modern(data, width, height, mip_count, caps2)
    return _legacy(fourcc, width, height, mip_count, caps2)


def _modern(data: bytes, width: int, height: int, mip_count: int, caps2: int) -> DdsHeader:
    if len(data) < HEADER_BYTES:
        raise FormatError("this DDS file is cut short within its DX10 header; copy it again.")
    number, dimension, misc, layers, misc2 = HEADER_DX10.unpack_from(data, HEADER.size)
    if dimension != _TEXTURE_2D:
        raise FormatError("this DDS file is a 1D texture or a volume; 2D textures and cube maps are read.")
    is_cube = bool(misc & _IS_CUBE_DX10)
    if caps2 & _IS_CUBE and not is_cube:
        raise FormatError("this DDS file is a cube map in one header and none in the other; save it again.")
    if number not in BY_DXGI:
        raise FormatError(
            f"this DDS file holds DXGI format {number}; "
            f"{', '.join(fmt.name for fmt in TexelFormat)} are read. Save it as one of these."
        )
    fmt, srgb = BY_DXGI[number]
    mode = misc2 & _ALPHA_BITS
    shape = Shape(
        fmt=fmt,
        width=width,
        height=height,
        mip_count=max(mip_count, 1),
        srgb=srgb,
        layers=layers,
        is_cube=is_cube,
        alpha=Alpha(mode) if mode <= Alpha.CUSTOM.value else Alpha.UNKNOWN,
    )
    return DdsHeader(shape)


def _legacy(fourcc: bytes, width: int, height: int, mip_count: int, caps2: int) -> DdsHeader:
    if fourcc not in _FOURCC:
        names = ", ".join(code.decode() for code in _FOURCC if code.isalnum())
        raise FormatError(
            f"this DDS file has no DX10 header and holds {fourcc!r}; without one {names} are read. "
            f"Save it again with one (texconv -dx10)."
        )
    is_cube = bool(caps2 & _IS_CUBE)
    if is_cube and caps2 & _ALL_FACES != _ALL_FACES:
        raise FormatError("this DDS file is a cube map without all six faces; save it again with all.")
    fmt, alpha = _FOURCC[fourcc]
    shape = Shape(
        fmt=fmt, width=width, height=height, mip_count=max(mip_count, 1), is_cube=is_cube, alpha=alpha
    )
    return DdsHeader(shape, start=HEADER.size)
