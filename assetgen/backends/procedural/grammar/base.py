"""Which word of a prompt names the material, decided by what the words are and by where they stand.

A word for matter ("velvet") beats a place or an object ("curtain", "street"), and those beat a bare "wall". Of two
materials the base is the one that the other lies on; of two side by side the last, else the first.
"""

from __future__ import annotations

from assetgen.backends.procedural.grammar.lexicon import Lexicon, Sense
from assetgen.backends.procedural.grammar.phrases import Item
from assetgen.backends.procedural.grammar.scope import is_break, is_content, is_place, link_of

_ADJECTIVES = (
    "trait",
    "option",
    "kin",
    "color",
    "shade",
    "degree",
    "stop",
    "no_effect",
    "color_after",
    "style",
    "scene",
)


def free_lone_base(items: list[Item]) -> None:
    """Take back places that name a material: in "moss between bricks" nothing else does."""
    for item in items:
        if item.role == "place" and item.sense("base", "family"):
            item.role = item.value = ""


def choose_base(items: list[Item], lexicon: Lexicon) -> tuple[Item | None, Sense | None]:
    """Return the item that names the material, and the sense that does; a place or a family as last resort."""
    exact = [i for i, item in enumerate(items) if _may_be_base(item, "base") and not is_thing(item)]
    exact = [i for i in exact if not _lies_in_one_before(items, i, exact)]
    exact = _without_coats(items, exact)
    # Sand, snow and dirt are a ground of their own, or lie on whatever else is named.
    strong = [i for i in exact if items[i].sense("trait", "layer") is None]
    ground = _ground_below(items, exact, strong)
    if ground is not None:
        return items[ground], items[ground].sense("base")
    if strong:
        return _chosen(items, strong, "base")
    families = [i for i, item in enumerate(items) if _may_be_base(item, "family")]
    families = [i for i in families if not _is_place_of_another_thing(items, i)]
    firm = [i for i in families if not is_place(items[i])]
    things = [i for i, item in enumerate(items) if _may_be_base(item, "base") and is_thing(item)]
    under = sorted({*things, *families})
    exact = [] if _lie_on_another(items, exact, firm, under) else exact
    if exact and not _is_below(items, exact, under):
        return _chosen(items, exact, "base")
    blocked = [
        i
        for i, item in enumerate(items)
        if item.sense("beyond") and not item.sense("layer") and not item.negated and not item.role
    ]
    if blocked:
        # "stone and grass" is stone; "wooden shingles" are shingles.
        firm = families = [i for i in firm if i < blocked[0] and items[i + 1].sense("beyond") is None]
        things = [i for i in things if i < blocked[0]]
    if firm:
        family = _chosen(items, [i for i in firm if not _is_matter_alone(items[i])] or firm, "family")
        refined = [i for i in things if _are_of_one_kind(items[i], family[1], lexicon)]
        return _chosen(items, refined, "base") if refined else family
    if things:
        return _chosen(items, things, "base")
    return _chosen(items, families, "family") if families else (None, None)


def is_thing(item: Item) -> bool:
    """Say whether the item is a place or an object that only suggests a material."""
    sense = item.sense("base")
    return sense is not None and sense.flag == "thing"


def _chosen(items: list[Item], found: list[int], kind: str) -> tuple[Item, Sense | None]:
    item = items[_head(items, found)]
    return item, item.sense(kind)


def _without_coats(items: list[Item], exact: list[int]) -> list[int]:
    """Leave out what came off and what lies over a material that comes to light, unless nothing else is named."""
    beneath = [i for i in exact if items[i].lies == "beneath"]
    if beneath and len(exact) > len(beneath):
        return beneath
    below = [i for i in exact if items[i].lies != "above"]
    if below or any(_may_be_base(item, "family") or is_thing(item) for item in items):
        return below
    return exact


