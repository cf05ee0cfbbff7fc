from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.imaging.edges import Edge, Edges, source_positions
from assetgen.imaging.halve import LightInMemory, LightOfImage, halve
from assetgen.imaging.kernels import Filter, halving_taps
from assetgen.imaging.light import to_light
from assetgen.media.image import AlphaMode, ColorSpace, Image

kernels = st.sampled_from(list(Filter))
some_edges = st.tuples(st.sampled_from(list(Edge)), st.sampled_from(list(Edge)))


def noise(channels: int, rows: int, columns: int, seed: int = 1) -> torch.Tensor:
    return torch.rand(channels, rows, columns, generator=torch.Generator().manual_seed(seed))


def half(
    light: torch.Tensor,
    kernel: Filter = Filter.KAISER,
    edges: Edges = (Edge.WRAP, Edge.WRAP),
    *,
    may_ring: bool = False,
) -> torch.Tensor:
    return halve(LightInMemory(light, edges[1]), kernel=kernel, edges=edges, may_ring=may_ring)


def kaiser(x: float) -> float:
    def i0(v: float) -> float:
        return sum((v / 2) ** (2 * k) / math.factorial(k) ** 2 for k in range(30))

    sinc = 1.0 if x == 0 else math.sin(math.pi * x) / (math.pi * x)
    return sinc * i0(4 * math.sqrt(1 - (x / 3) ** 2)) / i0(4) if abs(x) < 3 else 0.0


def beyond(line: list[float], t: int, edge: Edge) -> float:
    n = len(line)
    if edge is Edge.WRAP:
        return line[t % n]
    if edge is Edge.CLAMP:
        return line[min(max(t, 0), n - 1)]
    while not 0 <= t < n:
        t = -1 - t if t < 0 else 2 * n - 1 - t
    return line[t]


