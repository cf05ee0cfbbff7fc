"""The picture formats that prompt files can name, whole in one literal table. Light: no codec is loaded for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFormat:
    """One picture format.

    Args:
        title: for people.
        suffix: of the file name, without the dot.
        media_type: IANA's name.
        bits: of a sample.
        is_float: whether samples are floating point numbers; color in them is linear.
        is_lossy: whether texels change by being written.
        needs: the module that must be importable to write it; empty for what is always there.
        instead: formats that are written where that is missing, best first; the last one is always there.
    """

    title: str
    suffix: str
    media_type: str
    bits: int = 8
    is_float: bool = False
    is_lossy: bool = False
    needs: str = ""
    instead: tuple[str, ...] = ()


PICTURE_FORMATS: Final[dict[str, PictureFormat]] = {
    "png": PictureFormat(title="PNG", suffix="png", media_type="image/png"),
    "png16": PictureFormat(title="PNG of 16 bits", suffix="png", media_type="image/png", bits=16),
    "jpeg": PictureFormat(title="JPEG", suffix="jpg", media_type="image/jpeg", is_lossy=True),
    "webp": PictureFormat(
        title="WebP",
        suffix="webp",
        media_type="image/webp",
        is_lossy=True,
        needs="PIL._webp",
        instead=("png",),
    ),
    "webp_lossless": PictureFormat(
        title="lossless WebP",
        suffix="webp",
        media_type="image/webp",
        needs="PIL._webp",
        instead=("png",),
    ),
    "avif": PictureFormat(
        title="AVIF",
        suffix="avif",
        media_type="image/avif",
        is_lossy=True,
        needs="PIL._avif",
        instead=("webp", "png"),
    ),
    "jxl": PictureFormat(
        title="JPEG XL",
        suffix="jxl",
        media_type="image/jxl",
        is_lossy=True,
        needs="imagecodecs",
        instead=("avif", "webp", "png"),
    ),
    "jxl_lossless": PictureFormat(
        title="lossless JPEG XL",
        suffix="jxl",
        media_type="image/jxl",
        needs="imagecodecs",
        instead=("webp_lossless", "png"),
    ),
    "jxl16": PictureFormat(
        title="lossless JPEG XL of 16 bits",
        suffix="jxl",
        media_type="image/jxl",
        bits=16,
        needs="imagecodecs",
        instead=("png16",),
    ),
    "tiff16": PictureFormat(
        title="TIFF of 16 bits",
        suffix="tif",
        media_type="image/tiff",
        bits=16,
        needs="tifffile",
        instead=("png16",),
    ),
    "tiff32": PictureFormat(
        title="TIFF of 32-bit floats",
        suffix="tif",
        media_type="image/tiff",
        bits=32,
        is_float=True,
        needs="tifffile",
        instead=("exr32", "png16"),
    ),
    "exr": PictureFormat(
        title="EXR of half floats",
        suffix="exr",
        media_type="image/x-exr",
        bits=16,
        is_float=True,
        needs="OpenEXR",
        instead=("tiff32", "png16"),
    ),
    "exr32": PictureFormat(
        title="EXR of 32-bit floats",
        suffix="exr",
        media_type="image/x-exr",
        bits=32,
        is_float=True,
        needs="OpenEXR",
        instead=("tiff32", "png16"),
    ),
}
"""By the name that prompt files use. What keeps every bit is only replaced by what does; floats end in 16 bits."""

EXTRAS: Final[dict[str, str]] = {
    "PIL._webp": "install a Pillow with WebP",
    "PIL._avif": "install Pillow 11.3 or later",
    "imagecodecs": "pip install assetgen[codecs]",
    "tifffile": "pip install tifffile",
    "OpenEXR": "pip install OpenEXR",
}
"""How to get each module that some format needs."""

LOSSY_QUALITY: Final = 90
"""Of JPEG, WebP, AVIF and JPEG XL when none is asked for: at it, none of them shows in a texture at arm's length."""


@cache
def missing_module(word: str) -> str:
    """Return the module that a format lacks on this machine, or ""; nothing is loaded to find out."""
    needs = PICTURE_FORMATS[word].needs if word in PICTURE_FORMATS else ""
    return needs if needs and find_spec(needs) is None else ""
