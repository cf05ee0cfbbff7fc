"""The words that prompts for sounds use: names of sounds and scenes, their choices, traits, moods, and grammar words.

Every phrase is kept under the same key as in `lexicon`: lower case, American spelling, each word in the singular.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from assetgen.backends.procedural.catalog.sounds import SoundCatalog, load_sounds
from assetgen.backends.procedural.grammar.lexicon import load_lexicon
from assetgen.backends.procedural.grammar.match import damerau_levenshtein
from assetgen.backends.procedural.grammar.senses import read_words

LONGEST: Final = 4
"""Words of the longest phrase."""
_NAMES: Final = ("sound", "scene", "option", "beyond", "mood", "mode", "trait")


@dataclass(frozen=True, slots=True)
class SoundSense:
    """One thing that a phrase may stand for.

    Args:
        kind: sound, scene, option, trait, mood, mode, connector, degree, beyond, no_effect or stop.
        value: its id within the kind; of an option "ground=roof".
        amount: of a trait or degree.
        owner: of an option, the sound that has it; of what is beyond, what comes nearest.
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

    def correct(self, word: str) -> str | None:
        """Return the word that a misspelt one most likely means, or None."""
        if len(word) < 4 or not word.isascii() or not word.isalpha() or word in self.words:
            return None
        limit = 2 if len(word) >= 7 else 1
        found = [
            (edits, target)
            for target in self.targets
            if target[0] == word[0] and abs(len(target) - len(word)) <= limit and len(target) >= 4
            if (edits := damerau_levenshtein(word, target, limit=limit)) <= limit
        ]
        return min(found)[1] if found else None

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
    for phrase, sense in (*_catalog_senses(load_sounds()), *_word_senses()):
        found = senses.setdefault(common.key(phrase.replace("-", " ").split()), [])
        if sense not in found:
            found.append(sense)
    lexicon = SoundLexicon(phrases={key: tuple(found) for key, found in senses.items()})
    for key, found in lexicon.phrases.items():
        lexicon.words.update(key.split())
        if " " not in key and any(sense.kind in _NAMES for sense in found):
            lexicon.targets.add(key)
    return lexicon


def _catalog_senses(catalog: SoundCatalog) -> Iterator[tuple[str, SoundSense]]:
    for name, card in catalog.sounds.items():
        for phrase in (name.replace("_", " "), *card.words):
            yield phrase, SoundSense("sound", name)
        for option, values in card.options.items():
            for value, phrases in values.items():
                for phrase in phrases:
                    yield phrase, SoundSense("option", f"{option}={value}", owner=name)
    for name, scene in catalog.scenes.items():
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
