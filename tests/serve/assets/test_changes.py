"""The feed of a project: whoever leaves and comes back has lost nothing final and sees nothing go back."""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.serve.assets.changes import HEARTBEAT_S, KEPT, Changes, Snapshot
from assetgen.serve.rpc import asset_pb2 as pb

Feed = AsyncGenerator[pb.WatchAssetsResponse, None]
KEPT_HERE = 6


async def at_once(seconds: float) -> None:
    """Pass the time of a heartbeat in one turn of the loop."""
    await asyncio.sleep(0)


async def never(seconds: float) -> None:
    await asyncio.get_running_loop().create_future()


def asset(name: str, revision: int, target: str = "unity") -> pb.Asset:
    return pb.Asset(asset=name, sets=[pb.AssetSet(target=target, etag=str(revision))])


def failure(path: str, revision: int) -> pb.PromptFailure:
    return pb.PromptFailure(prompt_file=path, errors=[pb.JobError(message=str(revision))])


def nothing() -> Snapshot:
    return Snapshot()


def feed(**options: Any) -> Changes:
    return Changes("boot", "0123456789ab", **{"sleep": never, **options})


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def within_time() -> None:
        await asyncio.wait_for(work(), 30)

    asyncio.run(within_time())


async def take(stream: Feed, count: int) -> list[pb.WatchAssetsResponse]:
    return [await anext(stream) for _ in range(count)]


def shown(messages: list[pb.WatchAssetsResponse]) -> list[str]:
    """Name each message in short: `wall=3` for revision 3 of wall."""
    return [_shown(message) for message in messages]


def _shown(message: pb.WatchAssetsResponse) -> str:
    kind = message.WhichOneof("change")
    if kind == "updated":
        return ",".join([f"{message.updated.asset}={one.etag}" for one in message.updated.sets])
    if kind == "failed":
        return f"!{message.failed.prompt_file}"
    return f"{kind} {getattr(message, kind)}" if kind in ("orphaned", "recovered") else str(kind)


# One reader


def test_a_new_reader_gets_what_is_there_and_then_what_changes() -> None:
    async def work() -> None:
        changes = feed()
        stream = changes.subscribe("", lambda: Snapshot([asset("wall", 1)], [failure("a.prompt.toml", 1)]))
        first = await take(stream, 4)
        assert shown(first) == ["heartbeat", "wall=1", "!a.prompt.toml", "caught_up"]
        assert [bool(message.resume_token) for message in first] == [False, False, False, True]
        changes.updated(asset("wall", 2))
        changes.orphaned("floor")
        changes.recovered("a.prompt.toml")
        changes.started(pb.Job(name="jobs/1"))
        told = await take(stream, 4)
        assert shown(told) == ["wall=2", "orphaned floor", "recovered a.prompt.toml", "started"]
        assert len({message.resume_token for message in told}) == 4
        await stream.aclose()

    run(work)


def test_a_cursor_brings_what_was_missed() -> None:
    async def work() -> None:
        changes = feed()
        stream = changes.subscribe("", nothing)
        await take(stream, 2)
        changes.updated(asset("wall", 1))
        [message] = await take(stream, 1)
        await stream.aclose()
        changes.updated(asset("wall", 2))
        changes.failed(failure("a", 1))
        stream = changes.subscribe(message.resume_token, pytest.fail)
        assert shown(await take(stream, 3)) == ["wall=2", "!a", "caught_up"]
        await stream.aclose()
        stream = changes.subscribe((await _cursor_now(changes)), pytest.fail)
        assert shown(await take(stream, 1)) == ["caught_up"]
        await stream.aclose()

    run(work)


async def _cursor_now(changes: Changes) -> str:
    stream = changes.subscribe("", nothing)
    cursor = (await take(stream, 2))[-1].resume_token
    await stream.aclose()
    return cursor


@pytest.mark.parametrize(
    "token",
    [
        "", "0", "boot", "boot.0123456789ab.", "boot.0123456789ab.-1", "boot.0123456789ab.9", "boot.0123456789ab.1 ",
        "boot.0123456789ab.\u0661", "boot.ba9876543210.1", "boat.0123456789ab.1", "boot.0123456789ab.1e0",
        "x" * 100_000,
        "boot.0123456789ab." + "9" * 5000, "boot.0123456789ab.+1", "boot.0123456789ab.1\n",
    ],
)  # fmt: skip
def test_any_other_cursor_brings_everything(token: str) -> None:
    async def work() -> None:
        changes = feed()
        changes.updated(asset("wall", 1))
        stream = changes.subscribe(token, lambda: Snapshot([asset("wall", 1)]))
        assert shown(await take(stream, 3)) == ["heartbeat", "wall=1", "caught_up"]
        await stream.aclose()

    run(work)


