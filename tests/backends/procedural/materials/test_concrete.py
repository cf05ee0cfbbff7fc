"""Concrete: every finish closes, shows how it was made, and keeps to the greys of real concrete."""

from __future__ import annotations

import pytest

from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.surface import finish
from tests.backends.procedural.checks import (
    draw,
    picture_change,
    saturation,
)

CONCRETE = RECIPES["concrete"]

FINISHES = ("smooth", "slabs", "board_formed", "rough")


@pytest.mark.parametrize("seed", range(1, 9))
def test_concrete_is_grey(seed: int) -> None:
    assert saturation(finish(draw(CONCRETE, seed=seed, size=96))) < 0.2


@pytest.mark.parametrize("cast", FINISHES[1:])
def test_every_finish_is_another_wall(cast: str) -> None:
    assert picture_change(CONCRETE, "finish", cast, instead_of="smooth") > 0.02


def test_slabs_have_joints_deeper_than_anything_on_a_smooth_wall() -> None:
    slabs, smooth = (draw(CONCRETE, size=256, options={"finish": cast}) for cast in ("slabs", "smooth"))
    middle = slabs.height_m.median()
    share = (slabs.height_m < middle - 0.003).float().mean()
    assert 0.005 < share < 0.08
    assert (smooth.height_m < smooth.height_m.median() - 0.0075).float().mean() < 0.001


def test_wear_takes_the_skin_off_the_stones() -> None:
    options = {"finish": "rough"}
    young, worn = (draw(CONCRETE, size=256, options=options, traits={"wear": w}) for w in (0.0, 1.0))
    assert worn.height_m.mean() < young.height_m.mean() - 0.0002


def test_water_leaves_streaks_on_dirty_concrete_and_spares_the_rest() -> None:
    options = {"finish": "slabs"}
    clean, stained = (draw(CONCRETE, size=256, options=options, traits={"dirt": d}) for d in (0.0, 1.0))
    darker = (stained.color / clean.color).mean(0) < 0.88
    assert 0.01 < darker.float().mean() < 0.3
    # A streak is longer than wide: its neighbour below is stained more often than its neighbour beside.
    below, beside = (float((darker & darker.roll(12, axis)).float().mean()) for axis in (0, 1))
    assert below > beside * 1.3
