"""Every phrase of the data files with the senses that it may have.

The catalog says what its own materials and layers are called; the files of `lexicon/` add what users write for
them: synonyms/ and layers.toml further names, things.toml places and objects that only suggest a material,
scenes.toml places that say nothing about one, covering.toml the verbs that bind a layer to what it lies on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

from assetgen.backends.procedural.catalog.catalog import CATEGORIES, Catalog
from assetgen.backends.procedural.grammar.color import encode_srgb, parse_hex
from assetgen.backends.procedural.grammar.report import ColorWord


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a phrase may stand for.

    Args:
        kind: base, family, beyond, beyond_layer, layer, trait, option, kin, content, color, shade, style, degree,
            part, connector, negation, negation_after, color_after, place, location, scene, where, kind, noun,
            no_effect or stop.
        value: the id within that kind ("moss", "age", "bond=running").
        amount: what the word alone means: coverage, the value of the trait, or the factor of a degree.
        flag: base: "thing" for a place or an object; layer and trait: "noun" for a thing; option and content: the
            recipe that has it; kin: the recipe that becomes the one of the value; degree: times, absolute or cover.
        color: the color itself.
    """

    kind: str
    value: str
    amount: float = 0.0
    flag: str = ""
    color: ColorWord | None = None


def grammar_senses(words: dict[str, Any]) -> Iterator[tuple[str, Sense]]:
    """Yield connectors, degrees, negations, shades, kinds, places and praise."""
    yield from _covering_senses()
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
    yield from ((p, Sense("scene", p)) for group in read_words("scenes").values() for p in group)
    yield from ((p, Sense("where", p)) for p in words["where"])
    yield from ((p, Sense("no_effect", p)) for p in words["no_effect"].split() + words["no_effect_phrases"])
    yield from ((p, Sense("stop", p)) for p in words["stop"].split() + words["stop_phrases"])


def _covering_senses() -> Iterator[tuple[str, Sense]]:
    """Yield "splashed", "splashed with" and the like, and how much of it each means."""
    table = read_words("covering")
    for amount, participles in table["participle"].items():
        for participle in participles.split():
            yield participle, Sense("degree", "cover", float(amount), flag="cover")
            for link in table["link"]:
                yield f"{participle} {link}", Sense("degree", "cover", float(amount), flag="cover")
    for amount, phrases in table["phrase"].items():
        yield from ((p, Sense("degree", "cover", float(amount), flag="cover")) for p in phrases)


def material_senses(catalog: Catalog, key: Callable[[str], str]) -> Iterator[tuple[str, Sense]]:
    """Yield what chooses a material, an option or a content of it, and what lies beyond the library."""
    more = {name: own for category in CATEGORIES for name, own in read_words(f"synonyms/{category}").items()}
    suggested = read_words("things")
    things = {key(phrase) for phrases in suggested.values() for phrase in phrases}
    for name, card in catalog.materials.items():
        phrases = dict.fromkeys((*card.words, *more.get(name, ()), *suggested.get(name, ())))
        for phrase in phrases:
            yield phrase, Sense("base", name, flag="thing" if key(phrase) in things else "")
        for option, values in card.options.items():
            for value, phrases in values.items():
                yield from ((phrase, Sense("option", f"{option}={value}", flag=name)) for phrase in phrases)
        for other, phrases in card.instead_of.items():
            yield from ((phrase, Sense("kin", name, flag=other)) for phrase in phrases)
        for trait, amounts in card.contents.items():
            yield from ((p, Sense("content", trait, amount, flag=name)) for p, amount in amounts.items())
    for family in catalog.families:
        yield from ((phrase, Sense("family", family.material, flag=family.name)) for phrase in family.words)
    for beyond in catalog.beyond_materials:
        nearest = " ".join(beyond.nearest)
        yield from ((phrase, Sense("beyond", beyond.name, flag=nearest)) for phrase in beyond.words)


def layer_senses(catalog: Catalog) -> Iterator[tuple[str, Sense]]:
    """Yield what calls for a layer."""
    more = read_words("layers")
    for name, card in catalog.layers.items():
        own = more.get(name, {})
        for phrases, flag in ((card.nouns, "noun"), (card.adjectives, "adjective")):
            yield from ((p, Sense("layer", name, amount, flag)) for p, amount in phrases.items())
            for amount, further in own.get(f"{flag}s", {}).items():
                yield from (
                    (p, Sense("layer", name, float(amount), flag)) for p in further if p not in phrases
                )
    for beyond in catalog.beyond_layers:
        nearest = " ".join(beyond.nearest)
        yield from ((phrase, Sense("beyond_layer", beyond.name, flag=nearest)) for phrase in beyond.words)


def trait_senses(traits: dict[str, Any]) -> Iterator[tuple[str, Sense]]:
    """Yield what turns a dial of the material."""
    for name, entry in traits.items():
        nouns = frozenset(entry.get("nouns", ()))
        for phrase, amount in entry["words"].items():
            yield phrase, Sense("trait", name, amount, flag="noun" if phrase in nouns else "")


def style_senses(catalog: Catalog) -> Iterator[tuple[str, Sense]]:
    """Yield what asks for a style."""
    for name, card in catalog.styles.items():
        yield from ((phrase, Sense("style", name)) for phrase in card.words)


def part_senses(words: dict[str, Any]) -> Iterator[tuple[str, Sense]]:
    """Yield the parts of materials."""
    for name, entry in words["part"].items():
        yield from ((phrase, Sense("part", name)) for phrase in entry["words"])


def noun_senses(words: dict[str, Any]) -> Iterator[tuple[str, Sense]]:
    """Yield names of other things, but for places that change nothing."""
    scenes = {phrase for group in read_words("scenes").values() for phrase in group}
    for group in words["nouns"].values():
        yield from ((word, Sense("noun", word)) for word in group.split() if word not in scenes)


def color_senses(words: dict[str, Any]) -> Iterator[tuple[str, Sense]]:
    """Yield the colors: bare metals, then craftsmen's, surveyed and CSS names."""
    states = set(words["color"]["states"].split())
    for name, entry in read_words("colors_material").items():
        red, green, blue = entry["linear"]
        color = ColorWord(name, encode_srgb((red, green, blue)), metal=True)
        yield from ((phrase, Sense("color", "metal", color=color)) for phrase in entry["words"])
    # Of the surveys xkcd goes first: people named what they saw, while CSS has a "dark gray" lighter than "gray".
    for source in ("craft", "xkcd", "css"):
        for name, code in read_words(f"colors_{source}").items():
            plain = name.replace("/", " ").replace("gray", "grey")
            if plain.partition(" ")[0] in states and plain not in words["color"]["in_spite"]:
                continue  # a dirty white tile is dirty, whatever people called that color
            sense = Sense("color", "paint", color=ColorWord(plain, parse_hex(code)))
            yield plain, sense
            if source == "css":
                yield plain.replace(" ", ""), sense


def read_words(name: str) -> dict[str, Any]:
    """Return one of the data files."""
    folder = resources.files("assetgen.backends.procedural.grammar") / "lexicon"
    return tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
