"""A stream that is never silent for long, so that a client without pings can tell a quiet daemon from a dead one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Final, TypeVar

BEAT_S: Final = 15.0

_T = TypeVar("_T")


async def with_heartbeat(
    stream: AsyncIterator[_T], *, every_s: float = BEAT_S
) -> AsyncGenerator[_T | None, None]:
    """Yield what a stream yields, and None whenever it has been silent for `every_s` seconds.

    The stream is closed with this one, however it ends.
    """
    coming: asyncio.Task[_T] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(stream))
            done, _ = await asyncio.wait([coming], timeout=every_s)
            if not done:
                yield None
                continue
            try:
                item = coming.result()
            except StopAsyncIteration:
                return
            coming = None
            yield item
    finally:
        if coming is not None:
            coming.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await coming
        if (close := getattr(stream, "aclose", None)) is not None:
            await close()
