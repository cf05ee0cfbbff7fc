"""Dataclass fields that know their rule: declared once; read, checked, hashed and documented by it.

@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    meters: float | None = number(0.05, 100.0, default=None, doc="Edge length of one tile.", unit="m")

    def __post_init__(self) -> None:
        check_fields(self)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from assetgen.errors import SpecError
from assetgen.specs.rules import Choice, Integer, ListOf, Number, Pair, Rule, Switch, Text
from assetgen.specs.tables import Key, Table
from assetgen.specs.wording import KeyPath, Problem, show, spell

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Stage = Literal["make", "export", "none"]
"""Which document a field is part of: generating depends on it, exporting does, or neither does."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a field's declaration says: where its key may stand, what it may be, what it changes."""

    name: str
    rule: Rule
    paths: tuple[KeyPath, ...]
    doc: str
    unit: str
    stage: Stage
    default: object

    @property
    def key(self) -> Key:
        """The key for tables and schemas."""
        if isinstance(self.rule, Table):
            default = None if not self.rule.or_switch else self.default is not None
        else:
            default = None if self.default is MISSING else plain(self.default)
        return Key(self.rule, self.doc, self.unit, default if default not in ("", [], {}) else None)


def ruled(
    rule: Rule,
    *,
    doc: str,
    default: object = MISSING,
    unit: str = "",
    stage: Stage = "make",
    keys: tuple[str, ...] = (),
) -> Any:
    """Return a dataclass field with a rule.

    Args:
        rule: what it may be.
        doc: one line for the schema and the docs.
        default: canonical; without one the field is required.
        unit: of a bare number.
        stage: which document it is part of.
        keys: dotted keys under which it may stand in a document; its own name when empty.
    """
    metadata = {"rule": rule, "doc": doc, "unit": unit, "stage": stage, "keys": keys}
    if isinstance(default, dict):
        # Mappings cannot be hashed; equality still sees them.
        return dataclasses.field(default_factory=dict, hash=False, metadata=metadata)
    if default is MISSING:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def integer(low: int, high: int, **declaration: Any) -> Any:
    """Return a field that holds a whole number; `declaration` as in `ruled`."""
    return ruled(Integer(low, high), **declaration)


def number(low: float, high: float, **declaration: Any) -> Any:
    """Return a field that holds a finite number; `declaration` as in `ruled`."""
    return ruled(Number(low, high), **declaration)


def switch(**declaration: Any) -> Any:
    """Return a field that is true or false; `declaration` as in `ruled`."""
    return ruled(Switch(), **declaration)


def text(longest: int = 200, *, is_prose: bool = False, **declaration: Any) -> Any:
    """Return a field that holds words; `declaration` as in `ruled`."""
    return ruled(Text(longest, is_prose=is_prose), **declaration)


def choice(*names: str, advice: tuple[tuple[str, str], ...] = (), **declaration: Any) -> Any:
    """Return a field that holds one of `names`; `advice` as in `Choice`, `declaration` as in `ruled`."""
    return ruled(Choice(names, advice), **declaration)


def choices(*names: str, least: int = 0, **declaration: Any) -> Any:
    """Return a field that holds a tuple of `names` in their order here; `declaration` as in `ruled`."""
    return ruled(ListOf(Choice(names), least, len(names), is_set=True), **declaration)


def pair(item: Integer | Number, names: str, **declaration: Any) -> Any:
    """Return a field that holds two numbers, written as one or as a list; `declaration` as in `ruled`."""
    return ruled(Pair(item, names), **declaration)


def table_of(shape: type[DataclassInstance], *, or_switch: bool = False, **declaration: Any) -> Any:
    """Return a field that holds a `shape`, or None when switched off; `declaration` as in `ruled`."""
    return ruled(class_table(shape, or_switch=or_switch), **declaration)


@cache
def declared_fields(shape: type[DataclassInstance]) -> tuple[Declared, ...]:
    """Return the declared fields of a dataclass, in order."""
    found = []
    for field in dataclasses.fields(shape):
        if "rule" not in field.metadata:
            continue
        note = field.metadata
        paths: tuple[KeyPath, ...] = tuple(tuple(key.split(".")) for key in note["keys"]) or ((field.name,),)
        default = {} if field.default_factory is not MISSING else field.default
        found.append(
            Declared(field.name, note["rule"], paths, note["doc"], note["unit"], note["stage"], default)
        )
    return tuple(found)