def _lie_on_another(items: list[Item], exact: list[int], firm: list[int], under: list[int]) -> bool:
    """Say whether the sand, snow or dirt of a prompt lies on something that is named by its family or its use."""
    if not exact:
        return False
    link = _link_before(items, exact[0])
    if firm and link in ("with", "on", "and"):
        return True  # "stone wall with dirt": dirt lies on the wall
    on = next((i for i, item in enumerate(items) if link_of(item) == "on"), None)
    if on is not None and any(i > on for i in under):
        return True
    # "grass with dirt": no dirt of which something beyond the library is a part
    return bool(link) and any(item.sense("beyond") and not item.negated for item in items[: exact[0]])


def _is_below(items: list[Item], exact: list[int], under: list[int]) -> bool:
    """Say whether a place or an object has the sand, snow or dirt on it: "a street with snow"."""
    before = [i for i in under if i < exact[0]]
    return bool(before) and any(
        link_of(item) == "with" or is_break(item) for item in items[before[0] : exact[0]]
    )


def _is_matter_alone(item: Item) -> bool:
    """Say whether a family word names the matter and no form: of cedar shingles the shingles say more."""
    sense = item.sense("family")
    return sense is not None and sense.flag in ("stone", "wood", "metal", "steel")


def _are_of_one_kind(thing: Item, family: Sense | None, lexicon: Lexicon) -> bool:
    """Say whether a thing tells more about a family: a wooden fence is of wood, a wooden countertop no granite."""
    sense = thing.sense("base")
    if sense is None or family is None:
        return False
    return lexicon.category[sense.value] == lexicon.category[family.value]


def _ground_below(items: list[Item], exact: list[int], strong: list[int]) -> int | None:
    """Return the sand, snow or dirt over which all other materials lie: "patches of grass on dirt"."""
    weak = [i for i in exact if i not in strong]
    if not weak or not strong:
        return None
    links = {
        link: next((i for i, item in enumerate(items) if link_of(item) == link), None)
        for link in ("on", "with")
    }
    if links["on"] is not None and all(i < links["on"] for i in strong):
        return next((i for i in weak if i > links["on"]), None)
    if links["with"] is not None and all(i > links["with"] for i in strong):
        return next((i for i in weak if i < links["with"]), None)
    return None


def _may_be_base(item: Item, kind: str) -> bool:
    return item.sense(kind) is not None and not item.negated and not item.role


def _lies_in_one_before(items: list[Item], index: int, bases: list[int]) -> bool:
    """Say whether a material named before the item can hold it: of "dirt with pebbles" the base is dirt."""
    within = {sense.flag for sense in items[index].senses if sense.kind == "content"}
    return any(at < index and sense.value in within for at in bases for sense in items[at].senses)


def _is_place_of_another_thing(items: list[Item], index: int) -> bool:
    """Say whether it is the wall of something unknown: what a castle floor is made of nobody said."""
    if not index or not is_place(items[index]):
        return False
    before = items[index - 1]
    return not before.senses or before.sense("noun", "beyond", "scene") is not None


def _link_before(items: list[Item], index: int) -> str:
    """Return what governs the item: with, on, and, of, in, or nothing."""
    for item in reversed(items[:index]):
        link = link_of(item)
        if link:
            return link
        if is_break(item) or item.sense("base", "family", "noun", "layer", "beyond"):
            return ""
    return ""


def _head(items: list[Item], found: list[int]) -> int:
    on = next((i for i, item in enumerate(items) if link_of(item) == "on"), None)
    if on is not None and any(i > on for i in found) and any(is_content(item) for item in items[:on]):
        found = [i for i in found if i > on]
    with_at = next((i for i, item in enumerate(items) if link_of(item) == "with"), None)
    if with_at is not None and any(i < with_at for i in found):
        found = [i for i in found if i < with_at]
    head = found[0]
    for later in found[1:]:
        between = items[head + 1 : later]
        if any(link_of(item) == "of" for item in between):
            break  # the bark of an oak is bark
        if all(item.sense(*_ADJECTIVES, "layer") for item in between):
            head = later
        else:
            break
    return head