def halved_by_loops(line: list[float], *, edge: Edge, may_ring: bool) -> list[float]:
    """The 2:1 Kaiser filter of one axis, one texel at a time, held to its nearest sources or not."""
    n = len(line)
    ratio = n / (n // 2)
    result = []
    for i in range(n // 2):
        center = (i + 0.5) * ratio - 0.5
        taps = range(math.floor(center - 3 * ratio) - 1, math.ceil(center + 3 * ratio) + 2)
        weights = [kaiser((t - center) / ratio) for t in taps]
        value = sum(beyond(line, t, edge) * w for t, w in zip(taps, weights, strict=True)) / sum(weights)
        near = [beyond(line, t, edge) for t in range(2 * i - 1, 2 * i + 3 + n % 2)]
        result.append(value if may_ring else min(max(value, min(near)), max(near)))
    return result


@pytest.mark.parametrize("may_ring", [True, False])
@pytest.mark.parametrize("edge", list(Edge))
@pytest.mark.parametrize("n", [2, 4, 5, 6, 7, 9, 32, 33])
def test_halving_along_each_axis_is_what_the_loops_say(n: int, edge: Edge, may_ring: bool) -> None:
    line = noise(1, n, 1)
    expected = torch.tensor(halved_by_loops(line[0, :, 0].tolist(), edge=edge, may_ring=may_ring))
    down = half(line, edges=(Edge.CLAMP, edge), may_ring=may_ring)
    assert torch.allclose(down[0, :, 0], expected, atol=1e-6)
    across = half(line.transpose(1, 2), edges=(edge, Edge.CLAMP), may_ring=may_ring)
    assert torch.allclose(across[0, 0], expected, atol=1e-6)


def test_a_box_is_the_mean_of_four() -> None:
    values = noise(3, 8, 6)
    expected = values.view(3, 4, 2, 3, 2).mean(dim=(2, 4))
    assert torch.allclose(half(values, Filter.BOX), expected, atol=1e-6)


@pytest.mark.parametrize("n", [3, 5, 7, 31])
def test_a_box_halves_an_odd_axis_by_area_in_three_taps(n: int) -> None:
    assert len(halving_taps(n, Filter.BOX).offsets) == 3
    line = noise(1, n, 1)
    expected = []
    for i in range(n // 2):
        low, high = i * n / (n // 2), (i + 1) * n / (n // 2)
        areas = [max(0.0, min(high, t + 1) - max(low, t)) for t in range(n)]
        expected.append(sum(a * float(v) for a, v in zip(areas, line[0, :, 0], strict=True)) / sum(areas))
    assert torch.allclose(half(line, Filter.BOX)[0, :, 0], torch.tensor(expected), atol=1e-6)
    assert half(line, Filter.BOX).mean().item() == pytest.approx(line.mean().item(), abs=1e-6)


@given(st.integers(1, 40), st.integers(1, 40), kernels, some_edges)
def test_halving_keeps_a_constant_and_its_own_range(
    rows: int, columns: int, kernel: Filter, edges: Edges
) -> None:
    flat = half(torch.full((2, rows, columns), 0.3), kernel, edges, may_ring=True)
    assert flat.shape == (2, max(rows // 2, 1), max(columns // 2, 1))
    assert torch.allclose(flat, torch.tensor(0.3), atol=1e-6)
    checks = half(noise(3, rows, columns).round(), kernel, edges)
    assert checks.min() >= -1e-6
    assert checks.max() <= 1 + 1e-6


@given(st.integers(-20, 20), st.integers(-20, 20), kernels, st.booleans())
def test_rolling_by_two_texels_rolls_the_half_by_one(
    down: int, right: int, kernel: Filter, may_ring: bool
) -> None:
    values = noise(3, 24, 32)
    rolled = half(values.roll((2 * down, 2 * right), (1, 2)), kernel, may_ring=may_ring)
    expected = half(values, kernel, may_ring=may_ring).roll((down, right), (1, 2))
    assert torch.allclose(rolled, expected, atol=1e-6)


@given(st.integers(2, 65), kernels, st.sampled_from([Edge.CLAMP, Edge.MIRROR]))
def test_a_mirrored_image_has_mirrored_mips(n: int, kernel: Filter, edge: Edge) -> None:
    line = noise(1, n, 4)
    turned = half(line.flip(1), kernel, (Edge.WRAP, edge), may_ring=True)
    assert torch.allclose(turned, half(line, kernel, (Edge.WRAP, edge), may_ring=True).flip(1), atol=1e-6)


@pytest.mark.parametrize("kernel", list(Filter))
@pytest.mark.parametrize("n", [64, 65, 99, 127])
def test_a_bump_stays_at_its_place_in_the_image(n: int, kernel: Filter) -> None:
    # The center of mass, as a fraction of the width, moves by less than a hundredth of a texel.
    for center in (0.3, 0.5, 0.62):
        x = (torch.arange(n, dtype=torch.float64) + 0.5) / n
        bump = (-(((x - center) / 0.08) ** 2)).exp().float()
        lower = half(bump[None, None], kernel, may_ring=True)[0, 0].double()
        place = (torch.arange(n // 2, dtype=torch.float64) + 0.5) / (n // 2)
        mean = float((lower * place).sum() / lower.sum())
        assert mean == pytest.approx(center, abs=0.01 / n)


@pytest.mark.parametrize("kernel", list(Filter))
@pytest.mark.parametrize("n", [64, 65])
def test_a_ramp_stays_a_ramp_away_from_the_edge(n: int, kernel: Filter) -> None:
    ramp = ((torch.arange(n) + 0.5) / n)[None, None]
    lower = half(ramp, kernel, (Edge.CLAMP, Edge.CLAMP), may_ring=True)[0, 0]
    expected = (torch.arange(n // 2) + 0.5) / (n // 2)
    # Texels cut in part by a new one of an odd axis count as flat, which bends a ramp by a hundredth of one.
    assert torch.allclose(lower[4:-4], expected[4:-4], atol=2e-6 if n % 2 == 0 else 0.01 / n)


@given(kernels, st.integers(1, 16), st.integers(1, 16))
def test_a_wrapping_image_of_even_size_keeps_its_mean(kernel: Filter, rows: int, columns: int) -> None:
    values = noise(1, 2 * rows, 2 * columns, seed=rows * 17 + columns)
    lower = half(values, kernel, may_ring=True)
    assert lower.double().mean().item() == pytest.approx(values.double().mean().item(), abs=1e-6)


def response(kernel: Filter, waves: int, n: int = 128) -> float:
    """The share of a sine's amplitude that comes through, whatever it is turned into."""
    x = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    pair = [(2 * math.pi * waves * x + phase).cos().float() for phase in (0.0, math.pi / 2)]
    energy = sum(float(half(p[None, None], kernel, may_ring=True).double().square().mean()) for p in pair)
    return math.sqrt(energy)


@pytest.mark.parametrize("kernel", list(Filter))
def test_a_sine_comes_through_as_the_kernels_transform_says(kernel: Filter) -> None:
    taps = halving_taps(128, kernel)
    for waves in (3, 17, 31, 33, 50, 62):
        angle = 2 * math.pi * waves / 128
        expected = abs(
            sum(w[0] * math.cos((o - 0.5) * angle) for o, w in zip(taps.offsets, taps.weights, strict=True))
        )
        assert response(kernel, waves) == pytest.approx(expected, abs=1e-5)


def test_kaiser_keeps_what_a_level_can_hold_and_stops_most_of_what_it_cannot() -> None:
    # The new level holds up to 32 waves; what is finer could only come back as another, false wave.
    assert all(response(Filter.KAISER, waves) > 0.97 for waves in range(1, 21))
    assert all(response(Filter.KAISER, waves) < 0.01 for waves in range(46, 64))
    assert response(Filter.KAISER, 32) == pytest.approx(0.5, abs=0.01)
    assert response(Filter.BOX, 20) < 0.89
    assert response(Filter.BOX, 46) > 0.42


def test_a_zone_plate_turns_gray_where_it_is_too_fine() -> None:
    n = 256
    x = (torch.arange(n) + 0.5) / n - 0.5
    square = x[:, None] ** 2 + x[None] ** 2
    plate = (math.pi * n * square).cos() * 0.5 + 0.5  # n * r waves per width at radius r
    y = (torch.arange(n // 2) + 0.5) / (n // 2) - 0.5
    radius = (y[:, None] ** 2 + y[None] ** 2).sqrt()
    false = {}
    for kernel in Filter:
        lower = half(plate[None], kernel, (Edge.CLAMP, Edge.CLAMP), may_ring=True)[0] - 0.5
        ring = (y[:, None].abs() < 0.46) & (y[None].abs() < 0.46)
        corner = ring & (y[:, None].abs() > 0.34) & (y[None].abs() > 0.34)
        false[kernel] = float(lower[corner].square().mean() / 0.125)
        inside = radius < 0.12
        assert float(lower[inside].square().mean() / 0.125) > (0.8 if kernel is Filter.KAISER else 0.5)
    assert false[Filter.KAISER] < 1e-3
    assert false[Filter.KAISER] < false[Filter.MITCHELL] < false[Filter.BOX]


@pytest.mark.parametrize("kernel", list(Filter))
def test_a_step_stays_a_step_of_the_same_height_and_place(kernel: Filter) -> None:
    step = (torch.arange(64) >= 32).float()[None, None]
    lower = half(step, kernel, (Edge.CLAMP, Edge.CLAMP), may_ring=True)[0, 0]
    assert lower.sum().item() == pytest.approx(16.0, abs=1e-5)
    ideal = (torch.arange(32) >= 16).float()
    # Energy that left the step's two sides: the blur of a soft kernel or the ringing of a sharp one.
    assert (lower - ideal).square().sum().item() < {"box": 1e-12, "kaiser": 0.03, "mitchell": 0.025}[
        kernel.value
    ]
    held = half(step, kernel, (Edge.CLAMP, Edge.CLAMP))[0, 0]
    assert held.min() >= 0.0
    assert held.max() <= 1.0


def test_a_large_image_in_bands_is_its_small_parts_and_the_same_for_any_threads() -> None:
    values = noise(3, 1100, 800)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = half(values)
        torch.set_num_threads(3)
        three = half(values)
    finally:
        torch.set_num_threads(before)
    assert torch.equal(one, three)
    alone = half(values[:, 100:300], edges=(Edge.WRAP, Edge.CLAMP))
    assert torch.allclose(one[:, 53:147], alone[:, 3:97], atol=1e-6)


@given(
    st.integers(1, 30),
    st.sampled_from(list(Edge)),
    st.sampled_from([(ColorSpace.SRGB, AlphaMode.STRAIGHT), (ColorSpace.DATA, AlphaMode.NONE)]),
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
)
def test_rows_read_one_after_the_other_are_rows_of_the_whole(
    rows: int, edge: Edge, what: tuple[ColorSpace, AlphaMode], steps: list[int]
) -> None:
    image = Image(noise(rows, 5, 4), *what)
    whole = LightInMemory(to_light(image), edge)
    pieces = LightOfImage(image, edge)
    at = -7
    for step in steps:
        assert torch.equal(pieces.take(at, at + step + 5), whole.take(at, at + step + 5))
        at += step


@given(st.integers(1, 9), st.integers(-30, 30), st.integers(0, 20), st.sampled_from(list(Edge)))
def test_positions_beyond_an_edge_are_what_a_sampler_reads(
    size: int, start: int, count: int, edge: Edge
) -> None:
    line = [float(i) for i in range(size)]
    found = source_positions(start, start + count, size=size, edge=edge, device=torch.device("cpu"))
    assert found.tolist() == [beyond(line, t, edge) for t in range(start, start + count)]


@pytest.mark.gpu
def test_a_gpu_halves_as_the_cpu_does() -> None:
    values = noise(4, 131, 200)
    for kernel in Filter:
        there = half(values.cuda(), kernel).cpu()
        assert torch.allclose(there, half(values, kernel), atol=1e-6)
