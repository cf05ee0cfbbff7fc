"""What the library holds, as data: every material, layer and style with its words and parameters.

Light: the grammar, the schema, the editors and `assetgen catalog` read it without loading anything that draws. The
files beside this module are the one place where a material is described; the recipe of the same name draws it.

    materials/<category>.toml   a table each: about, tile_m, words, parameters, options, implied, contents
    layers.toml                 in the order in which they come about: about, nouns, adjectives
    styles.toml                 about, words
    families.toml, beyond.toml  words for whole families, and for what the library does not have
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from assetgen.errors import SpecError

CATEGORIES: Final = (
    "stone",
    "masonry",
    "ground",
    "wood",
    "metal",
    "fabric",
    "organic",
    "synthetic",
    "scifi",
    "fantasy",
)
"""In the order in which they are shown."""
COVERS: Final = ("", "skin", "heap")
"""How a material can lie over another: not at all, as a skin that breaks off, or heaped in the low places."""

_UNITS: Final = {"_m": "m", "_deg": "degrees", "_s": "s"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number that a recipe can be asked to change; the seed draws it uniformly between its bounds.

    Args:
        name: how recipe, prompt file and editor call it; the unit rides in the name (`stone_m`).
        low: least value that the seed may choose.
        high: greatest value that the seed may choose.
        doc: one line for people.
        traits: the prompt traits that set it ("age", "wear", ...); of several the first that the prompt has.
        ends: the values of that trait that give `low` and `high`; (1, -1) for a two-sided trait, turned round.
        scales: whether the trait "scale" ("large", "small") multiplies it.
    """

    name: str
    low: float
    high: float
    doc: str
    traits: tuple[str, ...] = ()
    ends: tuple[float, float] = (0.0, 1.0)
    scales: bool = False

    @property
    def unit(self) -> str:
        """The unit that rides in the name, or nothing for a plain number."""
        return next((unit for ending, unit in _UNITS.items() if self.name.endswith(ending)), "")

    def wished(self, traits: Mapping[str, float]) -> float | None:
        """Return the value that the prompt's traits name, or None when they say nothing about it."""
        told = next((traits[name] for name in self.traits if name in traits), None)
        if told is None:
            return None
        share = (told - self.ends[0]) / (self.ends[1] - self.ends[0])
        return self.low + (self.high - self.low) * min(max(share, 0.0), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialCard:
    """One base material.

    Args:
        name: its id, and that of its recipe.
        category: one of CATEGORIES.
        about: one sentence for people.
        tile_m: edge length of a tile in metres when nobody asks for another.
        has_fine_steps: whether joints or steps are narrower than a texel of a small tile.
        covers: how it can lie over another material, one of COVERS.
        words: what chooses it.
        absorbs: words that go without saying beside it, such as the tree of a bark.
        instead_of: by another material the words that, said beside it, mean this one: "painted" beside planks.
        parameters: the numbers it understands, with their ranges.
        options: the named choices it offers: every value of each with its words; an open one is left to the seed.
        implied: the options, traits and color that a word brings along.
        contents: by trait, what may lie in this material alone, and how much of it the word means.
    """

    name: str
    category: str
    about: str
    tile_m: float
    has_fine_steps: bool = False
    covers: str = ""
    words: tuple[str, ...]
    absorbs: tuple[str, ...] = ()
    instead_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    options: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    implied: Mapping[str, Mapping[str, str | float]] = field(default_factory=dict)
    contents: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCard:
    """One layer.

    Args:
        name: its id, and that of the function that lays it.
        about: one sentence for people.
        example: a prompt that shows it.
        within: whether it is of the base itself, like a crack, and comes before what lies over the base.
        nouns: words for the thing, and the amount (0..1) that the word alone means.
        adjectives: words for the property, and their amounts.
    """

    name: str
    about: str
    example: str
    within: bool = False
    nouns: Mapping[str, float]
    adjectives: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleCard:
    """One style, a finish over any material; `example` is a prompt that shows it."""

    name: str
    about: str
    example: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Words for a whole family of materials, and the one that they take."""

    name: str
    material: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """Words for something that the library does not have, and what it suggests in its place."""

    name: str
    words: tuple[str, ...]
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Everything the library holds, by name, and what it knows by name only."""

    materials: Mapping[str, MaterialCard]
    layers: Mapping[str, LayerCard]
    styles: Mapping[str, StyleCard]
    families: tuple[Family, ...]
    beyond_materials: tuple[Beyond, ...]
    beyond_layers: tuple[Beyond, ...]


@cache
def load_catalog() -> Catalog:
    """Return the catalog of this process, read at the first call."""
    layers, beyond = _read("layers"), _read("beyond")
    return Catalog(
        materials=MappingProxyType(
            {name: _material(name, category, table) for category, name, table in _material_tables()}
        ),
        layers=MappingProxyType(
            {name: LayerCard(name=name, **table) for name, table in layers["layer"].items()}
        ),
        styles=MappingProxyType({name: _style(name, table) for name, table in _read("styles").items()}),
        families=tuple(
            Family(name=name, material=table["material"], words=tuple(table["words"]))
            for name, table in _read("families").items()
        ),
        beyond_materials=tuple(
            Beyond(name=name, words=tuple(words), nearest=tuple(beyond["nearest"][category]))
            for category in beyond
            if category != "nearest"
            for name, words in beyond[category].items()
        ),
        beyond_layers=tuple(
            Beyond(name=name, words=tuple(table["words"]), nearest=tuple(table["nearest"]))
            for name, table in layers["beyond"].items()
        ),
    )


def find_material(name: str) -> MaterialCard:
    """Return a material's card.

    Raises:
        SpecError: the library has none of that name.
    """
    found = load_catalog().materials.get(name)
    if found is None:
        raise SpecError(f'the procedural library has no material "{name}"; see `assetgen catalog`.')
    return found


def _material_tables() -> list[tuple[str, str, dict[str, Any]]]:
    """Return (category, name, table) of every material, in the order of CATEGORIES and their files."""
    tables = []
    for category in CATEGORIES:
        tables += [(category, name, table) for name, table in _read(f"materials/{category}").items()]
    return tables


def _material(name: str, category: str, table: Mapping[str, Any]) -> MaterialCard:
    return MaterialCard(
        name=name,
        category=category,
        about=table["about"],
        tile_m=table["tile_m"],
        has_fine_steps=table.get("has_fine_steps", False),
        covers=table.get("covers", ""),
        words=tuple(table["words"]),
        absorbs=tuple(table.get("absorbs", ())),
        instead_of={other: tuple(words) for other, words in table.get("instead_of", {}).items()},
        parameters=tuple(read_parameter(key, entry) for key, entry in table.get("parameters", {}).items()),
        options={
            key: {value: tuple(words) for value, words in values.items()}
            for key, values in table.get("options", {}).items()
        },
        implied=table.get("implied", {}),
        contents=table.get("contents", {}),
    )


def read_parameter(name: str, entry: Mapping[str, Any]) -> Parameter:
    """Return a parameter as a table of these files describes it."""
    low, high = entry["range"]
    first, last = entry.get("ends", (0.0, 1.0))
    return Parameter(
        name=name,
        low=low,
        high=high,
        doc=entry["doc"],
        traits=tuple(entry.get("traits", ())),
        ends=(first, last),
        scales=entry.get("scales", False),
    )


def _style(name: str, table: Mapping[str, Any]) -> StyleCard:
    return StyleCard(
        name=name,
        about=table["about"],
        example=table["example"],
        words=tuple(table["words"]),
    )


def _read(name: str) -> dict[str, Any]:
    place = resources.files("assetgen.backends.procedural.catalog") / f"{name}.toml"
    return tomllib.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
