"""`assetgen generate`: make one asset now, by the daemon, and show how it comes along."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from assetgen.cli.live import LiveLine, clock
from assetgen.cli.parsers import Commands, add_command, add_json

if TYPE_CHECKING:
    from assetgen.client.connection import Client
    from assetgen.client.events import Event
    from assetgen.client.handles import JobHandle
    from assetgen.client.models import Job, Project

_TICK_S = 0.05
_CANCEL_S = 10.0
_PROMPT_SUFFIX = ".prompt.toml"

_MORE = """\
examples:
  assetgen generate "old mossy cobblestone"                         a material into the project here
  assetgen generate "worn paper" --kind texture --asset ui/paper    with a name of its own
  assetgen generate "rusty iron" --size 512 --seed 7 --target unity
  assetgen generate walls/old_brick.prompt.toml                     a prompt file, with what it uses
  assetgen generate "lava" --preview-file /tmp/lava.webp            keep the newest preview in a file
  assetgen generate "lava" --detach                                 only queue it; see `assetgen jobs`

The daemon is started when none runs. Ctrl-C cancels the job; finished assets stay finished.

exit codes:
  0  made, or queued with --detach    3    no daemon answers
  1  it failed, or took too long      130  cancelled with Ctrl-C or by `assetgen cancel`
  2  the prompt or the prompt file is wrong
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "generate", summary="make one asset now, by the daemon", more=_MORE)
    parser.add_argument("prompt", metavar="PROMPT", help="what it shall look like, or a .prompt.toml file")
    parser.add_argument("--kind", help="kind of asset (default: material)")
    parser.add_argument("--asset", metavar="ID", help="its id and path (default: made from the prompt)")
    parser.add_argument("--size", metavar="N[xM]", help="edge, or width and height, in texels")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="another variant (default: from the asset's id)"
    )
    parser.add_argument("--style", help="style (default: the project's)")
    parser.add_argument(
        "--target", action="append", metavar="T", help="engine instead of the project's; may be repeated"
    )
    parser.add_argument(
        "--project", type=Path, metavar="PATH", help="project's folder (default: the one around here)"
    )
    parser.add_argument("--preview-file", type=Path, metavar="FILE", help="keep the newest preview here")
    parser.add_argument("--detach", action="store_true", help="queue it and return; print the job")
    parser.add_argument("--timeout", type=float, metavar="S", help="give up after so many seconds")
    parser.add_argument("--no-start", action="store_true", help="exit code 3 when no daemon runs")
    parser.add_argument(
        "--force",
        action="store_true",
        help="make it again; files in the way that assetgen did not make move to .bak",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make it; return the exit code."""
    from assetgen.cli.clients import open_client

    is_file = options.prompt.endswith(_PROMPT_SUFFIX)
    _check(options, is_file=is_file)
    near = options.project or (Path(options.prompt) if is_file else Path())
    with open_client(autostart=not options.no_start) as client:
        project = client.register(near)
        handle = _ask(client, project, options, is_file=is_file)
        if options.detach:
            job = _queued(handle)
            print(json.dumps(_to_json(job)) if options.json else job.id)
            return 0
        show = _Show(LiveLine(sys.stderr), options.preview_file, is_quiet=options.json)
        job = _follow(handle, show)
    if options.json:
        print(json.dumps(_to_json(job)))
    else:
        _print_files(job)
    return 0


def _check(options: argparse.Namespace, *, is_file: bool) -> None:
    from assetgen.errors import SpecError

    if options.project is not None and not options.project.exists():
        raise SpecError(f"there is no {options.project}; name a project's folder.")
    if not is_file:
        return
    if not Path(options.prompt).is_file():
        raise SpecError(f"there is no file {options.prompt}; check its name.")
    for name in ("kind", "asset", "size", "seed", "style"):
        if getattr(options, name) is not None:
            raise SpecError(f"--{name} stands in the prompt file; edit {options.prompt}.")


def _ask(client: Client, project: Project, options: argparse.Namespace, *, is_file: bool) -> JobHandle:
    targets = tuple(dict.fromkeys(options.target or ()))
    if is_file:
        # Of real paths: the daemon may know the project by another way than the one taken here.
        inside = os.path.relpath(os.path.realpath(options.prompt), os.path.realpath(project.root))
        return client.generate(
            project=project,
            prompt_file=Path(inside).as_posix(),
            targets=targets,
            timeout_s=options.timeout,
            force=options.force,
            overwrite=options.force,
            detach=options.detach,
        )
    return client.generate(
        options.prompt,
        project=project,
        kind=options.kind or "",
        asset=options.asset or "",
        size=_size(options.size),
        seed=options.seed,
        style=options.style or "",
        targets=targets,
        timeout_s=options.timeout,
        force=options.force,
        overwrite=options.force,
        detach=options.detach,
    )


def _size(text: str | None) -> int | list[int] | None:
    from assetgen.errors import SpecError

    if text is None:
        return None
    parts = text.lower().split("x")
    if len(parts) > 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise SpecError(f"--size {text} is no size; write 512 or 512x256.")
    sizes = [int(part) for part in parts]
    return sizes[0] if len(sizes) == 1 else sizes


def _queued(handle: JobHandle) -> Job:
    while not (handle.name or handle.is_finished):
        time.sleep(_TICK_S)
    if handle.error is not None:
        raise handle.error
    return handle.job


def _follow(handle: JobHandle, show: _Show) -> Job:
    try:
        while not handle.is_finished:
            show.tell(handle.poll())
            time.sleep(_TICK_S)
        show.tell(handle.poll())
        return handle.wait()
    except KeyboardInterrupt:
        handle.cancel()
        show.line("cancelling ...")
        handle.join(_CANCEL_S)
        raise
    finally:
        show.end()


class _Show:
    """Shows a job's events: lines for what stays, a live line for the rest.

    Args:
        preview_file: where the newest preview is kept, if anywhere.
    """

    def __init__(self, live: LiveLine, preview_file: Path | None, *, is_quiet: bool) -> None:
        self._live, self._preview_file, self._is_quiet = live, preview_file, is_quiet

    def tell(self, events: list[Event]) -> None:
        """Show some events."""
        from assetgen.client.events import Artifact, Log, Preview, Progress, StateChanged

        for event in events:
            if isinstance(event, Preview) and self._preview_file is not None:
                _replace(self._preview_file, event.data)
            elif isinstance(event, Progress):
                self._draw(event.stage, event.fraction, event.remaining_s)
            elif isinstance(event, StateChanged):
                self._draw(event.state.state, event.state.fraction, None)
            elif isinstance(event, Artifact):
                self.line(f"made   {event.asset.asset}")
            elif isinstance(event, Log):
                self.line(f"    {'note' if event.level == 'warning' else event.level}: {event.text}")

    def line(self, text: str) -> None:
        """Write a line that stays."""
        if not self._is_quiet:
            self._live.line(text)

    def end(self) -> None:
        """Take the live line away."""
        if not self._is_quiet:
            self._live.erase()

    def _draw(self, stage: str, fraction: float, remaining_s: float | None) -> None:
        if not self._is_quiet:
            left = f"  about {clock(remaining_s)} left" if remaining_s is not None else ""
            self._live.show(f"{fraction:4.0%}  {stage}{left}")


def _replace(path: Path, data: bytes) -> None:
    from assetgen.errors import StoreError

    beside = path.with_name(path.name + ".new")
    try:
        beside.write_bytes(data)
        beside.replace(path)  # a viewer never sees half of it
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}; choose another place.") from error


def _print_files(job: Job) -> None:
    for asset in job.assets:
        for one in asset.sets:
            print(f"{asset.asset}  {one.target}  {one.folder} ({len(one.files)} files)")


def _to_json(job: Job) -> dict[str, object]:
    return {
        "job": job.id,
        "state": job.state,
        "title": job.title,
        "assets": [
            {
                "asset": asset.asset,
                "kind": asset.kind,
                "sets": [
                    {
                        "target": one.target,
                        "folder": one.folder,
                        "files": [
                            {"role": file.role, "path": file.local_path, "sha256": file.sha256}
                            for file in one.files
                        ],
                    }
                    for one in asset.sets
                ],
            }
            for asset in job.assets
        ],
    }
