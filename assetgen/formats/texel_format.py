"""How texels lie in a texture container, and the number that each container knows that by.

Source: Microsoft, "DXGI_FORMAT enumeration"; Khronos, Vulkan specification, "Format Definition". The standard
library alone, so that headers can be read where nothing heavy may be imported.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple


class TexelFormat(Enum):
    """A texel format of both DDS and KTX2; the value is its name in manifests, after DXGI, without sRGB."""

    R8 = "R8_UNORM"
    RG8 = "R8G8_UNORM"
    RGBA8 = "R8G8B8A8_UNORM"
    R16 = "R16_UNORM"
    RGBA16F = "R16G16B16A16_FLOAT"
    BC1 = "BC1_UNORM"
    BC3 = "BC3_UNORM"
    BC4 = "BC4_UNORM"
    BC5 = "BC5_UNORM"
    BC6H_UFLOAT = "BC6H_UF16"
    BC6H_SFLOAT = "BC6H_SF16"
    BC7 = "BC7_UNORM"

    @property
    def has_srgb(self) -> bool:
        """Whether the format can say that its color is sRGB-encoded."""
        return _ROWS[self].dxgi_srgb != 0

    @property
    def is_blocks(self) -> bool:
        """Whether texels come in 4x4 blocks."""
        return self.value.startswith("BC")

    @property
    def is_float(self) -> bool:
        """Whether values may lie outside 0..1; color is then linear light."""
        return self in (TexelFormat.RGBA16F, TexelFormat.BC6H_UFLOAT, TexelFormat.BC6H_SFLOAT)

    @property
    def unit_bytes(self) -> int:
        """Bytes of one texel, or of one 4x4 block."""
        return _ROWS[self].unit_bytes

    @property
    def channels(self) -> int:
        """Channels that are stored."""
        return _ROWS[self].channels

    @property
    def channel_bytes(self) -> int:
        """Bytes of one channel of a plain texel, and 1 for blocks, whose bytes have one order everywhere."""
        return 1 if self.is_blocks else self.unit_bytes // self.channels

    def image_bytes(self, *, width: int, height: int) -> int:
        """Return the bytes of one image of that size in texels, partial blocks counted whole."""
        if self.is_blocks:
            width, height = -(-width // 4), -(-height // 4)
        return width * height * self.unit_bytes

    def dxgi(self, *, srgb: bool) -> int:
        """Return the DXGI_FORMAT; that of a format without sRGB form is the same for both."""
        row = _ROWS[self]
        return row.dxgi_srgb if srgb and row.dxgi_srgb else row.dxgi

    def vulkan(self, *, srgb: bool) -> int:
        """Return the VkFormat; that of a format without sRGB form is the same for both."""
        row = _ROWS[self]
        return row.vulkan_srgb if srgb and row.vulkan_srgb else row.vulkan

    def label(self, *, srgb: bool) -> str:
        """Return the name in manifests, such as "BC7_UNORM_SRGB"."""
        return self.value + ("_SRGB" if srgb else "")


class _Row(NamedTuple):
    unit_bytes: int
    channels: int
    dxgi: int
    vulkan: int
    dxgi_srgb: int = 0
    vulkan_srgb: int = 0


_ROWS: Final[dict[TexelFormat, _Row]] = {
    TexelFormat.R8: _Row(1, 1, 61, 9),
    TexelFormat.RG8: _Row(2, 2, 49, 16),
    TexelFormat.RGBA8: _Row(4, 4, 28, 37, 29, 43),
    TexelFormat.R16: _Row(2, 1, 56, 70),
    TexelFormat.RGBA16F: _Row(8, 4, 10, 97),
    # Vulkan tells BC1 with clear texels (here) from BC1 without any (131 and 132); DXGI does not.
    TexelFormat.BC1: _Row(8, 4, 71, 133, 72, 134),
    TexelFormat.BC3: _Row(16, 4, 77, 137, 78, 138),
    TexelFormat.BC4: _Row(8, 1, 80, 139),
    TexelFormat.BC5: _Row(16, 2, 83, 141),
    TexelFormat.BC6H_UFLOAT: _Row(16, 3, 95, 143),
    TexelFormat.BC6H_SFLOAT: _Row(16, 3, 96, 144),
    TexelFormat.BC7: _Row(16, 4, 98, 145, 99, 146),
}

BY_DXGI: Final[dict[int, tuple[TexelFormat, bool]]] = {
    fmt.dxgi(srgb=srgb): (fmt, srgb)
    for fmt in TexelFormat
    for srgb in (False, True)
    if fmt.has_srgb or not srgb
}
"""DXGI_FORMAT -> format, and whether color is sRGB-encoded."""
BY_VULKAN: Final[dict[int, tuple[TexelFormat, bool]]] = {
    fmt.vulkan(srgb=srgb): (fmt, srgb)
    for fmt in TexelFormat
    for srgb in (False, True)
    if fmt.has_srgb or not srgb
}
"""VkFormat -> format, and whether color is sRGB-encoded."""
