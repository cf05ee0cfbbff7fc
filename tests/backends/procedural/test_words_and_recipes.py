"""Words and recipes are one: what can be asked for can be drawn, and what can be drawn can be asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from assetgen.backends.procedural.catalog.catalog import load_catalog
from assetgen.backends.procedural.grammar.lexicon import Lexicon, load_lexicon
from assetgen.backends.procedural.grammar.parse import parse_prompt
from assetgen.backends.procedural.layers.table import LAYERS
from assetgen.backends.procedural.materials.table import RECIPES
from tests.backends.procedural.checks import draw, fields

TRAITS = sorted(load_lexicon().traits)


@pytest.fixture(autouse=True, scope="module")
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def _said(lexicon: Lexicon) -> set[tuple[str, str, str]]:
    """Every (recipe, option, value) that a word may choose or bring along."""
    senses = [sense for found in lexicon.phrases.values() for sense in found]
    said = {(s.flag, *s.value.split("=")) for s in senses if s.kind == "option"}
    bases = {(s.value, key) for key, found in lexicon.phrases.items() for s in found if s.kind == "base"}
    for base, key in bases:
        for name, value in lexicon.implied.get(key, {}).items():
            if isinstance(value, str) and name != "color":
                said.add((base, name, value))
    return {(recipe, name, value) for recipe, name, value in said}


def test_every_recipe_and_layer_has_words_and_every_word_a_recipe_or_layer() -> None:
    senses = [sense for found in load_lexicon().phrases.values() for sense in found]
    assert {s.value for s in senses if s.kind in ("base", "family")} == set(RECIPES)
    assert {s.value for s in senses if s.kind == "layer"} == set(LAYERS)


def test_every_option_that_words_may_choose_is_declared_and_every_declared_one_has_a_word() -> None:
    declared = {
        (recipe, name, value)
        for recipe, made in RECIPES.items()
        for name, values in made.options.items()
        for value in values
    }
    assert _said(load_lexicon()) == declared


def test_parameters_name_traits_that_words_may_set() -> None:
    named = {trait for made in RECIPES.values() for p in made.parameters for trait in p.traits}
    assert named <= set(TRAITS)


@pytest.mark.parametrize("trait", TRAITS)
def test_every_trait_changes_a_picture(trait: str) -> None:
    dial = load_lexicon().traits[trait]
    recipe = next(made for made in RECIPES.values() if made.heeds(trait))
    one, other = (fields(draw(recipe, size=128, traits={trait: value})) for value in (dial.low, dial.high))
    changed = [((one[name] - other[name]).abs() > 0.01).float().mean() for name in one]
    assert max(map(float, changed)) > 0.005


@pytest.mark.parametrize("name", RECIPES)
def test_a_trait_that_a_recipe_does_not_heed_changes_nothing(name: str) -> None:
    recipe = RECIPES[name]
    deaf = {trait: load_lexicon().traits[trait].high for trait in TRAITS if not recipe.heeds(trait)}
    assert deaf
    plain, wished = (fields(draw(recipe, size=32, traits=traits)) for traits in ({}, deaf))
    assert all(torch.equal(plain[field], wished[field]) for field in plain)


@pytest.mark.parametrize("name", RECIPES)
def test_every_choice_draws_another_picture(name: str) -> None:
    recipe = RECIPES[name]
    for option, values in recipe.options.items():
        first, *others = ({option: value} for value in values)
        # A finish or a pattern of tiles shows in any layout; a shape does in a grid alone.
        still = {"layout": "grid"} if option == "shape" else {}
        drawn = [fields(draw(recipe, size=64, options=still | wish)) for wish in (first, *others)]
        for value, other in zip(values[1:], drawn[1:], strict=True):
            change = max(float((drawn[0][f] - other[f]).abs().mean()) for f in drawn[0])
            assert change > 0.001, f"{option} = {value} looks like {values[0]}"


def test_layers_come_about_in_the_order_of_their_table() -> None:
    assert list(LAYERS) == list(load_catalog().layers)


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_words_of_a_choice_choose_it(recipe: str) -> None:
    for key, senses in load_lexicon().phrases.items():
        for sense in senses:
            if sense.kind == "option" and sense.flag == recipe and not any(s.kind == "base" for s in senses):
                name, value = sense.value.split("=")
                request = parse_prompt(f"{recipe.replace('_', ' ')}, {key}").request
                assert (request.base, dict(request.options).get(name)) == (recipe, value), key
