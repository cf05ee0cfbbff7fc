"""Who is next: the urgent first, everybody in turn, and nobody starves."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.serve.jobs.job import Priority
from assetgen.serve.jobs.queue import Queue
from tests.serve.jobs.fakes import Clock

BAKE, WATCH, INTERACTIVE = Priority.BAKE, Priority.WATCH, Priority.INTERACTIVE


def queue_at(now: float = 0.0) -> tuple[Queue, Clock]:
    clock = Clock(now)
    return Queue(clock=clock), clock


def put(
    queue: Queue, clock: Clock, key: str, client: str = "me", priority: Priority = BAKE, front: bool = False
) -> None:
    queue.put(key, client=client, priority=priority, since=clock.now, is_front=front)


def test_interactive_starts_before_any_queued_bake() -> None:
    queue, clock = queue_at()
    for n in range(400):
        put(queue, clock, f"bake-{n}", client="hog")
    put(queue, clock, "saved", priority=WATCH)
    put(queue, clock, "urgent", priority=INTERACTIVE)
    assert [queue.take() for _ in range(3)] == ["urgent", "saved", "bake-0"]


def test_clients_of_a_level_have_turns() -> None:
    queue, clock = queue_at()
    for n in range(3):
        put(queue, clock, f"a{n}", client="a")
    put(queue, clock, "b0", client="b")
    put(queue, clock, "c0", client="c")
    assert [queue.take() for _ in range(5)] == ["a0", "b0", "c0", "a1", "a2"]


def test_a_client_with_longer_turns_has_fewer() -> None:
    queue, clock = queue_at()
    taken = defaultdict(int)
    for n in range(100):
        put(queue, clock, f"slow-{n}", client="slow")
        put(queue, clock, f"fast-{n}", client="fast")
    for _ in range(66):
        key = queue.take()
        assert key is not None
        client = key.split("-")[0]
        taken[client] += 1
        queue.charge(client, BAKE, 10.0 if client == "slow" else 1.0)
    assert taken["fast"] == pytest.approx(60, abs=4)


def test_bakes_are_left_out_when_they_may_not() -> None:
    queue, clock = queue_at()
    put(queue, clock, "bake")
    assert queue.take(may_bake=False) is None
    put(queue, clock, "saved", priority=WATCH)
    assert queue.take(may_bake=False) == "saved"


def test_what_was_interrupted_comes_first_in_its_level() -> None:
    queue, clock = queue_at()
    put(queue, clock, "a")
    put(queue, clock, "again", client="b", front=True)
    put(queue, clock, "urgent", priority=INTERACTIVE)
    assert [queue.take() for _ in range(3)] == ["urgent", "again", "a"]


def test_ageing_ends_starvation_and_locks_nobody_out() -> None:
    queue, clock = queue_at()
    for n in range(10):
        put(queue, clock, f"bake-{n}", client="hog")
    starts: list[str] = []
    put(queue, clock, "urgent", client="busy", priority=INTERACTIVE)
    for second in range(0, 4000, 10):  # as many urgent ones as can be done
        clock.now = float(second)
        put(queue, clock, f"urgent-{second}", client="busy", priority=INTERACTIVE)
        key = queue.take()
        assert key is not None
        starts.append(key)
    first = next(n for n, key in enumerate(starts) if key.startswith("bake"))
    assert first * 10 >= 90 * 30 - 10, "a bake gains 90 points in 45 minutes"
    later = starts[first : first + 20]
    assert sum(key.startswith("bake") for key in later) <= 10, "the two levels take turns"
    assert starts.count("bake-9") == 1, "in the end all of them are made"


def test_a_clock_that_stands_still_or_a_job_from_later_harms_nothing() -> None:
    queue, clock = queue_at(50.0)
    queue.put("late", client="me", priority=BAKE, since=99.0)
    put(queue, clock, "now")
    assert queue.take() == "now"


def waits(clients: dict[str, int], *, workers: int = 1) -> dict[str, list[float]]:
    """Return how long each client's bakes wait that are queued all at once; a turn takes 1 s of virtual time."""
    queue, clock = queue_at()
    for client, number in clients.items():
        for n in range(number):
            put(queue, clock, f"{client}/{n}", client=client)
    found = defaultdict(list)
    while len(queue):
        for _ in range(workers):
            key = queue.take()
            if key is not None:
                client = key.split("/")[0]
                found[client].append(clock.now)
                queue.charge(client, BAKE, 1.0)
        clock.now += 1.0
    return found


def p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_hog_does_not_double_the_wait_of_the_others(workers: int) -> None:
    others = {f"client-{n}": 20 for n in range(7)}
    alone = waits(others, workers=workers)
    beside = waits({"hog": 400, **others}, workers=workers)
    for client in others:
        assert p95(beside[client]) < 2 * p95(alone[client])


def test_a_hog_that_was_there_long_before_is_no_better_off() -> None:
    queue, clock = queue_at()
    for n in range(400):
        put(queue, clock, f"hog/{n}", client="hog")
    for _ in range(100):
        queue.take()
        queue.charge("hog", BAKE, 1.0)
        clock.now += 1.0
    for n in range(5):
        put(queue, clock, f"new/{n}", client="new")
    taken = []
    for _ in range(12):
        taken.append(str(queue.take()).split("/")[0])
        queue.charge(taken[-1], BAKE, 1.0)
    assert taken.count("new") == 5
    assert taken[:2].count("new") >= 1, "a newcomer waits for one turn of the hog at most"


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(list(Priority)), st.booleans(), st.floats(0, 100)),
        max_size=40,
    ),
    st.sets(st.integers(0, 39)),
)
def test_everything_is_taken_once_and_nothing_that_was_removed(
    entries: list[tuple[str, Priority, bool, float]], removed: set[int]
) -> None:
    queue, clock = queue_at(200.0)
    for n, (client, priority, is_front, since) in enumerate(entries):
        queue.put(str(n), client=client, priority=priority, since=since, is_front=is_front)
        queue.put(str(n), client=client, priority=priority, since=since)  # replaces
    for n in removed:
        queue.remove(str(n))
    taken = []
    while (key := queue.take()) is not None:
        clock.now += 1.0
        taken.append(key)
    assert sorted(taken) == sorted(str(n) for n in range(len(entries)) if n not in removed)
    assert len(queue) == 0
