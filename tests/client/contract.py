"""One daemon, three ways to call it: grpcio, our standard-library client, and connectrpc's client.

A caller speaks messages of the contract and raises one error, so that each behaviour is written once.
"""

from __future__ import annotations

import contextlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from connectrpc._response_metadata import ResponseMetadata
from connectrpc.client import ConnectClientSync
from connectrpc.compat import google_protobuf_binary_codec
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

from assetgen.client.discovery import Endpoint
from assetgen.client.errors import AssetGenClientError
from assetgen.client.web import STALL_S, Stream, Wire
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.status import ERROR_TRAILER, Code
from tests.client.fake_daemon import FakeDaemon
from tests.client.fake_service import FakeService
from tests.serve.live import LiveDaemon

SERVICE = "assetgen.v1.AssetService"
TIMEOUT_S = 60.0


class CallError(Exception):
    """A call that ended in a status."""

    def __init__(self, code: int, trailer: str = "", message: str = "") -> None:
        details = json.loads(trailer) if trailer else {}
        super().__init__(f"{Code(code).name}: {details.get('message', message)}")
        self.code = Code(code)
        self.reason: str = details.get("reason", "")
        self.place: dict[str, Any] = details.get("place", {})


class Messages(ABC):
    """The answers of a streaming call."""

    @abstractmethod
    def __iter__(self) -> Iterator[Any]: ...

    @abstractmethod
    def cancel(self) -> None:
        """Leave the stream."""


class Caller(ABC):
    """A way to call the daemon."""

    @abstractmethod
    def unary(self, method: str, request: Message) -> Any:
        """Return the answer; raises CallError."""

    @abstractmethod
    def stream(self, method: str, request: Message) -> Messages:
        """Return the answers; iterating raises CallError."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what it holds."""


class GrpcCaller(Caller):
    """gRPC over HTTP/2 by grpcio."""

    def __init__(self, endpoint: Endpoint, token: str) -> None:
        self._channel = grpc.insecure_channel(endpoint.grpc)
        self._metadata = (("authorization", f"Bearer {token}"),)

    def unary(self, method: str, request: Message) -> Any:
        call = self._channel.unary_unary(
            f"/{SERVICE}/{method}", type(request).SerializeToString, _response(method).FromString
        )
        with self._errors():
            return call(request, metadata=self._metadata, timeout=TIMEOUT_S)

    def stream(self, method: str, request: Message) -> Messages:
        call = self._channel.unary_stream(
            f"/{SERVICE}/{method}", type(request).SerializeToString, _response(method).FromString
        )
        return _GrpcMessages(call(request, metadata=self._metadata, timeout=TIMEOUT_S))

    def close(self) -> None:
        self._channel.close()

    @staticmethod
    @contextlib.contextmanager
    def _errors() -> Iterator[None]:
        try:
            yield
        except grpc.RpcError as error:
            known: Any = error
            trailers = dict(known.trailing_metadata() or ())
            raise CallError(known.code().value[0], trailers.get(ERROR_TRAILER, ""), known.details()) from None


class _GrpcMessages(Messages):
    def __init__(self, call: Any) -> None:
        self._call = call

    def __iter__(self) -> Iterator[Any]:
        with GrpcCaller._errors():
            yield from self._call

    def cancel(self) -> None:
        self._call.cancel()


class OurCaller(Caller):
    """gRPC-Web with JSON by our standard-library client."""

    def __init__(self, endpoint: Endpoint, token: str) -> None:
        self._wire = Wire(endpoint.http, token)

    def unary(self, method: str, request: Message) -> Any:
        with _our_errors():
            answer = self._wire.unary(method, MessageToDict(request), timeout_s=TIMEOUT_S)
        return ParseDict(answer, _response(method)(), ignore_unknown_fields=True)

    def stream(self, method: str, request: Message) -> Messages:
        return _OurMessages(self._wire.stream(method, MessageToDict(request), stall_s=STALL_S), method)

    def close(self) -> None:
        self._wire.close()


class _OurMessages(Messages):
    def __init__(self, stream: Stream, method: str) -> None:
        self._stream, self._type = stream, _response(method)

    def __iter__(self) -> Iterator[Any]:
        with _our_errors():
            for document in self._stream:
                yield ParseDict(document, self._type(), ignore_unknown_fields=True)

    def cancel(self) -> None:
        self._stream.close()


@contextlib.contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except AssetGenClientError as error:
        place = vars(error.place) if error.place else {}
        document = {"reason": error.reason, "message": error.message, "place": place}
        raise CallError(error.code, json.dumps(document)) from error


