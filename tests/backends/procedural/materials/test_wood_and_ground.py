"""Planks, bark and dirt: periodic, the same at every size and on every thread, plausible, and open to wishes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.look import Look, resolve
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.surface import Surface, finish
from assetgen.imaging.color import linear_to_srgb

VARIANTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("wood_planks", {}),
    ("painted_planks", {"direction": "vertical"}),
    ("floorboards", {}),
    ("oak_bark", {}),
    ("pine_bark", {}),
    ("birch_bark", {}),
    ("dirt", {}),
)
NAMES = ["-".join((recipe, *options.values())) for recipe, options in VARIANTS]
variants = pytest.mark.parametrize(("recipe", "options"), VARIANTS, ids=NAMES)


def draw(
    recipe: str,
    options: dict[str, str] | None = None,
    *,
    size: int = 128,
    seed: int = 3,
    origin: tuple[int, int] = (0, 0),
    traits: dict[str, float] | None = None,
    color: ColorWord | None = None,
) -> Surface:
    made = RECIPES[recipe]
    torus = Torus(size=size, seed=seed, tile_m=made.tile_m, origin=origin)
    values = resolve(made.parameters, torus, traits=traits or {}, given={})
    return made.make(torus, Look(values=values, traits=traits or {}, options=options or {}, color=color))


def fields(surface: Surface) -> dict[str, Tensor]:
    """Every field of a surface in 0..1."""
    return {
        "height": surface.level(),
        "color": linear_to_srgb(surface.color),
        "roughness": surface.roughness,
        "metallic": surface.metallic,
    }


def mean_color_distance(a: Surface, b: Surface) -> float:
    return float((linear_to_srgb(a.color) - linear_to_srgb(b.color)).abs().mean())


def correlation(a: Tensor, b: Tensor) -> float:
    return float(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1])


@variants
@pytest.mark.parametrize("seed", [1, 2])
def test_the_maps_are_those_of_real_matter(recipe: str, options: dict[str, str], seed: int) -> None:
    material = finish(draw(recipe, options, size=256, seed=seed))
    gray = material.base_color.pixels.mean(-1).flatten() * 255
    assert torch.quantile(gray, 0.01) >= 30
    assert torch.quantile(gray, 0.99) <= 240
    high, low = material.base_color.pixels.amax(-1), material.base_color.pixels.amin(-1)
    limit = 0.8 if recipe == "painted_planks" else 0.6  # paint may be brighter than nature
    assert torch.quantile(((high - low) / high).flatten(), 0.98) < limit
    assert material.roughness.pixels.std() >= 0.022
    assert abs(correlation(material.roughness.pixels, material.base_color.pixels.mean(-1))) < 0.9
    assert (material.normal.pixels[..., 2] * 2 - 1).mean() >= 0.6
    assert material.metallic.pixels.max() == 0
    assert 0.003 < material.relief_m < 0.09


@pytest.mark.parametrize(
    ("recipe", "one", "other"),
    [
        ("wood_planks", {"direction": "horizontal"}, {"direction": "vertical"}),
        ("wood_planks", {"species": "pine"}, {"species": "walnut"}),
        ("floorboards", {"direction": "horizontal"}, {"direction": "vertical"}),
        ("floorboards", {"species": "oak"}, {"species": "ebony"}),
    ],
)
def test_an_option_changes_the_picture(recipe: str, one: dict[str, str], other: dict[str, str]) -> None:
    assert mean_color_distance(draw(recipe, one), draw(recipe, other)) > 0.02


def test_standing_boards_are_lying_boards_turned() -> None:
    lying = draw("wood_planks", {"direction": "horizontal"})
    standing = draw("wood_planks", {"direction": "vertical"})
    assert torch.equal(lying.height_m.mT, standing.height_m)


def test_varnish_shines_more_than_raw_wood() -> None:
    raw, varnished = draw("wood_planks"), draw("floorboards")
    assert varnished.roughness.median() < raw.roughness.median() - 0.15


def test_old_paint_lets_more_wood_show_than_new_paint() -> None:
    blue = ColorWord("blue", (0.12, 0.25, 0.62))
    shares = []
    for age in (0.0, 1.0):
        aged = draw("painted_planks", traits={"age": age, "wear": age}, color=blue)
        shares.append(float((aged.color[2] > aged.color[0]).float().mean()))
    assert shares[0] > 0.85
    assert shares[1] < shares[0] - 0.05


@pytest.mark.parametrize(
    "recipe", ["wood_planks", "floorboards", "oak_bark", "pine_bark", "birch_bark", "dirt"]
)
def test_a_color_asked_for_tints_the_matter(recipe: str) -> None:
    plain = draw(recipe).color.mean((1, 2))
    blue = draw(recipe, color=ColorWord("blue", (0.12, 0.25, 0.62))).color.mean((1, 2))
    assert blue[0] / blue[2] < 0.7 * plain[0] / plain[2]


def test_boards_end_at_different_places_in_neighbouring_rows() -> None:
    surface = draw("wood_planks", size=256)
    low = surface.height_m < surface.height_m.amax() - 0.5 * (
        surface.height_m.amax() - surface.height_m.amin()
    )
    # A joint that ran on through several rows would be a column that is dark from end to end.
    assert low.float().mean(0).max() < 0.6
