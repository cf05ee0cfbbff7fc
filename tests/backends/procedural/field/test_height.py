from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from assetgen.backends.procedural.field.height import (
    blur,
    blurs,
    convexity,
    dome,
    height_blend,
    run_down,
    smoothstep,
)
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus


def blur_by_hand(field: Tensor, sigma_x: float, sigma_y: float) -> Tensor:
    """The direct sum over all shifts of the tile, with a Gaussian wrapped five times around it."""
    size = field.shape[0]

    def weights(sigma: float) -> list[float]:
        raw = [
            sum(math.exp(-((k + turn * size) ** 2) / (2 * sigma**2)) for turn in range(-5, 6))
            for k in range(size)
        ]
        return [w / sum(raw) for w in raw]

    wide = sum((torch.roll(field, k, 1) * w for k, w in enumerate(weights(sigma_x))), torch.zeros_like(field))
    return sum((torch.roll(wide, k, 0) * w for k, w in enumerate(weights(sigma_y))), torch.zeros_like(field))


@pytest.mark.parametrize(("sigma_x", "sigma_y"), [(1.5, 1.5), (4.0, 1.5), (12.0, 12.0)])
def test_blur_is_a_circular_convolution(sigma_x: float, sigma_y: float) -> None:
    torus = Torus(32, 1, 2.0)
    field = torus.uniform("noise", 32 * 32).view(32, 32)
    blurred = blur(torus, field, sigma_x / 16, sigma_y / 16)
    assert float((blurred - blur_by_hand(field, sigma_x, sigma_y)).abs().max()) < 2e-6


def test_blurs_of_a_stack_are_the_blurs_of_its_planes() -> None:
    torus = Torus(64, 1, 2.0)
    stack = torch.stack([fbm(torus, name, 4) for name in "ab"])
    narrow, wide = blurs(torus, stack, (0.02, 0.2))
    assert torch.allclose(narrow[1], blur(torus, stack[1], 0.02), atol=1e-6)
    assert torch.allclose(wide[0], blur(torus, stack[0], 0.2), atol=1e-6)


def test_blur_keeps_the_mean_and_a_flat_field() -> None:
    torus = Torus(64, 1, 2.0)
    field = fbm(torus, "a", 4) + 3
    assert float(blur(torus, field, 0.1).mean()) == pytest.approx(float(field.mean()), abs=1e-5)
    assert torch.allclose(blur(torus, torch.ones(64, 64), 0.3), torch.ones(64, 64), atol=1e-6)


def test_convexity_is_positive_on_a_bump_and_negative_in_a_pit() -> None:
    torus = Torus(64, 1, 1.0)
    bump = torus.zeros()
    bump[20, 20], bump[40, 40] = 1.0, -1.0
    shape = convexity(torus, bump, 0.03)
    assert float(shape[20, 20]) > 0.5
    assert float(shape[40, 40]) < -0.5


@given(low=st.floats(-2, 2), span=st.floats(0.01, 4), down=st.booleans())
def test_smoothstep_climbs_from_nought_to_one(low: float, span: float, down: bool) -> None:
    high = low - span if down else low + span
    ramp = smoothstep(low, high, torch.linspace(low - 5, low + 5, 1001))
    steps = (ramp[1:] - ramp[:-1]) * (-1 if down else 1)
    assert float(steps.min()) >= -1e-6
    assert (float(ramp[0]), float(ramp[-1])) == ((1, 0) if down else (0, 1))
    assert float(smoothstep(low, high, torch.tensor((low + high) / 2))) == pytest.approx(0.5, abs=1e-3)


def test_dome_is_a_quarter_circle() -> None:
    edge = torch.linspace(-0.1, 0.4, 501)
    shape = dome(edge, 0.2)
    inside = (edge >= 0) & (edge <= 0.2)
    circle = (1 - edge / 0.2).square() + shape.square()
    assert torch.allclose(circle[inside], torch.ones(()), atol=1e-6)
    assert float(shape[edge < 0].abs().max()) == 0
    assert float(shape[edge > 0.2].min()) == 1


@given(length=st.floats(0.02, 0.5), seed=st.integers(0, 99))
def test_water_runs_down_and_only_ever_loses(length: float, seed: int) -> None:
    torus = Torus(64, seed, 1.0)
    source = smoothstep(0.3, 0.5, fbm(torus, "a", 5))
    wet = run_down(torus, source, length)
    assert float((wet - source).min()) >= 0  # nothing dries up
    assert float(wet.max()) == float(source.max())
    decay = 0.5 ** (1 / (length * 64))
    # A texel is at least as wet as the one above it, less the loss of one step, while the reach lasts.
    reached = torch.roll(source, 1, 0) * decay
    assert float((wet - reached).min()) > -1e-6
    assert float((run_down(torus, source, length * 2) - wet).min()) > -1e-6


def test_a_drop_halves_at_every_length_downwards_only() -> None:
    torus = Torus(64, 1, 1.0)
    source = torus.zeros()
    source[10, 5] = 1.0
    wet = run_down(torus, source, 8 / 64)
    assert float(wet[18, 5]) == pytest.approx(0.5)
    assert float(wet[26, 5]) == pytest.approx(0.25)
    assert float(wet[9, 5]) < 0.02
    assert float(wet[:, 6].max()) == 0


def test_height_blend_is_half_where_both_stand_alike() -> None:
    below = torch.zeros(3)
    share = height_blend(below, torch.tensor([-0.1, 0.0, 0.1]), 0.02)
    assert share.tolist() == [0.0, 0.5, 1.0]
