"""The picture formats that prompt files can name, whole in one literal table. Light: no codec is loaded for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFormat:
    """One picture format.

    Args:
        label: in manifests.
        title: for people.
        suffix: of the file name, without the dot.
        media_type: IANA's name.
        bits: of a sample.
        is_float: whether samples are floating point numbers; color in them is linear.
        is_lossy: whether texels change by being written.
        needs: the module that must be importable to write it; empty for what is always there.
        instead: formats that are written where that is missing, best first; the last one is always there.
    """

    label: str
    title: str
    suffix: str
    media_type: str
    bits: int = 8
    is_float: bool = False
    is_lossy: bool = False
    needs: str = ""
    instead: tuple[str, ...] = ()


PICTURE_FORMATS: Final[dict[str, PictureFormat]] = {
    "png": PictureFormat(label="PNG8", title="PNG", suffix="png", media_type="image/png"),
    "png16": PictureFormat(
        label="PNG16", title="PNG of 16 bits", suffix="png", media_type="image/png", bits=16
    ),
    "jpeg": PictureFormat(label="JPEG", title="JPEG", suffix="jpg", media_type="image/jpeg", is_lossy=True),
    "webp": PictureFormat(
        label="WEBP",
        title="WebP",
        suffix="webp",
        media_type="image/webp",
        is_lossy=True,
        needs="PIL._webp",
        instead=("png",),
    ),
    "webp_lossless": PictureFormat(
        label="WEBP_LOSSLESS",
        title="lossless WebP",
        suffix="webp",
        media_type="image/webp",
        needs="PIL._webp",
        instead=("png",),
    ),
    "avif": PictureFormat(
        label="AVIF",
        title="AVIF",
        suffix="avif",
        media_type="image/avif",
        is_lossy=True,
        needs="PIL._avif",
        instead=("webp", "png"),
    ),
    "jxl": PictureFormat(
        label="JXL",
        title="JPEG XL",
        suffix="jxl",
        media_type="image/jxl",
        is_lossy=True,
        needs="imagecodecs",
        instead=("avif", "webp", "png"),
    ),
    "jxl_lossless": PictureFormat(
        label="JXL_LOSSLESS",
        title="lossless JPEG XL",
        suffix="jxl",
        media_type="image/jxl",
        needs="imagecodecs",
        instead=("webp_lossless", "png"),
    ),
    "jxl16": PictureFormat(
        label="JXL16",
        title="lossless JPEG XL of 16 bits",
        suffix="jxl",
        media_type="image/jxl",
        bits=16,
        needs="imagecodecs",
        instead=("png16",),
    ),
    "tiff16": PictureFormat(
        label="TIFF16",
        title="TIFF of 16 bits",
        suffix="tif",
        media_type="image/tiff",
        bits=16,
        needs="tifffile",
        instead=("png16",),
    ),
    "tiff32": PictureFormat(
        label="TIFF32F",
        title="TIFF of 32-bit floats",
        suffix="tif",
        media_type="image/tiff",
        bits=32,
        is_float=True,
        needs="tifffile",
        instead=("exr32", "png16"),
    ),
    "exr": PictureFormat(
        label="EXR16F",
        title="EXR of half floats",
        suffix="exr",
        media_type="image/x-exr",
        bits=16,
        is_float=True,
        needs="OpenEXR",
        instead=("tiff32", "png16"),
    ),
    "exr32": PictureFormat(
        label="EXR32F",
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
"""Of JPEG, WebP, AVIF and JPEG XL when none is asked for: on five of our base colors a median of 41 to 45 dB and no
less than 36, at 1 to 2 bits a texel; lossless WebP takes 6.4."""


PICTURES: Final = tuple(PICTURE_FORMATS)
LOSSLESS_PICTURES: Final = tuple(word for word, row in PICTURE_FORMATS.items() if not row.is_lossy)
"""What data (normals, masks, heights) may be written as."""
LOSSY_ADVICE: Final = tuple(
    (
        word,
        f'{row.title} changes texels where eyes do not mind, and these are data; write "webp_lossless" or "png".',
    )
    for word, row in PICTURE_FORMATS.items()
    if row.is_lossy
)
"""What to tell who asks for data in a lossy format, by its name."""


def missing_modules(words: Iterable[str] = PICTURES) -> list[str]:
    """Return the modules that some formats need and this machine lacks, sorted; none is loaded to find out."""
    needed = {PICTURE_FORMATS[word].needs for word in words if word in PICTURE_FORMATS} - {""}
    return sorted(name for name in needed if not _can_be_found(name))


@cache
def _can_be_found(name: str) -> bool:
    package, _, _ = name.rpartition(".")
    if not package:
        return find_spec(name) is not None
    found = find_spec(package)  # asking for the submodule itself would load the package
    places = found.submodule_search_locations if found else None
    return places is not None and PathFinder.find_spec(name, list(places)) is not None
