"""Concrete: every finish is another material, and all keep to the greys of real concrete."""

from __future__ import annotations

import pytest

from assetgen.backends.procedural.grammar.parse import parse_prompt
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.surface import finish
from tests.backends.procedural.checks import draw, picture_change, saturation

CONCRETES = ("concrete", "concrete_slabs", "board_formed_concrete", "exposed_aggregate")


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("name", CONCRETES[:3])
def test_concrete_is_grey(name: str, seed: int) -> None:
    assert saturation(finish(draw(RECIPES[name], seed=seed, size=96))) < 0.2


@pytest.mark.parametrize("cast", ["trowelled", "broomed", "polished"])
def test_every_finish_is_another_floor(cast: str) -> None:
    assert picture_change(RECIPES["concrete"], "finish", cast, instead_of="smooth") > 0.02


@pytest.mark.parametrize(
    ("prompt", "base", "options"),
    [
        ("concrete", "concrete", {}),
        ("polished concrete floor", "concrete", {"finish": "polished"}),
        ("precast concrete panels, stained", "concrete_slabs", {"make": "precast"}),
        ("board formed concrete", "board_formed_concrete", {}),
        ("bush hammered concrete", "exposed_aggregate", {"finish": "hammered"}),
    ],
)
def test_a_finish_of_concrete_is_a_material_of_its_own(
    prompt: str, base: str, options: dict[str, str]
) -> None:
    wanted = parse_prompt(prompt).request
    assert (wanted.base, dict(wanted.options)) == (base, options)


def test_slabs_have_joints_deeper_than_anything_on_a_smooth_wall() -> None:
    slabs = draw(RECIPES["concrete_slabs"], size=256, options={"make": "tied"})
    smooth = draw(RECIPES["concrete"], size=256, options={"finish": "smooth"})
    share = (slabs.height_m < slabs.height_m.median() - 0.003).float().mean()
    assert 0.005 < share < 0.08
    assert (smooth.height_m < smooth.height_m.median() - 0.0075).float().mean() < 0.001


def test_wear_takes_the_skin_off_the_stones() -> None:
    recipe, options = RECIPES["exposed_aggregate"], {"finish": "rough"}
    young, worn = (draw(recipe, size=256, options=options, traits={"wear": w}) for w in (0.0, 1.0))
    assert worn.height_m.mean() < young.height_m.mean() - 0.0002


def test_water_leaves_streaks_on_dirty_concrete_and_spares_the_rest() -> None:
    recipe, options = RECIPES["concrete_slabs"], {"make": "tied"}
    clean, stained = (draw(recipe, size=256, options=options, traits={"dirt": d}) for d in (0.0, 1.0))
    darker = (stained.color / clean.color).mean(0) < 0.88
    assert 0.01 < darker.float().mean() < 0.3
    # A streak is longer than wide: its neighbour below is stained more often than its neighbour beside.
    below, beside = (float((darker & darker.roll(12, axis)).float().mean()) for axis in (0, 1))
    assert below > beside * 1.3
