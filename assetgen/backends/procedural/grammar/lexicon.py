"""The words that the grammar knows, read once per process from the TOML files beside this module.

Every phrase is kept under one key: lower case, American spelling, each word in the singular. A phrase may
have several senses ("dirt" is a base and a trait, "rust" a layer and a color); `meaning` decides by position.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import pairwise
from typing import Any, Final

from assetgen.backends.procedural.catalog.catalog import Catalog, load_catalog
from assetgen.backends.procedural.grammar.color import Shade
from assetgen.backends.procedural.grammar.senses import (
    Sense,
    color_senses,
    grammar_senses,
    layer_senses,
    material_senses,
    noun_senses,
    part_senses,
    read_words,
    style_senses,
    trait_senses,
)
from assetgen.backends.table import BACKENDS

LONGEST_PHRASE: Final = 5
"""The most words that a phrase of the lexicon may have."""

_FUZZY_KINDS: Final = frozenset(
    {"base", "layer", "trait", "option", "kin", "family", "beyond", "beyond_layer", "part", "style"}
)


@dataclass(frozen=True, slots=True)
class Trait:
    """How far a dial of the material goes, and where it changes nothing."""

    low: float
    high: float
    neutral: float
    multiplies: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a material with a color of its own: mortar, paint."""

    recipes: tuple[str, ...]
    role: str
    thin: frozenset[str]
    wide: frozenset[str]


@dataclass(slots=True)
class Lexicon:
    """Compiled lookups; built by `load_lexicon` and never changed afterwards."""

    phrases: dict[str, tuple[Sense, ...]] = field(default_factory=dict)
    spelling: dict[str, str] = field(default_factory=dict)
    traits: dict[str, Trait] = field(default_factory=dict)
    shades: dict[str, Shade] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    implied: dict[str, dict[str, str | float]] = field(default_factory=dict)
    absorbs: dict[str, frozenset[str]] = field(default_factory=dict)
    recipes: tuple[str, ...] = ()
    category: dict[str, str] = field(default_factory=dict)  # recipe -> its category
    covers: dict[str, str] = field(default_factory=dict)  # recipe -> how it can lie over another, "" for not
    natural: frozenset[str] = frozenset()  # recipes on which a metal's name means its hue
    elsewhere: str = ""  # what could make a thing that is beyond the library
    before_noun: frozenset[str] = frozenset()
    kind_plural: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # every word of every phrase -> what kind it is of
    forms: dict[str, str] = field(default_factory=dict, compare=False)  # what `normal_form` found before
    followers: dict[str, set[str]] = field(default_factory=dict)  # word -> those that come next in some name
    leaders: dict[str, set[str]] = field(
        default_factory=dict
    )  # word -> those that come before it in some name
    targets: dict[str, str] = field(default_factory=dict)  # what a misspelt word may be corrected to -> kind

    def key(self, words: Iterable[str]) -> str:
        """Return the key under which these words would be stored."""
        return " ".join(self.normal_form(word) for word in words)

    def normal_form(self, word: str) -> str:
        """Return the word in American spelling and in the singular."""
        form = self.forms.get(word)
        if form is None:
            form = self.spelling.get(word, word)
            form = singular(_american(form))
            form = self.spelling.get(form, form)
            if len(self.forms) < _REMEMBERED_FORMS:
                self.forms[word] = form
        return form


def singular(word: str) -> str:
    """Return the word without its plural ending; words that merely look plural lose nothing they need."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def _american(word: str) -> str:
    if "is" not in word or word.endswith(_NOT_BRITISH):
        return word
    for british, american in (("ise", "ize"), ("ised", "ized"), ("ising", "izing"), ("isation", "ization")):
        if len(word) > len(british) + 3 and word.endswith(british):
            return word[: -len(british)] + american
    return word


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon of this process, compiled at the first call."""
    words = read_words("words")
    lexicon = Lexicon(spelling=dict(words["spelling"]))
    senses: dict[str, list[Sense]] = {}
    catalog = load_catalog()
    traits = read_words("traits")
    _describe(lexicon, words, catalog, traits)
    groups = (
        grammar_senses(words),
        material_senses(catalog, partial(_key, lexicon)),
        layer_senses(catalog),
        trait_senses(traits),
        style_senses(catalog),
        part_senses(words),
        noun_senses(words),
        color_senses(words),
    )
    for group in groups:
        for phrase, sense in group:
            found = senses.setdefault(_key(lexicon, phrase), [])
            if not found or not any(_is_same(known, sense) for known in found):
                found.append(sense)
    _drop_spelt_out(senses, lexicon, frozenset(words["mend"]["colors"].split()))
    _let_verbs_stand_alone(senses)
    lexicon.phrases = {key: tuple(found) for key, found in senses.items() if found}
    _index_words(lexicon, words)
    return lexicon


