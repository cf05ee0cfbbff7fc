"""Which word belongs to which: colors, negations, places, the base and degrees, decided by position.

Each function reads the items of a whole prompt in order and writes its decisions into them.
"""

from __future__ import annotations

from collections.abc import Iterator

from assetgen.backends.procedural.grammar.lexicon import Lexicon, Sense
from assetgen.backends.procedural.grammar.phrases import Item

_PLACE_FAMILIES = ("wall", "floor", "ground")
_COVERS_BY = ("in", "with", "by", "under", "beneath", "from")


def settle_colors(items: list[Item], lexicon: Lexicon) -> None:
    """Keep the color sense of a word where it is a color, and drop it where it is a thing."""
    for index, item in enumerate(items):
        color = item.sense("color")
        if color is None:
            continue
        if _is_called_color(items, index):
            item.senses = tuple(sense for sense in item.senses if sense.kind == "color")
            if items[index + 1].sense("option", "kin") is None:  # green painted planks are also painted
                items[index + 1].settle("no_effect", "color")
        elif _is_color_here(items, index, lexicon):
            item.senses = tuple(sense for sense in item.senses if sense.kind == "color")
        else:
            item.senses = tuple(sense for sense in item.senses if sense.kind != "color")


def _is_called_color(items: list[Item], index: int) -> bool:
    return index + 1 < len(items) and items[index + 1].sense("color_after") is not None


def _is_color_here(items: list[Item], index: int, lexicon: Lexicon) -> bool:
    item = items[index]
    rivals = [sense for sense in item.senses if sense.kind != "color"]
    if not rivals:
        return True
    if item.key in lexicon.before_noun:
        return _noun_follows(items, index) or _follows_layer_of(items, index)
    if " " in item.key:
        return not any(sense.kind in ("base", "layer", "beyond", "option", "no_effect") for sense in rivals)
    return False


def _noun_follows(items: list[Item], index: int) -> bool:
    for other in items[index + 1 :]:
        if is_place(other) and other.sense("base") is None:
            return False  # a copper wall is of copper
        if other.sense("base", "family", "part") or is_layer_noun(other):
            return True
        if is_break(other) or other.sense("connector"):
            return False
    return False


def _follows_layer_of(items: list[Item], index: int) -> bool:
    if index < 2:
        return False
    link = items[index - 1].sense("connector")
    if link is None or items[index - 2].sense("layer") is None:
        return False
    return link.value in ("of", "in") if is_layer_noun(items[index - 2]) else link.value == "with"


def is_layer_noun(item: Item) -> bool:
    """Say whether the item names a layer as a thing ("moss"), not as a property ("mossy")."""
    sense = item.sense("layer")
    return sense is not None and sense.flag == "noun"


def is_place(item: Item) -> bool:
    """Say whether the item is a wall, a floor or the ground, of whatever it may be."""
    sense = item.sense("family")
    return sense is not None and sense.flag in _PLACE_FAMILIES


def is_trait_noun(item: Item) -> bool:
    """Say whether the item names a trait as a thing ("scratches"), not as a property ("scratched")."""
    return item.sense("base") is None and any(x.kind == "trait" and x.flag == "noun" for x in item.senses)


def is_content(item: Item) -> bool:
    """Say whether the item means something by itself; an unknown word does."""
    if not item.senses:
        return True
    return item.sense(*_CONTENT) is not None


_CONTENT = (
    "base",
    "family",
    "layer",
    "trait",
    "option",
    "kin",
    "content",
    "color",
    "style",
    "beyond",
    "beyond_layer",
    "noun",
    "scene",
    "part",
)


def is_break(item: Item) -> bool:
    """Say whether the item separates clauses."""
    return item.sense("break") is not None


def mark_negations(items: list[Item], *, all_of_them: bool = False) -> None:
    """Mark what "no", "without", "not", "un-", "-free" and a negative prompt (`all_of_them`) reach."""
    for index, item in enumerate(items):
        if all_of_them:
            item.negated = True
            continue
        after = item.sense("negation_after")
        if after is not None and index and (item.joined or is_layer_noun(items[index - 1])):
            items[index - 1].negated = True
            item.settle("negation", items[index - 1].key)
        sense = item.sense("negation")
        if sense is not None and not item.role and item.sense("no_effect") is None:
            _negate_after(items, index, is_wide=sense.value == "wide")


