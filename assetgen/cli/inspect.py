"""`assetgen inspect`: what a file is - a prompt file, a manifest, a texture, a sound."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from assetgen.cli.parsers import Commands, add_command, add_json

_MORE = """\
examples:
  assetgen inspect walls/old_brick.prompt.toml                     the file with every default filled in
  assetgen inspect generated/unity/walls/old_brick/old_brick.assetgen.json    checks every file of the set
  assetgen inspect old_brick_albedo.dds                            format, size, mip levels
  assetgen inspect rain.ogg                                        length, loudness, loop and how it closes, tags

exit codes:
  0  described                    2  there is no such file, or a prompt file cannot be read
  1  a set, a texture or a sound is damaged
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "inspect", summary="describe a prompt file, a manifest, a texture or a sound", more=_MORE
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what to describe")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the description; return the exit code."""
    facts = _facts(options.file)
    if options.json:
        print(json.dumps(facts))
    else:
        _print(facts, indent=0)
    return 0


def _facts(path: Path) -> dict[str, object]:
    from assetgen.errors import SpecError
    from assetgen.project.project_file import PROMPT_SUFFIX
    from assetgen.store.manifest import MANIFEST_SUFFIX

    if not path.is_file():
        raise SpecError(f"there is no file {path}; check its name.")
    if path.name.endswith(PROMPT_SUFFIX):
        return _prompt_file(path)
    if path.name.endswith(MANIFEST_SUFFIX):
        from assetgen.store.manifest import verify_set

        return verify_set(path).to_document()
    return _texture(path)


def _prompt_file(path: Path) -> dict[str, object]:
    from assetgen.project.project_file import find_project
    from assetgen.project.prompt_file import read_prompt_file

    project = find_project(path)
    file = read_prompt_file(path, project=project)
    return {
        "path": str(path),
        "project": str(project.root),
        "output": str(project.output_folder),
        "assets": [spec.to_json() for spec in file.specs],
    }


def _texture(path: Path) -> dict[str, object]:
    from assetgen.cli.ask import ask_worker
    from assetgen.project.order import InspectOrder

    return ask_worker(InspectOrder(path))


def _print(value: object, *, indent: int, name: str = "") -> None:
    lead = "  " * indent + (f"{name}: " if name else "")
    if isinstance(value, dict):
        if name:
            print(lead.rstrip())
        for key, item in value.items():
            _print(item, indent=indent + bool(name), name=str(key))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        print(lead.rstrip())
        for number, item in enumerate(value):
            _print(item, indent=indent + 1, name=str(number + 1))
    elif isinstance(value, list):
        print(lead + ", ".join(map(str, value)))
    else:
        print(lead + str(value))
