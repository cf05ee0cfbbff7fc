"""The words that the grammar knows, read once per process from the TOML files beside this module.

Every phrase is kept under one key: lower case, American spelling, each word in the singular. A phrase may
have several senses ("dirt" is a base and a trait, "rust" a layer and a color); `meaning` decides by position.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from assetgen.backends.procedural.catalog.catalog import Catalog, load_catalog
from assetgen.backends.procedural.grammar.color import Shade, encode_srgb, parse_hex
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.table import BACKENDS

LONGEST_PHRASE: Final = 5
"""The most words that a phrase of the lexicon may have."""

_FUZZY_KINDS: Final = frozenset(
    {"base", "layer", "trait", "option", "kin", "family", "beyond", "beyond_layer", "part", "style"}
)


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a phrase may stand for.

    Args:
        kind: base, family, beyond, beyond_layer, layer, trait, option, kin, content, color, shade, style, degree,
            part, connector, negation, negation_after, color_after, place, location, where, kind, noun, no_effect
            or stop.
        value: the id within that kind ("moss", "age", "bond=running").
        amount: what the word alone means: coverage, the value of the trait, or the factor of a degree.
        flag: layer and trait: "noun" for a thing; option and content: the recipe that has it; kin: the recipe
            that becomes the one of the value; degree: times, absolute or cover.
        color: the color itself.
    """

    kind: str
    value: str
    amount: float = 0.0
    flag: str = ""
    color: ColorWord | None = None


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
    covers: dict[str, str] = field(default_factory=dict)  # recipe -> how it can lie over another, "" for not
    natural: frozenset[str] = frozenset()  # recipes on which a metal's name means its hue
    elsewhere: str = ""  # what could make a thing that is beyond the library
    before_noun: frozenset[str] = frozenset()
    kind_plural: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # every word of every phrase -> what kind it is of
    forms: dict[str, str] = field(default_factory=dict, compare=False)  # what `normal_form` found before
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
    words = _read("words")
    lexicon = Lexicon(spelling=dict(words["spelling"]))
    senses: dict[str, list[Sense]] = {}
    catalog = load_catalog()
    traits = _read("traits")
    _describe(lexicon, words, catalog, traits)
    groups = (
        _grammar_senses(words),
        _material_senses(catalog),
        _layer_senses(catalog),
        _trait_senses(traits),
        _style_senses(catalog),
        _part_senses(words),
        _noun_senses(words),
        _color_senses(),
    )
    for group in groups:
        for phrase, sense in group:
            found = senses.setdefault(_key(lexicon, phrase), [])
            if not found or not any(_is_same(known, sense) for known in found):
                found.append(sense)
    lexicon.phrases = {key: tuple(found) for key, found in senses.items()}
    _index_words(lexicon, words)
    return lexicon


def _is_same(one: Sense, two: Sense) -> bool:
    return one.kind == two.kind and one.value == two.value and one.flag == two.flag


def _read(name: str) -> dict[str, Any]:
    folder = resources.files("assetgen.backends.procedural.grammar") / "lexicon"
    return tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))


def _key(lexicon: Lexicon, phrase: str) -> str:
    words = phrase.translate(_SEPARATORS).split()
    return lexicon.normal_form(words[0]) if len(words) == 1 else lexicon.key(words)


def _describe(lexicon: Lexicon, words: dict[str, Any], catalog: Catalog, traits: dict[str, Any]) -> None:
    """Fill in the tables that are no phrases."""
    lexicon.recipes = tuple(catalog.materials)
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


def _grammar_senses(words: dict[str, Any]) -> Iterator[tuple[str, Sense]]:
    for mode, table in words["degree"].items():
        for amount, phrases in table.items():
            yield from ((p, Sense("degree", mode, float(amount), flag=mode)) for p in phrases)
    for value, phrases in words["connector"].items():
        yield from ((p, Sense("connector", value)) for p in phrases)
    wide = set(words["negation"]["wide"])
    for phrase in words["negation"]["words"]:
        yield phrase, Sense("negation", "wide" if phrase in wide else "narrow")
    yield from ((p, Sense("negation_after", p)) for p in words["negation"]["after"])
    yield from ((p, Sense("shade", p)) for p in words["shade"])
    yield from ((p, Sense("color_after", p)) for p in words["color"]["after"])
    for value, phrases in words["kind"].items():
        yield from ((p, Sense("kind", value)) for p in phrases)
    for kind in ("place", "location"):
        yield from ((p, Sense(kind, p)) for p in words[kind].split())
    yield from ((p, Sense("where", p)) for p in words["where"])
    yield from ((p, Sense("no_effect", p)) for p in words["no_effect"].split() + words["no_effect_phrases"])
    yield from ((p, Sense("stop", p)) for p in words["stop"].split() + words["stop_phrases"])


