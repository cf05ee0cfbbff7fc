"""How the commands reach the daemon, and how the client's errors end a command."""

from __future__ import annotations

from assetgen.client.connection import Client, connect
from assetgen.client.errors import AssetGenClientError, Cancelled, DaemonNotRunning, Disconnected, InvalidSpec

NOT_REACHABLE = 3
"""Exit code when no daemon answers."""


def open_client(*, autostart: bool) -> Client:
    """Return a client of this user's daemon.

    Raises:
        DaemonNotRunning: none answers, and none may be or could be started.
    """
    return connect(autostart=autostart, agent="command line")


def exit_code_of(error: AssetGenClientError) -> int:
    """Return the exit code of a command that ends in an error of the client."""
    if isinstance(error, DaemonNotRunning | Disconnected):
        return NOT_REACHABLE
    if isinstance(error, Cancelled):
        return 130
    return 2 if isinstance(error, InvalidSpec) else 1


def client_error_json(error: AssetGenClientError) -> dict[str, object]:
    """Return the documented JSON of an error, with the daemon's stable reason; what is unknown is None."""
    place = error.place
    return {
        "type": type(error).__name__,
        "message": error.message,
        "reason": error.reason or None,
        "file": place.path if place else None,
        "line": place.line if place and place.line else None,
        "column": place.column if place and place.column else None,
    }
