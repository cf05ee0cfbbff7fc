"""WebP out, lossy or with every bit kept; reading is Pillow's. WebP has neither grey nor more than 8 bits."""

from __future__ import annotations

from typing import Final

import numpy as np

from assetgen.formats.codecs import codec
from assetgen.formats.pillow_write import codes_of, saved
from assetgen.formats.samples import check_edge, check_quality
from assetgen.media.image import Image
from assetgen.media.metadata import Metadata

_LONGEST_EDGE: Final = 16383
_EFFORT: Final = 4
"""Of 0 to 6; on our base colors 6 saves 1 to 3 % in two to three times the time."""


def write_webp(image: Image, *, quality: int | None = None, metadata: Metadata | None = None) -> bytes:
    """Return an image as a WebP file.

    Args:
        image: pixels 0..1, clamped; grey is written as three equal channels, the last of two or four as alpha.
        quality: 1 to 100 of lossy WebP; None keeps every bit, and color under alpha 0 as well.
        metadata: where it came from, kept as an XMP packet.

    Raises:
        FormatError: an edge is longer than 16383, or the quality is out of range.
        BackendUnavailable: this Pillow has no WebP.
    """
    codec("PIL._webp")
    check_edge(image.width, image.height, _LONGEST_EDGE, "WebP")
    codes = codes_of(image)
    if codes.shape[2] < 3:
        codes = np.concatenate([codes[..., :1].repeat(3, axis=2), codes[..., 1:]], axis=2)
    if quality is None:
        return saved(codes, "WEBP", metadata, lossless=True, quality=50, method=_EFFORT, exact=True)
    check_quality(quality, "WebP")
    return saved(codes, "WEBP", metadata, quality=quality, method=_EFFORT, exact=True)
