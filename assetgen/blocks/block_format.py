"""The block-compressed formats that assetgen writes."""

from __future__ import annotations

from enum import Enum


class BlockFormat(Enum):
    """A way to hold 4x4 texels in 8 or 16 bytes."""

    BC4 = "bc4"
    """One channel."""
    BC5 = "bc5"
    """Two channels."""
    BC7 = "bc7"
    """Four channels."""

    @property
    def block_bytes(self) -> int:
        """Bytes of one 4x4 block."""
        return 8 if self is BlockFormat.BC4 else 16

    @property
    def channels(self) -> int:
        """Channels that a decoder gives back."""
        return {BlockFormat.BC4: 1, BlockFormat.BC5: 2, BlockFormat.BC7: 4}[self]

    def size_bytes(self, *, width: int, height: int) -> int:
        """Return the bytes of one image of that size in texels, partial blocks counted whole."""
        return -(-width // 4) * -(-height // 4) * self.block_bytes
