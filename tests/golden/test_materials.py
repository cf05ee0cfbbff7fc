from __future__ import annotations

import pytest

from assetgen.backends.procedural.grammar.parse import parse_prompt
from assetgen.backends.procedural.layers.table import LAYERS
from assetgen.backends.procedural.materials.table import RECIPES
from tests.golden.materials import PATH, PROMPTS, Golden, current, differences, recorded


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
    moved = {prompt: dict(maps) for prompt, maps in now["fields"].items()}
    moved["brick"]["roughness"] = [value + 5 for value in moved["brick"]["roughness"]]
    assert list(differences(Golden(versions=now["versions"], fields=moved), now)) == ["brick: roughness"]


def test_the_golden_prompts_call_for_every_recipe_and_every_layer() -> None:
    requests = [parse_prompt(prompt).request for prompt in PROMPTS]
    assert {request.base for request in requests} == set(RECIPES)
    assert {layer.name for request in requests for layer in request.layers} == set(LAYERS)


def test_the_golden_file_is_small() -> None:
    assert PATH.stat().st_size < 20_000
