"""Kinds of assets as prompt files and as the wire name them, and what this version can make of each."""

from __future__ import annotations

import json
from functools import cache
from typing import Final

from assetgen.backends.table import BACKENDS
from assetgen.errors import Place, SpecError
from assetgen.project.params import prompt_schema
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.specs.table import SPECS, document_table

_PREFIX: Final = "ASSET_KIND_"


def kind_name(kind: int) -> str | None:
    """Return the name of a kind in prompt files, None when it is not given.

    Raises:
        SpecError: there is no such kind.
    """
    if kind == pb.ASSET_KIND_UNSPECIFIED:
        return None
    value = pb.AssetKind.DESCRIPTOR.values_by_number.get(kind)
    if value is None:
        message = f"kind = {kind} is unknown to this version; ask for its capabilities."
        raise SpecError(message, place=Place("spec.kind"))
    return value.name.removeprefix(_PREFIX).lower()


def kind_number(name: str) -> pb.AssetKind:
    """Return a kind of prompt files as the wire has it; unspecified when the wire does not know it."""
    return getattr(pb, f"{_PREFIX}{name.upper()}", pb.ASSET_KIND_UNSPECIFIED)


@cache
def kind_capabilities() -> tuple[pb.KindCapability, ...]:
    """Return what can be made, with the JSON Schema of each kind's prompt files."""
    return tuple(
        pb.KindCapability(
            kind=kind_number(kind),
            name=kind,
            backends=_backends(kind),
            schema_json=json.dumps(prompt_schema(kind), ensure_ascii=False, separators=(",", ":")),
        )
        for kind in SPECS
    )


def _backends(kind: str) -> list[str]:
    """Return the backends that can make a kind, the default first."""
    default = document_table(kind).keys["backend"].default
    return sorted(
        (name for name, row in BACKENDS.items() if kind in row.kinds), key=lambda name: name != default
    )
