from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.imaging.color import (
    linear_to_oklab,
    linear_to_srgb,
    luminance,
    oklab_to_linear,
    srgb_to_linear,
)


def every_16_bit_value() -> torch.Tensor:
    return torch.arange(65536, dtype=torch.float32) / 65535


def test_decoding_is_the_standard_to_a_millionth() -> None:
    encoded = every_16_bit_value()
    x = encoded.double()
    standard = torch.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    assert (srgb_to_linear(encoded) - standard).abs().max() < 1e-6


def test_encoding_is_the_standard_to_a_millionth() -> None:
    linear = every_16_bit_value()
    x = linear.double()
    standard = torch.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055)
    assert (linear_to_srgb(linear) - standard).abs().max() < 1e-6


def test_black_and_white_stay_what_they_are() -> None:
    ends = torch.tensor([0.0, 1.0])
    assert (srgb_to_linear(ends) - ends).abs().max() < 1e-6
    assert (linear_to_srgb(ends) - ends).abs().max() < 1e-6


@given(st.lists(st.integers(1, 9), min_size=0, max_size=4), st.integers(0, 2**31))
def test_the_round_trip_returns_any_shape_unchanged(shape: list[int], seed: int) -> None:
    values = torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 4
    back = linear_to_srgb(srgb_to_linear(values))
    assert back.shape == values.shape
    assert torch.allclose(back, values, atol=4e-6)


def test_a_strided_view_converts_like_its_copy() -> None:
    values = torch.rand(40, 30, 4, generator=torch.Generator().manual_seed(1))
    assert torch.equal(srgb_to_linear(values[::2, :, :3]), srgb_to_linear(values[::2, :, :3].clone()))


def test_the_bits_do_not_depend_on_the_number_of_threads() -> None:
    values = torch.rand(100_003, generator=torch.Generator().manual_seed(2))
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = srgb_to_linear(values), linear_to_srgb(values)
        torch.set_num_threads(3)
        three = srgb_to_linear(values), linear_to_srgb(values)
    finally:
        torch.set_num_threads(before)
    assert torch.equal(one[0], three[0])
    assert torch.equal(one[1], three[1])


def test_oklab_of_the_primaries_is_what_the_source_prints() -> None:
    lab = linear_to_oklab(torch.tensor([[1.0, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]))
    expected = torch.tensor(
        [
            [1.0, 0.0, 0.0],  # white
            [0.62796, 0.22486, 0.12585],  # red
            [0.86644, -0.23389, 0.17950],  # green
            [0.45201, -0.03246, -0.31153],  # blue
            [0.0, 0.0, 0.0],  # black
        ]
    )
    assert torch.allclose(lab, expected, atol=2e-4)


@given(st.integers(0, 2**31), st.sampled_from([0, 1, -1]))
def test_oklab_and_back_is_the_same_color_on_any_axis(seed: int, axis: int) -> None:
    color = torch.rand(3, 3, 3, generator=torch.Generator().manual_seed(seed))
    assert torch.allclose(oklab_to_linear(linear_to_oklab(color, axis=axis), axis=axis), color, atol=1e-4)


def test_luminance_weighs_the_primaries_to_one_and_ignores_alpha() -> None:
    assert torch.allclose(luminance(torch.tensor([1.0, 1.0, 1.0, 0.3])), torch.tensor(1.0))
    planes = torch.rand(3, 5, 6)
    assert torch.equal(luminance(planes, axis=0), luminance(planes.movedim(0, -1)))
