"""What the daemon says of its own health."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assetgen.errors import StoreError
from assetgen.serve.health import RESERVE_BYTES, Checks, problems


def well(tmp_path: Path) -> Checks:
    return Checks(
        cache_dir=tmp_path,
        touch_table=lambda: None,
        workers_are_well=lambda: True,
        watcher_problems=list,
        free_bytes=lambda path: RESERVE_BYTES,
    )


def test_a_sound_daemon_has_no_problem(tmp_path: Path) -> None:
    assert problems(well(tmp_path)) == ()


def test_each_fault_is_named(tmp_path: Path) -> None:
    def full() -> None:
        raise StoreError("the disk is full; free some space.")

    def unreachable(path: Path) -> int:
        raise FileNotFoundError(2, "No such file or directory")

    sound = well(tmp_path)
    assert "disk is full" in problems(replace(sound, touch_table=full))[0]
    assert "doctor" in problems(replace(sound, workers_are_well=lambda: False))[0]
    assert "not running" in problems(replace(sound, watcher_problems=lambda: ["the watch is not running"]))[0]
    assert "MiB left" in problems(replace(sound, free_bytes=lambda path: RESERVE_BYTES - 1))[0]
    assert "cannot be reached" in problems(replace(sound, free_bytes=unreachable))[0]
