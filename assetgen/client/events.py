"""What happens to a job, to a project and to a bake, as plain values made from the daemon's JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assetgen.client.models import (
    Asset,
    Job,
    JobError,
    Json,
    fraction,
    number,
    seconds,
    several,
    text,
    word,
)


@dataclass(frozen=True)
class Event:
    """Something that happened to a job.

    Args:
        sequence: grows within a job, across restarts of the daemon too.
        job: the job's resource name.
    """

    sequence: int
    job: str


@dataclass(frozen=True)
class StateChanged(Event):
    """The job was queued, taken up, or queued again."""

    state: Job


@dataclass(frozen=True)
class Progress(Event):
    """How far it is; `remaining_s` is None while nobody knows."""

    stage: str
    step: int
    total_steps: int
    fraction: float
    remaining_s: float | None


@dataclass(frozen=True)
class Preview(Event):
    """What the result looks like so far; `coarse` says that it is a sketch.

    `sound` is a few seconds of it as Ogg Vorbis, empty for what is only seen.
    """

    asset: str
    media_type: str
    data: bytes
    width: int
    height: int
    coarse: bool
    sound: bytes = b""


@dataclass(frozen=True)
class Artifact(Event):
    """A set was put in place."""

    asset: Asset


@dataclass(frozen=True)
class Log(Event):
    """A warning or note; `level` is `info` or `warning`."""

    level: str
    text: str


@dataclass(frozen=True)
class Finished(Event):
    """The job ended; always its last event."""

    result: Job


def read_event(document: Json) -> Event | None:
    """Return the event of a JobEvent, or None for a kind that this client does not know yet."""
    sequence, job = number(document, "sequence"), text(document, "job")
    for key, make in _EVENTS:
        value = document.get(key)
        if isinstance(value, Mapping):
            return make(sequence, job, value)
    return None


def _progress(sequence: int, job: str, value: Json) -> Event:
    return Progress(
        sequence,
        job,
        stage=text(value, "stage"),
        step=number(value, "step"),
        total_steps=number(value, "totalSteps"),
        fraction=fraction(value, "fraction"),
        remaining_s=seconds(value, "remaining"),
    )


def _preview(sequence: int, job: str, value: Json) -> Event:
    return Preview(
        sequence,
        job,
        asset=text(value, "asset"),
        media_type=text(value, "mediaType"),
        data=_bytes(value, "data"),
        width=number(value, "width"),
        height=number(value, "height"),
        coarse=bool(value.get("coarse", False)),
        sound=_bytes(value, "sound"),
    )


def _bytes(value: Json, name: str) -> bytes:
    """Return bytes, empty where there are none or they are no base64."""
    try:
        return base64.b64decode(text(value, name))
    except (binascii.Error, ValueError):
        return b""


_EVENTS: tuple[tuple[str, Any], ...] = (
    ("state", lambda sequence, job, value: StateChanged(sequence, job, Job.from_json(value))),
    ("progress", _progress),
    ("preview", _preview),
    ("artifact", lambda sequence, job, value: Artifact(sequence, job, Asset.from_json(value))),
    (
        "log",
        lambda sequence, job, value: Log(
            sequence, job, word(value, "level", "LOG_LEVEL_"), text(value, "text")
        ),
    ),
    ("finished", lambda sequence, job, value: Finished(sequence, job, Job.from_json(value))),
)


@dataclass(frozen=True)
class PromptFailure:
    """A file that cannot be used, and everything that is wrong with it."""

    prompt_file: str
    errors: tuple[JobError, ...] = ()

    @classmethod
    def from_json(cls, document: Json) -> PromptFailure:
        """Return the failure of a document."""
        return cls(text(document, "promptFile"), several(document, "errors", JobError.from_json))


@dataclass(frozen=True)
class Change:
    """Something that happened in a project; `resume_token` is where to go on after it."""

    resume_token: str


@dataclass(frozen=True)
class Updated(Change):
    """A set was put in place."""

    asset: Asset


@dataclass(frozen=True)
class Orphaned(Change):
    """The prompt file of an asset is gone; its files stay."""

    asset: str


@dataclass(frozen=True)
class Failed(Change):
    """A prompt file or project file cannot be used; the last good asset stays."""

    failure: PromptFailure


@dataclass(frozen=True)
class Recovered(Change):
    """A prompt file that failed before is well now."""

    prompt_file: str


@dataclass(frozen=True)
class Started(Change):
    """A job was queued for a prompt file."""

    job: Job


@dataclass(frozen=True)
class CaughtUp(Change):
    """All that was there before has been told; what follows is new."""


def read_change(document: Json) -> Change | None:
    """Return the change of a WatchAssetsResponse, or None for a heartbeat and for kinds not known yet."""
    token = text(document, "resumeToken")
    for key, make in _CHANGES:
        if key in document:
            return make(token, document[key])
    return None


_CHANGES: tuple[tuple[str, Any], ...] = (
    ("updated", lambda token, value: Updated(token, Asset.from_json(value))),
    ("orphaned", lambda token, value: Orphaned(token, str(value))),
    ("failed", lambda token, value: Failed(token, PromptFailure.from_json(value))),
    ("recovered", lambda token, value: Recovered(token, str(value))),
    ("started", lambda token, value: Started(token, Job.from_json(value))),
    ("caughtUp", lambda token, value: CaughtUp(token)),
)


@dataclass(frozen=True)
class DueAsset:
    """An asset that is due, and why."""

    asset: str
    prompt_file: str
    reason: str


@dataclass(frozen=True)
class BakePlan:
    """What a bake has to do; told first."""

    due: tuple[DueAsset, ...]
    up_to_date: int
    failures: tuple[PromptFailure, ...]


@dataclass(frozen=True)
class BakeSummary:
    """How a bake ended; told last. `ok`: everything is in place, or with check_only nothing is due."""

    succeeded: int
    failed: int
    cancelled: int
    up_to_date: int
    ok: bool


def read_bake_event(document: Json) -> Event | BakePlan | BakeSummary | None:
    """Return the event of a BakeProjectResponse, or None for a kind not known yet."""
    if isinstance(document.get("jobEvent"), Mapping):
        return read_event(document["jobEvent"])
    plan, summary = document.get("plan"), document.get("summary")
    if isinstance(plan, Mapping):
        due = several(
            plan,
            "due",
            lambda one: DueAsset(text(one, "asset"), text(one, "promptFile"), text(one, "reason")),
        )
        failures = several(plan, "failures", PromptFailure.from_json)
        return BakePlan(due, number(plan, "upToDate"), failures)
    if isinstance(summary, Mapping):
        counts = (number(summary, key) for key in ("succeeded", "failed", "cancelled", "upToDate"))
        return BakeSummary(*counts, ok=bool(summary.get("ok", False)))
    return None
