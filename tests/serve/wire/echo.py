"""A service that answers with what it was asked, streams as much as one likes, and fails on command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.message import Message
from grpc_health.v1.health import aio as health_aio

from assetgen import errors
from assetgen.errors import NotFound, Place, RequestError
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.wire.frames import pack
from assetgen.serve.wire.grpc_port import GrpcPort
from assetgen.serve.wire.guard import Guard, Limits
from assetgen.serve.wire.methods import METHODS, Call
from assetgen.serve.wire.web import WebPort

PROTO, JSON, PLAIN = "application/grpc-web+proto", "application/grpc-web+json", "application/json"
SERVICE = "/assetgen.v1.AssetService"
TOKEN = "a-token-of-thirty-two-characters-and-more"
CHUNK = 256 << 10


class Echo:
    """One method per rpc; what happened is kept for tests to look at."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.sent_bytes = 0
        self.started = asyncio.Event()
        self.ended = asyncio.Event()
        self.how_it_ended = ""

    def __getattr__(self, name: str) -> Any:
        """Answer every other rpc of the contract with an empty message."""
        method = next((one for one in METHODS.values() if one.name == name), None)
        if method is None:
            raise AttributeError(name)

        async def answer(request: object, call: Call) -> object:
            return method.response()

        return answer

    async def GetJob(self, request: pb.GetJobRequest, call: Call) -> pb.GetJobResponse:
        """Return the name as it came."""
        self.calls.append(call)
        return pb.GetJobResponse(job=pb.Job(name=request.name, state=pb.JOB_STATE_RUNNING, fraction=0.5))

    async def ValidatePrompt(
        self, request: pb.ValidatePromptRequest, call: Call
    ) -> pb.ValidatePromptResponse:
        """Return the text as it came."""
        return pb.ValidatePromptResponse(report_json=request.text)

    async def CancelJob(self, request: pb.CancelJobRequest, call: Call) -> pb.CancelJobResponse:
        """Fail in the way that the name says: an error of assetgen by its class, or any other."""
        kind = getattr(errors, request.name, None)
        if kind is None:
            raise ZeroDivisionError(f"secret detail of {request.name}")
        if issubclass(kind, RequestError):
            raise kind("wörk is\nwrong; mend it.", place=Place("a.toml", 3, 7), retry_after_s=1.5)
        raise kind("wörk is\nwrong; mend it.", place=Place("a.toml", 3, 7))

    async def ListJobs(self, request: pb.ListJobsRequest, call: Call) -> pb.ListJobsResponse:
        """Never answer."""
        self.started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.how_it_ended = "cancelled"
            self.ended.set()
            raise
        return pb.ListJobsResponse()

    async def DownloadFile(
        self, request: pb.DownloadFileRequest, call: Call
    ) -> AsyncIterator[pb.DownloadFileResponse]:
        """Stream `offset` bytes, counting those that were taken."""
        data = bytes(CHUNK)
        self.started.set()
        try:
            for offset in range(0, request.offset, CHUNK):
                self.sent_bytes += CHUNK
                yield pb.DownloadFileResponse(offset=offset, data=data)
            self.how_it_ended = "done"
        except BaseException as error:
            self.how_it_ended = type(error).__name__
            raise
        finally:
            self.ended.set()

    async def WatchJob(self, request: pb.WatchJobRequest, call: Call) -> AsyncIterator[pb.WatchJobResponse]:
        """Stream as many events as the name says, then wait for ever, or fail if it ends in `!`."""
        try:
            for sequence in range(int(request.name.strip("!"))):
                yield pb.WatchJobResponse(event=pb.JobEvent(sequence=sequence + 1, job=request.name))
            if request.name.endswith("!"):
                raise NotFound("there is no such jöb.")
            self.started.set()
            await asyncio.Event().wait()
        except BaseException as error:
            self.how_it_ended = type(error).__name__
            raise
        finally:
            self.ended.set()

    async def Generate(self, request: pb.GenerateRequest, call: Call) -> AsyncIterator[pb.GenerateResponse]:
        """Stream three events and end."""
        for sequence in range(3):
            yield pb.GenerateResponse(event=pb.JobEvent(sequence=sequence + 1, job=request.order.client))

    async def WatchAssets(
        self, request: pb.WatchAssetsRequest, call: Call
    ) -> AsyncIterator[pb.WatchAssetsResponse]:
        """Stream nothing."""
        for answer in ():
            yield answer

    BakeProject = WatchAssets


@dataclass
class Daemon:
    """Both ports over one echo."""

    echo: Echo
    guard: Guard
    grpc: GrpcPort
    web: WebPort
    health: health_aio.HealthServicer
    refused: list[str] = field(default_factory=list)

    @property
    def http(self) -> tuple[str, int]:
        """Host and port of HTTP."""
        host, _, port = self.web.address.partition("://")[2].rpartition(":")
        return host.strip("[]"), int(port)

    def channel(self, *options: tuple[str, Any], **rest: Any) -> grpc.aio.Channel:
        """Return a channel to the gRPC port."""
        return grpc.aio.insecure_channel(self.grpc.address, options=list(options), **rest)


