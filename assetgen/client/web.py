"""gRPC-Web with JSON messages over HTTP/1.1, by the standard library alone.

A request and each message of an answer is a frame: one byte of flags, the length in four bytes, the JSON. The last
frame of an answer has flag 0x80 and holds the trailers as header lines: `grpc-status`, `grpc-message` and, after an
error, `assetgen-error-json`. Source: the gRPC-Web protocol (PROTOCOL-WEB.md of gRPC).

Connections are kept and used again; proxies and redirects are never followed, and the token goes over plain HTTP to
this machine only.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from assetgen.client.errors import (
    AssetGenClientError,
    DaemonNotRunning,
    Disconnected,
    InvalidSpec,
    ServerError,
    read_status,
)

SERVICE = "assetgen.v1.AssetService"
ERROR_TRAILER = "assetgen-error-json"
STALL_S = 45.0
"""Silence after which a stream with a heartbeat every 15 s counts as broken."""
LARGEST_FRAME = 16 << 20
"""Bytes of one message at most."""

_CONTENT_TYPE = "application/grpc-web+json"
_IS_TRAILER = 0x80
_IDLE_S = 20.0
_MOST_IDLE = 4
_LARGEST_ERROR = 64 << 10
_STATUS_OF_HTTP = {
    400: 3,
    401: 16,
    403: 7,
    404: 12,
    405: 12,
    413: 8,
    415: 12,
    429: 8,
    502: 14,
    503: 14,
    504: 14,
}


class Wire:
    """Calls one daemon at one address; may be used from any thread.

    Args:
        address: `http://127.0.0.1:PORT`, or `https://HOST:PORT` for another machine.
        token: the daemon's token.
        agent: who calls, for the daemon's log.
        tls: certificates to trust instead of the system's.

    Raises:
        InvalidSpec: the address is none, or would send the token over a network in the clear.
    """

    def __init__(
        self,
        address: str,
        token: str = "",
        *,
        agent: str = "assetgen-client",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.address = address
        self._host, self._port, self._is_tls = _split(address)
        self._tls = tls
        self._headers = {"User-Agent": quote(agent, safe=" /().-_;")}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._lock = threading.Lock()
        self._idle: list[tuple[float, http.client.HTTPConnection]] = []

    def unary(
        self, method: str, message: Mapping[str, Any] | None = None, *, timeout_s: float = 30.0
    ) -> dict[str, Any]:
        """Return the answer to one call; blocks until it is there.

        Raises:
            AssetGenClientError: the call failed.
        """
        deadline = {"grpc-timeout": f"{max(1, int(timeout_s * 1000))}m"}
        connection = self._take_idle(timeout_s)
        if connection is not None:
            try:
                return self._unary(connection, method, message, deadline)
            except _Stale:
                self.close()  # the daemon ended, or closed what was idle: the others are no better
        connection = self._connect(timeout_s)
        try:
            return self._unary(connection, method, message, deadline)
        except _Stale as error:
            raise Disconnected(f"the daemon at {self.address} closed the connection: {error}.") from error

    def stream(
        self,
        method: str,
        message: Mapping[str, Any] | None = None,
        *,
        timeout_s: float = 10.0,
        stall_s: float | None = None,
    ) -> Stream:
        """Return the messages of a streaming call; blocks only while it connects.

        Args:
            timeout_s: for connecting.
            stall_s: silence that counts as a broken connection; None for streams that may be silent.
        """
        connection = self._connect(timeout_s)
        return Stream(connection, _path(method), _frame(message), self._call_headers(), stall_s)

    def download(self, path: str, *, offset: int = 0, timeout_s: float = 30.0) -> Download:
        """Return the body of a file from a byte on; blocks until the answer begins.

        Raises:
            NotFound: there is no such file any more.
        """
        connection = self._connect(timeout_s)
        headers = dict(self._headers)
        if offset:
            headers["Range"] = f"bytes={offset}-"
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            if response.status not in (200, 206, 416):
                _refuse(response, missing=5)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise _broken(error, self.address) from error
        except AssetGenClientError:
            connection.close()
            raise
        return Download(connection, response)

    def answers(self, *, timeout_s: float = 2.0) -> bool:
        """Return whether the daemon says anything, be it that it is not well; blocks for so many seconds at most."""
        try:
            connection = self._connect(timeout_s)
        except AssetGenClientError:
            return False
        try:
            connection.request("GET", "/healthz", headers={"User-Agent": self._headers["User-Agent"]})
            connection.getresponse().read(_LARGEST_ERROR)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    def close(self) -> None:
        """Close the connections that wait for a next call."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _call_headers(self) -> dict[str, str]:
        return {**self._headers, "Content-Type": _CONTENT_TYPE, "Accept": _CONTENT_TYPE, "X-Grpc-Web": "1"}

    def _unary(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        message: Mapping[str, Any] | None,
        more: Mapping[str, str],
    ) -> dict[str, Any]:
        try:
            connection.request("POST", _path(method), _frame(message), {**self._call_headers(), **more})
            response = connection.getresponse()
            _check(response)
            frames = _frames(response)
            answer = next(frames, None)
            if next(frames, None) is not None:
                raise ServerError(f"the daemon answered {method} with more than one message.")
            response.read()  # to the end of the body, so that the connection can be used again
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            connection.close()
            raise _Stale(str(error) or type(error).__name__) from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise _broken(error, self.address) from error
        except AssetGenClientError:
            connection.close()
            raise
        if answer is None:
            connection.close()
            raise ServerError(f"the daemon answered {method} with no message.")
        self._keep(connection, is_closing=response.will_close)
        return answer

    def _connect(self, timeout_s: float) -> http.client.HTTPConnection:
        if self._is_tls:
            context = self._tls or ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                self._host, self._port, timeout=timeout_s, context=context
            )
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout_s)
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise DaemonNotRunning(f"no daemon answers at {self.address}: {error}.") from error
        return connection

    def _take_idle(self, timeout_s: float) -> http.client.HTTPConnection | None:
        with self._lock:
            if not self._idle:
                return None
            since, connection = self._idle.pop()
        if time.monotonic() - since > _IDLE_S or connection.sock is None:
            connection.close()
            return None
        connection.sock.settimeout(timeout_s)
        return connection

    def _keep(self, connection: http.client.HTTPConnection, *, is_closing: bool) -> None:
        with self._lock:
            if not is_closing and len(self._idle) < _MOST_IDLE:
                self._idle.append((time.monotonic(), connection))
                return
        connection.close()


