"""The HTTP/1.1 port: gRPC-Web and JSON for editors and curl, files by their hash, and health.

    POST /assetgen.v1.AssetService/<Method>     see web_call.py
    POST /grpc.health.v1.Health/Check           without a token
    GET  /v1/files/<sha256>                     see web_files.py
    GET  /healthz                               one word, without a token

Every request passes, in this order: Host, Origin, path and method, content type, token. Nothing of its body is
read before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from grpc_health.v1 import health_pb2
from grpc_health.v1.health import aio as health_aio

from assetgen.errors import AlreadyExists, AssetGenError, NotAllowed, NotFound, Unsupported
from assetgen.serve.wire.connections import Gate, Gatekeeper
from assetgen.serve.wire.failure import HTTP_STATUS, failure_of
from assetgen.serve.wire.guard import Guard, Limits, Tls, host_and_port
from assetgen.serve.wire.methods import SERVICE, Bound, Call, Method, bind
from assetgen.serve.wire.web_call import HEADERS, Dialect, answer, dialect_of, fail
from assetgen.serve.wire.web_files import file_response

HEALTH_PATH: Final = "/grpc.health.v1.Health/Check"
FILES: Final = "/v1/files/"

_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_LAST_S: Final = 0.2
_log: Final = logging.getLogger("assetgen.serve.http")


class WebPort:
    """Serves HTTP/1.1 on one port.

    Args:
        service: an async method per rpc, see methods.py.
        guard: checks Host, Origin and token.
        health: what health checks say.
        find_file: tells where the file of a SHA-256 lies, or raises NotFound; called in threads.
        limits: how much is taken.
    """

    def __init__(
        self,
        service: object,
        *,
        guard: Guard,
        health: health_aio.HealthServicer,
        find_file: Callable[[str], Path],
        limits: Limits | None = None,
    ) -> None:
        self._table = {**bind(service), HEALTH_PATH: _bind_health(health)}
        self._guard = guard
        self._health = health
        self._find_file = find_file
        self._limits = limits or Limits()
        self._tasks: set[asyncio.Task[object]] = set()
        self._streams: set[asyncio.Task[object]] = set()
        self._is_closing = False
        self._base: web.Server | None = None
        self._server: asyncio.Server | None = None
        self._port = 0
        self.address = ""

    async def start(self, *, host: str = "127.0.0.1", port: int = 0, tls: Tls | None = None) -> None:
        """Listen; afterwards `address` is the URL, such as http://127.0.0.1:50123.

        Raises:
            AlreadyExists: the port is taken.
            SpecError: the certificate cannot be used.
        """
        # Compressed bodies are refused, so aiohttp must not unpack them first.
        self._base = web.Server(
            self._handle,
            handler_cancellation=True,
            access_log=None,
            logger=_quiet_log(),
            keepalive_timeout=self._limits.idle_s,
            lingering_time=self._limits.head_s,
            max_line_size=self._limits.line_bytes,
            max_field_size=self._limits.line_bytes,
            auto_decompress=False,
        )
        self._keeper = Gatekeeper(self._base, self._limits)
        loop = asyncio.get_running_loop()
        context = None if tls is None else tls.context()
        handshake_s = None if tls is None else self._limits.head_s
        try:
            self._server = await loop.create_server(
                self._keeper, host, port, ssl=context, ssl_handshake_timeout=handshake_s
            )
        except OSError as error:
            raise AlreadyExists(
                f"HTTP cannot listen on {host_and_port(host, port)}: {error.strerror}; "
                "end what holds the port, or choose another with --web-port."
            ) from error
        self._port = self._server.sockets[0].getsockname()[1]
        self.address = f"{'http' if tls is None else 'https'}://{host_and_port(host, self._port)}"

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return self._keeper.count

    async def close(self, *, grace_s: float) -> None:
        """Stop listening, end streams with UNAVAILABLE, give other calls `grace_s` to finish, and close."""
        if self._server is None or self._base is None:
            return
        self._is_closing = True
        self._server.close()
        self._base.pre_shutdown()
        for task in self._streams:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        await self._base.shutdown(_LAST_S)
        self._keeper.drop_all()
        await self._server.wait_closed()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; this is all that aiohttp calls."""
        transport = request.transport
        gate = None if transport is None else transport.get_protocol()
        if not isinstance(gate, Gate):
            raise ConnectionResetError("the caller left before its request was looked at")
        task = asyncio.current_task()
        if task is not None and task not in self._tasks:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with gate.request():
            try:
                address = gate.local_address
                self._guard.check_host(request.headers.getall("Host", []), port=self._port, address=address)
                self._guard.check_origin(request.headers.getall("Origin", []))
            except NotAllowed as error:
                return _plain(403, error.message)
            return await self._route(request, gate)

    async def _route(self, request: web.BaseRequest, gate: Gate) -> web.StreamResponse:
        path = request.path
        if path == "/healthz":
            return await self._healthz(request)
        if path.startswith(FILES):
            return await self._send_file(request, gate)
        if path in self._table or path.startswith(f"/{SERVICE}/"):
            return await self._call(request, gate)
        return _plain(404, "there is nothing here.")

    async def _call(self, request: web.BaseRequest, gate: Gate) -> web.StreamResponse:
        if request.method != "POST":
            return _plain(405, "calls are made by POST.", {"Allow": "POST"})
        dialect = dialect_of(request)
        if dialect is None:
            self._guard.on_refused("content_type")
            return _plain(
                415, "send application/grpc-web+proto, application/grpc-web+json or application/json."
            )
        try:
            if request.path != HEALTH_PATH:
                await self._admit(request)
            bound = self._table.get(request.path)
            if bound is None:
                raise _unknown(request.path)
        except AssetGenError as error:
            return fail(failure_of(error, method=request.path), dialect)
        gate.admit()
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
            request.transport.write(_CONTINUE)
        return await self._answer(request, bound, dialect)

    async def _answer(self, request: web.BaseRequest, bound: Bound, dialect: Dialect) -> web.StreamResponse:
        task = asyncio.current_task()
        if bound.method.is_streaming and task is not None:
            self._streams.add(task)
        try:
            return await answer(
                request,
                bound,
                dialect=dialect,
                peer=_peer(request),
                limits=self._limits,
                is_closing=lambda: self._is_closing,
            )
        finally:
            if task is not None:
                self._streams.discard(task)

    async def _send_file(self, request: web.BaseRequest, gate: Gate) -> web.StreamResponse:
        if request.method not in ("GET", "HEAD"):
            return _plain(405, "files are loaded by GET.", {"Allow": "GET, HEAD"})
        try:
            await self._admit(request)
            gate.admit()
            sha256 = request.path.removeprefix(FILES)
            return await file_response(request, sha256, find_file=self._find_file, gate=gate)
        except Exception as error:  # whatever goes wrong becomes a status; the log has the traceback
            failure = failure_of(error, method="GET file")
            return _plain(HTTP_STATUS[failure.code], failure.message)

    async def _healthz(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method not in ("GET", "HEAD"):
            return _plain(405, "ask by GET.", {"Allow": "GET, HEAD"})
        reply = await _check_health(self._health, health_pb2.HealthCheckRequest())
        is_serving = reply.status == health_pb2.HealthCheckResponse.SERVING
        return _plain(200, "SERVING") if is_serving else _plain(503, "NOT_SERVING")

    async def _admit(self, request: web.BaseRequest) -> None:
        await self._guard.admit(request.headers.getall("Authorization", []), peer=_peer(request))


class _HealthContext:
    """The one thing that the health service of gRPC wants of its context."""

    async def abort(self, code: object, details: str = "") -> None:
        """End the check: it only does so for a service that nobody knows."""
        raise NotFound("there is no service of that name here; ask for an empty name.")


async def _check_health(
    health: health_aio.HealthServicer, request: health_pb2.HealthCheckRequest
) -> health_pb2.HealthCheckResponse:
    # The library says that it returns None, and returns the answer.
    reply: Any = await health.Check(request, _HealthContext())
    return reply


def _bind_health(health: health_aio.HealthServicer) -> Bound:
    async def check(request: health_pb2.HealthCheckRequest, call: Call) -> health_pb2.HealthCheckResponse:
        return await _check_health(health, request)

    request, response = health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse
    method = Method(name="Check", path=HEALTH_PATH, request=request, response=response, is_streaming=False)
    return Bound(method, check)


def _unknown(path: str) -> AssetGenError:
    return Unsupported(
        f"there is no method {path[:100]!r}; check that client and daemon are of the same version."
    )


def _peer(request: web.BaseRequest) -> str:
    return request.remote or "unknown"


def _plain(status: int, text: str, headers: dict[str, str] | None = None) -> web.Response:
    body = text.encode("ascii", "replace") + b"\n"
    all_headers = {**HEADERS, "Content-Type": "text/plain; charset=us-ascii", **(headers or {})}
    return web.Response(status=status, body=body, headers=all_headers)


def _quiet_log() -> logging.Logger:
    """Return a log that leaves out what anybody could fill it with: requests that are no HTTP."""
    if _is_our_fault not in _log.filters:
        _log.addFilter(_is_our_fault)
    return _log


def _is_our_fault(record: logging.LogRecord) -> bool:
    return not record.exc_info or not isinstance(record.exc_info[1], HttpProcessingError)
