"""Mip chains that keep what an image means: light, coverage, and the extremes of a height.

Every level is made from the float level before it, never from stored pixels. Color is averaged in linear
light and weighted by alpha, so that no dark fringe grows around an outline; data is averaged plainly.

Source: Castaño, "Computing Alpha Mipmaps", 2010 (coverage).
"""

from __future__ import annotations

from enum import Enum

import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.imaging.alpha import covered_share, keep_coverage
from assetgen.imaging.edges import Edges, edges_of
from assetgen.imaging.halve import Light, LightInMemory, LightOfImage, half_shape, halved_bands
from assetgen.imaging.kernels import Filter
from assetgen.imaging.light import is_light, rings, write_pixels
from assetgen.media.image import AlphaMode, Image, MipChain

DEFAULT_CUTOFF = 0.5


class Extreme(Enum):
    """Which value of those below a texel of a chain of extremes holds."""

    LOWEST = "lowest"
    HIGHEST = "highest"


def level_count(width: int, height: int) -> int:
    """Return how many levels a full chain has: floor(log2(longer side)) + 1."""
    return max(width, height).bit_length()


def build_mips(
    image: Image,
    *,
    kernel: Filter = Filter.KAISER,
    edges: Edges | None = None,
    max_levels: int | None = None,
    alpha_cutoff: float | None = None,
) -> MipChain:
    """Return the image and its half sizes down to 1x1.

    Only opaque color may ring at its edges as the kernel does, cut off at black and white; data, color with
    alpha and linear color keep within the nearest texels of the level before.

    Args:
        image: color is averaged as light, DATA plainly.
        kernel: the filter of each halving.
        edges: how the axes (x, y) go on; they wrap where the image does, which keeps every level seamless,
            and clamp elsewhere, if not told.
        max_levels: stop after this many levels, level 0 included.
        alpha_cutoff: the threshold of a CUTOUT image's alpha test, 0.5 if not told; on each level as many
            texels pass as on level 0, to 0.5 % or one texel.

    Raises:
        SpecError: `max_levels` is below 1, or a cutoff is not within 0..1.
    """
    cutoff = DEFAULT_CUTOFF if alpha_cutoff is None else alpha_cutoff
    if not 0.0 < cutoff <= 1.0:
        raise SpecError(f"an alpha cutoff lies within 0..1, not at {alpha_cutoff}.")
    edges = edges or edges_of(image.wraps)
    keeps_coverage = image.alpha is AlphaMode.CUTOUT
    share = covered_share(image.pixels[..., -1], cutoff) if keeps_coverage else 0.0
    levels, may_ring = [image], rings(image)
    light: Light = LightOfImage(image, edges[1])
    for _ in range(1, levels_of(image, max_levels)):
        channels, height, width = half_shape(light)
        pixels = image.pixels.new_empty((height, width, channels))
        half = None if is_light(image) else image.pixels.new_empty((channels, height, width))
        for top, bottom, band in halved_bands(light, kernel=kernel, edges=edges, may_ring=may_ring):
            write_pixels(band, image, out=pixels[top:bottom])
            if half is not None:
                half[:, top:bottom] = band
        level = image.with_pixels(pixels)
        light = LightOfImage(level, edges[1]) if half is None else LightInMemory(half, edges[1])
        levels.append(keep_coverage(level, share=share, cutoff=cutoff) if keeps_coverage else level)
    return MipChain(tuple(levels))


def build_extreme_mips(image: Image, extreme: Extreme, *, max_levels: int | None = None) -> MipChain:
    """Return a chain in which each texel holds the lowest or highest value of all that it stands for.

    Ray marching through a height map skips what lies above the highest value of a level; an average there
    would let rays through peaks. On an odd axis a texel counts all three that it touches.

    Raises:
        SpecError: `max_levels` is below 1.
    """
    levels = [image]
    for _ in range(1, levels_of(image, max_levels)):
        pixels = levels[-1].pixels
        for dim in (0, 1):
            pixels = _extremes(pixels, dim=dim, extreme=extreme)
        levels.append(image.with_pixels(pixels))
    return MipChain(tuple(levels))


def levels_of(image: Image, max_levels: int | None) -> int:
    """Return how many levels a chain of an image has that stops after `max_levels`.

    Raises:
        SpecError: `max_levels` is below 1.
    """
    full = level_count(image.width, image.height)
    if max_levels is None:
        return full
    if max_levels < 1:
        raise SpecError(f"a mip chain has at least one level, not {max_levels}.")
    return min(full, max_levels)


def _extremes(values: Tensor, *, dim: int, extreme: Extreme) -> Tensor:
    size = values.shape[dim]
    if size == 1:
        return values
    choose = torch.maximum if extreme is Extreme.HIGHEST else torch.minimum
    count = size // 2
    taps = [values.narrow(dim, first, size - first) for first in range(2 + size % 2)]
    halves = [tap.unfold(dim, 1, 2).squeeze(-1).narrow(dim, 0, count) for tap in taps]
    result = choose(halves[0], halves[1])
    return choose(result, halves[2]) if size % 2 else result
