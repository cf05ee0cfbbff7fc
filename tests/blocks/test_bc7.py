from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.blocks.bc7 import SEARCHES, encode_bc7
from assetgen.blocks.bc7_metric import (
    LINEAR,
    PERCEPTUAL,
    ChannelWeights,
    PerceptualWeights,
    Weights,
)
from assetgen.blocks.bc7_scratch import BEST, ERROR, MODE, SIZE, TEXELS
from assetgen.blocks.bc7_search import search_modes
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import LANES, allocate
from assetgen.blocks.quality import Quality
from assetgen.errors import SpecError
from assetgen.media.image import AlphaMode, ColorSpace, Image
from tests.blocks.pictures import levels_of, mixed_levels, picture, psnr_db


def decoded(data: bytes, width: int, height: int) -> np.ndarray:
    texels = decode_blocks(data, BlockFormat.BC7, width=width, height=height)
    return np.rint(texels.numpy() * 255).astype(np.int64)


def mode_of(block: bytes) -> int:
    return (block[0] & -block[0]).bit_length() - 1


def as_blocks(levels: np.ndarray) -> np.ndarray:
    """Return (H, W, C) levels as (N, 4, 4, C) blocks, row by row."""
    height, width, channels = levels.shape
    return levels.reshape(height // 4, 4, width // 4, 4, channels).swapaxes(1, 2).reshape(-1, 4, 4, channels)


def as_row(blocks: np.ndarray) -> Image:
    """Return blocks side by side as an image."""
    return picture(np.concatenate(list(blocks), 1))


def opaque_levels(size: int, *, seed: int) -> np.ndarray:
    return np.concatenate([mixed_levels(size, 3, seed=seed), np.full((size, size, 1), 255)], -1)


@pytest.mark.parametrize(
    ("quality", "channels", "least_db"),
    [
        (Quality.FAST, 3, 23.1),
        (Quality.BALANCED, 3, 23.5),
        (Quality.HIGH, 3, 24.3),
        (Quality.MAX, 3, 24.35),
        (Quality.FAST, 4, 24.1),
        (Quality.BALANCED, 4, 24.5),
        (Quality.HIGH, 4, 24.65),
        (Quality.MAX, 4, 24.8),
    ],
)
def test_a_decoder_gives_back_nearly_the_picture(quality: Quality, channels: int, least_db: float) -> None:
    levels = mixed_levels(64, channels)
    data = encode_bc7(picture(levels), quality=quality)
    assert len(data) == 16 * 16 * 16
    assert psnr_db(decoded(data, 64, 64)[:, :, :channels], levels) >= least_db


@pytest.mark.parametrize("channels", [3, 4])
def test_more_time_never_costs_quality(channels: int) -> None:
    levels = mixed_levels(64, channels, seed=3)
    errors = [
        np.sum((decoded(encode_bc7(picture(levels), quality=q), 64, 64)[:, :, :channels] - levels) ** 2)
        for q in Quality
    ]
    assert errors == sorted(errors, reverse=True)


def test_smooth_color_loses_almost_nothing() -> None:
    y, x = np.mgrid[0:32, 0:32]
    levels = np.stack([x * 2 + 40, y * 2 + 60, x + y + 20], -1)
    assert psnr_db(decoded(encode_bc7(picture(levels)), 32, 32)[:, :, :3], levels) > 48


@part
def search_once(s: np.ndarray, plan) -> None:  # noqa: ANN001  a named tuple that numba types itself
    search_modes(s, plan)


@pytest.mark.parametrize("quality", Quality)
@pytest.mark.parametrize("channels", [3, 4])
def test_the_error_that_the_search_believes_is_the_error_of_the_decoder(
    channels: int, quality: Quality
) -> None:
    levels = mixed_levels(64, channels, seed=5)
    data = encode_bc7(picture(levels), quality=quality)
    seen = decoded(data, 64, 64)
    blocks = levels.reshape(16, 4, 16, 4, channels).swapaxes(1, 2).reshape(256, 16, channels)
    seen_blocks = seen.reshape(16, 4, 16, 4, 4).swapaxes(1, 2).reshape(256, 16, 4)
    s = allocate(SIZE)
    for first in range(0, 256, LANES):
        texels = np.full((4, 16, LANES), 255.0, np.float32)
        texels[:channels] = blocks[first : first + LANES].transpose(2, 1, 0)
        s[TEXELS * LANES : (TEXELS + 64) * LANES] = texels.ravel()
        search_once(s, SEARCHES[quality])
        for lane in range(LANES):
            believed = s[(BEST + ERROR) * LANES + lane]
            real = np.sum((seen_blocks[first + lane, :, :channels] - blocks[first + lane]) ** 2)
            assert believed == real
            if believed > 0:
                block = data[16 * (first + lane) : 16 * (first + lane) + 16]
                assert s[(BEST + MODE) * LANES + lane] == mode_of(block)


def test_every_mode_is_used_somewhere() -> None:
    used = set()
    for channels in (3, 4):
        data = encode_bc7(picture(mixed_levels(128, channels)), quality=Quality.HIGH)
        used |= {mode_of(data[k : k + 16]) for k in range(0, len(data), 16)}
    assert used == set(range(8))


@given(seed=st.integers(0, 2**32 - 1), spread=st.integers(1, 255), quality=st.sampled_from(Quality))
def test_opaque_blocks_stay_opaque(seed: int, spread: int, quality: Quality) -> None:
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 256, (32, 32, 3)) // (spread + 1) * (spread + 1)
    levels = np.clip(base + rng.integers(0, spread + 1, (32, 32, 3)), 0, 255)
    opaque = np.concatenate([levels, np.full((32, 32, 1), 255)], -1)
    assert (decoded(encode_bc7(picture(opaque), quality=quality), 32, 32)[:, :, 3] == 255).all()


