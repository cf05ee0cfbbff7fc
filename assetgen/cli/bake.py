"""`assetgen bake`: make what is due below some paths."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from assetgen.cli.parsers import Commands, add_command, add_json

_MORE = """\
examples:
  assetgen bake .                      everything below this folder, for each file's own targets
  assetgen bake walls --target unity   one folder, for Unity only
  assetgen bake . --plan               what would be done and why; touches nothing
  assetgen bake . --check              the same for CI: exit code 1 if anything is out of date
  assetgen bake . --json | jq .failed  one JSON object on stdout: counts, and a row for each asset

Ctrl-C lets workers stop at their next step; a second one ends them at once. Either way finished assets stay
finished, no set is left torn, and the next bake goes on from there.

exit codes:
  0  all well                     2  a prompt file or project file cannot be read
  1  an asset failed, is stale    130  stopped with Ctrl-C; the next bake goes on from there
     or over its budget
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "bake", summary="make every asset that is due", more=_MORE)
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="prompt files or folders (default: .)"
    )
    parser.add_argument(
        "--target",
        action="append",
        metavar="T",
        help="engine instead of the files' own: unity, unreal, blender, godot or web; may be repeated",
    )
    parser.add_argument(
        "--profile",
        metavar="P",
        help="bake for work or ship instead of what the project says; ship strips prompts from the files",
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes (default: one a core)")
    parser.add_argument("--plan", action="store_true", help="only say what would be done and why")
    parser.add_argument("--check", action="store_true", help="like --plan; exit code 1 if anything is due")
    parser.add_argument(
        "--force",
        action="store_true",
        help="make everything again; files in the way that assetgen did not make move to .bak",
    )
    parser.add_argument("--no-report", action="store_true", help="write no report.html")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Bake; return the exit code."""
    from assetgen.bake.lock import write_locks
    from assetgen.bake.report import write_reports
    from assetgen.bake.run import BakeOptions, QuietWatcher, bake
    from assetgen.cli.progress import TerminalWatcher, print_plan, print_summary
    from assetgen.errors import SpecError
    from assetgen.settings import MAX_JOBS, load_settings
    from assetgen.specs.base import TARGETS
    from assetgen.specs.embedding import PROFILES

    for target in options.target or ():
        if target not in TARGETS:
            raise SpecError(f"--target {target} is unknown; write one of {', '.join(TARGETS)}.")
    if options.profile not in (None, *PROFILES):
        raise SpecError(f"--profile {options.profile} is unknown; write one of {', '.join(PROFILES)}.")
    if options.jobs is not None and not 1 <= options.jobs <= MAX_JOBS:
        raise SpecError(f"--jobs {options.jobs} is no number of workers; write 1 to {MAX_JOBS}.")
    settings = load_settings(os.environ)
    is_dry = options.plan or options.check
    what = BakeOptions(
        paths=tuple(options.paths) or (Path(),),
        targets=tuple(dict.fromkeys(options.target)) if options.target else None,
        jobs=options.jobs,
        force=options.force,
        overwrite=options.force,
        dry_run=is_dry,
        profile=options.profile,
    )
    watcher = QuietWatcher() if options.json else TerminalWatcher(sys.stderr)
    result = bake(what, settings, watcher=watcher)
    if not is_dry:
        write_locks(result)
        if not options.no_report:
            result = write_reports(result, settings)
    if options.json:
        print(json.dumps(result.to_json()))
    elif is_dry:
        print_plan(result)
    else:
        print_summary(result)
    return 0 if options.plan and result.exit_code == 1 else result.exit_code
