"""The block encoders get ready beside other work, once, and are waited for in a way that can be stopped."""

from __future__ import annotations

import platform
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from assetgen.blocks.nvrtc import NvrtcMissing
from assetgen.blocks.quality import Quality
from assetgen.blocks.warm_up import MachineCode, Readied, codes_for_card
from assetgen.context import Context
from assetgen.errors import Cancelled, StoreError
from assetgen.pipeline import encoders
from assetgen.pipeline.encoders import ready_compiled_encoders, ready_encoders, warm_encoders
from assetgen.project.order import WarmUpOrder
from assetgen.settings import Durability
from assetgen.store.store import Store

CPU = torch.device("cpu")


class Compiler:
    """Takes the place of the real one, and takes as long as it is told to."""

    def __init__(self) -> None:
        self.codes: list[MachineCode] = []
        self.may_end = threading.Event()
        self.may_end.set()
        self.error: Exception | None = None

    def __call__(self, code: MachineCode, *, cache_dir: Path) -> Readied:
        self.codes.append(code)
        self.may_end.wait(30)
        if self.error is not None:
            raise self.error
        return Readied(code.name, code.machine, 0.1, was_compiled=True)

    @property
    def names(self) -> list[str]:
        return [code.name for code in self.codes]


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> Compiler:
    compiler = Compiler()
    monkeypatch.setattr(encoders, "ready_code", compiler)
    return compiler


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "cache", durability=Durability.FAST) as store:
        yield store


def test_they_are_compiled_once_and_only_for_targets_that_need_them(store: Store, compiler: Compiler) -> None:
    ready_encoders(store, "web", {}, Context())
    assert compiler.names == []
    for target in ("unity", "godot", "unity"):
        ready_encoders(store, target, {}, Context())
    assert sorted(compiler.names) == ["bc5", "bc7"]


@pytest.mark.parametrize(
    ("document", "readied"),
    [
        ({"export": {"albedo": "bc1"}}, ["bc1", "bc1a"]),
        ({"export": {"container": "ktx2", "albedo": None}}, ["bc4", "bc5", "bc7"]),
        ({"formats": ["png", "ktx2:bc7"]}, ["bc7"]),
        ({"formats": ["png16", "dds:rgba8"], "mipmaps": True}, []),
        ({"export": {"albedo": "png", "container": "png"}}, []),
    ],
)
def test_a_file_that_asks_for_blocks_readies_them_for_any_target(
    store: Store, compiler: Compiler, document: dict[str, object], readied: list[str]
) -> None:
    ready_encoders(store, "web", {}, Context(), document=document)
    assert sorted(compiler.names) == readied


def test_they_are_readied_ahead_only_where_they_were_compiled_before(
    store: Store, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready_compiled_encoders(store.blobs.root, CPU)
    assert compiler.names == []
    ready_encoders(store, "unity", {}, Context())
    monkeypatch.setattr(encoders, "_underway", {})  # as in another process
    ready_compiled_encoders(store.blobs.root, CPU)
    ready_encoders(store, "unity", {}, Context())
    assert sorted(compiler.names) == ["bc5", "bc5", "bc7", "bc7"]
    monkeypatch.setattr(encoders, "_underway", {})
    monkeypatch.setattr(encoders, "compiled_form", lambda: "another compiler")
    ready_compiled_encoders(store.blobs.root, CPU)
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
    assert sorted(compiler.names) == ["bc5", "bc7"]


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
    assert len(compiler.codes) == 4


@pytest.mark.parametrize(
    ("export", "readied"),
    [
        ({"albedo": "png", "quality": "high"}, []),
        ({"albedo": "bc7"}, ["bc7"]),
        ({"normal": "dds:bc5"}, ["bc5"]),
        ({"container": "dds"}, ["bc4", "bc5", "bc7"]),
    ],
)
def test_a_file_that_names_blocks_has_them_readied_for_any_target(
    store: Store, compiler: Compiler, export: dict[str, str], readied: list[str]
) -> None:
    ready_encoders(store, "web", {}, Context(), document={"target": "web", "export": export})
    assert sorted(compiler.names) == readied


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Context:
    """A context with an NVIDIA card, as far as readying goes."""
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (8, 9))
    return Context(device=torch.device("cuda"))


def test_a_card_is_readied_for_the_quality_that_is_asked_for(
    store: Store, compiler: Compiler, card: Context
) -> None:
    ready_encoders(store, "unity", {}, card, document={"export": {"quality": "high"}})
    assert sorted(compiler.names) == ["bc5 high", "bc7 high"]
    assert {code.machine for code in compiler.codes} == {"sm_89"}


def test_where_a_card_has_no_compiler_the_cpu_is_readied(
    store: Store, card: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    readied: list[str] = []

    def ready_code(code: MachineCode, *, cache_dir: Path) -> Readied:
        if code.architecture:
            raise NvrtcMissing("there is no NVRTC.")
        readied.append(code.name)
        return Readied(code.name, code.machine, 0.1, was_compiled=True)

    monkeypatch.setattr(encoders, "ready_code", ready_code)
    ready_encoders(store, "unity", {}, card)
    assert sorted(readied) == ["bc5", "bc7"]


def test_warming_up_readies_the_cpu_the_card_and_the_cards_that_are_named(
    store: Store, compiler: Compiler, card: Context
) -> None:
    stages: list[tuple[int, int, str]] = []
    ctx = replace(card, on_progress=lambda *step: stages.append(step))
    answer = warm_encoders(WarmUpOrder(cards=("sm_75",)), store.blobs.root, ctx)
    kernels = answer["kernels"]
    assert isinstance(kernels, list)
    machines = [kernel["machine"] for kernel in kernels]
    assert list(dict.fromkeys(machines)) == [platform.machine(), "sm_89", "sm_75"]
    assert (
        machines.count("sm_75")
        == len(codes_for_card("sm_75"))
        == machines.count(platform.machine()) * len(Quality)
    )
    assert stages[0] == (0, len(kernels), f"bc7 for {platform.machine()}")
    assert all(kernel["compiled"] and kernel["problem"] is None for kernel in kernels)


def test_a_kernel_that_does_not_compile_keeps_no_other_from_it(store: Store, compiler: Compiler) -> None:
    compiler.error = NvrtcMissing("there is no NVRTC.")
    answer = warm_encoders(WarmUpOrder(), store.blobs.root, Context())
    kernels = answer["kernels"]
    assert isinstance(kernels, list)
    assert {kernel["problem"] for kernel in kernels} == {"there is no NVRTC."}
