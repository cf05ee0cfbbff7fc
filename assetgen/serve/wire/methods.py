"""The methods of the wire contract as a table, read from its descriptor; both ports go by it.

A service is any object with one async method per rpc, named as in the contract:

    unary       async def GetJob(self, request: pb.GetJobRequest, call: Call) -> pb.GetJobResponse
    streaming   def WatchJob(self, request: pb.WatchJobRequest, call: Call) -> AsyncIterator[pb.WatchJobResponse]

A streaming method is an async generator: when the caller leaves, what it waits for is cancelled, or it is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from google.protobuf import message_factory
from google.protobuf.message import DecodeError, Message

from assetgen.errors import RequestError
from assetgen.serve.rpc import asset_pb2 as pb

LARGEST_REQUEST: Final = 16 << 20
"""Bytes of a request message at most, as it came and unpacked."""
LONGEST_CLIENT: Final = 100


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, and for how long they will wait.

    Args:
        client: what the caller says it is (its user agent), else its address; printable, at most 100 characters.
        deadline_s: seconds that the caller still waits, or None for as long as it takes.
    """

    client: str
    deadline_s: float | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """One rpc of the contract."""

    name: str
    path: str
    request: type[Message]
    response: type[Message]
    is_streaming: bool

    def decode(self, data: bytes) -> Message:
        """Return the request of its protobuf bytes.

        Raises:
            RequestError: they are no such message.
        """
        try:
            return self.request.FromString(data)
        except (DecodeError, RecursionError) as error:
            raise RequestError(
                f"the {len(data)} bytes of the request are no {self.request.DESCRIPTOR.full_name}; "
                "check that client and daemon are of the same version."
            ) from error


def _read_table() -> Mapping[str, Method]:
    service = pb.DESCRIPTOR.services_by_name["AssetService"]
    methods = [
        Method(
            name=rpc.name,
            path=f"/{service.full_name}/{rpc.name}",
            request=message_factory.GetMessageClass(rpc.input_type),
            response=message_factory.GetMessageClass(rpc.output_type),
            is_streaming=rpc.server_streaming,
        )
        for rpc in service.methods
    ]
    return MappingProxyType({method.path: method for method in methods})


SERVICE: Final[str] = pb.DESCRIPTOR.services_by_name["AssetService"].full_name
METHODS: Final = _read_table()
"""Every rpc by its path, such as `/assetgen.v1.AssetService/GetJob`."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A method and what runs it: a coroutine function, or an async generator function when it streams."""

    method: Method
    run: Callable[[Any, Call], Any]


def bind(service: object) -> Mapping[str, Bound]:
    """Return what runs each rpc, by path; a service that lacks one is our own mistake and fails here at once."""
    return {path: Bound(method, getattr(service, method.name)) for path, method in METHODS.items()}


def client_name(user_agent: str | None, peer: str) -> str:
    """Return who calls as one short printable line."""
    text = "".join(letter if letter.isprintable() else " " for letter in user_agent or peer)
    return text.strip()[:LONGEST_CLIENT] or peer
