"""What crosses the process boundary is still what it was on the other side."""

from __future__ import annotations

import pickle
import threading
from pathlib import Path

import pytest
import torch

from assetgen import errors
from assetgen.errors import AssetGenError, GenerationError, Place
from assetgen.execute.base import LARGEST_PREVIEW, Done, Event, Failed, Preview, Task
from assetgen.execute.inline import InlineExecutor
from assetgen.execute.worker import Worker
from assetgen.media.picture import Picture
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


def test_too_little_memory_is_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(device: object) -> None:
        raise MemoryError

    failed = run_in_worker(tmp_path, monkeypatch, greedy)[-1]
    assert isinstance(failed, Failed)
    assert "not enough memory" in failed.error.message
    assert failed.trace == ""


def caused(error: Exception) -> Exception:
    """Return an error of ours that another one caused."""
    try:
        raise GenerationError("it failed.") from error
    except GenerationError as outer:
        return outer


@pytest.mark.parametrize(
    ("error", "is_broken"),
    [
        (torch.AcceleratorError("CUDA error: device-side assert triggered", 710), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), True),
        (caused(RuntimeError("CUDA error: unspecified launch failure")), True),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB."), False),
        (torch.AcceleratorError("CUDA error: out of memory", 2), False),
        (RuntimeError("the size of tensor a must match"), False),
        (ZeroDivisionError("CUDA error"), False),
    ],
)
def test_a_worker_leaves_when_its_gpu_is_broken_and_says_so_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, is_broken: bool
) -> None:
    def fails(device: object) -> None:
        raise error

    monkeypatch.setattr("assetgen.execute.worker.describe_machine", fails)
    worker = Worker(settings_in(tmp_path), threads=1)
    said: list[str] = []
    worker.run(
        Task("1", MachineOrder()),
        emit=lambda event: said.append(type(event).__name__),
        cancelled=threading.Event(),
        leave=lambda: said.append("Leaving"),
    )
    assert said == ["Started", *(["Leaving"] if is_broken else []), "Failed"]
    assert worker.is_broken is is_broken


def test_a_picture_that_is_too_large_is_left_out(tmp_path: Path) -> None:
    from assetgen.execute.worker import _show

    events: list[Event] = []
    for size in (LARGEST_PREVIEW, LARGEST_PREVIEW + 1):
        _show("1", "a", Picture(data=bytes(size), width=1, height=1), events.append)
    assert [len(event.data) for event in events if isinstance(event, Preview)] == [LARGEST_PREVIEW]
