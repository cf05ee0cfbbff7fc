"""Encoders of others to measure block encoders against: shared libraries named on the command line, and etcpak.

A peer is a C function in a shared library that encodes blocks one by one, whatever the peer's own interface is:

    void FUNCTION(const uint8_t *texels, size_t count, uint8_t *blocks);

    texels: `count` blocks of 16 RGBA texels, row by row within a block, 64 bytes each
    blocks: room for `count` encoded blocks

A few lines of C are enough to make one of most encoders. They stay outside this repository.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks

Encode = Callable[[np.ndarray], bytes]
"""Encodes (H, W, 3 or 4) uint8."""

_LEAST_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Run:
    """One encoder on one picture: CPU seconds, and the PSNR over the channels that the picture has."""

    seconds: float
    psnr_db: float


def library_peer(path: Path, function: str, *, block_bytes: int) -> Encode:
    """Return the encoder behind a C function, see above."""
    call = ctypes.CDLL(str(path.resolve()))[function]
    call.restype = None

    def encode(levels: np.ndarray) -> bytes:
        texels = as_blocks(levels)
        blocks = np.empty((len(texels), block_bytes), np.uint8)
        call(*map(ctypes.c_void_p, (texels.ctypes.data, len(texels), blocks.ctypes.data)))
        return blocks.tobytes()

    return encode


def named_peer(text: str, *, block_bytes: int) -> tuple[str, Encode]:
    """Return the name and the encoder that NAME=LIBRARY:FUNCTION stands for."""
    name, _, place = text.partition("=")
    path, _, function = place.rpartition(":")
    if not (name and path and function):
        raise SystemExit(
            f"--peer {text}: write NAME=LIBRARY:FUNCTION, as in fast=/tmp/libpeer.so:encode_fast"
        )
    return name, library_peer(Path(path), function, block_bytes=block_bytes)


def etcpak_bc7() -> tuple[str, Encode] | None:
    """Return etcpak with linear weights, where it is installed."""
    try:
        import etcpak
    except ImportError:
        return None
    linear = etcpak.BC7CompressBlockParams()
    linear.init_linear_weights()
    return "etcpak", lambda v: etcpak.compress_bc7(with_alpha(v).tobytes(), v.shape[1], v.shape[0], linear)


def with_alpha(levels: np.ndarray) -> np.ndarray:
    """Return the levels as RGBA."""
    if levels.shape[2] == 4:
        return levels
    return np.concatenate([levels, np.full((*levels.shape[:2], 1), 255, np.uint8)], -1)


def as_blocks(levels: np.ndarray) -> np.ndarray:
    """Return the levels as (N, 64) RGBA blocks."""
    height, width = levels.shape[:2]
    split = with_alpha(levels).reshape(height // 4, 4, width // 4, 4, 4)
    return np.ascontiguousarray(split.swapaxes(1, 2)).reshape(-1, 64)


def measure(encode: Encode, levels: np.ndarray, fmt: BlockFormat) -> Run:
    """Return the least CPU seconds of some calls, and the error of the result as an independent decoder sees it."""
    seconds: list[float] = []
    data = b""
    while len(seconds) < 3 and sum(seconds) < _LEAST_SECONDS:
        start = time.process_time()
        data = encode(levels)
        seconds.append(time.process_time() - start)
    height, width, channels = levels.shape
    seen = decode_blocks(data, fmt, width=width, height=height).numpy()[:, :, :channels] * 255
    error = float(np.mean((seen - levels.astype(float)) ** 2))
    return Run(min(seconds), 10 * float(np.log10(255**2 / max(error, 1e-9))))
