"""Color words bound to what they color: a layer, a part of the base, or the base itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from assetgen.backends.procedural.grammar.color import apply_shade, mix
from assetgen.backends.procedural.grammar.lexicon import Lexicon
from assetgen.backends.procedural.grammar.meaning import Reading
from assetgen.backends.procedural.grammar.phrases import Item
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.grammar.scope import is_bare_cover, is_break, is_layer_noun, is_trait_noun

_SKIPPED: Final = (
    "trait",
    "option",
    "kin",
    "shade",
    "degree",
    "stop",
    "color_after",
    "no_effect",
    "style",
    "scene",
)


def read_colors(items: list[Item], reading: Reading, lexicon: Lexicon) -> None:
    """Bind every color of the prompt, with the shades before it, to its noun."""
    at = 0
    while at < len(items):
        start, end = _color_run(items, at)
        if end == start:
            at += 1
            continue
        run = items[start:end]
        target = _target(items, start, end)
        color = _one_color(run, _is_natural(target, reading, lexicon), lexicon)
        _give(color, run, target, reading, lexicon)
        at = end


def _color_run(items: list[Item], at: int) -> tuple[int, int]:
    """Return the stretch of shades and colors that begins at `at`; empty when no color is in it."""
    end = at
    while end < len(items) and items[end].role == "" and items[end].sense("color", "shade"):
        end += 1
    while end > at and items[end - 1].sense("color") is None:
        end -= 1
    return at, end


def _is_natural(target: Item | None, reading: Reading, lexicon: Lexicon) -> bool:
    return reading.base in lexicon.natural and (target is None or not is_layer_noun(target))


def _one_color(run: list[Item], is_natural: bool, lexicon: Lexicon) -> ColorWord:
    """Fold "dark dusty green" or "red brown" into one color: shades change it, a second hue is mixed in."""
    color: ColorWord | None = None
    for item in reversed(run):
        own = _color_of(item, is_natural)
        if own is None:
            shade = item.sense("shade")
            if shade is not None and color is not None:
                name = f"{item.key} {color.name}"
                color = apply_shade(color, lexicon.shades[shade.value], name=name, strength=item.times)
        elif color is None:
            color = own
        else:
            share = 0.3 if own.name.endswith("ish") else 0.5
            color = mix(color, own, share=share, name=f"{own.name} {color.name}")
    if color is None:
        return ColorWord("grey", (0.5, 0.5, 0.5))
    return color


def _color_of(item: Item, is_natural: bool) -> ColorWord | None:
    colors = [sense.color for sense in item.senses if sense.kind == "color" and sense.color]
    if is_natural:
        colors.sort(key=lambda color: color.metal)
    return colors[0] if colors else None


def _target(items: list[Item], start: int, end: int) -> Item | None:
    """Return the noun that the color belongs to; None stands for the base."""
    if _links_back(items, start):
        return items[start - 2]
    thing: Item | None = None
    for index in range(end, len(items)):
        item = items[index]
        link = item.sense("connector")
        if is_break(item) or (link is not None and not _joins_colors(items, index)):
            return thing
        if item.role == "base":
            return None
        if is_layer_noun(item):
            covered = index + 1 < len(items) and is_bare_cover(items[index + 1])
            return None if covered else item
        if item.sense("part") or is_trait_noun(item):
            return item
        if item.sense("base", "family"):
            return None
        if not item.senses or item.sense("noun", "beyond", "beyond_layer"):
            thing = thing or item
        elif link is None and not item.sense("color", "layer", *_SKIPPED):
            return thing
    return thing


def _joins_colors(items: list[Item], index: int) -> bool:
    link = items[index].sense("connector")
    if link is None or link.value != "and" or index + 1 >= len(items):
        return False
    return items[index + 1].sense("color", "shade") is not None


def _links_back(items: list[Item], start: int) -> bool:
    """Say whether the color is that of the layer before it: "veins of gold", "inlaid with gold"."""
    if start < 2 or items[start - 2].sense("layer") is None:
        return False
    link = items[start - 1].sense("connector")
    if link is None:
        return False
    return link.value in (("of", "in") if is_layer_noun(items[start - 2]) else ("with",))


def _give(color: ColorWord, run: list[Item], target: Item | None, reading: Reading, lexicon: Lexicon) -> None:
    if run[-1].negated:
        reading.denied[color.name] = None
        _settle(run, "negation", f"no {color.name}")
        return
    layer = target.sense("layer") if target is not None else None
    part = target.sense("part") if target is not None else None
    if layer is not None:
        if layer.value in reading.layers:
            reading.layers[layer.value] = replace(reading.layers[layer.value], color=color)
        _settle(run, "color", f"{color.name} on {layer.value}")
    elif part is not None and lexicon.parts[part.value].role == "second" and target and target.role == "part":
        reading.second = color
        _settle(run, "color", f"{color.name} on {part.value}")
    elif target is not None and target.role == "trait":
        for item in run:
            item.ignore(f"says nothing about {target.key} in this library")
    elif target is not None and target.role == "ignored" and reading.base is not None and part is None:
        for item in run:
            item.ignore(f"belongs to '{target.text}', which is ignored")
    else:
        _give_base(color, run, reading)


def _give_base(color: ColorWord, run: list[Item], reading: Reading) -> None:
    if color.name in [known.name for known in reading.colors]:
        _settle(run, "color", color.name)
    elif len(reading.colors) < 2:
        reading.colors.append(color)
        _settle(run, "color", color.name)
    else:
        for item in run:
            item.ignore("a third color; a material takes two")


def _settle(run: list[Item], role: str, value: str) -> None:
    for item in run:
        item.settle(role, value)
