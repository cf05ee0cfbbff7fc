"""Brick: bonds without seams, the same wall at every size, believable clay."""

from __future__ import annotations

import pytest

from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.operators.palette import linear_to_oklab
from tests.backends.procedural.checks import (
    draw,
    picture_change,
)

BRICK = RECIPES["brick"]

BONDS = ("running", "stack", "flemish", "herringbone", "basket")


@pytest.mark.parametrize("bond", BONDS[1:])
def test_every_bond_is_another_wall(bond: str) -> None:
    assert picture_change(BRICK, "bond", bond, instead_of="running") > 0.02


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("face", "wire_cut", "sand_faced"),
        ("face", "smooth", "sand_faced"),
        ("joint", "raked", "tooled"),
        ("joint", "flush", "tooled"),
    ],
)
def test_faces_and_joints_are_choices(name: str, one: str, other: str) -> None:
    assert picture_change(BRICK, name, one, instead_of=other) > 0.005


def test_worn_bricks_lose_more_of_their_edges() -> None:
    sound, worn = (
        draw(BRICK, size=256, traits={"wear": wear, "age": 0.3}, options={"bond": "running"})
        for wear in (0.0, 1.0)
    )
    deep = [(surface.height_m < -0.0035).float().mean() for surface in (sound, worn)]
    assert deep[1] > deep[0] * 1.02
    assert (worn.height_m - sound.height_m).abs().mean() > 0.0001


def test_the_color_asked_for_is_the_bricks_and_the_second_the_mortars() -> None:
    blue, white = ColorWord("blue", (0.15, 0.3, 0.7)), ColorWord("white", (0.95, 0.95, 0.95))
    plain = draw(BRICK, colors=(blue, None))
    jointed = draw(BRICK, colors=(blue, white))
    mean = plain.color.mean(dim=(1, 2))
    assert linear_to_oklab((float(mean[0]), float(mean[1]), float(mean[2])))[2] < -0.02
    in_joints = plain.level() < 0.35
    assert jointed.color[:, in_joints].mean() > plain.color[:, in_joints].mean() * 1.1
