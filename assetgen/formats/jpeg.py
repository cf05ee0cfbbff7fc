"""JPEG out: small pictures for people to look at, and color textures where somebody wants them small.

Baseline, sRGB, and Huffman tables fitted to the picture.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image as PillowImage

from assetgen.errors import FormatError
from assetgen.formats.pillow_write import codes_of, saved
from assetgen.formats.samples import check_edge, check_quality
from assetgen.media.image import Image
from assetgen.media.metadata import Metadata

_LONGEST_EDGE: Final = 65500
_FULL_CHROMA_FROM: Final = 90
"""Quality from which color keeps its full resolution: below, half is what a JPEG is expected to have."""


def write_jpeg(image: Image, *, quality: int = 85, metadata: Metadata | None = None) -> bytes:
    """Return an image as a JPEG file: gray of one or two channels, color of three or four; alpha is left out.

    Args:
        image: pixels 0..1, clamped, written as they are whatever their color space.
        quality: 1 to 100, as the reference encoder counts.
        metadata: where it came from, kept as an XMP packet.

    Raises:
        FormatError: the image is longer than a JPEG can be, or the quality is out of range.
    """
    check_edge(image.width, image.height, _LONGEST_EDGE, "JPEG")
    check_quality(quality, "JPEG")
    codes = codes_of(image)[..., : 3 if image.channels >= 3 else 1]
    chroma = "4:4:4" if quality >= _FULL_CHROMA_FROM else "4:2:0"
    return saved(codes, "JPEG", metadata, quality=quality, subsampling=chroma, optimize=True)


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Return width and height of a JPEG file that `write_jpeg` made.

    Raises:
        FormatError: the bytes are no such file.
    """
    try:
        with PillowImage.open(BytesIO(data), formats=("JPEG",)) as picture:  # reads the header alone
            return picture.size
    except (OSError, SyntaxError, ValueError) as error:
        raise FormatError(f"a preview is no JPEG file: {error}.") from error
