"""Which HTTP/1.1 connections stay: a cap, a time limit for heads of requests, and strangers go first.

A gate stands before each connection's own protocol. Until a request on it was let in, a connection is a stranger:
it has a few seconds to send the head of a request, and when the house is full the oldest stranger makes room for
the next guest. So five hundred sockets that never say a word push each other out, while an editor that connects
among them, speaks at once and shows its token stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager

from assetgen.serve.wire.guard import Limits


class Gatekeeper:
    """Makes one gate a connection; give it to `loop.create_server` in place of the protocol.

    Args:
        make: makes the protocol behind a gate.
        limits: how many connections, and how long a head may take.
    """

    def __init__(self, make: Callable[[], asyncio.Protocol], limits: Limits) -> None:
        self._make = make
        self._limits = limits
        # All open gates, the oldest first: a dict is an ordered set.
        self._gates: dict[Gate, None] = {}

    def __call__(self) -> asyncio.Protocol:
        """Return the gate of one new connection."""
        return Gate(self)

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._gates)

    def let_in(self, gate: Gate) -> asyncio.Protocol | None:
        """Return a protocol for a new connection, or None when all others are at work."""
        if len(self._gates) >= self._limits.connections:
            leaving = next((one for one in self._gates if one.is_stranger), None)
            leaving = leaving or next((one for one in self._gates if not one.is_busy), None)
            if leaving is None:
                return None
            self.leave(leaving)
            leaving.drop()
        self._gates[gate] = None
        return self._make()

    def leave(self, gate: Gate) -> None:
        """Forget a connection."""
        self._gates.pop(gate, None)

    def drop_all(self) -> None:
        """Close every connection at once."""
        for gate in tuple(self._gates):
            gate.drop()

    @property
    def head_s(self) -> float:
        """Seconds until the head of a request must have come."""
        return self._limits.head_s


class Gate(asyncio.Protocol):
    """One connection: passes everything on, and keeps the time."""

    def __init__(self, keeper: Gatekeeper) -> None:
        self._keeper = keeper
        self._inner: asyncio.Protocol | None = None
        self._transport: asyncio.BaseTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._requests = 0

    @property
    def is_stranger(self) -> bool:
        """Whether the head of a request is awaited or not let in yet."""
        return self._timer is not None

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered."""
        return self._requests > 0

    @property
    def local_address(self) -> str:
        """Our own address that the caller connected to, without the port."""
        found = None if self._transport is None else self._transport.get_extra_info("sockname")
        return str(found[0]) if isinstance(found, tuple) else ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the connection in, or close it when the house is full."""
        self._transport = transport
        self._inner = self._keeper.let_in(self)
        if self._inner is None:
            self.drop()
            return
        self._start_timer()
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Pass bytes on; the first ones after a pause start the time for a head."""
        if self._inner is not None:
            if self._requests == 0 and self._timer is None:
                self._start_timer()
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass on that nothing more will come."""
        return None if self._inner is None else self._inner.eof_received()

    def pause_writing(self) -> None:
        """Pass on that the reader is slow."""
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that the reader has caught up."""
        if self._inner is not None:
            self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_timer()
        self._keeper.leave(self)
        if self._inner is not None:
            self._inner.connection_lost(exc)
            self._inner = None

    def drop(self) -> None:
        """Close the connection without a word."""
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()

    def admit(self) -> None:
        """Count the request as let in: there is no hurry any more."""
        self._stop_timer()

    @contextmanager
    def request(self) -> Generator[None]:
        """Count a request as being answered, from its head to its last byte."""
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1
            self._stop_timer()

    def _start_timer(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._keeper.head_s, self.drop)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
