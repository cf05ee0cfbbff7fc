"""Misspelt words are mended, and words of their own left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.backends.procedural.grammar.match import correct, damerau_levenshtein, suggest
from assetgen.backends.procedural.grammar.parse import parse_prompt

NOT_MATERIALS = """
cave birch dart back title plant rest mess crust trust bust must prick trick click plane planet blank bank
bar dark bird diet tie file world wool good metal medal petal vain rain store stole tracks tracked pointed
printed planted concert content creating parsing thing shape power trap mixture storm travel grave
"""
SMALL = st.text(alphabet="abc", max_size=6)


def plain_distance(first: str, second: str) -> int:
    """The slow obvious twin: optimal string alignment by its definition."""
    if not first or not second:
        return len(first) + len(second)
    best = min(
        plain_distance(first[:-1], second) + 1,
        plain_distance(first, second[:-1]) + 1,
        plain_distance(first[:-1], second[:-1]) + (first[-1] != second[-1]),
    )
    if len(first) > 1 and len(second) > 1 and first[-2:] == second[-2:][::-1]:
        best = min(best, plain_distance(first[:-2], second[:-2]) + 1)
    return best


@given(SMALL, SMALL)
def test_the_distance_agrees_with_its_definition(first: str, second: str) -> None:
    assert damerau_levenshtein(first, second, limit=12) == plain_distance(first, second)
    assert damerau_levenshtein(first, second, limit=1) == min(2, plain_distance(first, second))


@pytest.mark.parametrize(
    ("slip", "word"),
    [
        ("brik", "brick"),
        ("bricl", "brick"),
        ("coblestone", "cobblestone"),
        ("cobbelstone", "cobblestone"),
        ("concret", "concrete"),
        ("plancks", "plank"),
        ("craked", "cracked"),
        ("herringbne", "herringbone"),
        ("ceremic", "ceramic"),
        ("rustyy", "rusty"),
        ("wite", "white"),
    ],
)
def test_slips_are_mended(slip: str, word: str) -> None:
    assert correct(slip.removesuffix("s")) == word


@pytest.mark.parametrize(
    "word",
    NOT_MATERIALS.split(),
)
def test_words_of_their_own_are_never_read_as_materials(word: str) -> None:
    assert correct(word) is None
    spans = parse_prompt(word).report.spans
    assert not any(span.how == "fuzzy" for span in spans)


@pytest.mark.parametrize(
    "word", ["dragon", "castle", "dart", "cave", "title", "plant", "rest", "mess", "back"]
)
def test_other_things_are_reported_and_choose_no_material(word: str) -> None:
    report = parse_prompt(word).report
    assert report.base is None
    assert [item.text for item in report.ignored] == [word]


def test_a_mended_word_shows_in_the_report() -> None:
    report = parse_prompt("coblestone").report
    assert report.base == "cobblestone"
    assert [span.how for span in report.spans] == ["fuzzy"]
    assert report.warnings == ("'coblestone' was read as 'cobblestone'.",)


def test_an_unknown_word_gets_at_most_three_suggestions() -> None:
    assert "moss" in suggest("mos")
    assert len(suggest("bricksy")) <= 3
    assert suggest("zzzzqqq") == ()
