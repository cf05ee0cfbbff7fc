"""What is written in each picture format is what was given, as readers of other hands see it."""

from __future__ import annotations

import io

import imagecodecs
import numpy as np
import OpenEXR
import PIL.Image
import pytest
import tifffile
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.read_image import read_image, read_samples
from assetgen.formats.write_picture import write_picture
from assetgen.media.image import AlphaMode, ColorSpace, Image
from assetgen.specs.picture_formats import PICTURE_FORMATS
from tests.formats.pictures import ORIGIN, fit, rough, soft

LOSSY = [word for word, row in PICTURE_FORMATS.items() if row.is_lossy]
WHOLE = [word for word, row in PICTURE_FORMATS.items() if not row.is_lossy and not row.is_float]
FLOAT = [word for word, row in PICTURE_FORMATS.items() if row.is_float]
NEAREST_DB = 38.0
"""PSNR that soft waves keep in every lossy format at the default quality."""


def codes(image: Image, bits: int) -> np.ndarray:
    return np.rint(image.pixels.numpy().astype(np.float64) * ((1 << bits) - 1)).astype(np.int64)


def elsewhere(data: bytes, word: str) -> np.ndarray:
    """Return (H, W, C) as stored, read by a library that had no part in writing it."""
    if word.startswith("exr"):
        channels = OpenEXR.File(io.BytesIO(data), separate_channels=True).channels()
        names = [name for name in "RGBYA" if name in channels]
        return np.stack([channels[name].pixels for name in names], axis=2)
    if word.startswith("jxl") or word in ("avif", "png16", "tiff16", "tiff32"):
        decode = {"j": imagecodecs.jpegxl_decode, "a": imagecodecs.avif_decode, "p": imagecodecs.png_decode}
        array = decode.get(word[0], imagecodecs.tiff_decode)(data)
    elif word.startswith("webp"):
        array = imagecodecs.webp_decode(data)
    else:
        with PIL.Image.open(io.BytesIO(data)) as picture:
            array = np.array(picture)
    return array if array.ndim == 3 else array[..., None]


def psnr_db(one: np.ndarray, other: np.ndarray) -> float:
    return float(-10 * np.log10(np.mean((one.astype(np.float64) - other) ** 2) + 1e-12))


@pytest.mark.parametrize("word", WHOLE)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@given(seed=st.integers(0, 999), width=st.integers(1, 40), height=st.integers(1, 40))
def test_formats_that_keep_every_bit_do(word: str, channels: int, seed: int, width: int, height: int) -> None:
    bits = PICTURE_FORMATS[word].bits
    image = rough(channels, bits, seed=seed, width=width, height=height)
    data = write_picture(image, word)
    expected = codes(image, bits)
    if word == "webp_lossless" and channels < 3:  # no grey in it
        expected = np.concatenate([expected[..., :1].repeat(3, axis=2), expected[..., 1:]], axis=2)
    back = read_samples(data)
    assert back.bits == bits
    assert np.array_equal(back.array, expected)


@pytest.mark.parametrize("word", WHOLE)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_others_read_the_same_codes(word: str, channels: int) -> None:
    bits = PICTURE_FORMATS[word].bits
    image = rough(channels, bits)
    expected = codes(image, bits)
    array = elsewhere(write_picture(image, word, metadata=ORIGIN), word)
    assert array.dtype == (np.uint16 if bits == 16 else np.uint8)
    if word == "webp_lossless" and channels < 3:
        array = array[..., [0, 3] if channels == 2 else [0]]
    assert np.array_equal(array, expected)


@pytest.mark.parametrize("word", LOSSY)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_lossy_formats_come_near_in_every_channel(word: str, channels: int) -> None:
    if word == "jpeg" and channels in (2, 4):
        return  # alpha is refused
    image = soft(channels)
    data = write_picture(image, word)
    own, theirs = read_image(data), elsewhere(data, word) / 255
    for pixels in (own.pixels.numpy(), theirs):
        if pixels.shape[2] != channels:  # grey as three equal channels
            pixels = pixels[..., [0, 3] if channels == 2 else [0]]
        assert psnr_db(pixels, image.pixels.numpy()) > NEAREST_DB
    assert own.alpha is image.alpha


@pytest.mark.parametrize("word", LOSSY)
def test_a_lower_quality_is_smaller(word: str) -> None:
    noise = rough(3, 8, width=96, height=96)
    noise = Image(noise.pixels, ColorSpace.SRGB)
    sizes = [len(write_picture(noise, word, quality=quality)) for quality in (30, 70, 95)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 2


@pytest.mark.parametrize("word", FLOAT)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_float_formats_keep_light_beyond_one_and_below_zero(word: str, channels: int) -> None:
    pixels = soft(channels, space=ColorSpace.LINEAR).pixels * 40 - 3
    image = Image(pixels, ColorSpace.LINEAR)
    data = write_picture(image, word, metadata=ORIGIN)
    stored = pixels.numpy().astype(np.float16 if word == "exr" else np.float32)
    assert np.array_equal(elsewhere(data, word), stored)
    back = read_image(data)
    assert np.array_equal(back.pixels.numpy(), stored.astype(np.float32))
    assert back.space is ColorSpace.LINEAR


def test_half_floats_end_at_their_largest_number() -> None:
    image = Image(torch.full((2, 2, 3), 1e6), ColorSpace.LINEAR)
    assert read_image(write_picture(image, "exr")).pixels.max() == 65504


@pytest.mark.parametrize("word", list(PICTURE_FORMATS))
def test_the_same_image_gives_the_same_bytes(word: str) -> None:
    assert write_picture(fit(word), word, metadata=ORIGIN) == write_picture(fit(word), word, metadata=ORIGIN)


@pytest.mark.parametrize("word", LOSSY)
def test_data_in_a_lossy_format_is_refused_with_another_to_take(word: str) -> None:
    with pytest.raises(FormatError, match='write "webp_lossless"'):
        write_picture(soft(3, space=ColorSpace.DATA), word)


@pytest.mark.parametrize("word", FLOAT)
def test_srgb_in_a_float_format_is_refused(word: str) -> None:
    with pytest.raises(FormatError, match="linear"):
        write_picture(soft(3), word)


def test_alpha_in_jpeg_is_refused() -> None:
    with pytest.raises(FormatError, match="alpha"):
        write_picture(soft(4), "jpeg")


@pytest.mark.parametrize("word", LOSSY)
@pytest.mark.parametrize("quality", [0, 101])
def test_a_quality_out_of_range_is_refused(word: str, quality: int) -> None:
    with pytest.raises(FormatError, match="1 to 100"):
        write_picture(soft(3), word, quality=quality)


@pytest.mark.parametrize("word", ["webp", "avif", "jpeg"])
def test_an_image_longer_than_a_format_allows_is_refused(word: str) -> None:
    image = Image(torch.zeros(1, 70_000, 3), ColorSpace.SRGB)
    with pytest.raises(FormatError, match="too large"):
        write_picture(image, word)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(FormatError, match="no picture format"):
        write_picture(soft(3), "gif")


@pytest.mark.parametrize(("alpha", "extra"), [(AlphaMode.STRAIGHT, 2), (AlphaMode.NONE, 0)])
def test_a_tiff_says_whether_its_fourth_channel_is_alpha(alpha: AlphaMode, extra: int) -> None:
    image = Image(soft(4).pixels, ColorSpace.DATA, alpha)
    with tifffile.TiffFile(io.BytesIO(write_picture(image, "tiff16"))) as file:
        assert [int(kind) for kind in file.pages[0].extrasamples] == [extra]
