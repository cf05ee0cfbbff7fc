from __future__ import annotations

import io
import zlib

import numpy as np
import PIL.Image
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.png import write_png
from assetgen.formats.read_image import read_image
from assetgen.media.image import ColorSpace, Image

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def samples_of(image: Image, bits: int) -> np.ndarray:
    return np.rint(image.pixels.numpy().astype(float) * ((1 << bits) - 1)).astype(np.int64)


def image_of(samples: np.ndarray, bits: int, space: ColorSpace = ColorSpace.SRGB) -> Image:
    return Image(torch.from_numpy((samples / ((1 << bits) - 1)).astype(np.float32)), space)


@st.composite
def sample_arrays(draw: st.DrawFn, bits: int) -> np.ndarray:
    shape = (draw(st.integers(1, 70)), draw(st.integers(1, 20)), draw(st.integers(1, 4)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    slope = np.add.outer(np.arange(shape[0]), np.arange(shape[1]))[..., None] * draw(st.integers(0, 300))
    return (slope + rng.integers(0, draw(st.integers(1, 1 << bits)), shape)) % (1 << bits)


@given(samples=sample_arrays(8))
def test_pillow_reads_the_same_8_bit_samples(samples: np.ndarray) -> None:
    with PIL.Image.open(io.BytesIO(write_png(image_of(samples, 8)))) as opened:
        assert opened.mode == _MODES[samples.shape[2]]
        assert np.array_equal(np.array(opened).reshape(samples.shape), samples)


@given(samples=sample_arrays(16))
def test_16_bit_samples_come_back_whole(samples: np.ndarray) -> None:
    data = write_png(image_of(samples, 16), bits=16)
    assert np.array_equal(samples_of(read_image(data), 16), samples)


def test_pillow_reads_the_same_16_bit_grey() -> None:
    samples = np.arange(60 * 50).reshape(60, 50, 1) * 21
    with PIL.Image.open(io.BytesIO(write_png(image_of(samples, 16), bits=16))) as opened:
        assert np.array_equal(np.array(opened), samples[:, :, 0])


def slow_rows(data: bytes, width: int, pixel_bytes: int) -> list[bytes]:
    """Undo PNG filters byte by byte, as the specification words it."""
    at, packed = 8, b""
    while at < len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        packed += data[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    raw, stride = zlib.decompress(packed), width * pixel_bytes + 1
    above, rows = bytearray(stride - 1), []
    for start in range(0, len(raw), stride):
        kind, row = raw[start], bytearray(raw[start + 1 : start + stride])
        for i in range(len(row)):
            a = row[i - pixel_bytes] if i >= pixel_bytes else 0
            b = above[i]
            c = above[i - pixel_bytes] if i >= pixel_bytes else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            row[i] = (row[i] + (0, a, b, (a + b) // 2, paeth)[kind]) % 256
        rows.append(bytes(row))
        above = row
    return rows


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_16_bit_color_is_what_the_specification_says(channels: int) -> None:
    rng = np.random.default_rng(channels)
    samples = np.cumsum(rng.integers(0, 900, (70, 9, channels)), axis=1) % 65536
    rows = slow_rows(write_png(image_of(samples, 16), bits=16), 9, 2 * channels)
    assert b"".join(rows) == samples.astype(">u2").tobytes()


@pytest.mark.parametrize(
    ("space", "key", "value"),
    [(ColorSpace.SRGB, "srgb", 0), (ColorSpace.LINEAR, "gamma", 1.0)],
)
def test_color_is_tagged(space: ColorSpace, key: str, value: float) -> None:
    with PIL.Image.open(io.BytesIO(write_png(Image(torch.zeros(2, 2, 3), space)))) as opened:
        assert opened.info == {key: value}


def test_data_carries_no_tag() -> None:
    with PIL.Image.open(io.BytesIO(write_png(Image(torch.zeros(2, 2, 3), ColorSpace.DATA)))) as opened:
        assert opened.info == {}


def test_text_is_kept() -> None:
    text = {"Software": "assetgen", "Comment": "mossy ☘ stones", "Author": "Zoë"}
    with PIL.Image.open(
        io.BytesIO(write_png(Image(torch.zeros(1, 1, 1), ColorSpace.DATA), text=text))
    ) as seen:
        assert seen.info == text


@pytest.mark.parametrize("keyword", ["", "x" * 80, " a", "a\n", "a  b", "☘"])
def test_a_keyword_that_png_forbids_is_refused(keyword: str) -> None:
    with pytest.raises(FormatError):
        write_png(Image(torch.zeros(1, 1, 1), ColorSpace.DATA), text={keyword: "x"})


def test_other_bits_are_refused() -> None:
    with pytest.raises(FormatError, match="8 or 16"):
        write_png(Image(torch.zeros(1, 1, 1), ColorSpace.DATA), bits=12)


def test_values_are_clamped_and_rounded_half_up() -> None:
    pixels = torch.tensor([-1.0, 0.5 / 255, 0.49 / 255, 1.5 / 255, 0.999, 2.0]).reshape(1, 6, 1)
    with PIL.Image.open(io.BytesIO(write_png(Image(pixels, ColorSpace.DATA)))) as opened:
        assert np.array(opened).tolist() == [[0, 1, 0, 2, 255, 255]]


def test_slopes_are_filtered_to_almost_nothing() -> None:
    samples = np.add.outer(np.arange(200), np.arange(200))[..., None] % 256 * np.ones(3, np.int64)
    assert len(write_png(image_of(samples, 8))) < 2000
