"""One material over another: which words are whose, and how much it covers."""

from __future__ import annotations

import pytest

from assetgen.backends.procedural.grammar.parse import parse_prompt
from assetgen.backends.procedural.grammar.report import LayerRequest


def coat(prompt: str) -> LayerRequest:
    parsed = parse_prompt(prompt)
    (found,) = (layer for layer in parsed.request.layers if layer.material is not None)
    assert parsed.report.ignored == ()
    return found


def test_the_words_before_a_material_are_its_own() -> None:
    parsed = parse_prompt("old red brick wall half covered with cracked white concrete, a little moss")
    request = parsed.request
    assert request.base == "brick"
    assert request.color is not None
    assert request.color.name == "red"
    assert dict(request.traits) == {"age": 0.8}
    over, moss = request.layers[::1]
    assert (over.name, over.amount) == ("concrete", 0.5)
    assert over.material is not None
    assert over.material.color is not None
    assert over.material.color.name == "white"
    assert [layer.name for layer in over.material.layers] == ["cracks"]
    assert moss.name == "moss"
    assert "over it: concrete 50% in white (cracks 60%)" in parsed.report.understood


@pytest.mark.parametrize(
    ("prompt", "amount"),
    [
        ("brick with concrete", 0.45),
        ("concrete over brick", 0.55),
        ("brick covered in concrete", 0.8),
        ("brick completely covered with concrete", 1.0),
        ("brick with patches of concrete", 0.27),
        ("brick, 60% concrete", 0.6),
        ("brick with 20% rough grey concrete", 0.2),
    ],
)
def test_how_much_it_covers(prompt: str, amount: float) -> None:
    assert coat(prompt).amount == pytest.approx(amount)


def test_of_two_materials_side_by_side_one_names_the_other() -> None:
    assert parse_prompt("concrete brick").request.layers == ()


def test_a_material_that_cannot_lie_over_another_is_told_of() -> None:
    parsed = parse_prompt("concrete with bark")
    assert parsed.request.base == "concrete"
    assert [item.text for item in parsed.report.ignored] == ["bark"]


def test_a_material_that_shall_not_be_there_is_not() -> None:
    assert parse_prompt("brick without concrete").request.layers == ()
