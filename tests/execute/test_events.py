"""What crosses the process boundary is still what it was on the other side."""

from __future__ import annotations

import pickle
import threading
from pathlib import Path

import pytest

from assetgen import errors
from assetgen.errors import AssetGenError, Place
from assetgen.execute.base import Done, Event, Failed, Task
from assetgen.execute.inline import InlineExecutor
from assetgen.execute.worker import Worker
from assetgen.project.order import BuildOrder, Built, MachineOrder
from tests.bake.fakes import settings_in
from tests.bake.projects import Game
from tests.project.folders import material

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AssetGenError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_keeps_its_words_place_and_asset(kind: type[AssetGenError]) -> None:
    error = kind("it broke; mend it.", place=Place("a.prompt.toml", 3, 10), asset="walls/a")
    failed = pickle.loads(pickle.dumps(Failed("1", error, "trace")))
    assert type(failed.error) is kind
    assert (failed.error.message, failed.error.place, failed.error.asset) == (
        error.message,
        error.place,
        error.asset,
    )
    assert str(failed.error) == "a.prompt.toml:3:10: it broke; mend it."


def test_an_order_and_its_answer_cross_whole(tmp_path: Path) -> None:
    game = Game(
        tmp_path,
        {
            "a.prompt.toml": material("variants = 2"),
            "assetgen.toml": 'assetgen = 1\n[style.wet]\nprompt = "wet"\n[[rule]]\nmatch = "*"\nstyle = "wet"\n',
        },
    )
    for plan in game.plan().values():
        task = Task("1", BuildOrder(plan=plan))
        again = pickle.loads(pickle.dumps(task))
        assert again.work.plan.scanned.spec == plan.scanned.spec
        assert again.work.plan.targets == plan.targets
        assert again.work.plan.scanned.project.output_folder == game.output
    built = Built(asset="a", was_made=True, manifests={"web": "x"}, seconds=1.0, warnings=("w",))
    assert pickle.loads(pickle.dumps(Done("1", built))) == Done("1", built)


def run_in_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: object) -> list[Event]:
    monkeypatch.setattr("assetgen.execute.worker.describe_machine", answer)
    worker = Worker(settings_in(tmp_path), threads=1)
    events: list[Event] = []
    worker.run(Task("1", MachineOrder()), emit=events.append, cancelled=threading.Event())
    worker.close()
    return events


def test_a_fault_of_ours_becomes_an_error_with_its_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(device: object) -> None:
        raise ZeroDivisionError("nobody thought of that")

    failed = run_in_worker(tmp_path, monkeypatch, faulty)[-1]
    assert isinstance(failed, Failed)
    assert "a fault of assetgen: ZeroDivisionError: nobody thought of that" in failed.error.message
    assert "in faulty" in failed.trace


def test_inline_tasks_end_once_and_in_order_and_a_cancel_stops_the_rest(tmp_path: Path) -> None:
    executor = InlineExecutor(settings_in(tmp_path))
    for name in "abc":
        executor.submit(Task(name, MachineOrder()))
    seen = []
    for event in executor.events():
        seen.append((event.id, type(event).__name__))
        if event.id == "b" and isinstance(event, Done):
            executor.cancel()
    executor.close()
    assert seen == [("a", "Started"), ("a", "Done"), ("b", "Started"), ("b", "Done"), ("c", "Failed")]
