"""Stone: finishes, forms and colors that make one rock look like several."""

from __future__ import annotations

import pytest

from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.materials.table import RECIPES
from tests.backends.procedural.checks import draw, picture_change


@pytest.mark.parametrize(
    ("name", "smooth", "rough"), [("granite", "polished", "flamed"), ("marble", "polished", "honed")]
)
def test_polished_stone_shines_more(name: str, smooth: str, rough: str) -> None:
    polished, dull = (draw(RECIPES[name], options={"finish": finish}) for finish in (smooth, rough))
    assert polished.roughness.median() < dull.roughness.median() - 0.2


def test_marble_of_a_color_is_of_the_quarry_that_comes_nearest() -> None:
    black, white = (ColorWord(name, (level,) * 3) for name, level in (("black", 0.05), ("white", 0.95)))
    dark, light = (draw(RECIPES["marble"], colors=(color, None)).color.median() for color in (black, white))
    assert dark < 0.06
    assert light > 0.5


@pytest.mark.parametrize(
    ("name", "option", "one", "other"),
    [
        ("stone_wall", "bond", "ashlar", "drystone"),
        ("slate", "cut", "stacked", "tiles"),
        ("cliff", "form", "layered", "craggy"),
        ("limestone", "face", "tooled", "travertine"),
        ("basalt", "form", "columns", "vesicular"),
        ("flagstone", "pattern", "crazy", "rectangular"),
    ],
)
def test_a_rock_takes_forms_that_are_materials_of_their_own(
    name: str, option: str, one: str, other: str
) -> None:
    assert picture_change(RECIPES[name], option, one, instead_of=other) > 0.04


def test_brass_strips_are_the_only_metal_in_terrazzo() -> None:
    plain, divided = (draw(RECIPES["terrazzo"], options={"divider": kind}) for kind in ("none", "brass"))
    assert plain.metallic.amax() == 0
    assert 0.001 < (divided.metallic > 0.3).float().mean() < 0.05


def test_stones_of_a_gravel_overlap_and_leave_little_ground() -> None:
    surface = draw(RECIPES["gravel"], size=256, traits={"regularity": -1.0})
    # Of stones that lie on each other, high and low ones are seen side by side.
    assert surface.height_m.quantile(0.9) - surface.height_m.quantile(0.1) > 0.012


def test_most_sandstone_is_warm() -> None:
    colors = [draw(RECIPES["sandstone"], seed=seed).color for seed in range(1, 11)]
    warm = [bool(red.median() > 1.35 * blue.median()) for red, _, blue in colors]
    assert sum(warm) >= 8
