"""Words about sounds, each given to the sound that it says something of: choices, places, moods, adjectives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assetgen.backends.procedural.catalog.sounds import find_sound
from assetgen.backends.procedural.grammar.sound_parts import Part, bring_along
from assetgen.backends.procedural.grammar.sound_tell import Item, is_where, link_before
from assetgen.backends.procedural.grammar.sound_words import SoundLexicon

_HEARD: Final = {
    "ambience": ("distance",),
    "sfx": ("distance", "height", "length", "repeats"),
    "music": ("speed",),
}
"""Traits that every sound of a mode hears; others it hears if one of its parameters does."""


def read_options(items: list[Item], parts: list[Part], lexicon: SoundLexicon) -> None:
    """Give every choice to the nearest sound that has it: one behind it at once, else one before it.

    What a thing is goes before where it is: a "glass bottle smashing on concrete" is of glass.
    """
    told: set[tuple[int, str]] = set()
    by_name = {(part.at, option) for part in parts if not part.scene for option in part.options}
    for at, item in enumerate(items):
        if item.role in ("base", "layer") and not any(sense.kind == "option" for sense in item.senses):
            continue
        if item.role in ("negation", "ignored"):
            continue
        for part in sorted(parts, key=lambda part: (part.at < at and part.at != at - 1, abs(part.at - at))):
            own = [sense for sense in item.senses if sense.kind == "option" and sense.owner == part.name]
            if own and (item.role == "" or part.at == at):
                option, _, value = own[0].value.partition("=")
                link = link_before(items, at)
                # A glass break on concrete stays of glass, and a retro explosion in 16 bit is of 16 bit.
                settled = told if link == "in" else told | by_name
                if link and (part.at, option) in settled:
                    item.settle("place", item.key)
                    break
                part.options[option] = value
                bring_along(part, item.key, lexicon)
                told.add((part.at, option))
                item.settle("option", own[0].value)
                break


def read_places(items: list[Item], parts: list[Part], lexicon: SoundLexicon) -> None:
    """Let a place that a sound knows bring its traits along: a drop in a cave echoes."""
    for at, item in enumerate(items):
        if item.role:
            continue
        for part in sorted(parts, key=lambda part: abs(part.at - at)):
            is_known = any(sense.kind == "place" and sense.owner == part.name for sense in item.senses)
            if is_known and (part.at == at + 1 or is_where(items, at)):
                bring_along(part, item.key, lexicon)
                item.settle("place" if not lexicon.implied[part.name, item.key] else "trait", item.key)
                break


def read_mood(items: list[Item]) -> str | None:
    """Return the first mood that is named, and settle the words of all."""
    mood = None
    for item in items:
        sense = item.sense("mood")
        if sense is not None and item.role in ("", "base", "layer"):
            mood = mood or sense.value
            item.settle("trait", f"mood={sense.value}")
    return mood


def read_traits(items: list[Item], parts: list[Part]) -> None:
    """Bind every adjective to the sound behind it in its clause, else to the one before it."""
    for at, item in enumerate(items):
        sense = item.sense("trait")
        if sense is None or item.role or not parts:
            continue
        part = _bound(items, at, parts)
        if not _hears(part, sense.value, parts):
            item.settle("no_effect", item.key)
            continue
        amount = sense.amount
        times = items[at - 1].sense("degree") if at else None
        if sense.value == "at_least":
            part.traits["repeats"] = max(part.traits.get("repeats", 1.0), amount)
            item.settle("trait", f"repeats={part.traits['repeats']:g}")
            continue
        if times is not None and sense.value != "repeats":
            middle = 1.0 if sense.value == "length" else 0.5
            amount = middle + (amount - middle) * (0.5 + 0.5 * times.amount)
            items[at - 1].settle("degree", f"x{times.amount:g}")
        if sense.value not in ("repeats", "length"):
            amount = min(max(amount, 0.0), 1.0)
        part.traits[sense.value] = amount
        item.settle("trait", f"{sense.value}={amount:.2f}")


def _hears(part: Part, trait: str, parts: Sequence[Part]) -> bool:
    """Say whether a trait changes a sound."""
    trait = "repeats" if trait == "at_least" else trait
    card = find_sound(part.name)
    own = {name for parameter in card.parameters for name in parameter.traits}
    is_beside = part is not parts[0] and trait == "intensity"
    return trait in own or trait in _HEARD[card.mode] or is_beside


def _bound(items: Sequence[Item], at: int, parts: list[Part]) -> Part:
    for place in range(at + 1, len(items)):
        if items[place].sense("break") or items[place].sense("connector"):
            break
        behind = [part for part in parts if part.at == place]
        if behind:
            return behind[0]
    before = [part for part in parts if part.at < at]
    return max(before, key=lambda part: part.at) if before else parts[0]