def _drop_spelt_out(senses: dict[str, list[Sense]], lexicon: Lexicon, colors: frozenset[str]) -> None:
    """Drop names that only add a color or a state to a name: of "wet red granite" all three are to be seen."""
    for key, found in senses.items():
        first, _, rest = key.partition(" ")
        if not rest or key in lexicon.implied:
            continue
        states = [sense for sense in senses.get(first, ()) if sense.kind in ("layer", "trait")]
        layers = {sense.value for sense in states if (sense.kind, sense.flag) == ("layer", "adjective")}
        inner = {(sense.kind, sense.value) for sense in senses.get(rest, ())}
        found[:] = [
            sense
            for sense in found
            if (sense.kind, sense.value) not in inner
            or not (
                first in colors
                or (sense.kind == "base" and states)
                or (sense.kind == "layer" and first in lexicon.before_noun)
                or (sense.kind == "layer" and sense.value != "stains" and layers - {sense.value})
            )
        ]


def _let_verbs_stand_alone(senses: dict[str, list[Sense]]) -> None:
    """Let "stained with" mean stains where what follows is no layer: tea, wine, or a word that is not known."""
    for key, found in senses.items():
        first, _, rest = key.partition(" ")
        if rest and any((sense.kind, sense.flag) == ("degree", "cover") for sense in found):
            found += [sense for sense in senses.get(first, ()) if sense.kind == "layer"]


def _is_same(one: Sense, two: Sense) -> bool:
    return one.kind == two.kind and one.value == two.value and one.flag == two.flag


def _key(lexicon: Lexicon, phrase: str) -> str:
    words = phrase.translate(_SEPARATORS).split()
    return lexicon.normal_form(words[0]) if len(words) == 1 else lexicon.key(words)


def _describe(lexicon: Lexicon, words: dict[str, Any], catalog: Catalog, traits: dict[str, Any]) -> None:
    """Fill in the tables that are no phrases."""
    lexicon.recipes = tuple(catalog.materials)
    lexicon.category = {name: card.category for name, card in catalog.materials.items()}
    lexicon.covers = {name: card.covers for name, card in catalog.materials.items()}
    lexicon.natural = frozenset(
        name for name, card in catalog.materials.items() if card.category in _NATURAL_CATEGORIES
    )
    for name, card in catalog.materials.items():
        lexicon.absorbs[name] = frozenset(_key(lexicon, word) for word in card.absorbs)
        for phrase, bring in card.implied.items():
            lexicon.implied[_key(lexicon, phrase)] = dict(bring)
    for name, entry in traits.items():
        low, high = entry["range"]
        lexicon.traits[name] = Trait(low, high, entry["neutral"], entry.get("multiplies", False))
    lexicon.shades = {name: Shade(**entry) for name, entry in words["shade"].items()}
    for name, entry in words["part"].items():
        thin, wide = frozenset(entry.get("thin", "").split()), frozenset(entry.get("wide", "").split())
        lexicon.parts[name] = Part(tuple(entry["recipes"]), entry["role"], thin, wide)
    lexicon.elsewhere = _elsewhere()
    lexicon.before_noun = frozenset(_key(lexicon, word) for word in words["color"]["before_noun"])
    lexicon.kind_plural = words["kind_plural"]


def _elsewhere() -> str:
    """Say which backend could make what the library does not have."""
    others = [name for name, row in BACKENDS.items() if name != "procedural" and "material" in row.kinds]
    if others:
        return f'backend = "{others[0]}" could make it'
    return "a diffusion backend could make it, and this version has none"


def _index_words(lexicon: Lexicon, words: dict[str, Any]) -> None:
    """List every known word, and those that a misspelt word may be corrected to."""
    plain_colors = frozenset(words["mend"]["colors"].split())
    loose_parts = frozenset(words["mend"]["loose"].split())
    own = {_key(lexicon, phrase) for card in load_catalog().materials.values() for phrase in card.words}
    for key, senses in lexicon.phrases.items():
        kinds = {sense.kind for sense in senses}
        if kinds & {"base", "layer"}:
            for first, second in pairwise(key.split()):
                lexicon.followers.setdefault(first, set()).add(second)
                lexicon.leaders.setdefault(second, set()).add(first)
        for word in key.split():
            lexicon.words.setdefault(word, senses[0].kind)
            is_alone = word == key
            in_name = (key in own or "option" in kinds) and len(word) > 4 and word not in loose_parts
            if is_alone and (kinds & _FUZZY_KINDS or key in plain_colors):
                lexicon.targets[word] = senses[0].kind
            elif in_name:
                lexicon.targets.setdefault(word, "name")


_NATURAL_CATEGORIES: Final = ("ground", "wood", "organic", "fabric")
"""Golden oak is not made of gold."""
_REMEMBERED_FORMS: Final = 8192
_SEPARATORS: Final = str.maketrans({"'": None, "-": " ", "/": " ", "_": " "})
_NOT_BRITISH: Final = (
    "oise",
    "oised",
    "aise",
    "aised",
    "wise",
    "cise",
    "cised",
    "mise",
    "mised",
    "rise",
    "rised",
)
