"""One source picture as a map: floating point files are brought to what a material's maps hold."""

from __future__ import annotations

from typing import Final

from assetgen.errors import FormatError
from assetgen.formats.read_image import read_image
from assetgen.imaging.color import linear_to_srgb
from assetgen.media.image import AlphaMode, ColorSpace, Image

_SLACK: Final = 1 / 256
"""How far past 0..1 a filter may have carried a value; that much is cut off."""


def read_map(data: bytes, *, is_color: bool) -> Image:
    """Return a picture as sRGB color or as data, values 0..1.

    Args:
        data: the whole file; color in a float file is linear light.
        is_color: whether it holds color.

    Raises:
        FormatError: it cannot be read, or is a float file with values beyond 0..1.
    """
    image = read_image(data, space=ColorSpace.SRGB if is_color else ColorSpace.DATA)
    low, high = float(image.pixels.min()), float(image.pixels.max())
    if low < -_SLACK or high > 1 + _SLACK:
        raise FormatError(
            f"its values reach from {low:.3g} to {high:.3g}, and a map holds 0..1; scale them and save it again."
        )
    if low < 0 or high > 1:
        image = image.with_pixels(image.pixels.clamp(0, 1))
    if image.space is not ColorSpace.LINEAR:
        return image
    pixels = image.pixels.clone()
    colors = image.channels if image.alpha is AlphaMode.NONE else image.channels - 1
    pixels[..., :colors] = linear_to_srgb(pixels[..., :colors])
    return Image(pixels, ColorSpace.SRGB, image.alpha, image.wraps)
