"""The daemon's workers: each fault costs the task it happened in, a cancel meets the task it was meant for, and
everything that was given ends once.

The workers import no torch; see `light.py`.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assetgen.errors import (
    AssetGenError,
    BackendUnavailable,
    Cancelled,
    FormatError,
    GenerationError,
    WorkerLost,
)
from assetgen.execute import pool as pools
from assetgen.execute.base import Done, Failed, Preview, Progress, Started, Task
from assetgen.execute.desk import PoolLimits, patience_s
from assetgen.execute.pool import WorkerPool
from assetgen.project.order import BuildOrder
from tests.bake.fakes import settings_in
from tests.bake.projects import Game
from tests.execute.house import PATIENCE_S, House, play
from tests.execute.light import go, task
from tests.project.folders import material

posix = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signals here")


def lost(error: AssetGenError, *, is_own: bool) -> str:
    """Check that an error is a lost worker's, and return its words."""
    assert isinstance(error, WorkerLost), error
    assert error.is_own is is_own, error
    return error.message


def test_a_task_is_done_and_its_worker_does_the_next(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        first, second = task("ok", 1), task("ok", 2)
        assert (house.pool.size, house.pool.free) == (1, 1)
        house.pool.run(first)
        assert house.pool.free == 0
        one = await house.answer("ok1")
        house.pool.run(second)
        two = await house.answer("ok2")
        assert one["pid"] == two["pid"] == house.pid
        assert (house.pool.free, house.states(), house.pool.is_well) == (1, ["idle"], True)
        assert house.pool.status()[0].device == "light"

    house = play(tmp_path, story)
    assert house.events[:2] == [Started("ok1"), Progress("ok1", 0, 1, "light")]


def test_an_error_of_a_task_is_no_worker_lost(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.pool.run(task("fail"))
        error = await house.error("fail")
        assert isinstance(error, FormatError)
        assert house.pool.status()[0].restarts == 0

    play(tmp_path, story)


@posix
@pytest.mark.parametrize(
    ("name", "is_own", "words"),
    [
        ("fault", True, "signal 11 (SIGSEGV)"),
        ("exit", True, "exit code 7"),
        ("memory", True, "exit code 1"),
        ("die", False, "signal 9 (SIGKILL)"),  # as the kernel does when memory runs out
    ],
)
def test_a_fault_costs_one_task_and_the_next_is_done(
    tmp_path: Path, name: str, is_own: bool, words: str
) -> None:
    async def story(house: House) -> None:
        before = await house.do("ok", 1)
        house.pool.run(task(name))
        house.pool.run(task("ok", 2))
        assert words in lost(await house.error(name), is_own=is_own)
        after = await house.answer("ok2")
        assert isinstance(before, Done)
        assert before.answer["pid"] != after["pid"]  # type: ignore[index]
        assert house.pool.status()[0].restarts == 1
        assert house.pool.is_well

    play(tmp_path, story)


@posix
@pytest.mark.parametrize("name", ["hang", "native"])
def test_a_worker_that_hangs_is_ended_and_to_blame(tmp_path: Path, name: str) -> None:
    if name == "native" and sys.platform != "linux":
        name = "hang"

    async def story(house: House) -> None:
        house.pool.run(task(name))
        house.pool.run(task("ok"))
        assert "did nothing for 0.3 s" in lost(await house.error(name), is_own=True)
        await house.answer("ok")

    play(tmp_path, story, limits=PoolLimits(hang_s=0.3))


def test_larger_assets_may_be_silent_for_longer(tmp_path: Path) -> None:
    game = Game(tmp_path, {"s.prompt.toml": material(), "l.prompt.toml": material("size = 4096")})
    plans = game.plan()
    assert patience_s(task("ok"), 60.0) == 60.0
    assert patience_s(Task("1", BuildOrder(plan=plans["s"])), 60.0) == 60.0
    assert patience_s(Task("1", BuildOrder(plan=plans["l"])), 60.0) == 16 * 60.0


@posix
def test_a_worker_killed_while_idle_costs_nothing_and_is_replaced(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.do("ok", 1)
        os.kill(house.pid, signal.SIGKILL)
        house.pool.run(task("ok", 2))  # whether its end is known already or not
        await house.answer("ok2")
        assert house.pool.status()[0].restarts == 1

    play(tmp_path, story)


def test_a_broken_device_costs_its_task_and_its_worker_but_not_the_next_task(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.pool.run(task("break"))
        house.pool.run(task("ok"))
        assert type(await house.error("break")) is GenerationError
        assert (await house.answer("ok"))["seen"] == ("ok",)
        assert house.pool.status()[0].restarts == 1

    play(tmp_path, story)


def test_a_cancel_reaches_the_task_at_once(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        seconds = []
        for number in range(1, 6):
            house.pool.run(task("wait", number))
            await house.began(f"wait{number}")
            asked = time.monotonic()
            house.pool.cancel(f"wait{number}")
            assert isinstance(await house.error(f"wait{number}"), Cancelled)
            seconds.append(time.monotonic() - asked)
        assert min(seconds) < 0.05

    play(tmp_path, story)


def test_a_cancel_never_meets_the_next_task(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        for number in range(1, 30):
            house.pool.run(task("ok", number))
            house.pool.run(task("ok", 100 + number))
            if number % 2:
                await house.end(f"ok{number}")
            house.pool.cancel(f"ok{number}")  # at some moment before, during or after it
            answer = await house.answer(f"ok{100 + number}")
            assert not answer["is_cancelled"]
        assert house.pool.status()[0].restarts == 0

    play(tmp_path, story)


def test_a_late_cancel_and_one_of_nobody_do_nothing(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.do("ok", 1)
        house.pool.cancel("ok1")
        house.pool.cancel("nobody")
        assert not (await house.do("ok", 2)).answer["is_cancelled"]  # type: ignore[union-attr, index]

    play(tmp_path, story)


def test_a_task_that_does_not_stop_is_ended_after_a_grace(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.pool.run(task("hang"))
        await house.began("hang")
        house.pool.cancel("hang")
        house.pool.cancel("hang")
        assert isinstance(await house.error("hang"), Cancelled)
        await house.do("ok")

    play(tmp_path, story, limits=PoolLimits(grace_s=0.1))


def test_a_task_cancelled_while_its_worker_starts_never_begins(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.pool.run(task("ok", 1))
        house.pool.run(task("ok", 2))
        house.pool.cancel("ok1")
        assert house.events == []  # nothing is told in the middle of a call
        assert isinstance(await house.error("ok1"), Cancelled)
        go(house.folder)
        assert (await house.answer("ok2"))["seen"] == ("ok",)

    house = play(tmp_path, story, starts=("wait",))
    assert Started("ok1") not in house.events


def test_a_task_survives_workers_that_die_while_they_start(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.pool.run(task("ok"))
        await house.answer("ok")
        assert house.pool.status()[0].restarts == 2
        assert house.pool.is_well

    play(tmp_path, story, starts=("die", "fault"))


def test_workers_that_cannot_start_are_told_and_tried_again(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.pool.run(task("ok", 1))
        lost(await house.error("ok1"), is_own=False)
        assert (house.pool.is_well, house.pool.free) == (False, 0)
        house.pool.run(task("ok", 2))
        lost(await house.error("ok2"), is_own=False)
        await house.until(lambda: house.pool.is_well)
        assert house.pool.free == 1
        await house.do("ok", 3)

    limits = PoolLimits(backoff_s=0.01, longest_backoff_s=0.1)
    began = time.monotonic()
    play(tmp_path, story, starts=("fault",) * 4, limits=limits)
    assert time.monotonic() - began > 0.01 + 0.02 + 0.04 + 0.08


def test_a_worker_that_never_gets_ready_is_ended(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.pool.run(task("ok"))
        await house.answer("ok")
        assert house.pool.status()[0].restarts >= 1  # on a busy machine others may take too long as well

    play(tmp_path, story, starts=("hang",), limits=PoolLimits(load_s=2.0, failed_starts=100))


def test_a_worker_without_its_device_refuses_with_advice(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.pool.run(task("ok"))
        assert isinstance(await house.error("ok"), BackendUnavailable)
        assert not house.pool.is_well
        assert house.pool.free == 1  # others get the same advice, which waiting would not give them

    play(tmp_path, story, starts=("refuse",))


def test_workers_are_hired_on_demand_and_rest_but_one(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.do("ok")
        assert sorted(house.states()) == ["idle", "resting"]
        house.pool.run(task("wait", 1))
        house.pool.run(task("wait", 2))
        await house.began("wait1")
        await house.began("wait2")
        assert house.states() == ["busy", "busy"]
        for name in ("wait1", "wait2"):
            house.pool.cancel(name)
            await house.error(name)
        await house.until(lambda: sorted(house.states()) == ["idle", "resting"])
        await house.until(lambda: sum(worker.pid != 0 for worker in house.pool.status()) == 1)
        assert house.pool.free == 2
        assert sum(worker.restarts for worker in house.pool.status()) == 0

    play(tmp_path, story, workers=2, limits=PoolLimits(rest_s=0.05))


def test_closing_gives_tasks_back_without_guilt_and_takes_no_more(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        for name in ("wait", "hang", "ok"):
            house.pool.run(task(name))
        await house.began("wait")
        await house.began("hang")
        await house.pool.close(grace_s=0.2)
        for name in ("wait", "hang", "ok"):
            lost(await house.error(name), is_own=False)
        house.pool.run(task("ok", 2))
        lost(await house.error("ok2"), is_own=False)
        assert house.pool.free == 0

    play(tmp_path, story, workers=2)


def test_closing_while_a_worker_starts_does_not_wait_for_it(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        began = time.monotonic()
        await house.pool.close(grace_s=60.0)
        assert time.monotonic() - began < 10.0

    play(tmp_path, story, starts=("hang",))


def ends_of_a_storm(folder: Path, *, tasks: int, seed: int) -> dict[str, Done | Failed]:
    """Give tasks of all sorts to two workers, kill workers at random, cancel at random; return how each ended."""
    dice = random.Random(seed)
    names = ["ok"] * 6 + ["fail", "exit", "fault", "die", "break", "hang", "wait"]
    given = [task(dice.choice(names), number) for number in range(1, tasks + 1)]

    async def story(house: House) -> None:
        left = list(given)

        def ended() -> int:
            return sum(isinstance(event, Done | Failed) for event in house.events)

        async with asyncio.timeout(8 * PATIENCE_S):
            while ended() < len(given):
                while left and house.pool.free:
                    house.pool.run(left.pop(0))
                seen = len(house.events) + house.changes
                await house.until(lambda seen=seen: len(house.events) + house.changes > seen)
                meddle(house)

    def meddle(house: House) -> None:
        running = [event.id for event in house.events if isinstance(event, Started)]
        for name in running[-2:]:
            if name.startswith("wait") or dice.random() < 0.1:
                house.pool.cancel(name)
        for worker in house.pool.status():
            if worker.pid and dice.random() < 0.08:
                with suppress(ProcessLookupError):  # its end is not known yet
                    os.kill(worker.pid, dice.choice([signal.SIGKILL, signal.SIGSEGV]))

    limits = PoolLimits(hang_s=0.5, grace_s=0.2, backoff_s=0.01, failed_starts=1000)
    house = play(folder, story, workers=2, limits=limits, starts=("die", "fault"))
    ends = [event for event in house.events if isinstance(event, Done | Failed)]
    assert sorted(end.id for end in ends) == sorted(one.id for one in given)
    return {end.id: end for end in ends}


def check_storm(ends: dict[str, Done | Failed]) -> None:
    for name, end in ends.items():
        if name.startswith(("exit", "fault", "die", "hang", "wait", "fail", "break")):
            assert isinstance(end, Failed), name
        elif isinstance(end, Failed):
            assert isinstance(end.error, WorkerLost | Cancelled), name


@posix
def test_every_task_ends_once_whatever_dies(tmp_path: Path) -> None:
    check_storm(ends_of_a_storm(tmp_path, tasks=20, seed=4))


@posix
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_every_task_ends_once_whatever_dies_for_long(tmp_path: Path, seed: int) -> None:
    check_storm(ends_of_a_storm(tmp_path, tasks=100, seed=seed))


def seats_of(folder: Path, **wishes: Any) -> list[tuple[str, str | None, int]]:
    device, workers = wishes.pop("device", "cpu"), wishes.pop("workers", None)
    settings = replace(settings_in(folder), device=device, **wishes)
    return [(name, seat.gpu, seat.threads) for name, seat in pools._seats(settings, workers, {})]


def test_without_gpus_there_are_a_few_workers_that_share_the_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 16)
    monkeypatch.setattr(pools, "machine_gib", lambda: 64.0)
    assert [threads for _, _, threads in seats_of(tmp_path, jobs=16)] == [4, 4, 4, 4]
    assert [threads for _, _, threads in seats_of(tmp_path, jobs=2)] == [8, 8]
    assert len(seats_of(tmp_path, jobs=2, workers=6)) == 6
    assert len(seats_of(tmp_path, jobs=16, device="mps")) == 1
    monkeypatch.setattr(pools, "machine_gib", lambda: 4.0)
    assert len(seats_of(tmp_path, jobs=16)) == 2


def test_each_gpu_has_one_worker_that_sees_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "find_gpus", lambda environ: ("GPU-a", "GPU-b"))
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert seats_of(tmp_path, device="auto") == [("gpu-0", "GPU-a", 4), ("gpu-1", "GPU-b", 4)]
    assert seats_of(tmp_path, device="cuda:1") == [("gpu-0", "GPU-b", 8)]
    assert seats_of(tmp_path, device="cuda", workers=1) == [("gpu-0", "GPU-a", 8)]
    assert [gpu for _, gpu, _ in seats_of(tmp_path, device="cpu")] == [None]

    async def story(house: House) -> None:
        house.pool.run(task("ok"))
        assert (await house.answer("ok"))["gpu"] == "GPU-a"

    play(tmp_path, story, device="auto", workers=1)


@pytest.mark.slow
def test_real_workers_show_build_and_stop(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material("size = 512", 'targets = ["web"]')
                .replace('"stone"', '"red brick wall"')})  # fmt: skip
    order = BuildOrder(plan=game.plan()["a"], preview=True)

    async def story(house: House) -> None:
        house.pool = WorkerPool(
            game.settings, workers=1, on_event=house._hear, on_change=house._change, limits=PoolLimits()
        )
        await house.pool.start()
        try:
            house.pool.run(Task("a", order))
            await house.end("a")
            house.pool.run(Task("b", replace(order, force=True)))
            await house.until(lambda: any(isinstance(one, Preview) and one.id == "b" for one in house.events))
            house.pool.cancel("b")
            assert isinstance(await house.error("b"), Cancelled)
        finally:
            await house.pool.close(grace_s=1.0)

    house = play(tmp_path, story)
    coarse = [one.is_coarse for one in house.events if isinstance(one, Preview) and one.id == "a"]
    assert coarse == [True, False]
