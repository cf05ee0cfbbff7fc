"""JSON from strangers: one object, finite, not deep, each name once, text that every file could hold."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from assetgen.errors import Place, SpecError
from assetgen.specs.wording import KeyPath, spell

_MOST_DIGITS: Final = 309
"""As far as a float reaches; no key takes a larger number."""


def parse_object(text: str) -> dict[str, Any]:
    """Return the object of a JSON text.

    Raises:
        ValueError: it is not JSON, no object, too deep, or has a name twice; the message continues a sentence
            that starts with what the text is called.
    """
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_int=_whole, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("is nested too deeply; flatten it") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"is not JSON: {error.msg} at {where}") from None
    if not isinstance(value, dict):
        raise ValueError('is not a JSON object; write it as {"key": value}')
    return value


def merged(document: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with another one laid over it, table by table."""
    result = dict(document)
    for name, value in over.items():
        below = result.get(name)
        result[name] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def check_document(document: Mapping[str, Any], *, name: str, deepest: int) -> None:
    """Refuse what a prompt file could not say.

    Args:
        document: the keys.
        name: what the document is called in messages.
        deepest: levels of tables and lists that it may have.

    Raises:
        SpecError: it nests deeper, or a value is null, not finite, or half a character.
    """
    waiting: list[tuple[KeyPath, object]] = [((key,), value) for key, value in document.items()]
    while waiting:
        path, value = waiting.pop()
        flaw = "is nested too deeply; flatten it" if len(path) > deepest else _flaw(value)
        flaw = flaw or next((_flaw(part) for part in path if isinstance(part, str) and _flaw(part)), None)
        if flaw:
            spelled = spell(path).encode("utf-8", "backslashreplace").decode()
            shown = f"{name}.{spelled}" if len(spelled) <= 200 else name
            raise SpecError(f"{shown} {flaw}.", place=Place(shown))
        if isinstance(value, dict):
            waiting += [((*path, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, index), inner) for index, inner in enumerate(value)]


def _flaw(value: object) -> str | None:
    if value is None:
        return "is null; leave it out instead"
    if isinstance(value, float) and not math.isfinite(value):
        return f"= {value} is not a finite number; write one"
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return "holds half of a surrogate pair; write whole characters"
    return None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"has {name} in it, which is no number; write a finite one")


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"has a number of {len(digits)} digits in it; write a smaller one")
    return int(digits)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            shown = name[:60].encode("utf-8", "backslashreplace").decode()
            raise ValueError(f'has "{shown}" twice; keep one')
        found[name] = value
    return found
