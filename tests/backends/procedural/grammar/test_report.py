"""The report is honest, stable and readable."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.backends.procedural.grammar.parse import parse_prompt
from assetgen.backends.procedural.grammar.report import LayerRequest, MaterialRequest
from assetgen.errors import SpecError

PIECES = """
mossy wet brick cobblestone dirt dragon gold veins no not without very 30% with on and of in the covered red
dark  (moss:1.4) [rust] painted metal tiles un- -free half seed=3 2k marble gray , . -- --no #abc sound
sprite
"""
WORDS = st.sampled_from(PIECES.split())
KEYS = """
prompt kind base confidence layers traits options color second_color style tile_m seed size understood
ignored suggested no_effect warnings spans
"""


def test_the_json_form_has_its_documented_keys() -> None:
    report = parse_prompt("mossy dragon brick").report.to_json()
    assert set(report) == set(KEYS.split())
    assert report["layers"] == [{"name": "moss", "amount": 0.6, "color": None}]
    assert report["base"] == "brick"


def test_the_text_form_marks_the_prompt() -> None:
    lines = parse_prompt("old mossy brick with dragon").report.to_text().splitlines()
    assert lines[0] == "  old mossy brick with dragon"
    assert lines[1] == "  ~~~ +++++ =====      ??????"
    assert any("ignored" in line and "'dragon'" in line for line in lines)


def test_the_confidence_falls_with_ignored_words_and_families() -> None:
    def sure(prompt: str) -> float:
        return parse_prompt(prompt).report.confidence

    assert sure("brick") == 1.0
    assert sure("brick") > sure("brick dragon") > 0
    assert sure("brick") > sure("brikc") > sure("wall") > sure("quartz") == 0


def _check(prompt: str) -> None:
    parsed = parse_prompt(prompt)
    for span in parsed.report.spans:
        assert prompt[span.start : span.end] == span.text != ""
    for item in parsed.report.ignored:
        assert prompt[item.start : item.end] == item.text
    ends = [0, *(span.end for span in parsed.report.spans)]
    assert all(span.start >= end for span, end in zip(parsed.report.spans, ends, strict=False))
    document = json.dumps(parsed.report.to_json(), allow_nan=False, ensure_ascii=False)
    document.encode()
    parsed.report.to_text().encode()
    assert parse_prompt(prompt) == parsed


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_crash(prompt: str) -> None:
    _check(prompt)


@given(st.lists(WORDS, max_size=25))
def test_any_order_of_known_words_is_read_without_a_crash(words: list[str]) -> None:
    _check(" ".join(words))


@given(st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=12))
def test_any_negative_prompt_is_read_without_a_crash(words: list[str], negative: list[str]) -> None:
    parsed = parse_prompt(" ".join(words), negative=" ".join(negative))
    assert parsed == parse_prompt(" ".join(words), negative=" ".join(negative))


def test_a_request_out_of_order_is_refused() -> None:
    moss, rust = LayerRequest("moss", 0.5), LayerRequest("rust", 0.5)
    with pytest.raises(SpecError, match="sorted"):
        MaterialRequest(layers=(rust, moss))
    with pytest.raises(SpecError, match="sorted"):
        MaterialRequest(traits=(("wear", 0.5), ("age", 0.5)))
    with pytest.raises(SpecError, match="above 0"):
        LayerRequest("moss", 0.0)
