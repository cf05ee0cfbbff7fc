"""A pool of light workers, to tell stories in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from assetgen.errors import AssetGenError
from assetgen.execute.base import Done, Event, Failed, Started
from assetgen.execute.desk import PoolLimits
from assetgen.execute.pool import WorkerPool
from tests.bake.fakes import settings_in
from tests.execute.light import light_main, on_start, task
from tests.execute.test_processes import is_alive

PATIENCE_S = 30.0


class House:
    """A pool of light workers and everything that it told."""

    def __init__(self, folder: Path, *, workers: int, limits: PoolLimits, device: str) -> None:
        self.folder = folder / "models"
        self.folder.mkdir(exist_ok=True)
        self.events: list[Event] = []
        self.pids: set[int] = set()
        self.changes = 0
        self._news = asyncio.Event()
        self.pool = WorkerPool(
            replace(settings_in(folder), device=device),
            workers=workers,
            on_event=self._hear,
            on_change=self._change,
            limits=limits,
            main=light_main,
        )

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self._look()

    def _change(self) -> None:
        self.changes += 1
        self._look()

    def _look(self) -> None:
        self.pids |= {worker.pid for worker in self.pool.status()} - {0}
        self._news.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so; it is looked at whenever the pool tells anything."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    async def began(self, name: str) -> None:
        await self.until(lambda: Started(name) in self.events)

    async def end(self, name: str) -> Done | Failed:
        """Wait until a task has ended and return how; each ends once."""
        await self.until(lambda: bool(self._ends(name)))
        (end,) = self._ends(name)
        return end

    def _ends(self, name: str) -> list[Done | Failed]:
        return [event for event in self.events if isinstance(event, Done | Failed) and event.id == name]

    async def error(self, name: str) -> AssetGenError:
        end = await self.end(name)
        assert isinstance(end, Failed), end
        return end.error

    async def answer(self, name: str) -> dict[str, Any]:
        end = await self.end(name)
        assert isinstance(end, Done), end
        assert isinstance(end.answer, dict)
        return end.answer

    async def do(self, name: str, number: int = 0) -> Done | Failed:
        one = task(name, number)
        self.pool.run(one)
        return await self.end(one.id)

    def states(self) -> list[str]:
        return [worker.state for worker in self.pool.status()]

    @property
    def pid(self) -> int:
        return self.pool.status()[0].pid


def play(
    folder: Path,
    story: Callable[[House], Awaitable[None]],
    *,
    workers: int = 1,
    limits: PoolLimits | None = None,
    starts: tuple[str, ...] = (),
    device: str = "cpu",
) -> House:
    """Run a story in a pool; whatever happens, nobody is left."""

    async def run() -> House:
        house = House(folder, workers=workers, limits=limits or PoolLimits(), device=device)
        on_start(house.folder, *starts)
        await house.pool.start()
        try:
            await story(house)
        finally:
            await house.pool.close(grace_s=0.5)
        return house

    house = asyncio.run(run())
    assert not any(map(is_alive, house.pids))
    assert house.states() == ["resting"] * workers
    return house
