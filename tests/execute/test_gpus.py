from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from assetgen.execute.gpus import find_gpus, parse_gpus, visible

LISTING = """\
GPU 0: NVIDIA RTX 4090 (UUID: GPU-aaaa-1)
GPU 1: NVIDIA H100 (UUID: GPU-bbbb-2)
  MIG 3g.40gb     Device  0: (UUID: MIG-cccc-3)
  MIG 3g.40gb     Device  1: (UUID: MIG-dddd-4)
GPU 2: NVIDIA RTX 4090 (UUID: GPU-eeee-5)
"""
ALL = ("GPU-aaaa-1", "MIG-cccc-3", "MIG-dddd-4", "GPU-eeee-5")


def test_a_gpu_that_is_cut_counts_as_its_pieces() -> None:
    assert parse_gpus(LISTING) == ALL


@pytest.mark.parametrize("text", ["", "No devices found.\n", "NVIDIA-SMI has failed"])
def test_words_without_a_gpu_are_none(text: str) -> None:
    assert parse_gpus(text) == ()


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        (None, ALL),
        ("", ()),
        ("-1", ()),
        ("1", ("MIG-cccc-3",)),
        ("3, 0", ("GPU-eeee-5", "GPU-aaaa-1")),
        ("GPU-ee", ("GPU-eeee-5",)),
        ("0,9,1", ("GPU-aaaa-1",)),  # as CUDA itself reads it
    ],
)
def test_the_environment_narrows_the_choice(choice: str | None, left: tuple[str, ...]) -> None:
    assert visible(ALL, choice) == left


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
@pytest.mark.parametrize(("end", "found"), [("exit 0", ALL), ("exit 9", ())])
def test_the_driver_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, found: tuple[str, ...]
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{LISTING}END\n{end}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_gpus({}) == found


def test_a_machine_without_a_driver_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert find_gpus({}) == ()
