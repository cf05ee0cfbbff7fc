"""Sending one file: opened without following links, sent in pieces, and hashed on the way.

The last piece leaves only after the hash of the whole was found right, so a file that changes under its reader
ends in an error and never in a wrong file.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Final

from assetgen.errors import OutOfRange, RequestError, StoreError
from assetgen.serve.rpc import asset_pb2 as pb

CHUNK_BYTES: Final = 256 << 10
"""Larger pieces make other calls on the same connection wait: 2 ms at 64 KiB, 3 at this, 16 at 1 MiB."""

# Without O_NONBLOCK, opening a pipe that somebody put in a file's place would wait for a writer.
_READ: Final = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
)

Stamp = tuple[int, int, int, int]
"""Device, number, size and time of a file: another file, or one that was written to, has another stamp."""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that was found whole.

    Args:
        path: where its bytes lie: a blob of the store or a published file.
        size: in bytes.
        sha256: of its bytes.
        stamp: of the file when it was hashed; what is sent must still have it.
    """

    path: Path
    size: int
    sha256: str
    stamp: Stamp


def open_plain(path: Path) -> BufferedReader:
    """Open a regular file for reading; a symbolic link in its place is not followed where the system can tell.

    Raises:
        OSError: it is missing, a link, or no regular file.
    """
    descriptor = os.open(path, _READ)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is no regular file")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def stamp_of(file: BufferedReader) -> Stamp:
    """Return the stamp of an open file."""
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def find_whole(path: Path, *, sha256: str) -> OpenFile | None:
    """Return a file after hashing it, or None when it is missing, no regular file or another one."""
    try:
        with open_plain(path) as file:
            stamp = stamp_of(file)
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                return None
    except OSError:
        return None
    return OpenFile(path, stamp[2], sha256, stamp)


def send(file: OpenFile, *, offset: int) -> Iterator[pb.DownloadFileResponse]:
    """Return the messages that carry a file from an offset on; there is at least one.

    Bytes before the offset are read and hashed too, so that a resumed download is checked as a whole.

    Raises:
        RequestError: the offset is negative.
        OutOfRange: the offset lies behind the end.
        StoreError: while iterating: the file changed or went away; asking again finds the new one.
    """
    if offset < 0:
        raise RequestError(f"offset = {offset} is negative; write 0 for the whole file.")
    if offset > file.size:
        raise OutOfRange(f"offset = {offset} lies behind the end of a file of {file.size} bytes.")
    return _messages(file, offset)


def _messages(file: OpenFile, offset: int) -> Iterator[pb.DownloadFileResponse]:
    at = offset
    for data in _checked_pieces(file, offset):
        sha256 = file.sha256 if at == offset else ""
        yield pb.DownloadFileResponse(offset=at, data=data, size_bytes=file.size, sha256=sha256)
        at += len(data)


def _checked_pieces(file: OpenFile, offset: int) -> Iterator[bytes]:
    """Yield the bytes from the offset on, an empty piece when there are none."""
    try:
        with open_plain(file.path) as stream:
            if stamp_of(stream) != file.stamp:
                raise _changed(file)
            digest = hashlib.sha256()
            at = 0
            while at < offset:
                at += len(_piece(stream, file, digest, min(CHUNK_BYTES, offset - at)))
            while True:
                data = _piece(stream, file, digest, min(CHUNK_BYTES, file.size - at))
                at += len(data)
                if at == file.size and digest.hexdigest() != file.sha256:
                    raise _changed(file)
                yield data
                if at == file.size:
                    return
    except OSError as error:
        raise _changed(file) from error


def _piece(stream: BufferedReader, file: OpenFile, digest: hashlib._Hash, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise _changed(file)
    digest.update(data)
    return data


def _changed(file: OpenFile) -> StoreError:
    return StoreError(f"{file.path} changed while it was being sent; ask for the asset and its file again.")
