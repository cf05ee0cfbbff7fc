"""A prompt in free words turned into a request for sound and the same honest report as for surfaces.

The first sound that is named is foremost; what is named "with" it sounds beside it. Words that say where it happens
choose among what it can be ("rain on a tin roof"), adjectives turn its dials, "no" takes parts away. Nothing here
raises, whatever the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
from assetgen.backends.procedural.grammar.sound_doubt import decide_doubtful
from assetgen.backends.procedural.grammar.sound_request import SoundPart, SoundRequest
from assetgen.backends.procedural.grammar.sound_tell import Item, is_where, link_before, mode_of_sense, tells
from assetgen.backends.procedural.grammar.sound_words import (
    LONGEST,
    SoundLexicon,
    SoundSense,
    load_sound_lexicon,
)
from assetgen.backends.procedural.grammar.tokens import MAX_TOKENS, Setting, Taken, Token, take_apart

_FAR_SHARE: Final = 0.45
"""How loud a distant part is against the first."""
_BESIDE_SHARE: Final = 0.7
_ARTICLES: Final = ("a", "an", "the")
_HEARD: Final = {
    "ambience": ("distance",),
    "sfx": ("distance", "height", "length", "repeats"),
    "music": ("speed",),
}
"""Traits that every sound of a mode hears; others it hears if one of its parameters does."""
_NUMBERS: Final = {"bpm": (40.0, 240.0), "seconds": (0.05, 600.0), "bars": (1.0, 32.0)}


@dataclass(frozen=True, slots=True)
class ParsedSound:
    """What a prompt asks for, and how it was read."""

    request: SoundRequest
    report: PromptReport


@dataclass(slots=True)
class _Part:
    """A sound that was asked for, while the words about it are gathered."""

    name: str
    at: int
    amount: float = 1.0
    traits: dict[str, float] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    scene: str = ""


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
    chosen = mode or _mode_of(items)
    unwanted = _negated(items, chosen) | _named(_gather(take_apart(negative).tokens, negative, lexicon))
    parts = _parts(items, chosen, unwanted, lexicon)
    if chosen == "music":
        mood = _read_mood(items)
    else:
        mood = None
        _read_options(items, parts, lexicon)
        _read_places(items, parts, lexicon)
    _read_traits(items, parts)
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
    return ParsedSound(request, _report(prompt, request, items, spans, ignored, taken, unwanted))


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


def _mode_of(items: Sequence[Item]) -> str:
    """Return what the words speak of: a mode that is named, else that of the first sound's head.

    A style of music that is also a choice of another sound makes it music only where music is named: wind howls
    around a house, and a house beat is another thing.
    """
    named = [sense.value for item in items if (sense := item.sense("mode")) and not item.sense("sound")]
    heads = _heads(items)
    modes = [
        mode_of_sense(sense)
        for at, sense in heads
        if "music" in named or not _is_choice_of_another(items[at], sense, heads)
    ]
    if "music" in modes or "music" in named:
        return "music"
    if named:
        return named[0]
    return modes[0] if modes else "ambience"


def _is_choice_of_another(item: Item, sense: SoundSense, heads: Sequence[tuple[int, SoundSense]]) -> bool:
    """Say whether a phrase that names music is a choice of another sound of the prompt."""
    if mode_of_sense(sense) != "music":
        return False
    return any(tells(item, other) for _, other in heads if mode_of_sense(other) != "music")


def _heads(items: Sequence[Item]) -> list[tuple[int, SoundSense]]:
    """Return the sounds that are named; of several side by side the last one, where the others say what it is like.

    A "fire spell" is a spell, and in "forest rain" it rains.
    """
    named = [(at, sense) for at, item in enumerate(items) if (sense := item.sense("sound", "scene"))]
    heads = []
    for place, (at, sense) in enumerate(named):
        behind = named[place + 1] if place + 1 < len(named) else None
        if behind is not None and behind[0] == at + 1 and tells(items[at], behind[1]):
            continue
        if heads and heads[-1][0] == at - 1 and _is_its_noise(items[at], sense, heads[-1][1]):
            items[at].settle("no_effect", items[at].key)
            continue
        if heads and tells(items[at], heads[-1][1]):
            # "8 bit" is a music by itself; of a jump before it, it says what that is like.
            between = items[heads[-1][0] + 1 : at]
            is_style = (
                mode_of_sense(sense) == "music"
                and mode_of_sense(heads[-1][1]) != "music"
                and not any(item.sense("connector", "break") for item in between)
            )
            if is_style or is_where(items, at):
                continue
        heads.append((at, sense))
    return heads


def _is_its_noise(item: Item, sense: SoundSense, before: SoundSense) -> bool:
    """Say whether a sound is what the one before it sounds like: a hover's blip, a highway's hum."""
    is_same_mode = mode_of_sense(sense) == mode_of_sense(before) != "music"
    return is_same_mode and sense != before and item.key in load_sound_lexicon().noises


def _negated(items: Sequence[Item], mode: str) -> set[str]:
    """Settle what "no" and "without" reach, and return the sounds that it names."""
    gone: set[str] = set()
    reaches = False
    for item in items:
        link = item.sense("connector")
        if link is not None and link.value == "without":
            reaches = True
            item.settle("negation", item.key)
            continue
        if item.sense("break") or (link is not None and item.key not in ("and", "or", "of")):
            reaches = False
        if not reaches:
            continue
        is_named = item.sense("sound", "scene", "beyond") is not None
        if mode == "music" and not is_named and item.sense("option", "trait", "mode"):
            item.ignore("nothing is taken out of music")
        elif is_named or item.sense("option"):
            gone |= {sense.value for sense in item.senses if sense.kind == "sound"}
            item.settle("negation", item.key)
    return gone


def _named(items: Sequence[Item]) -> set[str]:
    return {sense.value for item in items for sense in item.senses if sense.kind == "sound"}


def _parts(items: list[Item], mode: str, unwanted: set[str], lexicon: SoundLexicon) -> list[_Part]:
    """Return the sounds of the mode that the prompt names, the first foremost, and settle their words."""
    parts: list[_Part] = []
    for at, _ in _heads(items):
        item = items[at]
        if item.role:
            continue
        sense = next(
            (s for s in item.senses if s.kind in ("sound", "scene") and mode_of_sense(s) == mode), None
        )
        if sense is None:
            continue
        if mode == "music" and parts:
            item.settle("layer" if sense.value != parts[0].name else "base", sense.value)
            continue
        item.settle("layer" if parts else "base", sense.value)
        for part in _of_sense(sense, at):
            known = next((own for own in parts if own.name == part.name), None)
            if part.name in unwanted:
                continue
            part = known or part
            if sense.kind == "sound":
                _bring_along(part, item.key, lexicon)
            if known is None:
                if parts and not part.scene:
                    part.amount = _BESIDE_SHARE
                parts.append(part)
            elif known.scene and sense.kind == "sound":
                known.scene, known.at = "", at
                known.amount = max(known.amount, _BESIDE_SHARE)
    return parts


def _bring_along(part: _Part, key: str, lexicon: SoundLexicon) -> None:
    """Give a sound the choices and traits that a phrase brings along, where nothing else was said of them."""
    for name, value in lexicon.implied.get((part.name, key), {}).items():
        if isinstance(value, str):
            part.options.setdefault(name, value)
        else:
            part.traits.setdefault(name, float(value))


def _of_sense(sense: SoundSense, at: int) -> list[_Part]:
    if sense.kind == "sound":
        return [_Part(sense.value, at)]
    scene = load_sounds().scenes[sense.value]
    return [
        _Part(part.sound, at, part.amount, dict(part.traits), dict(part.options), scene=sense.value)
        for part in scene.parts
    ]


def _read_options(items: list[Item], parts: list[_Part], lexicon: SoundLexicon) -> None:
    """Give every choice to the nearest sound that has it: one behind it at once, else one before it.

    What a thing is goes before where it is: a "glass bottle smashing on concrete" is of glass.
    """
    told: set[tuple[int, str]] = set()
    by_name = {(part.at, option) for part in parts if not part.scene for option in part.options}
    for at, item in enumerate(items):
        if item.role in ("base", "layer") and not any(sense.kind == "option" for sense in item.senses):
            continue
        if item.role in ("negation", "ignored"):
            continue
        for part in sorted(parts, key=lambda part: (part.at < at and part.at != at - 1, abs(part.at - at))):
            own = [sense for sense in item.senses if sense.kind == "option" and sense.owner == part.name]
            if own and (item.role == "" or part.at == at):
                option, _, value = own[0].value.partition("=")
                link = link_before(items, at)
                # A glass break on concrete stays of glass, and a retro explosion in 16 bit is of 16 bit.
                settled = told if link == "in" else told | by_name
                if link and (part.at, option) in settled:
                    item.settle("place", item.key)
                    break
                part.options[option] = value
                _bring_along(part, item.key, lexicon)
                told.add((part.at, option))
                item.settle("option", own[0].value)
                break


def _read_places(items: list[Item], parts: list[_Part], lexicon: SoundLexicon) -> None:
    """Let a place that a sound knows bring its traits along: a drop in a cave echoes."""
    for at, item in enumerate(items):
        if item.role:
            continue
        for part in sorted(parts, key=lambda part: abs(part.at - at)):
            is_known = any(sense.kind == "place" and sense.owner == part.name for sense in item.senses)
            if is_known and (part.at == at + 1 or is_where(items, at)):
                _bring_along(part, item.key, lexicon)
                item.settle("place" if not lexicon.implied[part.name, item.key] else "trait", item.key)
                break


def _read_mood(items: list[Item]) -> str | None:
    mood = None
    for item in items:
        sense = item.sense("mood")
        if sense is not None and item.role in ("", "base", "layer"):
            mood = mood or sense.value
            item.settle("trait", f"mood={sense.value}")
    return mood


def _read_traits(items: list[Item], parts: list[_Part]) -> None:
    """Bind every adjective to the sound behind it in its clause, else to the one before it."""
    for at, item in enumerate(items):
        sense = item.sense("trait")
        if sense is None or item.role or not parts:
            continue
        part = _bound(items, at, parts)
        if not _hears(part, sense.value, parts):
            item.settle("no_effect", item.key)
            continue
        amount = sense.amount
        times = items[at - 1].sense("degree") if at else None
        if sense.value == "at_least":
            part.traits["repeats"] = max(part.traits.get("repeats", 1.0), amount)
            item.settle("trait", f"repeats={part.traits['repeats']:g}")
            continue
        if times is not None and sense.value != "repeats":
            middle = 1.0 if sense.value == "length" else 0.5
            amount = middle + (amount - middle) * (0.5 + 0.5 * times.amount)
            items[at - 1].settle("degree", f"x{times.amount:g}")
        if sense.value not in ("repeats", "length"):
            amount = min(max(amount, 0.0), 1.0)
        part.traits[sense.value] = amount
        item.settle("trait", f"{sense.value}={amount:.2f}")


def _hears(part: _Part, trait: str, parts: Sequence[_Part]) -> bool:
    """Say whether a trait changes a sound."""
    trait = "repeats" if trait == "at_least" else trait
    card = find_sound(part.name)
    own = {name for parameter in card.parameters for name in parameter.traits}
    is_beside = part is not parts[0] and trait == "intensity"
    return trait in own or trait in _HEARD[card.mode] or is_beside


def _bound(items: Sequence[Item], at: int, parts: list[_Part]) -> _Part:
    for place in range(at + 1, len(items)):
        if items[place].sense("break") or items[place].sense("connector"):
            break
        behind = [part for part in parts if part.at == place]
        if behind:
            return behind[0]
    before = [part for part in parts if part.at < at]
    return max(before, key=lambda part: part.at) if before else parts[0]


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


def _finished(part: _Part, number: int) -> SoundPart:
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
