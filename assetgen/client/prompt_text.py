"""The text of a prompt file from its keys, for editors that save what was asked for, or have it checked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from assetgen.client.errors import InvalidSpec

FORMAT_VERSION = 1
SUFFIX = ".prompt.toml"
"""How the name of every prompt file ends."""

_FIRST = ("kind", "prompt", "negative", "seed", "size", "style")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def prompt_text(keys: Mapping[str, Any]) -> str:
    """Return the text of a prompt file.

    Tables within become tables of the file, `{"surface": {"meters": 2.0}}` the lines `[surface]` and `meters = 2.0`.

    Args:
        keys: as in a prompt file; `assetgen` need not be among them. None means absent.

    Raises:
        InvalidSpec: a value is of a type that a prompt file cannot hold.
    """
    given = {key: value for key, value in keys.items() if value is not None and key != "assetgen"}
    order = [key for key in _FIRST if key in given] + sorted(key for key in given if key not in _FIRST)
    plain = [key for key in order if not isinstance(given[key], Mapping)]
    lines = [f"assetgen = {FORMAT_VERSION}", *(f"{_key(key)} = {_value(given[key], key)}" for key in plain)]
    for key in order:
        if isinstance(given[key], Mapping) and given[key]:
            lines += ["", f"[{_key(key)}]"]
            lines += [
                f"{_key(name)} = {_value(value, f'{key}.{name}')}"
                for name, value in given[key].items()
                if value is not None
            ]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and value - value == 0.0:  # neither infinite nor no number
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = (f"{_key(key)} = {_value(one, f'{where}.{key}')}" for key, one in value.items())
        return "{ " + ", ".join(inner) + " }"
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return "[" + ", ".join(_value(one, where) for one in value) + "]"
    raise InvalidSpec(
        f"{where} = {value!r} cannot stand in a prompt file; give text, a number, a list or a table."
    )


def _text(text: str) -> str:
    # JSON's escapes are TOML's too, but for the one sign that JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
