"""Ceramic tiles: every layout closes, glaze shines and grout does not, two colors make a pattern."""

from __future__ import annotations

import pytest
import torch

from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.materials.table import RECIPES
from tests.backends.procedural.checks import (
    draw,
    picture_change,
)

CERAMIC_TILES = RECIPES["ceramic_tiles"]

LAYOUTS = ("grid", "offset", "herringbone", "hex")
RED = ColorWord("red", (0.75, 0.08, 0.08))
WHITE = ColorWord("white", (1.0, 1.0, 1.0))


@pytest.mark.parametrize("layout", LAYOUTS[1:])
def test_every_layout_is_another_floor(layout: str) -> None:
    assert picture_change(CERAMIC_TILES, "layout", layout, instead_of="grid") > 0.02


def test_a_subway_tile_is_no_square() -> None:
    assert picture_change(CERAMIC_TILES, "shape", "subway", instead_of="square") > 0.02


def test_glaze_is_glossy_and_grout_is_rough() -> None:
    surface = draw(CERAMIC_TILES, size=256, options={"layout": "grid"}, traits={"dirt": 0.0})
    assert 0.05 <= surface.roughness.quantile(0.5) <= 0.25
    assert surface.roughness[surface.level() < 0.25].mean() > 0.75


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("pattern", ["checker", "random", "stripes"])
def test_two_colors_share_the_floor_in_every_pattern(layout: str, pattern: str) -> None:
    surface = draw(CERAMIC_TILES, options={"layout": layout, "pattern": pattern}, colors=(RED, WHITE))
    red, green = surface.color[0], surface.color[1]
    is_red = ((red > 2.5 * green) & (surface.roughness < 0.5)).float().mean()
    is_white = ((red < 1.3 * green) & (surface.roughness < 0.5)).float().mean()
    assert 0.2 < is_red < 0.75
    assert 0.2 < is_white < 0.75


def test_old_glaze_is_crazed() -> None:
    options = {"layout": "grid"}
    young, old = (
        draw(CERAMIC_TILES, size=256, options=options, traits={"age": age, "wear": 0.0, "dirt": 0.0})
        for age in (0.0, 1.0)
    )
    inner = (young.roughness < 0.3) & (old.roughness < 0.6)
    assert torch.quantile((old.roughness - young.roughness)[inner], 0.99) > 0.02
