"""Whether the daemon can do its work: its table takes rows, workers start, the disk has room, watchers live."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assetgen.errors import AssetGenError

CHECK_S: Final = 2.0
"""Seconds between checks."""
RESERVE_BYTES: Final = 256 << 20
"""Free space below which nothing is begun: a full disk costs more than a refused job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What is asked, each a claim that should hold."""

    cache_dir: Path
    touch_table: Callable[[], None]
    workers_are_well: Callable[[], bool]
    watcher_problems: Callable[[], list[str]]
    free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free


def problems(checks: Checks) -> tuple[str, ...]:
    """Return what is wrong in plain sentences; empty when the daemon serves."""
    found = []
    try:
        checks.touch_table()
    except AssetGenError as error:
        found.append(f"jobs cannot be written: {error.message}")
    if not checks.workers_are_well():
        found.append("worker processes do not start; `assetgen doctor` tells what is missing.")
    found += [f"watching: {problem}" for problem in checks.watcher_problems()]
    try:
        free = checks.free_bytes(checks.cache_dir)
    except OSError as error:
        found.append(f"the cache folder cannot be reached: {error.strerror}.")
    else:
        if free < RESERVE_BYTES:
            found.append(f"the disk of {checks.cache_dir} has {free >> 20} MiB left; free some space.")
    return tuple(found)