@asynccontextmanager
async def serving(
    *, limits: Limits | None = None, folder: Path | None = None, reflection: bool = False, **guard: Any
) -> AsyncIterator[Daemon]:
    """Serve an echo on both ports of 127.0.0.1; files are those of `folder` by their names."""

    def find_file(sha256: str) -> Path:
        path = None if folder is None else folder / sha256
        if path is None or not path.exists():
            raise NotFound("there is no such file.")
        return path

    refused: list[str] = []
    echo, health = Echo(), health_aio.HealthServicer()
    watch = Guard(TOKEN, on_refused=refused.append, **guard)
    grpc_port = GrpcPort(echo, guard=watch, health=health, limits=limits, with_reflection=reflection)
    web_port = WebPort(echo, guard=watch, health=health, find_file=find_file, limits=limits)
    await asyncio.gather(grpc_port.start(), web_port.start())
    try:
        yield Daemon(echo, watch, grpc_port, web_port, health, refused)
    finally:
        await asyncio.gather(grpc_port.close(grace_s=0.1), web_port.close(grace_s=0.1))


BEARER = (("authorization", f"Bearer {TOKEN}"),)


async def call(channel: grpc.aio.Channel, name: str, request: Any, *, token: bool = True, **rest: Any) -> Any:
    """Make a unary call by gRPC."""
    method = METHODS[f"{SERVICE}/{name}"]
    stub = channel.unary_unary(
        method.path,
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=method.response.FromString,
    )
    return await stub(request, metadata=BEARER if token else (), timeout=10, **rest)


def stream(channel: grpc.aio.Channel, name: str, request: Any) -> Any:
    """Make a streaming call by gRPC."""
    method = METHODS[f"{SERVICE}/{name}"]
    stub = channel.unary_stream(
        method.path,
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=method.response.FromString,
    )
    return stub(request, metadata=BEARER)


@dataclass(frozen=True)
class Reply:
    """An HTTP answer: status, headers by lower case name, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def frames(self) -> list[tuple[int, bytes]]:
        """Flags and contents of the frames of its body."""
        found, rest = [], self.body
        while rest:
            size = int.from_bytes(rest[1:5], "big")
            assert len(rest) >= 5 + size
            found.append((rest[0], rest[5 : 5 + size]))
            rest = rest[5 + size :]
        return found

    @property
    def trailers(self) -> dict[str, str]:
        """Names and values of its last frame."""
        flag, data = self.frames[-1]
        assert flag == 0x80
        lines = data.decode("ascii").removesuffix("\r\n").split("\r\n")
        return dict(line.split(": ", 1) for line in lines)


async def ask(
    daemon: Daemon,
    path: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    content_type: str | None = "application/json",
    token: str | None = TOKEN,
    host: str | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    """Make one HTTP request over a connection of its own, written by hand: no client library has a say."""
    if not path.startswith("/"):
        path = f"{SERVICE}/{path}"
    address, port = daemon.http
    reader, writer = await asyncio.open_connection(address, port)
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host if host is not None else f'{address}:{port}'}"]
    lines += ["Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"Content-Type: {content_type}"] if content_type else []
    lines += [f"Authorization: Bearer {token}"] if token is not None else []
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        return await asyncio.wait_for(read_reply(reader, has_body=method != "HEAD"), 10)
    finally:
        writer.close()


async def read_reply(reader: asyncio.StreamReader, *, has_body: bool = True) -> Reply:
    """Read one HTTP answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
    headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in head[1:] if line}
    status = int(head[0].split()[1])
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
    elif has_body and status != 304:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Reply(status, headers, body)


def run(check: Callable[[Daemon], Awaitable[None]], **rest: object) -> None:
    async def main() -> None:
        async with serving(**rest) as daemon:  # type: ignore[arg-type]
            await check(daemon)

    asyncio.run(main())


def framed(message: Message) -> bytes:
    return pack(message.SerializeToString())


@asynccontextmanager
async def streaming(
    daemon: Daemon, name: str, request: Message, *, buffer: int | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Begin a streaming call and leave reading to the test."""
    address, port = daemon.http
    body = framed(request)
    rest = {} if buffer is None else {"limit": buffer}
    reader, writer = await asyncio.open_connection(address, port, **rest)
    lines = [f"POST {SERVICE}/{name} HTTP/1.1", f"Host: {address}:{port}", f"Authorization: Bearer {TOKEN}"]
    lines += [f"Content-Type: {PROTO}", f"Content-Length: {len(body)}", "", ""]
    writer.write("\r\n".join(lines).encode() + body)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def settled(daemon: Daemon) -> None:
    """Wait until the stream no longer moves."""
    before = -1
    while before != daemon.echo.sent_bytes:
        before = daemon.echo.sent_bytes
        await asyncio.sleep(0.05)


def error_of(reply: Reply) -> pb.JobError:
    return json_format.Parse(reply.trailers["assetgen-error-json"], pb.JobError())
