from __future__ import annotations

import pytest

from tests.golden.sounds import PATH, Golden, current, differences, recorded


@pytest.fixture(scope="module")
def now() -> Golden:
    return current()


def test_sounds_change_only_together_with_their_versions(now: Golden) -> None:
    before = recorded()
    changed = differences(now, before)
    assert not changed, (
        f"played otherwise than at versions {before['versions']}: {changed}. If that is meant, raise the number of "
        "the step in assetgen/versions.py and run python -m tests.golden.remake."
    )
    assert now["versions"] == before["versions"], "run python -m tests.golden.remake"
    assert list(now["levels"]) == list(before["levels"])


def test_a_decibel_in_one_octave_is_seen(now: Golden) -> None:
    word = now["levels"]["rain (ambience)"]
    louder = f"{int(word[:2], 16) + 2:02x}{word[2:]}"
    levels = now["levels"] | {"rain (ambience)": louder}
    assert differences(Golden(versions=now["versions"], levels=levels), now) == {"rain (ambience)": 1.0}


def test_the_golden_file_is_small() -> None:
    assert PATH.stat().st_size < 20_000
