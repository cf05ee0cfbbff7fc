"""JPEG out: small pictures for people to look at, never a texture.

Baseline sRGB without metadata, chroma at half the resolution, and Huffman tables fitted to the picture.
"""

from __future__ import annotations

from io import BytesIO

import torch
from PIL import Image as PillowImage

from assetgen.errors import FormatError
from assetgen.media.image import Image

_LONGEST_EDGE = 65500


def write_jpeg(image: Image, *, quality: int = 85) -> bytes:
    """Return an image as a JPEG file: gray of one or two channels, color of three or four; alpha is left out.

    Args:
        image: pixels 0..1, clamped, written as they are whatever their color space.
        quality: 1 to 95, as the reference encoder counts.

    Raises:
        FormatError: the image is longer than a JPEG can be, or the quality is out of range.
    """
    if max(image.width, image.height) > _LONGEST_EDGE:
        raise FormatError(
            f"{image.width}x{image.height} is too large for JPEG; {_LONGEST_EDGE} is the longest edge."
        )
    if not 1 <= quality <= 95:
        raise FormatError(f"JPEG quality {quality} is out of range; write a number from 1 to 95.")
    channels = 3 if image.channels >= 3 else 1
    codes = (image.pixels[..., :channels].clamp(0, 1) * 255 + 0.5).to(torch.uint8).cpu().contiguous().numpy()
    picture = PillowImage.fromarray(codes if channels == 3 else codes[..., 0])
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=quality, subsampling="4:2:0", optimize=True)
    return stream.getvalue()


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
