"""`assetgen new`: write a commented prompt file to begin with."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from assetgen.cli.parsers import Commands, add_command, add_json

_MORE = """\
examples:
  assetgen new material walls/old_brick
  assetgen new texture ui/paper --prompt "worn paper"
  assetgen new audio sea/harbour --prompt "calm waves, gulls far off"
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "new", summary="write a prompt file to begin with", more=_MORE)
    parser.add_argument("kind", metavar="KIND", help="material, texture, atlas or audio")
    parser.add_argument("name", metavar="NAME", help="path of the asset, without .prompt.toml")
    parser.add_argument("--prompt", help="what it shall look or sound like")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the file; return the exit code."""
    from assetgen.errors import PublishConflict, SpecError, StoreError
    from assetgen.project.new_file import new_prompt_file
    from assetgen.project.project_file import PROMPT_SUFFIX
    from assetgen.specs.paths import portable_path_problem

    path = Path(options.name.removesuffix(PROMPT_SUFFIX) + PROMPT_SUFFIX)
    stem = path.name.removesuffix(PROMPT_SUFFIX)
    if flaw := portable_path_problem(stem):
        raise SpecError(f'the name "{stem}" {flaw}; choose one that every system can hold.')
    text = new_prompt_file(options.kind, stem, prompt=options.prompt)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        if path.exists():
            raise PublishConflict(f"{path} is there already; choose another name, or edit it.") from None
        raise StoreError(f"{path} cannot be written: {error.strerror}; check the folder.") from error
    print(json.dumps({"path": str(path), "kind": options.kind}) if options.json else f"wrote {path}")
    return 0
