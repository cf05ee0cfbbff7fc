"""The one door to every block encoder."""

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


class _Encoder(Protocol):
    def __call__(self, image: Image, *, quality: Quality, threads: int) -> bytes: ...


_ENCODERS: Final[dict[BlockFormat, _Encoder]] = {
    BlockFormat.BC1: encode_bc1,
    BlockFormat.BC1A: encode_bc1a,
    BlockFormat.BC3: encode_bc3,
    BlockFormat.BC4: encode_bc4,
    BlockFormat.BC5: encode_bc5,
    BlockFormat.BC6H_UFLOAT: encode_bc6h_ufloat,
    BlockFormat.BC6H_SFLOAT: encode_bc6h_sfloat,
    BlockFormat.BC7: encode_bc7,
}


def encode_blocks(
    image: Image, fmt: BlockFormat, *, quality: Quality = Quality.BALANCED, threads: int = 1
) -> bytes:
    """Return the image as blocks of that format, row by row, `fmt.size_bytes` in all.

    Args:
        image: values 0..1, or any for BC6H; others are clamped to what the format holds. Sizes that are no
            multiple of 4 are filled up from the opposite edge along axes that wrap, and by repeating the edge
            along the others.
        fmt: how to write them.
        quality: how hard to look for small errors.
        threads: how many threads to use; the bytes are the same for any number.

    Raises:
        SpecError: the image has fewer channels than the format needs.
    """
    return _ENCODERS[fmt](image, quality=quality, threads=threads)
