"""Mip chains that keep what an image means: light, coverage, direction of normals, and roughness.

Every level is made from the float level before it, never from stored pixels. Color is averaged in linear
light and weighted by alpha, so that no dark fringe grows around an outline; data is averaged plainly.

Sources: Castaño, "Computing Alpha Mipmaps", 2010 (coverage); Toksvig, "Mipmapping Normal Maps", 2005 (the
length of an averaged normal tells the variance it lost); Kaplanyan et al., "Filtering Distributions of
Normals for Shading Antialiasing", HPG 2016 (that variance added to the squared GGX alpha).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.imaging.alpha import covered_share
from assetgen.imaging.normals import encode_normal
from assetgen.imaging.resize import Filter, from_light, halve, to_light
from assetgen.media.image import AlphaMode, ColorSpace, Image, MipChain

DEFAULT_CUTOFF = 0.5
_BISECTIONS = 24
_LARGEST_SCALE = 16.0


@dataclass(frozen=True, slots=True, eq=False)
class NormalMips:
    """A chain of unit normals with the lengths that their averages had before they were made unit again.

    Args:
        chain: stored normals, level 0 the largest.
        lengths: (H, W) per level, 1 where all normals below agree, shorter the more they spread.
    """

    chain: MipChain
    lengths: tuple[Tensor, ...]

    def __post_init__(self) -> None:
        sizes = [tuple(t.shape) for t in self.lengths]
        if sizes != [(level.height, level.width) for level in self.chain.levels]:
            raise SpecError(f"lengths of {sizes} do not fit the levels of the normal mips.")


def level_count(width: int, height: int) -> int:
    """Return how many levels a full chain has: floor(log2(longer side)) + 1."""
    return max(width, height).bit_length()


def build_mips(
    image: Image,
    *,
    kernel: Filter = Filter.KAISER,
    max_levels: int | None = None,
    alpha_cutoff: float | None = None,
) -> MipChain:
    """Return the image and its half sizes down to 1x1.

    Args:
        image: color is averaged as light, DATA plainly; axes that wrap stay seamless at every level.
        kernel: the filter of each halving.
        max_levels: stop after this many levels, level 0 included.
        alpha_cutoff: the threshold of a CUTOUT image's alpha test, 0.5 if not told; alpha of each level is
            scaled so that as many texels pass as on level 0, to 0.5 % or one texel.

    Raises:
        SpecError: `max_levels` is below 1, or a cutoff is not within 0..1.
    """
    cutoff = DEFAULT_CUTOFF if alpha_cutoff is None else alpha_cutoff
    if not 0.0 < cutoff <= 1.0:
        raise SpecError(f"an alpha cutoff lies within 0..1, not at {alpha_cutoff}.")
    keeps_coverage = image.alpha is AlphaMode.CUTOUT
    share = covered_share(image.pixels[..., -1], cutoff) if keeps_coverage else 0.0
    levels = [image]
    light = to_light(image)
    for _ in range(1, _levels_of(image, max_levels)):
        light = halve(light, kernel=kernel, wraps=image.wraps)
        level = from_light(light, image)
        levels.append(_keep_coverage(level, share=share, cutoff=cutoff) if keeps_coverage else level)
    return MipChain(tuple(levels))


def build_normal_mips(
    image: Image, *, kernel: Filter = Filter.BOX, max_levels: int | None = None
) -> NormalMips:
    """Return the mip chain of a normal map: vectors averaged, and made unit again at each level.

    Box is the default: an average's length measures variance only if no weight is negative.

    Raises:
        SpecError: the image is not DATA of three channels.
    """
    if image.space is not ColorSpace.DATA or image.channels != 3:
        raise SpecError(f"a normal map is 3 channels of data, not {image.channels} of {image.space.value}.")
    vectors = image.pixels * 2.0 - 1.0  # (H, W, 3), not unit below level 0
    vectors = vectors / _length(vectors).clamp_min(1e-6)
    levels, lengths = [image], [torch.ones_like(vectors[..., 0])]
    for _ in range(1, _levels_of(image, max_levels)):
        vectors = halve(vectors, kernel=kernel, wraps=image.wraps)
        length = _length(vectors)
        flat = torch.tensor([0.0, 0.0, 1.0], device=vectors.device)
        unit = torch.where(length > 1e-4, vectors / length.clamp_min(1e-4), flat)
        levels.append(image.with_pixels(encode_normal(unit)))
        lengths.append(length[..., 0].clamp_max(1.0))
    return NormalMips(MipChain(tuple(levels)), tuple(lengths))


def build_roughness_mips(
    roughness: Image, normals: NormalMips, *, kernel: Filter = Filter.BOX, cap: float = 0.5
) -> MipChain:
    """Return the mip chain of a roughness map, rougher where its level of the normal map lost bumps.

    A distant bumpy surface reflects as widely as its bumps point; without this it turns glossy and sparkles.
    With GGX alpha = roughness^2 and an averaged normal of length n, alpha^2 grows by 2 (1 - n) / n.

    Args:
        roughness: one channel of data, the size of the normal map.
        normals: the normal map's chain; the result has as many levels.
        kernel: the filter of each halving.
        cap: the most that alpha^2 may grow by.

    Raises:
        SpecError: sizes differ, or the map is not one channel of data.
    """
    top = normals.chain.levels[0]
    if (roughness.width, roughness.height) != (top.width, top.height) or roughness.channels != 1:
        raise SpecError(
            f"roughness is one channel of the normal map's {top.width}x{top.height}, "
            f"not {roughness.channels} of {roughness.width}x{roughness.height}."
        )
    plain = build_mips(roughness, kernel=kernel, max_levels=len(normals.chain.levels))
    levels = [roughness]
    for level, length in zip(plain.levels[1:], normals.lengths[1:], strict=True):
        lost = ((1.0 - length) / length.clamp_min(1e-3) * 2.0).clamp_(0.0, cap)[..., None]
        # Two square roots: exactly rounded on every machine, which a fourth root by pow is not.
        rough = (level.pixels.square().square_() + lost).sqrt_().sqrt_().clamp_(0.0, 1.0)
        levels.append(level.with_pixels(torch.maximum(rough, level.pixels)))
    return MipChain(tuple(levels))


def _levels_of(image: Image, max_levels: int | None) -> int:
    full = level_count(image.width, image.height)
    if max_levels is None:
        return full
    if max_levels < 1:
        raise SpecError(f"a mip chain has at least one level, not {max_levels}.")
    return min(full, max_levels)


def _length(vectors: Tensor) -> Tensor:
    x, y, z = vectors.unbind(-1)
    return (x * x).add_(y * y).add_(z * z).sqrt_().unsqueeze(-1)


def _keep_coverage(level: Image, *, share: float, cutoff: float) -> Image:
    """Return the level with its alpha scaled so that `share` of the texels pass the alpha test."""
    alpha = level.pixels[..., -1].contiguous()
    if share in (0.0, 1.0):
        # Nothing between the ends to find: an empty image stays empty and a full one full.
        scaled = alpha.clamp_min(cutoff) if share == 1.0 else alpha
    else:
        scaled = (alpha * _scale_for(alpha, share=share, cutoff=cutoff)).clamp_max_(1.0)
    return level.with_pixels(torch.cat((level.pixels[..., :-1], scaled[..., None]), dim=-1))


def _scale_for(alpha: Tensor, *, share: float, cutoff: float) -> float:
    low, high = 0.0, _LARGEST_SCALE
    below, above = 0.0, covered_share(alpha * high, cutoff)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        passed = covered_share(alpha * middle, cutoff)
        if passed >= share:
            high, above = middle, passed
        else:
            low, below = middle, passed
    return high if abs(above - share) <= abs(share - below) else low
