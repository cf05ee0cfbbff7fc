"""The HTTP/1.1 port over real sockets: how calls are spoken, how they end, and everything that is refused."""

from __future__ import annotations

import asyncio
import http.client
import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from connectrpc.client import ConnectClient
from connectrpc.code import Code as ConnectCode
from connectrpc.compat import google_protobuf_binary_codec, google_protobuf_json_codec
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from google.protobuf import json_format
from google.protobuf.message import Message

from assetgen.errors import AlreadyExists
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.wire.frames import pack
from assetgen.serve.wire.methods import METHODS
from tests.serve.wire.echo import (
    JSON,
    PLAIN,
    PROTO,
    SERVICE,
    TOKEN,
    Daemon,
    ask,
    error_of,
    framed,
    run,
    settled,
    streaming,
)

JOB = pb.GetJobRequest(name="jobs/ü")


# How calls are spoken.


@pytest.mark.parametrize(
    "content_type", ["application/grpc-web", PROTO, f"{PROTO}; charset=x", PROTO.upper()]
)
def test_a_call_in_frames_of_protobuf_is_answered_alike(content_type: str) -> None:
    async def check(daemon: Daemon) -> None:
        reply = await ask(daemon, "GetJob", framed(JOB), content_type=content_type)
        assert reply.status == 200
        assert reply.headers["content-type"] == PROTO
        (flag, data), _ = reply.frames
        assert flag == 0
        assert pb.GetJobResponse.FromString(data).job.name == "jobs/ü"
        assert reply.trailers == {"grpc-status": "0"}

    run(check)


def test_a_call_in_frames_of_json_has_the_names_of_proto3() -> None:
    async def check(daemon: Daemon) -> None:
        body = json.dumps({"name": "jobs/ü"}, ensure_ascii=False).encode()
        reply = await ask(daemon, "GetJob", pack(body), content_type=JSON)
        assert json.loads(reply.frames[0][1]) == {
            "job": {"name": "jobs/ü", "state": "JOB_STATE_RUNNING", "fraction": 0.5}
        }
        for name in ("afterSequence", "after_sequence"):
            body = json.dumps({"name": "2!", name: 1}).encode()
            reply = await ask(daemon, "WatchJob", pack(body), content_type=JSON)
            assert [json.loads(data)["event"]["sequence"] for _, data in reply.frames[:-1]] == ["1", "2"]

    run(check)


def test_a_plain_json_call_is_answered_in_plain_json() -> None:
    async def check(daemon: Daemon) -> None:
        reply = await ask(daemon, "ValidatePrompt", b'{"text": "t", "promptFile": "a"}')
        assert (reply.status, reply.headers["content-type"]) == (200, PLAIN)
        assert json.loads(reply.body) == {"reportJson": "t"}
        assert json.loads((await ask(daemon, "ListProjects")).body) == {}
        reply = await ask(daemon, "Generate", b"{}")
        assert reply.status == 501
        assert "grpc-web+json" in json.loads(reply.body)["message"]

    run(check)


def test_the_caller_is_known_by_what_it_says_it_is() -> None:
    async def check(daemon: Daemon) -> None:
        await ask(daemon, "GetJob", b"{}", headers={"User-Agent": "blender/4.5 \x9b31m" + "x" * 200})
        await ask(daemon, "GetJob", b"{}", headers={"grpc-timeout": "1500m"})
        assert daemon.echo.calls[0].client.startswith("blender/4.5")
        assert daemon.echo.calls[0].client.isprintable()
        assert len(daemon.echo.calls[0].client) <= 100
        assert (daemon.echo.calls[1].client, daemon.echo.calls[1].deadline_s) == ("127.0.0.1", 1.5)

    run(check)


def test_a_stream_comes_piece_by_piece_and_ends_with_its_status() -> None:
    async def check(daemon: Daemon) -> None:
        reply = await ask(daemon, "Generate", framed(pb.GenerateRequest()), content_type=PROTO)
        events = [pb.GenerateResponse.FromString(data).event.sequence for _, data in reply.frames[:-1]]
        assert events == [1, 2, 3]
        assert reply.trailers == {"grpc-status": "0"}
        reply = await ask(daemon, "WatchAssets", framed(pb.WatchAssetsRequest()), content_type=PROTO)
        assert [flag for flag, _ in reply.frames] == [0x80]

    run(check)


def test_events_arrive_while_the_stream_goes_on() -> None:
    async def check(daemon: Daemon) -> None:
        async with streaming(daemon, "WatchJob", pb.WatchJobRequest(name="2")) as (reader, _):
            await reader.readuntil(b"\r\n\r\n")
            received = b""
            while received.count(b"\x12\x012") < 2:  # the job's name, twice
                received += await asyncio.wait_for(reader.read(4096), 5)
            assert not daemon.echo.ended.is_set()

    run(check)


