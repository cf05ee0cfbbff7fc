"""A stream that is never silent for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from assetgen.serve.heartbeat import with_heartbeat


def test_what_a_stream_yields_comes_through_and_it_ends_with_it() -> None:
    async def stream() -> AsyncIterator[int]:
        yield 1
        yield 2

    async def collect() -> list[int | None]:
        return [item async for item in with_heartbeat(stream(), every_s=60.0)]

    assert asyncio.run(collect()) == [1, 2]


def test_silence_is_filled_and_nothing_is_lost_in_it() -> None:
    async def run() -> list[int | None]:
        gate = asyncio.Event()

        async def stream() -> AsyncIterator[int]:
            await gate.wait()
            yield 7

        found: list[int | None] = []
        async for item in with_heartbeat(stream(), every_s=0.001):
            found.append(item)
            if found.count(None) == 3:
                gate.set()
        return found

    found = asyncio.run(run())
    assert found[:3] == [None, None, None]
    assert found[-1] == 7
    assert found.count(7) == 1


def test_leaving_closes_the_stream_behind_it() -> None:
    closed = []

    async def stream() -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    async def leave() -> None:
        beating = with_heartbeat(stream(), every_s=0.001)
        assert await anext(beating) == 1
        assert await anext(beating) is None
        await beating.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave())
    assert closed == [True]


def test_an_error_of_the_stream_comes_through() -> None:
    async def stream() -> AsyncIterator[int]:
        raise LookupError("gone")
        yield 1

    async def collect() -> None:
        async for _ in with_heartbeat(stream(), every_s=60.0):
            pass

    with pytest.raises(LookupError, match="gone"):
        asyncio.run(collect())
