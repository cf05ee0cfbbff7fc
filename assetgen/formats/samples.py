"""What every picture reader gives: samples at the depth of the file, upright, and what the file says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from assetgen.errors import FormatError
from assetgen.media.image import ColorSpace

LARGEST_RATIO: Final = 1000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Samples:
    """The pixels of a file as they are stored.

    Args:
        array: (H, W, 1..4) uint8, uint16, float16 or float32, row 0 at the top, alpha straight.
        bits: of a sample; whole numbers reach from 0 to 2**bits - 1.
        space: what the values mean as far as the file says it; None when it says nothing.
        profile: name of its ICC profile, empty without one.
    """

    array: np.ndarray
    bits: int
    space: ColorSpace | None = None
    profile: str = ""

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is coverage."""
        return self.array.shape[2] in (2, 4)

    @property
    def is_float(self) -> bool:
        """Whether the values are floating point numbers, which may lie outside 0..1."""
        return self.array.dtype.kind == "f"


def check_size(width: int, height: int, limit_pixels: int) -> None:
    """Refuse a picture by what its header promises, before anything is decoded.

    Raises:
        FormatError: it is empty, has more pixels than `limit_pixels`, or is more than 1000 times as long as wide.
    """
    if width < 1 or height < 1:
        raise FormatError(f"this picture is {width}x{height} pixels, which is empty.")
    if width * height > limit_pixels:
        raise FormatError(
            f"this picture is {width}x{height} pixels; at most {limit_pixels} are read. Make it smaller."
        )
    if max(width, height) > LARGEST_RATIO * min(width, height):
        raise FormatError(
            f"this picture is {width}x{height} pixels, more than {LARGEST_RATIO} times as long as wide."
        )


def check_edge(width: int, height: int, longest: int, title: str) -> None:
    """Refuse to write what no file of a format can hold.

    Raises:
        FormatError: an edge is longer than `longest`.
    """
    if max(width, height) > longest:
        raise FormatError(f"{width}x{height} is too large for {title}; {longest} is the longest edge.")


def check_quality(quality: int, title: str) -> None:
    """Refuse a quality that is no number from 1 to 100.

    Raises:
        FormatError: it is none.
    """
    if not 1 <= quality <= 100:
        raise FormatError(f"{title} quality {quality} is out of range; write a number from 1 to 100.")


def upright(array: np.ndarray, orientation: object) -> np.ndarray:
    """Undo an EXIF orientation 1..8 of (H, W, C) samples; anything else counts as 1."""
    if orientation in (5, 6, 7, 8):
        array = array.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return array


def whole_numbers(array: np.ndarray, bits: int) -> np.ndarray:
    """Return (H, W, C) float32 0..1 as uint8 or uint16 codes of some bits: clamped, rounded half up."""
    codes = np.floor(
        np.clip(array, 0.0, 1.0).astype(np.float64 if bits > 8 else np.float32) * ((1 << bits) - 1) + 0.5
    )
    return codes.astype(np.uint8 if bits <= 8 else np.uint16)
