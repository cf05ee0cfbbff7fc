"""Every kind of asset and its spec, and how a document becomes the fields of one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from assetgen.errors import SpecError
from assetgen.specs.atlas import AtlasSpec
from assetgen.specs.audio import AudioSpec
from assetgen.specs.base import SCHEMA_VERSION, Spec, no_start
from assetgen.specs.fields import document_keys, gather_fields
from assetgen.specs.material import MaterialSpec
from assetgen.specs.rules import Constant, Either
from assetgen.specs.tables import Key, Table
from assetgen.specs.texture import TextureSpec
from assetgen.specs.wording import Problem, did_you_mean, show

SPECS: Final[dict[str, type[Spec]]] = {
    "texture": TextureSpec,
    "material": MaterialSpec,
    "atlas": AtlasSpec,
    "audio": AudioSpec,
}

NOT_FOR_DEFAULTS: Final = ("assetgen", "kind", "id", "prompt", "source", "uses")
"""Keys that belong to one asset alone and have no place in a project's styles and rules."""


@cache
def document_table(kind: str) -> Table:
    """Return the rule of a whole prompt file of one kind."""
    spec_type = SPECS[kind]
    own = document_keys(spec_type)
    keys = {
        "assetgen": Key(Constant(SCHEMA_VERSION), "Version of this format."),
        "kind": Key(Constant(kind), "What the file describes."),
        **own,
    }
    elsewhere = {name: place for name, place in _inner_names(own).items() if name not in keys}
    return Table(keys, required=("assetgen", "kind"), elsewhere=elsewhere)


def _inner_names(keys: Mapping[str, Key], outer: str = "") -> dict[str, str]:
    """Return the full spelling of each name that stands in a table somewhere; the first one wins."""
    names: dict[str, str] = {}
    for name, key in keys.items():
        if outer:
            names.setdefault(name, f"{outer}{name}")
        if isinstance(key.rule, Table):
            names = {**_inner_names(key.rule.keys, f"{outer}{name}."), **names}
    return names


@cache
def defaults_table() -> Table:
    """Return the rule of the defaults that a style or a rule of a project gives: any key of any kind."""
    keys: dict[str, Key] = {}
    for kind in SPECS:
        for name, key in document_table(kind).keys.items():
            if name not in NOT_FOR_DEFAULTS:
                keys[name] = _joined(keys[name], key) if name in keys else _open(key)
    return Table(keys)


def _open(key: Key) -> Key:
    """Return a key whose tables are read key by key, since they are merged before they are complete."""
    rule = key.rule
    if not isinstance(rule, Table):
        return Key(rule, key.doc, key.unit)
    inner = Table({name: _open(inner) for name, inner in rule.keys.items()})
    return Key(Either((inner, rule)) if rule.or_switch else inner, key.doc, key.unit)


def _joined(first: Key, second: Key) -> Key:
    second = _open(second)
    if isinstance(first.rule, Table) and isinstance(second.rule, Table):
        keys = dict(first.rule.keys)
        for name, key in second.rule.keys.items():
            keys[name] = _joined(keys[name], key) if name in keys else key
        return Key(Table(keys), first.doc)
    if first.rule == second.rule:
        return first
    return Key(Either((first.rule, second.rule)), first.doc, first.unit)


def prune_defaults(kind: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return those defaults that the kind knows; a rule for a whole folder may name keys of several kinds."""
    return _pruned(document_table(kind), defaults)


def _pruned(table: Table, defaults: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in defaults.items():
        if name not in table.keys:
            continue
        rule = table.keys[name].rule
        inner = _pruned(rule, value) if isinstance(rule, Table) and isinstance(value, Mapping) else value
        if inner != {}:
            kept[name] = inner
    return kept


def kind_of(document: Mapping[str, Any], problems: list[Problem]) -> str | None:
    """Return the kind a document names, or note why there is none."""
    kind = document.get("kind")
    if isinstance(kind, str) and kind in SPECS:
        return kind
    names = ", ".join(f'"{name}"' for name in SPECS)
    if kind is None:
        problems.append(Problem((), f"kind is missing; write kind = one of {names}."))
    elif isinstance(kind, str):
        problems.append(Problem(("kind",), f"kind = {show(kind)} is unknown; {did_you_mean(kind, SPECS)}"))
    else:
        problems.append(Problem(("kind",), f"kind = {show(kind)} is not a name; write one of {names}."))
    return None


def read_values(kind: str, document: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Return the canonical field values that a document gives, noting each problem the schema knows."""
    checked = document_table(kind).read(document, (), problems)
    starts = SPECS[kind].starts
    if not any(key in document for key in starts):
        problems.append(no_start(starts))
    return gather_fields(SPECS[kind], checked, problems)


def spec_from_json(data: Mapping[str, Any]) -> Spec:
    """Return the spec that `Spec.to_json` wrote.

    Raises:
        SpecError: it is not one of this version.
    """
    kind = data.get("kind")
    if kind not in SPECS:
        raise SpecError(f"this is not a spec of this version: kind = {show(kind)}.")
    return SPECS[str(kind)].from_json(data)
