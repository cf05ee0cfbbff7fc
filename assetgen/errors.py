"""Every error that assetgen raises on purpose, in one tree.

    AssetGenError
      PromptFileError      a prompt file or project file cannot be read or asks for nonsense
      SpecError            a field is wrong, missing or contradictory
        PathRefused        a path leaves the project or cannot exist on every system
      BackendUnavailable   weights, a package or a device are missing
      GenerationError      a backend ran and gave no usable result
      FormatError          bytes are not the container they claim to be
      StoreError           the disk is full, a lock is held, a blob does not match its hash
        PublishConflict    a file in the way was not made by assetgen, or was edited since
      Cancelled            somebody asked to stop

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


class BackendUnavailable(AssetGenError):
    """A backend cannot run here: its weights, package or device are missing."""


class GenerationError(AssetGenError):
    """A backend ran and gave no usable result."""


class FormatError(AssetGenError):
    """Bytes are not the container or image they claim to be."""


class StoreError(AssetGenError):
    """The cache or the output folder refused a read or a write, or a blob does not match its hash."""


class PublishConflict(StoreError):
    """An output path is taken by a file that assetgen did not make, or that was edited since."""


class Cancelled(AssetGenError):
    """Somebody asked to stop."""
