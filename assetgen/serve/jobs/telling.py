"""What a worker reports, told to everybody who waits for the work."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

from assetgen.errors import AssetGenError
from assetgen.execute.base import Preview, Progress
from assetgen.serve.jobs.work import Work
from assetgen.serve.rpc import asset_pb2 as pb

_LOG: Final = logging.getLogger("assetgen.jobs")


def tell_progress(work: Work, event: Progress, now: float) -> None:
    """Tell how far a work is; steps on the wire count from 1."""
    meter = work.meter
    if meter is None:
        return
    meter.step(event.fraction, now)
    message = pb.Progress(
        stage=event.stage,
        step=min(event.step + 1, max(event.total, 1)),
        total_steps=max(event.total, 1),
        fraction=meter.fraction,
    )
    remaining = meter.remaining_s(now)
    if remaining is not None:
        message.remaining.FromMilliseconds(round(remaining * 1000))
    for live in work.jobs.values():
        live.log.progress(message)


def tell_preview(work: Work, event: Preview) -> None:
    """Show what a work looks like so far to those who want to see it."""
    message = pb.Preview(
        asset=event.asset,
        media_type=event.media_type,
        data=event.data,
        width=event.width,
        height=event.height,
        coarse=event.is_coarse,
        sound=event.sound,
    )
    for live in work.jobs.values():
        if live.job.request.previews:
            live.log.preview(message)


def tell_line(work: Work, text: str, *, is_warning: bool = False) -> None:
    """Tell a note or a warning."""
    for live in work.jobs.values():
        live.log.line(text, is_warning=is_warning)


async def tell_artifacts(
    work: Work,
    describe: Callable[[Path, str, Sequence[str]], pb.Asset],
    off_loop: Callable[..., Awaitable[Any]],
) -> None:
    """Describe the assets that are in place and not yet announced, and announce them, one after the other."""
    while work.untold and work.jobs and work.planned is not None:
        asset = work.untold.popleft()
        root = work.leader.job.request.project
        try:
            message = await off_loop(describe, root, asset, work.planned.manifests[asset])
        except AssetGenError as error:
            tell_line(work, f"{asset} was made, but is no more as it was made: {error}", is_warning=True)
        except Exception:  # one asset that cannot be read must not end the loop
            _LOG.exception("asset %s cannot be described", asset)
            tell_line(work, f"{asset} was made, but cannot be described; see the log.", is_warning=True)
        else:
            for live in work.jobs.values():
                live.log.artifact(message)
