"""What a prompt asked for, and the honest account of how it was read.

MaterialRequest carries plain numbers and words for the recipes; PromptReport says, word by word, what was
understood, what has no effect and what was ignored. Both are values: equal prompts give equal requests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from assetgen.errors import SpecError


@dataclass(frozen=True, slots=True)
class ColorWord:
    """A color with the name that the prompt gave it.

    Args:
        name: the words of the prompt in their usual spelling ("dark grey"), or "#rrggbb".
        srgb: red, green, blue in sRGB, each 0..1. For a metal this is the reflectance of bare metal.
        metal: whether it is the color of a bare metal (gold, copper, ...), to be given metallic = 1.
    """

    name: str
    srgb: tuple[float, float, float]
    metal: bool = False

    def __post_init__(self) -> None:
        if not all(0.0 <= channel <= 1.0 for channel in self.srgb):
            raise SpecError(f"color {self.name!r} has channels {self.srgb}; each must lie within 0..1.")


@dataclass(frozen=True, slots=True)
class LayerRequest:
    """A layer over or in the base: its amount is coverage or strength, above 0 and up to 1.

    Args:
        name: the layer; for another material of the library that lies over the base, that material.
        amount: coverage or strength, above 0 and up to 1.
        color: its own color, if any.
        material: what is asked of that other material, its color and layers included; None for a layer.
    """

    name: str
    amount: float
    color: ColorWord | None = None
    material: MaterialRequest | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.amount <= 1.0:
            raise SpecError(f"layer {self.name!r} has amount {self.amount}; it must lie above 0 and up to 1.")


@dataclass(frozen=True, slots=True)
class MaterialRequest:
    """Everything that a material recipe needs to know of a prompt; hashable, in canonical order.

    Args:
        base: the recipe, or None when the prompt names no material of this library.
        traits: (name, value), sorted by name; a missing trait is the recipe's own choice by seed.
        options: (key, value), sorted by key.
        color: paint on painted_metal, tint on a natural material.
        second_color: the other color of a pattern, or the color of mortar or grout.
        layers: sorted by name, each name once; a layer that the prompt forbids does not stand here.
        style: the style that a word asks for.
        tile_m: width of one tile in metres, when the prompt says so; so too seed and size in pixels.
    """

    base: str | None = None
    traits: tuple[tuple[str, float], ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    color: ColorWord | None = None
    second_color: ColorWord | None = None
    layers: tuple[LayerRequest, ...] = ()
    style: str | None = None
    tile_m: float | None = None
    seed: int | None = None
    size: int | None = None

    def __post_init__(self) -> None:
        names = [layer.name for layer in self.layers]
        if list(self.traits) != sorted(self.traits) or list(self.options) != sorted(self.options):
            raise SpecError("traits and options of a material request must be sorted.")
        if names != sorted(set(names)):
            raise SpecError(f"layers {names} of a material request must be sorted, each once.")
        if not all(math.isfinite(value) for _, value in self.traits):
            raise SpecError("traits of a material request must be finite numbers.")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the prompt, prompt[start:end] == text, and how it was read.

    Args:
        kind: base, layer, trait, option, color, style, part, place, token, negation, degree, kind, no_effect
            or ignored.
        value: what it stands for, such as "moss" or "age=0.80".
        how: exact, lemma (plural or spelling), synonym, compound, fuzzy, family, token or none.
    """

    text: str
    start: int
    end: int
    kind: str
    value: str
    how: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A stretch of the prompt that changes nothing, why, and what could be written instead."""

    text: str
    start: int
    end: int
    suggestions: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class PromptReport:
    """The account of one reading; `request` is what it led to."""

    prompt: str
    kind: str
    request: MaterialRequest
    confidence: float
    spans: tuple[Span, ...] = ()
    understood: tuple[str, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    no_effect: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def base(self) -> str | None:
        """The recipe, or None."""
        return self.request.base

    @property
    def suggested(self) -> tuple[str, ...]:
        """Every suggestion of the ignored words, each once, in their order."""
        return tuple(dict.fromkeys(word for item in self.ignored for word in item.suggestions))

    def to_json(self) -> dict[str, object]:
        """Return the report as plain JSON values.

        Keys, all always there: prompt, kind, base, confidence, layers [{name, amount, color}],
        traits {name: value}, options {key: value}, color, second_color ({name, srgb, metal} or null), style,
        tile_m, seed, size, understood [line], ignored [{text, start, end, suggestions, reason}],
        suggested [word], no_effect [text], warnings [line], spans [{text, start, end, kind, value, how}].
        Offsets count Unicode characters.
        """
        request = self.request
        layers = [{"name": x.name, "amount": x.amount, "color": _color_json(x.color)} for x in request.layers]
        return {
            "prompt": printable(self.prompt),
            "kind": self.kind,
            "base": request.base,
            "confidence": self.confidence,
            "layers": layers,
            "traits": dict(request.traits),
            "options": dict(request.options),
            "color": _color_json(request.color),
            "second_color": _color_json(request.second_color),
            "style": request.style,
            "tile_m": request.tile_m,
            "seed": request.seed,
            "size": request.size,
            "understood": list(self.understood),
            "ignored": [_ignored_json(item) for item in self.ignored],
            "suggested": list(self.suggested),
            "no_effect": [printable(text) for text in self.no_effect],
            "warnings": list(self.warnings),
            "spans": [_span_json(span) for span in self.spans],
        }

    def to_text(self) -> str:
        """Return the form that `assetgen explain` prints: the prompt, marks under it, one line a finding.

        Marks: = base, + layer, ~ trait, option or style, * color, - negation, . no effect, ? ignored.
        """
        lines = _marked_prompt(self.prompt, self.spans)
        lines += [
            f"  {'kind':<11} {self.kind}",
            f"  {'base':<11} {self.base or 'none'}  ({self.confidence:.0%} sure)",
        ]
        lines += _block("understood", self.understood)
        ignored = [_ignored_line(item) for item in self.ignored]
        lines += _block("ignored", ignored)
        lines += _block(
            "no effect", [", ".join(printable(text) for text in self.no_effect)] if self.no_effect else []
        )
        lines += _block("warning", self.warnings)
        return "\n".join(lines)


_MARKS = {
    "base": "=",
    "layer": "+",
    "trait": "~",
    "option": "~",
    "style": "~",
    "part": "*",
    "degree": "~",
    "color": "*",
    "token": "~",
    "negation": "-",
    "no_effect": ".",
    "place": ".",
    "kind": ".",
    "ignored": "?",
}
_WIDTH = 100


def printable(text: str) -> str:
    """Return the text with what no terminal or UTF-8 file can carry replaced one for one."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if 0xD800 <= ord(c) <= 0xDFFF else " " if not c.isprintable() else c
        for c in text
    )


