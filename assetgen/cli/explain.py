"""`assetgen explain`: how a prompt is understood, before anything is made."""

from __future__ import annotations

import argparse
import json

from assetgen.cli.parsers import Commands, add_command, add_json

_MORE = """\
example:
  assetgen explain "old wet mossy dark grey cobblestone with gold veins"
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "explain", summary="show how a prompt is understood", more=_MORE)
    parser.add_argument("prompt", help="the prompt, in quotes")
    parser.add_argument("--negative", default="", help="what it shall not show")
    parser.add_argument("--kind", help="asset kind, where the prompt does not say it")
    parser.add_argument("--strict", action="store_true", help="exit code 2 if any word was not understood")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the report; return the exit code."""
    from assetgen.backends.procedural.grammar.parse import check_strict, parse_prompt

    report = parse_prompt(options.prompt, negative=options.negative, kind=options.kind).report
    print(json.dumps(report.to_json()) if options.json else report.to_text())
    if options.strict:
        check_strict(report)
    return 0
