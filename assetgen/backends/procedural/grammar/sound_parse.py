"""A prompt in free words turned into a request for sound and the same honest report as for surfaces.

The first sound that is named is foremost; what is named "with" it sounds beside it. Words that say where it happens
choose among what it can be ("rain on a tin roof"), adjectives turn its dials, "no" takes parts away. Nothing here
raises, whatever the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from assetgen.backends.procedural.catalog.sounds import find_sound, load_sounds
from assetgen.backends.procedural.grammar.lexicon import load_lexicon
from assetgen.backends.procedural.grammar.report import (
    Ignored,
    LayerRequest,
    MaterialRequest,
    PromptReport,
    Span,
)
from assetgen.backends.procedural.grammar.sound_bind import read_mood, read_options, read_places, read_traits
from assetgen.backends.procedural.grammar.sound_doubt import decide_doubtful
from assetgen.backends.procedural.grammar.sound_parts import (
    Part,
    find_parts,
    mode_of,
    named,
    negated,
    style_for,
)
from assetgen.backends.procedural.grammar.sound_request import SoundPart, SoundRequest
from assetgen.backends.procedural.grammar.sound_tell import Item
from assetgen.backends.procedural.grammar.sound_words import (
    LONGEST,
    SoundLexicon,
    SoundSense,
    load_sound_lexicon,
)
from assetgen.backends.procedural.grammar.tokens import MAX_TOKENS, Setting, Taken, Token, take_apart

_FAR_SHARE: Final = 0.45
"""How loud a distant part is against the first."""
_ARTICLES: Final = ("a", "an", "the")
_NUMBERS: Final = {"bpm": (40.0, 240.0), "seconds": (0.05, 600.0), "bars": (1.0, 32.0)}


@dataclass(frozen=True, slots=True)
class ParsedSound:
    """What a prompt asks for, and how it was read."""

    request: SoundRequest
    report: PromptReport


def parse_sound(prompt: str, *, negative: str = "", mode: str | None = None) -> ParsedSound:
    """Return the request and the report of a prompt for a sound; never raises, whatever the text.

    Args:
        prompt: free text.
        negative: free text; sounds that it names are taken away.
        mode: ambience, sfx or music where the caller knows it; otherwise the words decide.
    """
    lexicon = load_sound_lexicon()
    taken = take_apart(prompt)
    items = _gather(taken.tokens, prompt, lexicon)
    decide_doubtful(items, mode)
    chosen = mode or mode_of(items)
    unwanted = negated(items, chosen) | named(_gather(take_apart(negative).tokens, negative, lexicon))
    parts = find_parts(items, chosen, unwanted, lexicon)
    by_mood: list[Part] = []
    if chosen == "music":
        mood = read_mood(items)
        by_mood = [] if parts or unwanted else style_for(items, mood)
        parts = parts or by_mood
    else:
        mood = None
        read_options(items, parts, lexicon)
        read_places(items, parts, lexicon)
    read_traits(items, parts)
    _account(items, chosen, lexicon, has_sound=bool(parts))
    settings, spans, ignored = _follow(taken.settings, prompt, chosen)
    request = SoundRequest(
        mode=chosen if parts else "",
        parts=tuple(_finished(part, number) for number, part in enumerate(parts)),
        mood=mood,
        seconds=settings.get("seconds"),
        bpm=settings.get("bpm"),
        key=_key_of(taken.settings),
        bars=int(settings["bars"]) if "bars" in settings else None,
        seed=int(settings["seed"]) if "seed" in settings else None,
    )
    report = _report(prompt, request, items, spans, ignored, taken, unwanted)
    if by_mood:
        report = replace(report, warnings=(*report.warnings, _no_style(request)))
    return ParsedSound(request, report)


def _gather(tokens: Sequence[Token], prompt: str, lexicon: SoundLexicon) -> list[Item]:
    """Return the longest phrases of the tokens in their order."""
    common = load_lexicon()
    forms, slips, formed = [], set(), set()
    for number, token in enumerate(tokens):
        form = common.normal_form(token.text) if token.kind == "word" else token.text
        if token.kind == "word" and form not in lexicon.words and len(slips) < 30:
            stem = lexicon.stem(form)
            better = None if stem else lexicon.correct(form)
            if stem is not None:
                form = stem
                formed.add(number)
            elif better is not None:
                form = better
                slips.add(number)
        forms.append(form)
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        count, senses = 1, lexicon.phrases.get(forms[at], ())
        if at in formed:
            senses = _of_form(senses)
        elif tokens[at].text == forms[at]:
            senses = tuple(sense for sense in senses if (forms[at], sense) not in lexicon.plurals)
        if tokens[at].kind == "stop":
            senses = (SoundSense("break", tokens[at].text),)
        key = forms[at]
        for length in range(min(LONGEST + 1, len(tokens) - at), 1, -1):
            if any(token.kind == "stop" for token in tokens[at : at + length]):
                continue
            for words in (forms[at : at + length], _without_articles(forms[at : at + length])):
                found = lexicon.phrases.get(" ".join(words))
                if found and len(words) > 1 and count == 1:
                    count, senses, key = length, found, " ".join(words)
            if count > 1:
                break
        if count == 1 and not senses and tokens[at].kind == "word" and (stem := lexicon.stem(forms[at])):
            # A form that only longer phrases list: "swishing", where they have "swishing sword".
            senses, key = _of_form(lexicon.phrases[stem]), stem
        run = tokens[at : at + count]
        how = "fuzzy" if slips & set(range(at, at + count)) and senses else "exact" if senses else "none"
        text = prompt[run[0].start : run[-1].end]
        items.append(Item(text, run[0].start, run[-1].end, key, senses, how))
        at += count
    return items


def _of_form(senses: Sequence[SoundSense]) -> tuple[SoundSense, ...]:
    """Return what a form of a word may mean: rolling thunder rolls, and is no roll."""
    kinds = ("also", "option", "trait", "beyond")
    doubtful = [SoundSense("also", sense.value) for sense in senses if sense.kind == "sound"]
    return (*doubtful, *(sense for sense in senses if sense.kind in kinds))


def _without_articles(forms: Sequence[str]) -> list[str]:
    """Return words without the articles between them: to fall into the water is to fall into water."""
    last = len(forms) - 1
    return [form for at, form in enumerate(forms) if at in (0, last) or form not in _ARTICLES]


def _account(items: list[Item], mode: str, lexicon: SoundLexicon, *, has_sound: bool) -> None:
    """Settle what is left, and tell of every word that changes nothing."""
    for item in items:
        if item.role or item.sense("break"):
            continue
        if not item.senses:
            item.ignore("unknown word", lexicon.suggest(item.key))
        elif item.sense("aside"):
            if has_sound:
                item.settle("no_effect", item.key)
            else:
                item.ignore("says something only beside a sound")
        elif item.sense("stop", "connector", "degree") and not item.sense("sound", "beyond"):
            item.settle("stop")
        elif item.sense("no_effect"):
            item.settle("no_effect", item.key)
        elif (sense := item.sense("mode")) is not None:
            item.settle("kind", sense.value)
        elif (beyond := item.sense("beyond")) is not None:
            elsewhere = load_lexicon().elsewhere
            item.ignore(f"known, but not in this library; {elsewhere}", tuple(beyond.owner.split()))
        elif (own := item.sense("sound")) is not None and has_sound:
            other = find_sound(own.value).mode
            item.ignore(
                f"it is {_A[other]}, and {_A[mode]} was asked for" if other != mode else "named before"
            )
        elif item.sense("scene") is not None and has_sound:
            item.settle("place", item.key)
        elif (option := item.sense("option")) is not None:
            if has_sound:
                item.ignore("does not apply to what was asked for", (option.owner.replace("_", " "),))
            else:
                item.ignore("says something only beside a sound", (option.owner.replace("_", " "),))
        elif item.sense("mood") is not None:
            item.settle("no_effect", item.key)
        else:
            item.ignore("says something only beside a sound")


_A: Final = {"ambience": "an ambience", "sfx": "an effect", "music": "music"}


def _no_style(request: SoundRequest) -> str:
    name = request.parts[0].name
    others = ", ".join(card.name for card in load_sounds().of_mode("music") if card.name != name)
    why = f"{name} suits what is {request.mood}" if request.mood else f"it is {name}"
    return f"No style of music is named; {why}. There are also {others}."


def _follow(
    settings: Sequence[Setting], prompt: str, mode: str
) -> tuple[dict[str, float], list[Span], list[Ignored]]:
    values: dict[str, float] = {}
    spans: list[Span] = []
    ignored: list[Ignored] = []
    for setting in settings:
        text = prompt[setting.start : setting.end]
        trouble = setting.trouble
        if setting.name in ("bpm", "key", "bars") and mode != "music":
            trouble = f"says something only for music, and {_A[mode]} was asked for"
        elif setting.name in _NUMBERS and not trouble:
            low, high = _NUMBERS[setting.name]
            number = float(setting.value)
            trouble = "" if low <= number <= high else f"{setting.name} must lie within {low:g} and {high:g}"
            values[setting.name] = number
        elif setting.name == "seed":
            values["seed"] = int(setting.value)
        elif setting.name not in ("key", "no_effect"):
            trouble = trouble or "does not apply to sounds"
        if trouble:
            values.pop(setting.name, None)
            ignored.append(Ignored(text, setting.start, setting.end, (), trouble))
            spans.append(Span(text, setting.start, setting.end, "ignored", "", "token"))
        else:
            role = "no_effect" if setting.name == "no_effect" else "token"
            spans.append(
                Span(text, setting.start, setting.end, role, f"{setting.name}={setting.value}", "token")
            )
    return values, spans, ignored


def _key_of(settings: Sequence[Setting]) -> str | None:
    return next((setting.value for setting in settings if setting.name == "key"), None)


def _finished(part: Part, number: int) -> SoundPart:
    """Return a part with its loudness: what is far or soft is quieter beside others."""
    amount = part.amount
    if number:
        amount *= 1 - (1 - _FAR_SHARE) * part.traits.get("distance", 0.0)
        amount *= 0.55 + 0.9 * min(part.traits.get("intensity", 0.5), 0.5)
    return SoundPart(name=part.name, amount=amount, traits=part.traits, options=part.options)


def _report(
    prompt: str,
    request: SoundRequest,
    items: Sequence[Item],
    spans: list[Span],
    ignored: list[Ignored],
    taken: Taken,
    unwanted: set[str],
) -> PromptReport:
    for item in items:
        if item.role in ("", "stop"):
            continue
        spans.append(Span(item.text, item.start, item.end, item.role, item.value, item.how))
        if item.role == "ignored":
            ignored.append(Ignored(item.text, item.start, item.end, item.suggestions, item.reason))
    if taken.unread_from is not None:
        start, end = taken.unread_from, min(len(prompt), taken.unread_from + 40)
        reason = f"from here on not read: only {MAX_TOKENS} words are"
        ignored.append(Ignored(prompt[start:end], start, end, (), reason))
    spans.sort(key=lambda span: (span.start, span.end))
    ignored.sort(key=lambda item: (item.start, item.end))
    told = sum(item.role not in ("", "stop", "ignored", "no_effect", "place") for item in items)
    sure = 0.0 if not request.parts else 1.0 - 0.5 * len(ignored) / max(1, told + len(ignored))
    fuzzy = tuple(
        f"'{item.text}' was read as '{item.key}'." for item in items if item.how == "fuzzy" and item.role
    )
    return PromptReport(
        prompt=prompt,
        kind="audio",
        request=_summary(request),
        confidence=round(sure, 3),
        spans=tuple(spans),
        understood=tuple(_understood(request, unwanted)),
        ignored=tuple(ignored),
        no_effect=tuple(span.text for span in spans if span.kind in ("no_effect", "place")),
        warnings=fuzzy,
    )


def _summary(request: SoundRequest) -> MaterialRequest:
    """Return a request in the form that every report has: the first sound as its base, the others as its layers."""
    if not request.parts:
        return MaterialRequest(seed=request.seed)
    first, *others = request.parts
    layers = {part.name: min(max(part.amount, 0.01), 1.0) for part in others}
    return MaterialRequest(
        base=first.name,
        traits=tuple(sorted(first.traits.items())),
        options=tuple(sorted(first.options.items())),
        layers=tuple(LayerRequest(name, amount) for name, amount in sorted(layers.items())),
        seed=request.seed,
    )


def _understood(request: SoundRequest, unwanted: set[str]) -> list[str]:
    lines = [f"mode: {request.mode}"] if request.mode else []
    for number, part in enumerate(request.parts):
        told = [f"{key} {value.replace('_', ' ')}" for key, value in part.options.items()]
        told += [f"{key} {value:.2g}" for key, value in part.traits.items()]
        beside = "" if number == 0 else f" {part.amount:.0%}"
        lines.append(
            f"{'sound' if number == 0 else 'beside it'}: {part.name.replace('_', ' ')}{beside}"
            + (f" ({', '.join(told)})" if told else "")
        )
    for name in ("mood", "key", "bpm", "bars", "seconds", "seed"):
        value = getattr(request, name)
        if value is not None:
            lines.append(f"{name}: {value}")
    return lines + [f"without: {name.replace('_', ' ')}" for name in sorted(unwanted)]
