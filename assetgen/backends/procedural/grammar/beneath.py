"""Materials that lie over another in places only, and those that come to light beneath them.

"half the plaster has fallen off", "remnants of stucco"; "brick showing through",
"revealing brick", "concrete underneath".
"""

from __future__ import annotations

from assetgen.backends.procedural.grammar.lexicon import Lexicon
from assetgen.backends.procedural.grammar.phrases import Item
from assetgen.backends.procedural.grammar.scope import is_break, is_content

_BARED = ("exposed", "bare")
_LEFT_OVER = ("leftover", "residual", "scattered")


def mark_beneath(items: list[Item], lexicon: Lexicon) -> None:
    """Mark every material that a verb or a preposition puts above or beneath the others."""
    for index, item in enumerate(items):
        sense = item.sense("connector")
        degree = item.sense("degree")
        if degree is not None and (item.key.endswith(" of") or item.key in _LEFT_OVER):
            _mark(_material(items[index + 1 : index + 6]), "above", lexicon)
        elif item.key in _BARED or (item.sense("base") and item.key.split()[0] in _BARED):
            _mark(_material(items[index : index + 3]), "beneath", lexicon)
        if sense is None or item.role:
            continue
        before, after = _material(items[:index][::-1]), _material(items[index + 1 : index + 6])
        if sense.value == "reveal" and after is not None:
            _mark(after, "beneath", lexicon)
        elif sense.value == "under" and not any(is_content(other) for other in _clause(items[index + 1 :])):
            _mark(before, "beneath", lexicon)
        elif sense.value == "through":
            grows = before is not None and _covers(before, lexicon) == "heap"
            _mark(before, "above" if grows else "beneath", lexicon)
        elif sense.value in ("off", "left"):
            _mark(before, "above", lexicon)
            if sense.value == "off" and before is not None:
                _mark(_material(_clause(items[index + 1 :])), "beneath", lexicon)
        else:
            continue
        item.settle("stop")


def _mark(item: Item | None, lies: str, lexicon: Lexicon) -> None:
    if item is not None and not item.lies and (lies == "beneath" or _covers(item, lexicon)):
        item.lies = lies


def _covers(item: Item, lexicon: Lexicon) -> str:
    sense = item.sense("base")
    return lexicon.covers.get(sense.value, "") if sense is not None else ""


def _material(items: list[Item]) -> Item | None:
    """Return the first material up to a break or another thing."""
    for item in items:
        if item.sense("base") and not item.role and not item.negated:
            return item
        if (
            is_break(item)
            or item.sense("noun")
            or any(s.kind == "layer" and s.flag == "noun" for s in item.senses)
        ):
            return None
    return None


def _clause(items: list[Item]) -> list[Item]:
    end = next((at for at, item in enumerate(items) if is_break(item)), len(items))
    return items[:end]
