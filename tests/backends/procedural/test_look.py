from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.backends.procedural.catalog.catalog import Parameter
from assetgen.backends.procedural.field.palette import linear_to_oklab, srgb_to_linear
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.look import NATURAL, Look, as_matter, resolve

AGE = Parameter(name="age", low=0.2, high=0.8, doc="how old", traits=("age",))
WIDTH = Parameter(name="width_m", low=0.1, high=0.3, doc="how wide", scales=True)


@given(seed=st.integers(0, 2**32))
def test_the_seed_chooses_within_the_range(seed: int) -> None:
    values = resolve((AGE, WIDTH), Torus(16, seed, 1.0), traits={}, given={})
    assert 0.2 <= values["age"] <= 0.8
    assert 0.1 <= values["width_m"] <= 0.3


def test_seeds_differ_and_one_seed_repeats() -> None:
    drawn = [resolve((AGE,), Torus(16, seed, 1.0), traits={}, given={})["age"] for seed in [*range(20), 0]]
    assert len(set(drawn)) == 20
    assert drawn[0] == drawn[-1]


@given(seed=st.integers(0, 999), wish=st.floats(0, 1))
def test_a_trait_names_a_neighbourhood_that_the_seed_still_moves(seed: int, wish: float) -> None:
    value = resolve((AGE,), Torus(16, seed, 1.0), traits={"age": wish}, given={})["age"]
    assert value == pytest.approx(0.2 + 0.6 * wish, abs=0.05 * 0.6 + 1e-9)


def test_a_number_given_outright_is_taken_as_it_is() -> None:
    given_outright = {"age": 3.0, "width_m": 0.5}
    values = resolve((AGE, WIDTH), Torus(16, 1, 1.0), traits={"age": 0.0, "scale": 2.0}, given=given_outright)
    assert values == given_outright


def test_scale_multiplies_sizes_alone() -> None:
    torus = Torus(16, 1, 1.0)
    plain, large = (resolve((AGE, WIDTH), torus, traits=t, given={}) for t in ({}, {"scale": 2.0}))
    assert large["width_m"] == pytest.approx(2 * plain["width_m"])
    assert large["age"] == plain["age"]


def test_absent_wishes_are_neutral() -> None:
    look = Look(values={"age": 0.5})
    assert look["age"] == 0.5
    assert look.relief == 1
    assert look.roughness(0.7) == 0.7
    assert look.option("bond", "running") == "running"
    assert Look(options={"bond": "flemish"}).option("bond", "running") == "flemish"


@given(value=st.floats(0.05, 0.97), gloss=st.floats(-1, 1))
def test_gloss_moves_roughness_its_way_within_bounds(value: float, gloss: float) -> None:
    rough = Look(traits={"gloss": gloss}).roughness(value)
    assert 0 < rough <= 0.97 + 1e-9
    assert (rough - value) * gloss <= 1e-9


def test_a_color_asked_for_takes_hold_only_of_matter_that_may_be_tinted() -> None:
    look = Look(color=ColorWord("blue", (0.1, 0.2, 0.8)))
    stops = ("#454340", "#807b71", "#aca599")
    assert look.palette(*stops, tint=0.0) == Look().palette(*stops)
    blue = [linear_to_oklab(look.palette(*stops, tint=t).middle())[2] for t in (0.0, 0.5, 1.0)]
    assert blue[0] > blue[1] > blue[2]
    assert blue[2] < -0.07


def test_a_hex_color_is_taken_at_its_word_and_a_name_as_a_pigment() -> None:
    screen_yellow = (1.0, 1.0, 0.08)
    assert as_matter(ColorWord("#ffff14", screen_yellow)) == screen_yellow
    named = linear_to_oklab(srgb_to_linear(as_matter(ColorWord("yellow", screen_yellow))))
    assert math.hypot(*named[1:]) <= NATURAL + 1e-3


def test_brightness_lightens_every_palette() -> None:
    plain, light = (Look(traits={"brightness": b}).palette("#454340", "#aca599") for b in (0.0, 0.8))
    for (_, before), (_, after) in zip(plain.stops, light.stops, strict=True):
        assert linear_to_oklab(after)[0] > linear_to_oklab(before)[0]
