"""Brick: bonds without seams, the same wall at every size, believable clay."""

from __future__ import annotations

import pytest

from assetgen.backends.procedural.field.palette import linear_to_oklab
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.materials.table import RECIPES
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


def test_a_painted_wall_takes_the_color_and_the_bricks_under_it_keep_theirs() -> None:
    blue = ColorWord("blue", (0.15, 0.3, 0.7))
    worn = draw(BRICK, size=256, options={"coat": "painted"}, colors=(blue, None), traits={"wear": 1.0})
    bluish = worn.color[2] > worn.color[0]
    assert 0.6 < bluish.float().mean() < 0.995


def test_venetian_plaster_is_smoother_and_glossier_than_trowelled() -> None:
    venetian, trowelled = (
        draw(RECIPES["plaster"], size=256, options={"finish": finish}) for finish in ("venetian", "trowelled")
    )
    assert venetian.roughness.median() < trowelled.roughness.median() - 0.25
    assert venetian.height_m.std() < trowelled.height_m.std()


def test_damage_takes_plaster_off_in_flakes() -> None:
    sound, damaged = (draw(RECIPES["plaster"], size=256, traits={"wear": wear}) for wear in (0.0, 1.0))
    lost = (damaged.height_m < sound.height_m - 0.002).float().mean()
    assert 0.01 < lost < 0.3


def test_a_roof_steps_down_at_every_tail_and_barrels_stand_higher_than_plain_tiles() -> None:
    roof = RECIPES["roof_tiles"]
    barrel, plain = (draw(roof, size=256, options={"tile": tile}) for tile in ("barrel", "plain"))
    assert barrel.height_m.amax() - barrel.height_m.amin() > 2 * (
        plain.height_m.amax() - plain.height_m.amin()
    )
    fall = plain.height_m - plain.height_m.roll(-1, 0)  # to the next texel down the roof
    assert fall.amax() > 0.006
    assert (fall > 0.004).float().mean() > 1.5 * (fall < -0.004).float().mean()
