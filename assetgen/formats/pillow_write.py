"""What the writers that end in Pillow share: an image as 8-bit codes, and codes as a file."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import PIL.Image
import torch

from assetgen.formats.xmp import write_xmp
from assetgen.media.image import Image
from assetgen.media.metadata import Metadata


def codes_of(image: Image) -> np.ndarray:
    """Return (H, W, C) uint8: values clamped to 0..1 and rounded half up."""
    codes = (image.pixels.detach().clamp(0, 1) * 255 + 0.5).to(torch.uint8)
    return codes.cpu().contiguous().numpy()


def saved(codes: np.ndarray, kind: str, metadata: Metadata | None, **options: object) -> bytes:
    """Return codes as a file of one of Pillow's kinds, with an XMP packet where there is something to say.

    Args:
        codes: (H, W, 1..4) uint8.
        kind: such as "WEBP".
        metadata: where it came from.
        options: what Pillow's writer of that kind takes.
    """
    if metadata is not None and not metadata.is_empty:
        options["xmp"] = write_xmp(metadata)
    plane = codes if codes.shape[2] > 1 else codes[..., 0]
    stream = BytesIO()
    PIL.Image.fromarray(np.ascontiguousarray(plane)).save(stream, kind, **options)
    return stream.getvalue()
