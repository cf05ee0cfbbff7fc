"""Tables in prompt files: known keys, each with its rule, or names of the writer's choosing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from assetgen.specs.rules import Rule
from assetgen.specs.wording import KeyPath, Problem, did_you_mean, refuse, spell

MOST_UNKNOWN: Final = 100
"""Unknown keys of one table that are told; each costs a search for the nearest name."""


@dataclass(frozen=True, slots=True)
class MapOf:
    """A table with names of the writer's choosing; canonical with its names sorted."""

    item: Rule
    most: int
    name_pattern: str = r"^[a-z][a-z0-9_]{0,63}$"

    @property
    def wanted(self) -> str:
        """In words."""
        return f"a table of up to {self.most} names"

    def takes(self, value: object) -> bool:
        """Tables."""
        return isinstance(value, Mapping)

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> dict[str, Any] | None:
        """Return a dict in the order of its names."""
        if not isinstance(value, Mapping):
            refuse(value, path, self.wanted, "write { name = value }.", problems)
            return None
        if len(value) > self.most:
            refuse(value, path, self.wanted, f"it has {len(value)}.", problems)
        canonical: dict[str, Any] = {}
        for name, inner in sorted(value.items()):
            if re.search(self.name_pattern, name) is None:
                message = f"{spell((*path, name))} is not a name; write lower case letters, digits and _."
                problems.append(Problem((*path, name), message, at_key=True))
            canonical[name] = self.item.read(inner, (*path, name), problems)
        return canonical

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        names = {"pattern": self.name_pattern}
        additional = self.item.schema()
        return {
            "type": "object",
            "propertyNames": names,
            "additionalProperties": additional,
            "maxProperties": self.most,
        }


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: its rule, one line on what it does, its unit and its default, if it has one."""

    rule: Rule
    doc: str
    unit: str = ""
    default: object = None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema with description and default."""
        schema = self.rule.schema()
        schema["description"] = f"{self.doc} ({self.unit})" if self.unit else self.doc
        if self.default is not None:
            schema["default"] = self.default
        return schema


@dataclass(frozen=True, slots=True)
class Table:
    """A table with known keys; canonical as a dict of the keys present, or as an instance of `shape`.

    Args:
        keys: what may stand in it.
        shape: a frozen dataclass whose fields are the keys.
        or_switch: true also stands for a table with every default, false for None.
        required: keys that must be present.
        elsewhere: keys that belong to another table, and that table's name, for better advice.
    """

    keys: Mapping[str, Key] = field(hash=False)
    shape: type[Any] | None = None
    or_switch: bool = False
    required: tuple[str, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)

    @property
    def wanted(self) -> str:
        """In words."""
        return "true, false or a table" if self.or_switch else "a table"

    def takes(self, value: object) -> bool:
        """Tables, and booleans where they stand for one."""
        return isinstance(value, Mapping) or (self.or_switch and isinstance(value, bool))

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> Any:
        """Return a dict of canonical values or an instance of `shape`."""
        if self.shape is not None and isinstance(value, self.shape):
            return value
        if self.or_switch and isinstance(value, bool):
            return self.shape() if value and self.shape else None
        if not isinstance(value, Mapping):
            example = next(iter(self.keys), "name")
            refuse(value, path, self.wanted, f"write {{ {example} = ... }}.", problems)
            return None
        before = len(problems)
        canonical = {
            name: self.keys[name].rule.read(value[name], (*path, name), problems)
            for name in self.keys
            if name in value
        }
        if len(canonical) < len(value):
            unknown = (name for name in value if name not in self.keys)
            problems.extend(self._unknown((*path, name)) for name in islice(unknown, MOST_UNKNOWN))
        problems.extend(self._missing((*path, name)) for name in self.required if name not in value)
        if len(problems) > before:
            return None if self.shape else canonical
        return self.shape(**canonical) if self.shape else canonical

    def _unknown(self, path: KeyPath) -> Problem:
        name = str(path[-1])
        inside = f" in {spell(path[:-1])}" if len(path) > 1 else ""
        if name in self.elsewhere:
            advice = f"write it as {self.elsewhere[name]}."
        else:
            advice = did_you_mean(name, self.keys)
        return Problem(path, f"unknown key {spell((name,))}{inside}; {advice}", at_key=True)

    def _missing(self, path: KeyPath) -> Problem:
        key = self.keys[str(path[-1])]
        return Problem(path, f"{spell(path)} is missing; write {key.rule.wanted}.", at_key=True)

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {name: key.schema() for name, key in self.keys.items()},
            "additionalProperties": False,
        }
        if self.required:
            schema["required"] = list(self.required)
        return {"anyOf": [{"type": "boolean"}, schema]} if self.or_switch else schema