class ForeignCaller(Caller):
    """gRPC-Web with protocol buffers by connectrpc, a client that we did not write; it gzips its requests."""

    def __init__(self, endpoint: Endpoint, token: str) -> None:
        codec = google_protobuf_binary_codec()
        self._client = ConnectClientSync(endpoint.http, codec=codec, protocol=ProtocolType.GRPC_WEB)
        self._headers = {"authorization": f"Bearer {token}"}

    def unary(self, method: str, request: Message) -> Any:
        with ResponseMetadata() as answer, _foreign_errors(answer):
            return self._client.execute_unary(
                request=request,
                method=self._method(method, request, StreamType.UNARY),
                headers=self._headers,
                timeout_ms=int(TIMEOUT_S * 1000),
            )

    def stream(self, method: str, request: Message) -> Messages:
        info = self._method(method, request, StreamType.SERVER_STREAM)
        return _ForeignMessages(
            lambda: self._client.execute_server_stream(
                request=request, method=info, headers=self._headers, timeout_ms=int(TIMEOUT_S * 1000)
            )
        )

    def close(self) -> None:
        self._client.close()

    @staticmethod
    def _method(name: str, request: Message, stream_type: StreamType) -> MethodInfo[Any, Any]:
        return MethodInfo(
            name=name,
            service_name=SERVICE,
            input=type(request),
            output=_response(name),
            idempotency_level=IdempotencyLevel.UNKNOWN,
            stream_type=stream_type,
        )


class _ForeignMessages(Messages):
    def __init__(self, call: Any) -> None:
        self._call, self._answers = call, None

    def __iter__(self) -> Iterator[Any]:
        with ResponseMetadata() as answer, _foreign_errors(answer):
            self._answers = self._call()
            yield from self._answers

    def cancel(self) -> None:
        if self._answers is not None:
            self._answers.close()


@contextlib.contextmanager
def _foreign_errors(answer: ResponseMetadata) -> Iterator[None]:
    try:
        yield
    except ConnectError as error:
        trailer = answer.trailers.get(ERROR_TRAILER) or answer.headers.get(ERROR_TRAILER) or ""
        raise CallError(Code[error.code.name].value, trailer, error.message) from error


def _response(method: str) -> Any:
    return getattr(pb, f"{method}Response")


CALLERS: dict[str, Any] = {"grpcio": GrpcCaller, "ours": OurCaller, "connectrpc": ForeignCaller}


@dataclass
class Served:
    """A daemon that runs, with a registered project in an empty folder.

    Args:
        slow: keys of an asset that takes long enough to be cancelled.
        quick: keys of one that takes as little as can be.
    """

    endpoint: Endpoint
    root: Path
    slow: dict[str, Any]
    quick: dict[str, Any]
    project: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))


@contextlib.contextmanager
def fake_served(folder: Path) -> Iterator[Served]:
    """Serve by the fake daemon."""
    service = FakeService(folder / "game")
    daemon = FakeDaemon(folder, service, with_grpc=True).start()
    endpoint = Endpoint(service.instance_id, os.getpid(), daemon.http, grpc=daemon.grpc, token=daemon.token)
    try:
        yield Served(endpoint, _project(folder), {"prompt": "slow moss"}, {"prompt": "moss"})
    finally:
        daemon.stop()


@contextlib.contextmanager
def light_served(folder: Path) -> Iterator[Served]:
    """Serve by the real daemon, whose workers only pretend."""
    with LiveDaemon(folder) as daemon:
        yield Served(_endpoint(daemon), _project(folder), {"prompt": "wait for it"}, {"prompt": "moss"})


@contextlib.contextmanager
def real_served(folder: Path) -> Iterator[Served]:
    """Serve by the real daemon with real workers."""
    with LiveDaemon(folder, light=False, arguments=("--workers", "1")) as daemon:
        slow = {"prompt": "old mossy cobblestone", "size": [4096]}
        quick = {"prompt": "old mossy cobblestone", "size": [64]}
        yield Served(_endpoint(daemon), _project(folder), slow, quick)


def _endpoint(daemon: LiveDaemon) -> Endpoint:
    found = daemon.endpoint
    return Endpoint(
        found["instance_id"], found["pid"], found["http"], grpc=found["grpc"], token=found["token"]
    )


def _project(folder: Path) -> Path:
    root = folder / "game"
    root.mkdir()
    (root / "assetgen.toml").write_text('assetgen = 1\ntargets = ["unity"]\n', encoding="utf-8")
    return root


SERVERS: dict[str, Any] = {"fake": fake_served, "daemon": light_served, "workers": real_served}