class Stream:
    """The messages of a streaming call, to be read by one thread; any thread may close it.

    Iterating blocks. It ends when the daemon ended the stream well or when `close` was called; a status that is no
    success, a broken connection and a silence that is too long are raised.
    """

    def __init__(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        body: bytes,
        headers: dict[str, str],
        stall_s: float | None,
    ) -> None:
        self._connection = connection
        self._socket = connection.sock
        self._socket.settimeout(stall_s)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._stall_s = stall_s
        self._request = (path, body, headers)
        self._response: http.client.HTTPResponse | None = None
        self._messages: Iterator[dict[str, Any]] | None = None
        self._reading = threading.Lock()
        self._is_closed = False

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> dict[str, Any]:
        with self._reading:
            if self._is_closed:
                self._free()
                raise StopIteration
            try:
                return self._read()
            except (OSError, ValueError, http.client.HTTPException, AssetGenClientError) as error:
                is_wanted, self._is_closed = self._is_closed, True
                self._free()
                if is_wanted:
                    raise StopIteration from None
                if isinstance(error, AssetGenClientError):
                    raise
                raise self._why(error) from error
            except StopIteration:
                self._is_closed = True
                self._free()
                raise

    def close(self) -> None:
        """Leave the stream; never blocks, and wakes the thread that reads."""
        self._is_closed = True
        with contextlib.suppress(OSError):
            # Of the plain socket even under TLS: it wakes a thread that reads, and changes no state under it.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        if self._reading.acquire(blocking=False):
            try:
                self._free()
            finally:
                self._reading.release()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def _read(self) -> dict[str, Any]:
        if self._messages is None:
            path, body, headers = self._request
            self._connection.request("POST", path, body, headers)
            self._response = self._connection.getresponse()
            _check(self._response)
            self._messages = _frames(self._response)
        return next(self._messages)

    def _why(self, error: Exception) -> Disconnected:
        if isinstance(error, socket.timeout):
            return Disconnected(f"the daemon has said nothing for {self._stall_s:.0f} s.", reason="STALLED")
        return _broken(error, "the other end")

    def _free(self) -> None:
        if self._response is not None:
            self._response.close()
        self._connection.close()


