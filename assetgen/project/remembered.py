"""Projects that stay read: the project files of a folder are read again only when one of them looks different.

What is held against what was seen: size, time and inode of each `assetgen.toml` that has a say, and of each place
where one could appear. A file that changed within the last two seconds may change again without a new time stamp,
so it is read anew until it is older than that.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import Final

from assetgen.project.project_file import PROJECT_FILE, Project, project_below
from assetgen.store.records import RACY_NS

MOST_REMEMBERED: Final = 512

_Look = tuple[int, int, int] | bool
"""Size, time and inode of a project file, or whether something is there."""


class RememberedProjects:
    """Reads projects, and remembers what it read; safe in any thread."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], tuple[tuple[_Look, ...], Project]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, root: Path, folder: str = "") -> Project:
        """Return the project of a root as it holds for a folder below it, as `project_below` does.

        Raises:
            PromptFileError: a project file on the way cannot be read or asks for nonsense.
        """
        key = (str(root), folder)
        looks, is_settled = _looks(root, folder)  # taken before reading: an edit in between is seen next time
        with self._lock:
            known = self._known.get(key)
            if known is not None and known[0] == looks:
                self._known.move_to_end(key)
                return known[1]
        project = project_below(root, folder)
        with self._lock:
            self._known.pop(key, None)
            if is_settled:
                self._known[key] = (looks, project)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return project


def _looks(root: Path, folder: str) -> tuple[tuple[_Look, ...], bool]:
    """Return how everything looks that decides a project, and whether no file is too young to be trusted."""
    looks: list[_Look] = []
    newest = 0
    for path in _searched(str(root), folder):
        try:
            status = os.stat(path)  # noqa: PTH116  (a stat of each folder above, in front of every job)
        except OSError:
            looks.append(False)
            continue
        if path.endswith(PROJECT_FILE):
            newest = max(newest, status.st_mtime_ns)
            looks.append((status.st_size, status.st_mtime_ns, status.st_ino))
        else:
            looks.append(True)
    return tuple(looks), time.time_ns() - newest >= RACY_NS


def _searched(root: str, folder: str) -> list[str]:
    """Return the paths whose coming, going or changing can make it another project."""
    paths = []
    below = root
    for part in folder.split("/") if folder else ():
        below = os.path.join(below, part)  # noqa: PTH118
        paths.append(os.path.join(below, PROJECT_FILE))  # noqa: PTH118
    above = root
    while True:
        paths += [os.path.join(above, PROJECT_FILE), os.path.join(above, ".git")]  # noqa: PTH118
        parent = os.path.dirname(above)  # noqa: PTH120
        if parent == above:
            return paths
        above = parent
