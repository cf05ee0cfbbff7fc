from __future__ import annotations

import pytest
import torch

from assetgen.backends.procedural.field.steady import angle_of, power
from tests.backends.procedural.order_free import bits_for_threads, suspects

FIELD = torch.linspace(0.001, 4, 203 * 203).view(203, 203)


@pytest.mark.parametrize("exponent", [0.3, 1.0, 2.4, -1.3])
def test_power_agrees_with_torch(exponent: float) -> None:
    assert torch.allclose(power(FIELD, exponent), FIELD**exponent, rtol=2e-6)
    assert power(torch.zeros(1), abs(exponent)).tolist() == [0]


def test_angle_agrees_with_atan2_in_all_quadrants() -> None:
    turn = torch.linspace(-3.14, 3.14, 1001)
    for length in (1e-6, 1.0, 1e5):
        x, y = torch.cos(turn) * length, torch.sin(turn) * length
        assert float((angle_of(y, x) - torch.atan2(y, x)).abs().max()) < 1e-6
    assert angle_of(torch.zeros(1), torch.zeros(1)).tolist() == [0]


def test_neither_depends_on_the_number_of_threads() -> None:
    assert suspects(lambda: power(FIELD, 1.3)) == []
    assert suspects(lambda: angle_of(FIELD - 2, FIELD.T - 2)) == []
    assert len(set(bits_for_threads(lambda: power(FIELD, 1.3)))) == 1
    assert len(set(bits_for_threads(lambda: angle_of(FIELD - 2, FIELD.T - 2)))) == 1
