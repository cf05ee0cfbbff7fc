"""Whatever is killed and whenever: nothing is lost, nothing is done twice, and no innocent job fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.serve.chaos import run_chaos


def assert_nothing_is_lost(figures: dict[str, Any]) -> None:
    wrong = {name: figures[name] for name in ("lost", "failed", "without_files", "done_twice")}
    assert not any(wrong.values()), figures


def test_fifty_kills_lose_nothing(tmp_path: Path) -> None:
    figures = run_chaos(tmp_path, jobs=250, worker_kills=25, daemon_kills=25, seed=1)
    assert figures["worker_kills"] >= 20, "too few workers were hit for this to say anything"
    assert figures["daemon_kills"] == 25
    assert_nothing_is_lost(figures)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_four_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    figures = run_chaos(tmp_path, jobs=2000, worker_kills=200, daemon_kills=200, seed=2)
    assert figures["worker_kills"] >= 180
    assert figures["daemon_kills"] == 200
    assert_nothing_is_lost(figures)
