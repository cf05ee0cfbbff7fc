from __future__ import annotations

import io
import struct

import numpy as np
import PIL.Image
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.blocks.bc6h import encode_bc6h_sfloat, encode_bc6h_ufloat
from assetgen.blocks.bc6h_decode import decode_bc6h
from assetgen.blocks.bc6h_tables import MODES, SEGMENTS
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.encode import encode_blocks
from assetgen.blocks.quality import Quality
from assetgen.media.image import ColorSpace, Image

UNSIGNED, SIGNED = BlockFormat.BC6H_UFLOAT, BlockFormat.BC6H_SFLOAT


def light(size: int, *, seed: int = 0) -> np.ndarray:
    """Return slopes, edges between light and shade, noise and a lamp side by side, (size, size, 3) float32."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] / size
    slope = np.stack([x + 0.1, y + 0.2, x * y + 0.05], -1)
    shade = np.where(
        ((x * 13).astype(int) + (y * 9).astype(int))[..., None] % 2 == 0, (4, 3, 2), (0.1, 0.2, 0.3)
    )
    noise = 2.0 ** rng.uniform(-0.3, 0.3, (size, size, 3))
    lamp = 3000 * np.exp(-40 * ((x - 0.75) ** 2 + (y - 0.75) ** 2))[..., None] * (1, 0.8, 0.5) + 0.01
    half = size // 2
    out = np.empty((size, size, 3))
    for k, kind in enumerate((slope, shade * rng.uniform(0.9, 1.1, (size, size, 1)), noise, lamp)):
        rows, columns = slice(k // 2 * half, k // 2 * half + half), slice(k % 2 * half, k % 2 * half + half)
        out[rows, columns] = kind[rows, columns]
    return out.astype(np.float32)


def dds_header(size: int) -> bytes:
    """Return the header of a square DDS file with BC6H_UF16 (DXGI format 95)."""
    main = struct.pack("<7I44x", 124, 0x1007, size, size, size * size, 0, 0)
    pixel_format = struct.pack("<2I4s5I", 32, 4, b"DX10", 0, 0, 0, 0, 0)
    return (
        b"DDS "
        + main
        + pixel_format
        + struct.pack("<5I", 0x1000, 0, 0, 0, 0)
        + struct.pack("<5I", 95, 3, 0, 1, 0)
    )


def image_of(pixels: np.ndarray) -> Image:
    return Image(torch.from_numpy(pixels.astype(np.float32)), ColorSpace.LINEAR)


def half_steps(pixels: np.ndarray) -> np.ndarray:
    """Return the place of every value among the half floats; 1024 of them are a factor of two."""
    bits = pixels.astype(np.float16).view(np.int16).astype(np.int64)
    return np.where(bits < 0, -(bits & 0x7FFF), bits)


def read(data: bytes, fmt: BlockFormat, size: int) -> np.ndarray:
    return decode_blocks(data, fmt, width=size, height=size).numpy()


def mode_numbers(data: bytes) -> np.ndarray:
    first = np.frombuffer(data, np.uint8).reshape(-1, 16)[:, 0]
    return np.where(first & 2, first & 31, first & 3)


def test_every_bit_of_a_block_has_one_meaning() -> None:
    for mode, runs in zip(MODES, SEGMENTS, strict=True):
        covered = np.zeros(128, int)
        covered[: mode.number_bits] += 1
        widths = np.zeros((12, 16), int)
        for field, low, count, place in runs[1 : 1 + runs[0, 0]]:
            covered[place : place + count] += 1
            widths[field, low : low + count] += 1
        covered[82 if mode.subsets == 2 else 65 :] += 1
        covered[77:82] += mode.subsets == 2
        assert (covered == 1).all()
        expected = [mode.bits] * 3 + list(mode.other_bits) * (2 * mode.subsets - 1)
        assert widths.sum(1)[: len(expected)].tolist() == expected
        assert widths.max() == 1


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: f"mode {mode.number}")
def test_random_blocks_are_read_as_another_decoder_reads_them(mode) -> None:  # noqa: ANN001
    blocks = np.random.default_rng(mode.number).integers(0, 256, (1024, 16)).astype(np.uint8)
    blocks[:, 0] = blocks[:, 0] & ~np.uint8((1 << mode.number_bits) - 1) | mode.number
    data = blocks.tobytes()
    with PIL.Image.open(io.BytesIO(dds_header(128) + data)) as opened:
        other = np.asarray(opened.convert("RGB"))
    # Pillow gives back 8 bits, cut off.
    assert np.abs(np.clip(read(data, UNSIGNED, 128), 0, 1) * 255 - other).max() <= 1.2


def test_reserved_modes_are_black() -> None:
    for number in (19, 23, 27, 31):
        assert (decode_bc6h(bytes([number] + [255] * 15), is_signed=False) == 0).all()


@pytest.mark.parametrize(
    ("quality", "most_steps"),
    [(Quality.FAST, 260), (Quality.BALANCED, 230), (Quality.HIGH, 222), (Quality.MAX, 220)],
)
@pytest.mark.parametrize("fmt", [UNSIGNED, SIGNED])
def test_a_decoder_gives_back_nearly_the_picture(
    fmt: BlockFormat, quality: Quality, most_steps: float
) -> None:
    pixels = light(64)
    off = half_steps(read(encode_blocks(image_of(pixels), fmt, quality=quality), fmt, 64)) - half_steps(
        pixels
    )
    assert np.sqrt(np.mean(off**2)) <= most_steps


def test_more_time_never_costs_quality() -> None:
    pixels = light(64, seed=3)
    seen = [read(encode_bc6h_ufloat(image_of(pixels), quality=q), UNSIGNED, 64) for q in Quality]
    errors = [np.sum((half_steps(texels) - half_steps(pixels)) ** 2) for texels in seen]
    assert errors == sorted(errors, reverse=True)


def test_every_mode_is_used_somewhere() -> None:
    rng = np.random.default_rng(5)
    scale = 2.0 ** rng.uniform(-10, 1, (64, 1, 64, 1, 3))
    pixels = 2.0 ** (rng.uniform(-4, 4, (64, 1, 64, 1, 3)) + scale * rng.uniform(-1, 1, (64, 4, 64, 4, 3)))
    pixels[:8] = 2.0 ** rng.choice((-8, 8), (8, 4, 64, 4, 1)) * rng.uniform(0.5, 2, (8, 4, 64, 4, 3))
    data = encode_bc6h_ufloat(image_of(pixels.reshape(256, 256, 3)), quality=Quality.MAX)
    assert set(mode_numbers(data)) == {mode.number for mode in MODES}


@given(
    values=st.lists(st.floats(0, 65504, width=16), min_size=3, max_size=3), quality=st.sampled_from(Quality)
)
def test_one_color_is_exact(values: list[float], quality: Quality) -> None:
    pixels = np.broadcast_to(np.array(values, np.float32), (4, 4, 3))
    assert np.array_equal(read(encode_bc6h_ufloat(image_of(pixels), quality=quality), UNSIGNED, 4), pixels)


@given(values=st.lists(st.floats(-65504, 65504, width=16), min_size=3, max_size=3))
def test_one_signed_color_is_exact(values: list[float]) -> None:
    pixels = np.broadcast_to(np.array(values, np.float32), (4, 4, 3))
    assert np.array_equal(read(encode_bc6h_sfloat(image_of(pixels)), SIGNED, 4), pixels)


def test_negative_values_come_back_negative() -> None:
    rng = np.random.default_rng(1)
    pixels = light(64) * np.where(rng.random((16, 1, 16, 1, 3)) < 0.5, -1, 1).repeat(4, 1).repeat(
        4, 3
    ).reshape(64, 64, 3)
    off = half_steps(
        read(encode_bc6h_sfloat(image_of(pixels), quality=Quality.HIGH), SIGNED, 64)
    ) - half_steps(pixels)
    assert np.sqrt(np.mean(off**2)) <= 280


def test_signed_and_mirrored_pictures_lose_alike() -> None:
    pixels = light(32)
    there = read(encode_bc6h_sfloat(image_of(pixels)), SIGNED, 32)
    back = read(encode_bc6h_sfloat(image_of(-pixels)), SIGNED, 32)
    errors = [np.mean((half_steps(a) - half_steps(b)) ** 2) for a, b in ((there, pixels), (back, -pixels))]
    assert abs(errors[0] / errors[1] - 1) < 0.02


def test_values_a_half_cannot_hold_are_clamped() -> None:
    pixels = np.zeros((4, 4, 3), np.float32)
    pixels[:, :, 0], pixels[:, :, 1] = 1e30, -1e30
    assert read(encode_bc6h_ufloat(image_of(pixels)), UNSIGNED, 4)[0, 0].tolist() == [65504, 0, 0]
    assert read(encode_bc6h_sfloat(image_of(pixels)), SIGNED, 4)[0, 0].tolist() == [65504, -65504, 0]


def test_one_channel_is_grey() -> None:
    grey = light(16)[:, :, :1]
    assert encode_bc6h_ufloat(image_of(grey)) == encode_bc6h_ufloat(image_of(np.repeat(grey, 3, 2)))


def test_any_number_of_threads_gives_the_same_bytes() -> None:
    image = image_of(light(256))
    assert encode_bc6h_ufloat(image, threads=3) == encode_bc6h_ufloat(image)


@pytest.mark.parametrize("quality", Quality)
def test_a_block_is_encoded_alike_whatever_surrounds_it(quality: Quality) -> None:
    pixels = light(64, seed=9)
    whole = encode_bc6h_ufloat(image_of(pixels), quality=quality)
    for row, column in ((0, 0), (3, 9), (8, 2), (15, 15), (9, 12)):
        one = pixels[4 * row : 4 * row + 4, 4 * column : 4 * column + 4]
        k = 16 * (16 * row + column)
        assert encode_bc6h_ufloat(image_of(one), quality=quality) == whole[k : k + 16]


@pytest.mark.parametrize("wraps", [(False, False), (True, False), (False, True), (True, True)])
def test_partial_blocks_are_filled_from_where_the_image_goes_on(wraps: tuple[bool, bool]) -> None:
    pixels = light(16)[:5, :3]
    columns = np.pad(pixels, ((0, 0), (0, 1), (0, 0)), mode="wrap" if wraps[0] else "edge")
    full = np.pad(columns, ((0, 3), (0, 0), (0, 0)), mode="wrap" if wraps[1] else "edge")
    image = Image(torch.from_numpy(pixels.copy()), ColorSpace.LINEAR, wraps=wraps)
    assert encode_bc6h_ufloat(image) == encode_bc6h_ufloat(image_of(full))
