"""The pages of an atlas drawn map by map: what a picture lacks is filled in, and what differs is made one.

Heights of materials are scaled to the deepest relief on the pages and emitted light to the strongest, so that one
figure holds for a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.context import Context
from assetgen.imaging.alpha import bleed_color
from assetgen.imaging.color import linear_to_srgb, srgb_to_linear
from assetgen.imaging.pages import Box, Piece, draw_page, spread_color, turn_clockwise, turn_normals_clockwise
from assetgen.media.atlas import Sprite
from assetgen.media.image import AlphaMode, ColorSpace, Image
from assetgen.media.material import MAP_SPACES, Material

_CHECKER: Final = 16
"""Edge of a checker in texels."""
_LIGHT, _DARK = 0.62, 0.5

Placed = tuple[Sprite, Material]
"""A sprite and its picture, cut already."""


def draw_pages(
    placed: Sequence[Placed],
    sizes: Sequence[tuple[int, int]],
    *,
    extrude: int,
    is_cutout: bool,
    ctx: Context,
) -> Iterator[Material]:
    """Yield the pages.

    Args:
        placed: each picture that lies anywhere.
        sizes: (width, height) of each page.
        extrude: texels by which each picture goes on around itself.
        is_cutout: whether alpha is compared with a threshold.
        ctx: progress, cancel.
    """
    relief_m = max(picture.relief_m for _, picture in placed)
    strength = max(picture.emissive_strength for _, picture in placed)
    roles = [role for role in MAP_SPACES if any(getattr(picture, role) is not None for _, picture in placed)]
    has_alpha = any(_has_alpha(picture) for _, picture in placed)
    for number, size in enumerate(sizes):
        ctx.progress(len(sizes) + number, 2 * len(sizes), "drawing pages")
        mine = [(sprite, picture) for sprite, picture in placed if sprite.page == number]
        boxes = [(sprite.x, sprite.y, sprite.page_width, sprite.page_height) for sprite, _ in mine]
        maps: dict[str, Image] = {}
        for role in roles:
            ctx.check()
            like = _like(role, has_alpha=has_alpha, is_cutout=is_cutout)
            pieces = [
                _piece(sprite, _map_of(picture, role, like, relief_m, strength), role)
                for sprite, picture in mine
            ]
            page = draw_page(pieces, size=size, empty=_empty(role, like), extrude=extrude, like=like)
            maps[role] = _filled(page, boxes, role, extrude=extrude)
        page = Material(tile_m=max(p.tile_m for _, p in placed), relief_m=relief_m)
        yield replace(page, emissive_strength=strength, **maps)


def on_checkers(page: Material) -> Material:
    """Return a page as one opaque picture, for people to look at."""
    plain = Material(tile_m=1.0, relief_m=0.0)
    role, image = next(page.maps())
    if image.alpha is AlphaMode.NONE:
        return replace(plain, **{role: image})
    color, alpha = image.pixels[..., :3], image.pixels[..., 3:]
    y, x = torch.arange(image.height) // _CHECKER, torch.arange(image.width) // _CHECKER
    is_light = ((y[:, None] + x[None, :]) % 2 == 0)[..., None].to(color.device)
    behind = torch.where(is_light, _LIGHT, _DARK)
    return replace(plain, base_color=Image(color * alpha + behind * (1.0 - alpha), ColorSpace.SRGB))


def _has_alpha(picture: Material) -> bool:
    return picture.base_color is not None and picture.base_color.alpha is not AlphaMode.NONE


def _like(role: str, *, has_alpha: bool, is_cutout: bool) -> Image:
    """Return an image of the kind that a page's map is."""
    channels, space = MAP_SPACES[role]
    if role != "base_color" or not has_alpha:
        return Image(torch.zeros(1, 1, channels), space)
    return Image(torch.zeros(1, 1, 4), space, AlphaMode.CUTOUT if is_cutout else AlphaMode.STRAIGHT)


def _empty(role: str, like: Image) -> Tensor:
    """Return what lies where no picture does."""
    if role == "normal":
        return torch.tensor([0.5, 0.5, 1.0])
    value = 1.0 if role in ("occlusion", "roughness") else 0.0
    return torch.full((like.channels,), value)


def _map_of(picture: Material, role: str, like: Image, relief_m: float, strength: float) -> Image:
    """Return a picture's map as the pages hold it."""
    image = getattr(picture, role)
    if image is None:
        return _absent(picture, role, like)
    if role == "height" and picture.relief_m < relief_m:
        return image.with_pixels(image.pixels * (picture.relief_m / relief_m))
    if role == "emissive" and picture.emissive_strength < strength:
        light = srgb_to_linear(image.pixels) * (picture.emissive_strength / strength)
        return image.with_pixels(linear_to_srgb(light))
    if image.channels < like.channels:
        opaque = torch.ones_like(image.pixels[..., :1])
        return Image(torch.cat((image.pixels, opaque), dim=-1), like.space, like.alpha, image.wraps)
    return image


def _absent(picture: Material, role: str, like: Image) -> Image:
    """Return what stands for a map that a picture has not: what an engine would take."""
    found = next(image for _, image in picture.maps())
    values = {
        "base_color": 1.0,
        "roughness": picture.roughness_factor,
        "metallic": picture.metallic_factor,
        "occlusion": 1.0,
    }
    value = _empty(role, like) if role == "normal" else torch.full((like.channels,), values.get(role, 0.0))
    return like.with_pixels(value.expand(found.height, found.width, -1).contiguous())


def _piece(sprite: Sprite, image: Image, role: str) -> Piece:
    if sprite.is_turned:
        image = turn_normals_clockwise(image) if role == "normal" else turn_clockwise(image)
    return Piece(image, sprite.x, sprite.y)


def _filled(page: Image, boxes: Sequence[Box], role: str, *, extrude: int) -> Image:
    """Return a page of color with color under all that is empty."""
    if page.alpha is not AlphaMode.NONE:
        return bleed_color(page)
    return spread_color(page, boxes, extrude=extrude) if role == "base_color" else page
