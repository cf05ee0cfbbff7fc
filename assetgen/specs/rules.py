"""What a value in a prompt file may be: one rule serves reading, the canonical form and the JSON Schema.

A rule's `read` takes what TOML or JSON gave and returns the canonical value (lists become tuples, numbers
become floats, prose loses its line breaks); what it cannot accept it notes as a Problem and returns None.
Reading a canonical value again returns it unchanged. A rule accepts exactly what its `schema` accepts, except
for NaN and for dates, which JSON cannot express and a rule refuses. As in JSON Schema, 1024.0 is an integer
and true is not.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

KeyPath = tuple[str | int, ...]
"""Where in a document a value stands: table keys and list positions, from the outside in."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN_CHARACTERS = 48


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document: where, what and how to mend it; `at_key` points at the key itself."""

    path: KeyPath
    message: str
    at_key: bool = False


class Rule(Protocol):
    """What one value may be."""

    @property
    def wanted(self) -> str:
        """The value in words that continue "is not ..."."""

    def takes(self, value: object) -> bool:
        """Whether the value has this rule's type, whatever its range."""

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> Any:
        """Return the canonical value, or note a problem and return None."""

    def schema(self) -> dict[str, Any]:
        """Return the rule as JSON Schema (draft 2020-12)."""


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
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = '"' + value.replace("\n", "\\n") + '"'
    elif isinstance(value, Mapping):
        text = "{ " + ", ".join(f"{key} = {show(inner)}" for key, inner in value.items()) + " }"
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(show(inner) for inner in value) + "]"
    else:
        text = str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return the nearest of `names` as a question, or the list of them when none is near."""
    names = list(names)
    folded = word.casefold().replace("-", "_").replace(" ", "_")
    near = difflib.get_close_matches(folded, names, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return "there is " + ", ".join(f'"{name}"' for name in names) + "."


def _refuse(value: object, path: KeyPath, wanted: str, mend: str, problems: list[Problem]) -> None:
    problems.append(Problem(path, f"{spell(path)} = {show(value)} is not {wanted}; {mend}"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _count(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number within limits, both included."""

    low: int
    high: int

    @property
    def wanted(self) -> str:
        """In words."""
        return f"an integer {self.low}..{self.high}"

    def takes(self, value: object) -> bool:
        """Any number."""
        return _is_number(value)

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> int | None:
        """Return an int."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            _refuse(value, path, self.wanted, f"write a number, such as {self.low}.", problems)
        elif isinstance(value, float) and not value.is_integer():
            near = min(max(round(value), self.low), self.high) if math.isfinite(value) else self.high
            _refuse(value, path, self.wanted, f"write {near}.", problems)
        elif not self.low <= value <= self.high:
            near = self.low if value < self.low else self.high
            _refuse(value, path, self.wanted, f"write {near}.", problems)
        else:
            return int(value)
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number within limits, both included."""

    low: float
    high: float

    @property
    def wanted(self) -> str:
        """In words."""
        return f"a number {_count(self.low)}..{_count(self.high)}"

    def takes(self, value: object) -> bool:
        """Any number."""
        return _is_number(value)

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> float | None:
        """Return a float."""
        if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
            _refuse(value, path, self.wanted, f"write a number, such as {_count(self.high)}.", problems)
        elif not self.low <= value <= self.high:
            near = self.low if value < self.low else self.high
            _refuse(value, path, self.wanted, f"write {_count(near)}.", problems)
        else:
            return float(value) + 0.0  # -0.0 and 0.0 are one canonical value
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"type": "number", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Switch:
    """True or false."""

    @property
    def wanted(self) -> str:
        """In words."""
        return "true or false"

    def takes(self, value: object) -> bool:
        """Booleans alone."""
        return isinstance(value, bool)

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> bool | None:
        """Return a bool."""
        if isinstance(value, bool):
            return value
        _refuse(value, path, self.wanted, "write true or false, without quotes.", problems)
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Text:
    """Words that are not blank; prose loses line breaks and runs of spaces, which mean nothing."""

    longest: int = 200
    pattern: str = r"\S"
    meaning: str = "text"
    is_prose: bool = False

    @property
    def wanted(self) -> str:
        """In words."""
        return f"{self.meaning} of 1 to {self.longest} characters"

    def takes(self, value: object) -> bool:
        """Strings."""
        return isinstance(value, str)

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> str | None:
        """Return a string."""
        if not isinstance(value, str):
            _refuse(value, path, self.wanted, "write it in quotes.", problems)
        elif len(value) > self.longest:
            _refuse(value, path, self.wanted, f"it has {len(value)}; shorten it.", problems)
        elif re.search(self.pattern, value) is None:
            _refuse(value, path, self.wanted, "write some, or leave the key out.", problems)
        else:
            value = unicodedata.normalize("NFC", value)
            return " ".join(value.split()) if self.is_prose else value
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"type": "string", "maxLength": self.longest, "pattern": self.pattern}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few names."""

    names: tuple[str, ...]

    @property
    def wanted(self) -> str:
        """In words."""
        return "one of " + ", ".join(f'"{name}"' for name in self.names)

    def takes(self, value: object) -> bool:
        """Strings."""
        return isinstance(value, str)

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> str | None:
        """Return the name."""
        if isinstance(value, str) and value in self.names:
            return value
        near = did_you_mean(value, self.names) if isinstance(value, str) else ""
        mend = near if near.startswith("did") else f'write "{self.names[0]}", for example.'
        _refuse(value, path, self.wanted, mend, problems)
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"enum": list(self.names)}


@dataclass(frozen=True, slots=True)
class OneInteger:
    """One of a few whole numbers."""

    numbers: tuple[int, ...]

    @property
    def wanted(self) -> str:
        """In words."""
        return " or ".join(map(str, self.numbers))

    def takes(self, value: object) -> bool:
        """Any number."""
        return _is_number(value)

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> int | None:
        """Return the number."""
        if _is_number(value) and value in self.numbers:
            return self.numbers[self.numbers.index(value)]
        _refuse(value, path, self.wanted, f"write {self.numbers[0]}, for example.", problems)
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"enum": list(self.numbers)}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; `is_set` drops repeats and puts names in their table's order and numbers largest first."""

    item: Integer | Number | Text | Choice
    least: int
    most: int
    is_set: bool = False

    @property
    def wanted(self) -> str:
        """In words."""
        count = str(self.most) if self.least == self.most else f"{self.least} to {self.most}"
        return f"a list of {count}, each {self.item.wanted}"

    def takes(self, value: object) -> bool:
        """Lists."""
        return isinstance(value, list | tuple)

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> tuple[Any, ...] | None:
        """Return a tuple."""
        if not isinstance(value, list | tuple):
            _refuse(value, path, self.wanted, "write it in square brackets.", problems)
            return None
        if not self.least <= len(value) <= self.most:
            _refuse(value, path, self.wanted, f"it has {len(value)}.", problems)
            return None
        before = len(problems)
        items = [self.item.read(inner, (*path, index), problems) for index, inner in enumerate(value)]
        if len(problems) > before:
            return None
        return tuple(self._in_order(items) if self.is_set else items)

    def _in_order(self, items: list[Any]) -> list[Any]:
        if isinstance(self.item, Choice):
            return sorted(set(items), key=self.item.names.index)
        return sorted(set(items), reverse=isinstance(self.item, Integer | Number))

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        items = self.item.schema()
        return {"type": "array", "items": items, "minItems": self.least, "maxItems": self.most}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values in a list, or one that stands for both; canonical as a pair."""

    item: Integer | Number
    names: str

    @property
    def wanted(self) -> str:
        """In words."""
        return f"{self.item.wanted} or a list {self.names} of two"

    def takes(self, value: object) -> bool:
        """Numbers and lists."""
        return self.item.takes(value) or isinstance(value, list | tuple)

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> tuple[Any, Any] | None:
        """Return a pair."""
        if isinstance(value, list | tuple):
            pair = ListOf(self.item, 2, 2).read(value, path, problems)
            return None if pair is None else (pair[0], pair[1])
        if not self.item.takes(value):
            _refuse(value, path, self.wanted, "write a number without quotes.", problems)
            return None
        single = self.item.read(value, path, problems)
        return None if single is None else (single, single)

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"oneOf": [self.item.schema(), ListOf(self.item, 2, 2).schema()]}


@dataclass(frozen=True, slots=True)
class Either:
    """The first of several rules that takes the value's type and finds nothing wrong with it."""

    rules: tuple[Rule, ...]

    @property
    def wanted(self) -> str:
        """In words."""
        return " or ".join(rule.wanted for rule in self.rules)

    def takes(self, value: object) -> bool:
        """Whatever one of the rules takes."""
        return any(rule.takes(value) for rule in self.rules)

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> Any:
        """Return what the first fitting rule returns; when none fits, note the first one's problems."""
        first: list[Problem] = []
        for rule in self.rules:
            if rule.takes(value):
                found: list[Problem] = []
                canonical = rule.read(value, path, found)
                if not found:
                    return canonical
                first = first or found
        if first:
            problems.extend(first)
        else:
            _refuse(value, path, self.wanted, "write one of these.", problems)
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"anyOf": [rule.schema() for rule in self.rules]}


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
            _refuse(value, path, self.wanted, "write { name = value }.", problems)
            return None
        if len(value) > self.most:
            _refuse(value, path, self.wanted, f"it has {len(value)}.", problems)
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
            _refuse(value, path, self.wanted, f"write {{ {example} = ... }}.", problems)
            return None
        before = len(problems)
        canonical = {
            name: self.keys[name].rule.read(value[name], (*path, name), problems)
            for name in self.keys
            if name in value
        }
        if len(canonical) < len(value):
            problems.extend(self._unknown((*path, name)) for name in value if name not in self.keys)
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


@dataclass(frozen=True, slots=True)
class Constant:
    """Exactly one value, such as the schema version or the name of a kind."""

    value: int | str

    @property
    def wanted(self) -> str:
        """In words."""
        return show(self.value)

    def takes(self, value: object) -> bool:
        """Anything of the same type."""
        return type(value) is type(self.value)

    def read(self, value: object, path: KeyPath, problems: list[Problem]) -> int | str | None:
        """Return the value."""
        if value == self.value and not isinstance(value, bool):
            return self.value
        _refuse(value, path, self.wanted, f"write {spell(path)} = {show(self.value)}.", problems)
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"const": self.value}


def plain(value: object) -> Any:
    """Return a canonical value as JSON: tuples become lists, mappings dicts."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(inner) for inner in value]
    return value
