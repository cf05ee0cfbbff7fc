"""What the phrases of a prompt for sounds tell of one another."""

from __future__ import annotations

from collections.abc import Sequence

from assetgen.backends.procedural.catalog.sounds import find_sound, load_sounds
from assetgen.backends.procedural.grammar.phrase_item import PhraseItem
from assetgen.backends.procedural.grammar.sound_words import SoundSense

Item = PhraseItem[SoundSense]


def mode_of_sense(sense: SoundSense) -> str:
    """Return the mode of a sound or scene."""
    return "ambience" if sense.kind == "scene" else find_sound(sense.value).mode


def sounds_of(sense: SoundSense) -> set[str]:
    """Return the names of a sound, or of those that a scene is made of."""
    if sense.kind == "sound":
        return {sense.value}
    return {part.sound for part in load_sounds().scenes[sense.value].parts}


def tells(item: Item, of: SoundSense) -> bool:
    """Say whether a phrase is a choice of some sound, or a place where it can be."""
    names = sounds_of(of)
    return any(sense.kind in ("option", "place") and sense.owner in names for sense in item.senses)


def is_where(items: Sequence[Item], at: int) -> bool:
    """Say whether "on", "in" and the like stand before a phrase, articles and adjectives between."""
    return link_before(items, at) != ""


def link_before(items: Sequence[Item], at: int) -> str:
    """Return the "on", "in" or the like before a phrase, articles and adjectives between; "" for none."""
    for before in reversed(items[:at]):
        link = before.sense("connector")
        if link is not None:
            return before.key if link.value == "where" else ""
        if before.sense("break", "sound", "scene"):
            return ""
    return ""


def is_beside(item: Item) -> bool:
    """Say whether a phrase joins one thing to another: "with", "and"."""
    link = item.sense("connector")
    return link is not None and link.value != "where"
