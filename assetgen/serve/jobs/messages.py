"""Jobs as they go over the wire."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from assetgen.serve.jobs.job import Job, Priority, State
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.store.records import path_key

STATES: Final = {
    State.QUEUED: pb.JOB_STATE_QUEUED,
    State.RUNNING: pb.JOB_STATE_RUNNING,
    State.SUCCEEDED: pb.JOB_STATE_SUCCEEDED,
    State.FAILED: pb.JOB_STATE_FAILED,
    State.CANCELLED: pb.JOB_STATE_CANCELLED,
    State.EXPIRED: pb.JOB_STATE_EXPIRED,
}
PRIORITIES: Final = {
    Priority.BAKE: pb.PRIORITY_BAKE,
    Priority.WATCH: pb.PRIORITY_WATCH,
    Priority.INTERACTIVE: pb.PRIORITY_INTERACTIVE,
}


def job_name(job_id: str) -> str:
    """Return the resource name of a job."""
    return f"jobs/{job_id}"


@lru_cache(maxsize=256)
def project_name(root: Path) -> str:
    """Return the resource name of the project in a folder."""
    return f"projects/{hashlib.sha256(path_key(root).encode()).hexdigest()[:12]}"


def job_message(job: Job, *, fraction: float = 0.0, assets: Iterable[pb.Asset] = ()) -> pb.Job:
    """Return a job as it goes over the wire.

    Args:
        job: the job.
        fraction: how far it is; a job that ended well is at 1.
        assets: what it made.
    """
    message = pb.Job(
        name=job_name(job.id),
        state=STATES[job.state],
        project=project_name(job.request.project),
        title=job.title,
        prompt_file=job.request.prompt_file,
        priority=PRIORITIES[job.priority],
        client=job.client,
        fraction=1.0 if job.state is State.SUCCEEDED else fraction,
        error=job.error,
        interruptions=job.interruptions,
        create_time=_timestamp(job.created_at),
        start_time=_timestamp(job.started_at),
        end_time=_timestamp(job.ended_at),
    )
    message.assets.extend(assets)
    return message


def _timestamp(seconds: float) -> Timestamp | None:
    if not seconds:
        return None
    stamp = Timestamp()
    stamp.FromMilliseconds(round(seconds * 1000))
    return stamp
