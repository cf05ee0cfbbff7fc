"""Every picture format that a texture can be written as, whole in one literal table: one row a format.

A picture file holds one level and no mips. What holds texels ready for a GPU is a container, see containers.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from assetgen.formats.png import write_png
from assetgen.media.image import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """One way to write a picture.

    Args:
        format: its name in manifests.
        extension: of the file, without a dot.
        media_type: IANA media type.
        write: gives the bytes of an image, with texts by keyword kept in the file where it can hold any.
    """

    format: str
    extension: str
    media_type: str
    write: Callable[[Image, Mapping[str, str]], bytes]


def _png8(image: Image, metadata: Mapping[str, str]) -> bytes:
    return write_png(image, text=metadata)


def _png16(image: Image, metadata: Mapping[str, str]) -> bytes:
    return write_png(image, bits=16, text=metadata)


IMAGE_FILES: Final[dict[str, ImageFile]] = {
    "png": ImageFile(format="PNG8", extension="png", media_type="image/png", write=_png8),
    "png16": ImageFile(format="PNG16", extension="png", media_type="image/png", write=_png16),
}
"""By the name that prompt files use."""