@given(token=st.text())
def test_no_cursor_breaks_a_feed(token: str) -> None:
    async def work() -> None:
        changes = feed()
        changes.updated(asset("wall", 1))
        stream = changes.subscribe(token, nothing)
        assert (await anext(stream)).WhichOneof("change") in ("heartbeat", "updated")
        await stream.aclose()

    run(work)


def test_a_cursor_that_is_too_old_brings_everything() -> None:
    async def work() -> None:
        changes = feed(kept=KEPT_HERE)
        cursor = await _cursor_now(changes)
        for number in range(KEPT_HERE):
            changes.updated(asset(f"a{number}", 1))
        stream = changes.subscribe(cursor, pytest.fail)
        assert len(await take(stream, KEPT_HERE + 1)) == KEPT_HERE + 1
        await stream.aclose()
        changes.updated(asset("last", 1))
        stream = changes.subscribe(cursor, lambda: Snapshot([asset("all", 1)]))
        assert shown(await take(stream, 3)) == ["heartbeat", "all=1", "caught_up"]
        await stream.aclose()

    run(work)


def test_a_change_during_the_snapshot_is_told_once() -> None:
    async def work() -> None:
        changes = feed()
        state, calls = {"wall": 1}, []

        def snapshot() -> Snapshot:
            calls.append(0)
            state["wall"] += 1
            changes.updated(asset("wall", state["wall"]))
            told = Snapshot([asset("wall", state["wall"])])
            if len(calls) == 3:
                state["wall"] += 1
                changes.updated(asset("wall", state["wall"]))
            return told

        stream = changes.subscribe("", snapshot)
        assert shown(await take(stream, 4)) == ["heartbeat", "wall=4", "wall=5", "caught_up"]
        changes.updated(asset("wall", 6))
        assert shown(await take(stream, 1)) == ["wall=6"]
        await stream.aclose()

    run(work)


def test_a_change_told_after_the_snapshot_saw_it_is_not_told_again() -> None:
    async def work() -> None:
        changes = feed()
        stream = changes.subscribe("", lambda: Snapshot([asset("wall", 5)]))
        await take(stream, 3)
        changes.updated(asset("wall", 5))
        changes.updated(asset("floor", 1))
        assert shown(await take(stream, 1)) == ["floor=1"]
        changes.updated(asset("wall", 5))
        assert shown(await take(stream, 1)) == ["wall=5"], "made again on purpose, later"
        await stream.aclose()

    run(work)


def test_a_slow_reader_gets_the_newest_of_each_thing() -> None:
    async def work() -> None:
        changes = feed()
        stream = changes.subscribe("", nothing)
        await take(stream, 2)
        for revision in range(400):
            changes.updated(asset("wall", revision))
            changes.updated(asset("floor", revision))
        assert shown(await take(stream, 2)) == ["wall=399", "floor=399"]
        await stream.aclose()

    run(work)


def test_coalescing_drops_no_set_of_another_engine_and_no_failure() -> None:
    async def work() -> None:
        changes = feed()
        stream = changes.subscribe("", nothing)
        await take(stream, 2)
        changes.updated(asset("wall", 1, "unity"))
        changes.updated(asset("wall", 2, "web"))
        changes.failed(failure("wall", 1))
        changes.orphaned("wall")
        changes.started(pb.Job(name="jobs/1", prompt_file="wall"))
        assert shown(await take(stream, 5)) == ["wall=1", "wall=2", "!wall", "orphaned wall", "started"]
        await stream.aclose()

    run(work)


def test_a_reader_that_the_ring_has_passed_gets_everything_again() -> None:
    async def work() -> None:
        changes = feed(kept=KEPT_HERE)
        state: dict[str, int] = {}
        stream = changes.subscribe("", lambda: Snapshot([asset(name, 1) for name in state]))
        await take(stream, 2)
        for number in range(KEPT_HERE + 1):
            state[f"a{number}"] = 1
            changes.updated(asset(f"a{number}", 1))
        told = await take(stream, KEPT_HERE + 3)
        assert shown(told) == ["heartbeat", *(f"a{n}=1" for n in range(KEPT_HERE + 1)), "caught_up"]
        await stream.aclose()

    run(work)


