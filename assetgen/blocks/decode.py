"""Decode blocks back to texels, for previews and for checking what was written."""

from __future__ import annotations

import numpy as np
import texture2ddecoder
import torch
from torch import Tensor

from assetgen.blocks.bc6h_decode import decode_bc6h
from assetgen.blocks.block_format import BlockFormat
from assetgen.errors import FormatError

_DECODERS = {
    BlockFormat.BC1: texture2ddecoder.decode_bc1,
    BlockFormat.BC1A: texture2ddecoder.decode_bc1,
    BlockFormat.BC3: texture2ddecoder.decode_bc3,
    BlockFormat.BC4: texture2ddecoder.decode_bc4,
    BlockFormat.BC5: texture2ddecoder.decode_bc5,
    BlockFormat.BC7: texture2ddecoder.decode_bc7,
}
_ORDER = [2, 1, 0, 3]
"""The decoder writes blue, green, red, alpha; this is the one place that puts them right."""


def decode_blocks(data: bytes, fmt: BlockFormat, *, width: int, height: int) -> Tensor:
    """Return the texels, (height, width, `fmt.channels`) float32: 0..1, or any finite half float for BC6H.

    Args:
        data: the blocks of one image or mip level, row by row.
        fmt: how to read them.
        width: in texels, of the image without filling.
        height: in texels.

    Raises:
        FormatError: the size is not positive, or the data is not as long as the size asks for.
    """
    if width < 1 or height < 1:
        raise FormatError(f"an image of {width}x{height} texels has no blocks; give a positive size.")
    expected = fmt.size_bytes(width=width, height=height)
    if len(data) != expected:
        raise FormatError(
            f"{fmt.value} blocks of a {width}x{height} image take {expected} bytes, not {len(data)}; "
            "the data is cut short or of another format."
        )
    if fmt.is_hdr:
        halves = decode_bc6h(data, is_signed=fmt is BlockFormat.BC6H_SFLOAT)
        return torch.from_numpy(_in_rows(halves, width, height).astype(np.float32))
    bgra = np.frombuffer(_DECODERS[fmt](data, width, height), np.uint8).reshape(height, width, 4)
    texels = np.ascontiguousarray(bgra[:, :, _ORDER[: fmt.channels]])
    if fmt is BlockFormat.BC1A:
        texels[_clear_texels(data, width, height)] = 0
    return torch.from_numpy(texels).to(torch.float32) / 255.0


def _in_rows(blocks: np.ndarray, width: int, height: int) -> np.ndarray:
    """Return (blocks, 16, ...) texels as (height, width, ...)."""
    columns, rows = (width + 3) // 4, (height + 3) // 4
    rest = blocks.shape[2:]
    texels = blocks.reshape(rows, columns, 4, 4, *rest).swapaxes(1, 2)
    return texels.reshape(4 * rows, 4 * columns, *rest)[:height, :width]


def _clear_texels(data: bytes, width: int, height: int) -> np.ndarray:
    """Return where BC1 blocks have clear texels, (height, width); the decoder takes them for opaque."""
    words = np.frombuffer(data, "<u2").reshape(-1, 4)
    codes = words[:, 2:, None] >> np.arange(0, 16, 2, dtype=np.uint16) & 3
    clear = (words[:, :1] <= words[:, 1:2]) & (codes.reshape(-1, 16) == 3)
    return _in_rows(clear, width, height)
