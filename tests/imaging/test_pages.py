"""Pictures on pages: in their place to the last texel, and never in a neighbor's mips."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.imaging.alpha import coverage
from assetgen.imaging.packing import PageRules, pack_rectangles
from assetgen.imaging.pages import (
    Piece,
    build_page_mips,
    cut_out,
    draw_page,
    spread_color,
    turn_clockwise,
    turn_normals_clockwise,
    visible_box,
)
from assetgen.media.image import AlphaMode, ColorSpace, Image


def color(rows: int, columns: int, *values: float) -> Image:
    pixels = torch.tensor(values).expand(rows, columns, -1).contiguous()
    return Image(pixels, ColorSpace.SRGB, AlphaMode.STRAIGHT if len(values) == 4 else AlphaMode.NONE)


def disc(edge: int, radius: float, *, alpha: AlphaMode = AlphaMode.STRAIGHT) -> Image:
    """Return a white disc on nothing, with a soft edge of one texel."""
    at = torch.arange(edge) + 0.5 - edge / 2
    inside = (radius + 0.5 - (at[:, None] ** 2 + at[None, :] ** 2).sqrt()).clamp(0, 1)
    return Image(
        torch.cat((torch.ones(edge, edge, 3), inside[..., None]), dim=-1).float(), ColorSpace.SRGB, alpha
    )


def test_the_visible_box_holds_every_texel_that_eight_bits_can_show() -> None:
    image = color(8, 10, 1.0, 1.0, 1.0, 0.0)
    image.pixels[2, 3, 3] = 1 / 255
    image.pixels[5, 7, 3] = 1.0
    image.pixels[0, 0, 3] = 0.4 / 255
    assert visible_box(image) == (3, 2, 5, 4)
    assert visible_box(color(8, 10, 1.0, 1.0, 1.0, 0.0)) == (0, 0, 1, 1)
    assert visible_box(color(8, 10, 1.0, 1.0, 1.0)) == (0, 0, 10, 8)


def test_a_part_wraps_only_along_axes_that_are_whole() -> None:
    image = Image(torch.rand(8, 8, 3), ColorSpace.SRGB, wraps=(True, True))
    assert cut_out(image, (0, 2, 8, 4)).wraps == (True, False)
    assert torch.equal(cut_out(image, (1, 2, 3, 4)).pixels, image.pixels[2:6, 1:4])


def test_turning_moves_the_left_edge_to_the_top() -> None:
    image = Image(torch.arange(6).float().reshape(2, 3, 1), ColorSpace.DATA, wraps=(True, False))
    turned = turn_clockwise(image)
    assert turned.pixels[..., 0].tolist() == [[3.0, 0.0], [4.0, 1.0], [5.0, 2.0]]
    assert turned.wraps == (False, True)


@pytest.mark.parametrize(
    ("before", "after"), [((1.0, 0.5), (0.5, 0.0)), ((0.5, 1.0), (1.0, 0.5)), ((0.5, 0.5), (0.5, 0.5))]
)
def test_a_turned_normal_that_pointed_right_points_down(
    before: tuple[float, float], after: tuple[float, float]
) -> None:
    image = Image(torch.tensor([[[*before, 0.75]]]), ColorSpace.DATA)
    assert turn_normals_clockwise(image).pixels.flatten().tolist() == pytest.approx([*after, 0.75])


def test_a_picture_repeats_its_edge_around_it_or_tiles_on() -> None:
    row = torch.tensor([0.1, 0.2, 0.3])[None, :, None].expand(3, 3, 3).contiguous()
    like = color(1, 1, 0.0, 0.0, 0.0)
    empty = torch.zeros(3)
    still = draw_page(
        [Piece(Image(row, ColorSpace.SRGB), 2, 2)], size=(7, 7), empty=empty, extrude=1, like=like
    )
    assert still.pixels[3, :, 0].tolist() == pytest.approx([0, 0.1, 0.1, 0.2, 0.3, 0.3, 0])
    assert still.pixels[0].max() == 0
    tiling = Image(row, ColorSpace.SRGB, wraps=(True, True))
    page = draw_page([Piece(tiling, 2, 2)], size=(7, 7), empty=empty, extrude=1, like=like)
    assert page.pixels[3, :, 0].tolist() == pytest.approx([0, 0.3, 0.1, 0.2, 0.3, 0.1, 0])


def test_color_spreads_into_the_space_between_opaque_pictures() -> None:
    like = color(1, 1, 0.0, 0.0, 0.0)
    piece = Piece(color(4, 4, 0.8, 0.2, 0.4), 2, 2)
    page = draw_page([piece], size=(16, 16), empty=torch.zeros(3), extrude=1, like=like)
    spread = spread_color(page, [(2, 2, 4, 4)], extrude=1)
    assert (spread.pixels - torch.tensor([0.8, 0.2, 0.4])).abs().max() < 1e-5


SIZES = st.lists(st.tuples(st.integers(1, 21), st.integers(1, 21)), min_size=2, max_size=12)


@given(SIZES, st.integers(1, 5), st.booleans())
def test_no_neighbor_shows_in_any_mip_that_counts_as_safe(
    sizes: list[tuple[int, int]], levels: int, is_cutout: bool
) -> None:
    step = 1 << (levels - 1)
    margin = max(step // 2, 1)
    layout = pack_rectangles(
        {f"{number:02}": size for number, size in enumerate(sizes)}, PageRules(grid=step, margin=margin)
    )
    alpha = AlphaMode.CUTOUT if is_cutout else AlphaMode.STRAIGHT
    like = Image(torch.zeros(1, 1, 4), ColorSpace.SRGB, alpha)
    # Each picture has a color of its own, opaque up to its very edge and through its whole margin.
    colors = [torch.tensor([(n % 4) / 3, (n // 4 % 4) / 3, (n // 16) / 3, 1.0]) for n in range(len(sizes))]
    pieces, boxes = [], []
    for number, (place, (wide, tall)) in enumerate(zip(layout.places.values(), sizes, strict=True)):
        image = Image(colors[number].expand(tall, wide, 4).contiguous(), ColorSpace.SRGB, alpha)
        pieces.append(Piece(image, place.x, place.y))
        own = [-(-(edge + 2 * margin) // step) * step for edge in (wide, tall)]
        boxes.append((place.x - margin, place.y - margin, *own))
    page = draw_page(pieces, size=layout.pages[0], empty=torch.zeros(4), extrude=margin, like=like)
    chain = build_page_mips(page, boxes, levels=levels)
    assert len(chain.levels) <= levels
    for number, level in enumerate(chain.levels):
        for picture, (x, y, wide, tall) in enumerate(boxes):
            part = level.pixels[y >> number : (y + tall) >> number, x >> number : (x + wide) >> number]
            # Empty texels weigh 1/4096 of a full one, so that they have some color: seen by alpha it is nothing.
            apart = (part[..., :3] - colors[picture][:3]).abs() * part[..., 3:]
            assert apart.max() < 0.5 / 255
            # What a bilinear filter reaches from inside the picture: half a texel of this level around it.
            place = list(layout.places.values())[picture]
            half = (1 << number) / 2
            left = int((place.x - half) // (1 << number)) - (x >> number)
            top = int((place.y - half) // (1 << number)) - (y >> number)
            assert min(left, top) >= 0


def test_a_cutout_picture_keeps_its_own_coverage_in_every_safe_mip() -> None:
    thin, full = disc(24, 4.0, alpha=AlphaMode.CUTOUT), disc(24, 11.0, alpha=AlphaMode.CUTOUT)
    pieces = [Piece(thin, 4, 4), Piece(full, 36, 4)]
    boxes = [(0, 0, 32, 32), (32, 0, 32, 32)]
    like = Image(torch.zeros(1, 1, 4), ColorSpace.SRGB, AlphaMode.CUTOUT)
    page = draw_page(pieces, size=(64, 32), empty=torch.zeros(4), extrude=0, like=like)
    chain = build_page_mips(page, boxes, levels=3, cutoff=0.5)
    for number, level in enumerate(chain.levels):
        for x, y, wide, tall in boxes:
            first = cut_out(page, (x, y, wide, tall))
            part = cut_out(level, (x >> number, y >> number, wide >> number, tall >> number))
            texel = 1 / (part.width * part.height)
            assert abs(coverage(part, 0.5) - coverage(first, 0.5)) <= max(0.005, texel) + 1e-9


def test_a_soft_edge_over_spread_color_never_darkens_in_mips() -> None:
    like = Image(torch.zeros(1, 1, 4), ColorSpace.SRGB, AlphaMode.STRAIGHT)
    page = draw_page([Piece(disc(28, 10.0), 2, 2)], size=(32, 32), empty=torch.zeros(4), extrude=1, like=like)
    for level in build_page_mips(page, [(0, 0, 32, 32)], levels=4).levels:
        visible = level.pixels[level.pixels[..., 3] > 0.01]
        assert visible[:, :3].min() > 0.97


def test_the_whole_chain_goes_on_to_one_texel() -> None:
    page = color(32, 64, 0.5, 0.5, 0.5)
    assert len(build_page_mips(page, [(0, 0, 64, 32)], levels=3).levels) == 3
    assert len(build_page_mips(page, [(0, 0, 64, 32)], levels=3, whole=True).levels) == 7
