"""Events of a job: numbered, bounded, and a slow reader harms nobody."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from assetgen.serve.jobs.events import MOST_LINES, EventLog, rebuilt
from assetgen.serve.jobs.job import LARGEST_PREVIEW
from assetgen.serve.rpc import asset_pb2 as pb


def log() -> EventLog:
    return EventLog("jobs/a", boot=3)


def test_numbers_grow_over_restarts() -> None:
    first, second = EventLog("jobs/a", boot=1), EventLog("jobs/a", boot=2)
    for _ in range(1000):
        first.progress(pb.Progress(fraction=0.5))
    first.finished(pb.Job())
    second.state(pb.Job())
    told_again = rebuilt(pb.Job(name="jobs/a"), boot=1, assets=[pb.Asset()])
    assert first.since(0)[-1].sequence < told_again.since(0)[0].sequence < second.since(0)[0].sequence
    assert second.since(0)[0].sequence >> 32 == 2
    assert [event.WhichOneof("event") for event in told_again.since(0)] == ["artifact", "finished"]


def test_only_the_newest_progress_and_preview_are_kept() -> None:
    events = log()
    for n in range(1000):
        events.progress(pb.Progress(fraction=n / 1000))
        events.preview(pb.Preview(data=bytes(1000), width=n))
    kept = events.since(0)
    assert [event.WhichOneof("event") for event in kept] == ["progress", "preview"]
    assert kept[1].preview.width == 999


def test_the_fraction_never_decreases() -> None:
    events = log()
    events.progress(pb.Progress(fraction=0.5, stage="a"))
    events.progress(pb.Progress(fraction=0.25, stage="b"))
    assert events.fraction == 0.5
    assert events.since(0)[-1].progress.stage == "b"


def test_artifacts_are_all_kept_and_log_lines_up_to_a_bound() -> None:
    events = log()
    for n in range(300):
        events.artifact(pb.Asset(asset=str(n)))
        events.line(f"note {n}", is_warning=True)
        events.state(pb.Job())
    lines = [event.log for event in events.since(0) if event.HasField("log")]
    assert len(events.artifacts()) == 300
    assert len(lines) == MOST_LINES
    assert lines[0].level == pb.LOG_LEVEL_WARNING
    assert "left out" in lines[-1].text
    assert sum(event.HasField("state") for event in events.since(0)) <= 32


def test_a_preview_that_is_too_large_becomes_a_line() -> None:
    events = log()
    events.preview(pb.Preview(asset="wall", data=bytes(LARGEST_PREVIEW)))
    events.preview(pb.Preview(asset="wall", data=bytes(LARGEST_PREVIEW + 1)))
    kept = events.since(0)
    assert [event.WhichOneof("event") for event in kept] == ["preview", "log"]
    assert "wall" in kept[1].log.text


def test_a_slow_reader_sees_the_newest_and_holds_nobody_up() -> None:
    async def go() -> list[str]:
        events, seen = log(), []
        events.state(pb.Job())
        reader = events.follow()
        seen.append(await anext(reader))
        for n in range(10_000):
            events.progress(pb.Progress(fraction=n / 10_000))
        events.artifact(pb.Asset())
        events.finished(pb.Job())
        assert len(events.since(0)) == 4
        seen += [event async for event in reader]
        assert all(a.sequence < b.sequence for a, b in pairwise(seen))
        return [event.WhichOneof("event") for event in seen]

    assert asyncio.run(go()) == ["state", "progress", "artifact", "finished"]


def test_many_readers_each_get_what_comes_after_their_number() -> None:
    async def go() -> None:
        events = log()
        for n in range(5):
            events.artifact(pb.Asset(asset=str(n)))
        numbers = [event.sequence for event in events.since(0)]

        async def read(after: int) -> list[int]:
            return [event.sequence async for event in events.follow(after)]

        readers = [asyncio.create_task(read(after)) for after in (0, *numbers, 1 << 62)]
        await asyncio.sleep(0)
        events.finished(pb.Job())
        found = await asyncio.gather(*readers)
        everything = [event.sequence for event in events.since(0)]
        assert found == [everything[n:] for n in range(6)] + [[]]

    asyncio.run(go())


def test_a_reader_that_leaves_is_forgotten() -> None:
    async def go() -> None:
        events = log()
        reader = asyncio.create_task(anext(events.follow()))
        await asyncio.sleep(0)
        assert len(events._readers) == 1
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        assert not events._readers

    asyncio.run(go())


def test_a_follower_is_told_what_the_others_know() -> None:
    leader, follower = log(), EventLog("jobs/b", boot=3)
    leader.state(pb.Job())
    leader.artifact(pb.Asset(asset="wall"))
    leader.line("dark", is_warning=True)
    leader.progress(pb.Progress(fraction=0.5))
    follower.take_over(leader)
    told = follower.since(0)
    assert [event.WhichOneof("event") for event in told] == ["artifact", "log", "progress"]
    assert {event.job for event in told} == {"jobs/b"}
