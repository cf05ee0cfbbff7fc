from __future__ import annotations

import etcpak
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.blocks.bc1 import encode_bc1, encode_bc1a
from assetgen.blocks.bc3 import encode_bc3
from assetgen.blocks.bc45 import encode_bc4
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.quality import Quality
from assetgen.media.image import AlphaMode, ColorSpace, Image
from tests.blocks.pictures import mixed_levels, picture, psnr_db


def widened(color: np.ndarray) -> np.ndarray:
    """Return 5:6:5 colors as 8-bit levels, (..., 3)."""
    red, green, blue = color >> 11, color >> 5 & 63, color & 31
    return np.stack([red << 3 | red >> 2, green << 2 | green >> 4, blue << 3 | blue >> 2], -1).astype(float)


def read_exactly(data: bytes, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the levels that exact interpolation gives, (size, size, 3), and which texels are opaque."""
    words = np.frombuffer(data, "<u2").reshape(-1, 4).astype(np.int64)
    first, second = widened(words[:, 0]), widened(words[:, 1])
    four = (words[:, 0] > words[:, 1])[:, None]
    third = np.where(four, (2 * first + second) / 3, (first + second) / 2)
    fourth = np.where(four, (first + 2 * second) / 3, 0)
    palette = np.stack([first, second, third, fourth], 1)
    codes = (words[:, 2] | words[:, 3] << 16)[:, None] >> 2 * np.arange(16) & 3
    texels = palette[np.arange(len(words))[:, None], codes]
    opaque = four | (codes < 3)
    blocks = size // 4
    by_rows = texels.reshape(blocks, blocks, 4, 4, 3).swapaxes(1, 2).reshape(size, size, 3)
    return by_rows, opaque.reshape(blocks, blocks, 4, 4).swapaxes(1, 2).reshape(size, size)


def read(data: bytes, fmt: BlockFormat, size: int) -> np.ndarray:
    return decode_blocks(data, fmt, width=size, height=size).numpy() * 255


@pytest.mark.parametrize("fmt", [BlockFormat.BC1, BlockFormat.BC3])
@pytest.mark.parametrize(
    ("quality", "least_db"),
    [(Quality.FAST, 1.0), (Quality.BALANCED, 1.5), (Quality.HIGH, 1.6), (Quality.MAX, 1.6)],
)
def test_pictures_come_out_better_than_from_etcpak(
    fmt: BlockFormat, quality: Quality, least_db: float
) -> None:
    levels = mixed_levels(64, 3)
    rgba = np.concatenate([levels, np.full((64, 64, 1), 255)], -1).astype(np.uint8)
    peer = read(etcpak.compress_bc1(rgba.tobytes(), 64, 64), BlockFormat.BC1, 64)
    encode = encode_bc1 if fmt is BlockFormat.BC1 else encode_bc3
    own = read(encode(picture(levels), quality=quality), fmt, 64)[:, :, :3]
    assert psnr_db(own, levels) >= psnr_db(peer, levels) + least_db


def test_more_time_never_costs_quality() -> None:
    levels = mixed_levels(64, 3, seed=3)
    seen = [read_exactly(encode_bc1(picture(levels), quality=q), 64)[0] for q in Quality]
    errors = [np.sum((texels - levels) ** 2) for texels in seen]
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize("fmt", [BlockFormat.BC1, BlockFormat.BC1A, BlockFormat.BC3])
def test_a_decoder_gives_back_what_exact_interpolation_does(fmt: BlockFormat) -> None:
    levels = mixed_levels(64, 4)
    encode = {BlockFormat.BC1: encode_bc1, BlockFormat.BC1A: encode_bc1a, BlockFormat.BC3: encode_bc3}[fmt]
    data = encode(picture(levels, alpha=AlphaMode.CUTOUT))
    colors = np.frombuffer(data, np.uint8).reshape(256, -1)[:, -8:].tobytes()
    assert np.abs(read(data, fmt, 64)[:, :, :3] - read_exactly(colors, 64)[0]).max() <= 1


def least_off(value: int, bits: int, steps: int) -> float:
    """Return how near any pair of colors gets to a value with all texels on one entry, in one channel."""
    stored = np.arange(1 << bits)
    ends = stored << (8 - bits) | stored >> (2 * bits - 8)
    entries = (ends[:, None] * (steps - 1) + ends[None]) / steps
    return float(np.abs(entries - value).min())


@pytest.mark.parametrize(("channel", "bits"), [(0, 5), (1, 6), (2, 5)])
def test_one_color_comes_about_as_near_as_any_block_can(channel: int, bits: int) -> None:
    values = np.arange(256)
    levels = np.zeros((64, 64, 3), np.int64)
    levels[:, :, channel] = np.repeat(np.repeat(values.reshape(16, 16), 4, 0), 4, 1)
    off = np.abs(read_exactly(encode_bc1(picture(levels), quality=Quality.FAST), 64)[0] - levels)
    assert off[:, :, [c for c in range(3) if c != channel]].max() == 0
    possible = [min(least_off(v, bits, 2), least_off(v, bits, 3)) for v in values]
    # Colors far apart would get a third of a level nearer, but not all hardware mixes them alike.
    assert (off[::4, ::4, channel].ravel() <= np.array(possible) + 0.34).all()


@given(seed=st.integers(0, 2**32 - 1), spread=st.integers(1, 255), quality=st.sampled_from(Quality))
def test_opaque_blocks_have_no_clear_texel(seed: int, spread: int, quality: Quality) -> None:
    rng = np.random.default_rng(seed)
    levels = np.clip(rng.integers(0, 256, (1, 1, 3)) + rng.integers(0, spread + 1, (32, 32, 3)), 0, 255)
    assert read_exactly(encode_bc1(picture(levels), quality=quality), 32)[1].all()


def test_alpha_below_one_half_is_clear_and_the_rest_opaque() -> None:
    levels = mixed_levels(64, 4)
    data = encode_bc1a(picture(levels, alpha=AlphaMode.CUTOUT))
    assert np.array_equal(read_exactly(data, 64)[1], levels[:, :, 3] >= 128)
    assert np.array_equal(read(data, BlockFormat.BC1A, 64)[:, :, 3], np.where(levels[:, :, 3] >= 128, 255, 0))


def test_clear_texels_have_no_say_in_the_color_of_the_others() -> None:
    levels = mixed_levels(32, 4)
    levels[:, :, 3] = np.where(np.indices((32, 32)).sum(0) % 3 == 0, 0, 255)
    other = levels.copy()
    other[:, :, :3][levels[:, :, 3] == 0] = (255, 0, 255)
    data = encode_bc1a(picture(levels, alpha=AlphaMode.CUTOUT), quality=Quality.HIGH)
    assert encode_bc1a(picture(other, alpha=AlphaMode.CUTOUT), quality=Quality.HIGH) == data


def test_opaque_blocks_are_the_same_with_and_without_alpha() -> None:
    levels = mixed_levels(32, 3)
    opaque = np.concatenate([levels, np.full((32, 32, 1), 255)], -1)
    assert encode_bc1a(picture(opaque, alpha=AlphaMode.CUTOUT)) == encode_bc1(picture(levels))


def test_bc3_holds_alpha_as_bc4_does() -> None:
    levels = mixed_levels(32, 4)
    halves = np.frombuffer(encode_bc3(picture(levels, alpha=AlphaMode.STRAIGHT)), np.uint8).reshape(-1, 2, 8)
    assert halves[:, 0].tobytes() == encode_bc4(picture(levels[:, :, 3:]))


def test_bc3_reads_alike_with_and_without_regard_to_the_order_of_colors() -> None:
    data = encode_bc3(picture(mixed_levels(64, 3)), quality=Quality.HIGH)
    words = np.frombuffer(data, "<u2").reshape(-1, 8)
    alike = (words[:, 4] == words[:, 5]) & (words[:, 6] == 0) & (words[:, 7] == 0)
    assert ((words[:, 4] > words[:, 5]) | alike).all()


@pytest.mark.parametrize("encode", [encode_bc1, encode_bc1a, encode_bc3])
def test_any_number_of_threads_gives_the_same_bytes(encode) -> None:  # noqa: ANN001
    image = picture(mixed_levels(256, 4), alpha=AlphaMode.CUTOUT)
    assert encode(image, quality=Quality.FAST, threads=3) == encode(image, quality=Quality.FAST)


@pytest.mark.parametrize("quality", Quality)
def test_a_block_is_encoded_alike_whatever_surrounds_it(quality: Quality) -> None:
    levels = mixed_levels(64, 4, seed=9)
    whole = encode_bc1a(picture(levels, alpha=AlphaMode.CUTOUT), quality=quality)
    for row, column in ((0, 0), (3, 9), (8, 2), (15, 15), (9, 12)):
        one = levels[4 * row : 4 * row + 4, 4 * column : 4 * column + 4]
        k = 8 * (16 * row + column)
        assert encode_bc1a(picture(one, alpha=AlphaMode.CUTOUT), quality=quality) == whole[k : k + 8]


@pytest.mark.parametrize("wraps", [(False, False), (True, False), (False, True), (True, True)])
def test_partial_blocks_are_filled_from_where_the_image_goes_on(wraps: tuple[bool, bool]) -> None:
    levels = mixed_levels(16, 3)[:5, :3]
    columns = np.pad(levels, ((0, 0), (0, 1), (0, 0)), mode="wrap" if wraps[0] else "edge")
    full = np.pad(columns, ((0, 3), (0, 0), (0, 0)), mode="wrap" if wraps[1] else "edge")
    image = Image(picture(levels).pixels, ColorSpace.SRGB, wraps=wraps)
    assert encode_bc1(image) == encode_bc1(picture(full))
