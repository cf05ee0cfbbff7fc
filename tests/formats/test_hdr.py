from __future__ import annotations

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.read_image import read_image
from assetgen.media.image import ColorSpace
from tests.formats.hdr_files import hdr_file


def light(height: int, width: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.exp(rng.normal(0, 3, (height, width, 1))) * rng.uniform(0.05, 1, (height, width, 3))


@given(
    height=st.integers(1, 9),
    width=st.integers(1, 300),
    seed=st.integers(0, 99),
    is_packed=st.booleans(),
)
def test_light_comes_back_within_a_mantissa(height: int, width: int, seed: int, is_packed: bool) -> None:
    expected = light(height, width, seed)
    image = read_image(hdr_file(expected, is_packed=is_packed))
    assert image.space is ColorSpace.LINEAR
    assert (np.abs(image.pixels.numpy() - expected) <= expected.max(axis=2, keepdims=True) / 127).all()


def test_black_is_black() -> None:
    assert not read_image(hdr_file(np.zeros((4, 9, 3)))).pixels.any()


def test_others_write_what_is_read() -> None:
    expected = light(12, 40).astype(np.float32)
    image = read_image(imagecodecs.rgbe_encode(expected, header=True))
    assert (np.abs(image.pixels.numpy() - expected) <= expected.max(axis=2, keepdims=True) / 127).all()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ((b"-Y", b"+Y"), "rows"),
        ((b"rgbe", b"xyze"), "XYZ"),
        ((b"-Y 6", b"-Y 60"), "too short"),
        ((b"+X 9\n\x02\x02\x00\x09", b"+X 9\n\x02\x02\x00\x08"), "begins wrongly"),
    ],
)
def test_what_cannot_be_read_is_refused(change: tuple[bytes, bytes], match: str) -> None:
    data = hdr_file(np.ones((6, 9, 3)))
    assert change[0] in data
    with pytest.raises(FormatError, match=match):
        read_image(data.replace(*change, 1))
