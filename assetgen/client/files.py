"""The files of a set as local paths: where the daemon put them when they are what it says, else downloaded.

A set is handed out whole or not at all: all files by path, or all from the cache folder, where a set appears by one
rename after every file's hash was compared. A download that broke goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path, PurePosixPath

from assetgen.client.errors import Disconnected, ServerError
from assetgen.client.link import LOST, Backoff, Link
from assetgen.client.locks import held
from assetgen.client.models import AssetFile, AssetSet

_PIECE = 256 << 10
_TRIES = 6
_LOCK_S = 600.0


def local_files(one: AssetSet) -> list[Path] | None:
    """Return the paths of a set's files, or None unless every one is here and has the hash that was told."""
    paths = []
    for file in one.files:
        path = Path(file.local_path)
        if not file.local_path or not path.is_absolute() or not _is(path, file):
            return None
        paths.append(path)
    return paths


def download_set(link: Link, one: AssetSet, folder: Path) -> list[Path]:
    """Return the paths of a set's files below a cache folder, after downloading what is not there. Blocks.

    Raises:
        AssetGenClientError: the daemon no longer has them, or is gone.
    """
    place = folder / _name(one)
    paths = [place / _relative(file) for file in one.files]
    if all(map(_is, paths, one.files)):
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{place.name}.partial"
    with held(folder / f"{place.name}.lock", timeout_s=_LOCK_S) as is_ours:
        if not is_ours:
            raise Disconnected("another program has been downloading the same files for ten minutes.")
        if all(map(_is, paths, one.files)):
            return paths
        for file in one.files:
            _fetch(link, file, partial / _relative(file))
        _replace(partial, place)
    return paths


def _name(one: AssetSet) -> str:
    """Return a folder name that stands for exactly these bytes under these names."""
    digest = hashlib.sha256()
    for file in one.files:
        digest.update(f"{file.relative_path}\0{file.sha256}\0".encode())
    return digest.hexdigest()[:32]


def _relative(file: AssetFile) -> Path:
    """Return the path of a file within its set; the daemon may be another machine, so it is not trusted."""
    path = PurePosixPath(file.relative_path)
    is_odd = path.is_absolute() or not path.parts or ".." in path.parts
    if is_odd or any(sign in file.relative_path for sign in '\\:\0<>|?*"'):
        raise ServerError(f"the daemon named a file {file.relative_path!r}, which leaves its folder.")
    return Path(*path.parts)


def _is(path: Path, file: AssetFile) -> bool:
    """Return whether a file has the size and the hash that were told."""
    try:
        if not file.sha256 or path.stat().st_size != file.size_bytes:
            return False
        return _hash(path) == file.sha256
    except OSError:
        return False


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _fetch(link: Link, file: AssetFile, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    backoff = Backoff()
    for attempt in range(1, _TRIES + 1):
        if _is(path, file):
            return
        try:
            _go_on(link, file, path)
        except LOST as error:
            if attempt == _TRIES:
                raise
            link.recover(error)
            time.sleep(backoff.next_s())
            continue
        if not _is(path, file):
            path.unlink()  # bytes of another file: begin again
    if not _is(path, file):
        raise ServerError(
            f"{file.relative_path} arrived with another hash than was told.", reason="WRONG_HASH"
        )


def _go_on(link: Link, file: AssetFile, path: Path) -> None:
    """Download what is missing at the end of a file."""
    start = path.stat().st_size if path.exists() else 0
    if start >= file.size_bytes:
        start = 0
    with link.wire.download(f"/v1/files/{file.sha256}", offset=start) as body:
        if body.is_beyond:
            start = 0
        with path.open("r+b" if start and not body.is_whole else "wb") as out:
            out.seek(0, os.SEEK_END)
            while not body.is_beyond and (piece := body.read(_PIECE)):
                out.write(piece)
                if out.tell() > file.size_bytes:
                    raise ServerError(f"{file.relative_path} is longer than was told.", reason="WRONG_HASH")
    if path.stat().st_size < file.size_bytes:
        raise Disconnected(f"the download of {file.relative_path} ended early.")


def _replace(partial: Path, place: Path) -> None:
    if place.exists():  # a set whose files were damaged or deleted since
        _remove(place)
    partial.replace(place)


def _remove(folder: Path) -> None:
    import shutil

    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)