def test_memory_stays_bounded_whoever_reads() -> None:
    async def work() -> None:
        changes = feed()
        stream = changes.subscribe("", nothing)
        await take(stream, 2)
        for number in range(3 * KEPT):
            changes.updated(asset(f"a{number}", 1))
        assert len(changes._ring) == len(changes._newest) == KEPT
        await stream.aclose()

    run(work)


# Silence and leaving


def test_silence_is_told_every_15_seconds() -> None:
    async def work() -> None:
        naps: list[float] = []

        async def nap(seconds: float) -> None:
            naps.append(seconds)

        changes = feed(sleep=nap)
        stream = changes.subscribe("", nothing)
        messages = await take(stream, 4)
        assert shown(messages) == ["heartbeat", "caught_up", "heartbeat", "heartbeat"]
        assert {message.resume_token for message in messages[1:]} == {messages[1].resume_token}
        assert naps == [HEARTBEAT_S, HEARTBEAT_S]
        await stream.aclose()

    run(work)


def test_a_reader_that_leaves_is_forgotten() -> None:
    async def work() -> None:
        changes = feed()

        async def read() -> None:
            async for _ in changes.subscribe("", nothing):
                arrived.set()

        arrived = asyncio.Event()
        task = asyncio.create_task(read())
        await arrived.wait()
        assert changes.readers == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert changes.readers == 0

    run(work)


def test_a_snapshot_that_fails_ends_the_feed_of_its_reader_alone() -> None:
    async def work() -> None:
        changes = feed()

        def broken() -> Snapshot:
            raise OSError("no disk")

        with pytest.raises(OSError, match="no disk"):
            await anext(changes.subscribe("", broken))
        assert changes.readers == 0

    run(work)


def test_a_loop_that_was_closed_harms_no_publisher() -> None:
    changes = feed()
    loop = asyncio.new_event_loop()
    stream = changes.subscribe("", nothing)
    loop.run_until_complete(take(stream, 2))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    changes.updated(asset("wall", 1))
    assert changes.readers == 0


# Threads


def test_publishers_in_threads_lose_nothing_final() -> None:
    last, names = 300, [f"a{number}" for number in range(4)]

    def publish(changes: Changes, name: str) -> None:
        for revision in range(1, last + 1):
            changes.updated(asset(name, revision))

    async def read(stream: Feed) -> None:
        seen = dict.fromkeys(names, 0)
        async for message in stream:
            if message.WhichOneof("change") == "updated":
                name, revision = message.updated.asset, int(message.updated.sets[0].etag)
                assert revision > seen[name]
                seen[name] = revision
            if set(seen.values()) == {last}:
                break
        await stream.aclose()

    async def work() -> None:
        changes = feed(kept=5000)
        threads = [threading.Thread(target=publish, args=(changes, name)) for name in names]
        streams = [changes.subscribe("", nothing) for _ in range(3)]
        for stream in streams:
            await take(stream, 2)
        readers = [asyncio.create_task(read(stream)) for stream in streams]
        for thread in threads:
            thread.start()
        await asyncio.gather(*readers)
        for thread in threads:
            thread.join()

    run(work)


def test_a_change_from_a_thread_wakes_a_loop_that_is_asleep() -> None:
    is_asleep = threading.Event()

    class Selector(selectors.DefaultSelector):
        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            if timeout is None or timeout > 1:
                is_asleep.set()
            return super().select(timeout)

    def publish() -> None:
        assert is_asleep.wait(20)
        changes.updated(asset("wall", 1))

    async def work() -> None:
        stream = changes.subscribe("", nothing)
        await take(stream, 2)
        is_asleep.clear()
        thread.start()
        assert shown([await asyncio.wait_for(anext(stream), 10)]) == ["wall=1"]
        thread.join()
        await stream.aclose()

    changes = feed()
    thread = threading.Thread(target=publish)
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Selector())) as runner:
        runner.run(work())


# Any order of events


