"""Mip chains of normal maps, and of the roughness that takes up what averaged normals lose.

Bumps too small for a level still spread its reflections. An average of unit normals gets the shorter the
more they spread, and by Toksvig's measure a length n tells a slope variance of (1 - n) / n; GGX widens by
twice that in alpha^2, as Kaplanyan et al. add variance to it. Toksvig's measure is taken and not LEAN's
second moments, because it needs no maps besides the normals: both see the same two slopes alike.

Sources: Toksvig, "Mipmapping Normal Maps", Journal of Graphics Tools 10(3), 2005; Olano, Baker, "LEAN
Mapping", I3D 2010; Kaplanyan, Hill, Patney, Lefohn, "Filtering Distributions of Normals for Shading
Antialiasing", HPG 2016.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.imaging.edges import Edges, edges_of
from assetgen.imaging.halve import LightInMemory, halve
from assetgen.imaging.kernels import Filter
from assetgen.imaging.mips import build_mips, levels_of
from assetgen.media.image import ColorSpace, Image, MipChain

LARGEST_VARIANCE = 0.5
"""The most that alpha^2 grows by: beyond, a lobe is as wide as a matte surface's anyway."""


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


def build_normal_mips(
    image: Image,
    *,
    kernel: Filter = Filter.BOX,
    edges: Edges | None = None,
    max_levels: int | None = None,
) -> NormalMips:
    """Return the mip chain of a normal map: vectors averaged, and made unit again at each level.

    Lengths are always those of plain averages: with a negative weight among them a length tells no variance.

    Args:
        image: stored normals.
        kernel: the filter that directions are averaged with.
        edges: as in `build_mips`.
        max_levels: stop after this many levels, level 0 included.

    Raises:
        SpecError: the image is not DATA of three channels, or `max_levels` is below 1.
    """
    if image.space is not ColorSpace.DATA or image.channels != 3:
        raise SpecError(f"a normal map is 3 channels of data, not {image.channels} of {image.space.value}.")
    edges = edges or edges_of(image.wraps)
    plain = _unit(image.pixels.permute(2, 0, 1) * 2.0 - 1.0)  # (3, H, W), not unit below level 0
    vectors = plain
    levels, lengths = [image], [torch.ones_like(plain[0])]
    for _ in range(1, levels_of(image, max_levels)):
        is_plain = kernel is Filter.BOX
        if not is_plain:
            vectors = halve(LightInMemory(vectors, edges[1]), kernel=kernel, edges=edges, may_ring=False)
        plain = halve(LightInMemory(plain, edges[1]), kernel=Filter.BOX, edges=edges, may_ring=False)
        vectors = plain if is_plain else vectors
        pixels = _unit(vectors).mul_(0.5).add_(0.5).permute(1, 2, 0).contiguous()
        levels.append(image.with_pixels(pixels))
        lengths.append(_length(plain).clamp_max_(1.0))
    return NormalMips(MipChain(tuple(levels)), tuple(lengths))


def build_roughness_mips(
    roughness: Image,
    normals: NormalMips,
    *,
    kernel: Filter = Filter.BOX,
    edges: Edges | None = None,
    cap: float = LARGEST_VARIANCE,
) -> MipChain:
    """Return the mip chain of a roughness map, rougher where its level of the normal map lost bumps.

    A distant bumpy surface reflects as widely as its bumps point; without this it turns glossy and sparkles.
    With GGX alpha = roughness^2 and an averaged normal of length n, alpha^2 grows by 2 (1 - n) / n.

    Args:
        roughness: one channel of data, the size of the normal map.
        normals: the normal map's chain; the result has as many levels.
        kernel: the filter of each halving.
        edges: as in `build_mips`.
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
    plain = build_mips(roughness, kernel=kernel, edges=edges, max_levels=len(normals.chain.levels))
    levels = [roughness]
    for level, length in zip(plain.levels[1:], normals.lengths[1:], strict=True):
        lost = ((1.0 - length) / length.clamp_min(1e-3) * 2.0).clamp_(0.0, cap)[..., None]
        # Two square roots: exactly rounded on every machine, which a fourth root by pow is not.
        rough = (level.pixels.square().square_() + lost).sqrt_().sqrt_().clamp_(0.0, 1.0)
        levels.append(level.with_pixels(torch.maximum(rough, level.pixels)))
    return MipChain(tuple(levels))


def _unit(vectors: Tensor) -> Tensor:
    """Return (3, H, W) vectors of length 1; one of no length becomes flat (0, 0, 1)."""
    length = _length(vectors)
    unit = vectors / length.clamp_min(1e-4)
    has_none = length <= 1e-4
    unit.masked_fill_(has_none, 0.0)
    unit[2].masked_fill_(has_none, 1.0)
    return unit


def _length(vectors: Tensor) -> Tensor:
    x, y, z = vectors
    return (x * x).addcmul_(y, y).addcmul_(z, z).sqrt_()
