"""How every command's parser is made, so that all helps look alike."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # argparse gives this type no public name, and at run time it takes no parameter.
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = object


def add_command(commands: Commands, name: str, *, summary: str, more: str = "") -> argparse.ArgumentParser:
    """Return a command's parser with its one-line summary and the text below its options."""
    return commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`, which every command understands."""
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