# How calls end badly.


def test_an_error_of_a_call_in_frames_is_http_200_and_says_it_in_the_trailers() -> None:
    async def check(daemon: Daemon) -> None:
        for content_type in (PROTO, JSON):
            body = (
                framed(pb.CancelJobRequest(name="QueueFull"))
                if content_type == PROTO
                else pack(b'{"name":"QueueFull"}')
            )
            reply = await ask(daemon, "CancelJob", body, content_type=content_type)
            assert reply.status == 200
            assert [flag for flag, _ in reply.frames] == [0x80]
            assert reply.trailers["grpc-status"] == "8"
            assert unquote(reply.trailers["grpc-message"]) == "wörk is\nwrong; mend it."
            error = error_of(reply)
            assert (error.reason, error.place.line, error.retry_after.ToMilliseconds()) == (
                "QUEUE_FULL",
                3,
                1500,
            )

    run(check)


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("NotFound", 404, "NOT_FOUND"),
        ("SpecError", 400, "INVALID_SPEC"),
        ("AlreadyExists", 409, "ALREADY_EXISTS"),
        ("QueueFull", 429, "QUEUE_FULL"),
        ("Draining", 503, "DRAINING"),
        ("NotAllowed", 403, "NOT_ALLOWED"),
        ("WorkerLost", 500, "WORKER_LOST"),
        ("Cancelled", 499, "CANCELLED"),
    ],
)
def test_an_error_of_a_plain_call_has_the_http_status_of_its_code(
    name: str, status: int, reason: str
) -> None:
    async def check(daemon: Daemon) -> None:
        reply = await ask(daemon, "CancelJob", json.dumps({"name": name}).encode())
        assert reply.status == status
        assert json_format.Parse(reply.body, pb.JobError()).reason == reason

    run(check)


def test_a_fault_of_ours_tells_the_caller_nothing_and_the_log_everything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def check(daemon: Daemon) -> None:
        reply = await ask(daemon, "CancelJob", b'{"name": "x"}')
        assert reply.status == 500
        assert b"secret detail" not in reply.body
        assert json.loads(reply.body)["reason"] == "INTERNAL"

    run(check)
    assert "secret detail of x" in caplog.text


def test_an_error_in_the_middle_of_a_stream_follows_what_was_sent() -> None:
    async def check(daemon: Daemon) -> None:
        reply = await ask(daemon, "WatchJob", framed(pb.WatchJobRequest(name="3!")), content_type=PROTO)
        assert [flag for flag, _ in reply.frames] == [0, 0, 0, 0x80]
        assert error_of(reply).reason == "NOT_FOUND"

    run(check)


def test_a_method_that_nobody_knows_is_unimplemented() -> None:
    async def check(daemon: Daemon) -> None:
        reply = await ask(daemon, "Fly", b"", content_type=PROTO)
        assert (reply.status, reply.trailers["grpc-status"]) == (200, "12")
        assert (await ask(daemon, "Fly", b"{}")).status == 501
        assert (await ask(daemon, "/other.Service/Fly", b"{}")).status == 404

    run(check)


def test_a_deadline_ends_calls_and_streams() -> None:
    async def check(daemon: Daemon) -> None:
        short = {"grpc-timeout": "50m"}
        reply = await ask(daemon, "ListJobs", b"{}", headers=short)
        assert reply.status == 504
        await asyncio.wait_for(daemon.echo.ended.wait(), 5)
        assert daemon.echo.how_it_ended == "cancelled"
        request = framed(pb.WatchJobRequest(name="1"))
        reply = await ask(daemon, "WatchJob", request, content_type=PROTO, headers=short)
        assert [flag for flag, _ in reply.frames] == [0, 0x80]
        assert reply.trailers["grpc-status"] == "4"
        for value in ("1", "m", "1s", "-1S", "1.5S", "123456789S", "\xb2S", ""):
            reply = await ask(daemon, "GetJob", b"{}", headers={"grpc-timeout": value})
            assert reply.status == 400, value

    run(check)


def test_leaving_a_call_or_a_stream_ends_it() -> None:
    async def check(daemon: Daemon) -> None:
        async with streaming(daemon, "WatchJob", pb.WatchJobRequest(name="1")):
            await asyncio.wait_for(daemon.echo.started.wait(), 5)
        await asyncio.wait_for(daemon.echo.ended.wait(), 5)
        assert daemon.echo.how_it_ended == "CancelledError"
        daemon.echo.started.clear()
        daemon.echo.ended.clear()
        async with streaming(daemon, "ListJobs", pb.ListJobsRequest()):
            await asyncio.wait_for(daemon.echo.started.wait(), 5)
        await asyncio.wait_for(daemon.echo.ended.wait(), 5)

    run(check)


