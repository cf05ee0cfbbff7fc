"""What a value in a prompt file may be: one rule serves reading, the canonical form and the JSON Schema.

A rule's `read` takes what TOML or JSON gave and returns the canonical value (lists become tuples, numbers
become floats, prose loses its line breaks); what it cannot accept it notes as a Problem and returns None.
Reading a canonical value again returns it unchanged. A rule accepts exactly what its `schema` accepts, except
for NaN and for dates, which JSON cannot express and a rule refuses. As in JSON Schema, 1024.0 is an integer
and true is not.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Protocol

from assetgen.specs.wording import KeyPath, Problem, did_you_mean, refuse, show, spell


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
            refuse(value, path, self.wanted, f"write a number, such as {self.low}.", problems)
        elif isinstance(value, float) and not value.is_integer():
            near = min(max(round(value), self.low), self.high) if math.isfinite(value) else self.high
            refuse(value, path, self.wanted, f"write {near}.", problems)
        elif not self.low <= value <= self.high:
            near = self.low if value < self.low else self.high
            refuse(value, path, self.wanted, f"write {near}.", problems)
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
            refuse(value, path, self.wanted, f"write a number, such as {_count(self.high)}.", problems)
        elif not self.low <= value <= self.high:
            near = self.low if value < self.low else self.high
            refuse(value, path, self.wanted, f"write {_count(near)}.", problems)
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
        refuse(value, path, self.wanted, "write true or false, without quotes.", problems)
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
            refuse(value, path, self.wanted, "write it in quotes.", problems)
        elif len(value) > self.longest:
            refuse(value, path, self.wanted, f"it has {len(value)}; shorten it.", problems)
        elif re.search(self.pattern, value) is None:
            refuse(value, path, self.wanted, "write some, or leave the key out.", problems)
        else:
            value = unicodedata.normalize("NFC", value)
            return " ".join(value.split()) if self.is_prose else value
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"type": "string", "maxLength": self.longest, "pattern": self.pattern}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few names.

    Args:
        names: what is accepted.
        advice: names that others accept and this does not, and what to do instead.
    """

    names: tuple[str, ...]
    advice: tuple[tuple[str, str], ...] = ()

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
        known = dict(self.advice).get(value) if isinstance(value, str) else None
        if known is not None:
            refuse(value, path, self.wanted, known, problems)
            return None
        near = did_you_mean(value, self.names) if isinstance(value, str) else ""
        mend = near if near.startswith("did") else f'write "{self.names[0]}", for example.'
        refuse(value, path, self.wanted, mend, problems)
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
        refuse(value, path, self.wanted, f"write {self.numbers[0]}, for example.", problems)
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"enum": list(self.numbers)}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; `is_set` drops repeats and puts names in their table's order and numbers largest first."""

    item: Rule
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
            refuse(value, path, self.wanted, "write it in square brackets.", problems)
            return None
        if not self.least <= len(value) <= self.most:
            refuse(value, path, self.wanted, f"it has {len(value)}.", problems)
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
            refuse(value, path, self.wanted, "write a number without quotes.", problems)
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
            refuse(value, path, self.wanted, "write one of these.", problems)
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"anyOf": [rule.schema() for rule in self.rules]}


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
        refuse(value, path, self.wanted, f"write {spell(path)} = {show(self.value)}.", problems)
        return None

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"const": self.value}
