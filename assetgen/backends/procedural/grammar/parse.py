"""A prompt in free words turned into a material request and an honest report.

The way of a prompt: settings and weights are taken out (`tokens`), misspelt words mended (`match`), the
longest phrases of the lexicon found (`phrases`), words bound to what they belong to (`scope`), and the
findings turned into values (`meaning`, `tint`). Nothing here raises, whatever the text; `check_strict` is
for strict builds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from assetgen.backends.procedural.catalog.sounds import load_sounds
from assetgen.backends.procedural.grammar.base import choose_base, free_lone_base
from assetgen.backends.procedural.grammar.beneath import mark_beneath
from assetgen.backends.procedural.grammar.coats import read_coats
from assetgen.backends.procedural.grammar.lexicon import Lexicon, load_lexicon
from assetgen.backends.procedural.grammar.meaning import (
    Reading,
    read_base,
    read_modifiers,
    read_parts,
    to_request,
)
from assetgen.backends.procedural.grammar.phrases import Item, gather
from assetgen.backends.procedural.grammar.report import (
    ColorWord,
    Ignored,
    LayerRequest,
    MaterialRequest,
    PromptReport,
    Span,
    printable,
)
from assetgen.backends.procedural.grammar.rest import account_for_rest
from assetgen.backends.procedural.grammar.scope import (
    bind_degrees,
    mark_locations,
    mark_negations,
    settle_colors,
)
from assetgen.backends.procedural.grammar.sound_parse import parse_sound
from assetgen.backends.procedural.grammar.tint import read_colors
from assetgen.backends.procedural.grammar.tokens import MAX_TOKENS, Setting, Taken, take_apart
from assetgen.errors import SpecError

KINDS: Final = ("material", "texture", "sprite_sheet", "atlas", "audio", "mesh")
_SURFACES: Final = frozenset({"material", "texture", "atlas", "mesh"})
_NEED_BASE: Final = _SURFACES | {"audio"}
_SETTING_KINDS: Final = {
    "bpm": ("audio",),
    "bars": ("audio",),
    "seconds": ("audio",),
    "key": ("audio",),
    "frames": ("sprite_sheet",),
}
_NOT_FOR_SOUNDS: Final = (
    "base",
    "family",
    "layer",
    "trait",
    "option",
    "kin",
    "content",
    "color",
    "shade",
    "style",
    "part",
    "beyond_layer",
)
_NOT_FOR_SPRITES: Final = ("base", "family", "layer", "option", "part")
_WEAK_KIND_WORDS: Final = frozenset({"loop", "looping", "frame", "animated", "model"})


@dataclass(frozen=True, slots=True)
class ParsedPrompt:
    """What a prompt asks for, and how it was read."""

    request: MaterialRequest
    report: PromptReport


def parse_prompt(prompt: str, *, negative: str = "", kind: str | None = None) -> ParsedPrompt:
    """Return the request and the report of a prompt; never raises, whatever the text.

    Args:
        prompt: free text; what lies beyond 8000 characters or 600 words is not read, and reported as ignored.
        negative: free text read in the same way; what it names is taken away.
        kind: the kind of asset when the caller knows it; otherwise the words decide, "material" by default.
    """
    lexicon = load_lexicon()
    taken = take_apart(prompt)
    if kind == "audio":
        return _of_sound(prompt, negative)
    items, chosen_kind, reading = _gather_and_read(taken, prompt, kind, lexicon)
    if chosen_kind == "audio":
        return _of_sound(prompt, negative)
    if torn := _speaking_of_another(items, lexicon):
        items, chosen_kind, reading = _gather_and_read(taken, prompt, kind, lexicon, torn)
    _subtract(negative, reading, lexicon)
    settings, spans, ignored = _follow_settings(taken.settings, prompt, chosen_kind, lexicon)
    request = replace(to_request(reading), **settings)
    if taken.unread_from is not None:
        ignored.append(_unread(prompt, taken.unread_from))
    report = _report(prompt, chosen_kind, request, reading, items, spans=spans, ignored=ignored)
    return ParsedPrompt(request, report)


def _of_sound(prompt: str, negative: str) -> ParsedPrompt:
    report = parse_sound(prompt, negative=negative).report
    return ParsedPrompt(report.request, report)


def check_strict(report: PromptReport) -> None:
    """Raise SpecError when any word was ignored or a surface has no base; strict builds call this.

    Raises:
        SpecError: naming every ignored word, why, and what could be written instead.
    """
    troubles = [_trouble(item) for item in report.ignored]
    if report.base is None and report.kind in _NEED_BASE:
        names = load_sounds().sounds if report.kind == "audio" else load_lexicon().recipes
        thing = "sound" if report.kind == "audio" else "material"
        known = ", ".join(name.replace("_", " ") for name in names)
        troubles.insert(0, f"names no {thing} of this library; it knows {known}")
    if troubles:
        text = printable(report.prompt[:80])
        raise SpecError(
            f"prompt {text!r} is not fully understood: {'; '.join(troubles)}. "
            "Mend the prompt, or build without strict prompts."
        )


def _trouble(item: Ignored) -> str:
    hint = f", try {' or '.join(item.suggestions)}" if item.suggestions else ""
    return f"{printable(item.text)!r} at character {item.start + 1}: {item.reason}{hint}"


def _gather_and_read(
    taken: Taken, prompt: str, kind: str | None, lexicon: Lexicon, torn: frozenset[str] = frozenset()
) -> tuple[list[Item], str, Reading]:
    items = gather(taken.tokens, prompt, lexicon, torn)
    settle_colors(items, lexicon)
    chosen_kind = kind if kind is not None else _kind_of(items)
    return items, chosen_kind, _read(items, chosen_kind, lexicon)


def _speaking_of_another(items: list[Item], lexicon: Lexicon) -> frozenset[str]:
    """Return phrases that say something of a material that was not taken, but whose words alone say something too.

    Brass inlays are an option of one material and a layer in a color on all others.
    """
    return frozenset(
        item.key
        for item in items
        if item.role == "ignored"
        and item.sense("option", "content")
        and " " in item.key
        and any(
            sense.kind in ("layer", "base")
            for word in item.key.split()
            for sense in lexicon.phrases.get(word, ())
        )
    )


def _kind_of(items: list[Item]) -> str:
    """Return the kind that the words speak of; "loop" decides only when no clearer word does."""
    weak = ""
    for item in items:
        sense = item.sense("kind")
        if sense is None or item.sense("no_effect"):
            continue
        if item.key not in _WEAK_KIND_WORDS:
            return sense.value
        weak = weak or sense.value
    return weak or "material"


def _read(items: list[Item], kind: str, lexicon: Lexicon) -> Reading:
    """Let every part of the grammar settle its words, the most certain first."""
    reading = Reading()
    mark_negations(items)
    if kind not in _SURFACES:
        _drop_foreign(items, kind, lexicon)
    mark_locations(items)
    mark_beneath(items, lexicon)
    chosen, sense = choose_base(items, lexicon)
    if chosen is None or chosen.sense("layer"):
        free_lone_base(items)
        chosen, sense = choose_base(items, lexicon)
    read_base(items, chosen, sense, reading, lexicon)
    _absorb(items, reading, lexicon)
    read_coats(items, reading, lexicon)
    read_parts(items, reading, lexicon)
    bind_degrees(items)
    read_modifiers(items, reading, lexicon)
    account_for_rest(items, reading.base, kind, lexicon, things_only=True)
    read_colors(items, reading, lexicon)
    account_for_rest(items, reading.base, kind, lexicon)
    return reading


def _drop_foreign(items: list[Item], kind: str, lexicon: Lexicon) -> None:
    """Ignore words of surfaces in a prompt for sounds or sprites."""
    foreign = _NOT_FOR_SOUNDS if kind == "audio" else _NOT_FOR_SPRITES
    for item in items:
        if item.sense(*foreign) and not item.sense("kind", "stop", "degree", "no_effect", "connector"):
            item.ignore(f"does not apply to {lexicon.kind_plural.get(kind, kind)}")


def _absorb(items: list[Item], reading: Reading, lexicon: Lexicon) -> None:
    """Settle words that a base brings along by nature, such as the tree of a bark."""
    for item in items:
        if reading.base is not None and item.key in lexicon.absorbs[reading.base]:
            item.settle("place", item.key)


def _subtract(negative: str, reading: Reading, lexicon: Lexicon) -> None:
    """Take away what the negative prompt names."""
    if not negative:
        return
    items = gather(take_apart(negative).tokens, negative, lexicon)
    settle_colors(items, lexicon)
    mark_negations(items, all_of_them=True)
    unwanted = Reading()
    for item in items:
        item.negated = True
    unwanted.traits = reading.traits
    read_modifiers(items, unwanted, lexicon)
    read_colors(items, unwanted, lexicon)
    reading.denied.update(unwanted.denied)
    for item in items:
        if not item.senses:
            reading.warnings.append(
                f"negative prompt: '{printable(item.text)}' is unknown and takes nothing away."
            )
    if reading.base is not None and reading.base.replace("_", " ") in unwanted.denied:
        reading.warnings.append(
            f"negative prompt: {reading.base.replace('_', ' ')} is the material asked for; kept."
        )


def _follow_settings(
    settings: list[Setting], prompt: str, kind: str, lexicon: Lexicon
) -> tuple[dict[str, int | float], list[Span], list[Ignored]]:
    values: dict[str, int | float] = {}
    spans: list[Span] = []
    ignored: list[Ignored] = []
    for setting in settings:
        text = prompt[setting.start : setting.end]
        trouble = setting.trouble
        if setting.name in _SETTING_KINDS and kind not in _SETTING_KINDS[setting.name]:
            trouble = f"does not apply to {lexicon.kind_plural.get(kind, kind)}"
        if trouble:
            ignored.append(Ignored(text, setting.start, setting.end, (), trouble))
            spans.append(Span(text, setting.start, setting.end, "ignored", "", "token"))
            continue
        role = "no_effect" if setting.name == "no_effect" else "token"
        spans.append(Span(text, setting.start, setting.end, role, f"{setting.name}={setting.value}", "token"))
        if setting.name in ("seed", "size"):
            values[setting.name] = int(setting.value)
        elif setting.name == "tile_m":
            values[setting.name] = float(setting.value)
    return values, spans, ignored


def _unread(prompt: str, start: int) -> Ignored:
    end = min(len(prompt), start + 40)
    return Ignored(prompt[start:end], start, end, (), f"from here on not read: only {MAX_TOKENS} words are")


def _report(
    prompt: str,
    kind: str,
    request: MaterialRequest,
    reading: Reading,
    items: list[Item],
    *,
    spans: list[Span],
    ignored: list[Ignored],
) -> PromptReport:
    for item in items:
        if item.role in ("", "stop"):
            continue
        spans.append(
            Span(item.text, item.start, item.end, item.role, item.value, item.how if item.senses else "none")
        )
        if item.role == "ignored":
            ignored.append(Ignored(item.text, item.start, item.end, item.suggestions, item.reason))
    fuzzy = [
        f"'{item.text}' was read as '{item.key}'."
        for item in items
        if item.how == "fuzzy" and item.role not in ("", "stop")
    ]
    warnings = tuple(dict.fromkeys(reading.warnings + fuzzy))
    spans.sort(key=lambda span: (span.start, span.end))
    ignored.sort(key=lambda item: (item.start, item.end))
    return PromptReport(
        prompt=prompt,
        kind=kind,
        request=request,
        confidence=_confidence(request, items, ignored),
        spans=tuple(spans),
        understood=tuple(_understood(request, reading)),
        ignored=tuple(ignored),
        no_effect=tuple(span.text for span in spans if span.kind in ("no_effect", "place")),
        warnings=warnings,
    )


def _confidence(request: MaterialRequest, items: list[Item], ignored: list[Ignored]) -> float:
    """Return how sure the reading is: by how the base was found, less for every ignored word."""
    if request.base is None:
        return 0.0
    ways = [item.how for item in items if item.role == "base" and item.value == request.base]
    start = max(({"family": 0.5, "fuzzy": 0.7, "compound": 0.9}.get(way, 1.0) for way in ways), default=0.5)
    told = sum(item.role not in ("", "stop", "ignored", "no_effect", "place") for item in items)
    return round(start * (1.0 - 0.5 * len(ignored) / max(1, told + len(ignored))), 3)


def _understood(request: MaterialRequest, reading: Reading) -> list[str]:
    lines = [f"base: {request.base.replace('_', ' ')}"] if request.base else []
    if request.color:
        lines.append(f"color: {_color_text(request.color)}")
    if request.second_color:
        lines.append(f"second color: {_color_text(request.second_color)}")
    lines += [_layer_text(layer) for layer in request.layers]
    lines += [f"{name}: {value:g}" for name, value in request.traits]
    lines += [f"{key}: {value.replace('_', ' ')}" for key, value in request.options]
    if request.style:
        lines.append(f"style: {request.style.replace('_', ' ')}")
    if request.tile_m:
        lines.append(f"tile: {request.tile_m:g} m")
    if request.seed is not None:
        lines.append(f"seed: {request.seed}")
    if request.size is not None:
        lines.append(f"size: {request.size} px")
    return lines + [f"without: {name}" for name in reading.denied]


def _color_text(color: ColorWord) -> str:
    return f"{color.name} (metal)" if color.metal else color.name


def _layer_text(layer: LayerRequest) -> str:
    color = f" in {_color_text(layer.color)}" if layer.color else ""
    name = layer.name.replace("_", " ")
    if layer.material is None:
        return f"layer: {name} {layer.amount:.0%}{color}"
    own = [_layer_text(inner).removeprefix("layer: ") for inner in layer.material.layers]
    own += [f"{trait} {value:g}" for trait, value in layer.material.traits]
    own += [f"{key} {value.replace('_', ' ')}" for key, value in layer.material.options]
    return f"over it: {name} {layer.amount:.0%}{color}" + (f" ({', '.join(own)})" if own else "")