@given(seed=st.integers(0, 2**32 - 1), spread=st.integers(1, 255), quality=st.sampled_from(Quality))
def test_clear_blocks_stay_clear(seed: int, spread: int, quality: Quality) -> None:
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 256 - spread, 3) + rng.integers(0, spread + 1, (32, 32, 3))
    clear = np.concatenate([levels, np.zeros((32, 32, 1), np.int64)], -1)
    assert (decoded(encode_bc7(picture(clear), quality=quality), 32, 32)[:, :, 3] == 0).all()


def test_an_opaque_block_beside_a_clear_one_stays_opaque() -> None:
    levels = mixed_levels(64, 4)
    levels[:, :32, 3] = 255
    assert (decoded(encode_bc7(picture(levels)), 64, 64)[:, :32, 3] == 255).all()


def test_blocks_of_one_color_are_exact() -> None:
    rng = np.random.default_rng(1)
    colors = np.concatenate([np.repeat(np.arange(256)[:, None], 4, 1), rng.integers(0, 256, (4096 - 256, 4))])
    levels = np.repeat(np.repeat(colors.reshape(64, 64, 4), 4, 0), 4, 1)
    assert np.array_equal(decoded(encode_bc7(picture(levels)), 256, 256), levels)


def error_of(levels: np.ndarray, weights: Weights) -> np.ndarray:
    """Return the 4x4 second moments of the differences that encoding makes."""
    data = encode_bc7(picture(levels), weights=weights)
    difference = (decoded(data, *levels.shape[1::-1]) - levels).reshape(-1, 4)
    return difference.T @ difference


@pytest.mark.parametrize("channel", range(4))
def test_a_channel_of_more_weight_has_less_error(channel: int) -> None:
    levels = mixed_levels(64, 4, seed=6)
    heavy = ChannelWeights(*(16 if c == channel else 1 for c in range(4)))
    assert error_of(levels, heavy)[channel, channel] < 0.8 * error_of(levels, LINEAR)[channel, channel]


def test_perceptual_weights_spare_luma() -> None:
    levels = opaque_levels(64, seed=6)
    luma = np.array((0.2126, 0.7152, 0.0722, 0))
    assert luma @ error_of(levels, PERCEPTUAL) @ luma < 0.9 * (luma @ error_of(levels, LINEAR) @ luma)


@pytest.mark.parametrize("weights", [PERCEPTUAL, ChannelWeights(1, 8, 1, 2), ChannelWeights(1, 1, 0, 0)])
def test_each_weighting_beats_the_plain_one_at_its_own_game(weights: Weights) -> None:
    levels = mixed_levels(64, 4, seed=8)[:32]
    matrix = weights.matrix()
    assert np.sum(matrix * error_of(levels, weights)) < np.sum(matrix * error_of(levels, LINEAR))


def test_only_the_ratios_of_weights_matter() -> None:
    image = picture(mixed_levels(32, 4))
    assert encode_bc7(image, weights=ChannelWeights(7, 7, 7, 7)) == encode_bc7(image)
    alone = encode_bc7(image, weights=ChannelWeights(1, 2, 4, 1))
    assert encode_bc7(image, weights=ChannelWeights(0.25, 0.5, 1, 0.25)) == alone


