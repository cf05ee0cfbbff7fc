"""Several gray maps in the channels of one texture, as engines want them."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.media.image import AlphaMode, ColorSpace, Image

Channel = Image | float
"""A one-channel image, or the value that a whole channel has."""


def pack_channels(
    red: Channel,
    green: Channel,
    blue: Channel,
    alpha: Channel | None = None,
    *,
    space: ColorSpace = ColorSpace.DATA,
    size: tuple[int, int] | None = None,
) -> Image:
    """Return one image of three or four channels.

    The fourth channel is data like the others, not coverage. The result wraps where every image in it wraps.

    Args:
        red: one-channel image or constant 0..1; so are the others.
        green: see `red`.
        blue: see `red`.
        alpha: see `red`; left out, the result has three channels.
        space: what the packed values mean.
        size: (width, height) in pixels for a result made of constants alone.

    Raises:
        SpecError: images of different sizes, an image of several channels, or only constants and no size.
    """
    channels = [red, green, blue] + ([] if alpha is None else [alpha])
    images = [c for c in channels if isinstance(c, Image)]
    width, height = _common_size(images, size)
    device = images[0].pixels.device if images else torch.device("cpu")
    planes = [_plane(c, width=width, height=height, device=device) for c in channels]
    wraps = (all(i.wraps[0] for i in images), all(i.wraps[1] for i in images))
    return Image(torch.cat(planes, dim=-1), space, AlphaMode.NONE, wraps)


def invert(image: Image) -> Image:
    """Return 1 minus every channel but coverage: roughness becomes smoothness and back."""
    if image.alpha is AlphaMode.NONE:
        return image.with_pixels(1.0 - image.pixels)
    return image.with_pixels(torch.cat((1.0 - image.pixels[..., :-1], image.pixels[..., -1:]), dim=-1))


def _common_size(images: list[Image], size: tuple[int, int] | None) -> tuple[int, int]:
    sizes = {(i.width, i.height) for i in images} | (set() if size is None else {size})
    if len(sizes) != 1 or any(i.channels != 1 for i in images):
        found = ", ".join(f"{i.width}x{i.height}x{i.channels}" for i in images) or "constants alone"
        raise SpecError(f"packed channels are one-channel images of one size, not {found}.")
    return sizes.pop()


def _plane(channel: Channel, *, width: int, height: int, device: torch.device) -> Tensor:
    if isinstance(channel, Image):
        return channel.pixels
    return torch.full((height, width, 1), float(channel), device=device)
