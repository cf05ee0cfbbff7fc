"""The block encoders get ready beside other work, once, and are waited for in a way that can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assetgen.context import Context
from assetgen.errors import Cancelled, StoreError
from assetgen.pipeline import encoders
from assetgen.pipeline.encoders import ready_compiled_encoders, ready_encoders
from assetgen.settings import Durability
from assetgen.store.store import Store


class Compiler:
    """Takes the place of the real one, and takes as long as it is told to."""

    def __init__(self) -> None:
        self.runs = 0
        self.may_end = threading.Event()
        self.may_end.set()
        self.error: Exception | None = None

    def __call__(self) -> None:
        self.runs += 1
        self.may_end.wait(30)
        if self.error is not None:
            raise self.error


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> Compiler:
    compiler = Compiler()
    monkeypatch.setattr(encoders, "warm_up", compiler)
    return compiler


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "cache", durability=Durability.FAST) as store:
        yield store


def test_they_are_compiled_once_and_only_for_targets_that_need_them(store: Store, compiler: Compiler) -> None:
    ready_encoders(store, "web", {}, Context())
    assert compiler.runs == 0
    for target in ("unity", "godot", "unity"):
        ready_encoders(store, target, {}, Context())
    assert compiler.runs == 1


@pytest.mark.parametrize(
    ("document", "runs"),
    [
        ({"export": {"albedo": "bc1"}}, 1),
        ({"export": {"container": "ktx2", "albedo": None}}, 1),
        ({"formats": ["png", "ktx2:bc7"]}, 1),
        ({"formats": ["png16", "dds:rgba8"], "mipmaps": True}, 0),
        ({"export": {"albedo": "png", "container": "png"}}, 0),
    ],
)
def test_a_file_that_asks_for_blocks_readies_them_for_any_target(
    store: Store, compiler: Compiler, document: dict[str, object], runs: int
) -> None:
    ready_encoders(store, "web", {}, Context(), document=document)
    assert compiler.runs == runs


def test_they_are_readied_ahead_only_where_they_were_compiled_before(
    store: Store, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready_compiled_encoders(store.blobs.root)
    assert compiler.runs == 0
    ready_encoders(store, "unity", {}, Context())
    monkeypatch.setattr(encoders, "_underway", {})  # as in another process
    ready_compiled_encoders(store.blobs.root)
    ready_encoders(store, "unity", {}, Context())
    assert compiler.runs == 2
    monkeypatch.setattr(encoders, "_underway", {})
    monkeypatch.setattr(encoders, "compiled_form", lambda: "another compiler")
    ready_compiled_encoders(store.blobs.root)
    assert encoders._underway == {}


def test_who_waits_for_them_can_be_stopped_and_the_next_one_profits(store: Store, compiler: Compiler) -> None:
    compiler.may_end.clear()
    asked: list[bool] = []

    def is_cancelled() -> bool:
        asked.append(True)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        ready_encoders(store, "unity", {}, Context(is_cancelled=is_cancelled))
    compiler.may_end.set()
    ready_encoders(store, "unity", {}, Context())
    assert compiler.runs == 1


def test_who_waits_gives_signs_of_life(
    store: Store, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "_REPORT_S", 0.0)
    compiler.may_end.clear()
    stages: list[str] = []

    def on_progress(step: int, total: int, stage: str) -> None:
        stages.append(stage)
        if len(stages) == 4:
            compiler.may_end.set()

    ready_encoders(store, "unity", {}, Context(on_progress=on_progress))
    assert len(stages) >= 4
    assert len(set(stages)) == 1


def test_a_failure_is_told_to_whom_it_concerns_and_tried_again(store: Store, compiler: Compiler) -> None:
    compiler.error = StoreError("another process held the lock.")
    with pytest.raises(StoreError, match="held the lock"):
        ready_encoders(store, "unity", {}, Context())
    compiler.error = None
    ready_encoders(store, "unity", {}, Context())
    assert compiler.runs == 2
