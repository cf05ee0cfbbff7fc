"""A prompt taken apart: words with their places and weights, and the explicit settings among them.

Settings are read first: --seed 7, seed=7, tile=3m, "3 m tile", 2048, 2k, 1024x1024, --no moss, <lora:...>.
Weights as in diffusion tools: (word:1.4) is a factor, a pair of round brackets 1.1, of square ones 1/1.1.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

MAX_CHARS: Final = 8000
MAX_TOKENS: Final = 600
"""What lies beyond these is not read, and the report says so."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, percentage, hex color or separator: folded text, and its place in the prompt.

    Args:
        kind: word, number, percent, hex or stop (a separator).
        weight: the product of the brackets around it.
        joined: whether a hyphen ties it to the token before it.
        forbidden: whether it stands behind "--no".
    """

    text: str
    start: int
    end: int
    kind: str
    weight: float = 1.0
    joined: bool = False
    forbidden: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """An explicit setting: its name, its value as text, and a reason when it cannot be followed."""

    name: str
    value: str
    start: int
    end: int
    trouble: str = ""


@dataclass(slots=True)
class Taken:
    """A prompt taken apart; `unread_from` is where reading stopped early, None when all was read."""

    tokens: list[Token] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    unread_from: int | None = None


_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"), "-") | {
    0x2014: " - ",
    0x2019: "'",
}
_NUMBER: Final = r"\d{1,6}(?:\.\d{1,4})?"
_UNIT: Final = r"(?:mm|cm|m|meters?|metres?)\b"
_WIDTH: Final = rf"(?<![\w.])({_NUMBER})\s?({_UNIT})"
_BY_WIDTH: Final = rf"\s?x\s?{_NUMBER}\s?{_UNIT}"
_POWERS: Final = "16|32|64|128|256|512|1024|2048|4096|8192"
_FLAGS: Final = "ar|aspect|v|version|s|stylize|stylise|q|quality|c|chaos|niji|iw|style|w|cfg|steps|sampler"
_SETTINGS: Final = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("no_effect", r"<[^<>]{1,120}>"),
        ("seed", r"(?<![\w-])(?:--?)?seed\s{0,4}[=:]?\s{0,4}(\d{1,19})\b"),
        (
            "size",
            r"(?<![\w-])(?:--?)?(?:size|resolution|res)\s{0,4}[=:]?\s{0,4}"
            r"(\d{1,5}k?)(?:\s?x\s?(\d{1,5}k?))?(?:\s?px)?\b",
        ),
        ("tile_m", rf"(?<![\w-])(?:--?)?tile(?:_m)?\s{{0,4}}(?:[=:]|of)\s{{0,4}}({_NUMBER})\s?({_UNIT}|\b)"),
        ("tile_m", rf"{_WIDTH}(?:{_BY_WIDTH})?\s?(?:wide\s|square\s)?(?:tile|tiling|repeat|across)\b"),
        ("tile_m", _WIDTH + _BY_WIDTH),
        ("size", r"(?<![\w.])(\d{2,5}|[12]k)\s?x\s?(\d{2,5}|[12]k)(?:\s?px)?\b"),
        (
            "size",
            rf"(?<![\w.])({_POWERS})(?:\s?(?:px|pixels?))?"
            r"(?![\w.%]|[ -]?bits?\b|\s?(?:bpm|bars?|measures?|frames?|fps|percent|mm|cm|m|s)\b)",
        ),
        ("size", r"(?<![\w.])([12]k)\b"),
        ("bpm", r"(?<![\w.])(\d{2,3})\s?bpm\b"),
        ("bars", r"(?<![\w.])(\d{1,2})[ -]?(?:bars?|measures?)\b"),
        ("frames", r"(?<![\w.])(\d{1,4})\s?(?:frames?|fps)\b"),
        ("seconds", r"(?<![\w.])(\d{1,4}(?:\.\d{1,3})?)\s?(?:s|secs?|seconds?)\b"),
        (
            "key",
            r"(?<![\w'])([a-g](?:#|b|\s(?:sharp|flat))?\s(?:minor|major|dorian|phrygian|lydian|mixolydian))\b",
        ),
        ("no_effect", r"(?<![\w-])--?(?:tile|tileable|seamless|raw|hd)\b(?!\s?[=:])"),
        ("no_effect", rf"(?<![\w-])--(?:{_FLAGS})\b(?:[\s=]{{1,4}}\d[\w:.]{{0,16}})?"),
        ("unknown", r"(?<![\w-])--(?!no\b)[a-z][\w-]{0,40}(?:[\s=]{1,4}[\w:.]{1,24})?"),
        ("unknown", r"(?<![\w-])[a-z_]{2,24}\s?=\s?[\w.#-]{1,40}"),
    )
)
_TOKEN: Final = re.compile(
    r"(?P<hex>#(?:[0-9a-f]{6}|[0-9a-f]{3})(?!\w))"
    r"|(?P<percent>\d{1,4}(?:\.\d{1,4})?\s?(?:%|percent\b))"
    r"|(?P<no>--no\b)"
    r"|(?P<number>\d{1,9}(?:[.:/]\d{1,9})*(?!\w))"
    r"|(?P<word>[^\W_]+(?:'[^\W_]+)*|&|\+|[\u2600-\u27bf\U0001f000-\U0001faff]+)"
    r"|(?P<stop>[,.;:!?|\n/]|\s-{1,3}\s|--)"
)
_WEIGHT: Final = re.compile(r"\s*:\s*(\d{1,3}(?:\.\d{1,4})?)\s*$")
_STEP: Final = math.log(1.1)


def take_apart(prompt: str) -> Taken:
    """Return the settings of a prompt and the tokens of the rest; never raises."""
    folded, places = _fold(prompt[:MAX_CHARS])
    taken = Taken(unread_from=MAX_CHARS if len(prompt) > MAX_CHARS else None)
    free = _take_settings(folded, places, taken)
    free, log_weights = _weigh(free)
    forbidden = False
    last_end = -1
    for match in _TOKEN.finditer(free):
        if len(taken.tokens) == MAX_TOKENS:
            taken.unread_from = places[match.start()]
            break
        if taken.tokens and places[match.start()] < taken.tokens[-1].end:
            continue  # the second number of a sign such as one quarter, which is one character of the prompt
        kind, text = match.lastgroup or "word", match.group()
        if kind == "no":
            forbidden = True
            continue
        if text == "--":
            forbidden = False
        joined = kind == "word" and match.start() == last_end + 1 and free[last_end] == "-"
        start, end = places[match.start()], places[match.end() - 1] + 1
        weight = math.exp(max(-3.0, min(3.0, log_weights[match.start()])))
        taken.tokens.append(Token(text.replace("'", ""), start, end, kind, weight, joined, forbidden))
        last_end = match.end()
    return taken


def _fold(text: str) -> tuple[str, list[int]]:
    """Return compatibility-folded lower case without accents, and for each character its place in `text`."""
    out: list[str] = []
    places: list[int] = []
    for index, char in enumerate(text):
        if char < "\x80":
            plain = char.lower()
        else:
            parts = unicodedata.normalize("NFKD", char.translate(_DASHES)).lower()
            plain = "".join(c for c in parts if unicodedata.category(c) not in ("Mn", "Cf"))
        out.append(plain[:4])  # one Arabic ligature alone unfolds to 18 letters
        places.extend([index] * len(plain[:4]))
    return "".join(out), places


def _take_settings(folded: str, places: list[int], taken: Taken) -> str:
    """Collect the settings and return the text with a separator in their place."""
    for name, pattern in _SETTINGS:
        parts: list[str] = []
        at = 0
        for match in pattern.finditer(folded):
            start, end = match.span()
            taken.settings.append(_setting(name, match, places[start], places[end - 1] + 1))
            parts += [folded[at:start], ",".ljust(end - start)]
            at = end
        if at:
            folded = "".join(parts) + folded[at:]
    taken.settings.sort(key=lambda setting: setting.start)
    return folded


def _setting(name: str, match: re.Match[str], start: int, end: int) -> Setting:
    if name == "seed":
        value = int(match.group(1))
        trouble = "" if value < 2**63 else "a seed must lie within 0..9223372036854775807"
        return Setting(name, str(value), start, end, trouble)
    if name == "size":
        sides = {_pixels(side) for side in match.groups() if side}
        side = min(sides)
        good = len(sides) == 1 and 16 <= side <= 16384 and side & (side - 1) == 0
        return Setting(
            name, str(side), start, end, "" if good else "sizes are square powers of two, such as 2048"
        )
    if name == "tile_m":
        meters = float(match.group(1)) * {"mm": 0.001, "cm": 0.01}.get(match.group(2), 1.0)
        good = 0.01 <= meters <= 1000.0
        return Setting(name, f"{meters:g}", start, end, "" if good else "a tile is 0.01 to 1000 m wide")
    if name == "unknown":
        return Setting(name, match.group(), start, end, "unknown setting")
    return Setting(name, match.group(1) if match.groups() else match.group(), start, end)


def _pixels(text: str) -> int:
    return int(text[:-1]) * 1024 if text.endswith("k") else int(text)


def _weigh(text: str) -> tuple[str, list[float]]:
    """Return the text without brackets and weights, and the logarithm of the weight at each character."""
    steps = [0.0] * (len(text) + 1)
    opened: list[int] = []
    chars = list(text)
    for index, char in enumerate(text):
        if char in "([{":
            opened.append(index)
            chars[index] = " "
        elif char in ")]}":
            chars[index] = " "
            if opened:
                _close(text, chars, steps, opened.pop(), index)
    weights: list[float] = []
    total = 0.0
    for step in steps[:-1]:
        total += step
        weights.append(total)
    return "".join(chars), weights


def _close(text: str, chars: list[str], steps: list[float], start: int, end: int) -> None:
    """Weigh what stands between two brackets, and blank the weight written before the closing one."""
    tail_at = max(start + 1, end - 16)
    written = _WEIGHT.search("".join(chars[tail_at:end]))
    if written:
        factor = math.log(min(10.0, max(0.05, float(written.group(1)))))
        for index in range(tail_at + written.start(), end):
            chars[index] = " "
    else:
        factor = -_STEP if text[start] == "[" else _STEP
    steps[start] += factor
    steps[end] -= factor
