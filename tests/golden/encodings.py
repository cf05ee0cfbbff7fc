"""What the encoders and writers make of one small picture, as hashes tied to the versions of their steps.

The encoders are plain IEEE arithmetic, so their bytes are the same on every machine. PNG is hashed after
inflating: deflate libraries differ in how they pack the same rows. Of other pictures the samples are hashed that they
hold, since the codecs are other people's.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path
from typing import TypedDict

import numpy as np
import torch

from assetgen.blocks.bc1 import encode_bc1, encode_bc1a
from assetgen.blocks.bc3 import encode_bc3
from assetgen.blocks.bc6h import encode_bc6h_sfloat, encode_bc6h_ufloat
from assetgen.blocks.bc7 import encode_bc7
from assetgen.blocks.bc45 import encode_bc4, encode_bc5
from assetgen.blocks.quality import Quality
from assetgen.formats.dds import write_dds
from assetgen.formats.ktx2 import write_ktx2
from assetgen.formats.png import write_png
from assetgen.formats.read_image import read_samples
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Alpha, Texture, flat_texture
from assetgen.formats.write_picture import write_picture
from assetgen.formats.xmp import write_xmp
from assetgen.media.image import ColorSpace, Image
from assetgen.media.metadata import Metadata
from assetgen.specs.picture_formats import LOSSLESS_PICTURES, PICTURE_FORMATS
from assetgen.versions import STEPS

PATH = Path(__file__).with_name("encodings.json")


class Golden(TypedDict):
    """The version of a step, and the hash of what it made at that version."""

    version: int
    sha256: str


def golden_picture() -> Image:
    """Return 48x44 texels of slopes, hard edges, speckles and soft alpha, from whole-number arithmetic."""
    y, x = np.mgrid[0:44, 0:48]
    speckle = (x * 7919 + y * 104729 + x * y * 31) % 97
    red = np.where((x // 6 + y // 5) % 2 == 0, x * 5, 200 - y * 3) + speckle * (x > 24) // 2
    green = (x * x + y * y) // 18
    blue = (x * 3 + y * 2 + speckle * (y > 20) // 3) % 256
    alpha = np.clip(x * 12 - 100, 0, 255)
    levels = np.clip(np.stack([red, green, blue, alpha], -1), 0, 255).astype(np.float32)
    return Image(torch.from_numpy(levels) / 255, ColorSpace.SRGB)


def png_rows(data: bytes) -> bytes:
    """Return the header of a PNG and its filtered rows, inflated."""
    at = data.index(b"IDAT")
    length = int.from_bytes(data[at - 4 : at], "big")
    return data[: at - 4] + zlib.decompress(data[at + 4 : at + 4 + length])


def _golden_texture() -> Texture:
    return flat_texture(
        [bytes(range(96)), bytes(16)],
        fmt=TexelFormat.BC7,
        width=9,
        height=5,
        srgb=True,
        alpha=Alpha.STRAIGHT,
    )


_ORIGIN = Metadata(
    asset="a", prompt="wet <moss>", seed=7, backend="procedural", licence="free", generator="golden"
)


def _samples(word: str, image: Image) -> bytes:
    if PICTURE_FORMATS[word].is_float:
        image = Image(image.pixels, ColorSpace.LINEAR)
    return read_samples(write_picture(image, word)).array.tobytes()


def current() -> dict[str, Golden]:
    """Return what the code makes now."""
    image = golden_picture()
    opaque = image.with_pixels(image.pixels[:, :, :3].contiguous())
    blocks = [encode_bc7(picture, quality=q) for picture in (image, opaque) for q in Quality]
    planes = [encode(image, quality=q) for encode in (encode_bc4, encode_bc5) for q in Quality]
    colors = [encode(image, quality=q) for encode in (encode_bc1, encode_bc1a) for q in Quality]
    light = image.with_pixels(image.pixels[:, :, :3] * 9 - 1)
    lights = [
        encode(light, quality=q) for encode in (encode_bc6h_ufloat, encode_bc6h_sfloat) for q in Quality
    ]
    made = {
        "bc7": b"".join(blocks),
        "bc45": b"".join(planes),
        "bc1": b"".join(colors),
        "bc3": b"".join(encode_bc3(image, quality=q) for q in Quality),
        "bc6h": b"".join(lights),
        "dds": write_dds(_golden_texture()),
        "ktx2": write_ktx2(_golden_texture(), metadata={"prompt": "wet"}, zstd_level=None, writer="golden"),
        "png": b"".join(png_rows(write_png(image, bits=bits)) for bits in (8, 16)),
        "pictures": b"".join(_samples(word, opaque) for word in LOSSLESS_PICTURES),
        "metadata": write_xmp(_ORIGIN) + json.dumps(_ORIGIN.pairs()).encode(),
    }
    return {
        step: Golden(version=STEPS[step], sha256=hashlib.sha256(data).hexdigest())
        for step, data in made.items()
    }


def recorded() -> dict[str, Golden]:
    """Return what was made when the versions were last set."""
    return json.loads(PATH.read_text(encoding="utf-8"))