def _marked_prompt(prompt: str, spans: tuple[Span, ...]) -> list[str]:
    marks = [" "] * len(prompt)
    for span in spans:
        marks[span.start : span.end] = _MARKS.get(span.kind, " ") * (span.end - span.start)
    shown = printable(prompt)
    lines = []
    for at in range(0, min(len(prompt), 8 * _WIDTH), _WIDTH):
        lines.append("  " + shown[at : at + _WIDTH].rstrip())
        lines.append(("  " + "".join(marks[at : at + _WIDTH])).rstrip())
    return lines


def _block(title: str, rows: list[str] | tuple[str, ...]) -> list[str]:
    return [f"  {title if index == 0 else '':<11} {row}" for index, row in enumerate(rows)]


def _ignored_line(item: Ignored) -> str:
    hint = f"; try {', '.join(item.suggestions)}" if item.suggestions else ""
    return f"{printable(item.text)!r}: {item.reason}{hint}"


def _color_json(color: ColorWord | None) -> dict[str, object] | None:
    if color is None:
        return None
    return {"name": color.name, "srgb": list(color.srgb), "metal": color.metal}


def _ignored_json(item: Ignored) -> dict[str, object]:
    return {
        "text": printable(item.text),
        "start": item.start,
        "end": item.end,
        "suggestions": list(item.suggestions),
        "reason": item.reason,
    }


def _span_json(span: Span) -> dict[str, object]:
    return {
        "text": printable(span.text),
        "start": span.start,
        "end": span.end,
        "kind": span.kind,
        "value": span.value,
        "how": span.how,
    }
