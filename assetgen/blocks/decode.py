"""Decode blocks back to texels, for previews and for checking what was written."""

from __future__ import annotations

import numpy as np
import texture2ddecoder
import torch
from torch import Tensor

from assetgen.blocks.block_format import BlockFormat
from assetgen.errors import FormatError

_DECODERS = {
    BlockFormat.BC4: texture2ddecoder.decode_bc4,
    BlockFormat.BC5: texture2ddecoder.decode_bc5,
    BlockFormat.BC7: texture2ddecoder.decode_bc7,
}
_CHANNEL_ORDER = {BlockFormat.BC4: [2], BlockFormat.BC5: [2, 1], BlockFormat.BC7: [2, 1, 0, 3]}


def decode_blocks(data: bytes, fmt: BlockFormat, *, width: int, height: int) -> Tensor:
    """Return the texels, (height, width, C) float32 in 0..1 with C = 1, 2 or 4 for BC4, BC5 and BC7.

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
    # The decoder writes blue, green, red, alpha; this is the one place that puts them right.
    bgra = np.frombuffer(_DECODERS[fmt](data, width, height), np.uint8).reshape(height, width, 4)
    texels = np.ascontiguousarray(bgra[:, :, _CHANNEL_ORDER[fmt]])
    return torch.from_numpy(texels).to(torch.float32) / 255.0
