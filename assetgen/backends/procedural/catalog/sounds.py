"""The sounds of the library, as data: places, things that happen, styles of music, each with words and parameters.

Light, like `catalog.py`, which describes the surfaces.

    sounds/ambience.toml, effects.toml   a table each: about, words, also, seconds, parameters, options,
                                         places, implied
    sounds/scenes.toml                   places made of several ambiences
    sounds/music.toml                    styles: about, words, bpm, scales, mood, suits
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from assetgen.backends.procedural.catalog.catalog import Parameter, read_parameter
from assetgen.errors import SpecError

MODES: Final = ("ambience", "sfx", "music")
"""What a sound can be, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCard:
    """One sound.

    Args:
        name: its id, and that of the recipe.
        mode: one of MODES.
        about: one sentence for people.
        words: what chooses it.
        also: words that choose it only where others tell something of it: a landing "on metal" is a step.
        places: where it can be ("in", "into"), and the traits that each brings along.
        seconds: of the tape that a sound that plays once is drawn on; 0 for those that go round.
        parameters: the numbers it understands, with their ranges.
        options: the named choices it offers: every value of each with its words.
        implied: the options and traits that a word brings along.
        bpm: slowest and fastest tempo of a style of music when nobody names one; nothing for other sounds.
        scales: of a style of music, for light and for dark moods.
        mood: of a style of music, when nobody names one.
        suits: moods for which a style of music is taken when nobody names a style.
    """

    name: str
    mode: str
    about: str
    words: tuple[str, ...]
    also: tuple[str, ...] = ()
    places: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    seconds: float = 0.0
    parameters: tuple[Parameter, ...] = ()
    options: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    implied: Mapping[str, Mapping[str, str | float]] = field(default_factory=dict)
    bpm: tuple[float, ...] = ()
    scales: tuple[str, ...] = ()
    mood: str = ""
    suits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenePart:
    """One sound of a scene: how loud it is against the first, 0 to 1, and what is asked of it."""

    sound: str
    amount: float = 1.0
    traits: Mapping[str, float] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneCard:
    """A place made of several sounds."""

    name: str
    about: str
    words: tuple[str, ...]
    parts: tuple[ScenePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCatalog:
    """Every sound and scene by name."""

    sounds: Mapping[str, SoundCard]
    scenes: Mapping[str, SceneCard]

    def of_mode(self, mode: str) -> tuple[SoundCard, ...]:
        """Return the sounds of one mode."""
        return tuple(card for card in self.sounds.values() if card.mode == mode)


@cache
def load_sounds() -> SoundCatalog:
    """Return the catalog of this process, read at the first call."""
    sounds: dict[str, SoundCard] = {}
    for mode, file in zip(MODES, ("ambience", "effects", "music"), strict=True):
        for name, table in _read(file).items():
            sounds[name] = _sound(name, mode, table)
    scenes = {name: _scene(name, table) for name, table in _read("scenes").items()}
    return SoundCatalog(sounds=MappingProxyType(sounds), scenes=MappingProxyType(scenes))


def find_sound(name: str) -> SoundCard:
    """Return a sound's card.

    Raises:
        SpecError: the library has none of that name.
    """
    found = load_sounds().sounds.get(name)
    if found is None:
        raise SpecError(f'the procedural library has no sound "{name}"; see `assetgen catalog`.')
    return found


def _sound(name: str, mode: str, table: Mapping[str, Any]) -> SoundCard:
    return SoundCard(
        name=name,
        mode=mode,
        about=table["about"],
        words=tuple(table["words"]),
        also=tuple(table.get("also", ())),
        places=table.get("places", {}),
        seconds=table.get("seconds", 0.0),
        parameters=tuple(read_parameter(key, entry) for key, entry in table.get("parameters", {}).items()),
        options={
            key: {value: tuple(words) for value, words in values.items()}
            for key, values in table.get("options", {}).items()
        },
        implied=table.get("implied", {}),
        bpm=tuple(table.get("bpm", ())),
        scales=tuple(table.get("scales", ())),
        mood=table.get("mood", ""),
        suits=tuple(table.get("suits", ())),
    )


def _scene(name: str, table: Mapping[str, Any]) -> SceneCard:
    parts = tuple(ScenePart(**part) for part in table["parts"])
    return SceneCard(name=name, about=table["about"], words=tuple(table["words"]), parts=parts)


def _read(name: str) -> dict[str, Any]:
    place = resources.files("assetgen.backends.procedural.catalog") / "sounds" / f"{name}.toml"
    return tomllib.loads(place.read_text(encoding="utf-8"))
