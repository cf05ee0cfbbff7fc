"""The gRPC port: HTTP/2 over TCP and, if asked, a Unix socket, for the command line, farms and every gRPC library.

Handlers are made from the table of methods and get the bytes as they came, so that what is no message becomes
INVALID_ARGUMENT and not the library's own text. A browser cannot get at this port: it speaks no plain HTTP/2, and
what it sends as HTTP/1.1 is answered by nothing that it could read.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

import grpc
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

from assetgen.errors import AlreadyExists, AssetGenError, Draining, SpecError
from assetgen.serve.logs import name_request
from assetgen.serve.status import ERROR_TRAILER
from assetgen.serve.wire.failure import failure_of
from assetgen.serve.wire.guard import Guard, Limits, Tls, host_and_port
from assetgen.serve.wire.methods import SERVICE, Bound, Call, bind, client_name

LONGEST_SOCKET_PATH: Final = 100
"""Bytes: macOS takes 103, Linux 107."""

_HEALTH: Final = "/grpc.health.v1.Health/"
_LARGEST_METADATA: Final = 16 << 10
_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}

Context = grpc.aio.ServicerContext[Any, Any]
Handler = Callable[[bytes, Context], Awaitable[Any]]


class GrpcPort:
    """Serves gRPC.

    Args:
        service: an async method per rpc, see methods.py.
        guard: checks the token.
        health: what health checks say, open to everybody.
        limits: how much is taken.
        reflection: whether callers with the token may ask for the contract.
    """

    def __init__(
        self,
        service: object,
        *,
        guard: Guard,
        health: health_aio.HealthServicer,
        limits: Limits | None = None,
        with_reflection: bool = False,
    ) -> None:
        self._service = service
        self._guard = guard
        self._health = health
        self._limits = limits or Limits()
        self._with_reflection = with_reflection
        self._server: grpc.aio.Server | None = None
        self._streams: set[asyncio.Task[Any]] = set()
        self._is_closing = False
        self.address = ""
        self.unix: Path | None = None

    async def start(
        self, *, host: str = "127.0.0.1", port: int = 0, tls: Tls | None = None, unix: Path | None = None
    ) -> None:
        """Listen; afterwards `address` is host:port, and `unix` the socket's path or None.

        Raises:
            AlreadyExists: the port or socket is taken.
            SpecError: the certificate or the socket's path cannot be used.
        """
        server = grpc.aio.server(interceptors=[_Doorman(self._guard)], options=options(self._limits))
        server.add_generic_rpc_handlers([_Handlers(self)])
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        if self._with_reflection:
            from grpc_reflection.v1alpha import reflection  # 40 ms that few ask for

            names = (SERVICE, "grpc.health.v1.Health", reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, server)
        number = _listen(server, host_and_port(host, port), tls)
        if unix is not None:
            _prepare_socket(unix)
            _listen(server, f"unix:{unix}", None)
        await server.start()
        self._server = server
        self.address, self.unix = host_and_port(host, number), unix

    async def close(self, *, grace_s: float) -> None:
        """Take nothing on, end streams with UNAVAILABLE, give other calls `grace_s` to finish, and close."""
        if self._server is None:
            return
        self._is_closing = True
        for task in tuple(self._streams):
            task.cancel()
        await self._server.stop(grace_s)
        if self.unix is not None:
            self.unix.unlink(missing_ok=True)

    def handler_of(self, bound: Bound) -> grpc.RpcMethodHandler:
        """Return what gRPC calls for a method."""
        if bound.method.is_streaming:
            return grpc.unary_stream_rpc_method_handler(self._streaming(bound))
        return grpc.unary_unary_rpc_method_handler(self._unary(bound))

    def bound(self) -> dict[str, Bound]:
        """Return what runs each rpc, by path."""
        return dict(bind(self._service))

    def _unary(self, bound: Bound) -> Handler:
        async def run(data: bytes, context: Context) -> bytes:
            name_request()
            try:
                reply = await bound.run(bound.method.decode(data), _call(context))
                return reply.SerializeToString()
            except Exception as error:  # whatever a method raises becomes a status; the log has the traceback
                return await _abort(context, error, method=bound.method.name)

        return run

    def _streaming(self, bound: Bound) -> Handler:
        async def run(data: bytes, context: Context) -> None:
            task = asyncio.current_task()
            assert task is not None
            name_request()
            self._streams.add(task)
            try:
                # Closed even when the caller leaves while a reply is being written, not when it is collected.
                async with aclosing(bound.run(bound.method.decode(data), _call(context))) as replies:
                    async for reply in replies:
                        await context.write(reply.SerializeToString())
            except asyncio.CancelledError:
                if not self._is_closing:
                    raise
                await _abort(
                    context, Draining("the daemon ends; call again in a moment."), method=bound.method.name
                )
            except Exception as error:  # whatever a method raises becomes a status; the log has the traceback
                await _abort(context, error, method=bound.method.name)
            finally:
                self._streams.discard(task)

        return run


def options(limits: Limits) -> list[tuple[str, int]]:
    """Return the settings of the server."""
    return [
        # Otherwise a second daemon binds the same port in silence, and calls are dealt out between the two.
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", limits.request_bytes),
        ("grpc.max_send_message_length", limits.request_bytes),
        ("grpc.max_concurrent_streams", limits.streams),
        ("grpc.max_allowed_incoming_connections", limits.connections),
        ("grpc.server_handshake_timeout_ms", round(limits.head_s * 1000)),
        ("grpc.max_metadata_size", _LARGEST_METADATA),
        ("grpc.absolute_max_metadata_size", _LARGEST_METADATA),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
        # Pictures and sounds are packed already; and the library unpacks requests without a limit.
        ("grpc.compression_enabled_algorithms_bitset", 1),
        ("grpc.per_message_decompression", 0),
    ]


class _Handlers(grpc.GenericRpcHandler):
    """Finds the handler of a path."""

    def __init__(self, port: GrpcPort) -> None:
        self._handlers = {path: port.handler_of(bound) for path, bound in port.bound().items()}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        """Return the handler of a call, or None for a path that nobody knows."""
        return self._handlers.get(handler_call_details.method)


class _Doorman(grpc.aio.ServerInterceptor):
    """Lets calls with the token pass, and health checks; of any other call not a byte is read."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        """Return the handler of a call, or one that refuses it."""
        metadata = handler_call_details.invocation_metadata or ()
        values = [_text(value) for key, value in metadata if key == "authorization"]
        origins = [_text(value) for key, value in metadata if key == "origin"]
        if handler_call_details.method.startswith(_HEALTH):
            return await continuation(handler_call_details)

        async def refuse(requests: object, context: Context) -> None:
            try:
                self._guard.check_origin(origins)
                await self._guard.admit(values, peer=_peer(context))
            except AssetGenError as error:
                await _abort(context, error, method=handler_call_details.method)

        if self._guard.allows(origins) and self._guard.knows(values):
            return await continuation(handler_call_details)
        return grpc.stream_stream_rpc_method_handler(refuse)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def _peer(context: Context) -> str:
    """Return the address of a caller without its port: `ipv4:127.0.0.1`, or `unix`."""
    kind, _, rest = context.peer().partition(":")
    return f"{kind}:{rest.rpartition(':')[0]}" if kind in ("ipv4", "ipv6") else kind


def _call(context: Context) -> Call:
    metadata = context.invocation_metadata() or ()
    agent = next((_text(value) for key, value in metadata if key == "user-agent"), None)
    return Call(client_name(agent, _peer(context)), context.time_remaining())


async def _abort(context: Context, error: Exception, *, method: str) -> Any:
    """End a call with the status of an error; it never returns."""
    failure = failure_of(error, method=method)
    trailer = ((ERROR_TRAILER, failure.trailer),)
    await context.abort(_CODES[failure.code], failure.message, trailing_metadata=trailer)


def _listen(server: grpc.aio.Server, address: str, tls: Tls | None) -> int:
    try:
        if tls is None:
            return server.add_insecure_port(address)
        tls.context()  # says what is wrong with the files, where gRPC only logs it
        cert, key = tls.read()
        return server.add_secure_port(address, grpc.ssl_server_credentials([(key, cert)]))
    except RuntimeError as error:
        raise AlreadyExists(
            f"gRPC cannot listen on {address}; end what holds it, or choose another with --port."
        ) from error


def _prepare_socket(path: Path) -> None:
    """Make the socket's folder, which only this user may enter: the socket itself asks nobody."""
    if os.name == "nt":
        raise SpecError("Windows has no Unix sockets for gRPC; leave --unix out.")
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        raise SpecError(
            f"{path} is longer than {LONGEST_SOCKET_PATH} bytes; choose a shorter path for --unix."
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
