# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the panel offers, read from the daemon's capabilities: kinds, sizes, styles, backends and parameters.

No kind is known by name here. A kind that a newer daemon can make, with its parameters, appears by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

OWN_PLACE = (
    *("assetgen", "kind", "id", "prompt", "negative", "source", "seed", "backend", "style", "variants"),
    *("targets", "engine", "allow_npot", "size", "export", "strict", "maps"),
)
"""Keys that the panel asks for elsewhere, or that make no difference to an open scene."""
_UNIT_WORDS = {"m": "meters", "s": "seconds"}
OF_MATERIALS = "x-materials"
_SMALLEST, _LARGEST = 64, 4096


@dataclass(frozen=True)
class Parameter:
    """One thing that can be set beside the prompt.

    Args:
        path: its keys in a prompt file, such as ("surface", "meters").
        type: number, integer, flag or choice.
        low, high: bounds of a number.
        start: the value to begin with when somebody sets it.
        choices: of a choice.
        unit: of a number, such as m; may be empty.
    """

    path: tuple[str, ...]
    label: str
    description: str
    type: str
    low: float = 0.0
    high: float = 1.0
    start: Any = None
    choices: tuple[str, ...] = ()
    unit: str = ""

    @property
    def key(self) -> str:
        """The path as one word."""
        return ".".join(self.path)


@dataclass(frozen=True)
class Kind:
    """One kind of asset, as the panel offers it."""

    name: str
    label: str
    backends: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    usual_size: int = 0
    most_variants: int = 1
    schema: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def parameters(self, base: str = "") -> tuple[Parameter, ...]:
        """Return what can be set; of the library's parameters only those of the material that the prompt names."""
        return tuple(_walk(self.schema.get("properties") or {}, (), base))


def read_kinds(capabilities: Any) -> tuple[Kind, ...]:
    """Return the kinds of a daemon's capabilities that something generates from words, the favorite first."""
    kinds = [_kind(one) for one in capabilities.kinds if one.backends]
    return tuple(sorted(kinds, key=lambda kind: kind.name != "material"))


def title(word: str) -> str:
    """Return a key as a label: `hand_painted` -> `Hand painted`."""
    words = word.replace("_", " ").strip()
    return words.upper() if len(words) < 3 else words[:1].upper() + words[1:]


def _kind(one: Any) -> Kind:
    try:
        schema = json.loads(one.schema_json or "{}")
    except ValueError:
        schema = {}
    name = one.name or one.kind
    sizes, usual = _sizes((schema.get("properties") or {}).get("size"))
    most = ((schema.get("properties") or {}).get("variants") or {}).get("maximum", 1)
    return Kind(
        name=name,
        label=title(name),
        backends=one.backends,
        sizes=sizes,
        usual_size=usual,
        most_variants=int(most),
        schema=schema,
    )


def _sizes(schema: Mapping[str, Any] | None) -> tuple[tuple[int, ...], int]:
    if not schema:
        return (), 0
    for shape in _shapes(schema):
        if shape.get("type") == "integer":
            low, high = int(shape.get("minimum", _SMALLEST)), int(shape.get("maximum", _LARGEST))
            sizes = tuple(1 << n for n in range(4, 14) if max(low, _SMALLEST) <= 1 << n <= high)
            told = schema.get("default") or _told_default(str(schema.get("description", "")))
            return sizes, told if told in sizes else (sizes[len(sizes) // 2] if sizes else 0)
    return (), 0


def _told_default(description: str) -> int:
    found = re.search(r"(\d+) when absent", description)
    return int(found.group(1)) if found else 0


def _shapes(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield schema
    for word in ("oneOf", "anyOf"):
        yield from schema.get(word) or ()


def _walk(properties: Mapping[str, Any], path: tuple[str, ...], base: str) -> Iterator[Parameter]:
    for name, schema in properties.items():
        if not path and name in OWN_PLACE:
            continue
        here = (*path, name)
        if OF_MATERIALS in schema:
            own = schema[OF_MATERIALS].get(base)
            if own is not None:
                yield from _leaf(here, own)
        elif schema.get("type") == "object":
            yield from _walk(schema.get("properties") or {}, here, base)
        else:
            yield from _leaf(here, schema)


def _leaf(path: tuple[str, ...], schema: Mapping[str, Any]) -> Iterator[Parameter]:
    about = str(schema.get("description", ""))
    unit = str(schema.get("x-unit", "")) or _unit(about)
    words = path[-1][: -len(unit) - 1] if unit and path[-1].endswith(f"_{unit}") else path[-1]
    is_told = path[-1] == _UNIT_WORDS.get(unit)
    common = {"path": path, "label": title(words), "description": about, "unit": "" if is_told else unit}
    for shape in _shapes(schema):
        kind = shape.get("type")
        if "enum" in shape:
            choices = tuple(str(value) for value in shape["enum"])
            start = schema.get("default", choices[0])
            yield Parameter(**common, type="choice", choices=choices, start=str(start))
            return
        if kind == "boolean":
            yield Parameter(**common, type="flag", start=bool(schema.get("default", True)))
            return
        if kind in ("number", "integer"):
            low, high = float(shape.get("minimum", 0.0)), float(shape.get("maximum", 1e6))
            drawn = schema.get("examples") or [low, min(high, low + 1.0)]
            start = schema.get("default", sum(map(float, drawn)) / len(drawn))
            yield Parameter(**common, type=kind, low=low, high=high, start=start)
            return


def _unit(description: str) -> str:
    found = re.search(r"\((m|s|texels|px|dB|Hz)\)\s*$", description)
    return found.group(1) if found else ""
