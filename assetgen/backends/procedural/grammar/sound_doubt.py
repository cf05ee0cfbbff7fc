"""Words that name a sound only beside others: a landing on metal is a step, a landing by itself a hop's end."""

from __future__ import annotations

from collections.abc import Sequence

from assetgen.backends.procedural.catalog.sounds import find_sound
from assetgen.backends.procedural.grammar.sound_tell import (
    Item,
    is_beside,
    is_where,
    mode_of_sense,
    sounds_of,
    tells,
)
from assetgen.backends.procedural.grammar.sound_words import SoundSense

_NAME, _PLACE, _CHOICE = 3, 2, 1
"""What counts how much: the sound named elsewhere, a place where it can be, a choice of it."""

_MUSIC = SoundSense("mode", "music")


def decide_doubtful(items: Sequence[Item], mode: str | None) -> None:
    """Give every doubtful word the sound that the other phrases tell most of, or none.

    Of equals the sound wins that the word names by itself. A style of music is meant where music is named, and no
    other style.

    Args:
        items: the phrases of a prompt, changed in place.
        mode: ambience, sfx or music where the caller knows it.
    """
    for at, item in enumerate(items):
        doubtful = [sense.value for sense in item.senses if sense.kind == "also"]
        if not doubtful:
            continue
        weights = {name: _weight(items, at, name, mode) for name in doubtful}
        best = max(weights, key=lambda name: weights[name])
        own = item.sense("sound")
        least = 1 if own is None else 1 + _weight(items, at, own.value, mode)
        rest = tuple(sense for sense in item.senses if sense.kind != "also")
        if weights[best] >= least:
            rest = tuple(sense for sense in rest if sense.kind != "sound")
            item.senses = (SoundSense("sound", best), *rest)
        else:
            item.senses = rest or (SoundSense("aside", item.key),)


def _weight(items: Sequence[Item], at: int, name: str, mode: str | None) -> int:
    """Return how much tells that the word at a place names a sound."""
    named = [_named_by(item, mode) if place != at else set() for place, item in enumerate(items)]
    if mode not in (None, find_sound(name).mode) or _is_done_by_another(items, at, name, named):
        return 0
    of = SoundSense("sound", name)
    others = [SoundSense("sound", other) for other in set().union(*named) - {name}]
    if find_sound(name).mode == "music":
        is_asked = mode == "music" or any(item.sense("mode") == _MUSIC for item in items)
        has_style = any(mode_of_sense(other) == "music" for other in others)
        return _CHOICE if is_asked and not has_style else 0
    told = 0
    for place, item in enumerate(items):
        if place == at:
            continue
        if name in named[place]:
            told += _NAME
        elif any(sense.kind == "option" and sense.owner == name for sense in item.senses):
            if item.sense("trait"):
                continue  # heavy is many a thing
            is_named = any(find_sound(other).mode != "music" for other in named[place])
            is_of_another = is_named or any(tells(item, other) for other in others)
            told += _CHOICE if place == at - 1 or not is_of_another else 0
        elif tells(item, of) and (place == at - 1 or is_where(items, place)):
            told += _PLACE
    return told


def _is_done_by_another(items: Sequence[Item], at: int, name: str, named: Sequence[set[str]]) -> bool:
    """Say whether a sound before it in its clause does what the word says: rain falls, and waves crack."""
    for place in reversed(range(at)):
        if items[place].sense("break") or is_beside(items[place]):
            return False
        is_compound = place == at - 1 and tells(items[place], SoundSense("sound", name))
        if named[place] and name not in named[place] and not is_compound:
            return True
    return False


def _named_by(item: Item, mode: str | None) -> set[str]:
    """Return the sounds that a phrase names for certain."""
    if item.sense("also"):
        return set()
    senses = [sense for sense in item.senses if sense.kind in ("sound", "scene")]
    return {name for sense in senses if mode in (None, mode_of_sense(sense)) for name in sounds_of(sense)}
