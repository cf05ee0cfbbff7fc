"""The sounds that a prompt names: which mode they are of, what "no" takes away, and what is beside what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from assetgen.backends.procedural.catalog.sounds import load_sounds
from assetgen.backends.procedural.grammar.sound_tell import Item, is_where, mode_of_sense, tells
from assetgen.backends.procedural.grammar.sound_words import SoundLexicon, SoundSense, load_sound_lexicon

_BESIDE_SHARE: Final = 0.7
"""How loud what is beside the first sound is against it."""


@dataclass(slots=True)
class Part:
    """A sound that was asked for, while the words about it are gathered."""

    name: str
    at: int
    amount: float = 1.0
    traits: dict[str, float] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    scene: str = ""


def mode_of(items: Sequence[Item]) -> str:
    """Return what the words speak of: a mode that is named, else that of the first sound's head.

    A style of music that is also a choice of another sound makes it music only where music is named: wind howls
    around a house, and a house beat is another thing.
    """
    said = [
        sense.value
        for at, item in enumerate(items)
        if (sense := item.sense("mode")) and not item.sense("sound") and not _is_denied(items, at)
    ]
    heads = _heads(items)
    modes = [
        mode_of_sense(sense)
        for at, sense in heads
        if "music" in said or not _is_choice_of_another(items[at], sense, heads)
    ]
    if "music" in modes or "music" in said:
        return "music"
    if said:
        return said[0]
    return modes[0] if modes else "ambience"


def _is_denied(items: Sequence[Item], at: int) -> bool:
    """Say whether "no" or "without" stands right before a phrase."""
    link = items[at - 1].sense("connector") if at else None
    return link is not None and link.value == "without"


def _is_choice_of_another(item: Item, sense: SoundSense, heads: Sequence[tuple[int, SoundSense]]) -> bool:
    """Say whether a phrase that names music is a choice of another sound of the prompt, or its mode: ambient rain."""
    if mode_of_sense(sense) != "music":
        return False
    mode = item.sense("mode")
    others = [other for _, other in heads if mode_of_sense(other) != "music"]
    return any(tells(item, other) or (mode and mode.value == mode_of_sense(other)) for other in others)


def _heads(items: Sequence[Item]) -> list[tuple[int, SoundSense]]:
    """Return the sounds that are named; of several side by side the last one, where the others say what it is like.

    A "fire spell" is a spell, and in "forest rain" it rains.
    """
    named = [(at, sense) for at, item in enumerate(items) if (sense := item.sense("sound", "scene"))]
    heads = []
    for place, (at, sense) in enumerate(named):
        behind = named[place + 1] if place + 1 < len(named) else None
        if behind is not None and behind[0] == at + 1 and tells(items[at], behind[1]):
            continue
        if heads and heads[-1][0] == at - 1 and _is_its_noise(items[at], sense, heads[-1][1]):
            items[at].settle("no_effect", items[at].key)
            continue
        if heads and tells(items[at], heads[-1][1]):
            # "8 bit" is a music by itself; of a jump before it, it says what that is like.
            between = items[heads[-1][0] + 1 : at]
            is_style = (
                mode_of_sense(sense) == "music"
                and mode_of_sense(heads[-1][1]) != "music"
                and not any(item.sense("connector", "break") for item in between)
            )
            if is_style or is_where(items, at):
                continue
        heads.append((at, sense))
    return heads


def _is_its_noise(item: Item, sense: SoundSense, before: SoundSense) -> bool:
    """Say whether a sound is what the one before it sounds like: a hover's blip, a highway's hum."""
    is_same_mode = mode_of_sense(sense) == mode_of_sense(before) != "music"
    return is_same_mode and sense != before and item.key in load_sound_lexicon().noises


def negated(items: Sequence[Item], mode: str) -> set[str]:
    """Settle what "no" and "without" reach, and return the sounds that it names."""
    gone: set[str] = set()
    reaches = False
    for item in items:
        link = item.sense("connector")
        if link is not None and link.value == "without":
            reaches = True
            item.settle("negation", item.key)
            continue
        if item.sense("break") or (link is not None and item.key not in ("and", "or", "of")):
            reaches = False
        if not reaches:
            continue
        is_named = item.sense("sound", "scene", "beyond") is not None
        if mode == "music" and not is_named and item.sense("option", "trait", "mode"):
            item.ignore("nothing is taken out of music")
        elif is_named or item.sense("option"):
            gone |= {sense.value for sense in item.senses if sense.kind == "sound"}
            item.settle("negation", item.key)
    return gone


def named(items: Sequence[Item]) -> set[str]:
    """Return every sound that some phrase may name."""
    return {sense.value for item in items for sense in item.senses if sense.kind == "sound"}


def find_parts(items: list[Item], mode: str, unwanted: set[str], lexicon: SoundLexicon) -> list[Part]:
    """Return the sounds of the mode that the prompt names, the first foremost, and settle their words."""
    parts: list[Part] = []
    for at, _ in _heads(items):
        item = items[at]
        if item.role:
            continue
        sense = next(
            (s for s in item.senses if s.kind in ("sound", "scene") and mode_of_sense(s) == mode), None
        )
        if sense is None:
            continue
        if mode == "music" and parts:
            item.settle("layer" if sense.value != parts[0].name else "base", sense.value)
            continue
        item.settle("layer" if parts else "base", sense.value)
        for part in _of_sense(sense, at):
            known = next((own for own in parts if own.name == part.name), None)
            if part.name in unwanted:
                continue
            part = known or part
            if sense.kind == "sound":
                bring_along(part, item.key, lexicon)
            if known is None:
                if parts and not part.scene:
                    part.amount = _BESIDE_SHARE
                parts.append(part)
            elif known.scene and sense.kind == "sound":
                known.scene, known.at = "", at
                known.amount = max(known.amount, _BESIDE_SHARE)
    return parts


def style_for(items: Sequence[Item], mood: str | None) -> list[Part]:
    """Return a style of music that suits a mood; none where another is named that is not in this library."""
    if any(item.sense("beyond") for item in items):
        return []
    styles = load_sounds().of_mode("music")
    return [Part(next((card.name for card in styles if mood in card.suits), styles[0].name), 0)]


def bring_along(part: Part, key: str, lexicon: SoundLexicon) -> None:
    """Give a sound the choices and traits that a phrase brings along, where nothing else was said of them."""
    for name, value in lexicon.implied.get((part.name, key), {}).items():
        if isinstance(value, str):
            part.options.setdefault(name, value)
        else:
            part.traits.setdefault(name, float(value))


def _of_sense(sense: SoundSense, at: int) -> list[Part]:
    if sense.kind == "sound":
        return [Part(sense.value, at)]
    scene = load_sounds().scenes[sense.value]
    return [
        Part(part.sound, at, part.amount, dict(part.traits), dict(part.options), scene=sense.value)
        for part in scene.parts
    ]
