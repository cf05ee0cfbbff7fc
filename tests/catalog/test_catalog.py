"""The catalog shows everything that the library has, to people, to programs and as a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from assetgen.backends.procedural.catalog.catalog import CATEGORIES, COVERS, load_catalog
from assetgen.backends.procedural.grammar.parse import parse_prompt
from assetgen.catalog.listing import all_to_json, describe_entry, find_entry, overview
from assetgen.catalog.page import group_of, render_catalog
from assetgen.catalog.swatches import Drawn, draw_swatches, every_entry, swatches_of
from assetgen.errors import SpecError
from assetgen.execute.inline import InlineExecutor
from assetgen.settings import load_settings

ENTRIES = {card.name: card for card in every_entry()}


def test_no_two_entries_share_a_name() -> None:
    catalog = load_catalog()
    assert len(ENTRIES) == len(catalog.materials) + len(catalog.layers) + len(catalog.styles)


def test_the_overview_has_a_line_for_every_entry() -> None:
    text = overview()
    assert [name for name, card in ENTRIES.items() if f"  {name.replace('_', ' ')} " not in text] == []
    assert all(card.about in text for card in ENTRIES.values())


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_found_by_its_name_and_described_in_full(name: str) -> None:
    card = find_entry(name)
    assert card == ENTRIES[name]
    text = describe_entry(card)
    assert text.startswith(f"{name.replace('_', ' ')}: {card.about}")
    if group_of(card) in CATEGORIES:
        assert all(parameter.name in text and parameter.doc in text for parameter in card.parameters)
        assert all(value in text for values in card.options.values() for value in values)


@pytest.mark.parametrize("name", ENTRIES)
def test_a_card_is_well_kept(name: str) -> None:
    card = ENTRIES[name]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert card.about.endswith(".")
    assert len(card.about) <= 110
    if group_of(card) in CATEGORIES:
        assert card.covers in COVERS
        assert 0.05 <= card.tile_m <= 20
        assert all(parameter.low < parameter.high and parameter.doc for parameter in card.parameters)


@pytest.mark.parametrize("name", ENTRIES)
def test_what_a_picture_of_an_entry_is_drawn_from_names_that_entry(name: str) -> None:
    card = ENTRIES[name]
    for swatch in swatches_of(card):
        parsed = parse_prompt(swatch.prompt, kind="material")
        assert parsed.report.ignored == (), swatch.prompt
        request = parsed.request
        named = {"layers": {layer.name for layer in request.layers}, "styles": {swatch.style}}
        assert name in named.get(group_of(card), {request.base}), swatch.prompt


def test_an_entry_is_found_by_a_word_that_chooses_it_and_a_slip_is_mended() -> None:
    assert find_entry("mossy").name == "moss"
    assert find_entry("brickwork").name == "brick"
    with pytest.raises(SpecError, match='did you mean "brick"'):
        find_entry("brik")
    with pytest.raises(SpecError, match="assetgen catalog"):
        find_entry("zorblax")


def test_programs_get_ranges_units_limits_and_words() -> None:
    brick = next(entry for entry in all_to_json()["materials"] if entry["name"] == "brick")
    length = next(parameter for parameter in brick["parameters"] if parameter["name"] == "brick_m")
    assert (length["low"], length["high"], length["unit"]) == (0.21, 0.22, "m")
    assert length["limits"][0] < 0.21
    assert "large" in str(length["words"]) or "gigantic" in length["words"]
    assert "flemish" in brick["options"]["bond"]


def test_the_page_shows_every_entry_and_asks_nobody_for_anything() -> None:
    drawn = {name: [Drawn(swatch, b"jpeg") for swatch in swatches_of(card)] for name, card in ENTRIES.items()}
    page = render_catalog(list(ENTRIES.values()), drawn).decode()
    seen = _Reader()
    seen.feed(page)
    assert seen.cards == len(ENTRIES)
    assert seen.pictures >= len(ENTRIES)
    assert re.findall(r'(?:src|href)="(?!data:|#)', page) == []


def test_workers_draw_the_pictures_and_a_failure_stops_no_other() -> None:
    good = swatches_of(find_entry("brick"))[:1]
    bad = [good[0].__class__("x", "x", "frumious")]
    found = list(draw_swatches([*bad, *good], load_settings({}), start_executor=InlineExecutor))
    assert [one.error is None for one in found] == [False, True]
    assert found[1].jpeg[:2] == b"\xff\xd8"


class _Reader(HTMLParser):
    cards = pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.cards += ("class", "card") in attrs
        self.pictures += tag == "img"
