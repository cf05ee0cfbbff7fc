"""What is too large, broken, hostile or slow: it is refused or cut off, and others do not notice."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import statistics
import time
from collections.abc import Awaitable

import pytest

from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.wire.frames import pack
from assetgen.serve.wire.guard import Limits
from assetgen.serve.wire.methods import METHODS, Bound, Call
from assetgen.serve.wire.web_call import Dialect, _send_replies
from tests.serve.wire.echo import (
    CHUNK,
    JSON,
    PLAIN,
    PROTO,
    SERVICE,
    TOKEN,
    Daemon,
    Echo,
    ask,
    error_of,
    framed,
    read_reply,
    run,
    settled,
    streaming,
)

JOB = pb.GetJobRequest(name="jobs/ü")


def test_a_message_of_17_mib_is_too_large_however_it_comes() -> None:
    async def check(daemon: Daemon) -> None:
        big = bytes(17 << 20)
        reply = await ask(daemon, "GetJob", pack(big), content_type=PROTO)
        assert (reply.status, error_of(reply).reason) == (200, "TOO_LARGE")
        assert (await ask(daemon, "GetJob", big)).status == 429
        bomb = gzip.compress(big, 9)
        assert len(bomb) < 20_000
        reply = await ask(
            daemon, "GetJob", pack(bomb, flag=1), content_type=PROTO, headers={"grpc-encoding": "gzip"}
        )
        assert error_of(reply).reason == "TOO_LARGE"
        assert (await ask(daemon, "GetJob", b"{}")).status == 200

    run(check)


def test_a_body_without_a_length_is_cut_off_at_the_limit() -> None:
    async def check(daemon: Daemon) -> None:
        address, port = daemon.http
        reader, writer = await asyncio.open_connection(address, port)
        head = [
            f"POST {SERVICE}/GetJob HTTP/1.1",
            f"Host: {address}:{port}",
            f"Authorization: Bearer {TOKEN}",
        ]
        head += [f"Content-Type: {PROTO}", "Transfer-Encoding: chunked", "", ""]
        writer.write("\r\n".join(head).encode())
        for _ in range(8):
            writer.write(b"1000\r\n" + bytes(4096) + b"\r\n")
        reply = await asyncio.wait_for(read_reply(reader), 5)
        assert error_of(reply).reason == "TOO_LARGE"
        writer.close()

    run(check, limits=Limits(request_bytes=10_000))


def test_compressed_bodies_are_not_unpacked_by_anybody() -> None:
    async def check(daemon: Daemon) -> None:
        bomb = gzip.compress(b'{"name":"' + b"x" * 100_000 + b'"}')
        for encoding in ("gzip", "deflate", "br"):
            reply = await ask(daemon, "GetJob", bomb, headers={"Content-Encoding": encoding})
            assert reply.status == 501
        assert daemon.echo.calls == []

    run(check)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 3),
        (pack(b"\xff\xff\xff"), 3),
        (pack(b"abc")[:-1], 3),
        (framed(JOB) + framed(JOB), 3),
        (pack(JOB.SerializeToString(), flag=1), 12),
        (b"\x80\0\0\0\0", 3),
    ],
)
def test_a_broken_request_is_the_callers_fault(body: bytes, code: int) -> None:
    async def check(daemon: Daemon) -> None:
        reply = await ask(daemon, "GetJob", body, content_type=PROTO)
        assert (reply.status, reply.trailers["grpc-status"]) == (200, str(code))
        reply = await ask(daemon, "Generate", body, content_type=PROTO)
        assert (reply.status, reply.trailers["grpc-status"]) == (200, str(code))

    run(check)


@pytest.mark.parametrize(
    "junk",
    [
        b"\0" * 100 + b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    ],
)
def test_junk_gets_a_refusal_and_the_connection_ends(junk: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def check(daemon: Daemon) -> None:
        reader, writer = await asyncio.open_connection(*daemon.http)
        writer.write(junk)
        answer = await asyncio.wait_for(reader.read(100), 5)
        assert answer.startswith((b"HTTP/1.0 4", b"HTTP/1.1 4")) or answer == b""
        writer.close()
        assert (await ask(daemon, "GetJob", b"{}")).status == 200

    run(check, limits=Limits(head_s=0.5))
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_no_error_text_breaks_a_header_or_is_too_long_for_one() -> None:
    async def check(daemon: Daemon) -> None:
        for letter in ("ü", "漢", "\U0001f600", '"', "\\", "%"):
            text = "a" + letter * 3000
            reply = await ask(daemon, "Fly", json.dumps({"x": 1}).encode(), content_type=JSON)
            assert reply.trailers["grpc-status"] == "12"
            reply = await ask(daemon, "GetJob", pack(json.dumps({text: 1}).encode()), content_type=JSON)
            assert reply.trailers["grpc-status"] == "3"
            assert len(reply.frames[-1][1]) < 8192

    run(check)


def idle_connections(
    daemon: Daemon, count: int
) -> Awaitable[list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]:
    return asyncio.gather(*(asyncio.open_connection(*daemon.http) for _ in range(count)))


@pytest.mark.parametrize("sent", [b"", b"POST / HTTP/1.1\r\nHost: "])
def test_half_open_connections_are_closed_and_others_do_not_notice(sent: bytes) -> None:
    async def check(daemon: Daemon) -> None:
        pairs = await idle_connections(daemon, 50)
        for _, writer in pairs:
            writer.write(sent)
        assert (await ask(daemon, "GetJob", b"{}")).status == 200
        ends = await asyncio.wait_for(asyncio.gather(*(reader.read() for reader, _ in pairs)), 5)
        assert set(ends) == {b""}
        assert daemon.web.connections == 0
        for _, writer in pairs:
            writer.close()

    run(check, limits=Limits(head_s=0.3))


def test_a_second_request_that_never_ends_is_closed_too() -> None:
    async def check(daemon: Daemon) -> None:
        reader, writer = await asyncio.open_connection(*daemon.http)
        request = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{daemon.http[1]}\r\n\r\n".encode()
        writer.write(request)
        assert (await read_reply(reader)).status == 200
        await asyncio.sleep(0.4)
        writer.write(request)
        assert (await read_reply(reader)).status == 200, "a connection between requests was closed"
        writer.write(request[:-4])
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()

    run(check, limits=Limits(head_s=0.3))


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def check(daemon: Daemon) -> None:
        address, port = daemon.http
        reader, writer = await asyncio.open_connection(address, port)
        head = [
            f"POST {SERVICE}/GetJob HTTP/1.1",
            f"Host: {address}:{port}",
            f"Authorization: Bearer {TOKEN}",
        ]
        head += [f"Content-Type: {PLAIN}", "Content-Length: 100", "", ""]
        writer.write("\r\n".join(head).encode() + b"{")
        assert (await asyncio.wait_for(read_reply(reader), 5)).status == 504
        writer.close()

    run(check, limits=Limits(body_s=0.2, head_s=0.2))


def test_when_the_house_is_full_silent_strangers_make_room() -> None:
    async def check(daemon: Daemon) -> None:
        pairs = await idle_connections(daemon, 40)
        assert daemon.web.connections == 8
        assert (await ask(daemon, "GetJob", b"{}")).status == 200
        for _, writer in pairs:
            writer.close()

    run(check, limits=Limits(connections=8))


def test_when_all_are_at_work_newcomers_are_turned_away_and_the_others_stay() -> None:
    async def check(daemon: Daemon) -> None:
        request = framed(pb.WatchJobRequest(name="1"))
        tasks = [asyncio.create_task(ask(daemon, "WatchJob", request, content_type=PROTO)) for _ in range(4)]
        while daemon.web.connections < 4 or len(daemon.web._streams) < 4:
            await asyncio.sleep(0.01)
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await ask(daemon, "GetJob", b"{}")
        assert not any(task.done() for task in tasks)
        await daemon.web.close(grace_s=1)
        await asyncio.gather(*tasks)

    run(check, limits=Limits(connections=4))


def test_whoever_guesses_tokens_slowly_holds_no_place_against_others() -> None:
    async def check(daemon: Daemon) -> None:
        daemon.guard.penalty_s = lambda peer: 60.0  # type: ignore[method-assign]
        guesses = [asyncio.create_task(ask(daemon, "GetJob", b"{}", token="x")) for _ in range(4)]
        while daemon.refused.count("token") < 4:
            await asyncio.sleep(0.01)
        assert (await ask(daemon, "GetJob", b"{}")).status == 200
        done = await asyncio.wait_for(asyncio.gather(*guesses, return_exceptions=True), 5)
        assert all(isinstance(one, Exception) for one in done)

    run(check, limits=Limits(connections=4, head_s=0.5))


@pytest.mark.slow
def test_500_silent_sockets_leave_others_under_50_ms() -> None:
    async def check(daemon: Daemon) -> None:
        pairs = []
        for _ in range(10):
            pairs += await idle_connections(daemon, 50)
        times = []
        for _ in range(100):
            start = time.perf_counter()
            assert (await ask(daemon, "GetJob", b"{}")).status == 200
            times.append(time.perf_counter() - start)
        assert statistics.quantiles(times, n=20)[-1] < 0.05
        assert daemon.web.connections <= 128
        await asyncio.wait_for(asyncio.gather(*(reader.read() for reader, _ in pairs)), 8)
        for _, writer in pairs:
            writer.close()

    run(check)


def test_a_reader_that_stops_costs_less_than_ten_megabytes() -> None:
    async def check(daemon: Daemon) -> None:
        request = pb.DownloadFileRequest(offset=100 << 20)
        async with streaming(daemon, "DownloadFile", request, buffer=64 << 10):
            await settled(daemon)
            # What was taken lies in the kernel's buffers and ours; the rest of the 100 MB was never made.
            assert daemon.echo.sent_bytes < 10 << 20
            assert (await ask(daemon, "GetJob", b"{}")).status == 200

    run(check)


def test_one_byte_at_a_time_is_enough_both_ways() -> None:
    async def check(daemon: Daemon) -> None:
        address, port = daemon.http
        reader, writer = await asyncio.open_connection(address, port)
        body = framed(pb.WatchJobRequest(name="1!"))
        lines = [
            f"POST {SERVICE}/WatchJob HTTP/1.1",
            f"Host: {address}:{port}",
            f"Authorization: Bearer {TOKEN}",
        ]
        lines += [f"Content-Type: {PROTO}", f"Content-Length: {len(body)}", "Connection: close", "", ""]
        for byte in "\r\n".join(lines).encode() + body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)
        received = b""
        while byte := await asyncio.wait_for(reader.read(1), 5):
            received += byte
        assert b"grpc-status: 5" in received
        writer.close()

    run(check)


def test_a_quick_call_is_quick_during_a_bulk_stream() -> None:
    async def check(daemon: Daemon) -> None:
        async with streaming(daemon, "DownloadFile", pb.DownloadFileRequest(offset=1 << 40)) as (reader, _):
            reading = asyncio.create_task(drain(reader))
            for _ in range(10):
                start = time.perf_counter()
                assert (await ask(daemon, "GetJob", b"{}")).status == 200
                assert time.perf_counter() - start < 1.0, "the stream lets nobody have a turn"
            assert daemon.echo.sent_bytes > 10 * CHUNK
            reading.cancel()

    async def drain(reader: asyncio.StreamReader) -> None:
        while await reader.read(1 << 20):
            pass

    run(check)


def test_a_caller_that_asks_before_it_sends_its_body_is_told_to_go_on() -> None:
    async def check(daemon: Daemon) -> None:
        address, port = daemon.http
        reader, writer = await asyncio.open_connection(address, port)
        head = [
            f"POST {SERVICE}/GetJob HTTP/1.1",
            f"Host: {address}:{port}",
            f"Authorization: Bearer {TOKEN}",
        ]
        head += [f"Content-Type: {PLAIN}", "Content-Length: 2", "Expect: 100-continue", "", ""]
        writer.write("\r\n".join(head).encode())
        assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5) == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"{}")
        assert (await read_reply(reader)).status == 200
        writer.close()

    run(check)


def test_a_stream_whose_reader_never_makes_it_wait_gives_others_their_turn() -> None:
    class QuickReader:
        async def write(self, data: bytes) -> None:
            """Take everything at once: nothing here ever waits."""

    async def main() -> None:
        echo, turns = Echo(), []

        async def other() -> None:
            while echo.sent_bytes < 20 * CHUNK:
                turns.append(echo.sent_bytes)
                await asyncio.sleep(0)

        waiting = asyncio.create_task(other())
        method = METHODS[f"{SERVICE}/DownloadFile"]
        request = pb.DownloadFileRequest(offset=20 * CHUNK)
        await _send_replies(
            QuickReader(),  # type: ignore[arg-type]
            Bound(method, echo.DownloadFile),
            request,
            Call("test"),
            dialect=Dialect.PROTO,
        )
        await waiting
        assert len(turns) >= 19

    asyncio.run(main())
