"""Database files that a bad disk, an older release or a deleted folder has made useless: told, and moved aside."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final

from assetgen.errors import StoreError

_DAMAGED: Final = frozenset([sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN])
_LOG = logging.getLogger("assetgen.store")


class Unusable(sqlite3.DatabaseError):
    """The file is a database, but not of the schema that is wanted."""


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Tell whether a file must be begun anew; anything else, such as a full disk, may pass."""
    code = getattr(error, "sqlite_errorcode", 0) or 0
    is_moved = code == sqlite3.SQLITE_READONLY_DBMOVED  # somebody deleted the file beneath us
    return isinstance(error, Unusable) or is_moved or code & 0xFF in _DAMAGED


def move_aside(path: Path, reason: sqlite3.DatabaseError, *, what: str) -> None:
    """Move a damaged database to `<name>.damaged-<n>`, with the files that SQLite keeps beside it.

    Args:
        path: the database.
        reason: why it cannot be used.
        what: what it is, for people, such as "index".

    Raises:
        StoreError: another program holds it.
    """
    kept = next(p for n in count(1) if not (p := path.with_name(f"{path.name}.damaged-{n}")).exists())
    _LOG.warning("the %s %s cannot be used (%s); it was moved to %s", what, path, reason, kept.name)
    try:
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).replace(kept.with_name(kept.name + suffix))
    except OSError as error:
        raise StoreError(
            f"the {what} {path} is damaged and cannot be moved; close programs using it."
        ) from error
