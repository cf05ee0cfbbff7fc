"""How problems with documents are worded: places in them, values and suggestions, as TOML spells them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

KeyPath = tuple[str | int, ...]
"""Where in a document a value stands: table keys and list positions, from the outside in."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN_CHARACTERS = 48
_LONGEST_NEAR = 256


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document: where, what and how to mend it; `at_key` points at the key itself."""

    path: KeyPath
    message: str
    at_key: bool = False


def spell(path: KeyPath) -> str:
    """Return a key path as TOML writes it: `export.sizes[1]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE_KEY.fullmatch(part) else f'"{part}"')
    return text


def show(value: object) -> str:
    """Return a value as TOML writes it, cut short when long."""
    # No more is spelled than can be shown: a list may have a million items.
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = '"' + value[:_SHOWN_CHARACTERS].replace("\n", "\\n") + '"'
    elif isinstance(value, Mapping):
        items = islice(value.items(), _SHOWN_CHARACTERS)
        text = "{ " + ", ".join(f"{key[:_SHOWN_CHARACTERS]} = {show(inner)}" for key, inner in items) + " }"
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(show(inner) for inner in value[:_SHOWN_CHARACTERS]) + "]"
    elif isinstance(value, int) and value.bit_length() > 1000:
        text = "a very large number"  # Python refuses to spell integers of thousands of digits
    else:
        text = str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return the nearest of `names` as a question, or the list of them when none is near."""
    names = list(names)
    # Much longer than any name is near to none, and costs its length squared to compare.
    folded = word[:_LONGEST_NEAR].casefold().replace("-", "_").replace(" ", "_")
    near = difflib.get_close_matches(folded, names, n=1, cutoff=0.6) if len(word) < _LONGEST_NEAR else []
    if near:
        return f'did you mean "{near[0]}"?'
    return "there is " + ", ".join(f'"{name}"' for name in names) + "."


def refuse(value: object, path: KeyPath, wanted: str, mend: str, problems: list[Problem]) -> None:
    """Note that a value is not what is wanted, and how to mend it."""
    problems.append(Problem(path, f"{spell(path)} = {show(value)} is not {wanted}; {mend}"))
