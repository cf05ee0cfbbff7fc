"""`assetgen clean`: remove what bakes have published, and nothing else."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from assetgen.cli.parsers import Commands, add_command, add_json

_MORE = """\
examples:
  assetgen clean                remove what the project around this folder has published
  assetgen clean game --cache   and the cache

Only files that still are what assetgen published are removed; files that were edited, and files that it did not
make, stay. The cache is kept, so the next bake puts everything back without computing, unless --cache is given.
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "clean", summary="remove published assets", more=_MORE)
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="projects to clean, whole (default: the one here)"
    )
    parser.add_argument("--cache", action="store_true", help="remove the whole cache too, of all projects")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Remove files; return the exit code."""
    from assetgen.bake.clean import clean_output, remove_cache
    from assetgen.errors import SpecError
    from assetgen.project.project_file import find_project
    from assetgen.settings import load_settings
    from assetgen.store.store import Store

    settings = load_settings(os.environ)
    for path in options.paths:
        if not path.exists():  # its parent may be another project
            raise SpecError(f"there is no {path}; name a project's folder.")
    folders = {find_project(path).output_folder for path in options.paths or (Path(),)}
    with Store.open(settings.cache_dir, durability=settings.durability) as store:
        removed = [path for folder in sorted(folders) for path in clean_output(folder, store)]
    if options.cache:
        remove_cache(settings.cache_dir)
    if options.json:
        print(json.dumps({"removed": [str(path) for path in removed], "cache": options.cache}))
    else:
        print(
            f"removed {len(removed)} files"
            + (f" and the cache {settings.cache_dir}" if options.cache else "")
        )
    return 0
