from __future__ import annotations

import itertools

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from assetgen.imaging.cuts import cheapest_cut, join_light


def price(cost: Tensor, path: list[int], *, closed: bool = False) -> float:
    """Return what a cut costs: each row from where the cut comes in to where it leaves, both included."""
    total = 0.0 if closed else float(cost[0, path[0]])
    for row in range(0 if closed else 1, len(path)):
        low, high = sorted((path[row - 1], path[row]))
        total += float(cost[row, low : high + 1].sum())
    return total


@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 4))
def test_no_other_cut_is_cheaper(seed: int, rows: int, columns: int) -> None:
    cost = torch.rand(rows, columns, generator=torch.Generator().manual_seed(seed)).double()
    found = price(cost, cheapest_cut(cost, closed=False).tolist())
    best = min(price(cost, list(path)) for path in itertools.product(range(columns), repeat=rows))
    assert abs(found - best) < 1e-9


def test_a_cut_follows_a_winding_groove() -> None:
    groove = [3, 3, 4, 5, 5, 9, 9, 2, 2, 2]
    cost = torch.ones(10, 12)
    for row, column in enumerate(groove):
        before = groove[row - 1] if row else column
        cost[row, min(before, column) : max(before, column) + 1] = 0.0
    assert cheapest_cut(cost, closed=False).tolist() == groove


def test_a_closed_cut_meets_itself() -> None:
    cost = torch.rand(40, 30, generator=torch.Generator().manual_seed(5)).double()
    path = cheapest_cut(cost, closed=True)
    turned = cheapest_cut(cost.roll(13, 0), closed=True)
    assert (
        abs(price(cost, path.tolist(), closed=True) - price(cost.roll(13, 0), turned.tolist(), closed=True))
        < 1e-9
    )
    ramp = torch.ones(20, 20)
    ramp[range(20), range(20)] = 0.0  # free, but its ends lie far apart
    across = cheapest_cut(ramp, closed=True)
    assert price(ramp, across.tolist(), closed=True) <= 20.0


def test_a_step_between_two_pictures_becomes_none_at_the_cut_and_fades_away_from_it() -> None:
    first, second = torch.full((64, 96), 0.3), torch.full((64, 96), 0.5)
    is_second = (torch.arange(96) >= 48).expand(64, 96)
    cut = torch.where(is_second, second, first)
    joined = cut + join_light(first, second, is_second, reach=6.0, closed=False)
    steps = (joined[:, 1:] - joined[:, :-1]).abs()
    assert float(steps.max()) < 0.25 * 0.2
    assert torch.allclose(joined[:, 0], first[:, 0], atol=1e-3)
    assert torch.allclose(joined[:, -1], second[:, -1], atol=1e-3)


def test_pictures_that_agree_at_the_cut_are_left_alone() -> None:
    picture = torch.rand(32, 32, generator=torch.Generator().manual_seed(1))
    is_second = torch.rand(32, 32, generator=torch.Generator().manual_seed(2)) > 0.5
    assert float(join_light(picture, picture, is_second, reach=4.0, closed=True).abs().max()) < 1e-6
