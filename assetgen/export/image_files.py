"""Pictures among the files of a set: which format, and how near a lossy one came. One level, no mips.

What holds texels ready for a GPU is a container, see containers.py. Float formats hold linear light, so sRGB color is
decoded for them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch

from assetgen.errors import GenerationError
from assetgen.export.texels import linear_light
from assetgen.formats.codecs import stand_in
from assetgen.formats.read_image import read_image
from assetgen.formats.write_picture import write_picture
from assetgen.media.image import Image
from assetgen.media.metadata import Metadata
from assetgen.specs.picture_formats import PICTURE_FORMATS, PictureFormat


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A picture file.

    Args:
        word: its format, as prompt files name it.
    """

    word: str

    @property
    def row(self) -> PictureFormat:
        """What is known of the format."""
        return PICTURE_FORMATS[self.word]


IMAGE_FILES: Final[dict[str, ImageFile]] = {word: ImageFile(word) for word in PICTURE_FORMATS}
"""By the name that prompt files use."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WrittenPicture:
    """A written picture.

    Args:
        data: the file.
        row: the format that it has.
        stored: the image as the file is to hold it.
        fallback: why it has another format than was asked for, or "".
        quality: how near a lossy file came.
    """

    data: bytes
    row: PictureFormat
    stored: Image
    fallback: str
    quality: tuple[tuple[str, float], ...]


def write_image_file(
    file: ImageFile, image: Image, *, quality: int, metadata: Metadata | None = None
) -> WrittenPicture:
    """Return an image as a picture file, of the nearest format where the codec of its own is missing.

    Args:
        file: which format.
        image: values 0..1; float formats keep others.
        quality: 1 to 100, of lossy formats.
        metadata: what the file says of its making.

    Raises:
        FormatError: the format cannot hold the image.
        GenerationError: a lossy file reads back as another picture.
    """
    word, fallback = stand_in(file.word)
    row = PICTURE_FORMATS[word]
    stored = linear_light(image) if row.is_float else image
    data = write_picture(stored, word, quality=quality, metadata=metadata)
    figures = (("psnr_db", _psnr_db(data, stored)),) if row.is_lossy else ()
    return WrittenPicture(data=data, row=row, stored=stored, fallback=fallback, quality=figures)


def _psnr_db(data: bytes, source: Image) -> float:
    """Return how near a lossy file comes to its source, over all channels."""
    read = read_image(data)
    if (read.width, read.height) != (source.width, source.height):
        raise GenerationError(f"a written picture reads back with {read.width}x{read.height} texels.")
    pixels = read.pixels if read.channels >= source.channels else read.pixels[..., :1]
    pixels = pixels[..., : source.channels] if source.channels != 2 else pixels[..., [0, pixels.shape[2] - 1]]
    apart = pixels - source.pixels.detach().cpu().clamp(0, 1)
    error = float(apart.square_().mean(dtype=torch.float64))
    return 99.0 if error < 1e-10 else round(-10 * math.log10(error), 2)
