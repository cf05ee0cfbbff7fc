"""What the library holds, for people and programs: the overview, one entry in full, and everything as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from assetgen.backends.procedural.catalog.catalog import (
    CATEGORIES,
    LayerCard,
    MaterialCard,
    Parameter,
    StyleCard,
    load_catalog,
)
from assetgen.backends.procedural.catalog.params import limits
from assetgen.backends.procedural.catalog.sounds import SceneCard, ScenePart, SoundCard, load_sounds
from assetgen.backends.procedural.grammar.lexicon import load_lexicon
from assetgen.backends.procedural.grammar.senses import read_words
from assetgen.backends.procedural.grammar.sound_words import load_sound_lexicon
from assetgen.errors import SpecError
from assetgen.specs.wording import did_you_mean

SurfaceEntry = MaterialCard | LayerCard | StyleCard
SoundEntry = SoundCard | SceneCard
Entry = SurfaceEntry | SoundEntry

_WIDTH: Final = 110
_COVERS: Final = {"skin": "as a coat that breaks off", "heap": "loose, from the low places up"}
_SHOWN_WORDS: Final = 6
_IS: Final = {"ambience": "ambience", "sfx": "effect", "music": "music"}
_SOUND_TITLES: Final = {
    "ambience": "ambiences, sounds that go round",
    "sfx": "effects, sounds that happen once",
    "music": "music, loops of whole bars with stems",
}


def overview() -> str:
    """Return everything by category, a line each."""
    catalog, sounds = load_catalog(), load_sounds()
    lines = [
        f"{len(catalog.materials)} materials, {len(catalog.layers)} layers, {len(catalog.styles)} styles, "
        f"{len(sounds.sounds) + len(sounds.scenes)} sounds. "
        "`assetgen catalog NAME` tells all about one, `--page FILE` shows them all."
    ]
    for category in CATEGORIES:
        cards = [card for card in catalog.materials.values() if card.category == category]
        lines += _section(category, cards) if cards else []
    lines += _section("layers, over or in any material", catalog.layers.values())
    lines += _section("styles, over any material", catalog.styles.values())
    for mode, title in _SOUND_TITLES.items():
        lines += _section(title, sounds.of_mode(mode))
        if mode == "ambience":
            lines += _section("scenes, of several ambiences", sounds.scenes.values())
    return "\n".join(lines)


def find_entry(name: str) -> Entry:
    """Return the card of a material, layer, style or sound, by its id or by a word that chooses it.

    An id comes before a word. A word for a surface and for a sound means the surface if its card has the word, and
    the sound otherwise; `also_means` tells the other.

    Raises:
        SpecError: the library has nothing of that name.
    """
    catalog, sounds = load_catalog(), load_sounds()
    wanted = name.strip().lower().replace(" ", "_").replace("-", "_")
    for cards in (catalog.materials, catalog.layers, catalog.styles, sounds.sounds, sounds.scenes):
        if wanted in cards:
            return cards[wanted]
    surface, sound = _surface_by_word(wanted), _sound_by_word(wanted)
    if surface is not None and (sound is None or _has_word(surface, wanted)):
        return surface
    if sound is not None:
        return sound
    names = [*catalog.materials, *catalog.layers, *catalog.styles, *sounds.sounds, *sounds.scenes]
    near = did_you_mean(name, names)
    advice = near if near.startswith("did") else "`assetgen catalog` lists what there is."
    raise SpecError(f'the library has no "{name}"; {advice}')


def also_means(name: str, card: Entry) -> Entry | None:
    """Return what a name that found a card means besides: for sounds if the card is a surface, and the other way."""
    wanted = name.strip().lower().replace(" ", "_").replace("-", "_")
    is_sound = isinstance(card, SoundCard | SceneCard)
    return _surface_by_word(wanted) if is_sound else _sound_by_word(wanted)


def _surface_by_word(wanted: str) -> SurfaceEntry | None:
    catalog, lexicon = load_catalog(), load_lexicon()
    tables = {"base": catalog.materials, "family": catalog.materials, "layer": catalog.layers}
    for sense in lexicon.phrases.get(lexicon.key(wanted.split("_")), ()):
        found = {**tables, "style": catalog.styles}.get(sense.kind, {}).get(sense.value)
        if found is not None:
            return found
    return None


def _sound_by_word(wanted: str) -> SoundEntry | None:
    sounds = load_sounds()
    tables: dict[str, Mapping[str, SoundEntry]] = {"sound": sounds.sounds, "scene": sounds.scenes}
    for sense in load_sound_lexicon().phrases.get(load_lexicon().key(wanted.split("_")), ()):
        if sense.kind in tables:
            return tables[sense.kind][sense.value]
    return None


def _has_word(card: SurfaceEntry, wanted: str) -> bool:
    words = (*card.nouns, *card.adjectives) if isinstance(card, LayerCard) else card.words
    key = load_lexicon().key
    return key(wanted.split("_")) in {key(word.split()) for word in words}


def describe_entry(card: Entry) -> str:
    """Return one entry in full."""
    lines = [f"{_label(card.name)}: {card.about}", ""]
    if isinstance(card, MaterialCard):
        lines += _material_lines(card)
    elif isinstance(card, SoundCard):
        lines += _sound_lines(card)
    elif isinstance(card, SceneCard):
        lines += [*_wrapped("words", card.words), *_wrapped("made of", map(part_words, card.parts))]
    elif isinstance(card, LayerCard):
        lines += _wrapped("nouns", [f"{word} {amount:g}" for word, amount in card.nouns.items()])
        lines += _wrapped("adjectives", [f"{word} {amount:g}" for word, amount in card.adjectives.items()])
        lines += [
            "",
            "The number is how much the word alone means, 0 to 1; degree words and percentages change it.",
        ]
    else:
        lines += _wrapped("words", card.words)
    return "\n".join(lines)


def to_json(card: Entry) -> dict[str, Any]:
    """Return one entry as plain JSON."""
    head = {"name": card.name, "about": card.about}
    if isinstance(card, LayerCard):
        return {**head, "is": "layer", "nouns": dict(card.nouns), "adjectives": dict(card.adjectives)}
    if isinstance(card, StyleCard):
        return {**head, "is": "style", "words": list(card.words)}
    if isinstance(card, SceneCard):
        parts = [
            {
                "sound": part.sound,
                "amount": part.amount,
                "traits": dict(part.traits),
                "options": dict(part.options),
            }
            for part in card.parts
        ]
        return {**head, "is": "scene", "words": list(card.words), "parts": parts}
    if isinstance(card, SoundCard):
        return {
            **head,
            "is": _IS[card.mode],
            "words": list(card.words),
            "parameters": [_sound_parameter_json(parameter) for parameter in card.parameters],
            "options": _options_json(card),
            "implied": {word: dict(asked) for word, asked in card.implied.items()},
            **({"bpm": list(card.bpm), "scales": list(card.scales), "mood": card.mood} if card.bpm else {}),
        }
    return {
        **head,
        "is": "material",
        "category": card.category,
        "tile_m": card.tile_m,
        "covers": card.covers or None,
        "words": list(card.words),
        "parameters": [_parameter_json(parameter) for parameter in card.parameters],
        "options": _options_json(card),
    }


def _options_json(card: MaterialCard | SoundCard) -> dict[str, Any]:
    return {
        name: {value: list(words) for value, words in values.items()} for name, values in card.options.items()
    }


def all_to_json() -> dict[str, Any]:
    """Return the whole catalog as plain JSON."""
    catalog, sounds = load_catalog(), load_sounds()
    return {
        "materials": [to_json(card) for card in catalog.materials.values()],
        "layers": [to_json(card) for card in catalog.layers.values()],
        "styles": [to_json(card) for card in catalog.styles.values()],
        "sounds": [to_json(card) for card in (*sounds.sounds.values(), *sounds.scenes.values())],
    }


@cache
def trait_words() -> Mapping[str, tuple[str, ...]]:
    """Return, by trait, the words that turn it, the strongest first."""
    found: dict[str, dict[str, float]] = {}
    lexicon = load_lexicon()
    for phrase, senses in lexicon.phrases.items():
        for sense in senses:
            if sense.kind in ("trait", "content"):
                away = abs(sense.amount - lexicon.traits[sense.value].neutral)
                found.setdefault(sense.value, {})[phrase] = away
    return {
        trait: tuple(sorted(words, key=lambda word: (-words[word], word))) for trait, words in found.items()
    }


def prompt_words(parameter: Parameter, most: int = _SHOWN_WORDS) -> tuple[str, ...]:
    """Return words of a prompt that move a parameter."""
    traits = (*parameter.traits, *(("scale",) if parameter.scales else ()))
    lists = [trait_words().get(trait, ()) for trait in traits]
    return tuple(dict.fromkeys(word for words in lists for word in words[: most // max(len(lists), 1)]))


def sound_words_of(parameter: Parameter) -> tuple[str, ...]:
    """Return words of a prompt that turn a parameter: of each trait one for every amount, the low end's first."""
    is_turned = parameter.ends[0] > parameter.ends[1]
    lists = [_sound_trait_words().get(trait, ()) for trait in parameter.traits]
    return tuple(dict.fromkeys(word for words in lists for word in (reversed(words) if is_turned else words)))


