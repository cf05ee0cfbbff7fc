"""What the catalog tells of sounds, and how it tells them apart from the surfaces of the same words."""

from __future__ import annotations

import pytest

from assetgen.backends.procedural.catalog.sounds import SceneCard, SoundCard, load_sounds
from assetgen.backends.procedural.sounds.music.styles import STYLES
from assetgen.backends.procedural.sounds.music.theory import PROGRESSIONS, SCALES
from assetgen.catalog.listing import also_means, describe_entry, find_entry, to_json
from assetgen.catalog.page import render_catalog
from assetgen.catalog.swatches import Drawn, swatches_of

SOUNDS = {**load_sounds().sounds, **load_sounds().scenes}


@pytest.mark.parametrize("name", SOUNDS)
def test_all_about_a_sound_is_told(name: str) -> None:
    card = SOUNDS[name]
    text = " ".join(describe_entry(find_entry(name)).split())
    assert all(word in text for word in card.words)
    if isinstance(card, SceneCard):
        for part in card.parts:
            assert f"{part.sound.replace('_', ' ')} ({part.amount:.0%}" in text
            assert all(f"{trait} {amount:g}" in text for trait, amount in part.traits.items())
        return
    for values in card.options.values():
        assert all(f"{value} {', '.join(words)}" in text for value, words in values.items())
    for parameter in card.parameters:
        assert f"{parameter.name} {parameter.low:g} to {parameter.high:g}" in text
    assert all(f"{word} (" in text for word in card.implied)


def test_a_parameter_is_told_with_the_words_that_turn_it_from_its_low_end_up() -> None:
    lines = describe_entry(find_entry("rain")).splitlines()
    heaviness = next(number for number, line in enumerate(lines) if "heaviness" in line)
    assert lines[heaviness + 1].strip() == "words: very light, light, moderate, heavy, violent"
    near = next(number for number, line in enumerate(lines) if line.startswith("  near "))
    assert lines[near + 1].strip() == "words: distant, close"


@pytest.mark.parametrize("name", STYLES)
def test_a_style_of_music_is_told_as_it_is_composed(name: str) -> None:
    card = load_sounds().sounds[name]
    assert card.bpm[0] < card.bpm[1]
    assert set(card.scales) <= set(SCALES)
    assert card.mood in PROGRESSIONS
    assert f"{card.bpm[0]:g} to {card.bpm[1]:g} beats a minute" in describe_entry(card)
    assert to_json(card)["scales"] == list(card.scales)


def test_a_word_for_a_sound_and_a_surface_tells_of_both() -> None:
    rain, road = find_entry("downpour"), find_entry("road")
    assert (rain.name, road.name) == ("rain", "asphalt")
    assert isinstance(rain, SoundCard)
    assert [other.name for other in (also_means("downpour", rain), also_means("road", road)) if other] == [
        "wet",
        "city",
    ]
    assert also_means("brick", find_entry("brick")) is None
    assert find_entry("mud").name == "mud"


def test_programs_are_told_what_words_bring_along_and_parts_ask_for() -> None:
    assert to_json(SOUNDS["rain"])["implied"]["downpour"] == {"intensity": 0.95}
    assert to_json(SOUNDS["rain"])["parameters"][0]["traits"] == ["intensity"]
    assert to_json(SOUNDS["coin"])["is"] == "effect"
    assert to_json(SOUNDS["jungle"])["parts"][2]["traits"] == {"intensity": 0.1}


def test_every_sound_of_the_page_has_a_button_that_plays_it_and_no_surface_has() -> None:
    cards = [*SOUNDS.values(), find_entry("brick")]
    drawn = {
        card.name: [
            Drawn(swatch, b"jpeg", b"ogg" if card.name in SOUNDS else b"") for swatch in swatches_of(card)
        ]
        for card in cards
    }
    page = render_catalog(cards, drawn).decode()
    assert page.count('class="play"') == len(SOUNDS)
    assert 'aria-label="Play power up"' in page
    assert page.count("<audio ") == sum(len(drawn[name]) for name in SOUNDS)
