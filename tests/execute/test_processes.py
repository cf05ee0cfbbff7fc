"""Worker processes: they work side by side, die alone, stop when asked, and never outlive their parent.

All but the last test hire workers that import no torch; see `light.py`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assetgen.errors import AssetGenError, BackendUnavailable, Cancelled, FormatError, GenerationError, Place
from assetgen.execute.base import Done, Event, Failed, Progress, Started, Task
from assetgen.execute.inline import InlineExecutor
from assetgen.execute.processes import ProcessExecutor
from assetgen.project.order import InspectOrder, MachineOrder
from tests.bake.fakes import settings_in
from tests.execute.light import light_main, task
from tests.project.folders import write

ROOT = Path(__file__).parents[2]


@pytest.fixture
def executor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessExecutor]:
    """One light worker at once; whatever happens, nobody is left."""
    monkeypatch.setattr("assetgen.execute.processes.worker_main", light_main)
    executor = ProcessExecutor(settings_in(tmp_path), jobs=1)
    hired: list[int] = []
    hire = executor._hire

    def hiring() -> object:
        hand = hire()
        hired.append(hand.process.pid or 0)
        return hand

    monkeypatch.setattr(executor, "_hire", hiring)
    yield executor
    executor.close(grace_s=0.5)
    assert not any(map(is_alive, hired))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc").exists()


def pids(executor: ProcessExecutor) -> list[int]:
    return [hand.process.pid or 0 for hand in executor._hands]


def ends(events: list[Event]) -> dict[str, Event]:
    """Return how each task ended; each ends once."""
    found = [event for event in events if isinstance(event, Done | Failed)]
    assert len({event.id for event in found}) == len(found)
    return {event.id: event for event in found}


def error_of(event: Event) -> AssetGenError:
    assert isinstance(event, Failed)
    return event.error


def answer_of(event: Event) -> dict[str, object]:
    assert isinstance(event, Done)
    assert isinstance(event.answer, dict)
    return event.answer


def test_one_worker_does_task_after_task_and_may_be_given_more_meanwhile(executor: ProcessExecutor) -> None:
    executor.submit(task("ok", 1))
    events = []
    for event in executor.events():
        events.append(event)
        if event == Started("ok1"):
            executor.submit(task("ok", 2))
    found = ends(events)
    assert answer_of(found["ok1"])["pid"] == answer_of(found["ok2"])["pid"] == pids(executor)[0]
    assert events[:2] == [Started("ok1"), Progress("ok1", 0, 1, "light")]


def test_two_workers_work_at_once_and_share_the_cores(
    tmp_path: Path, executor: ProcessExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor._jobs = 2
    executor.submit(task("wait", 1))
    executor.submit(task("ok", 2))
    events = []
    for event in executor.events():
        events.append(event)
        if event.id == "ok2" and isinstance(event, Done):
            executor.cancel()  # only now may the first one end
    assert isinstance(error_of(ends(events)["wait1"]), Cancelled)
    assert ProcessExecutor(settings_in(tmp_path), jobs=999)._threads == 1


def test_an_error_crosses_over_with_its_place_asset_and_trace(executor: ProcessExecutor) -> None:
    executor.submit(task("fail"))
    failed = ends(list(executor.events()))["fail"]
    error = error_of(failed)
    assert isinstance(error, FormatError)
    assert (error.message, error.place, error.asset) == ("no picture.", Place("a.toml", 3), "a")
    assert isinstance(failed, Failed)
    assert failed.trace == "trace"


@pytest.mark.parametrize(
    ("name", "how"), [("die", f"signal {signal.SIGKILL.value}"), ("exit", "exit code 7")]
)
def test_a_task_that_kills_its_worker_fails_alone(executor: ProcessExecutor, name: str, how: str) -> None:
    for one in (task("ok", 1), task(name), task("ok", 2)):
        executor.submit(one)
    found = ends(list(executor.events()))
    assert isinstance(error_of(found[name]), GenerationError)
    assert how in error_of(found[name]).message
    assert answer_of(found["ok1"])["pid"] != answer_of(found["ok2"])["pid"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_worker_killed_from_outside_costs_the_task_it_had(
    executor: ProcessExecutor, number: signal.Signals
) -> None:
    executor.submit(task("hang"))
    executor.submit(task("ok"))
    events = []
    for event in executor.events():
        events.append(event)
        if event == Started("hang"):
            os.kill(pids(executor)[0], number)
    assert f"signal {number.value}" in error_of(ends(events)["hang"]).message
    assert isinstance(ends(events)["ok"], Done)


def test_a_worker_that_dies_idle_costs_no_task(executor: ProcessExecutor) -> None:
    executor.submit(task("ok", 1))
    list(executor.events())
    os.kill(pids(executor)[0], signal.SIGKILL)
    executor._hands[0].process.join()
    executor.submit(task("ok", 2))
    assert isinstance(ends(list(executor.events()))["ok2"], Done)


def test_a_cancel_reaches_the_running_task_and_fails_what_waits(executor: ProcessExecutor) -> None:
    executor.submit(task("wait"))
    executor.submit(task("ok"))
    events = []
    for event in executor.events():
        events.append(event)
        if isinstance(event, Started):
            executor.cancel()
            executor.cancel()
    found = ends(events)
    assert isinstance(error_of(found["wait"]), Cancelled)
    assert isinstance(error_of(found["ok"]), Cancelled)


def test_a_worker_that_dies_after_a_cancel_is_no_failure(executor: ProcessExecutor) -> None:
    executor.submit(task("hang"))
    events = []
    for event in executor.events():
        events.append(event)
        if isinstance(event, Started):
            executor.cancel()
            os.kill(pids(executor)[0], signal.SIGKILL)
    assert isinstance(error_of(ends(events)["hang"]), Cancelled)


def test_an_interrupt_of_the_whole_group_ends_no_worker(executor: ProcessExecutor) -> None:
    executor.submit(task("ok"))
    events = executor.events()
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        seen = []
        for event in events:
            seen.append(event)
            os.kill(pids(executor)[0], signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert isinstance(ends(seen)["ok"], Done)


def test_a_worker_is_deaf_to_interrupts_while_it_still_starts(executor: ProcessExecutor) -> None:
    hand = executor._hire()
    assert hand.process.pid is not None
    os.kill(hand.process.pid, signal.SIGINT)  # nothing of ours has run in it yet
    executor.submit(task("ok"))
    assert answer_of(ends(list(executor.events()))["ok"])["pid"] == hand.process.pid


def test_closing_ends_a_worker_that_does_not_listen(executor: ProcessExecutor) -> None:
    executor.submit(task("hang"))
    next(iter(executor.events()))
    (pid,) = pids(executor)
    started = time.monotonic()
    executor.close(grace_s=0.1)
    assert time.monotonic() - started < 3.0
    assert not is_alive(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signals here")
@pytest.mark.parametrize("how", ["executor", "pool"])
def test_workers_end_within_three_seconds_of_their_parents_death(tmp_path: Path, how: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.execute.light", how, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    workers = [int(word) for word in parent.stdout.readline().split()]
    assert len(workers) == 2
    assert all(map(is_alive, workers))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 3.0
    while any(map(is_alive, workers)) and time.monotonic() < end:
        pass
    left = [pid for pid in workers if is_alive(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


def test_a_worker_without_its_device_refuses_with_advice(tmp_path: Path) -> None:
    from dataclasses import replace

    executor = InlineExecutor(replace(settings_in(tmp_path), device="cuda:99"))
    executor.submit(task("ok"))
    with pytest.raises(BackendUnavailable, match="cuda:99"):
        list(executor.events())


def test_real_workers_answer_and_their_errors_cross_over(tmp_path: Path) -> None:
    write(tmp_path, {"bad.png": b"no picture"})
    executor = ProcessExecutor(settings_in(tmp_path), jobs=1)
    try:
        executor.submit(Task("bad", InspectOrder(tmp_path / "bad.png")))
        executor.submit(Task("machine", MachineOrder()))
        found = ends(list(executor.events()))
        (pid,) = pids(executor)
    finally:
        executor.close()
    assert isinstance(error_of(found["bad"]), FormatError)
    assert answer_of(found["machine"])["device"] == "cpu"
    assert not is_alive(pid)
