"""Laying: layouts close on the torus, joints are as wide as asked, breaks stay where they belong."""

from __future__ import annotations

import pytest
import torch

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.laying import (
    corner_loss,
    edge_loss,
    lay_by_hand,
    lay_hexagons,
    rounded_edge,
)
from assetgen.backends.procedural.operators.layouts.plans import courses

TORUS = Torus(size=256, seed=3, tile_m=1.0)


def test_joints_take_the_share_of_the_wall_that_their_width_asks_for() -> None:
    laid = lay_by_hand(TORUS, courses(5, 5, shift=0), "wall", gap_m=0.02)
    joints = 1 - laid.cover(TORUS).mean()
    assert float(joints) == pytest.approx(1 - 0.9**2, abs=0.004)


def test_hexagons_are_regular_and_their_joints_as_wide_as_asked() -> None:
    laid = lay_hexagons(TORUS, 0.14, "floor", gap_m=0.01)
    pieces = laid.pieces
    assert pieces.id.unique().numel() == pieces.count
    reach = torch.sqrt(pieces.x**2 + pieces.y**2)[pieces.edge > 0]
    apothem = float(pieces.edge.max())
    assert float(reach.max()) == pytest.approx(apothem * 2 / 3**0.5, rel=0.05)
    assert float(1 - laid.cover(TORUS).mean()) == pytest.approx(
        1 - (apothem / (apothem + 0.005)) ** 2, abs=0.02
    )


def test_no_corner_breaks_when_none_should_and_a_broken_one_stays_small() -> None:
    laid = lay_by_hand(TORUS, courses(5, 5), "wall", gap_m=0.01)
    assert float(corner_loss(TORUS, laid, "corners", share=0.0, size_m=0.03)[laid.pieces.edge > 0].max()) < 0
    lost = corner_loss(TORUS, laid, "corners", share=1.0, size_m=0.03) > 0
    assert 0.001 < lost[laid.pieces.edge > 0].float().mean() < 0.1
    assert float(laid.corner_m[lost].max()) < 0.03


def test_chips_keep_to_the_edges() -> None:
    laid = lay_by_hand(TORUS, courses(5, 5), "wall", gap_m=0.01)
    chipped = edge_loss(laid, torch.ones(256, 256), amount=1.0, depth_m=0.01) > 0
    assert float(laid.pieces.edge[chipped].max()) <= 0.0101


def test_a_rounded_edge_falls_by_its_radius_at_the_border_and_not_within() -> None:
    laid = lay_by_hand(TORUS, courses(5, 5), "wall", gap_m=0.01)
    fall = rounded_edge(TORUS, laid, 0.02)
    assert float(fall[laid.pieces.edge > 0.0201].abs().max()) == 0
    assert float(fall.max()) == pytest.approx(0.02, rel=0.01)
