"""The block-compressed formats that assetgen writes."""

from __future__ import annotations

from enum import Enum


class BlockFormat(Enum):
    """A way to hold 4x4 texels in 8 or 16 bytes.

    Source of all of them: Khronos Data Format Specification 1.3, "S3TC" (BC1, BC3), "RGTC" (BC4, BC5) and
    "BPTC" (BC6H, BC7) "compressed texture image formats".
    """

    BC1 = "bc1"
    """Red, green and blue, opaque; 8 bytes."""
    BC1A = "bc1a"
    """BC1 with texels that are either opaque or clear and black ("punch-through"); 8 bytes."""
    BC3 = "bc3"
    """Color as in BC1, alpha as in BC4; 16 bytes."""
    BC4 = "bc4"
    """One channel; 8 bytes."""
    BC5 = "bc5"
    """Two channels; 16 bytes."""
    BC6H_UFLOAT = "bc6h_ufloat"
    """Red, green and blue as half floats from 0 to 65504; 16 bytes."""
    BC6H_SFLOAT = "bc6h_sfloat"
    """Red, green and blue as half floats from -65504 to 65504; 16 bytes."""
    BC7 = "bc7"
    """Four channels; 16 bytes."""

    @property
    def block_bytes(self) -> int:
        """Bytes of one 4x4 block."""
        return 8 if self in (BlockFormat.BC1, BlockFormat.BC1A, BlockFormat.BC4) else 16

    @property
    def channels(self) -> int:
        """Channels that a decoder gives back."""
        return _CHANNELS[self]

    @property
    def is_hdr(self) -> bool:
        """Whether values may lie outside 0..1."""
        return self in (BlockFormat.BC6H_UFLOAT, BlockFormat.BC6H_SFLOAT)

    def size_bytes(self, *, width: int, height: int) -> int:
        """Return the bytes of one image of that size in texels, partial blocks counted whole."""
        return -(-width // 4) * -(-height // 4) * self.block_bytes


_CHANNELS = {
    BlockFormat.BC1: 3,
    BlockFormat.BC1A: 4,
    BlockFormat.BC3: 4,
    BlockFormat.BC4: 1,
    BlockFormat.BC5: 2,
    BlockFormat.BC6H_UFLOAT: 3,
    BlockFormat.BC6H_SFLOAT: 3,
    BlockFormat.BC7: 4,
}
