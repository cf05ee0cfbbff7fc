"""Every error that the client raises on purpose, in one tree.

    AssetGenClientError
      DaemonNotRunning   no daemon answers, and none was or could be started
      Unauthenticated    the token is missing or wrong
      InvalidSpec        what was asked for is wrong: `reason`, and `place` in a file
      NotFound           there is no job, project, asset or file of that name
      QueueFull          too much waits already; `retry_after_s`
      JobFailed          the job ended in an error: `reason`, and `place` in a file
      Cancelled          the job was cancelled, or the call
      Expired            the time that was given is over
      VersionMismatch    this client and the daemon do not understand each other; `hint` says what to do
      Disconnected       the connection broke or fell silent; the job, if any, goes on
      ServerError        the daemon refuses or is at fault: `reason`

Every error has `message`, `reason` (a stable word in upper snake case, or empty), `place` (or None) and `code` (a
gRPC status number, 0 when the daemon said none).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from assetgen.client.models import Job, JobError, Place

_INVALID_ARGUMENT = 3
_RESOURCE_EXHAUSTED = 8
_UNIMPLEMENTED = 12
_UNAVAILABLE = 14
_HINT = (
    "Install the same release of assetgen on both sides, and restart the daemon with `assetgen serve --stop`."
)


class AssetGenClientError(Exception):
    """The root of everything that the client raises on purpose."""

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        place: Place | None = None,
        code: int = 0,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.place = place
        self.code = code
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        """Return `place: message`."""
        return f"{self.place}: {self.message}" if self.place else self.message


class DaemonNotRunning(AssetGenClientError):
    """No daemon answers, and none was or could be started."""


class Unauthenticated(AssetGenClientError):
    """The token is missing or wrong."""


class InvalidSpec(AssetGenClientError):
    """What was asked for is wrong; `reason` and `place` say more."""


class NotFound(AssetGenClientError):
    """There is no job, project, asset or file of that name."""


class QueueFull(AssetGenClientError):
    """Too much waits already; nothing was queued. `retry_after_s` says how long to wait, when it is known."""


class JobFailed(AssetGenClientError):
    """The job ended in an error; `reason` says which."""


class Cancelled(AssetGenClientError):
    """The job was cancelled, or the call."""


class Expired(AssetGenClientError):
    """The time that was given is over."""


class VersionMismatch(AssetGenClientError):
    """This client and the daemon do not understand each other; `hint` says what to do."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = _HINT,
        reason: str = "",
        place: Place | None = None,
        code: int = 0,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, reason=reason, place=place, code=code, retry_after_s=retry_after_s)
        self.hint = hint

    def __str__(self) -> str:
        """Return the message and the hint."""
        return f"{self.message} {self.hint}"


class Disconnected(AssetGenClientError):
    """The connection broke or fell silent before the answer was whole."""


class ServerError(AssetGenClientError):
    """The daemon refuses, or is at fault; `reason` says which."""


_BY_CODE: dict[int, type[AssetGenClientError]] = {
    1: Cancelled,
    _INVALID_ARGUMENT: InvalidSpec,
    4: Expired,
    5: NotFound,
    _UNIMPLEMENTED: VersionMismatch,
    16: Unauthenticated,
}


def from_status(error: JobError) -> AssetGenClientError:
    """Return the exception of an error that ended a call."""
    kind = _BY_CODE.get(error.code, ServerError)
    if error.code == _RESOURCE_EXHAUSTED and error.reason in ("QUEUE_FULL", ""):
        kind = QueueFull
    if error.code == _UNAVAILABLE and error.reason in ("DRAINING", ""):
        kind = Disconnected  # the daemon is about to end; its successor answers
    return kind(
        error.message or f"the daemon answered with status {error.code} and no message.",
        reason=error.reason,
        place=error.place,
        code=error.code,
        retry_after_s=error.retry_after_s,
    )


def read_status(code: int, message: str, document: str) -> AssetGenClientError:
    """Return the exception of a status, its message and the JSON of its error trailer, which may be empty."""
    try:
        details = json.loads(document) if document else None
    except ValueError:
        details = None
    if not isinstance(details, Mapping):
        return from_status(JobError(code=code, message=message))
    error = JobError.from_json(details)
    if isinstance(details.get("code"), int):
        code = error.code  # closer than the status of HTTP
    return from_status(
        JobError(code, error.reason, error.message or message, error.place, error.retry_after_s)
    )


def of_job(job: Job) -> AssetGenClientError | None:
    """Return why a job that has ended brought nothing, or None when it ended well."""
    if job.state == "succeeded":
        return None
    kinds: dict[str, type[AssetGenClientError]] = {"cancelled": Cancelled, "expired": Expired}
    error = job.error or JobError(code=0, reason=job.state.upper(), message=f"{job.title}: {job.state}.")
    kind = kinds.get(job.state, JobFailed)
    return kind(error.message, reason=error.reason, place=error.place, code=error.code)
