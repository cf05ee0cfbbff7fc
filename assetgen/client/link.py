"""The way to the daemon, found again when a new daemon came up on another port with another token."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from assetgen.client import discovery
from assetgen.client.discovery import Endpoint
from assetgen.client.errors import (
    AssetGenClientError,
    DaemonNotRunning,
    Disconnected,
    Unauthenticated,
    VersionMismatch,
)
from assetgen.client.web import Stream, Wire

LOST = (Disconnected, DaemonNotRunning)
"""Errors after which the same call may succeed a moment later."""


class Link:
    """Calls the daemon, wherever it is by now; may be used from any thread.

    Args:
        wire: the connection to begin with.
        endpoint: where `wire` leads when it was found by the endpoint file; None for an address that was given,
            which is never looked for elsewhere.
        autostart: whether a daemon that is gone is started again.
        agent: who calls, for the daemon's log.
        command: how to run assetgen when it is started; see `start_daemon`.
    """

    def __init__(
        self,
        wire: Wire,
        endpoint: Endpoint | None,
        *,
        autostart: bool,
        agent: str,
        command: Sequence[str] | None = None,
    ) -> None:
        self._wire, self._endpoint = wire, endpoint
        self._autostart, self._agent, self._command = autostart, agent, command
        self._lock = threading.Lock()
        self._renewing = threading.Lock()

    @property
    def address(self) -> str:
        """Where the daemon is, as far as is known."""
        return self._wire.address

    @property
    def wire(self) -> Wire:
        """The connection as it is now."""
        with self._lock:
            return self._wire

    def call(
        self, method: str, message: Mapping[str, Any] | None = None, *, timeout_s: float = 30.0
    ) -> dict[str, Any]:
        """Return the answer to a call; finds the daemon again once when it is gone. Blocks.

        Raises:
            AssetGenClientError: the call failed.
        """
        try:
            return self.wire.unary(method, message, timeout_s=timeout_s)
        except (*LOST, Unauthenticated):
            if not self.revive():
                raise
        return self.wire.unary(method, message, timeout_s=timeout_s)

    def stream(self, method: str, message: Mapping[str, Any], *, stall_s: float | None) -> Stream:
        """Return the messages of a streaming call; blocks only while it connects."""
        return self.wire.stream(method, message, stall_s=stall_s)

    def renew(self, *, may_start: bool = False) -> bool:
        """Look for the daemon again; return whether it is another than before. Blocks when it starts one.

        Args:
            may_start: start one when none runs.
        """
        if self._endpoint is None:
            return False
        with self._renewing:
            found = discovery.read_endpoint()
            if found is None and may_start:
                found = discovery.start_daemon(self._command)
            if found is None or found == self._endpoint:
                return False
            wire = found.wire(agent=self._agent)
            with self._lock:
                old, self._endpoint = self._wire, found
                self._wire = wire
        old.close()
        return True

    def revive(self) -> bool:
        """Look for the daemon again, and start one when none runs and this link may; return whether it is another.

        Blocks while it starts one.
        """
        return self.renew(may_start=self._autostart)

    def recover(self, error: AssetGenClientError) -> None:
        """Do what can be done about an error in the middle of long work, before it is tried again.

        A daemon that crashed is started again when this link may do so; one that was ended on purpose stays ended.

        Raises:
            AssetGenClientError: the error itself, when trying again is no use.
        """
        if not isinstance(error, (*LOST, Unauthenticated)):
            raise error
        try:
            is_new = self.renew(may_start=self._autostart and discovery.has_crashed())
        except VersionMismatch:
            raise
        except AssetGenClientError:
            is_new = False
        if isinstance(error, Unauthenticated) and not is_new:
            raise error

    def close(self) -> None:
        """Close the connections that wait for a next call."""
        self.wire.close()


class Backoff:
    """How long to wait before each next try: longer every time, and not the same for every client.

    Args:
        first_s: before the second try, about.
        longest_s: before any try.
    """

    def __init__(self, first_s: float = 0.1, longest_s: float = 5.0) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self._next_s = first_s

    def next_s(self) -> float:
        """Return the next wait in seconds."""
        wait_s, self._next_s = self._next_s, min(2 * self._next_s, self._longest_s)
        return wait_s * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Begin again: something worked."""
        self._next_s = self._first_s
