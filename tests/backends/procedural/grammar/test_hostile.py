"""Long and hostile prompts cost little and break nothing."""

from __future__ import annotations

import json
import random
import time

import pytest

from assetgen.backends.procedural.grammar.parse import check_strict, parse_prompt
from assetgen.errors import SpecError

_RANDOM = random.Random(7)
HOSTILE = {
    "nested brackets": "(" * 50_000 + "moss" + ")" * 50_000,
    "unknown words": " ".join(
        "".join(_RANDOM.choices("abcdefghijklmnop", k=_RANDOM.randint(3, 12))) for _ in range(12_000)
    ),
    "one word": "moss " * 20_000,
    "lone surrogates": "\ud800" * 100_000,
    "control characters": "".join(map(chr, range(32))) * 3_000,
    "right-to-left marks": "\u202e\u200fmoss" * 15_000,
    "ligatures that unfold": "\ufdfa" * 100_000,
    "negations": "no " * 30_000,
    "degrees": "a bit of " * 11_000,
    "open tags": "<" * 100_000,
    "settings": "tile=" * 20_000,
    "numbers": "1 x " * 25_000,
    "weights": "(a:" * 33_000,
    "equal signs": "a_" * 50_000 + "=",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_within_a_second(name: str) -> None:
    parse_prompt("brick")
    start = time.process_time()
    report = parse_prompt(HOSTILE[name], negative=HOSTILE[name]).report
    json.dumps(report.to_json(), allow_nan=False).encode()
    report.to_text().encode()
    assert time.process_time() - start < 1.0


def test_what_is_not_read_is_reported() -> None:
    report = parse_prompt("brick " * 50_000).report
    assert report.base == "brick"
    assert "not read" in report.ignored[-1].reason
    with pytest.raises(SpecError, match="not read"):
        check_strict(report)


@pytest.mark.parametrize(
    "prompt", ["", " ", "\n", "\0", "...", "((((", "!!!", "-", "--", "#", "%", "()", "[:1.4]"]
)
def test_text_without_words_names_nothing(prompt: str) -> None:
    parsed = parse_prompt(prompt)
    assert parsed.request.base is None
    assert parsed.report.confidence == 0.0


def test_marks_and_accents_do_not_hide_words() -> None:
    assert parse_prompt("m\u0301ossy br\u00edck").request.base == "brick"
    assert parse_prompt("\uff42\uff52\uff49\uff43\uff4b").request.base == "brick"
    assert parse_prompt("moss\u2011covered brick").request.layers[0].amount == 0.8


def test_one_character_that_unfolds_to_several_words_is_reported_once() -> None:
    assert [item.text for item in parse_prompt("\u00bc brick").report.ignored] == ["\u00bc"]
