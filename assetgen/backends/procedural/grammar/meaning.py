"""Items with their scope decided, turned into traits, options, colors and layers of a request."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from assetgen.backends.procedural.grammar.lexicon import Lexicon, Sense
from assetgen.backends.procedural.grammar.phrases import Item
from assetgen.backends.procedural.grammar.report import ColorWord, LayerRequest, MaterialRequest
from assetgen.backends.procedural.grammar.rest import is_akin
from assetgen.backends.procedural.grammar.scope import (
    is_bare_cover,
    is_break,
    is_content,
    is_cover,
    is_layer_noun,
)

_PAINT: Final = 0.85
_PEELED: Final = 0.65
"""What is left of paint that peels, is chipped or flakes, of what there would be."""
_FROM: Final = ("from", "by", "for", "in", "at", "of", "like")


@dataclass(slots=True)
class Reading:
    """What has been understood so far."""

    base: str | None = None
    traits: dict[str, float] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    colors: list[ColorWord] = field(default_factory=list)
    second: ColorWord | None = None
    implied_color: ColorWord | None = None
    layers: dict[str, LayerRequest] = field(default_factory=dict)
    style: str | None = None
    denied: dict[str, None] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read_base(
    items: list[Item], chosen: Item | None, sense: Sense | None, reading: Reading, lexicon: Lexicon
) -> None:
    """Settle the base and whatever its word implies; other words for the same base agree with it."""
    if chosen is None or sense is None:
        return
    reading.base = _kin(items, sense.value)
    label = reading.base.replace("_", " ")
    if sense.kind == "family" and reading.base == sense.value:
        chosen.how = "family"
        reading.warnings.append(f"'{chosen.text}' names a family of materials; {label} was used.")
    if chosen.how == "fuzzy":
        reading.warnings.append(f"'{chosen.text}' was read as '{chosen.key}'.")
    chosen.settle("base", reading.base)
    for item in items:
        agrees = any(
            own.kind in ("base", "family") and own.value in (sense.value, reading.base) for own in item.senses
        )
        agrees = agrees and (item is chosen or _option_for(item, reading.base) is None)
        if agrees and not item.negated and item.sense("trait") is None:
            item.settle("base", reading.base)
        if item.role == "base":
            _imply(item.key, reading, lexicon)
    own_option = next((s for s in chosen.senses if s.kind == "option" and s.flag == reading.base), None)
    if own_option is not None:
        _set_option(own_option, reading)


def _kin(items: list[Item], base: str) -> str:
    """Return the material that another word makes of the base: painted planks are a material of their own."""
    for item in items:
        kin = next((s for s in item.senses if s.kind == "kin" and s.flag == base), None)
        if kin is not None and not item.negated:
            if item.sense("trait", "part") is None:
                item.settle("base", kin.value)
            return kin.value
    return base


def _imply(key: str, reading: Reading, lexicon: Lexicon) -> None:
    for name, value in lexicon.implied.get(key, {}).items():
        if isinstance(value, float | int):
            reading.traits.setdefault(name, float(value))
        elif name == "color":
            reading.implied_color = next(
                s.color for s in lexicon.phrases[lexicon.key(value.split())] if s.kind == "color"
            )
        else:
            reading.options.setdefault(name, value)


def read_modifiers(items: list[Item], reading: Reading, lexicon: Lexicon) -> None:
    """Settle layers, traits, options and styles, in the order of the prompt."""
    for index, item in enumerate(items):
        if item.role not in ("",) or is_break(item):
            continue
        thing = _foreign_thing(items, index, reading, lexicon)
        if item.negated:
            _deny(item, reading, lexicon)
        elif thing is not None and item.sense("layer", "trait", "option"):
            item.ignore(f"belongs to '{thing.text}', which is not shown")
        elif content := _content_for(item, reading.base):
            _add_content(content, item, reading, lexicon)
        elif option := _option_for(item, reading.base):
            _set_option(option, reading)
            item.settle("option", option.value)
        elif item.sense("layer"):
            _add_layer(item, reading)
        elif item.sense("trait"):
            _add_trait(items, index, reading, lexicon)
        elif style := item.sense("style"):
            item.settle("style", style.value)
            reading.style = reading.style or style.value


def _foreign_thing(items: list[Item], index: int, reading: Reading, lexicon: Lexicon) -> Item | None:
    """Return the thing that an adjective after the base describes: "brick with rusty nails"."""
    if is_cover(items[index]) or is_layer_noun(items[index]):
        return None
    if not any(item.role == "base" for item in items[:index]):
        return None
    if _content_for(items[index], reading.base):
        return None
    if any(other.key in _FROM for other in items[max(0, index - 2) : index]):
        return None  # "concrete from an abandoned factory" is abandoned itself
    for other in items[index + 1 :]:
        if _content_for(other, reading.base):
            return None
        if is_layer_noun(other):
            return None
        if not other.senses or other.sense("noun", "beyond", "beyond_layer"):
            return None if other.negated or other.role else other
        rival = other.sense("base", "family")
        if (
            rival is not None
            and rival.kind == "family"
            and reading.base
            and is_akin(rival, reading.base, lexicon)
        ):
            return None
        if rival is not None and rival.value != reading.base and not other.role:
            return None if other.sense("trait", "place") else other
        if not other.sense("trait", "option", "color", "shade", "degree") and not other.sense("layer"):
            return None
    return None


def _option_for(item: Item, base: str | None) -> Sense | None:
    return next((s for s in item.senses if s.kind == "option" and s.flag == base), None)


def _content_for(item: Item, base: str | None) -> Sense | None:
    return next((s for s in item.senses if s.kind == "content" and s.flag == base), None)


def _add_content(content: Sense, item: Item, reading: Reading, lexicon: Lexicon) -> None:
    """Set how much of something lies in the base itself: pebbles in dirt, crackle in glaze."""
    value = _trait_value(content, item, lexicon)
    reading.traits[content.value] = _stronger(reading.traits.get(content.value), value, content, lexicon)
    item.settle("trait", f"{content.value}={value:.2f}")


def _set_option(option: Sense, reading: Reading) -> None:
    key, value = option.value.split("=")
    reading.options[key] = value


def _add_layer(item: Item, reading: Reading) -> None:
    sense = item.sense("layer")
    if sense is None:
        return
    start = (
        item.absolute if item.absolute is not None else item.cover if item.cover is not None else sense.amount
    )
    amount = round(min(1.0, max(0.0, start * item.times * item.weight)), 4)
    if amount <= 0.0:
        item.settle("negation", sense.value)
        reading.denied[sense.value] = None
        return
    before = reading.layers.get(sense.value)
    color = before.color if before else None
    if before is None or amount > before.amount:
        reading.layers[sense.value] = LayerRequest(sense.value, amount, color)
    item.settle("layer", f"{sense.value}={amount:.2f}")


def _add_trait(items: list[Item], index: int, reading: Reading, lexicon: Lexicon) -> None:
    item = items[index]
    if item.sense("shade") and _next_is(items, index, "color"):
        return
    if _qualifies_layer(items, index):
        layer = next(other for other in items[index + 1 :] if not other.sense("color", "shade"))
        _scale_layer(item, layer, reading)
        return
    told: list[str] = []
    for sense in item.senses:
        if sense.kind == "trait":
            value = _stronger(
                reading.traits.get(sense.value), _trait_value(sense, item, lexicon), sense, lexicon
            )
            reading.traits[sense.value] = value
            told.append(f"{sense.value}={value:.2f}")
    item.settle("trait", " ".join(told))


def _stronger(known: float | None, value: float, sense: Sense, lexicon: Lexicon) -> float:
    """Of two words for one dial the stronger holds; of opposites the later."""
    neutral = lexicon.traits[sense.value].neutral
    if known is None or (known - neutral) * (value - neutral) <= 0:
        return value
    return max(known, value, key=lambda x: abs(x - neutral))


def _next_is(items: list[Item], index: int, *kinds: str) -> bool:
    for item in items[index + 1 : index + 4]:
        if item.sense(*kinds):
            return True
        if item.sense("shade") is None:
            return False
    return False


def _qualifies_layer(items: list[Item], index: int) -> bool:
    following = next((item for item in items[index + 1 :] if not item.sense("color", "shade")), None)
    if following is None or not is_layer_noun(following) or following.negated:
        return False
    after = items[index + 2] if index + 2 < len(items) else None
    return after is None or not (is_bare_cover(after) or after.key == "free")


def _scale_layer(item: Item, layer: Item, reading: Reading) -> None:
    """A size word before a layer makes it more or less; other qualities of layers are not to be had."""
    sense = layer.sense("layer")
    if sense is not None and sense.value == "paint" and any(s.value == "wear" for s in item.senses):
        layer.times *= _PEELED
        item.settle("degree", layer.key)
        return
    size = next((s for s in item.senses if s.kind == "trait" and s.value in ("scale", "relief")), None)
    if size is None:
        item.ignore(f"says nothing about {layer.key} in this library")
        return
    layer.times *= math.sqrt(size.amount)
    item.settle("degree", layer.key)


def _trait_value(sense: Sense, item: Item, lexicon: Lexicon) -> float:
    trait = lexicon.traits[sense.value]
    factor = item.times * item.weight
    value = sense.amount
    if item.absolute is not None:
        value = value if trait.multiplies else math.copysign(item.absolute, value)
    value = value**factor if trait.multiplies else value * factor
    return round(min(trait.high, max(trait.low, value)), 4)


def _deny(item: Item, reading: Reading, lexicon: Lexicon) -> None:
    """Follow a negation: the layer stays away, the trait goes back to neutral, the color is not taken."""
    if content := _content_for(item, reading.base):
        reading.traits[content.value] = 0.0
    for sense in item.senses:
        if sense.kind == "trait" and item.sense("layer") is None and item.sense("base") is None:
            trait = lexicon.traits[sense.value]
            now = reading.traits.get(sense.value)
            if now is None or (now - trait.neutral) * (sense.amount - trait.neutral) > 0:
                reading.traits[sense.value] = trait.neutral
    if not item.senses:
        return
    if is_content(item):
        reading.denied[_denied_name(item)] = None
        item.settle("negation", f"no {_denied_name(item)}")


def _denied_name(item: Item) -> str:
    sense = item.sense("layer") or item.sense("base", "style")
    return sense.value.replace("_", " ") if sense is not None else item.key


def read_parts(items: list[Item], reading: Reading, lexicon: Lexicon) -> None:
    """Settle mortar, grout and paint where the base has them, with "thin" or "wide" before them."""
    _paint_over(items, reading, lexicon)
    for index, item in enumerate(items):
        sense = item.sense("part")
        if sense is None or item.role or item.negated or reading.base is None:
            continue
        part = lexicon.parts[sense.value]
        if reading.base not in part.recipes:
            item.ignore(f"does not apply to {reading.base.replace('_', ' ')}")
            continue
        item.settle("part", sense.value)
        for other in _words_before(items, index):
            for value, words in ((0.0, part.thin), (1.0, part.wide)):
                if other.key in words:
                    reading.traits["joint"] = value
                    other.settle("trait", f"joint={value:.2f}")


def _paint_over(items: list[Item], reading: Reading, lexicon: Lexicon) -> None:
    """Let "paint" and "painted" mean a coat of paint where the base is not a painted thing by itself."""
    if reading.base is None or reading.base in lexicon.parts["paint"].recipes:
        return
    for item in items:
        named, called = item.sense("part"), item.sense("color_after")
        is_paint = named is not None and named.value == "paint" and not item.role
        is_painted = called is not None and called.value == "painted" and item.role in ("", "no_effect")
        is_own = any(own.kind in ("kin", "option") and own.flag == reading.base for own in item.senses)
        if (is_paint or is_painted) and not is_own and item.sense("base") is None:
            item.role = item.value = ""
            item.senses = (Sense("layer", "paint", _PAINT, "noun"),)


def _words_before(items: list[Item], index: int) -> list[Item]:
    words: list[Item] = []
    for other in reversed(items[:index]):
        if not other.sense("trait", "color", "shade", "degree", "stop"):
            break
        words.append(other)
    return words


def to_request(reading: Reading) -> MaterialRequest:
    """Return the canonical request: denied layers and colors gone, everything sorted."""
    colors = [color for color in reading.colors if color.name not in reading.denied]
    layers = [layer for name, layer in reading.layers.items() if name not in reading.denied]
    first = colors[0] if colors else reading.implied_color
    second = reading.second or (colors[1] if len(colors) > 1 else None)
    return MaterialRequest(
        base=reading.base,
        traits=tuple(sorted(reading.traits.items())),
        options=tuple(sorted(reading.options.items())),
        color=first,
        second_color=second,
        layers=tuple(sorted(layers, key=lambda layer: layer.name)),
        style=reading.style if reading.style not in reading.denied else None,
    )