@given(st.sampled_from([(-1.0, 1.0, 1.0, 1.0), (0.0, 0.0, 0.0, 0.0), (1.0, float("nan"), 1.0, 1.0)]))
def test_weights_that_rank_nothing_are_refused(numbers: tuple[float, float, float, float]) -> None:
    with pytest.raises(SpecError, match="rank no errors"):
        ChannelWeights(*numbers)
    with pytest.raises(SpecError, match="rank no errors"):
        PerceptualWeights(*numbers)


def test_any_number_of_threads_gives_the_same_bytes() -> None:
    image = picture(mixed_levels(256, 4))
    alone = encode_bc7(image, quality=Quality.FAST)
    assert encode_bc7(image, quality=Quality.FAST, threads=3) == alone


@pytest.mark.parametrize("quality", Quality)
@pytest.mark.parametrize("weights", [LINEAR, PERCEPTUAL, ChannelWeights(3, 1, 0, 2)])
def test_a_block_is_encoded_alike_whatever_surrounds_it(quality: Quality, weights: Weights) -> None:
    rng = np.random.default_rng(2)
    blocks = as_blocks(np.concatenate([mixed_levels(64, 4, seed=9), opaque_levels(64, seed=4)]))
    order = rng.permutation(len(blocks))
    encoded = np.frombuffer(encode_bc7(as_row(blocks), quality=quality, weights=weights), "V16")
    mixed = np.frombuffer(encode_bc7(as_row(blocks[order]), quality=quality, weights=weights), "V16")
    assert (mixed == encoded[order]).all()
    assert encode_bc7(as_row(blocks[:1]), quality=quality, weights=weights) == encoded[0].tobytes()


@given(width=st.integers(1, 13), height=st.integers(1, 13), channels=st.integers(1, 4))
def test_partial_blocks_repeat_the_edge(width: int, height: int, channels: int) -> None:
    levels = mixed_levels(16, 4)[2 : 2 + height, 2 : 2 + width, :channels]
    full = np.pad(levels, ((0, -height % 4), (0, -width % 4), (0, 0)), mode="edge")
    assert encode_bc7(picture(levels), quality=Quality.FAST) == encode_bc7(
        picture(full), quality=Quality.FAST
    )


@pytest.mark.parametrize("wraps", [(True, False), (False, True), (True, True)])
def test_partial_blocks_continue_at_the_opposite_edge_where_the_image_wraps(
    wraps: tuple[bool, bool],
) -> None:
    levels = mixed_levels(16, 3)[:5, :3]
    columns = np.pad(levels, ((0, 0), (0, 1), (0, 0)), mode="wrap" if wraps[0] else "edge")
    full = np.pad(columns, ((0, 3), (0, 0), (0, 0)), mode="wrap" if wraps[1] else "edge")
    image = Image(picture(levels).pixels, ColorSpace.SRGB, wraps=wraps)
    assert encode_bc7(image) == encode_bc7(picture(full))


def test_one_channel_is_grey_and_missing_alpha_is_opaque() -> None:
    levels = mixed_levels(16, 1)
    assert encode_bc7(picture(levels)) == encode_bc7(picture(np.repeat(levels, 3, 2)))


def test_two_channels_are_grey_and_alpha_or_red_and_green() -> None:
    levels = mixed_levels(16, 4)[:, :, [0, 3]]
    grey = np.concatenate([np.repeat(levels[:, :, :1], 3, 2), levels[:, :, 1:]], -1)
    with_alpha = picture(levels, alpha=AlphaMode.STRAIGHT)
    assert encode_bc7(with_alpha) == encode_bc7(picture(grey))
    red_green = np.concatenate([levels, np.zeros((16, 16, 1), np.int64)], -1)
    assert encode_bc7(picture(levels)) == encode_bc7(picture(red_green))


def test_values_out_of_range_are_clamped() -> None:
    pixels = torch.linspace(-1e9, 1e9, 48).reshape(4, 4, 3)
    image = Image(pixels, ColorSpace.SRGB)
    assert encode_bc7(image) == encode_bc7(image.with_pixels(pixels.clamp(0, 1)))


def test_values_round_half_up() -> None:
    image = Image(torch.full((4, 4, 3), 100.5 / 255), ColorSpace.SRGB)
    assert (levels_of(image) == 101).all()
    assert (decoded(encode_bc7(image), 4, 4)[:, :, :3] == 101).all()
