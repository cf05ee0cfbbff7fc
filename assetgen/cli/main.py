"""The command line: `assetgen COMMAND`. Light, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from assetgen.client.errors import AssetGenClientError
from assetgen.errors import AssetGenError, PromptFileError, SpecError
from assetgen.versions import ASSETGEN

_COMMANDS: Final = (
    "bake",
    "finish",
    "new",
    "explain",
    "catalog",
    "inspect",
    "schema",
    "doctor",
    "warmup",
    "clean",
    "generate",
    "watch",
    "jobs",
    "cancel",
    "serve",
)
"""Each a module of this package."""

_EPILOG = """\
start here:
  assetgen new material walls/old_brick     write a prompt file to edit
  assetgen explain "old mossy cobblestone"  see how a prompt is understood
  assetgen catalog                          see what the library can make
  assetgen bake .                           make every asset below this folder
  assetgen watch .                          make again what is saved, as it is saved
  assetgen finish brick.png                 make an engine-ready material of a picture

exit codes:
  0  all well                     3  no daemon answers
  1  an asset failed or is stale  78  the daemon refused to start unsafely
  2  a file or the command line is wrong
  130  stopped with Ctrl-C
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    named = next((word for word in words if not word.startswith("-")), "")
    # A command needs none of the others; only their overview does.
    parser = _parser((named,) if named in _COMMANDS else _COMMANDS)
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        return options.run(options)
    except AssetGenError as error:
        exit_code = 2 if isinstance(error, PromptFileError | SpecError) else 1
        print(f"assetgen: {error}", file=sys.stderr)
        if options.json:
            from assetgen.bake.results import error_json

            print(json.dumps({"error": error_json(error), "exit_code": exit_code}))
        return exit_code
    except AssetGenClientError as error:
        from assetgen.cli.clients import client_error_json, exit_code_of

        exit_code = exit_code_of(error)
        print(f"assetgen: {error}", file=sys.stderr)
        if options.json:
            print(json.dumps({"error": client_error_json(error), "exit_code": exit_code}))
        return exit_code
    except KeyboardInterrupt:
        print("assetgen: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; nothing is left to tell it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser(names: Sequence[str] = _COMMANDS) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="assetgen",
        description="Prompt files in, engine-ready game assets out.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"assetgen {ASSETGEN}")
    parser.add_argument("-v", "--verbose", action="store_true", help="log what happens inside")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in names:
        import_module(f"assetgen.cli.{name}").add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