def test_leaving_while_a_reply_is_being_sent_closes_the_generator() -> None:
    async def check(daemon: Daemon) -> None:
        async with streaming(daemon, "DownloadFile", pb.DownloadFileRequest(offset=1 << 30)):
            await asyncio.wait_for(daemon.echo.started.wait(), 5)
            await settled(daemon)
        await asyncio.wait_for(daemon.echo.ended.wait(), 5)
        assert daemon.echo.how_it_ended in ("GeneratorExit", "CancelledError")

    run(check)


def test_closing_ends_streams_with_unavailable_and_lets_calls_finish() -> None:
    async def check(daemon: Daemon) -> None:
        request = framed(pb.WatchJobRequest(name="1"))
        watching = asyncio.create_task(ask(daemon, "WatchJob", request, content_type=PROTO))
        await asyncio.wait_for(daemon.echo.started.wait(), 5)
        await daemon.web.close(grace_s=5)
        reply = await watching
        assert [flag for flag, _ in reply.frames] == [0, 0x80]
        assert error_of(reply).reason == "DRAINING"
        with pytest.raises(ConnectionRefusedError):
            await ask(daemon, "GetJob", b"{}")
        assert daemon.web.connections == 0

    run(check)


def test_a_port_that_is_taken_is_named() -> None:
    async def check(daemon: Daemon) -> None:
        other = type(daemon.web)(
            daemon.echo, guard=daemon.guard, health=daemon.health, find_file=lambda sha256: Path()
        )
        with pytest.raises(AlreadyExists, match="--web-port"):
            await other.start(port=daemon.http[1])

    run(check)


# A client that others wrote.


def test_a_foreign_client_speaks_with_the_bridge() -> None:
    def info(name: str) -> MethodInfo[Message, Message]:
        method = METHODS[f"{SERVICE}/{name}"]
        return MethodInfo(
            name=name,
            service_name="assetgen.v1.AssetService",
            input=method.request,
            output=method.response,
            idempotency_level=IdempotencyLevel.UNKNOWN,
            stream_type=StreamType.SERVER_STREAM if method.is_streaming else StreamType.UNARY,
        )

    async def check(daemon: Daemon) -> None:
        headers = {"authorization": f"Bearer {TOKEN}"}
        for codec in (google_protobuf_binary_codec(), google_protobuf_json_codec()):
            async with ConnectClient(
                daemon.web.address, codec=codec, protocol=ProtocolType.GRPC_WEB
            ) as client:
                reply = await client.execute_unary(request=JOB, method=info("GetJob"), headers=headers)
                assert reply.job.name == "jobs/ü"
                stream = client.execute_server_stream(
                    request=pb.GenerateRequest(), method=info("Generate"), headers=headers
                )
                assert [one.event.sequence async for one in stream] == [1, 2, 3]
                with pytest.raises(ConnectError) as caught:
                    await client.execute_unary(request=JOB, method=info("GetJob"))
                assert caught.value.code is ConnectCode.UNAUTHENTICATED
                request = pb.CancelJobRequest(name="QueueFull")
                with pytest.raises(ConnectError) as caught:
                    await client.execute_unary(request=request, method=info("CancelJob"), headers=headers)
                assert caught.value.code is ConnectCode.RESOURCE_EXHAUSTED
                assert caught.value.message == "wörk is\nwrong; mend it."
                stream = client.execute_server_stream(
                    request=pb.WatchJobRequest(name="2!"), method=info("WatchJob"), headers=headers
                )
                with pytest.raises(ConnectError) as caught:
                    assert [one async for one in stream]
                assert caught.value.code is ConnectCode.NOT_FOUND

    run(check)


def test_the_standard_library_keeps_a_connection_through_calls_and_errors() -> None:
    def calls(address: str, port: int) -> list[int]:
        connection = http.client.HTTPConnection(address, port, timeout=5)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": PLAIN}
        found = []
        for name, body in [
            ("GetJob", "{}"),
            ("CancelJob", '{"name": "NotFound"}'),
            ("GetJob", "["),
            ("GetJob", "{}"),
        ]:
            connection.request("POST", f"{SERVICE}/{name}", body, headers)
            sock = connection.sock
            reply = connection.getresponse()
            reply.read()
            found.append(reply.status)
            assert connection.sock is sock, "the connection was closed"
        connection.close()
        return found

    async def check(daemon: Daemon) -> None:
        assert await asyncio.to_thread(calls, *daemon.http) == [200, 404, 400, 200]

    run(check)
