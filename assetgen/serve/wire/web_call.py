"""One call over HTTP/1.1: how it is spoken, its request, its answer or stream of answers, and how it fails.

    application/grpc-web, application/grpc-web+proto    frames of protobuf
    application/grpc-web+json                           frames of JSON, in protobuf's mapping
    application/json                                    one JSON document each way, for curl; does not stream

gRPC-Web answers are HTTP 200 whatever comes; their last frame holds the status. Plain JSON answers have the HTTP
status that belongs to the code, and the error as their body.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from enum import Enum
from typing import Final

from aiohttp import web
from google.protobuf import json_format
from google.protobuf.message import Message

from assetgen.errors import Draining, Expired, RequestError, TooLarge, Unsupported
from assetgen.serve.logs import name_request
from assetgen.serve.status import ERROR_TRAILER
from assetgen.serve.wire import frames
from assetgen.serve.wire.failure import HTTP_STATUS, Failure, failure_of
from assetgen.serve.wire.guard import Limits
from assetgen.serve.wire.methods import Bound, Call, Method, client_name

HEADERS: Final = {"Server": "assetgen", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Of every answer; there never is one of CORS."""
FAIR_BYTES: Final = 64 << 10
"""A stream lets others have their turn after so many bytes."""

_DEEPEST_JSON: Final = 32
_IN_A_THREAD_BYTES: Final = 256 << 10
_TIMEOUT: Final = re.compile(r"(\d{1,8})([HMSmun])", re.ASCII)
_UNIT_S: Final = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}


class Dialect(Enum):
    """How a call is spoken; the value is the content type of its answers."""

    PROTO = "application/grpc-web+proto"
    JSON = "application/grpc-web+json"
    PLAIN = "application/json"

    @property
    def has_frames(self) -> bool:
        """Whether messages come in frames."""
        return self is not Dialect.PLAIN


_DIALECTS: Final = {
    "application/grpc-web": Dialect.PROTO,
    "application/grpc-web+proto": Dialect.PROTO,
    "application/grpc-web+json": Dialect.JSON,
    "application/json": Dialect.PLAIN,
}


def dialect_of(request: web.BaseRequest) -> Dialect | None:
    """Return how a request is spoken; None for types that a form or a simple script of a page could send."""
    values = request.headers.getall("Content-Type", [])
    if len(values) != 1:
        return None
    return _DIALECTS.get(values[0].partition(";")[0].strip().lower())


async def answer(
    request: web.BaseRequest,
    bound: Bound,
    *,
    dialect: Dialect,
    peer: str,
    limits: Limits,
    is_closing: Callable[[], bool],
) -> web.StreamResponse:
    """Return the answer to a call that was let in; a stream has been sent by then.

    Args:
        request: its head.
        bound: the method and what runs it.
        dialect: how it is spoken.
        peer: address of the caller.
        limits: how much is taken.
        is_closing: whether a call that is cancelled ends with the daemon, rather than by its caller.
    """
    name_request()
    try:
        client = client_name(request.headers.get("User-Agent"), peer)
        call = Call(client, read_timeout(request.headers.get("grpc-timeout")))
        if bound.method.is_streaming:
            return await _stream(request, bound, call, dialect=dialect, limits=limits, is_closing=is_closing)
        async with _deadline(call.deadline_s):
            message = await _read(request, bound.method, dialect=dialect, limits=limits)
            reply = await bound.run(message, call)
        return _unary(_encode(reply, dialect), dialect)
    except Exception as error:  # whatever a method raises becomes a status; the log has the traceback
        return fail(failure_of(error, method=bound.method.name), dialect)


def fail(failure: Failure, dialect: Dialect) -> web.Response:
    """Return the answer of a call that failed before it answered anything."""
    if dialect.has_frames:
        return web.Response(body=_trailers(failure), headers={**HEADERS, "Content-Type": dialect.value})
    status = HTTP_STATUS[failure.code]
    headers = {**HEADERS, "Content-Type": dialect.value}
    return web.Response(status=status, body=failure.trailer.encode("ascii"), headers=headers)


def read_timeout(value: str | None) -> float | None:
    """Return the seconds of a `grpc-timeout` header such as `1500m`.

    Raises:
        RequestError: it is no timeout.
    """
    if value is None:
        return None
    found = _TIMEOUT.fullmatch(value)
    if found is None:
        raise RequestError(
            f"grpc-timeout = {value[:20]!r} is no timeout; write digits and a unit, such as 1500m."
        )
    return int(found[1]) * _UNIT_S[found[2]]


@asynccontextmanager
async def _deadline(seconds: float | None) -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(seconds) as scope:
            yield
    except TimeoutError as error:
        if not scope.expired():
            raise
        raise Expired(f"the call took longer than the {seconds:g} s that its caller gave it.") from error


async def _read(request: web.BaseRequest, method: Method, *, dialect: Dialect, limits: Limits) -> Message:
    body = await _read_body(request, most=limits.request_bytes + frames.HEAD_BYTES, patience_s=limits.body_s)
    encoding = request.headers.get("grpc-encoding", "identity")
    arguments = (body, method, dialect, encoding, limits.request_bytes)
    if len(body) > _IN_A_THREAD_BYTES:
        # Megabytes of JSON take a while, and the other callers do not wait for them.
        return await asyncio.to_thread(decode, *arguments)
    return decode(*arguments)


