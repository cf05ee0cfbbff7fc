"""What the bundles of the store share: frames unpacked without belief, and what reading a damaged one may raise."""

from __future__ import annotations

from typing import Final

import zstandard

from assetgen.errors import SpecError

DAMAGE: Final = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    OverflowError,
    RecursionError,
    SpecError,
    zstandard.ZstdError,
)
"""What the parts of a bundle raise when its bytes are not those that were written."""
_MOST_EXPANSION: Final = 1 << 15
"""Bytes out for a byte in: a block of a zstd frame takes 4 bytes at least and gives 128 KiB at most."""


def unpack_frame(frame: bytes, size: int) -> bytes:
    """Return the bytes in a frame.

    The decompressor would take memory for as much as the frame claims, so the claim is compared with the size; and a
    frame expands by no more than its own blocks of up to 128 KiB allow, so a size cannot lie along with it.

    Args:
        frame: as zstd writes it, its content size included.
        size: how many bytes are in it.

    Raises:
        ValueError: it holds more or less, or cannot hold as much.
        zstandard.ZstdError: it is damaged.
    """
    if zstandard.frame_content_size(frame) != size or size > len(frame) * _MOST_EXPANSION:
        raise ValueError(f"a frame does not hold the {size} bytes that it should")
    return zstandard.ZstdDecompressor().decompress(frame, max_output_size=size)
