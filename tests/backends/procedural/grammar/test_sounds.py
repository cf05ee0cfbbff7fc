"""Prompts for sounds: the right sounds, their choices and dials, and a word on everything that means nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.backends.procedural.catalog.sounds import load_sounds
from assetgen.backends.procedural.grammar.parse import check_strict, parse_prompt
from assetgen.backends.procedural.grammar.senses import read_words
from assetgen.backends.procedural.grammar.sound_parse import parse_sound
from assetgen.backends.procedural.grammar.sound_words import load_sound_lexicon, sound_vocabulary
from assetgen.backends.procedural.sounds.music.styles import STYLES
from assetgen.backends.procedural.sounds.table import AMBIENCES, EFFECTS
from assetgen.errors import SpecError

CORPUS = tomllib.loads((Path(__file__).parent / "sound_corpus.toml").read_text("utf-8"))["prompt"]


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 1000


def test_nearly_every_prompt_of_the_corpus_names_the_right_sounds() -> None:
    wrong = []
    for row in CORPUS:
        request = parse_sound(row["text"]).request
        found = sorted(part.name for part in request.parts)
        if (request.mode, found) != (row["mode"], sorted(row["sounds"])):
            wrong.append(f"{row['text']!r}: {request.mode} {found}")
    assert len(wrong) <= 0.01 * len(CORPUS), "\n".join(wrong)


@pytest.mark.parametrize("row", [row for row in CORPUS if row.get("options")], ids=lambda row: row["text"])
def test_a_prompt_says_which_of_a_sound_s_choices_it_means(row: dict) -> None:
    assert dict(parse_sound(row["text"]).request.parts[0].options) == row["options"]


@pytest.mark.parametrize("row", [row for row in CORPUS if row.get("repeats")], ids=lambda row: row["text"])
def test_a_prompt_says_how_often_it_happens(row: dict) -> None:
    assert parse_sound(row["text"]).request.parts[0].traits["repeats"] == row["repeats"]


def test_what_a_thing_is_goes_before_where_it_is() -> None:
    request = parse_sound("glass bottle smashing on concrete").request
    assert request.parts[0].options == {"matter": "glass"}
    assert "concrete" in parse_sound("glass bottle smashing on concrete").report.no_effect


def test_a_style_of_music_behind_an_effect_says_what_that_is_like() -> None:
    request = parse_sound("jump sound 8 bit").request
    assert (request.mode, request.parts[0].options["era"]) == ("sfx", "8 bit")
    assert parse_sound("8 bit music with a jump").request.mode == "music"


@pytest.mark.parametrize("row", [row for row in CORPUS if row.get("ignored")], ids=lambda row: row["text"])
def test_what_has_no_sound_here_is_reported(row: dict) -> None:
    ignored = {item.text for item in parse_sound(row["text"]).report.ignored}
    assert set(row["ignored"]) <= ignored


def test_every_card_has_a_recipe_and_every_recipe_a_card() -> None:
    catalog = load_sounds()
    assert {card.name for card in catalog.of_mode("ambience")} == set(AMBIENCES)
    assert {card.name for card in catalog.of_mode("sfx")} == set(EFFECTS)
    assert {card.name for card in catalog.of_mode("music")} == set(STYLES)
    assert all(part.sound in AMBIENCES for scene in catalog.scenes.values() for part in scene.parts)


@pytest.mark.parametrize("card", sound_vocabulary().values(), ids=lambda card: card.name)
def test_every_word_of_a_card_chooses_it(card) -> None:  # noqa: ANN001
    for word in card.words:
        parts = parse_sound(word, mode=card.mode).request.parts
        assert card.name in [part.name for part in parts], word


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("footsteps", "{} on wooden planks"),
        ("door", "{} on the door"),
        ("impact", "steel pipe {}"),
        ("shatter", "mirror {}"),
        ("splash", "{} into the pool"),
        ("laser", "plasma gun, quick {}"),
        ("retro_explosion", "{}, 8 bit"),
        ("power_up", "{} in 16 bit"),
        ("drop", "{} into the sink"),
        ("alarm", "police car {}"),
        ("rain", "{} on the windowpane"),
        ("fire", "{} in the hearth"),
        ("ocean", "waves {}"),
        ("engine", "diesel engine {}"),
        ("birds", "songbirds {}"),
        ("crowd", "{} in the stadium"),
    ],
)
def test_words_that_need_others_choose_a_sound_beside_them(name: str, prompt: str) -> None:
    for word in sound_vocabulary()[name].also:
        request = parse_sound(prompt.format(word)).request
        assert [part.name for part in request.parts] == [name], word


def test_every_sound_that_needs_others_is_in_the_test_above() -> None:
    doubtful = {card.name for card in sound_vocabulary().values() if card.also and card.mode != "music"}
    effects = {"footsteps", "door", "impact", "laser", "shatter", "splash", "retro_explosion"}
    assert doubtful == effects | {
        "rain",
        "fire",
        "ocean",
        "engine",
        "birds",
        "crowd",
        "power_up",
        "drop",
        "alarm",
    }


@pytest.mark.parametrize(
    ("prompt", "sounds", "unheard"),
    [
        ("landing", ["jump"], []),
        ("rain falling on stone", ["rain"], ["falling"]),
        ("waves cracking", ["ocean"], ["cracking"]),
    ],
)
def test_words_that_need_others_name_nothing_by_themselves(
    prompt: str, sounds: list[str], unheard: list[str]
) -> None:
    parsed = parse_sound(prompt)
    assert [part.name for part in parsed.request.parts] == sounds
    assert list(parsed.report.no_effect) == unheard
    alone = parse_sound("falling").report
    assert [item.text for item in alone.ignored] == ["falling"]


def test_a_place_that_a_sound_knows_brings_its_traits_along() -> None:
    for prompt in ("cave water drop", "water drop in a large cave"):
        request = parse_sound(prompt).request
        assert (request.mode, [part.name for part in request.parts]) == ("sfx", ["drop"])
        assert request.parts[0].traits["echo"] == 1.0
    assert parse_sound("cave water drips").request.mode == "ambience"


def test_a_burst_never_slows_what_comes_faster_by_itself() -> None:
    repeats = [
        parse_sound(prompt).request.parts[0].traits["repeats"]
        for prompt in ("pistol burst", "machine gun burst", "three machine gun shots")
    ]
    assert repeats == [6, 8, 3]


def test_a_trait_that_changes_nothing_is_told() -> None:
    report = parse_sound("tiptoe on creaky floorboards").report
    assert (report.no_effect, report.ignored) == (("creaky",), ())


@pytest.mark.parametrize(
    ("prompt", "sound"),
    [
        ("hover blip", "hover"),
        ("teleport zap", "magic"),
        ("level complete jingle", "achievement"),
        ("distant highway hum", "city"),
        ("hum", "engine"),
        ("buzzer", "alarm"),
    ],
)
def test_what_a_sound_before_it_sounds_like_is_no_other_sound(prompt: str, sound: str) -> None:
    assert [part.name for part in parse_sound(prompt).request.parts] == [sound]


@pytest.mark.parametrize(
    ("prompt", "mode", "sounds"),
    [
        ("arrow whooshing past", "sfx", ["whoosh"]),
        ("robot powering down", "sfx", ["power_up"]),
        ("rolling thunder", "ambience", ["thunder"]),
        ("breaking waves", "ambience", ["ocean"]),
    ],
)
def test_a_form_of_a_word_names_a_sound_only_beside_what_has_it(
    prompt: str, mode: str, sounds: list[str]
) -> None:
    request = parse_sound(prompt).request
    assert (request.mode, [part.name for part in request.parts]) == (mode, sounds)


def test_adverbs_turn_dials_as_their_adjectives_do() -> None:
    assert parse_sound("rain falling heavily").request.parts[0].traits == {"intensity": 0.8}
    assert parse_sound("rain falling gently").request.parts[0].traits == {"intensity": 0.15}


STYLES_SAID = [card for card in sound_vocabulary().values() if card.mode == "music"]


@pytest.mark.parametrize("card", STYLES_SAID, ids=lambda card: card.name)
def test_words_that_are_said_of_music_name_a_style_where_music_is_named(card) -> None:  # noqa: ANN001
    for word in card.also:
        request = parse_sound(f"{word} soundtrack").request
        assert (request.mode, [part.name for part in request.parts]) == ("music", [card.name]), word
        assert parse_sound(f"{word} footsteps").request.mode != "music"
        assert [part.name for part in parse_sound(f"{word} techno music").request.parts] == ["techno"]


@pytest.mark.parametrize(
    ("prompt", "style"),
    [
        ("happy music", "chiptune"),
        ("sad song", "lofi"),
        ("tense soundtrack", "tension"),
        ("music", "lofi"),
    ],
)
def test_music_without_a_style_has_one_that_suits_its_mood_and_says_so(prompt: str, style: str) -> None:
    parsed = parse_sound(prompt)
    assert [part.name for part in parsed.request.parts] == [style]
    assert any("No style of music is named" in warning for warning in parsed.report.warnings)


@pytest.mark.parametrize("prompt", ["reggae song", "coin sound", "rain without music", "dreamy forest"])
def test_no_style_is_taken_where_another_is_named_or_no_music(prompt: str) -> None:
    parsed = parse_sound(prompt)
    assert parsed.request.mode != "music"
    assert not parsed.report.warnings


def test_synonyms_are_of_sounds_and_of_choices_that_there_are() -> None:
    synonyms = read_words("sound_synonyms")
    assert synonyms.keys() <= load_sounds().sounds.keys() | {"every"}
    assert all(table.keys() <= {"words", "also", "places", "options"} for table in synonyms.values())


def test_no_synonym_is_a_name_of_the_catalog_or_written_twice() -> None:
    for name, table in read_words("sound_synonyms").items():
        if name == "every":
            continue
        card = load_sounds().sounds[name]
        pairs = [(table.get("words", []), card.words), (table.get("also", []), card.also)]
        for option, values in table.get("options", {}).items():
            pairs += [(phrases, card.options[option][value]) for value, phrases in values.items()]
        for phrases, names in pairs:
            plain = [phrase for phrase in phrases if "/" not in phrase]
            assert len(set(plain)) == len(plain), name
            assert not set(plain) & set(names), name


def test_a_phrase_of_synonyms_stands_for_many() -> None:
    for prompt in ("opening menu", "opens menu", "opens pause menu", "quest log opened"):
        assert [part.name for part in parse_sound(prompt).request.parts] == ["open_menu"], prompt


def test_ordinary_words_are_words_of_no_sound() -> None:
    assert not set(read_words("ordinary")["words"].split()) & load_sound_lexicon().words


def test_every_mood_has_a_style() -> None:
    moods = {mood for card in load_sounds().of_mode("music") for mood in card.suits}
    senses = [sense for found in load_sound_lexicon().phrases.values() for sense in found]
    assert moods == {sense.value for sense in senses if sense.kind == "mood"}


def test_a_mood_that_names_a_style_is_still_a_mood() -> None:
    request = parse_sound("battle theme").request
    assert (request.parts[0].name, request.mood) == ("orchestral", "epic")


def test_nothing_is_taken_out_of_music_and_the_report_says_so() -> None:
    report = parse_sound("heroic overture, no drums, no vocals").report
    assert [(item.text, item.reason) for item in report.ignored] == [
        ("drums", "nothing is taken out of music")
    ]


def test_what_is_listed_in_the_plural_is_meant_in_the_plural() -> None:
    assert [part.name for part in parse_sound("quiet woods").request.parts] == ["birds", "wind"]
    chopped = parse_sound("axe chopping wood").request.parts
    assert [(part.name, part.options) for part in chopped] == [("impact", {"matter": "wood"})]


def test_of_two_places_the_first_counts() -> None:
    request = parse_sound("birds in a tropical garden").request
    assert request.parts[0].options == {"place": "jungle"}


def test_an_adjective_of_many_things_tells_of_none() -> None:
    assert [part.name for part in parse_sound("heavy shot").request.parts] == ["gunshot"]


@pytest.mark.parametrize(
    "prompt",
    ["fresh snow footsteps", "cape flutter whoosh", "sword dancing", "explore", "a werewolf hurls a clone"],
)
def test_a_word_of_its_own_is_no_slip_of_the_pen(prompt: str) -> None:
    assert parse_sound(prompt).report.warnings == ()


@pytest.mark.parametrize("prompt", ["knock on the door", "knock on a door", "jump into the water"])
def test_articles_within_a_phrase_do_not_matter(prompt: str) -> None:
    without = prompt.replace(" the ", " ").replace(" a ", " ")
    assert parse_sound(prompt).request == parse_sound(without).request


@pytest.mark.parametrize("card", load_sounds().sounds.values(), ids=lambda card: card.name)
def test_every_choice_of_a_card_can_be_said(card) -> None:  # noqa: ANN001
    for option, values in card.options.items():
        for value, words in values.items():
            said = {
                parse_sound(f"{word} {card.words[0]}", mode=card.mode).request.parts[0].options.get(option)
                for word in words
            }
            assert value in said, f"{option} = {value}"


@pytest.mark.parametrize(
    ("prompt", "sound", "trait", "least", "most"),
    [
        ("heavy rain", "rain", "intensity", 0.7, 1.0),
        ("very light rain", "rain", "intensity", 0.0, 0.1),
        ("distant thunder with rain", "thunder", "distance", 0.7, 1.0),
        ("fast footsteps", "footsteps", "speed", 0.8, 1.0),
        ("huge explosion", "explosion", "size", 0.8, 1.0),
        ("deep engine hum", "engine", "height", 0.0, 0.3),
        ("short whoosh", "whoosh", "length", 0.4, 0.8),
        ("three gunshots", "gunshot", "repeats", 3, 3),
    ],
)
def test_adjectives_turn_the_dials_of_their_sound(
    prompt: str, sound: str, trait: str, least: float, most: float
) -> None:
    part = next(part for part in parse_sound(prompt).request.parts if part.name == sound)
    assert least <= part.traits[trait] <= most


def test_music_has_tempo_key_bars_and_mood() -> None:
    request = parse_sound("melancholic lo-fi beat in F# minor, 84 bpm, 16 bars").request
    assert (request.bpm, request.key, request.bars, request.mood) == (84.0, "f# minor", 16, "sad")


@pytest.mark.parametrize(
    ("prompt", "mode", "sound", "options"),
    [
        ("wind howling around an old house", "ambience", "wind", {"place": "house"}),
        ("old house with the wind howling", "ambience", "wind", {"place": "house"}),
        ("house music with wind", "music", "techno", {}),
        ("house beat", "music", "techno", {}),
        ("breeze over a meadow", "ambience", "wind", {"place": "open"}),
        ("rain over the pond", "ambience", "rain", {"ground": "puddle"}),
    ],
)
def test_a_house_is_a_place_unless_music_or_a_tempo_is_named(
    prompt: str, mode: str, sound: str, options: dict[str, str]
) -> None:
    request = parse_sound(prompt).request
    assert (request.mode, request.parts[0].name, len(request.parts)) == (mode, sound, 1)
    assert dict(request.parts[0].options) == options


def test_tempo_says_nothing_of_rain() -> None:
    report = parse_sound("rain at 120 bpm").report
    assert [item.text for item in report.ignored] == ["120 bpm"]


def test_distant_and_soft_parts_are_quieter_than_near_ones() -> None:
    far = parse_sound("rain with distant thunder").request.parts[1].amount
    near = parse_sound("rain with thunder").request.parts[1].amount
    assert far < 0.8 * near


def test_the_negative_prompt_takes_sounds_away() -> None:
    request = parse_sound("thunderstorm", negative="thunder").request
    assert [part.name for part in request.parts] == ["rain", "wind"]


def test_the_report_is_that_of_every_kind() -> None:
    report = parse_prompt("rain on a roof with thunder", kind="audio").report
    shown = report.to_json()
    assert shown["base"] == "rain"
    assert shown["options"] == {"ground": "roof"}
    assert [layer["name"] for layer in shown["layers"]] == ["thunder"]
    assert "rain" in report.to_text()


def test_strict_prompts_refuse_what_is_not_understood() -> None:
    with pytest.raises(SpecError, match="blorp"):
        check_strict(parse_sound("rain on a blorp").report)
    with pytest.raises(SpecError, match="names no sound"):
        check_strict(parse_sound("seamless loop").report)


@given(st.text(max_size=200))
def test_no_text_is_too_odd_to_read(text: str) -> None:
    parsed = parse_sound(text)
    for span in parsed.report.spans:
        assert text[span.start : span.end] == span.text
