"""What an editor writes as a prompt file says again what it was told."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.client.errors import InvalidSpec
from assetgen.client.prompt_text import prompt_text

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN = st.booleans() | st.integers(0, 2**62) | st.floats(allow_nan=False, allow_infinity=False) | WORDS
VALUES = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(WORDS, PLAIN, min_size=1, max_size=3)


@given(st.dictionaries(WORDS.filter(lambda key: key != "assetgen"), VALUES, max_size=5))
def test_keys_survive_their_text(keys: dict[str, object]) -> None:
    assert tomllib.loads(prompt_text(keys)) == {"assetgen": 1, **keys}


def test_what_one_looks_for_first_stands_first_and_absent_keys_are_left_out() -> None:
    keys = {"targets": ["blender"], "surface": {"meters": 2.0, "metallic": None}, "prompt": 'old "brick"'}
    text = prompt_text({**keys, "kind": "material", "style": None})
    assert text == (
        'assetgen = 1\nkind = "material"\nprompt = "old \\"brick\\""\ntargets = ["blender"]\n'
        "\n[surface]\nmeters = 2.0\n"
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"bytes"])
def test_what_a_prompt_file_cannot_hold_is_refused_by_name(value: object) -> None:
    with pytest.raises(InvalidSpec, match=r"surface\.meters"):
        prompt_text({"surface": {"meters": value}})
