"""`assetgen jobs`: what the daemon makes, has made, and has yet to make."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING

from assetgen.cli.live import clock
from assetgen.cli.parsers import Commands, add_command, add_json

if TYPE_CHECKING:
    from assetgen.client.connection import Client
    from assetgen.client.models import Job

SHORT_ID = 8
"""Digits of a job's id that are shown, and that `assetgen cancel` understands."""
_EVERY_S = 1.0
_MOST = 500

_MORE = """\
examples:
  assetgen jobs                    what runs and waits
  assetgen jobs --all              and what has ended, the newest first
  assetgen jobs --watch            look again every second, until Ctrl-C
  assetgen jobs --json | jq '.jobs[].title'

It never starts a daemon.

exit codes:
  0  listed          3  no daemon runs
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "jobs", summary="list the daemon's jobs", more=_MORE)
    parser.add_argument("--all", action="store_true", help="those that have ended too")
    parser.add_argument("--watch", action="store_true", help="look again every second, until Ctrl-C")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the jobs; return the exit code."""
    from assetgen.cli.clients import open_client

    with open_client(autostart=False) as client:
        if options.watch:
            _watch(client, options)
        else:
            _print(client, options)
    return 0


def _watch(client: Client, options: argparse.Namespace) -> None:
    try:
        while True:
            if sys.stdout.isatty() and not options.json:
                sys.stdout.write("\x1b[2J\x1b[H")
            _print(client, options)
            sys.stdout.flush()
            time.sleep(_EVERY_S)
    except KeyboardInterrupt:
        return


def _print(client: Client, options: argparse.Namespace) -> None:
    jobs = client.jobs(only_active=not options.all, limit=_MOST)
    if options.json:
        print(json.dumps({"jobs": [_to_json(job) for job in jobs]}))
    elif jobs:
        print("\n".join(table(jobs, now=time.time())))
    else:
        print("no jobs" if options.all else "no jobs run or wait; --all shows those that have ended")


def table(jobs: list[Job], *, now: float) -> list[str]:
    """Return a heading and a line for each job; `now` is seconds since 1970."""
    rows = [("job", "state", "done", "title", "client", "age")]
    rows += [
        (
            job.id[:SHORT_ID],
            job.state,
            f"{job.fraction:.0%}",
            job.title,
            job.client,
            clock(max(0.0, now - job.create_time)) if job.create_time else "",
        )
        for job in jobs
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _to_json(job: Job) -> dict[str, object]:
    error = job.error
    return {
        "job": job.id,
        "state": job.state,
        "fraction": job.fraction,
        "title": job.title,
        "prompt_file": job.prompt_file or None,
        "project": job.project,
        "client": job.client,
        "priority": job.priority,
        "created": job.create_time or None,
        "started": job.start_time or None,
        "ended": job.end_time or None,
        "error": {"reason": error.reason, "message": str(error)} if error else None,
    }