@cache
def _sound_trait_words() -> Mapping[str, tuple[str, ...]]:
    """Return by trait a word for every amount of it, from the least to the most."""
    return {
        trait: tuple(amounts[amount][0] for amount in sorted(amounts, key=float))
        for trait, amounts in read_words("sounds")["trait"].items()
    }


def part_words(part: ScenePart) -> str:
    """Return a part of a scene in words: "wind (15%, place trees, intensity 0.1)"."""
    asked = _asked({**part.options, **part.traits})
    return f"{_label(part.sound)} ({part.amount:.0%}{', ' if asked else ''}{asked})"


def _asked(asked: Mapping[str, str | float]) -> str:
    return ", ".join(
        f"{name} {value}" if isinstance(value, str) else f"{name} {value:g}" for name, value in asked.items()
    )


def _sound_parameter_json(parameter: Parameter) -> dict[str, Any]:
    words = list(sound_words_of(parameter))
    return {**_parameter_head(parameter), "traits": list(parameter.traits), "words": words}


def _parameter_head(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "doc": parameter.doc,
        "unit": parameter.unit or None,
        "low": parameter.low,
        "high": parameter.high,
    }


def _parameter_json(parameter: Parameter) -> dict[str, Any]:
    return {
        **_parameter_head(parameter),
        "distribution": "uniform",
        "limits": list(limits(parameter)),
        "words": list(prompt_words(parameter)),
    }


