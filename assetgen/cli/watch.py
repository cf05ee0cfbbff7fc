"""`assetgen watch`: make again what is saved in a project, and tell what becomes of it."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from assetgen.cli.live import LiveLine
from assetgen.cli.parsers import Commands, add_command, add_json

if TYPE_CHECKING:
    from assetgen.client.connection import Client
    from assetgen.client.events import Change
    from assetgen.client.models import Project

_TICK_S = 0.05

_MORE = """\
examples:
  assetgen watch                   the project around here
  assetgen watch game --json       one JSON object a line for every change, for a script

Save a prompt file, and its assets and all that use them are made again; a file that cannot be used is told with
file:line:column, and its last good asset stays. The daemon is started when none runs. Ctrl-C ends it: the project is
then watched no longer, unless it was before. `assetgen serve --project game --watch` watches without a terminal.

exit codes:
  0  ended with Ctrl-C             2  there is no such project
  1  the daemon refused            3  no daemon answers, and none could be started
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "watch", summary="make again what is saved, as it is saved", more=_MORE)
    parser.add_argument(
        "path", nargs="?", type=Path, default=Path(), metavar="PATH", help="project to watch (default: .)"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Tell what changes until Ctrl-C; return the exit code."""
    from assetgen.cli.clients import open_client
    from assetgen.client.discovery import read_endpoint
    from assetgen.client.errors import AssetGenClientError
    from assetgen.errors import SpecError

    if not options.path.exists():
        raise SpecError(f"there is no {options.path}; name a project's folder.")
    with open_client(autostart=True) as client:
        project = client.register(options.path)
        was_watched = project.watch
        if not was_watched:
            project = client.register(project.root, watch=True)
        try:
            _follow(client, project, _Teller(is_json=options.json))
        except KeyboardInterrupt:
            return 0
        finally:
            if not was_watched and read_endpoint() is not None:  # else asking would start a daemon again
                with contextlib.suppress(AssetGenClientError):
                    client.register(project.root, watch=False)
    return 0


def _follow(client: Client, project: Project, teller: _Teller) -> None:
    with client.watch(project) as feed:
        teller.say(f"watching {project.root}; Ctrl-C ends it")
        was_connected = True
        while not feed.is_finished:
            for change in feed.poll():
                teller.tell(change)
            if feed.is_connected != was_connected:
                was_connected = feed.is_connected
                teller.say("the daemon is back" if was_connected else "the daemon is gone; waiting for it")
            time.sleep(_TICK_S)
        if feed.error is not None:
            raise feed.error


class _Teller:
    """Tells changes as they come; what was there before the start is passed over, but for what is wrong."""

    def __init__(self, *, is_json: bool) -> None:
        self._is_json, self._is_new = is_json, False
        self._live = LiveLine(sys.stderr)

    def say(self, text: str) -> None:
        """Tell something about the watching itself."""
        self._live.line(text)

    def tell(self, change: Change) -> None:
        """Tell a change."""
        from assetgen.client.events import CaughtUp, Failed

        if isinstance(change, CaughtUp):
            self._is_new = True
        elif self._is_new or isinstance(change, Failed):
            for document, text in _lines(change):
                print(json.dumps(document) if self._is_json else text, flush=True)


def _lines(change: Change) -> list[tuple[dict[str, object], str]]:
    """Return the JSON object and the text of a change; a broken file has one for each thing that is wrong."""
    from assetgen.client.events import Failed, Orphaned, Recovered, Started, Updated

    if isinstance(change, Started):
        job = change.job
        return [({"change": "started", "title": job.title, "job": job.id}, f"making  {job.title}")]
    if isinstance(change, Updated):
        asset = change.asset
        targets = [one.target for one in asset.sets]
        document = {"change": "updated", "asset": asset.asset, "targets": targets}
        return [(document, f"made    {asset.asset}  ({', '.join(targets)})")]
    if isinstance(change, Recovered):
        path = change.prompt_file
        return [({"change": "recovered", "prompt_file": path}, f"well    {path}")]
    if isinstance(change, Orphaned):
        text = f"gone    the prompt file of {change.asset}; its files stay"
        return [({"change": "orphaned", "asset": change.asset}, text)]
    if isinstance(change, Failed):
        path = change.failure.prompt_file
        return [
            (
                {
                    "change": "failed",
                    "prompt_file": path,
                    "message": error.message,
                    "reason": error.reason,
                    "line": error.place.line if error.place else None,
                    "column": error.place.column if error.place else None,
                },
                f"FAILED  {error if error.place else f'{path}: {error.message}'}",
            )
            for error in change.failure.errors
        ]
    return []
