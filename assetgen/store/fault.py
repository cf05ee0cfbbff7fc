"""Named points of every write, at which a test may kill the process or let the disk fail.

Outside tests `hook` does nothing. A hook may raise OSError, as the disk would, or end the process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

POINTS: Final = (
    "blob.opened",  # the temp file exists and is empty
    "blob.writing",  # after each piece
    "blob.written",  # complete, not yet under its name
    "blob.named",
    "journal.written",  # the publication row says pending
    "stage.opened",
    "stage.writing",
    "stage.written",  # after each staged file
    "backup.moved",  # with force: a foreign file became .bak
    "file.replaced",  # after each file of the set
    "manifest.replaced",
    "obsolete.removed",  # after each file that left the set
    "publication.done",
)
"""Every point, in the order in which a bake passes them."""


def _nothing(point: str) -> None:
    pass


hook: Callable[[str], None] = _nothing


def reach(point: str) -> None:
    """Say that a point was reached."""
    hook(point)