class World:
    """What is really there, and readers that come, go, dawdle and come back; checked at every message."""

    def __init__(self) -> None:
        self.boots = 0
        self.revision = 0
        self.assets: dict[tuple[str, str], int] = {}
        self.failures: dict[str, int] = {}
        self.races = 0
        self.clients = [Client() for _ in range(2)]
        self.restart()

    def restart(self) -> None:
        self.boots += 1
        self.changes = Changes(f"boot{self.boots}", "p", kept=KEPT_HERE, sleep=at_once)

    def update(self, name: str, target: str) -> None:
        self.revision += 1
        self.assets[name, target] = self.revision
        self.changes.updated(asset(name, self.revision, target))

    def turn(self, path: str) -> None:
        """Break a prompt file that is well, mend one that is broken."""
        self.revision += 1
        if self.failures.pop(path, None) is None:
            self.failures[path] = self.revision
            self.changes.failed(failure(path, self.revision))
        else:
            self.changes.recovered(path)

    def snapshot(self) -> Snapshot:
        """Read what is there, with changes before and after that the feed hears of meanwhile."""
        is_raced = self.races > 0
        self.races -= 1
        for _ in range(2 * is_raced):
            self.update("a", "unity")
        told = Snapshot(
            [asset(name, revision, target) for (name, target), revision in self.assets.items()],
            [failure(path, revision) for path, revision in self.failures.items()],
        )
        if is_raced:
            self.update("b", "unity")
            self.turn("x")
        return told


class Client:
    """A caller that believes what it is told."""

    def __init__(self) -> None:
        self.stream: Feed | None = None
        self.cursor = ""
        self.assets: dict[tuple[str, str], int] = {}
        self.failures: dict[str, int] = {}
        self.is_in_snapshot = False

    async def leave(self) -> None:
        if self.stream is not None:
            await self.stream.aclose()
        self.stream = None
        self.is_in_snapshot = False

    async def read(self, world: World) -> str:
        if self.stream is None:
            self.stream = world.changes.subscribe(self.cursor, world.snapshot)
        message = await anext(self.stream)
        kind = message.WhichOneof("change")
        assert kind is not None
        if message.resume_token:
            self.is_in_snapshot = False
            self.cursor = message.resume_token
        elif kind == "heartbeat":
            self.is_in_snapshot = True
            self.failures.clear()
        assert message.resume_token or self.is_in_snapshot, "a snapshot says that it begins"
        if kind == "updated":
            [one] = message.updated.sets
            thing, revision = (message.updated.asset, one.target), int(one.etag)
            assert revision >= self.assets.get(thing, 0), "went back"
            assert not message.resume_token or revision > self.assets.get(thing, 0), "told twice"
            self.assets[thing] = revision
        elif kind == "failed":
            revision = int(message.failed.errors[0].message)
            assert revision >= self.failures.get(message.failed.prompt_file, 0)
            self.failures[message.failed.prompt_file] = revision
        elif kind == "recovered":
            self.failures.pop(message.recovered, None)
        return kind

    async def read_all(self, world: World) -> None:
        quiet = 0
        while quiet < 2 or self.is_in_snapshot:
            quiet = quiet + 1 if await self.read(world) == "heartbeat" else 0


EVENTS = st.one_of(
    st.tuples(st.just("update"), st.sampled_from(["a", "b", "c"]), st.sampled_from(["unity", "web"])),
    st.tuples(st.just("turn"), st.sampled_from(["x", "y"])),
    st.tuples(st.just("read"), st.integers(0, 1), st.integers(1, 6)),
    st.tuples(st.just("leave"), st.integers(0, 1)),
    st.tuples(st.just("race"), st.integers(1, 4)),
    st.tuples(st.just("restart")),
)


@settings(max_examples=4 * settings().max_examples)
@given(events=st.lists(EVENTS, min_size=20, max_size=120))
def test_whoever_reads_on_knows_in_the_end_what_is_there(events: list[tuple[Any, ...]]) -> None:
    async def work() -> None:
        world = World()
        for event, *values in events:
            match event:
                case "update":
                    world.update(*values)
                case "turn":
                    world.turn(*values)
                case "read":
                    for _ in range(values[1]):
                        await world.clients[values[0]].read(world)
                case "leave":
                    await world.clients[values[0]].leave()
                case "race":
                    world.races = values[0]
                case "restart":
                    for client in world.clients:
                        await client.leave()
                    world.restart()
        world.races = 0
        for client in world.clients:
            await client.read_all(world)
            assert client.assets == world.assets
            assert client.failures == world.failures
            await client.leave()
        assert world.changes.readers == 0

    run(work)
