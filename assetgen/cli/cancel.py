"""`assetgen cancel`: end jobs that run or wait."""

from __future__ import annotations

import argparse
import json

from assetgen.cli.parsers import Commands, add_command, add_json

_MOST = 500

_MORE = """\
examples:
  assetgen cancel 3f2a             the job whose id begins so; `assetgen jobs` shows them
  assetgen cancel --all            every job that runs or waits

A job stops at its next step; what was finished before stays. It never starts a daemon.

exit codes:
  0  cancelled                     2  nothing was named, or more than one job begins so
  1  there is no such active job   3  no daemon runs
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "cancel", summary="end jobs that run or wait", more=_MORE)
    parser.add_argument("job", nargs="*", metavar="JOB", help="first digits of a job's id")
    parser.add_argument("--all", action="store_true", help="every job that runs or waits")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Cancel; return the exit code."""
    from assetgen.cli.clients import open_client
    from assetgen.errors import SpecError

    if bool(options.job) == options.all:
        raise SpecError("name a job by the first digits of its id, or write --all.")
    with open_client(autostart=False) as client:
        active = {job.id: job for job in client.jobs(only_active=True, limit=_MOST)}
        chosen = list(active) if options.all else [_find(prefix, list(active)) for prefix in options.job]
        jobs = [client.cancel(job_id) for job_id in dict.fromkeys(chosen)]
    if options.json:
        print(json.dumps({"cancelled": [{"job": job.id, "title": job.title} for job in jobs]}))
    else:
        for job in jobs:
            print(f"cancelled {job.id[:8]}  {job.title}")
        if not jobs:
            print("no jobs run or wait")
    return 0


def _find(prefix: str, ids: list[str]) -> str:
    from assetgen.errors import NotFound, SpecError

    wanted = prefix.removeprefix("jobs/").lower()
    found = [job_id for job_id in ids if wanted and job_id.startswith(wanted)]
    if not found:
        raise NotFound(f"no job that runs or waits begins with {prefix!r}; see `assetgen jobs`.")
    if len(found) > 1:
        raise SpecError(f"{len(found)} jobs begin with {prefix!r}; write more digits of its id.")
    return found[0]
