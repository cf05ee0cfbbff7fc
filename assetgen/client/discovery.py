"""Where the daemon of this user is: its endpoint file, whether it lives, and how to start it.

A running daemon keeps `daemon.json` in the user's state folder: addresses, process id, a name of this very run, and
the token that every call needs. A file whose process is dead, or whose address answers under another name, counts as
absent; it is left for the next daemon to replace, since removing it could hit one that was just written.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assetgen.client.errors import AssetGenClientError, DaemonNotRunning, VersionMismatch
from assetgen.client.locks import held
from assetgen.client.models import number, text
from assetgen.client.web import Wire

ENDPOINT_NAME = "daemon.json"
"""The endpoint file in the state folder; written by the daemon, for its user alone (0600)."""
LOG_NAME = "daemon.log"
"""What a daemon that a client started writes to stdout and stderr."""
LOCK_NAME = "start.lock"
"""Held by the client that starts a daemon."""
ENDPOINT_VERSION = 1
"""The shape of the endpoint file."""
STATE_VARIABLE = "ASSETGEN_STATE_DIR"

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.25
_GRACE_S = 2.0
"""After ours has ended: another one that was started at the same time may be about to answer."""
_LARGEST_FILE = 64 << 10
_LOG_TAIL = 2000
_PARTIAL_CHAIN = 0x80000
"""X509_V_FLAG_PARTIAL_CHAIN, which has a name from Python 3.10 on: the file need not lead up to a root."""
_OF_EDITORS = ("PYTHONHOME", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__")
"""An editor's own Python sets these for itself; another Python would not start with them."""
_WITHOUT_CONSOLE = 0x08000000 | 0x00000200
"""CREATE_NO_WINDOW and CREATE_NEW_PROCESS_GROUP: no window, and not the Ctrl-C of ours."""

_STARTED: dict[int, subprocess.Popen[bytes]] = {}
"""Daemons that this process started, by their process ids; no thread waits for them."""


@dataclass(frozen=True)
class Endpoint:
    """How to reach a daemon.

    Args:
        instance_id: random name of this run of the daemon.
        pid: its process.
        http: address for this client, such as http://127.0.0.1:50123.
        grpc: address for gRPC over HTTP/2, such as 127.0.0.1:50124.
        unix: path of its Unix socket for gRPC, or empty.
        token: what every call needs.
        assetgen: release of the daemon.
        started_at: seconds since 1970.
        tls_cert: certificate that the daemon shows, a PEM file on this machine; empty without TLS.
    """

    instance_id: str
    pid: int
    http: str
    grpc: str = ""
    unix: str = ""
    token: str = field(default="", repr=False)  # kept out of logs
    assetgen: str = ""
    started_at: float = 0.0
    tls_cert: str = ""

    def wire(self, *, agent: str = "assetgen-client") -> Wire:
        """Return a connection to the daemon."""
        tls = None
        if self.tls_cert:
            # The very certificate is known, from a file that only this user writes: no name has to vouch for it.
            tls = ssl.create_default_context(cafile=self.tls_cert)
            tls.check_hostname = False
            tls.verify_flags = ssl.VerifyFlags(_PARTIAL_CHAIN)
        return Wire(self.http, self.token, agent=agent, tls=tls)


def state_dir() -> Path:
    """Return the folder for the daemon's state of this user, made readable for nobody else.

    `ASSETGEN_STATE_DIR` names another; the default is ~/.local/state/assetgen (or $XDG_STATE_HOME/assetgen) on
    Linux, ~/Library/Application Support/assetgen/daemon on macOS and %LOCALAPPDATA%/assetgen/daemon on Windows.
    """
    folder = _state_path(os.environ)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # somebody else's folder: the daemon refuses it in words
        if os.name != "nt" and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    return folder


def _state_path(environ: Mapping[str, str]) -> Path:
    if environ.get(STATE_VARIABLE):
        return Path(environ[STATE_VARIABLE]).expanduser().absolute()
    if os.name == "nt":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "assetgen" / "daemon"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "assetgen" / "daemon"
    base = environ.get("XDG_STATE_HOME", "")
    # The XDG specification says to ignore relative paths.
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state") / "assetgen"


def read_endpoint() -> Endpoint | None:
    """Return what the endpoint file says, or None when there is none of a living process. Quick; calls nobody.

    Raises:
        VersionMismatch: the file is of a release that this client does not understand.
    """
    endpoint = _read(_state_path(os.environ) / ENDPOINT_NAME)
    return endpoint if endpoint is not None and is_alive(endpoint.pid) else None


def has_crashed() -> bool:
    """Return whether there is an endpoint file of a process that is dead: a daemon that ends well removes it."""
    endpoint = _read(_state_path(os.environ) / ENDPOINT_NAME)
    return endpoint is not None and not is_alive(endpoint.pid)


def find_daemon(*, timeout_s: float = 5.0) -> Endpoint | None:
    """Return the endpoint of a daemon that answers under its own name, or None. Blocks for one call.

    Raises:
        VersionMismatch: the daemon is of a release that this client does not understand.
    """
    endpoint = read_endpoint()
    if endpoint is None:
        return None
    try:
        wire = endpoint.wire()
    except (OSError, AssetGenClientError):  # its certificate is gone, or its address is none
        return None
    try:
        answer = wire.unary("GetCapabilities", timeout_s=timeout_s)
    except VersionMismatch:
        raise
    except AssetGenClientError:
        return None
    finally:
        wire.close()
    return endpoint if text(answer, "instanceId") in ("", endpoint.instance_id) else None


