"""What the backend of a prompt file says of its `[params]` before anything is made; light."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assetgen.specs.base import Spec
from assetgen.specs.material import MaterialSpec
from assetgen.specs.schema import json_schema
from assetgen.specs.wording import Problem

if TYPE_CHECKING:
    from assetgen.backends.procedural.catalog.catalog import MaterialCard

_LIBRARY = "procedural"


def params_problems(spec: Spec) -> list[Problem]:
    """Return what is wrong with the parameters of a spec; a prompt that names no material is told of when made."""
    if not isinstance(spec, MaterialSpec) or not spec.params or spec.backend != _LIBRARY or spec.source:
        return []
    from assetgen.backends.procedural.catalog import params

    card = named_material(spec.prompt, negative=spec.negative)
    return [] if card is None else params.params_problems(card, spec.params)


def named_material(prompt: str, *, negative: str = "") -> MaterialCard | None:
    """Return the card of the material that a prompt names, or None when the library has none of the kind."""
    from assetgen.backends.procedural.catalog.catalog import load_catalog
    from assetgen.backends.procedural.grammar.parse import parse_prompt

    base = parse_prompt(prompt, negative=negative, kind=MaterialSpec.kind).request.base
    return None if base is None else load_catalog().materials[base]


def prompt_schema(kind: str | None = None) -> dict[str, Any]:
    """Return the schema of prompt files as `json_schema` does, with every parameter of the library in `params`.

    Raises:
        SpecError: there is no such kind.
    """
    from assetgen.backends.procedural.catalog.params import params_schema

    schema = json_schema(kind)
    for part in (schema, *schema.get("$defs", {}).values()):
        if "params" in part.get("properties", {}):
            part["properties"]["params"] = params_schema()
    return schema
