"""The daemon's place in the user's state folder: the lock that makes it the only one, and its endpoint file.

The file tells clients where the daemon listens and what its token is, so nobody else may read it: 0600 in a folder
of 0700. It appears whole or not at all, and goes at the end if it is still the one that was written. On Windows the
folders of a user are closed to others by themselves.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from assetgen.client.discovery import ENDPOINT_NAME
from assetgen.errors import AlreadyExists, NotAllowed
from assetgen.settings import Durability
from assetgen.store.durable import create, discard, disk_errors, write_all
from assetgen.store.locks import if_free

ENDPOINT_VERSION: Final = 1
DAEMON_LOCK: Final = "daemon.lock"

_TRIES: Final = 20
_PAUSE_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """How to reach a running daemon.

    Args:
        instance_id: random name of this run; clients check it, since a port may have changed hands.
        pid: its process.
        started_at: seconds since 1970, for people.
        grpc: host:port of gRPC.
        http: URL of the HTTP port.
        unix: path of the Unix socket of gRPC, or None.
        token: what every call needs.
        assetgen: release of the daemon.
        tls_cert: certificate that clients of this machine have to trust, or None without TLS.
    """

    instance_id: str
    pid: int
    started_at: float
    grpc: str
    http: str
    unix: str | None
    token: str
    assetgen: str
    tls_cert: str | None = None

    def __repr__(self) -> str:
        """Return it without the token, for logs and tracebacks."""
        return f"Endpoint(instance_id={self.instance_id!r}, pid={self.pid}, http={self.http!r})"


@contextmanager
def only_daemon(folder: Path) -> Generator[None]:
    """Be the only daemon of a state folder inside the block; the system ends the claim with the process.

    Raises:
        AlreadyExists: another daemon is running.
        NotAllowed: the folder belongs to somebody else.
        StoreError: the folder cannot be used.
    """
    close_to_others(folder)
    with if_free(folder / DAEMON_LOCK) as is_ours:
        if not is_ours:
            other = _read(folder / ENDPOINT_NAME)
            where = f" (process {other['pid']}, {other['http']})" if other else ""
            raise AlreadyExists(
                f"a daemon of this user is running already{where}; use it, or end it with `assetgen serve --stop`."
            )
        yield


def close_to_others(folder: Path) -> None:
    """Make a folder if need be, and make it one that only this user may enter.

    Raises:
        NotAllowed: it belongs to somebody else, who could read the token.
        StoreError: it cannot be made.
    """
    with disk_errors("make", folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "nt":
            return
        status = folder.stat()
        if status.st_uid != os.getuid():
            raise NotAllowed(
                f"{folder} belongs to another user; set ASSETGEN_STATE_DIR to a folder of your own."
            )
        if stat.S_IMODE(status.st_mode) & 0o077:
            folder.chmod(0o700)


def publish(folder: Path, endpoint: Endpoint, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Write the endpoint file, replacing one that a daemon which was killed left behind.

    Raises:
        StoreError: the disk refuses.
    """
    text = json.dumps({"version": ENDPOINT_VERSION, **asdict(endpoint)}, indent=2) + "\n"
    draft = folder / f".{ENDPOINT_NAME}.{endpoint.instance_id}"
    with disk_errors("write", folder / ENDPOINT_NAME):
        descriptor = create(draft, mode=0o600)
        try:
            try:
                write_all(descriptor, text.encode(), durability=Durability.FAST, point="endpoint")
            finally:
                os.close(descriptor)
            _replace(draft, folder / ENDPOINT_NAME, sleep)
        except BaseException:
            discard(draft)
            raise


def withdraw(folder: Path, endpoint: Endpoint) -> None:
    """Remove the endpoint file if it is still ours; call it while the lock is held."""
    found = _read(folder / ENDPOINT_NAME)
    if found is not None and found["instance_id"] == endpoint.instance_id:
        discard(folder / ENDPOINT_NAME)


def _replace(draft: Path, path: Path, sleep: Callable[[float], None]) -> None:
    for _ in range(_TRIES - 1):
        try:
            draft.replace(path)
            return
        except PermissionError:  # Windows, while a client reads the old one
            sleep(_PAUSE_S)
    draft.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    """Return what an endpoint file says, or None when it is missing or none of ours."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"instance_id", "pid", "http"} <= found.keys() else None
