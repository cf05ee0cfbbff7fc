"""What is left of a prompt when its meaning is settled: words without effect, and those that must be told of."""

from __future__ import annotations

from typing import Final

from assetgen.backends.procedural.grammar.lexicon import Lexicon, Sense
from assetgen.backends.procedural.grammar.match import suggest
from assetgen.backends.procedural.grammar.phrases import MAX_CORRECTIONS, Item
from assetgen.backends.procedural.grammar.scope import is_break, is_content

_SILENT: Final = ("stop", "connector", "where", "color_after", "negation_after", "negation", "break")
_QUIET: Final = ("no_effect", "place", "degree", "kind", "scene")


def account_for_rest(
    items: list[Item], base: str | None, kind: str, lexicon: Lexicon, *, things_only: bool = False
) -> None:
    """Settle every item that is still open: grammar words, places, and what must be reported as ignored.

    With `things_only` unknown words and other things alone, so that a color before them can go with them.
    """
    looked_up = 0
    for index, item in enumerate(items):
        before = items[index - 1] if index else None
        if item.role or is_break(item) or (things_only and not _is_other_thing(item)):
            continue
        if item.sense("color_after") and before is not None and before.role == "color":
            item.settle("no_effect", "color")
        elif not item.senses:
            looked_up += 1
            item.ignore("unknown word", suggest(item.key) if looked_up <= MAX_CORRECTIONS else ())
        elif _is_quiet(items, index, base, lexicon):
            _settle_quiet(item, kind, lexicon)
        elif _is_grammar_word(item):
            item.settle("stop")
        else:
            _ignore_known(item, base, kind, lexicon)


def _is_other_thing(item: Item) -> bool:
    is_other = not item.senses or item.sense("noun", "beyond", "beyond_layer") is not None
    return is_other and item.sense("color") is None


def _is_quiet(items: list[Item], index: int, base: str | None, lexicon: Lexicon) -> bool:
    """Say whether the item changes nothing and need not be told of: praise, a place, a family that the base is of."""
    item = items[index]
    if base is None:
        return item.sense(*_QUIET) is not None and item.sense("noun", "scene") is None
    sense = item.sense("base", "family")
    if sense is not None and sense.kind == "family":
        return item.sense("place") is not None or is_akin(sense, base, lexicon)
    if item.sense("scene") or (sense is not None and sense.flag == "thing"):
        return not _is_shown(items, index)
    return item.sense(*_QUIET) is not None


def is_akin(family: Sense, base: str, lexicon: Lexicon) -> bool:
    """Say whether a family word says of the base what is known: bamboo is of wood, a hull of metal."""
    of_family, of_base = lexicon.category[family.value], lexicon.category[base]
    return of_family == of_base or (of_family, of_base) == ("metal", "scifi")


def _is_shown(items: list[Item], index: int) -> bool:
    """Say whether a place is to be seen in the picture: "grass with a castle"."""
    for before in reversed(items[max(0, index - 3) : index]):
        if before.key in ("with", "and"):
            return True
        if before.sense("stop") is None:
            return False
    return False


def _is_grammar_word(item: Item) -> bool:
    if item.sense("connector", "stop"):
        return item.sense("noun") is None
    return item.sense(*_SILENT) is not None and item.sense("location") is None and not is_content(item)


def _settle_quiet(item: Item, kind: str, lexicon: Lexicon) -> None:
    own = item.sense("kind")
    if own is not None and item.sense("no_effect") is None:
        if own.value == kind:
            item.settle("kind", kind)
        else:
            item.ignore(f"does not apply to {lexicon.kind_plural.get(kind, kind)}")
    elif item.sense("place", "location", "scene", "base", "family"):
        item.settle("place", item.key)
    else:
        item.settle("no_effect", item.key)


def _ignore_known(item: Item, base: str | None, kind: str, lexicon: Lexicon) -> None:
    plural = lexicon.kind_plural.get(kind, kind)
    beyond, layer = item.sense("beyond"), item.sense("beyond_layer")
    if beyond is not None:
        item.ignore(f"known, but not in this library; {lexicon.elsewhere}", tuple(beyond.flag.split()))
    elif layer is not None:
        item.ignore(f"known, but not in this library; {lexicon.elsewhere}", tuple(layer.flag.split()))
    elif item.sense("base", "family") and base is not None:
        item.ignore(f"a second material; {base.replace('_', ' ')} was taken")
    elif (option := item.sense("option", "kin")) and base is not None:
        item.ignore(f"does not apply to {base.replace('_', ' ')}", (option.flag.replace("_", " "),))
    elif item.sense("family"):
        item.settle(
            "place", item.key
        )  # it goes with a material that is reported, as the tiles of "marble tiles"
    elif option is not None:
        item.ignore("says something only beside a material", (option.flag.replace("_", " "),))
    elif item.sense("noun"):
        item.ignore(f"known, but not something that {plural} of this library show")
    elif item.sense("shade"):
        item.ignore("says something only before a color")
    else:
        item.ignore(f"has no meaning here for {plural}")
