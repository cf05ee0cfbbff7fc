"""Every word of the lexicon keeps its meaning beside every other: a sweep over materials, places and layers."""

from __future__ import annotations

from functools import cache

import pytest

from assetgen.backends.procedural.grammar.lexicon import Sense, load_lexicon
from assetgen.backends.procedural.grammar.parse import parse_prompt

PLACES = ("street", "garden", "desert", "wall", "floor", "corridor", "castle", "driveway")
MATERIALS = ("brick", "concrete", "plastic", "leather", "granite")
CHOSEN_BY_PLACE = {"chalkboard slate"}  # on a roof slate is a slate roof


def _is_matter(sense: Sense) -> bool:
    return sense.kind == "base" and sense.flag != "thing"


@cache
def _materials() -> dict[str, str]:
    """Return the names of materials that are nothing else, and no property."""
    return {
        key: next(sense.value for sense in senses if sense.kind == "base")
        for key, senses in load_lexicon().phrases.items()
        if any(map(_is_matter, senses)) and not any(sense.kind in ("layer", "trait") for sense in senses)
    }


def _layers(flag: str) -> list[tuple[str, str]]:
    return [
        (key, sense.value)
        for key, senses in load_lexicon().phrases.items()
        for sense in senses
        if sense.kind == "layer" and sense.flag == flag
    ]


def test_every_name_of_a_material_chooses_it() -> None:
    wrong = {key: parse_prompt(key).request.base for key in _materials()}
    assert {key: base for key, base in wrong.items() if base != _materials()[key]} == {}


@pytest.mark.parametrize("form", ["{word}, {place}", "{place} of {word}", "{place} with {word}"])
def test_a_material_is_stronger_than_a_place(form: str) -> None:
    wrong = []
    for index, (word, base) in enumerate(sorted(_materials().items())[::7]):
        prompt = form.format(word=word, place=PLACES[index % len(PLACES)])
        if parse_prompt(prompt).request.base != base and word not in CHOSEN_BY_PLACE:
            wrong.append(prompt)
    assert wrong == []


@pytest.mark.parametrize(
    ("form", "flag"),
    [
        ("{word} {base}", "adjective"),
        ("{base} with {word}", "noun"),
        ("{word} on {base}", "noun"),
        ("{base} covered in {word}", "noun"),
        ("{base} splashed with {word}", "noun"),
    ],
)
def test_a_layer_lies_on_any_material(form: str, flag: str) -> None:
    wrong = []
    for index, (word, layer) in enumerate(_layers(flag)):
        base = MATERIALS[index % len(MATERIALS)]
        request = parse_prompt(form.format(word=word, base=base)).request
        if request.base != base or layer not in [found.name for found in request.layers]:
            wrong.append(form.format(word=word, base=base))
    assert wrong == []


@pytest.mark.parametrize(
    ("prompt", "base", "coat"),
    [
        ("brick wall, half the plaster has fallen off", "brick", "plaster"),
        ("plaster peeling off brick", "brick", "plaster"),
        ("cracked plaster revealing brick", "brick", "plaster"),
        ("plaster with brick showing through", "brick", "plaster"),
        ("plaster, brick underneath", "brick", "plaster"),
        ("stone wall with remnants of stucco", "stone_wall", "stucco"),
        ("asphalt with grass coming through", "asphalt", "grass"),
        ("concrete half buried under dirt", "concrete", "dirt"),
    ],
)
def test_what_came_off_is_the_coat_and_what_comes_to_light_the_base(
    prompt: str, base: str, coat: str
) -> None:
    request = parse_prompt(prompt).request
    assert (request.base, [layer.name for layer in request.layers]) == (base, [coat])


def test_a_place_alone_suggests_a_material_or_is_told_of() -> None:
    assert parse_prompt("wet street").request.base == "asphalt"
    assert [item.text for item in parse_prompt("castle").report.ignored] == ["castle"]
    assert [item.text for item in parse_prompt("grass with a castle").report.ignored] == ["castle"]
    assert parse_prompt("castle bricks").report.ignored == ()


def test_a_family_and_a_thing_of_one_kind_agree() -> None:
    assert parse_prompt("stone countertop").request.base == "granite"
    assert parse_prompt("wooden countertop").request.base == "wood_planks"


@pytest.mark.parametrize(
    ("slip", "base"), [("chain mial", "chainmail"), ("drift wod", "driftwood"), ("pine brak", "pine_bark")]
)
def test_a_slip_beside_a_part_of_a_name_makes_the_name(slip: str, base: str) -> None:
    assert parse_prompt(slip).request.base == base
