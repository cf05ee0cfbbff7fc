"""The written prompts of the corpora come out as they were meant."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from assetgen.backends.procedural.grammar.parse import ParsedPrompt, parse_prompt

FILES = (
    "corpus.toml",
    "corpus_library.toml",
    "corpus_unseen.toml",
    "corpus_unseen_more.toml",
    "corpus_states.toml",
)
GROUPS = {
    (name, group): entries
    for name in FILES
    for group, entries in tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8")).items()
}
ENTRIES: list[dict[str, Any]] = [entry for group in GROUPS.values() for entry in group]


@pytest.fixture(scope="module")
def read() -> list[tuple[dict[str, Any], ParsedPrompt]]:
    return [(entry, parse_prompt(entry["text"])) for entry in ENTRIES]


def _ignored(parsed: ParsedPrompt) -> list[str]:
    return sorted(item.text.lower() for item in parsed.report.ignored)


def test_the_corpus_is_large_enough_and_has_no_prompt_twice() -> None:
    texts = [entry["text"] for entry in ENTRIES]
    assert len(texts) >= 650
    assert (
        sum(
            len(entries)
            for (_, group), entries in GROUPS.items()
            if "compound" in group or "misspelt" in group
        )
        >= 100
    )
    assert len(set(texts)) == len(texts)


def test_at_least_97_of_100_prompts_find_their_base(read: list[tuple[dict[str, Any], ParsedPrompt]]) -> None:
    wrong = [e["text"] for e, parsed in read if (parsed.request.base or "") != e["base"]]
    assert len(wrong) <= 0.03 * len(read), wrong


def test_every_unknown_word_is_reported(read: list[tuple[dict[str, Any], ParsedPrompt]]) -> None:
    silent = [(e["text"], _ignored(p)) for e, p in read if set(e.get("ignored", ())) - set(_ignored(p))]
    assert silent == []


def test_words_that_are_understood_are_not_reported(read: list[tuple[dict[str, Any], ParsedPrompt]]) -> None:
    noisy = [(e["text"], _ignored(p)) for e, p in read if set(_ignored(p)) - set(e.get("ignored", ()))]
    assert len(noisy) <= 0.03 * len(read), noisy


def test_at_least_95_of_100_prompts_get_their_layers(read: list[tuple[dict[str, Any], ParsedPrompt]]) -> None:
    wrong = [
        (entry["text"], [layer.name for layer in parsed.request.layers])
        for entry, parsed in read
        if {layer.name for layer in parsed.request.layers} != set(entry.get("layers", ()))
    ]
    assert len(wrong) <= 0.05 * len(read), wrong


def test_at_least_95_of_100_prompts_get_their_color(read: list[tuple[dict[str, Any], ParsedPrompt]]) -> None:
    colored = [(e, p.request.color.name if p.request.color else "") for e, p in read if "color" in e]
    wrong = [(entry["text"], name) for entry, name in colored if name != entry["color"]]
    assert len(wrong) <= 0.05 * len(colored), wrong


def test_the_words_decide_the_kind(read: list[tuple[dict[str, Any], ParsedPrompt]]) -> None:
    wrong = [(e["text"], p.report.kind) for e, p in read if p.report.kind != e.get("kind", "material")]
    assert wrong == []
