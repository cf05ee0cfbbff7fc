# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What threads tell the main thread: how it stands with the daemon, something of a job, something of a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .course import Result
from .schema import Kind

MISSING, STARTING, READY, MISMATCH = "missing", "starting", "ready", "mismatch"


@dataclass(frozen=True)
class Daemon:
    """How it stands with the daemon.

    Args:
        status: missing, starting, ready or mismatch.
        message: why, for people.
    """

    status: str = MISSING
    message: str = ""
    version: str = ""
    instance: str = ""
    kinds: tuple[Kind, ...] = ()
    styles: tuple[str, ...] = ()
    prompt_limit: int = 0


@dataclass(frozen=True)
class JobNote:
    """Something about a job, for its course."""

    key: str
    what: Any


@dataclass(frozen=True)
class WatchNote:
    """Something about a project's files."""

    root: str
    what: Any


# What is told of a project.


@dataclass(frozen=True)
class Broken:
    """A prompt file that cannot be used.

    Args:
        path: from the project's root.
        problems: what is wrong, each with its message and its place in the file.
    """

    path: str
    problems: tuple[Any, ...]


@dataclass(frozen=True)
class Mended:
    """A prompt file that can be used again."""

    path: str


@dataclass(frozen=True)
class Begun:
    """A saved prompt file is being made."""

    path: str


@dataclass(frozen=True)
class Renewed:
    """A set is in place, and checked."""

    result: Result


@dataclass(frozen=True)
class Elsewhere:
    """An asset of the scene was made again, but not for Blender."""

    asset: str
