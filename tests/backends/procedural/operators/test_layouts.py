from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.plans import (
    Plan,
    basket,
    boards,
    courses,
    flemish,
    herringbone,
    lay,
)
from assetgen.errors import SpecError
from tests.backends.procedural.periodic import correlation, shrink
from tests.strategies import board_breaks

FEW = st.integers(1, 6)

PLANS = {
    "stack": courses(3, 4, shift=0),
    "running bond": courses(3, 4),
    "thirds": courses(2, 6, width=3),
    "flemish": flemish(2, 4),
    "herringbone": herringbone(2),
    "slim herringbone": herringbone(1, ratio=3),
    "basket": basket(2),
    "boards": boards([[0, 4], [2], [1, 3, 6]], length=8),
    "standing boards": boards([[0, 4], [2], [1, 3, 6]], length=8, standing=True),
}


def covers_once(plan: Plan) -> bool:
    """Every unit has one owner, and pieces own as many units as they are large."""
    units = [number for row in plan.owners() for number in row]
    sizes = [width * height for _, _, width, height in plan.pieces]
    return len(units) == plan.columns * plan.rows and [units.count(i) for i in range(len(sizes))] == sizes


@given(columns=FEW, rows=FEW, width=st.integers(1, 4), shift=st.integers(-3, 3))
def test_courses_tile_the_torus(columns: int, rows: int, width: int, shift: int) -> None:
    assert covers_once(courses(columns, rows, width=width, shift=shift))


@given(pairs=FEW, rows=FEW)
def test_flemish_bond_tiles_the_torus(pairs: int, rows: int) -> None:
    assert covers_once(flemish(pairs, rows))


@given(repeats=st.integers(1, 4), ratio=st.integers(2, 5))
def test_herringbone_tiles_the_torus(repeats: int, ratio: int) -> None:
    plan = herringbone(repeats, ratio=ratio)
    assert covers_once(plan)
    lying = sum(width > height for _, _, width, height in plan.pieces)
    assert lying * 2 == len(plan.pieces)


@given(repeats=FEW, fingers=st.integers(2, 5))
def test_basket_weave_tiles_the_torus(repeats: int, fingers: int) -> None:
    assert covers_once(basket(repeats, fingers=fingers))


@given(plan=board_breaks(), standing=st.booleans())
def test_boards_tile_the_torus(plan: tuple[int, list[list[int]]], standing: bool) -> None:
    length, breaks = plan
    laid = boards(breaks, length=length, standing=standing)
    assert covers_once(laid)
    assert len(laid.pieces) == sum(map(len, breaks))
    assert (laid.rows if standing else laid.columns) == length


def test_overlaps_and_gaps_are_refused() -> None:
    with pytest.raises(SpecError, match="overlap"):
        Plan(2, 1, ((0, 0, 2, 1), (1, 0, 1, 1))).owners()
    with pytest.raises(SpecError, match="gap"):
        Plan(2, 1, ((0, 0, 1, 1),)).owners()


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("corner_m", [0.0, 0.02])
def test_every_texel_finds_its_piece_by_search(name: str, corner_m: float) -> None:
    """The twin looks through all pieces and their copies for the rectangle around each texel."""
    plan, torus = PLANS[name], Torus(37, 1, 1.2)
    laid = lay(torus, plan, corner_m=corner_m)
    unit_x, unit_y = torus.tile_m / plan.columns, torus.tile_m / plan.rows
    found = torch.full((37, 37), -1)
    depth, off_x, off_y = (torch.full((37, 37), -1.0, dtype=torch.float64) for _ in range(3))
    # The tile's corner lies in the middle of a unit, so that no joint runs along its border.
    x, y = torus.u.double() * plan.columns + 0.5, torus.v.double() * plan.rows + 0.5
    for number, (left, top, width, height) in enumerate(plan.pieces):
        for wrap_x in range(-2, 4):
            for wrap_y in range(-2, 4):
                from_x = (x - (left + width / 2 + wrap_x * plan.columns)) * unit_x
                from_y = (y - (top + height / 2 + wrap_y * plan.rows)) * unit_y
                side_x = (width * unit_x / 2 - from_x.abs()).expand(37, 37)
                side_y = (height * unit_y / 2 - from_y.abs()).expand(37, 37)
                edge = torch.minimum(side_x, side_y)
                if corner_m:
                    corner = corner_m - torch.hypot(
                        (corner_m - side_x).clamp(min=0), (corner_m - side_y).clamp(min=0)
                    )
                    edge = torch.where((side_x < corner_m) & (side_y < corner_m), corner, edge)
                here = (torch.minimum(side_x, side_y) > depth) & (torch.minimum(side_x, side_y) >= 0)
                found[here], depth[here] = number, edge[here]
                off_x[here], off_y[here] = from_x.expand(37, 37)[here], from_y.expand(37, 37)[here]
    same = laid.id == found
    on_a_joint = depth < 1e-5  # such a texel belongs to either side
    assert bool((same | on_a_joint).all())
    for mine, twin in ((laid.edge, depth), (laid.x, off_x), (laid.y, off_y)):
        assert float((mine - twin).abs()[same].max()) < 1e-5


@pytest.mark.parametrize("name", PLANS)
def test_a_piece_lies_across_when_it_is_taller_than_wide(name: str) -> None:
    plan = PLANS[name]
    laid = lay(Torus(64, 1, 1.0), plan)
    for number, (_, _, width, height) in enumerate(plan.pieces):
        tall = height / plan.rows > width / plan.columns
        assert float(laid.turned[number]) == float(tall)


def test_no_joint_lies_on_the_border_of_the_tile() -> None:
    for plan in PLANS.values():
        laid = lay(Torus(256, 1, 1.0), plan)
        texel_m = 1 / 256
        # Crossing joints meet the border; a joint along it would leave no texel far from a joint.
        assert float((laid.edge[0] > 2 * texel_m).float().mean()) > 0.3
        assert float((laid.edge[:, 0] > 2 * texel_m).float().mean()) > 0.3


def test_a_layout_is_the_same_picture_at_every_size() -> None:
    small, large = (lay(Torus(size, 1, 1.0), PLANS["herringbone"], corner_m=0.01).edge for size in (128, 512))
    assert correlation(small, shrink(large, 4)) > 0.999


def test_a_warp_moves_the_joints() -> None:
    torus = Torus(64, 1, 1.0)
    straight = lay(torus, PLANS["running bond"])
    moved = lay(torus, PLANS["running bond"], warp=(torch.full((64, 64), 0.25), torch.full((64, 64), -0.125)))
    assert torch.equal(moved.id, torch.roll(straight.id, (8, -16), (0, 1)))
