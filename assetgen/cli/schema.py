"""`assetgen schema`: the JSON Schema of prompt files, for editors."""

from __future__ import annotations

import argparse
import json

from assetgen.cli.parsers import Commands, add_command, add_json

_MORE = """\
examples:
  assetgen schema > prompt.schema.json     prompt files of every kind
  assetgen schema project                  assetgen.toml
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "schema", summary="print the JSON Schema of prompt files", more=_MORE)
    parser.add_argument("kind", nargs="?", help="one kind only, or `project` for assetgen.toml")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the schema; return the exit code."""
    from assetgen.project.params import prompt_schema

    schema = prompt_schema(options.kind)
    print(json.dumps(schema) if options.json else json.dumps(schema, indent=2))
    return 0
