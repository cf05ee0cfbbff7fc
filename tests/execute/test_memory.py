from __future__ import annotations

import pytest

from assetgen.execute.memory import estimate_gib, jobs_that_fit, machine_gib


def test_a_larger_asset_is_expected_to_take_more() -> None:
    small, large = estimate_gib({"size": [1024, 1024]}), estimate_gib({"size": [8192, 8192]})
    assert small < 1 < 12 < large


def test_an_asset_without_a_size_counts_as_the_default() -> None:
    assert estimate_gib({}) == estimate_gib({"size": [1024, 1024]})


@pytest.mark.parametrize(
    ("jobs", "largest", "machine", "fit"),
    [
        (2, 0.7, 24.0, 2),  # room for all
        (16, 3.7, 24.0, 5),  # sixteen 4K sets would need 59 GiB
        (4, 30.0, 24.0, 1),  # never none
        (8, 3.7, None, 8),  # nothing is known of the machine
    ],
)
def test_workers_are_limited_by_memory(jobs: int, largest: float, machine: float | None, fit: int) -> None:
    assert jobs_that_fit(jobs, largest, machine_gib=machine) == fit


def test_this_machine_tells_its_memory_or_nothing() -> None:
    known = machine_gib()
    assert known is None or known > 0.1
