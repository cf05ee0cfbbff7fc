from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.imaging.resize import Filter, halve, resize
from assetgen.media.image import AlphaMode, ColorSpace, Image


def noise(rows: int, columns: int, channels: int = 3, seed: int = 1) -> torch.Tensor:
    return torch.rand(rows, columns, channels, generator=torch.Generator().manual_seed(seed))


def kaiser(x: float) -> float:
    def i0(v: float) -> float:
        return sum((v / 2) ** (2 * k) / math.factorial(k) ** 2 for k in range(30))

    sinc = 1.0 if x == 0 else math.sin(math.pi * x) / (math.pi * x)
    return sinc * i0(4 * math.sqrt(1 - (x / 3) ** 2)) / i0(4) if abs(x) < 3 else 0.0


def halved_by_loops(line: list[float], *, wrap: bool) -> list[float]:
    """The 2:1 Kaiser filter of one even axis, one texel at a time, held to its four nearest sources."""
    n = len(line)
    result = []
    for i in range(n // 2):
        taps = [(t, kaiser((t - 2 * i - 0.5) / 2)) for t in range(2 * i - 5, 2 * i + 7)]
        source = [line[t % n] if wrap else line[min(max(t, 0), n - 1)] for t, _ in taps]
        total = sum(w for _, w in taps)
        value = sum(s * w for s, (_, w) in zip(source, taps, strict=True)) / total
        result.append(min(max(value, min(source[4:8])), max(source[4:8])))
    return result


@pytest.mark.parametrize("wrap", [True, False])
@pytest.mark.parametrize("n", [2, 4, 6, 32])
def test_halving_along_each_axis_is_what_the_loops_say(n: int, wrap: bool) -> None:
    line = noise(n, 1, 1)
    expected = torch.tensor(halved_by_loops(line[:, 0, 0].tolist(), wrap=wrap))
    down = halve(line, kernel=Filter.KAISER, wraps=(False, wrap))
    assert torch.allclose(down[:, 0, 0], expected, atol=1e-6)
    across = halve(line.transpose(0, 1), kernel=Filter.KAISER, wraps=(wrap, False))
    assert torch.allclose(across[0, :, 0], expected, atol=1e-6)


def test_a_box_is_the_mean_of_four() -> None:
    values = noise(8, 6)
    expected = values.view(4, 2, 3, 2, 3).mean(dim=(1, 3))
    assert torch.allclose(halve(values, kernel=Filter.BOX, wraps=(True, True)), expected, atol=1e-6)


@pytest.mark.parametrize("kernel", list(Filter))
def test_an_odd_axis_is_halved_by_the_area_of_each_texel(kernel: Filter) -> None:
    n = 7
    line = noise(n, 1, 1)
    expected = []
    for i in range(n // 2):
        low, high = i * n / (n // 2), (i + 1) * n / (n // 2)
        areas = [max(0.0, min(high, t + 1) - max(low, t)) for t in range(n)]
        expected.append(sum(a * float(v) for a, v in zip(areas, line[:, 0, 0], strict=True)) / sum(areas))
    for result in (
        halve(line, kernel=kernel, wraps=(False, False))[:, 0, 0],
        halve(line.transpose(0, 1), kernel=kernel, wraps=(True, True))[0, :, 0],
    ):
        assert torch.allclose(result, torch.tensor(expected), atol=1e-6)


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from(list(Filter)),
    st.tuples(st.booleans(), st.booleans()),
)
def test_halving_keeps_a_constant_and_its_own_range(
    rows: int, columns: int, kernel: Filter, wraps: tuple[bool, bool]
) -> None:
    flat = halve(torch.full((rows, columns, 2), 0.3), kernel=kernel, wraps=wraps)
    assert flat.shape == (max(rows // 2, 1), max(columns // 2, 1), 2)
    assert torch.allclose(flat, torch.tensor(0.3), atol=1e-6)
    checks = halve(noise(rows, columns).round(), kernel=kernel, wraps=wraps)
    assert checks.min() >= -1e-6
    assert checks.max() <= 1 + 1e-6


@given(st.integers(-20, 20), st.integers(-20, 20), st.sampled_from(list(Filter)))
def test_rolling_by_two_texels_rolls_the_half_by_one(down: int, right: int, kernel: Filter) -> None:
    values = noise(24, 32)
    rolled = halve(values.roll((2 * down, 2 * right), (0, 1)), kernel=kernel, wraps=(True, True))
    expected = halve(values, kernel=kernel, wraps=(True, True)).roll((down, right), (0, 1))
    assert torch.allclose(rolled, expected, atol=1e-6)


def test_a_large_image_in_bands_is_its_small_parts_and_the_same_for_any_threads() -> None:
    values = noise(600, 400, 3)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = halve(values, kernel=Filter.KAISER, wraps=(True, True))
        torch.set_num_threads(3)
        three = halve(values, kernel=Filter.KAISER, wraps=(True, True))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(one, three)
    alone = halve(values[100:300], kernel=Filter.KAISER, wraps=(True, False))
    assert torch.allclose(one[53:147], alone[3:97], atol=1e-6)


@pytest.mark.parametrize("kernel", [Filter.KAISER, Filter.MITCHELL, Filter.BOX])
def test_resizing_to_a_half_is_halving(kernel: Filter) -> None:
    image = Image(noise(32, 48) * 0.2 + 0.4, ColorSpace.DATA, wraps=(True, False))
    half = resize(image, width=24, height=16, kernel=kernel)
    expected = halve(image.pixels, kernel=kernel, wraps=image.wraps)
    difference = (half.pixels - expected).abs()
    # They differ only where halving held back a ring.
    assert difference.mean() < 2e-3
    if kernel is Filter.BOX:
        assert difference.max() < 1e-6


@given(
    st.integers(1, 30), st.integers(1, 30), st.sampled_from(list(Filter)), st.sampled_from(list(ColorSpace))
)
def test_any_size_keeps_a_constant(width: int, height: int, kernel: Filter, space: ColorSpace) -> None:
    image = Image(torch.full((9, 14, 4), 0.6), space, AlphaMode.STRAIGHT, (True, False))
    result = resize(image, width=width, height=height, kernel=kernel)
    assert (result.width, result.height) == (width, height)
    assert torch.allclose(result.pixels, torch.tensor(0.6), atol=1e-4)


def test_black_and_white_average_to_half_the_light_not_half_the_code() -> None:
    checks = (
        ((torch.arange(8)[:, None] + torch.arange(8)) % 2).float()[..., None].expand(8, 8, 3).contiguous()
    )
    half = resize(Image(checks, ColorSpace.SRGB), width=4, height=4, kernel=Filter.BOX)
    assert torch.allclose(half.pixels, torch.tensor(0.7354), atol=1e-3)


def test_a_size_of_zero_is_refused() -> None:
    with pytest.raises(SpecError, match="at least 1"):
        resize(Image(noise(4, 4), ColorSpace.DATA), width=0, height=4)
