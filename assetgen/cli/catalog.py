"""`assetgen catalog`: what the procedural library can make, in words or as a page of pictures and sounds."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assetgen.cli.parsers import Commands, add_command, add_json

if TYPE_CHECKING:
    from assetgen.catalog.listing import Entry

_MORE = """\
examples:
  assetgen catalog                        every material, layer, style and sound, a line each
  assetgen catalog brick                  words, choices and parameters of one
  assetgen catalog footsteps              the same of a sound
  assetgen catalog --page catalog.html    the same with a lit picture of each and players; minutes on a CPU
  assetgen catalog --page stone.html --only stone
  assetgen catalog --page sounds.html --only sounds
  assetgen catalog --json                 for programs
"""

_SOUNDS = "sounds"


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "catalog",
        summary="list the materials, layers, styles and sounds of the library",
        more=_MORE,
    )
    parser.add_argument("name", nargs="?", help="one material, layer, style or sound")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write a page with a picture of each")
    parser.add_argument(
        "--only",
        metavar="GROUP",
        help="with --page: a category, layers, styles, sounds, or ambiences, scenes, effects or music",
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="with --page: worker processes")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print or write; return the exit code."""
    from assetgen.catalog.listing import (
        all_to_json,
        also_means,
        describe_entry,
        find_entry,
        overview,
        to_json,
    )

    if options.page is not None:
        return _write_page(options)
    if options.name is None:
        print(json.dumps(all_to_json()) if options.json else overview())
        return 0
    card = find_entry(options.name)
    other = also_means(options.name, card)
    if options.json:
        print(json.dumps({**to_json(card), "also": other.name if other else None}))
        return 0
    print(describe_entry(card))
    if other is not None:
        what = to_json(other)["is"]
        print(
            f'\n"{options.name}" also means the {what} {other.name}; `assetgen catalog {other.name}` tells of it.'
        )
    return 0


def _write_page(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from assetgen.catalog.page import render_catalog
    from assetgen.catalog.swatches import Drawn, draw_swatches, swatches_of
    from assetgen.errors import StoreError
    from assetgen.settings import load_settings

    entries = _entries(options)
    settings = load_settings(os.environ)
    if options.jobs is not None:
        settings = replace(settings, jobs=max(options.jobs, 1))
    swatches = [swatch for card in entries for swatch in swatches_of(card)]
    drawn: dict[object, Drawn] = {}
    is_live = sys.stderr.isatty()
    for one in draw_swatches(swatches, settings):
        drawn[one.swatch] = one
        if one.error is not None:
            print(f"{one.swatch.prompt}: {one.error}", file=sys.stderr)
        if is_live:
            print(f"\r{len(drawn)} of {len(swatches)} pictures", end="", file=sys.stderr, flush=True)
    if is_live:
        print(file=sys.stderr)
    by_entry = {card.name: [drawn[swatch] for swatch in swatches_of(card)] for card in entries}
    try:
        options.page.parent.mkdir(parents=True, exist_ok=True)
        options.page.write_bytes(render_catalog(entries, by_entry))
    except OSError as error:
        raise StoreError(f"{options.page} cannot be written: {error.strerror}; check the folder.") from error
    failed = sum(one.error is not None for one in drawn.values())
    facts = {"page": str(options.page), "entries": len(entries), "pictures": len(drawn), "failed": failed}
    print(json.dumps(facts) if options.json else f"wrote {options.page}, {len(drawn)} pictures")
    return 1 if failed else 0


def _entries(options: argparse.Namespace) -> list[Entry]:
    """Return what the page shows: one entry, one group, or everything."""
    from assetgen.catalog.listing import find_entry
    from assetgen.catalog.page import SOUND_GROUPS, group_of
    from assetgen.catalog.swatches import every_entry
    from assetgen.errors import SpecError
    from assetgen.specs.wording import did_you_mean

    if options.name is not None:
        return [find_entry(options.name)]
    entries = every_entry()
    if options.only is None:
        return entries
    groups = [*dict.fromkeys(map(group_of, entries)), _SOUNDS]
    if options.only not in groups:
        raise SpecError(f'there is no group "{options.only}"; {did_you_mean(options.only, groups)}')
    wanted = SOUND_GROUPS if options.only == _SOUNDS else (options.only,)
    return [card for card in entries if group_of(card) in wanted]
