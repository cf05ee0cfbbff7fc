"""Concrete: every finish closes, shows how it was made, and keeps to the greys of real concrete."""

from __future__ import annotations

import pytest

from assetgen.backends.procedural.materials.concrete import CONCRETE
from assetgen.backends.procedural.surface import finish
from tests.backends.procedural.checks import (
    assert_plausible,
    assert_same_bits_for_threads,
    assert_scrolls,
    color_likeness,
    draw,
    height_agreement,
    picture_change,
    saturation,
)

FINISHES = ("smooth", "slabs", "board_formed", "rough")


@pytest.mark.parametrize("cast", FINISHES)
def test_concrete_has_no_seam_in_any_finish(cast: str) -> None:
    assert_scrolls(CONCRETE, options={"finish": cast})


@pytest.mark.parametrize("cast", FINISHES)
def test_concrete_is_the_same_for_any_thread_count(cast: str) -> None:
    assert_same_bits_for_threads(CONCRETE, options={"finish": cast}, size=128)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cast", "least"),
    # Board steps and stones of two texels across are sampled, not averaged: they cost a point or two.
    [("smooth", 0.99), ("slabs", 0.99), ("board_formed", 0.98), ("rough", 0.97)],
)
def test_small_concrete_is_the_large_one_seen_from_afar(cast: str, least: float) -> None:
    assert height_agreement(CONCRETE, options={"finish": cast}) >= least


@pytest.mark.parametrize("seed", range(1, 9))
def test_concrete_keeps_to_what_real_concrete_does(seed: int) -> None:
    surface = draw(CONCRETE, seed=seed, size=192)
    assert_plausible(surface)
    assert saturation(finish(surface)) < 0.2


def test_no_two_seeds_pour_the_same_concrete() -> None:
    assert abs(color_likeness(CONCRETE, seeds=12)) <= 0.3


@pytest.mark.parametrize("cast", FINISHES[1:])
def test_every_finish_is_another_wall(cast: str) -> None:
    assert picture_change(CONCRETE, "finish", cast, instead_of="smooth") > 0.02


def test_slabs_have_joints_deeper_than_anything_on_a_smooth_wall() -> None:
    slabs, smooth = (draw(CONCRETE, size=256, options={"finish": cast}) for cast in ("slabs", "smooth"))
    middle = slabs.height_m.median()
    share = (slabs.height_m < middle - 0.003).float().mean()
    assert 0.005 < share < 0.05
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
