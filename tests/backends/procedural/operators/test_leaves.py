"""Leaves and blades: the highest lies on top, nothing gets lost between sizes, and a shape is as large as asked."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.living.foliage import (
    beech,
    birch,
    blade,
    maple,
    needle,
    oak,
    willow,
)
from assetgen.backends.procedural.operators.piled.leaves import (
    Lying,
    Outline,
    Thrown,
    laid_over,
    lay_shapes,
    throw,
)

OUTLINES = (beech, birch, blade, maple, needle, oak, willow)


def _box(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    """A strip with square ends, four times as long as wide."""
    return torch.minimum(1 - y.abs(), (1 - x.abs()) * 4)


def _strips(torus: Torus, count: int = 9, **changes: Tensor) -> Thrown:
    return replace(throw(torus, "s", count, length_m=(0.2, 0.2), slim=(0.25, 0.25)), **changes)


def _area(lying: Lying, torus: Torus) -> float:
    return float(lying.cover.double().mean()) * torus.tile_m**2


@pytest.mark.parametrize("size", [32, 64, 256])
@pytest.mark.parametrize("bend", [0.0, 1.6])
def test_a_shape_is_as_large_as_it_is_asked_to_be(size: int, bend: float) -> None:
    torus = Torus(size, 1, 1.0)
    turn = torch.arange(9.0) * 0.7
    thrown = _strips(torus, turn=turn, bend=torch.full((9,), bend), half_m=torch.full((9,), 0.1))
    thrown = replace(thrown, x=torch.arange(9) % 3 / 3.0, y=torch.arange(9) // 3 / 3.0)
    top, below = lay_shapes(torus, thrown, [_box])
    assert _area(top, torus) + _area(below, torus) == pytest.approx(9 * 0.2 * 0.05, rel=0.03)


def test_shapes_narrower_than_a_texel_cover_no_more_than_they_do_in_a_large_tile() -> None:
    covered = []
    for size in (64, 1024):
        torus = Torus(size, 2, 1.0)
        thrown = throw(torus, "s", 3000, length_m=(0.05, 0.05), slim=(0.06, 0.06))
        top, below = lay_shapes(torus, thrown, [needle])
        covered.append(float(laid_over(torus.zeros(), (top, below), (torus.zeros() + 1,) * 2).mean()))
    assert covered[0] == pytest.approx(covered[1], rel=0.05)


def test_the_highest_shape_lies_on_top_and_the_next_one_right_below() -> None:
    torus = Torus(64, 3, 1.0)
    same = torch.full((4,), 0.3)
    thrown = _strips(torus, 4, x=same, y=same, turn=same * 0, lift_m=torch.tensor([0.01, 0.03, 0.0, 0.02]))
    top, below, third = lay_shapes(torus, thrown, [_box], layers=3)
    row, column = int(0.3 * 64), int(0.3 * 64)
    assert [int(one.id[row, column]) for one in (top, below, third)] == [1, 3, 0]
    assert float(top.height_m[row, column]) == pytest.approx(0.03)


def test_a_tilted_shape_rises_to_its_tip_through_a_level_one() -> None:
    torus = Torus(128, 3, 1.0)
    middle = torch.full((4,), 0.5)
    tilt = torch.tensor([0.4, 0.0, 0.0, 0.0])
    lift = torch.tensor([0.01, 0.01, -1.0, -1.0])
    top, _ = lay_shapes(
        torus, _strips(torus, 4, x=middle, y=middle, turn=middle * 0, tilt=tilt, lift_m=lift), [_box]
    )
    assert [int(top.id[64, column]) for column in (56, 72)] == [1, 0]


def test_the_place_in_a_shape_runs_from_its_base_to_its_tip() -> None:
    torus = Torus(128, 3, 1.0)
    thrown = _strips(torus, 1, x=torch.tensor([0.5]), y=torch.tensor([0.5]), turn=torch.tensor([math.pi / 2]))
    top, _ = lay_shapes(torus, thrown, [_box])
    assert float(top.x[64 + 11, 64]) == pytest.approx(0.9, abs=0.1)
    assert float(top.x[64 - 11, 64]) == pytest.approx(-0.83, abs=0.1)
    assert float(top.y[64, 64 - 2]) > 0.3


@pytest.mark.parametrize("outline", OUTLINES)
def test_every_outline_keeps_within_its_length_and_width(outline: Outline) -> None:
    axis = torch.linspace(-1.6, 1.6, 129)
    x, y = axis[None, :].expand(129, 129), axis[:, None].expand(129, 129)
    for own in (0.0, 0.5, 0.99):
        inside = outline(x, y, torch.full_like(x, own)) > 0
        assert not bool((inside & ((x.abs() > 1.05) | (y.abs() > 1.12))).any())
        assert 0.2 < float(inside.double().sum()) * 0.025**2 < 4.0
