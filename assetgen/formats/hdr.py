"""Radiance HDR in: RGB with one exponent a pixel, for environment maps and measured light.

Source: Greg Ward, "Real Pixels" (Graphics Gems II), and the Radiance file formats' own description.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from assetgen.errors import FormatError
from assetgen.formats.samples import Samples, check_size
from assetgen.media.image import ColorSpace

_LONGEST_HEADER: Final = 1 << 16
_RESOLUTION: Final = re.compile(rb"-Y (\d{1,9}) \+X (\d{1,9})\n")
_RUN: Final = 128
_SHORTEST, _LONGEST = 8, 32767
"""Widths between which rows may be run-length coded."""


def read_hdr(data: bytes, *, limit_pixels: int) -> Samples:
    """Return the picture in a Radiance file, (H, W, 3) float32 of linear light.

    Raises:
        FormatError: it is damaged, cut short or too large, is stored bottom up, or holds XYZ color.
    """
    header_end = data.find(b"\n\n", 0, _LONGEST_HEADER)
    found = _RESOLUTION.match(data, header_end + 2) if header_end > 0 else None
    if found is None:
        raise FormatError("this HDR file's header is damaged, or its rows do not go down; save it again.")
    if b"FORMAT=32-bit_rle_xyze" in data[:header_end]:
        raise FormatError("this HDR file holds XYZ color; save it as RGB.")
    height, width = int(found[1]), int(found[2])
    check_size(width, height, limit_pixels)
    # The shortest code of a row is 4 bytes and 2 for each run of 127 in each of four planes.
    if height * min(width * 4, 4 + 8 * -(-width // 127)) > len(data) - found.end():
        raise FormatError(f"this HDR file is too short for {width}x{height} pixels; save it again.")
    codes = _rows(data, found.end(), width, height)
    scale = np.ldexp(np.float32(1), codes[..., 3:].astype(np.int32) - 136)
    color = np.where(codes[..., 3:] > 0, (codes[..., :3] + np.float32(0.5)) * scale, np.float32(0))
    return Samples(array=color.astype(np.float32), bits=32, space=ColorSpace.LINEAR)


def _rows(data: bytes, at: int, width: int, height: int) -> np.ndarray:
    """Return (H, W, 4) uint8: mantissas of red, green and blue, and the exponent."""
    if not (_SHORTEST <= width <= _LONGEST and data[at : at + 2] == b"\2\2"):
        flat = np.frombuffer(data, np.uint8, offset=at)
        if flat.size < width * height * 4:
            raise FormatError(
                "this HDR file is cut short, or run-length coded in the old way; save it again."
            )
        return flat[: width * height * 4].reshape(height, width, 4)
    codes = np.empty((height, 4, width), np.uint8)
    start = bytes((2, 2, width >> 8, width & 255))
    for row in codes:
        if data[at : at + 4] != start:
            raise FormatError("a row of this HDR file begins wrongly; save it again.")
        at += 4
        for plane in row:
            at = _plane(data, at, plane)
    return codes.transpose(0, 2, 1)


def _plane(data: bytes, at: int, plane: np.ndarray) -> int:
    """Fill one row of one plane; return where the next begins."""
    done = 0
    while done < len(plane):
        if at + 2 > len(data):
            raise FormatError("this HDR file is cut short; save it again.")
        count, value = data[at], data[at + 1]
        is_run = count > _RUN
        count -= _RUN if is_run else 0
        if not 1 <= count <= len(plane) - done or (not is_run and at + 1 + count > len(data)):
            raise FormatError("a row of this HDR file is longer than its picture; save it again.")
        if is_run:
            plane[done : done + count] = value
            at += 2
        else:
            plane[done : done + count] = np.frombuffer(data, np.uint8, count, at + 1)
            at += 1 + count
        done += count
    return at