async def _read_body(request: web.BaseRequest, *, most: int, patience_s: float) -> bytes:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Unsupported(
            "a body with Content-Encoding cannot be read; send it plain, or compress the frames."
        )
    body = bytearray()
    told = request.content_length or 0
    try:
        async with asyncio.timeout(patience_s):
            while told <= most and len(body) <= most and (piece := await request.content.readany()):
                body += piece
    except TimeoutError as error:
        raise Expired(f"the request was not there after {patience_s:g} s; send it again.") from error
    except web.RequestPayloadError as error:
        raise RequestError("the body of the request is broken; send it again.") from error
    if max(told, len(body)) > most:
        raise TooLarge(f"the request has more than {most} bytes; send less at once.")
    return bytes(body)


def decode(body: bytes, method: Method, dialect: Dialect, encoding: str, most: int) -> Message:
    """Return the request of a body, whatever its bytes are.

    Raises:
        RequestError: it is no such message; TooLarge and Unsupported are among its kinds.
    """
    if dialect.has_frames:
        body = frames.unpack_one(body, encoding=encoding, most=most)
    if dialect is Dialect.PROTO:
        return method.decode(body)
    name = method.request.DESCRIPTOR.full_name
    try:
        text = body.decode("utf-8").lstrip() or "{}"
        if not text.startswith("{"):
            raise ValueError("it is no object; start it with {.")
        return json_format.Parse(text, method.request(), max_recursion_depth=_DEEPEST_JSON)
    except RecursionError as error:
        raise RequestError(f"the JSON is nested too deeply for a {name}; send less.") from error
    except (json_format.ParseError, ValueError, TypeError, AttributeError) as error:
        raise RequestError(f"the JSON is no {name}: {str(error)[:300]}") from error


def _encode(reply: Message, dialect: Dialect) -> bytes:
    """Return a message as bytes; its names in JSON are in camelCase, as proto3 has them."""
    if dialect is Dialect.PROTO:
        return frames.pack(reply.SerializeToString())
    document = json_format.MessageToDict(reply)
    data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return frames.pack(data) if dialect is Dialect.JSON else data


def _trailers(failure: Failure | None) -> bytes:
    if failure is None:
        return frames.pack_trailers({"grpc-status": "0"})
    return frames.pack_trailers(
        {
            "grpc-status": str(int(failure.code)),
            "grpc-message": failure.encoded_message,
            ERROR_TRAILER: failure.trailer,
        }
    )


def _unary(data: bytes, dialect: Dialect) -> web.Response:
    body = data + _trailers(None) if dialect.has_frames else data
    return web.Response(body=body, headers={**HEADERS, "Content-Type": dialect.value})


class _CallerLeft(Exception):
    """Nobody reads the stream any more; never leaves this file."""


async def _stream(
    request: web.BaseRequest,
    bound: Bound,
    call: Call,
    *,
    dialect: Dialect,
    limits: Limits,
    is_closing: Callable[[], bool],
) -> web.StreamResponse:
    if not dialect.has_frames:
        raise Unsupported(f"{bound.method.name} streams; call it as application/grpc-web+json.")
    response = web.StreamResponse(headers={**HEADERS, "Content-Type": dialect.value})
    failure: Failure | None = None
    try:
        async with _deadline(call.deadline_s):
            message = await _read(request, bound.method, dialect=dialect, limits=limits)
            response.enable_chunked_encoding()
            await response.prepare(request)
            await _send_replies(response, bound, message, call, dialect=dialect)
    except _CallerLeft:
        return response
    except asyncio.CancelledError:
        if not is_closing():
            raise
        failure = failure_of(Draining("the daemon ends; call again in a moment."), method=bound.method.name)
    except Exception as error:  # whatever a method raises becomes a status; the log has the traceback
        failure = failure_of(error, method=bound.method.name)
    if not response.prepared:
        return fail(failure, dialect) if failure is not None else response
    await _finish(request, response, _trailers(failure), patience_s=limits.body_s)
    return response


async def _send_replies(
    response: web.StreamResponse, bound: Bound, message: Message, call: Call, *, dialect: Dialect
) -> None:
    unfair = 0
    async with aclosing(bound.run(message, call)) as replies:
        async for reply in replies:
            frame = _encode(reply, dialect)
            try:
                # Waits while the reader is slow, so that a stalled one costs one frame and not the whole stream.
                await response.write(frame)
            except ConnectionError as error:
                raise _CallerLeft from error
            unfair += len(frame)
            if unfair >= FAIR_BYTES:
                unfair = 0
                # A quick reader never makes us wait, and without this nobody else would have a turn.
                await asyncio.sleep(0)


async def _finish(
    request: web.BaseRequest, response: web.StreamResponse, trailers: bytes, *, patience_s: float
) -> None:
    """Send the last frame; a reader who stopped reading is left to themselves after a while."""
    try:
        async with asyncio.timeout(patience_s):
            await response.write(trailers)
            await response.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
    except ConnectionError:
        pass
