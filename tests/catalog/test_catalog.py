"""The catalog shows everything that the library has, to people, to programs and as a page."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import pytest
import soundfile

from assetgen.backends.procedural.catalog.catalog import CATEGORIES, COVERS, MaterialCard, load_catalog
from assetgen.backends.procedural.catalog.sounds import SoundCard, load_sounds
from assetgen.backends.procedural.grammar.parse import parse_prompt
from assetgen.backends.procedural.grammar.sound_parse import parse_sound
from assetgen.catalog.listing import all_to_json, describe_entry, find_entry, overview
from assetgen.catalog.page import group_of, render_catalog
from assetgen.catalog.swatches import Drawn, draw_swatches, every_entry, swatches_of
from assetgen.errors import SpecError
from assetgen.execute.inline import InlineExecutor
from assetgen.settings import load_settings

ENTRIES = {card.name: card for card in every_entry()}


def test_no_two_entries_share_a_name() -> None:
    catalog, sounds = load_catalog(), load_sounds()
    surfaces = len(catalog.materials) + len(catalog.layers) + len(catalog.styles)
    assert len(ENTRIES) == surfaces + len(sounds.sounds) + len(sounds.scenes)


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
    if isinstance(card, MaterialCard | SoundCard):
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
        if swatch.mode:
            heard = parse_sound(swatch.prompt, mode=swatch.mode)
            assert heard.report.ignored == (), swatch.prompt
            scenes = load_sounds().scenes
            made_of = [part.sound for part in scenes[name].parts] if name in scenes else [name]
            assert [part.name for part in heard.request.parts] == made_of, swatch.prompt
            if swatch != swatches_of(card)[0]:
                chosen = [value.replace("_", " ") for value in heard.request.parts[0].options.values()]
                assert swatch.label in chosen, swatch.prompt
            continue
        parsed = parse_prompt(swatch.prompt, kind="material")
        assert parsed.report.ignored == (), swatch.prompt
        request = parsed.request
        named = {"layers": {layer.name for layer in request.layers}, "styles": {swatch.style}}
        assert name in named.get(group_of(card), {request.base}), swatch.prompt


def test_an_entry_is_found_by_a_word_that_chooses_it_and_a_slip_is_mended() -> None:
    assert find_entry("mossy").name == "moss"
    assert find_entry("brickwork").name == "brick"
    assert find_entry("thunderclap").name == "thunder"
    assert find_entry("rain forest").name == "jungle"
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


def test_programs_get_the_sounds_with_their_choices_and_parts() -> None:
    sounds = {entry["name"]: entry for entry in all_to_json()["sounds"]}
    assert sounds["rain"]["is"] == "ambience"
    assert "tin roof" in sounds["rain"]["options"]["ground"]["roof"]
    assert next(iter(sounds["rain"]["parameters"]))["words"]
    assert [part["sound"] for part in sounds["thunderstorm"]["parts"]] == ["rain", "thunder", "wind"]
    assert sounds["lofi"]["is"] == "music"


def test_the_page_shows_every_entry_and_asks_nobody_for_anything() -> None:
    drawn = {
        name: [Drawn(swatch, b"jpeg", b"ogg" if swatch.mode else b"") for swatch in swatches_of(card)]
        for name, card in ENTRIES.items()
    }
    page = render_catalog(list(ENTRIES.values()), drawn).decode()
    seen = _Reader()
    seen.feed(page)
    assert seen.cards == len(ENTRIES)
    assert seen.pictures >= len(ENTRIES)
    assert seen.players == sum(bool(swatch.mode) for card in ENTRIES.values() for swatch in swatches_of(card))
    assert re.findall(r'(?:src|href)="(?!data:|#)', page) == []


def test_workers_draw_the_pictures_and_a_failure_stops_no_other() -> None:
    good = swatches_of(find_entry("brick"))[:1]
    bad = [good[0].__class__("x", "x", "frumious")]
    found = list(draw_swatches([*bad, *good], load_settings({}), start_executor=InlineExecutor))
    assert [one.error is None for one in found] == [False, True]
    assert found[1].jpeg[:2] == b"\xff\xd8"
    assert found[1].ogg == b""


@pytest.mark.parametrize("name", ["camp", "coin", "chiptune"])
def test_workers_draw_a_sound_as_its_picture_and_its_clip(name: str) -> None:
    swatch = swatches_of(find_entry(name))[0]
    (drawn,) = draw_swatches([swatch], load_settings({}), start_executor=InlineExecutor)
    assert drawn.error is None
    assert drawn.jpeg[:2] == b"\xff\xd8"
    samples, rate_hz = soundfile.read(io.BytesIO(drawn.ogg))
    assert 0.05 < len(samples) / rate_hz <= 5
    assert 0.3 < abs(samples).max() < 1


class _Reader(HTMLParser):
    cards = pictures = players = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.cards += ("class", "card") in attrs
        self.pictures += tag == "img"
        self.players += tag == "audio"
