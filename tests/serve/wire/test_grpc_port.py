"""The gRPC port over real sockets: calls, errors, the token, what is hostile, and how it ends."""

from __future__ import annotations

import asyncio
import http.client
import logging
import os
import ssl
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from assetgen.errors import AlreadyExists, SpecError
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.wire.grpc_port import GrpcPort, options
from assetgen.serve.wire.guard import Guard, Limits, Tls
from tests.serve.wire.echo import BEARER, SERVICE, TOKEN, Daemon, call, run, settled, stream

JOB = pb.GetJobRequest(name="jobs/ü")


def error_of(error: grpc.aio.AioRpcError) -> pb.JobError:
    values = dict(error.trailing_metadata())
    return json_format.Parse(values["assetgen-error-json"], pb.JobError())


async def raw(channel: grpc.aio.Channel, name: str, data: bytes, **rest: Any) -> bytes:
    """Make a unary call with bytes of one's own."""
    path = name if name.startswith("/") else f"{SERVICE}/{name}"
    return await channel.unary_unary(path)(data, **{"metadata": BEARER, "timeout": 10, **rest})


async def refusal(awaitable: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await awaitable
    return caught.value


def test_calls_and_streams_are_answered() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            assert (await call(channel, "GetJob", JOB)).job.name == "jobs/ü"
            events = [one.event.sequence async for one in stream(channel, "Generate", pb.GenerateRequest())]
            assert events == [1, 2, 3]
            assert [one async for one in stream(channel, "WatchAssets", pb.WatchAssetsRequest())] == []
        (seen,) = daemon.echo.calls
        assert "grpc" in seen.client
        assert seen.deadline_s is not None
        assert 0 < seen.deadline_s < 11

    run(check)


def test_an_error_has_code_message_and_trailer() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            error = await refusal(call(channel, "CancelJob", pb.CancelJobRequest(name="QueueFull")))
            assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert error.details() == "wörk is\nwrong; mend it."
            detail = error_of(error)
            assert (detail.reason, detail.place.line, detail.retry_after.ToMilliseconds()) == (
                "QUEUE_FULL",
                3,
                1500,
            )
            watching = stream(channel, "WatchJob", pb.WatchJobRequest(name="2!"))
            assert [(await watching.read()).event.sequence for _ in range(2)] == [1, 2]
            assert error_of(await refusal(watching.read())).reason == "NOT_FOUND"

    run(check)


def test_a_fault_of_ours_tells_the_caller_nothing_and_the_log_everything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            error = await refusal(call(channel, "CancelJob", pb.CancelJobRequest(name="x")))
            assert error.code() is grpc.StatusCode.INTERNAL
            assert "secret detail" not in f"{error.details()} {error.trailing_metadata()}"

    run(check)
    assert "secret detail of x" in caplog.text


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\xff", b"\x0a\x02\xff\xfe", b"\x0b" * 50_000])
@pytest.mark.parametrize("name", ["GetJob", "WatchJob"])
def test_bytes_that_are_no_message_are_the_callers_fault(data: bytes, name: str) -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            if name == "GetJob":
                error = await refusal(raw(channel, name, data))
            else:
                watching = channel.unary_stream(f"{SERVICE}/{name}")(data, metadata=BEARER)
                error = await refusal(watching.read())
            assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
            assert error_of(error).reason == "INVALID_REQUEST"
            assert (await call(channel, "GetJob", JOB)).job.name == "jobs/ü"

    run(check)


def test_a_message_of_17_mib_is_refused_before_anybody_sees_it() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel(("grpc.max_send_message_length", -1)) as channel:
            error = await refusal(raw(channel, "GetJob", bytes(17 << 20)))
            assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert daemon.echo.calls == []
            assert (await call(channel, "GetJob", JOB)).job.name == "jobs/ü"

    run(check)


def test_compressed_requests_are_never_unpacked() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel(compression=grpc.Compression.Gzip) as channel:
            bomb = pb.GetJobRequest(name="x" * (10 << 20))
            error = await refusal(call(channel, "GetJob", bomb))
            assert error.code() is grpc.StatusCode.UNIMPLEMENTED
            assert daemon.echo.calls == []

    run(check)


def test_answers_are_not_compressed_either() -> None:
    assert ("grpc.compression_enabled_algorithms_bitset", 1) in options(Limits())


@pytest.mark.parametrize(
    "metadata",
    [
        (),
        (("authorization", ""),),
        (("authorization", TOKEN),),
        (("authorization", f"Bearer {TOKEN}x"),),
        (*BEARER, *BEARER),
        (("token", TOKEN),),
        (("authorization-bin", f"Bearer {TOKEN}".encode()),),
    ],
)
def test_no_call_without_the_token(metadata: tuple[Any, ...]) -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            for name in ("GetJob", "Fly", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"):
                error = await refusal(raw(channel, name, b"", metadata=metadata))
                assert error.code() is grpc.StatusCode.UNAUTHENTICATED, name
                assert error_of(error).reason == "UNAUTHENTICATED"
            watching = channel.unary_stream(f"{SERVICE}/WatchJob")(b"", metadata=metadata)
            assert (await refusal(watching.read())).code() is grpc.StatusCode.UNAUTHENTICATED
        assert daemon.echo.calls == []
        assert daemon.refused == ["token"] * 4

    run(check, reflection=True)


def test_a_page_gets_nothing_even_with_the_token() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            for origin in ("null", "https://evil.example"):
                error = await refusal(raw(channel, "GetJob", b"", metadata=(*BEARER, ("origin", origin))))
                assert error.code() is grpc.StatusCode.PERMISSION_DENIED
            allowed = (*BEARER, ("origin", "http://127.0.0.1:3000"))
            await raw(channel, "GetJob", b"", metadata=allowed)

    run(check, origins=["http://127.0.0.1:3000"])


def test_wrong_tokens_are_answered_ever_more_slowly() -> None:
    async def check(daemon: Daemon) -> None:
        peers: list[str] = []
        daemon.guard.penalty_s = lambda peer: peers.append(peer) or 0.0  # type: ignore[method-assign,func-returns-value]
        for _ in range(2):
            async with daemon.channel(("grpc.use_local_subchannel_pool", 1)) as channel:
                await refusal(call(channel, "GetJob", JOB, token=False))
        assert peers == ["ipv4:127.0.0.1"] * 2, "a new port is not a new peer"

    run(check)


def test_the_token_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            await call(channel, "GetJob", JOB)
            await refusal(call(channel, "CancelJob", pb.CancelJobRequest(name="x")))
            await refusal(raw(channel, "GetJob", b"", metadata=(("authorization", TOKEN),)))

    run(check)
    assert TOKEN not in caplog.text


def test_health_is_open_and_follows_the_daemon() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            request = health_pb2.HealthCheckRequest()
            assert (await stub.Check(request, timeout=5)).status == health_pb2.HealthCheckResponse.SERVING
            await daemon.health.set("", health_pb2.HealthCheckResponse.NOT_SERVING)
            assert (await stub.Check(request, timeout=5)).status == health_pb2.HealthCheckResponse.NOT_SERVING

    run(check)


@pytest.mark.parametrize("with_reflection", [False, True])
def test_the_contract_is_told_by_flag_only(with_reflection: bool) -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            stub = reflection_pb2_grpc.ServerReflectionStub(channel)
            asked = stub.ServerReflectionInfo(metadata=BEARER)
            try:
                await asked.write(reflection_pb2.ServerReflectionRequest(list_services=""))
                reply = await asked.read()
            except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
                assert await asked.code() is grpc.StatusCode.UNIMPLEMENTED
                assert not with_reflection
                return
            assert with_reflection
            assert "assetgen.v1.AssetService" in [one.name for one in reply.list_services_response.service]
            asked.cancel()

    run(check, reflection=with_reflection)


def test_leaving_a_call_or_a_stream_ends_it() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            watching = stream(channel, "WatchJob", pb.WatchJobRequest(name="1"))
            await watching.read()
            watching.cancel()
            await asyncio.wait_for(daemon.echo.ended.wait(), 5)
            assert daemon.echo.how_it_ended in ("GeneratorExit", "CancelledError")
            daemon.echo.started.clear()
            daemon.echo.ended.clear()
            calling = asyncio.create_task(call(channel, "ListJobs", pb.ListJobsRequest()))
            await asyncio.wait_for(daemon.echo.started.wait(), 5)
            calling.cancel()
            await asyncio.wait_for(daemon.echo.ended.wait(), 5)

    run(check)


def test_leaving_while_a_reply_is_being_sent_closes_the_generator() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            loading = stream(channel, "DownloadFile", pb.DownloadFileRequest(offset=1 << 40))
            await loading.read()
            await settled(daemon)
            loading.cancel()
            await asyncio.wait_for(daemon.echo.ended.wait(), 5)
            assert daemon.echo.how_it_ended in ("GeneratorExit", "CancelledError")

    run(check)


def test_a_deadline_ends_a_call() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            error = await refusal(raw(channel, "ListJobs", b"", timeout=0.1))
            assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
            await asyncio.wait_for(daemon.echo.ended.wait(), 5)

    run(check)


def test_a_reader_that_stops_costs_less_than_ten_megabytes() -> None:
    # A reader widens its window by how long answers take, so on a busy machine it takes in more of its own accord.
    steady = ("grpc.http2.bdp_probe", 0)

    async def check(daemon: Daemon) -> None:
        async with daemon.channel(steady) as channel:
            loading = stream(channel, "DownloadFile", pb.DownloadFileRequest(offset=100 << 20))
            await loading.read()
            await settled(daemon)
            # What was taken lies in buffers; the rest of the 100 MB was never made.
            assert daemon.echo.sent_bytes < 10 << 20
            loading.cancel()

    run(check)


def test_closing_ends_streams_with_unavailable() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            watching = stream(channel, "WatchJob", pb.WatchJobRequest(name="1"))
            await watching.read()
            start = time.monotonic()
            closing = asyncio.create_task(daemon.grpc.close(grace_s=5))
            error = await refusal(watching.read())
            assert error.code() is grpc.StatusCode.UNAVAILABLE
            assert error_of(error).reason == "DRAINING"
            await closing
            assert time.monotonic() - start < 4, "a stream was waited for"

    run(check)


def test_a_second_daemon_cannot_share_the_port() -> None:
    async def check(daemon: Daemon) -> None:
        other = GrpcPort(daemon.echo, guard=daemon.guard, health=daemon.health)
        with pytest.raises(AlreadyExists, match="--port"):
            await other.start(port=int(daemon.grpc.address.rpartition(":")[2]))

    run(check)


def test_http_1_gets_no_call_through() -> None:
    async def check(daemon: Daemon) -> None:
        host, _, port = daemon.grpc.address.partition(":")
        for content_type in ("application/grpc", "application/json"):
            reader, writer = await asyncio.open_connection(host, int(port))
            head = [
                f"POST {SERVICE}/GetJob HTTP/1.1",
                f"Host: {host}:{port}",
                f"Authorization: Bearer {TOKEN}",
            ]
            head += [f"Content-Type: {content_type}", "Content-Length: 5", "Connection: close", "", ""]
            writer.write("\r\n".join(head).encode() + bytes(5))
            answer = await asyncio.wait_for(reader.read(), 10)
            assert not answer.startswith(b"HTTP/1.1 2")
            writer.close()
        assert daemon.echo.calls == []

    run(check)


def connect(daemon: Daemon, count: int) -> Any:
    host, _, port = daemon.grpc.address.partition(":")
    return asyncio.gather(*(asyncio.open_connection(host, int(port)) for _ in range(count)))


def test_half_open_connections_are_closed_and_others_do_not_notice() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            await call(channel, "GetJob", JOB)
            pairs = await connect(daemon, 50)
            assert (await call(channel, "GetJob", JOB)).job.name == "jobs/ü"
            ends = asyncio.gather(*(reader.read() for reader, _ in pairs), return_exceptions=True)
            await asyncio.wait_for(ends, 5)
            for _, writer in pairs:
                writer.close()

    run(check, limits=Limits(head_s=0.5))


@pytest.mark.slow
def test_500_silent_sockets_leave_others_under_50_ms() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            await call(channel, "GetJob", JOB)
            pairs = []
            for _ in range(10):
                pairs += await connect(daemon, 50)
            times = []
            for _ in range(200):
                start = time.perf_counter()
                await call(channel, "GetJob", JOB)
                times.append(time.perf_counter() - start)
            assert statistics.quantiles(times, n=20)[-1] < 0.05
            ends = asyncio.gather(*(reader.read() for reader, _ in pairs), return_exceptions=True)
            await asyncio.wait_for(ends, 8)
            for _, writer in pairs:
                writer.close()
            # Newcomers are let in again once the silent ones are gone.
            async with daemon.channel(("grpc.use_local_subchannel_pool", 1)) as other:
                await call(other, "GetJob", JOB)

    run(check)


def test_connections_and_streams_are_limited() -> None:
    async def check(daemon: Daemon) -> None:
        async with daemon.channel() as channel:
            watching = [stream(channel, "WatchJob", pb.WatchJobRequest(name="1")) for _ in range(2)]
            await asyncio.gather(*(one.read() for one in watching))
            third = asyncio.create_task(stream(channel, "WatchJob", pb.WatchJobRequest(name="1")).read())
            done, _ = await asyncio.wait([third], timeout=0.2)
            assert not done, "a third stream was let in beside two"
            watching[0].cancel()
            await asyncio.wait_for(third, 5)
            pairs = await connect(daemon, 6)
            closed = [asyncio.create_task(reader.read()) for reader, _ in pairs]
            await asyncio.wait(closed, timeout=2, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0.1)
            assert sum(one.done() for one in closed) >= 3
            for one in closed:
                one.cancel()
            for _, writer in pairs:
                writer.close()

    run(check, limits=Limits(streams=2, connections=4))


def test_the_unix_socket_lies_where_only_its_user_may_go_and_wants_the_token_too() -> None:
    async def check(daemon: Daemon) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "run" / "grpc.sock"
            path.parent.mkdir(mode=0o777)
            port = GrpcPort(daemon.echo, guard=daemon.guard, health=daemon.health)
            if os.name == "nt":
                with pytest.raises(SpecError, match="Windows"):
                    await port.start(unix=path)
                return
            await port.start(unix=path)
            assert path.parent.stat().st_mode & 0o777 == 0o700
            async with grpc.aio.insecure_channel(f"unix:{path}") as channel:
                assert (await call(channel, "GetJob", JOB)).job.name == "jobs/ü"
                error = await refusal(call(channel, "GetJob", JOB, token=False))
                assert error.code() is grpc.StatusCode.UNAUTHENTICATED
            await port.close(grace_s=0.1)
            assert not path.exists()
            with pytest.raises(SpecError, match="shorter path"):
                await port.start(unix=Path(folder) / ("x" * 120))

    run(check)


TLS = Tls(Path(__file__).parent / "tls" / "cert.pem", Path(__file__).parent / "tls" / "key.pem")
"""For localhost and 127.0.0.1, until 2126; its key is as public as this file."""


def test_with_a_certificate_both_ports_speak_tls_only() -> None:
    def ask_securely(port: int) -> tuple[int, bytes]:
        context = ssl.create_default_context(cafile=str(TLS.cert))
        connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=5)
        connection.request("GET", "/healthz")
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        return reply.status, body

    async def check(daemon: Daemon) -> None:
        port = GrpcPort(daemon.echo, guard=daemon.guard, health=daemon.health)
        web = type(daemon.web)(
            daemon.echo, guard=Guard(TOKEN), health=daemon.health, find_file=lambda sha256: Path()
        )
        await asyncio.gather(port.start(tls=TLS), web.start(tls=TLS))
        number = port.address.rpartition(":")[2]
        credentials = grpc.ssl_channel_credentials(TLS.cert.read_bytes())
        async with grpc.aio.secure_channel(f"localhost:{number}", credentials) as channel:
            assert (await call(channel, "GetJob", JOB)).job.name == "jobs/ü"
        async with grpc.aio.insecure_channel(port.address) as channel:
            error = await refusal(call(channel, "GetJob", JOB))
            assert error.code() is grpc.StatusCode.UNAVAILABLE
        assert web.address.startswith("https://")
        secure = int(web.address.rpartition(":")[2])
        assert await asyncio.to_thread(ask_securely, secure) == (200, b"SERVING\n")
        await asyncio.gather(port.close(grace_s=0.1), web.close(grace_s=0.1))

    run(check)