class Download:
    """The body of a file that is being downloaded.

    Args:
        is_whole: whether it begins at the first byte, though another was asked for.
        is_beyond: whether there are no bytes from the one asked for on.
    """

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self._connection, self._response = connection, response
        self.is_whole = response.status == 200
        self.is_beyond = response.status == 416

    def read(self, most: int) -> bytes:
        """Return up to so many bytes, none at the end.

        Raises:
            Disconnected: the connection broke.
        """
        try:
            return self._response.read(most)
        except (OSError, http.client.HTTPException) as error:
            raise _broken(error, "the other end") from error

    def __enter__(self) -> Download:
        return self

    def __exit__(self, *problem: object) -> None:
        self._response.close()
        self._connection.close()


class _Stale(Exception):
    """A kept connection was closed by the other end."""


def _split(address: str) -> tuple[str, int, bool]:
    parts = urlsplit(address if "://" in address else f"http://{address}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if parts.scheme not in ("http", "https") or not host:
        raise InvalidSpec(f"{address!r} is no address of a daemon; write http://127.0.0.1:PORT.")
    is_tls = parts.scheme == "https"
    if not is_tls and not _is_loopback(host):
        raise InvalidSpec(
            f"{address} would send the token over the network in the clear; use https://, or an SSH tunnel.",
            reason="UNSAFE_ADDRESS",
        )
    return host, port or (443 if is_tls else 80), is_tls


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _path(method: str) -> str:
    return f"/{method}" if "/" in method else f"/{SERVICE}/{method}"


def _frame(message: Mapping[str, Any] | None) -> bytes:
    body = json.dumps(message or {}).encode()
    return struct.pack(">BI", 0, len(body)) + body


def _frames(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    """Yield the messages of an answer; ends after a trailer of success.

    Raises:
        AssetGenClientError: the trailer says so, or the answer is no gRPC-Web.
    """
    while True:
        flags, length = struct.unpack(">BI", _exact(response, 5))
        if length > LARGEST_FRAME:
            raise ServerError(f"the daemon sent a message of {length} bytes, more than {LARGEST_FRAME}.")
        body = _exact(response, length)
        if flags & _IS_TRAILER:
            _end(body)
            return
        if flags:
            raise ServerError("the daemon sent a compressed message that nobody asked for.")
        try:
            message = json.loads(body)
        except ValueError as error:
            raise ServerError(f"the daemon sent a message that is no JSON: {error}.") from error
        yield message if isinstance(message, dict) else {}


def _exact(response: http.client.HTTPResponse, size: int) -> bytes:
    body = response.read(size) if size else b""
    if len(body) < size:
        raise Disconnected("the connection ended in the middle of an answer.")
    return body


def _end(body: bytes) -> None:
    """Raise the error of a trailer, if it holds one."""
    trailers: dict[str, str] = {}
    for line in body.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        trailers[name.strip().lower()] = value.strip()
    _raise_status(trailers)


def _raise_status(trailers: Mapping[str, str]) -> None:
    status = trailers.get("grpc-status", "")
    if status == "0":
        return
    code = int(status) if status.isdigit() else 2
    raise read_status(code, unquote(trailers.get("grpc-message", "")), trailers.get(ERROR_TRAILER, ""))


def _check(response: http.client.HTTPResponse) -> None:
    """Raise the error of an answer that holds no frames."""
    headers = {name.lower(): value for name, value in response.getheaders()}
    if headers.get("grpc-status", "0") != "0":
        _raise_status(headers)
    if response.status != 200 or not headers.get("content-type", "").startswith("application/grpc-web"):
        _refuse(response, missing=12)


def _refuse(response: http.client.HTTPResponse, *, missing: int) -> None:
    """Raise what a plain HTTP answer says; a 404 means the status `missing`."""
    body = response.read(_LARGEST_ERROR).decode("utf-8", "replace")
    code = missing if response.status == 404 else _STATUS_OF_HTTP.get(response.status, 2)
    try:
        is_error = "message" in json.loads(body)
    except (ValueError, TypeError):
        is_error = False
    message = f"the daemon answered with HTTP {response.status} {response.reason}."
    raise read_status(code, message, body if is_error else "")


def _broken(error: Exception, where: str) -> Disconnected:
    if isinstance(error, socket.timeout):
        return Disconnected(f"{where} gave no answer in time.", reason="TIMEOUT")
    return Disconnected(f"the connection to {where} broke: {error or type(error).__name__}.")