def start_daemon(
    command: Sequence[str] | None = None, idle_exit_s: float = 1800, timeout_s: float = 30.0
) -> Endpoint:
    """Return the endpoint of the daemon, after starting one if none answers. Blocks until it does.

    The daemon outlives the caller and ends by itself after it had nothing to do for a while. However many clients
    start one at once, one daemon comes of it.

    Args:
        command: how to run assetgen; else the assetgen that this client is part of, or the one on the PATH.
        idle_exit_s: seconds without work or callers after which it ends.
        timeout_s: how long it may take to answer.

    Raises:
        DaemonNotRunning: it could not be started; the message holds the end of its log.
    """
    deadline = time.monotonic() + timeout_s
    with held(state_dir() / LOCK_NAME, timeout_s=timeout_s) as is_ours:
        # Whoever held the lock before may have started one by now.
        endpoint = find_daemon()
        if endpoint is not None:
            return endpoint
        if not is_ours:
            raise DaemonNotRunning(f"another program has been starting the daemon for {timeout_s:.0f} s.")
        words, environ = _command(command)
        words += ["serve", "--idle-exit", f"{idle_exit_s:g}"]
        return _wait(_spawn(words, environ), words, deadline)


def is_alive(pid: int) -> bool:
    """Return whether a process runs."""
    if pid <= 0:
        return False
    child = _STARTED.get(pid)
    if (
        child is not None and child.poll() is not None
    ):  # ended, and taken note of: else it would look alive from here
        del _STARTED[pid]
        return False
    if os.name == "nt":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it runs, and belongs to somebody else
    return True


def _read(path: Path) -> Endpoint | None:
    try:
        with path.open("rb") as file:
            if os.name != "nt" and os.fstat(file.fileno()).st_uid != os.geteuid():
                return None  # written by somebody else: its address is no place for our requests
            document: Any = json.loads(file.read(_LARGEST_FILE))
    except (OSError, ValueError):
        return None
    if not isinstance(document, Mapping):
        return None
    if number(document, "version", ENDPOINT_VERSION) != ENDPOINT_VERSION:
        raise VersionMismatch(f"{path} is of another release of assetgen.")
    endpoint = Endpoint(
        instance_id=text(document, "instance_id"),
        pid=number(document, "pid"),
        http=_own_address(text(document, "http")),
        grpc=text(document, "grpc"),
        unix=str(document.get("unix") or ""),
        token=text(document, "token"),
        assetgen=text(document, "assetgen"),
        started_at=_float(document.get("started_at")),
        tls_cert=str(document.get("tls_cert") or ""),
    )
    return endpoint if endpoint.http else None


def _own_address(address: str) -> str:
    """Return the address from this machine of a daemon that listens on all of its addresses."""
    return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _command(command: Sequence[str] | None) -> tuple[list[str], dict[str, str]]:
    """Return the words that run assetgen, and the environment to run them in."""
    environ = dict(os.environ)
    if command is not None:
        for name in _OF_EDITORS:
            environ.pop(name, None)
        return list(command), environ
    home = Path(__file__).resolve().parent.parent
    if (home / "cli" / "main.py").is_file():
        # A client that lies in a whole assetgen starts just that one, whatever folder it runs in.
        paths = [str(home.parent), environ.get("PYTHONPATH", "")]
        environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        return [sys.executable, "-m", "assetgen"], environ
    for name in ("PYTHONPATH", *_OF_EDITORS):
        environ.pop(name, None)
    found = shutil.which("assetgen")
    if found is None:
        raise DaemonNotRunning(
            "assetgen is not on the PATH; install it with `pip install assetgen`, or set the path of its command."
        )
    return [found], environ


def _spawn(words: list[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
    folder = state_dir()
    descriptor = os.open(folder / LOG_NAME, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        # Files, never pipes: a daemon outlives its starter, and would block on a pipe that nobody reads.
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=environ,
            cwd=str(folder),
            start_new_session=os.name != "nt",
            creationflags=_WITHOUT_CONSOLE if os.name == "nt" else 0,
        )
    except OSError as error:
        raise DaemonNotRunning(f"{words[0]} cannot be started: {error}.") from error
    finally:
        os.close(descriptor)
    _STARTED[process.pid] = process
    return process


def _wait(process: subprocess.Popen[bytes], words: list[str], deadline: float) -> Endpoint:
    pause_s = _FIRST_PAUSE_S
    has_ended = False
    while True:
        if not has_ended and not is_alive(process.pid):
            has_ended, deadline = True, min(deadline, time.monotonic() + _GRACE_S)
        endpoint = find_daemon(timeout_s=2.0)
        if endpoint is not None:
            return endpoint
        if time.monotonic() > deadline:
            how = "ended at once" if has_ended else "runs, but does not answer"
            raise DaemonNotRunning(f"`{' '.join(words)}` {how}. {_log_tail()}")
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _log_tail() -> str:
    path = _state_path(os.environ) / LOG_NAME
    try:
        tail = path.read_bytes()[-_LOG_TAIL:].decode("utf-8", "replace").strip()
    except OSError:
        tail = ""
    return f"The end of {path}:\n{tail}" if tail else f"{path} is empty."


def _is_alive_on_windows(pid: int) -> bool:
    # os.kill would end the process there, whatever the signal.
    import ctypes

    synchronize, timeout = 0x00100000, 0x102
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009 - a name that other systems lack
    handle = kernel.OpenProcess(synchronize, False, pid)
    if not handle:
        return False
    try:
        return kernel.WaitForSingleObject(handle, 0) == timeout
    finally:
        kernel.CloseHandle(handle)
