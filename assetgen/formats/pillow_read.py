"""What Pillow decodes: PNG, JPEG, WebP, AVIF, TGA, BMP, and TIFF up to 8 bits.

The header is read first and refused when it promises too much; only then are pixels decoded. Pillow has no color of
16 bits: in a PNG the high and the low bytes are fetched one after the other, deeper TIFF and AVIF go elsewhere.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import Final

import numpy as np
import PIL.Image
from PIL import ImageCms, UnidentifiedImageError
from PIL.Image import DecompressionBombError, DecompressionBombWarning

from assetgen.errors import FormatError
from assetgen.formats.avif import avif_bits, read_deep_avif
from assetgen.formats.png import SIGNATURE
from assetgen.formats.samples import Samples, check_size, upright
from assetgen.formats.tiff import read_deep_tiff
from assetgen.media.image import ColorSpace

_ORIENTATION: Final = 274
"""The EXIF tag that says which way up a camera was held."""
_BITS_TAG, _FORMAT_TAG = 258, 339
_PLAIN: Final = ("L", "LA", "RGB", "RGBA")
_LARGEST_PROFILE: Final = 1 << 22
_NO_PROFILE: Final = (ImageCms.PyCMSError, OSError, ValueError, TypeError, ImportError)
"""What a damaged profile raises, and a Pillow without color management."""
_DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    MemoryError,
    RuntimeError,
    ZeroDivisionError,
    AssertionError,
    struct.error,
    zlib.error,
    DecompressionBombError,
    DecompressionBombWarning,
)
"""What Pillow's readers raise for damaged files; there is no common root."""