def _section(title: str, cards: Iterable[Entry]) -> list[str]:
    return ["", title, *(f"  {_label(card.name):<22} {card.about}" for card in cards)]


def _material_lines(card: MaterialCard) -> list[str]:
    lines = [f"tile         {card.tile_m:g} m"]
    if card.covers:
        lines.append(f"over others  {_COVERS[card.covers]}")
    lines += _wrapped("words", card.words)
    for name, values in card.options.items():
        lines += _wrapped(name, [f"{value} ({words[0]})" for value, words in values.items()])
    if card.parameters:
        lines += [
            "",
            "params of a prompt file; the seed draws from the range unless the file or a word says more:",
        ]
    for parameter in card.parameters:
        unit = f" {parameter.unit}" if parameter.unit else ""
        told = ", ".join(prompt_words(parameter))
        lines.append(f"  {parameter.name:<16} {parameter.low:g} to {parameter.high:g}{unit}  {parameter.doc}")
        lines += [f"  {'':<16} words: {told}"] if told else []
    return lines


def _sound_lines(card: SoundCard) -> list[str]:
    lines = [f"{'is':<12} {_IS[card.mode]}", *_wrapped("words", card.words)]
    for name, values in card.options.items():
        lines += ["", f"{name}, the first unless a word says another:"]
        for value, words in values.items():
            lines += [f"  {line}" for line in _wrapped(value, words)]
    if card.implied:
        brought = [f"{word} ({_asked(asked)})" for word, asked in card.implied.items()]
        lines += ["", *_wrapped("implied", brought)]
    if card.parameters:
        lines += ["", "what the seed draws from the range unless a word of the prompt says more:"]
    for parameter in card.parameters:
        unit = f" {parameter.unit}" if parameter.unit else ""
        told = ", ".join(sound_words_of(parameter))
        lines.append(f"  {parameter.name:<16} {parameter.low:g} to {parameter.high:g}{unit}  {parameter.doc}")
        lines += [f"  {'':<16} words: {told}"] if told else []
    return lines + (_music_lines(card) if card.bpm else [])


def _music_lines(card: SoundCard) -> list[str]:
    light, dark = card.scales
    return [
        "",
        "what the seed draws unless the prompt says more:",
        f"  {'tempo':<16} {card.bpm[0]:g} to {card.bpm[1]:g} beats a minute",
        f"  {'scale':<16} {light if light == dark else f'{light}, in dark moods {dark}'}",
        f"  {'mood':<16} {card.mood}",
    ]


def _wrapped(name: str, words: Iterable[str]) -> list[str]:
    text = ", ".join(words)
    return textwrap.wrap(f"{name:<12} {text}", _WIDTH, subsequent_indent=" " * 13)


def _label(name: str) -> str:
    return name.replace("_", " ")
