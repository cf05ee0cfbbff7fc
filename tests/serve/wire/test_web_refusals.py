"""What the HTTP/1.1 port refuses before it looks at a call: strangers, foreign names, pages and their types."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.wire.frames import pack
from tests.serve.wire.echo import (
    PLAIN,
    PROTO,
    SERVICE,
    TOKEN,
    Daemon,
    ask,
    framed,
    read_reply,
    run,
)

JOB = pb.GetJobRequest(name="jobs/ü")


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x"])
def test_no_call_without_the_token(token: str | None) -> None:
    async def check(daemon: Daemon) -> None:
        assert (await ask(daemon, "GetJob", b"{}", token=token)).status == 401
        reply = await ask(daemon, "GetJob", framed(JOB), content_type=PROTO, token=token)
        assert (reply.status, reply.trailers["grpc-status"]) == (200, "16")
        reply = await ask(daemon, "/v1/files/" + "0" * 64, method="GET", content_type=None, token=token)
        assert reply.status == 401
        assert (await ask(daemon, "Fly", b"{}", token=token)).status == 401, "strangers learn what exists"
        assert (await ask(daemon, f"{SERVICE}/GetJob?token={TOKEN}", b"{}", token=token)).status in (401, 404)
        assert daemon.echo.calls == []
        assert daemon.refused.count("token") >= 4

    run(check)


def test_health_alone_is_open() -> None:
    async def check(daemon: Daemon) -> None:
        path = "/grpc.health.v1.Health/Check"
        assert json.loads((await ask(daemon, path, b"{}", token=None)).body) == {"status": "SERVING"}
        reply = await ask(daemon, path, pack(b""), content_type=PROTO, token=None)
        assert (reply.frames[0][1], reply.trailers["grpc-status"]) == (b"\x08\x01", "0")
        assert (await ask(daemon, path, b'{"service": "x"}', token=None)).status == 404
        reply = await ask(daemon, "/healthz", method="GET", content_type=None, token=None)
        assert (reply.status, reply.body) == (200, b"SERVING\n")
        await daemon.health.enter_graceful_shutdown()
        reply = await ask(daemon, "/healthz", method="GET", content_type=None, token=None)
        assert (reply.status, reply.body) == (503, b"NOT_SERVING\n")

    run(check)


OPEN = [("/healthz", "GET", None), ("/grpc.health.v1.Health/Check", "POST", PLAIN), ("GetJob", "POST", PLAIN)]
OPEN += [
    ("GetJob", "POST", PROTO),
    ("/v1/files/" + "0" * 64, "GET", None),
    ("/", "GET", None),
    ("GetJob", "OPTIONS", None),
]


@pytest.mark.parametrize(("path", "method", "content_type"), OPEN)
def test_a_foreign_name_or_page_gets_403_everywhere(path: str, method: str, content_type: str | None) -> None:
    async def check(daemon: Daemon) -> None:
        port = daemon.http[1]
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}", ""):
            reply = await ask(daemon, path, b"{}", method=method, content_type=content_type, host=host)
            assert reply.status == 403, host
        for origin in ("null", "https://evil.example", f"http://127.0.0.1:{port}"):
            headers = {"Origin": origin}
            reply = await ask(daemon, path, b"{}", method=method, content_type=content_type, headers=headers)
            assert reply.status == 403, origin
        assert daemon.echo.calls == []

    run(check)


def test_two_hosts_or_none_are_refused() -> None:
    async def check(daemon: Daemon) -> None:
        address, port = daemon.http
        for hosts in ("", f"Host: {address}:{port}\r\nHost: evil\r\n"):
            reader, writer = await asyncio.open_connection(address, port)
            writer.write(f"GET /healthz HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n".encode())
            assert (await read_reply(reader)).status in (400, 403)
            writer.close()

    run(check)


def test_a_page_that_was_allowed_passes_and_still_gets_no_cors() -> None:
    async def check(daemon: Daemon) -> None:
        headers = {"Origin": "http://127.0.0.1:3000"}
        reply = await ask(daemon, "GetJob", b"{}", headers=headers)
        assert reply.status == 200
        assert not any(name.startswith("access-control") for name in reply.headers)
        headers |= {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        }
        reply = await ask(daemon, "GetJob", method="OPTIONS", content_type=None, headers=headers)
        assert reply.status == 405
        assert not any(name.startswith("access-control") for name in reply.headers)

    run(check, origins=["http://127.0.0.1:3000"])


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/grpc",
        "application/grpc-web-text",
        "application/connect+json",
        "application/jsonp",
        "",
    ],
)
def test_content_types_that_a_page_sends_unasked_get_415(content_type: str | None) -> None:
    async def check(daemon: Daemon) -> None:
        assert (await ask(daemon, "GetJob", b"{}", content_type=content_type)).status == 415
        assert daemon.echo.calls == []

    run(check)


def test_calls_are_made_by_post() -> None:
    async def check(daemon: Daemon) -> None:
        for method in ("GET", "PUT", "HEAD", "DELETE"):
            assert (await ask(daemon, "GetJob", b"{}", method=method)).status == 405

    run(check)


def test_the_token_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def check(daemon: Daemon) -> None:
        await ask(daemon, "GetJob", b"{}")
        await ask(daemon, "GetJob", b"{}", token=TOKEN + "x")
        await ask(daemon, "CancelJob", b'{"name": "x"}')
        await ask(daemon, "GetJob", b"{}", headers={"X": f"Bearer {TOKEN}\0"})

    run(check)
    assert TOKEN not in caplog.text


def test_wrong_tokens_are_answered_ever_more_slowly_and_right_ones_at_once() -> None:
    async def check(daemon: Daemon) -> None:
        delays: list[float] = []
        penalty = daemon.guard.penalty_s

        def watched(peer: str) -> float:
            delays.append(penalty(peer))
            return 0.001 * delays[-1]

        daemon.guard.penalty_s = watched  # type: ignore[method-assign]
        for _ in range(9):
            assert (await ask(daemon, "GetJob", b"{}", token="x")).status == 401
        assert delays[0] == 0.0
        assert delays[-1] > delays[-2] > 0.0
        assert (await ask(daemon, "GetJob", b"{}")).status == 200
        assert len(delays) == 9

    run(check)
