"""Pictures drawn onto the pages of an atlas, and mips of pages in which no neighbor shows.

A picture lies in a margin of its own: first its outermost texels repeated, or its tiling gone on with, then
nothing. Under what is transparent
the color of what is near is spread, so that no filter finds black there. A page's margins begin and end on a
grid of 2^(levels - 1) texels, and mips average squares of 2 x 2: a texel of any of these levels holds texels of one
picture's margins alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.imaging.alpha import bleed_color
from assetgen.imaging.edges import pad_edges
from assetgen.imaging.kernels import Filter
from assetgen.imaging.mips import build_mips
from assetgen.media.image import AlphaMode, Image, MipChain

Box = tuple[int, int, int, int]
"""(x, y, width, height) in texels."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A picture and where its upper left texel comes to lie, turned already if it is to be."""

    image: Image
    x: int
    y: int


def visible_box(image: Image) -> Box:
    """Return the smallest box with everything that is not fully transparent; one texel where all is."""
    whole = (0, 0, image.width, image.height)
    if image.alpha is AlphaMode.NONE:
        return whole
    # Half of the smallest step of 8 bits: what is less is stored as nothing.
    seen = image.pixels[..., -1] >= 0.5 / 255.0
    rows = torch.nonzero(seen.any(dim=1)).flatten()
    columns = torch.nonzero(seen.any(dim=0)).flatten()
    if len(rows) == 0:
        return (0, 0, 1, 1)
    left, top = int(columns[0]), int(rows[0])
    return (left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)


def cut_out(image: Image, box: Box) -> Image:
    """Return the part of an image in a box; an axis of which something is missing wraps no more."""
    x, y, width, height = box
    pixels = image.pixels[y : y + height, x : x + width].contiguous()
    wraps = (image.wraps[0] and width == image.width, image.wraps[1] and height == image.height)
    return Image(pixels, image.space, image.alpha, wraps)


def turn_clockwise(image: Image) -> Image:
    """Return the image turned by 90 degrees."""
    pixels = torch.rot90(image.pixels, -1, dims=(0, 1)).contiguous()
    return Image(pixels, image.space, image.alpha, image.wraps[::-1])


def turn_normals_clockwise(image: Image) -> Image:
    """Return a normal map turned by 90 degrees, its vectors with it: what pointed right points down."""
    x, y, z = turn_clockwise(image).pixels.unbind(-1)
    return image.with_pixels(torch.stack((y, 1.0 - x, z), dim=-1))


def draw_page(
    pieces: Sequence[Piece], *, size: tuple[int, int], empty: Tensor, extrude: int, like: Image
) -> Image:
    """Return a page with pictures on it.

    Args:
        pieces: pictures that lie apart by at least twice `extrude`, all of the space and channels of `like`.
        size: (width, height) of the page.
        empty: (C,) what lies between them.
        extrude: how far a picture goes on around itself: tiling on along axes that wrap, else its outermost
            texels repeated.
        like: an image of the kind that the page is to be.
    """
    pixels = empty.to(like.pixels).expand(size[1], size[0], -1).clone()  # (H, W, C)
    for piece in pieces:
        grown = pad_edges(piece.image.pixels, margin=(extrude, extrude), wraps=piece.image.wraps)
        x, y = piece.x - extrude, piece.y - extrude
        pixels[y : y + grown.shape[0], x : x + grown.shape[1]] = grown
    return Image(pixels, like.space, like.alpha)


def spread_color(page: Image, boxes: Sequence[Box], *, extrude: int) -> Image:
    """Return a page of opaque color with the color of its pictures grown into the space between them."""
    drawn = torch.zeros_like(page.pixels[..., :1])
    for x, y, width, height in boxes:
        drawn[y - extrude : y + height + extrude, x - extrude : x + width + extrude] = 1.0
    covered = Image(torch.cat((page.pixels, drawn), dim=-1), page.space, AlphaMode.STRAIGHT)
    return page.with_pixels(bleed_color(covered).pixels[..., :-1].contiguous())


def build_page_mips(
    page: Image, boxes: Sequence[Box], *, levels: int, whole: bool = False, cutoff: float | None = None
) -> MipChain:
    """Return the mip chain of a page.

    Args:
        page: color is averaged as light and by alpha.
        boxes: the pictures with their margins, on multiples of 2^(levels - 1).
        levels: as many as keep pictures apart.
        whole: go on to 1x1 all the same, for readers that take nothing less.
        cutoff: threshold of a CUTOUT page's alpha test: each picture's alpha is scaled on each of `levels` so
            that as much of that picture passes as on the first.
    """
    count = None if whole else levels
    plain = Image(page.pixels, page.space, _smooth(page.alpha))
    chain = build_mips(plain, kernel=Filter.BOX, max_levels=count)
    if page.alpha is not AlphaMode.CUTOUT:
        return chain
    alphas = [level.pixels.clone() for level in chain.levels]
    for x, y, width, height in boxes:
        part = Image(page.pixels[y : y + height, x : x + width].contiguous(), page.space, AlphaMode.CUTOUT)
        own = build_mips(part, kernel=Filter.BOX, max_levels=levels, alpha_cutoff=cutoff)
        for number, level in enumerate(own.levels):
            left, top = x >> number, y >> number
            alphas[number][top : top + level.height, left : left + level.width] = level.pixels
    return MipChain(tuple(Image(pixels, page.space, page.alpha) for pixels in alphas))


def _smooth(alpha: AlphaMode) -> AlphaMode:
    return AlphaMode.STRAIGHT if alpha is AlphaMode.CUTOUT else alpha