def _material_senses(catalog: Catalog) -> Iterator[tuple[str, Sense]]:
    for name, card in catalog.materials.items():
        yield from ((phrase, Sense("base", name)) for phrase in card.words)
        for key, values in card.options.items():
            for value, phrases in values.items():
                yield from ((phrase, Sense("option", f"{key}={value}", flag=name)) for phrase in phrases)
        for other, phrases in card.instead_of.items():
            yield from ((phrase, Sense("kin", name, flag=other)) for phrase in phrases)
        for trait, amounts in card.contents.items():
            yield from ((p, Sense("content", trait, amount, flag=name)) for p, amount in amounts.items())
    for family in catalog.families:
        yield from ((phrase, Sense("family", family.material, flag=family.name)) for phrase in family.words)
    for beyond in catalog.beyond_materials:
        nearest = " ".join(beyond.nearest)
        yield from ((phrase, Sense("beyond", beyond.name, flag=nearest)) for phrase in beyond.words)


def _layer_senses(catalog: Catalog) -> Iterator[tuple[str, Sense]]:
    for name, card in catalog.layers.items():
        for phrases, flag in ((card.nouns, "noun"), (card.adjectives, "adjective")):
            yield from ((p, Sense("layer", name, amount, flag)) for p, amount in phrases.items())
    for beyond in catalog.beyond_layers:
        nearest = " ".join(beyond.nearest)
        yield from ((phrase, Sense("beyond_layer", beyond.name, flag=nearest)) for phrase in beyond.words)


def _trait_senses(traits: dict[str, Any]) -> Iterator[tuple[str, Sense]]:
    for name, entry in traits.items():
        nouns = frozenset(entry.get("nouns", ()))
        for phrase, amount in entry["words"].items():
            yield phrase, Sense("trait", name, amount, flag="noun" if phrase in nouns else "")


def _style_senses(catalog: Catalog) -> Iterator[tuple[str, Sense]]:
    for name, card in catalog.styles.items():
        yield from ((phrase, Sense("style", name)) for phrase in card.words)


def _part_senses(words: dict[str, Any]) -> Iterator[tuple[str, Sense]]:
    for name, entry in words["part"].items():
        yield from ((phrase, Sense("part", name)) for phrase in entry["words"])


def _noun_senses(words: dict[str, Any]) -> Iterator[tuple[str, Sense]]:
    for group in words["nouns"].values():
        yield from ((word, Sense("noun", word)) for word in group.split())


def _color_senses() -> Iterator[tuple[str, Sense]]:
    for name, entry in _read("colors_material").items():
        red, green, blue = entry["linear"]
        color = ColorWord(name, encode_srgb((red, green, blue)), metal=True)
        yield from ((phrase, Sense("color", "metal", color=color)) for phrase in entry["words"])
    # Of the surveys xkcd goes first: people named what they saw, while CSS has a "dark gray" lighter than "gray".
    for source in ("craft", "xkcd", "css"):
        for name, code in _read(f"colors_{source}").items():
            plain = name.replace("/", " ").replace("gray", "grey")
            sense = Sense("color", "paint", color=ColorWord(plain, parse_hex(code)))
            yield plain, sense
            if source == "css":
                yield plain.replace(" ", ""), sense


def _index_words(lexicon: Lexicon, words: dict[str, Any]) -> None:
    """List every known word, and those that a misspelt word may be corrected to."""
    plain_colors = frozenset(words["mend"]["colors"].split())
    loose_parts = frozenset(words["mend"]["loose"].split())
    for key, senses in lexicon.phrases.items():
        kinds = {sense.kind for sense in senses}
        for word in key.split():
            lexicon.words.setdefault(word, senses[0].kind)
            is_alone = word == key
            in_name = kinds & {"base", "option"} and len(word) > 4 and word not in loose_parts
            if (is_alone and (kinds & _FUZZY_KINDS or key in plain_colors)) or in_name:
                lexicon.targets.setdefault(word, senses[0].kind)


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
