"""Ground: what grows and falls shows its cause, water and heat are where they belong, and tracks press it down."""

from __future__ import annotations

import pytest

from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.surface import Surface
from tests.backends.procedural.checks import draw


def drawn(name: str, *, traits: dict[str, float] | None = None, **options: str) -> Surface:
    return draw(RECIPES[name], size=256, traits=traits or {}, options=options)


def share_of_green(surface: Surface) -> float:
    red, green, blue = surface.color
    return float(((green > red) & (green > blue)).float().mean())


def test_a_lawn_is_green_and_a_dry_field_is_straw() -> None:
    lawn, dry = (share_of_green(drawn("grass", kind=kind)) for kind in ("lawn", "dry"))
    assert lawn > 0.5
    assert dry < 0.4 * lawn


def test_thin_grass_shows_more_soil() -> None:
    dense, worn = (share_of_green(drawn("grass", kind="lawn", traits={"wear": w})) for w in (0.0, 1.0))
    assert worn < 0.9 * dense


def test_hot_lava_glows_from_its_lowest_places_and_cold_lava_not_at_all() -> None:
    hot, cold = (drawn("lava", kind="crust", glow=glow) for glow in ("hot", "cold"))
    assert cold.emissive is None
    assert hot.emissive is not None
    bright = hot.emissive[0] > 0.5
    assert 0.01 < bright.float().mean() < 0.3
    assert hot.height_m[bright].mean() < hot.height_m[~bright].mean() - 0.01


@pytest.mark.parametrize(
    ("name", "tracks"), [("snow_field", "footprints"), ("mud", "tyres"), ("sand", "footprints")]
)
def test_tracks_press_soft_ground_down_in_some_places_alone(name: str, tracks: str) -> None:
    still, walked = (drawn(name, tracks=kind) for kind in ("none", tracks))
    deeper = still.height_m - walked.height_m > 0.008
    assert 0.01 < deeper.float().mean() < 0.45


def test_water_stands_level_in_a_bog() -> None:
    bog = drawn("mud", kind="bog")
    water = bog.roughness < 0.1
    assert 0.05 < water.float().mean() < 0.6
    assert bog.height_m[water].std() < 0.001


def test_old_asphalt_is_cracked_and_fresh_asphalt_is_black() -> None:
    fresh, old = (draw(RECIPES["asphalt"], size=512, options={"kind": kind}) for kind in ("fresh", "old"))
    assert fresh.color.mean() < 0.6 * old.color.mean()
    deep = [float((one.height_m < one.height_m.median() - 0.005).float().mean()) for one in (fresh, old)]
    assert deep[1] > 3 * deep[0]


def test_a_lawn_of_any_green_is_of_the_yellow_green_of_leaves() -> None:
    for green in (ColorWord("light green", (0.56, 0.93, 0.56)), ColorWord("green", (0.0, 0.5, 0.0))):
        lawn = draw(RECIPES["grass"], size=256, options={"kind": "lawn"}, colors=(green, None))
        red, leaf, blue = (float(channel.median()) for channel in lawn.color)
        assert leaf > red > 1.5 * blue