def class_table(shape: type[DataclassInstance], *, or_switch: bool = False) -> Table:
    """Return the rule of a table whose keys are the declared fields of `shape`, read as an instance of it."""
    keys = {declared.name: declared.key for declared in declared_fields(shape)}
    return Table(keys, shape=shape, or_switch=or_switch)


def document_keys(shape: type) -> dict[str, Key]:
    """Return the keys of a document that holds the declared fields of `shape` under their dotted keys."""
    keys: dict[str, Key] = {}
    for declared in declared_fields(shape):
        for path in declared.paths:
            _hang(keys, tuple(str(part) for part in path), declared.key)
    return keys


def _hang(keys: dict[str, Key], path: tuple[str, ...], key: Key) -> None:
    name, *rest = path
    if not rest:
        keys[name] = key
        return
    table = keys.setdefault(name, Key(Table({}), f"Settings of {name}.")).rule
    inner = dict(table.keys) if isinstance(table, Table) else {}
    _hang(inner, tuple(rest), key)
    keys[name] = Key(Table(inner), keys[name].doc)


def gather_fields(
    shape: type[DataclassInstance], document: Mapping[str, Any], problems: list[Problem], *, at: KeyPath = ()
) -> dict[str, Any]:
    """Return field values out of a read document; a field given twice with different values is a problem."""
    values: dict[str, Any] = {}
    for declared in declared_fields(shape):
        for path in declared.paths:
            found = _dig(document, path)
            if found is MISSING:
                continue
            if declared.name in values and values[declared.name] != found:
                first, second = spell(declared.paths[0]), spell(path)
                message = (
                    f"{second} = {show(found)} contradicts {first} = {show(values[declared.name])}; "
                    f"keep one of them."
                )
                problems.append(Problem((*at, *path), message))
            values.setdefault(declared.name, found)
    return values


def _dig(document: object, path: KeyPath) -> Any:
    for part in path:
        if not isinstance(document, Mapping) or part not in document:
            return MISSING
        document = document[part]
    return document


def check_fields(value: object) -> None:
    """Bring every declared field of a frozen dataclass to its canonical form.

    Raises:
        SpecError: a field is not what its rule wants.
    """
    problems: list[Problem] = []
    for declared in declared_fields(type(value)):
        given = getattr(value, declared.name)
        if given is declared.default or (given == declared.default and type(given) is type(declared.default)):
            continue
        if given is None and isinstance(declared.rule, Table) and declared.rule.or_switch:
            continue
        canonical = declared.rule.read(given, (declared.name,), problems)
        if canonical is not given:
            object.__setattr__(value, declared.name, canonical)
    if problems:
        raise SpecError(problems[0].message)


def document_of(value: object, stage: Stage) -> dict[str, Any]:
    """Return the declared fields of one stage as JSON; a table that is switched off stands as false."""
    document: dict[str, Any] = {}
    for declared in declared_fields(type(value)):
        given = getattr(value, declared.name)
        if isinstance(declared.rule, Table) and declared.rule.shape is not None:
            inner = {} if given is None else document_of(given, stage)
            if inner or declared.stage == stage:
                document[declared.name] = inner if given is not None else False
        elif declared.stage == stage:
            document[declared.name] = plain(given)
    return document


def fields_to_json(value: DataclassInstance) -> dict[str, Any]:
    """Return every field of a dataclass as JSON."""
    return {field.name: _to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}


def _to_json(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return fields_to_json(value)
    return plain(value)


def fields_from_json(shape: type[DataclassInstance], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `fields_to_json` gave as arguments for `shape`."""
    tables = {
        declared.name: declared.rule.shape
        for declared in declared_fields(shape)
        if isinstance(declared.rule, Table) and declared.rule.shape is not None
    }
    values: dict[str, Any] = {}
    for name, value in data.items():
        inner = tables.get(name)
        if inner is not None and isinstance(value, Mapping):
            values[name] = inner(**fields_from_json(inner, value))
        else:
            values[name] = tuple(value) if isinstance(value, list) else value
    return values


def plain(value: object) -> Any:
    """Return a canonical value as JSON: tuples become lists, mappings dicts."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(inner) for inner in value]
    return value
