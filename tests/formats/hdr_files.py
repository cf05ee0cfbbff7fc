"""Radiance files written as plainly as their description words it."""

from __future__ import annotations

import numpy as np


def rgbe(light: np.ndarray) -> np.ndarray:
    """Return (H, W, 4) uint8 for (H, W, 3) of light: mantissas under one exponent."""
    most = light.max(axis=2)
    _, exponent = np.frexp(most)
    scale = np.where(most > 1e-32, np.ldexp(1.0, 8 - exponent), 0.0)
    codes = np.zeros((*light.shape[:2], 4), np.uint8)
    codes[..., :3] = light * scale[..., None]
    codes[..., 3] = np.where(most > 1e-32, exponent + 128, 0)
    return codes


def hdr_file(light: np.ndarray, *, is_packed: bool = True) -> bytes:
    """Return a file, run-length coded where its width allows, of (H, W, 3)."""
    height, width, _ = light.shape
    codes = rgbe(light)
    body = b""
    if is_packed and 8 <= width <= 32767:
        for row in codes:
            body += bytes((2, 2, width >> 8, width & 255))
            for plane in row.T:
                body += _packed(plane)
    else:
        body = codes.tobytes()
    return b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n" + f"-Y {height} +X {width}\n".encode() + body


def _packed(plane: np.ndarray) -> bytes:
    packed, at = b"", 0
    while at < len(plane):
        run = 1
        while at + run < len(plane) and run < 127 and plane[at + run] == plane[at]:
            run += 1
        if run > 2:
            packed += bytes((128 + run, plane[at]))
        else:
            run = min(len(plane) - at, 2)
            packed += bytes((run,)) + plane[at : at + run].tobytes()
        at += run
    return packed
