"""The encoders that kernels write, by format. Importing this needs numba."""

from __future__ import annotations

from typing import Final, Protocol

from assetgen.blocks.bc1 import encode_bc1, encode_bc1a
from assetgen.blocks.bc3 import encode_bc3
from assetgen.blocks.bc6h import encode_bc6h_sfloat, encode_bc6h_ufloat
from assetgen.blocks.bc7 import encode_bc7
from assetgen.blocks.bc45 import encode_bc4, encode_bc5
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.quality import Quality
from assetgen.media.image import Image


class Encoder(Protocol):
    """Encodes on the CPU by calling one kernel; what is special about a format happens in the kernel."""

    def __call__(self, image: Image, *, quality: Quality, threads: int) -> bytes:
        """Return the blocks, row by row."""
        ...


ENCODERS: Final[dict[BlockFormat, Encoder]] = {
    BlockFormat.BC1: encode_bc1,
    BlockFormat.BC1A: encode_bc1a,
    BlockFormat.BC3: encode_bc3,
    BlockFormat.BC4: encode_bc4,
    BlockFormat.BC5: encode_bc5,
    BlockFormat.BC6H_UFLOAT: encode_bc6h_ufloat,
    BlockFormat.BC6H_SFLOAT: encode_bc6h_sfloat,
    BlockFormat.BC7: encode_bc7,
}
