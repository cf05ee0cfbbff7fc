from __future__ import annotations

import pytest

from tests.golden.materials import PATH, Golden, current, differences, recorded


@pytest.fixture(scope="module")
def now() -> Golden:
    return current()


def test_materials_change_only_together_with_their_versions(now: Golden) -> None:
    before = recorded()
    changed = differences(now, before)
    assert not changed, (
        f"drawn otherwise than at versions {before['versions']}: {changed}. If that is meant, raise the number of "
        "the step in assetgen/versions.py and run python -m tests.golden.remake."
    )
    assert now["versions"] == before["versions"], "run python -m tests.golden.remake"
    assert list(now["fields"]) == list(before["fields"])


def test_a_small_change_of_one_map_is_seen(now: Golden) -> None:
    color, normal, roughness, *rest = now["fields"]["brick"].split(" ")
    moved = f"{int(roughness[:3], 16) + 5:03x}{roughness[3:]}"
    fields = now["fields"] | {"brick": " ".join((color, normal, moved, *rest))}
    assert list(differences(Golden(versions=now["versions"], fields=fields), now)) == ["brick: roughness"]


def test_the_golden_file_is_small() -> None:
    assert PATH.stat().st_size < 20_000
