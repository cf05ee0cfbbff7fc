"""The files of a root as the reconciler looks at them: one `scandir` a folder, no link followed on the way."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Final

from assetgen.serve.watch.reconcile import Looked, Signature, is_input_name

_BLOCK: Final = 1 << 20
_IS_WINDOWS: Final = os.name == "nt"


class DiskTree:
    """The files below a folder.

    Args:
        root: the folder; it may be missing, or become another one, at any time.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.path.abspath(root)  # noqa: PTH100  (no link is resolved, and joins are of strings)

    def look(self, folder: str) -> Looked:
        """Return the subfolders and the input files of a folder.

        Raises:
            OSError: it is gone or cannot be read.
        """
        folders: dict[str, int] = {}
        files: dict[str, Signature] = {}
        with os.scandir(self._at(folder)) as entries:
            for entry in entries:
                try:
                    if is_input_name(entry.name) and entry.is_file(follow_symlinks=False):
                        files[entry.name] = _signature(_status(entry))
                    elif entry.is_dir(follow_symlinks=False):
                        folders[entry.name] = 0 if _IS_WINDOWS else entry.inode()
                except FileNotFoundError:
                    continue  # gone since the folder was listed; the next scan says so again
        return Looked(folders, files)

    def sign(self, path: str) -> Signature | None:
        """Return how a file looks, or None when there is no regular file.

        Raises:
            OSError: that cannot be told.
        """
        # Sources may be links, as they may be for a bake; prompt files may not.
        is_followed = not is_input_name(path.rsplit("/", 1)[-1])
        try:
            status = os.stat(self._at(path), follow_symlinks=is_followed)  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            return None
        return _signature(status) if stat.S_ISREG(status.st_mode) else None

    def hash(self, path: str) -> str:
        """Return the sha256 of a file.

        Raises:
            OSError: it is gone or cannot be read.
        """
        digest = hashlib.sha256()
        with open(self._at(path), "rb", buffering=0) as file:  # noqa: PTH123
            while block := file.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()

    def _at(self, path: str) -> str:
        return os.path.join(self._root, path)  # noqa: PTH118  (an absolute path stays as it is)


def _status(entry: os.DirEntry[str]) -> os.stat_result:
    # Windows lists a folder from a cache that knows no file numbers and lags behind open files.
    return os.lstat(entry.path) if _IS_WINDOWS else entry.stat(follow_symlinks=False)


def _signature(status: os.stat_result) -> Signature:
    return status.st_size, status.st_mtime_ns, status.st_ino
