"""Every error that assetgen raises on purpose, in one tree.

    AssetGenError
      PromptFileError      a prompt file or project file cannot be read or asks for nonsense
      SpecError            a field is wrong, missing or contradictory
        PathRefused        a path leaves the project or cannot exist on every system
        Unsafe             options that would let strangers in
      BackendUnavailable   weights, a package or a device are missing
      GenerationError      a backend ran and gave no usable result
        WorkerLost         the process that ran it died or hung
      FormatError          bytes are not the container they claim to be
      StoreError           the disk is full, a lock is held, a blob does not match its hash
        PublishConflict    a file in the way was not made by assetgen, or was edited since
      RequestError         the daemon refuses a request
        NotFound           there is no job, project, asset or file of that name
        AlreadyExists      the name is taken by something else
        QueueFull          too much waits already; try again later
        TooLarge           the request is larger than anybody needs
        Unsupported        there is no such method, or it is not spoken that way
        Unauthenticated    the token is missing or wrong
        NotAllowed         the caller may not do that: a foreign page, or a folder that is no project
        FileChanged        the file is another one than the caller asked for
        OutOfRange         the offset lies behind the end of the file
        Draining           the daemon is about to end
      Cancelled            somebody asked to stop
      Expired              the time that was given is over

A message has three parts: what was wrong, where, and how to mend it. Low code raises with what it knows; the
pipeline adds the asset and the place in its prompt file on the way up.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a text file something stands; line and column count from 1, 0 means unknown."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Return `path:line:column`, the form that editors and terminals turn into a link."""
        parts = [self.path, *(str(n) for n in (self.line, self.column) if n > 0)]
        return ":".join(parts)


class AssetGenError(Exception):
    """The root of everything assetgen raises on purpose.

    Args:
        message: what was wrong and how to mend it, one or two plain sentences.
        place: where in a file it was found, when that is known.
        asset: the id of the asset that was being built, when that is known.
    """

    def __init__(self, message: str, *, place: Place | None = None, asset: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.asset = asset

    def __str__(self) -> str:
        """Return `place: message`, naming the asset when no place is known."""
        where = self.place if self.place is not None else self.asset
        return f"{where}: {self.message}" if where else self.message

    def __reduce__(self) -> tuple[object, ...]:
        """Keep place and asset when the error crosses a process boundary."""
        return _rebuild, (type(self), self.message, self.place, self.asset)


def _rebuild(
    kind: type[AssetGenError], message: str, place: Place | None, asset: str | None
) -> AssetGenError:
    return kind(message, place=place, asset=asset)


class PromptFileError(AssetGenError):
    """A prompt file or project file cannot be read or asks for nonsense."""


class SpecError(AssetGenError):
    """A field of a spec is wrong, missing or contradicts another."""


class PathRefused(SpecError):
    """A path leaves the project root, or could not exist on Windows, macOS and Linux alike."""


class Unsafe(SpecError):
    """Options that would let strangers in; the program refuses to start."""


class BackendUnavailable(AssetGenError):
    """A backend cannot run here: its weights, package or device are missing."""


class GenerationError(AssetGenError):
    """A backend ran and gave no usable result."""


class WorkerLost(GenerationError):
    """The worker process died, or hung and was ended; `is_own` tells whether the work itself is to blame."""

    def __init__(
        self,
        message: str,
        *,
        place: Place | None = None,
        asset: str | None = None,
        is_own: bool = True,
    ) -> None:
        super().__init__(message, place=place, asset=asset)
        self.is_own = is_own


class FormatError(AssetGenError):
    """Bytes are not the container or image they claim to be."""


class StoreError(AssetGenError):
    """The cache or the output folder refused a read or a write, or a blob does not match its hash."""


class PublishConflict(StoreError):
    """An output path is taken by a file that assetgen did not make, or that was edited since."""


class RequestError(AssetGenError):
    """The daemon refuses a request; `retry_after_s` tells when trying again may help."""

    def __init__(
        self,
        message: str,
        *,
        place: Place | None = None,
        asset: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, place=place, asset=asset)
        self.retry_after_s = retry_after_s


class NotFound(RequestError):
    """There is no job, project, asset or file of that name."""


class AlreadyExists(RequestError):
    """The name is taken by something else."""


class ProjectGone(RequestError):
    """A registered project's folder is not there now, or belongs to another project by now."""


class QueueFull(RequestError):
    """Too much waits already; nothing was written, and trying again later may help."""


class TooLarge(RequestError):
    """The request is larger than anybody needs, as it came or unpacked."""


class Unsupported(RequestError):
    """There is no such method, or it is not spoken in that encoding."""


class Unauthenticated(RequestError):
    """The token is missing or wrong."""


class NotAllowed(RequestError):
    """The caller may not do that: a foreign web page, or a folder that is no registered project."""


class FileChanged(RequestError):
    """The file has another hash by now than the one the caller asked for."""


class OutOfRange(RequestError):
    """The offset lies behind the end of the file."""


class Draining(RequestError):
    """The daemon is about to end and takes nothing on."""


class Expired(AssetGenError):
    """The time that was given to a job is over."""


class Cancelled(AssetGenError):
    """Somebody asked to stop."""
