"""Another material over the base: "brick wall half covered with cracked white plaster", "patches of grass on dirt".

Such a material is read like a prompt of its own: the words before it, up to what links it to the base, are its color,
its traits, its options and its layers. How much of the base it covers stands beside its name.
"""

from __future__ import annotations

from typing import Final

from assetgen.backends.procedural.grammar.lexicon import Lexicon
from assetgen.backends.procedural.grammar.meaning import Reading, read_base, read_modifiers, to_request
from assetgen.backends.procedural.grammar.phrases import Item
from assetgen.backends.procedural.grammar.report import LayerRequest
from assetgen.backends.procedural.grammar.scope import (
    bind_degrees,
    is_bare_cover,
    is_break,
    is_cover,
    link_of,
)
from assetgen.backends.procedural.grammar.tint import read_colors

_BESIDE: Final = 0.45
"""Share of the base that a material covers when the prompt does not say."""
_OVER: Final = 0.55
_LEAST: Final = 0.05
_ADJECTIVES: Final = (
    "trait",
    "option",
    "kin",
    "color",
    "shade",
    "degree",
    "stop",
    "no_effect",
    "color_after",
)


def read_coats(items: list[Item], reading: Reading, lexicon: Lexicon) -> None:
    """Settle every material that lies over the base, with the words that are its own."""
    if reading.base is None:
        return
    is_seen_beneath = any(item.lies == "beneath" and item.role == "base" for item in items)
    for index, item in enumerate(items):
        sense = item.sense("base")
        if sense is None or item.role or item.negated or sense.value == reading.base or sense.flag == "thing":
            continue
        if sense.value in reading.layers or not lexicon.covers.get(sense.value) or item.sense("layer"):
            continue
        start = _start(items, index)
        if item.sense("trait") and not (start and is_cover(items[start - 1])):
            continue  # dirty, unless it is buried under dirt
        link = _link(items, start, index) or ("on" if item.lies == "above" or is_seen_beneath else "")
        if link:
            if start > 1 and _is_share(items[start - 2]) and _says_how_much(items[start - 1]):
                start -= 1  # half covered with
            _read_coat(items[max(start - 1, 0) : index + 1], link, reading, lexicon)


def _start(items: list[Item], index: int) -> int:
    """Return where the words of a material begin: after what links it to the base, or at a break."""
    while index and not items[index - 1].role and link_of(items[index - 1]) in ("", "of"):
        before = items[index - 1]
        if is_break(before) or not (before.sense(*_ADJECTIVES) or _is_layer_adjective(before)):
            break
        index -= 1
    return index


def _is_layer_adjective(item: Item) -> bool:
    sense = item.sense("layer")
    return sense is not None and sense.flag == "adjective"


def _link(items: list[Item], start: int, index: int) -> str:
    """Return how the words link to the base: "with", "and" or "of" before them, "on" after them, or nothing."""
    if start and (link := link_of(items[start - 1])) in ("with", "and", "in"):
        return link
    if index + 1 < len(items) and (link_of(items[index + 1]) == "on" or is_bare_cover(items[index + 1])):
        return "on"
    return "with" if any(_says_how_much(item) for item in items[start:index]) else ""


def _says_how_much(item: Item) -> bool:
    """Say whether a degree word is about the cover itself: "half covered with", "patches of", "60 %"."""
    sense = item.sense("degree")
    if sense is None or (is_bare_cover(item) and item.sense("layer", "trait")):
        return False
    return sense.flag in ("percent", "cover") or item.key.split()[-1] in ("of", "in", "with", "by")


def _is_share(item: Item) -> bool:
    sense = item.sense("degree")
    return sense is not None and sense.flag == "absolute" and not item.role


def _read_coat(words: list[Item], link: str, reading: Reading, lexicon: Lexicon) -> None:
    """Read the words of one material; the first of them may be what links it to the base."""
    head = words[-1]
    sense = head.sense("base")
    assert sense is not None
    own = Reading()
    amount = _OVER if link == "on" else _BESIDE
    share: float | None = None
    for at, item in enumerate(words[:-1]):
        degree = item.sense("degree")
        if degree is None or item.role:
            continue
        is_share = _is_share(item) and (
            _says_how_much(words[at + 1]) or all(other.sense("stop", "color") for other in words[at + 1 : -1])
        )
        if is_share:
            share = degree.amount
        elif _says_how_much(item):
            amount = amount * degree.amount if degree.flag == "times" else degree.amount
        else:
            continue
        item.settle("degree", head.key)
    amount = amount if share is None else share
    if head.cover is not None or head.absolute is not None:
        amount = head.absolute if head.absolute is not None else head.cover or amount
    amount = round(min(max(amount * head.weight, _LEAST), 1.0), 4)
    phrase = [item for item in words if item is head or link_of(item) == ""]
    read_base(phrase, head, sense, own, lexicon)
    head.role, head.value = "layer", f"{sense.value}={amount:.2f}"
    bind_degrees(phrase)
    read_modifiers(phrase, own, lexicon)
    read_colors(phrase, own, lexicon)
    reading.warnings += own.warnings
    request = to_request(own)
    reading.layers[sense.value] = LayerRequest(sense.value, amount, request.color, request)