def _negate_after(items: list[Item], index: int, *, is_wide: bool) -> None:
    reached: list[str] = []
    may_continue = True
    for at in range(index + 1, len(items)):
        other = items[at]
        link = other.sense("connector")
        if is_break(other) or (other.sense("negation") and not is_content(other)):
            break
        if is_content(other) and not (other.sense("degree") and not reached and _content_comes(items, at)):
            if not may_continue:
                break
            other.negated = True
            reached.append(other.key)
            may_continue = is_wide and not _is_thing(other)
        elif link is not None and reached:
            if link.value != "and" or not _negation_crosses(other, items[at + 1 :], is_wide=is_wide):
                break
            may_continue = True
        elif link is not None and link.value in ("with", "on"):
            break
    if reached:
        items[index].settle("negation", ", ".join(reached))


def _is_thing(item: Item) -> bool:
    if not item.senses or item.sense("base", "family", "noun", "part", "beyond", "beyond_layer"):
        return True
    return any(sense.kind in ("layer", "trait") and sense.flag == "noun" for sense in item.senses)


def _content_comes(items: list[Item], at: int) -> bool:
    return at + 1 < len(items) and is_content(items[at + 1])


def _negation_crosses(link: Item, rest: list[Item], *, is_wide: bool) -> bool:
    """Say whether "no moss" goes on: over or/nor always, over "and" only to another thing."""
    if link.text.lower() in ("or", "nor"):
        return True
    following = next((item for item in rest if item.senses and item.sense("stop") is None), None)
    return is_wide and following is not None and following.sense("base") is None and _is_thing(following)


def mark_locations(items: list[Item]) -> None:
    """Settle "between the stones" and "along the edges" as places when a layer stands before them."""
    has_layer = False
    for index, item in enumerate(items):
        has_layer = has_layer or item.sense("layer") is not None or item.sense("beyond_layer") is not None
        if item.sense("where") is None or not has_layer:
            continue
        for other in items[index + 1 : index + 4]:
            if other.sense("place", "location"):
                other.settle("place", other.key)
            elif other.sense("stop", "degree", "trait") is None and other.sense("connector") is None:
                break


def link_of(item: Item) -> str:
    """Return how an item links what stands around it: with, on, and, of, in, or nothing.

    "covered in" is a with, and so is "under": what follows it lies over what stands before.
    """
    sense = item.sense("connector")
    if sense is not None and not item.role:
        return "with" if sense.value == "under" else sense.value
    return "with" if is_cover(item) else ""


def is_cover(item: Item) -> bool:
    """Say whether the item is a verb with the link to what covers: "buried under"."""
    return item.sense("degree") is not None and " " in item.key and item.key.split()[-1] in _COVERS_BY


def is_bare_cover(item: Item) -> bool:
    """Say whether the item is a verb such as "covered" or "splashed" without the link to what it covers with."""
    sense = item.sense("degree")
    return sense is not None and sense.flag == "cover" and " " not in item.key


def bind_degrees(items: list[Item]) -> None:
    """Let every degree word and percentage scale the word it belongs to."""
    for index, item in enumerate(items):
        sense = item.sense("degree")
        if sense is None or item.role:
            continue
        target = _degree_target(items, index, sense)
        if target is None:
            continue
        if sense.flag == "times":
            target.times *= sense.amount
        elif sense.flag == "cover":
            target.cover = sense.amount
        else:
            target.absolute = sense.amount
        item.settle("degree", f"{target.key}")


def _degree_target(items: list[Item], index: int, sense: Sense) -> Item | None:
    item = items[index]
    if is_bare_cover(item):
        if index and items[index - 1].sense("layer", "beyond_layer"):
            return items[index - 1]  # mud splashed
        if item.key == "covered" or item.sense("layer", "trait"):
            return None
    following = next(_same_clause(items[index + 1 :]), None)
    if following is not None:
        if not item.sense("trait", "shade") or is_layer_noun(following):
            return following
        return None
    if sense.flag == "percent" or item.sense("trait", "shade") is None:
        return next(_same_clause(items[:index][::-1]), None) if sense.flag == "percent" else None
    return None


def _same_clause(items: list[Item]) -> Iterator[Item]:
    """Yield what a degree word may scale, nearest first, up to the end of the clause."""
    passed_color = False
    for item in items:
        if is_break(item) or (item.sense("connector") and link_of(item) != "of"):
            return
        if _may_be_scaled(item):
            if not passed_color or is_layer_noun(item):
                yield item
            return
        if item.sense("color"):
            passed_color = True
        elif item.sense("base", "family", "noun", "beyond", "part") or not item.senses:
            return


def _may_be_scaled(item: Item) -> bool:
    if (
        item.role not in ("", "negation")
        or is_cover(item)
        or (item.sense("degree") and not item.sense("layer"))
    ):
        return False
    return item.sense("layer", "trait", "shade", "option", "content", "beyond_layer") is not None
