from __future__ import annotations

import etcpak
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.blocks.bc45 import encode_bc4, encode_bc5
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.quality import Quality
from assetgen.errors import SpecError
from assetgen.media.image import ColorSpace, Image
from tests.blocks.pictures import mixed_levels, picture, psnr_db


def decoded(data: bytes, fmt: BlockFormat, size: int) -> np.ndarray:
    return decode_blocks(data, fmt, width=size, height=size).numpy() * 255


def normal_levels(size: int) -> np.ndarray:
    """Return a bumpy tangent-space normal map, (size, size, 3) 0..255."""
    y, x = np.mgrid[0:size, 0:size]
    rng = np.random.default_rng(2)
    slope_x = np.sin(x * 0.31) * np.cos(y * 0.17) + rng.normal(0, 0.12, (size, size))
    slope_y = np.cos(x * 0.13 + y * 0.29) + rng.normal(0, 0.12, (size, size))
    normal = np.stack([-slope_x, -slope_y, np.ones_like(slope_x)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.rint((normal * 0.5 + 0.5) * 255).astype(np.int64)


@pytest.mark.parametrize("quality", Quality)
def test_normal_maps_come_out_better_than_from_etcpak(quality: Quality) -> None:
    levels = normal_levels(128)
    rgba = np.concatenate([levels, np.full((128, 128, 1), 255)], -1).astype(np.uint8)
    peer = decoded(etcpak.compress_bc5(rgba.tobytes(), 128, 128), BlockFormat.BC5, 128)
    own = decoded(encode_bc5(picture(levels), quality=quality), BlockFormat.BC5, 128)
    assert psnr_db(own, levels[:, :, :2]) >= psnr_db(peer, levels[:, :, :2]) + 1.5


def test_more_time_never_costs_quality() -> None:
    levels = mixed_levels(64, 1)
    errors = [
        np.sum((decoded(encode_bc4(picture(levels), quality=q), BlockFormat.BC4, 64) - levels) ** 2)
        for q in Quality
    ]
    assert errors == sorted(errors, reverse=True)


def test_a_flat_channel_is_exact() -> None:
    levels = np.repeat(np.repeat(np.arange(256).reshape(16, 16, 1), 4, 0), 4, 1)
    assert np.array_equal(np.rint(decoded(encode_bc4(picture(levels)), BlockFormat.BC4, 64)), levels)


@pytest.mark.parametrize("quality", Quality)
def test_a_flat_channel_between_two_levels_is_within_a_step(quality: Quality) -> None:
    ramp = torch.linspace(0, 1, 509).repeat_interleave(4).expand(4, -1)[..., None]
    image = Image(ramp.contiguous(), ColorSpace.DATA)  # blocks of one value each
    decoded = decode_blocks(encode_bc4(image, quality=quality), BlockFormat.BC4, width=image.width, height=4)
    assert float((decoded - image.pixels).abs().max()) <= 1 / 255


def test_a_mask_with_hard_black_and_white_uses_the_fixed_ends() -> None:
    block = np.array([0, 0, 255, 255, 100, 104, 108, 112, 116, 120, 100, 110, 120, 0, 255, 0])
    data = encode_bc4(picture(block.reshape(4, 4, 1)))
    assert data[0] <= data[1]
    assert np.abs(decoded(data, BlockFormat.BC4, 4).ravel() - block).max() <= 2


@given(seed=st.integers(0, 2**32 - 1), spread=st.integers(1, 255))
def test_no_texel_is_further_off_than_half_a_step(seed: int, spread: int) -> None:
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 256 - spread, (1, 1, 1)) + rng.integers(0, spread + 1, (4, 4, 1))
    off = np.abs(decoded(encode_bc4(picture(levels), quality=Quality.HIGH), BlockFormat.BC4, 4) - levels)
    # Least squares trades the largest error for the sum of squares, so one step is the bound that holds.
    assert off.max() <= spread / 7 + 1.5


def least_error(levels: np.ndarray) -> float:
    """Return the squared error of the best block there is, by trying every pair of ends in both readings."""
    low, high = np.triu_indices(256)
    best = np.inf
    for steps, constants in ((7, ()), (5, (0, 255))):
        values = low + np.arange(steps + 1)[:, None] * (high - low) / steps
        values = np.concatenate([values, *[np.full((1, len(low)), c) for c in constants]])
        nearest = np.abs(values[:, None] - levels.reshape(1, 16, 1)).min(0)
        best = min(best, float(np.sum(nearest**2, 0).min()))
    return best


@pytest.mark.parametrize(
    ("quality", "most"), [(Quality.BALANCED, 1.12), (Quality.HIGH, 1.05), (Quality.MAX, 1.01)]
)
def test_the_error_is_near_the_least_there_can_be(quality: Quality, most: float) -> None:
    rng = np.random.default_rng(4)
    real = least = 0.0
    for span in (12, 40, 90, 255):
        for _ in range(3):
            levels = rng.integers(0, 256 - span, 1) + rng.integers(0, span + 1, (4, 4, 1))
            data = encode_bc4(picture(levels), quality=quality)
            high, low, codes = data[0], data[1], int.from_bytes(data[2:], "little")
            ramp = [high, low] + [high + (low - high) * k / 7 for k in range(1, 7)]
            if high <= low:
                ramp = [high, low, *[high + (low - high) * k / 5 for k in range(1, 5)], 0, 255]
            seen = np.array([ramp[codes >> 3 * i & 7] for i in range(16)])
            real += float(np.sum((seen - levels.ravel()) ** 2))
            least += least_error(levels)
    assert real <= least * most


def test_a_range_of_eight_levels_is_exact() -> None:
    levels = 100 + np.arange(16).reshape(4, 4, 1) % 8
    data = encode_bc4(picture(levels), quality=Quality.FAST)
    assert np.array_equal(decoded(data, BlockFormat.BC4, 4), levels)


def test_bc5_is_two_bc4_blocks_side_by_side() -> None:
    levels = mixed_levels(32, 3)
    both = np.frombuffer(encode_bc5(picture(levels)), np.uint8).reshape(-1, 2, 8)
    for channel in range(2):
        alone = encode_bc4(picture(levels[:, :, channel : channel + 1]))
        assert both[:, channel].tobytes() == alone


def test_a_ramp_finer_than_8_bits_is_not_rounded_first() -> None:
    # 0.25 apart around 100: rounded first, the ramp would be three flat steps.
    values = (100 + torch.arange(16) * 0.0625 * 7) / 255
    data = encode_bc4(Image(values.reshape(4, 4, 1), ColorSpace.DATA))
    low, high = sorted(data[:2])
    codes = int.from_bytes(data[2:], "little")
    assert (low, high) in {(100, 107), (100, 106), (99, 107)}
    assert len({codes >> 3 * i & 7 for i in range(16)}) >= 7


def test_any_number_of_threads_gives_the_same_bytes() -> None:
    image = picture(mixed_levels(256, 2))
    assert encode_bc5(image, threads=3) == encode_bc5(image)


@given(width=st.integers(1, 9), height=st.integers(1, 9))
def test_partial_blocks_repeat_the_edge(width: int, height: int) -> None:
    levels = mixed_levels(16, 2)[3 : 3 + height, 3 : 3 + width]
    full = np.pad(levels, ((0, -height % 4), (0, -width % 4), (0, 0)), mode="edge")
    assert encode_bc5(picture(levels)) == encode_bc5(picture(full))


def test_bc5_of_one_channel_is_refused() -> None:
    with pytest.raises(SpecError, match="BC4"):
        encode_bc5(picture(mixed_levels(8, 1)))