def read_with_pillow(data: bytes, kind: str, *, limit_pixels: int, is_color: bool = False) -> Samples:
    """Return the picture in a file of a kind that Pillow knows, upright.

    Args:
        data: the whole file.
        kind: as `sniff` names it.
        limit_pixels: the largest picture that is decoded.
        is_color: whether it is to be sRGB; then 8-bit color of another ICC profile is converted.

    Raises:
        FormatError: it is damaged or cut short, too large, more than 1000 times as long as wide, animated or of
            several pages, or of a color model that is not grey, RGB or CMYK.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of a damaged tag that nobody asks for
            warnings.simplefilter("error", DecompressionBombWarning)
            return _samples(data, kind.upper(), limit_pixels, is_color=is_color)
    except UnidentifiedImageError as error:
        if kind == "tiff":
            return read_deep_tiff(data, limit_pixels=limit_pixels)
        raise FormatError(f"this is not a {kind.upper()} file that can be read; save it again.") from error
    except _DAMAGE as error:
        raise FormatError(f"this picture is damaged or too large ({error}); save it again.") from error


def _samples(data: bytes, kind: str, limit_pixels: int, *, is_color: bool) -> Samples:
    with PIL.Image.open(io.BytesIO(data), formats=(kind,)) as picture:
        check_size(picture.width, picture.height, limit_pixels)
        if getattr(picture, "n_frames", 1) != 1:
            raise FormatError("this picture is animated or has several pages; save the one that is meant.")
        if kind == "TIFF" and _is_deep_tiff(picture):
            return read_deep_tiff(data, limit_pixels=limit_pixels)
        profile = _profile_name(picture)
        space = _space(picture, profile)
        bits = 8
        if kind == "AVIF" and avif_bits(data) > 8:
            bits = avif_bits(data)
            samples = read_deep_avif(data)
        elif deep := _deep_channels(data):
            bits = 16
            samples = _deep_samples(data, deep)
        else:
            samples = _plain_samples(picture, is_color=is_color)
            bits = 8 * samples.dtype.itemsize
        # Asked for last: Pillow turns TIFF upright while it decodes, and then says so.
        orientation = picture.getexif().get(_ORIENTATION, 1)
    return Samples(array=upright(samples, orientation), bits=bits, space=space, profile=profile)


def _space(picture: PIL.Image.Image, profile: str) -> ColorSpace | None:
    """Return what a PNG says of its values; other kinds say it by profile alone."""
    if "srgb" in picture.info or "srgb" in profile.lower():
        return ColorSpace.SRGB
    return ColorSpace.LINEAR if picture.info.get("gamma") == 1.0 else None


def _profile_name(picture: PIL.Image.Image) -> str:
    """Return the description in an ICC profile; "unknown" for one that is damaged, "" for none."""
    profile = picture.info.get("icc_profile")
    if not profile:
        return ""
    if len(profile) > _LARGEST_PROFILE:
        return "unknown"
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return (ImageCms.getProfileDescription(opened) or "unknown").strip()
    except _NO_PROFILE:
        return "unknown"


def _is_deep_tiff(picture: PIL.Image.Image) -> bool:
    tags = getattr(picture, "tag_v2", {})
    bits, forms = tags.get(_BITS_TAG, (1,)), tags.get(_FORMAT_TAG, (1,))
    return max(bits) > 8 or max(forms) > 1


def _deep_channels(data: bytes) -> int:
    """Return the channels of a PNG with 16-bit color or 16-bit grey and alpha, and 0 for everything else."""
    if not data.startswith(SIGNATURE) or data[24] != 16:
        return 0
    return {2: 3, 4: 2, 6: 4}.get(data[25], 0)


def _deep_samples(data: bytes, channels: int) -> np.ndarray:
    if channels == 2:
        # Four bytes a pixel filter alike whatever they mean: relabelled as 8-bit RGBA nothing gets lost.
        header = data[12:24] + bytes([8, 6]) + data[26:29]
        relabelled = data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]
        four = _decoded(relabelled, None)
        high, low = four[:, :, 0::2], four[:, :, 1::2]
    else:
        # Pillow keeps one byte of two. Told that the bytes are little-endian it keeps the other one.
        name = "RGB" if channels == 3 else "RGBA"
        high, low = _decoded(data, f"{name};16B"), _decoded(data, f"{name};16L")
    return high.astype(np.uint16) << 8 | low


def _decoded(data: bytes, raw_mode: str | None) -> np.ndarray:
    with PIL.Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
        if raw_mode is not None:
            picture.tile = [tile._replace(args=raw_mode) for tile in picture.tile]
        picture.load()
        return np.array(picture)


def _plain_samples(picture: PIL.Image.Image, *, is_color: bool) -> np.ndarray:
    picture.load()
    mode = picture.mode
    if mode in ("I;16", "I;16L", "I;16B", "I;16N"):
        return np.array(picture).astype(np.uint16)[:, :, None]
    if mode == "1":
        picture = picture.convert("L")
    elif mode in ("P", "PA"):
        has_alpha = mode == "PA" or "transparency" in picture.info
        picture = picture.convert("RGBA" if has_alpha else "RGB")
    elif mode == "CMYK":
        picture = _to_srgb(picture, "RGB") or picture.convert("RGB")
    elif mode in ("La", "RGBa"):  # color multiplied by alpha, as TIFF may have it
        picture = picture.convert("LA" if mode == "La" else "RGBA")
    elif mode not in _PLAIN:
        raise FormatError(f"this picture's color model is {mode}; save it as grey or RGB, 8 or 16 bits.")
    if picture.mode in ("L", "RGB") and "transparency" in picture.info:
        picture = picture.convert("LA" if picture.mode == "L" else "RGBA")
    if is_color and mode in ("RGB", "RGBA") and "srgb" not in _profile_name(picture).lower():
        picture = _to_srgb(picture, picture.mode) or picture
    samples = np.array(picture)
    return samples if samples.ndim == 3 else samples[:, :, None]


def _to_srgb(picture: PIL.Image.Image, mode: str) -> PIL.Image.Image | None:
    """Return the picture in sRGB by its ICC profile; None where it has none that is whole and fits."""
    profile = picture.info.get("icc_profile")
    if not profile or len(profile) > _LARGEST_PROFILE:
        return None
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode=mode)
    except _NO_PROFILE:
        return None
