"""JSON Schema (draft 2020-12) of prompt files and of the project file, from the same rules that read them.

The schema knows types, limits, names and required keys. Contradictions between keys (a size that is no power
of two, a format that does not suit the role) are found by reading alone.
"""

from __future__ import annotations

from typing import Any, Final

from assetgen.errors import SpecError
from assetgen.specs.project import project_table
from assetgen.specs.table import SPECS, document_table
from assetgen.specs.wording import did_you_mean, show

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
PROJECT: Final = "project"


def json_schema(kind: str | None = None) -> dict[str, Any]:
    """Return the schema of prompt files of one kind, of any kind, or with "project" of `assetgen.toml`.

    Raises:
        SpecError: there is no such kind.
    """
    if kind is None:
        schema = {
            "title": "assetgen prompt file",
            "description": "One asset: <asset>.prompt.toml.",
            "oneOf": [{"$ref": f"#/$defs/{name}"} for name in SPECS],
            "$defs": {name: _kind_schema(name) for name in SPECS},
        }
    elif kind == PROJECT:
        schema = {
            "title": "assetgen project file",
            "description": "A project: assetgen.toml in its root folder.",
            **project_table().schema(),
        }
    elif kind in SPECS:
        schema = _kind_schema(kind)
    else:
        advice = did_you_mean(kind, [*SPECS, PROJECT])
        raise SpecError(f"there is no schema for kind = {show(kind)}; {advice}")
    return {"$schema": DIALECT, **schema}


def _kind_schema(kind: str) -> dict[str, Any]:
    about = (SPECS[kind].__doc__ or kind).splitlines()[0]
    return {
        "title": f"assetgen {kind}",
        "description": about,
        **document_table(kind).schema(),
        "anyOf": [{"required": [key]} for key in SPECS[kind].starts],
    }
