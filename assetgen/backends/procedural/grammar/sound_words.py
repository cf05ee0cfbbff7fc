"""The words that prompts for sounds use: names of sounds and scenes, their choices, traits, moods, and grammar words.

Every phrase is kept under the same key as in `lexicon`: lower case, American spelling, each word in the singular.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from typing import Any, Final

from assetgen.backends.procedural.catalog.sounds import SoundCard, load_sounds
from assetgen.backends.procedural.grammar.lexicon import load_lexicon
from assetgen.backends.procedural.grammar.match import damerau_levenshtein
from assetgen.backends.procedural.grammar.senses import read_words

LONGEST: Final = 4
"""Words of the longest phrase."""
_VERBS: Final = ("sound", "also", "option", "beyond")
_ENDINGS: Final = {
    "ing": (("", "e"), _VERBS),
    "ed": (("", "e"), _VERBS),
    "ily": (("y",), ("trait",)),
    "ly": (("", "le"), ("trait",)),
}
"""Endings of forms that are not listed, what may stand in their place, and the kinds of words that have them."""
_NAMES: Final = ("sound", "scene", "option", "beyond", "mood", "mode", "trait")


@dataclass(frozen=True, slots=True)
class SoundSense:
    """One thing that a phrase may stand for.

    Args:
        kind: sound, also (a sound where others tell of it), scene, option, place, trait, mood, mode, connector,
            degree, beyond, no_effect or stop; of phrases of a prompt also break, and aside for what might
            have named a sound and does not.
        value: its id within the kind; of an option "ground=roof".
        amount: of a trait or degree.
        owner: of an option or place, the sound that has it; of what is beyond, what comes nearest.
    """

    kind: str
    value: str
    amount: float = 0.0
    owner: str = ""


@dataclass(slots=True)
class SoundLexicon:
    """Compiled lookups; built once and never changed afterwards."""

    phrases: dict[str, tuple[SoundSense, ...]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    targets: set[str] = field(default_factory=set)
    implied: dict[tuple[str, str], Mapping[str, str | float]] = field(default_factory=dict)
    """By sound and phrase, the choices and traits that it brings along."""
    plain: frozenset[str] = frozenset()
    """Words of other things, which are no slips of the pen."""
    plurals: frozenset[tuple[str, SoundSense]] = frozenset()
    """Keys and senses that are listed in the plural alone: one walks in the woods, and on wood."""
    noises: frozenset[str] = frozenset()
    """What an effect before them sounds like."""

    def correct(self, word: str) -> str | None:
        """Return the word that a misspelt one most likely means, or None."""
        if len(word) < 4 or not word.isascii() or not word.isalpha():
            return None
        if word in self.words or word in self.plain:
            return None
        limit = 2 if len(word) >= 8 else 1
        found = [
            (edits, target)
            for target in self.targets
            if target[0] == word[0] and abs(len(target) - len(word)) <= limit and len(target) >= 4
            if (edits := damerau_levenshtein(word, target, limit=limit)) <= limit
        ]
        return min(found)[1] if found else None

    def stem(self, word: str) -> str | None:
        """Return the known word of which one is a form ("loudly", "dripped"), or None."""
        for ending, (others, kinds) in _ENDINGS.items():
            bare = word.removesuffix(ending)
            if len(bare) < 3 or bare == word:
                continue
            doubled = [bare[:-1]] if bare[-1] == bare[-2] else []
            for form in (*(bare + other for other in others), *doubled):
                if any(sense.kind in kinds for sense in self.phrases.get(form, ())):
                    return form
        return None

    def suggest(self, word: str) -> tuple[str, ...]:
        """Return up to three names that look like a word."""
        near = [
            (damerau_levenshtein(word, target, limit=3), target)
            for target in self.targets
            if word and target[0] == word[0] and abs(len(target) - len(word)) <= 3
        ]
        return tuple(target for edits, target in sorted(near)[:3] if edits <= 3)


@cache
def load_sound_lexicon() -> SoundLexicon:
    """Return the lexicon of this process, compiled at the first call."""
    common = load_lexicon()
    senses: dict[str, list[SoundSense]] = {}
    singular: set[tuple[str, SoundSense]] = set()
    cards = sound_vocabulary()
    for phrase, sense in (*_sound_senses(cards), *_scene_senses(), *_word_senses()):
        key = common.key(phrase.replace("-", " ").split())
        found = senses.setdefault(key, [])
        if sense not in found:
            found.append(sense)
        if " " in key or not phrase.endswith("s") or key.endswith("s"):
            singular.add((key, sense))
    for key, found in senses.items():
        found += _named_inside(key, senses)
    lexicon = SoundLexicon(phrases={key: tuple(found) for key, found in senses.items()})
    every = {(key, sense) for key, found in lexicon.phrases.items() for sense in found if " " not in key}
    lexicon.plurals = frozenset(every - singular)
    lexicon.plain = frozenset(common.words) | frozenset(read_words("ordinary")["words"].split())
    lexicon.noises = frozenset(read_words("sounds")["words"]["noise"].split())
    for name, card in cards.items():
        brought = {common.key(phrase.split()): own for phrase, own in {**card.implied, **card.places}.items()}
        for key in {*brought, *(common.key(phrase.split()) for phrase in card.words)}:
            inner = [brought[part] for part in _inside(key) if part in brought and part not in card.places]
            told = dict(_told_inside(key, name, lexicon.phrases))
            together: dict[str, str | float] = {}
            for more in (*inner, told, brought.get(key, {})):
                together.update(more)
            lexicon.implied[name, key] = together
    for key, found in lexicon.phrases.items():
        lexicon.words.update(key.split())
        if " " not in key and any(sense.kind in _NAMES for sense in found):
            lexicon.targets.add(key)
    return lexicon


def _named_inside(key: str, senses: Mapping[str, Sequence[SoundSense]]) -> list[SoundSense]:
    """Return the sounds that a choice names besides: a silenced pistol is a gun by itself."""
    found = senses[key]
    if " " not in key or any(sense.kind in ("sound", "scene", "also") for sense in found):
        return []
    owners = {sense.owner: None for sense in found if sense.kind == "option"}
    inside = {sense.value for part in _inside(key) for sense in senses.get(part, ()) if sense.kind == "sound"}
    return [SoundSense("sound", owner) for owner in owners if owner in inside]


def _told_inside(
    key: str, name: str, phrases: Mapping[str, Sequence[SoundSense]]
) -> Iterator[tuple[str, str]]:
    """Yield the choices that the words of a name make by themselves: a boxing bell is one for boxing."""
    for part in _inside(key):
        for sense in phrases.get(part, ()):
            if sense.kind == "option" and sense.owner == name:
                option, _, value = sense.value.partition("=")
                yield option, value


def _inside(key: str) -> Iterator[str]:
    """Yield the phrases within a phrase, the shortest first, itself last."""
    words = key.split()
    for count in range(1, len(words) + 1):
        for start in range(len(words) - count + 1):
            yield " ".join(words[start : start + count])


@cache
def sound_vocabulary() -> Mapping[str, SoundCard]:
    """Return the cards of the catalog with all that users write for them, by name."""
    synonyms = read_words("sound_synonyms")
    every = synonyms.pop("every")["options"]
    return {
        name: _widened(card, synonyms.get(name, {}), every) for name, card in load_sounds().sounds.items()
    }


def _widened(card: SoundCard, table: Mapping[str, Any], every: Mapping[str, Any]) -> SoundCard:
    options = {option: dict(values) for option, values in card.options.items()}
    common = [(option, values) for option, values in every.items() if option in options]
    for option, values in (*common, *table.get("options", {}).items()):
        for value, phrases in values.items():
            options[option][value] = (*options[option][value], *_spelled_out(phrases))
    return replace(
        card,
        words=(*card.words, *_spelled_out(table.get("words", ()))),
        also=(*card.also, *_spelled_out(table.get("also", ()))),
        places={**table.get("places", {}), **card.places},
        options=options,
    )


def _spelled_out(phrases: Sequence[str]) -> Iterator[str]:
    """Yield every phrase that "opens/opening menu/pause_menu" stands for."""
    for phrase in phrases:
        for words in product(*(word.split("/") for word in phrase.split())):
            yield " ".join(words).replace("_", " ")


def _sound_senses(cards: Mapping[str, SoundCard]) -> Iterator[tuple[str, SoundSense]]:
    for name, card in cards.items():
        for phrase in (name.replace("_", " "), *card.words):
            yield phrase, SoundSense("sound", name)
        yield from ((phrase, SoundSense("also", name)) for phrase in card.also)
        yield from ((phrase, SoundSense("place", phrase, owner=name)) for phrase in card.places)
        for option, values in card.options.items():
            for value, phrases in values.items():
                for phrase in phrases:
                    yield phrase, SoundSense("option", f"{option}={value}", owner=name)


def _scene_senses() -> Iterator[tuple[str, SoundSense]]:
    for name, scene in load_sounds().scenes.items():
        yield from ((phrase, SoundSense("scene", name)) for phrase in (name, *scene.words))


def _word_senses() -> Iterator[tuple[str, SoundSense]]:
    words = read_words("sounds")
    for trait, table in words["trait"].items():
        for amount, phrases in table.items():
            yield from ((phrase, SoundSense("trait", trait, float(amount))) for phrase in phrases)
    for kind in ("mood", "mode", "connector"):
        for value, phrases in words[kind].items():
            yield from ((phrase, SoundSense(kind, value)) for phrase in phrases)
    for name, entry in words["beyond"].items():
        nearest = " ".join(entry["nearest"])
        yield from ((phrase, SoundSense("beyond", name, owner=nearest)) for phrase in entry["words"])
    praise = (*words["words"]["no_effect"].split(), *words["words"]["no_effect_phrases"])
    yield from ((phrase, SoundSense("no_effect", phrase)) for phrase in praise)
    common = read_words("words")
    for amount, phrases in common["degree"]["times"].items():
        yield from ((phrase, SoundSense("degree", phrase, float(amount))) for phrase in phrases)
    stops = (*common["stop"].split(), *common["stop_phrases"])
    yield from ((phrase, SoundSense("stop", phrase)) for phrase in stops)
