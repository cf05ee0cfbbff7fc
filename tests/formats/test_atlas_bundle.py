from __future__ import annotations

import pytest
import torch

from assetgen.errors import FormatError, SpecError
from assetgen.formats.atlas_bundle import read_atlas_bundle, write_atlas_bundle
from assetgen.media.atlas import Atlas, Sprite
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import Material

SPRITES = (
    Sprite(name="a", page=0, x=2, y=2, width=8, height=4, source_width=10, source_height=9, cut_x=1, cut_y=5),
    Sprite(name="b", page=1, x=4, y=0, width=8, height=4, source_width=8, source_height=4, is_turned=True),
)


def page(width: int, height: int) -> Material:
    pixels = torch.rand(height, width, 3, generator=torch.Generator().manual_seed(1))
    return Material(tile_m=1.0, relief_m=0.0, base_color=Image(pixels, ColorSpace.SRGB))


def small_atlas() -> Atlas:
    return Atlas(pages=(page(16, 8), page(8, 8)), sprites=SPRITES, margin=2, levels=3)


def test_an_atlas_comes_back_as_it_was() -> None:
    atlas = small_atlas()
    data = write_atlas_bundle(atlas)
    back = read_atlas_bundle(data)
    assert (back.sprites, back.margin, back.levels) == (atlas.sprites, 2, 3)
    assert [back.page_size(number) for number in range(2)] == [(16, 8), (8, 8)]
    for one, other in zip(back.pages, atlas.pages, strict=True):
        assert one.base_color is not None
        assert other.base_color is not None
        assert (one.base_color.pixels - other.base_color.pixels).abs().max() < 1e-5
    assert write_atlas_bundle(back) == data


@pytest.mark.parametrize("end", [0, 8, 11, 40, 400, -1])
def test_torn_bytes_are_refused(end: int) -> None:
    with pytest.raises(FormatError):
        read_atlas_bundle(write_atlas_bundle(small_atlas())[:end])


@pytest.mark.parametrize(
    ("sprites", "message"),
    [
        ((SPRITES[1], SPRITES[0]), "sorted by name"),
        ((SPRITES[0], SPRITES[0]), "no name comes twice"),
        ((), "at least one"),
        (
            (Sprite(name="x", page=2, x=0, y=0, width=1, height=1, source_width=1, source_height=1),),
            "page 2, which there is not",
        ),
        (
            (Sprite(name="x", page=1, x=0, y=0, width=9, height=1, source_width=9, source_height=1),),
            "does not lie within",
        ),
    ],
)
def test_an_atlas_that_contradicts_itself_is_refused(sprites: tuple[Sprite, ...], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        Atlas(pages=(page(16, 8), page(8, 8)), sprites=sprites)


@pytest.mark.parametrize("change", [{"cut_x": 3}, {"width": 0}, {"x": -1}])
def test_a_sprite_outside_of_its_picture_is_refused(change: dict[str, int]) -> None:
    fields = {"page": 0, "x": 0, "y": 0, "width": 8, "height": 4, "source_width": 10, "source_height": 4}
    with pytest.raises(SpecError):
        Sprite(name="a", **{**fields, **change})
