from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from enum import Enum, IntEnum, StrEnum
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assetgen.errors import SpecError, StoreError
from assetgen.store.keys import action_key, canonical_json, hash_file

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXT
)
DOCUMENTS = st.dictionaries(
    TEXT.map(lambda text: unicodedata.normalize("NFC", text)),
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("k"), inner)),
    max_size=6,
)


@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_the_order_of_fields_changes_nothing(document: dict, random: object) -> None:
    items = list(document.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert action_key("finish", document) == action_key("finish", dict(items))


@given(DOCUMENTS, SCALARS)
def test_any_changed_value_changes_the_key(document: dict, value: object) -> None:
    assume(document)
    name = next(iter(document))
    changed = {**document, name: value}
    is_same = canonical_json(changed) == canonical_json(document)
    assert is_same == (action_key("finish", changed) == action_key("finish", document))
    if type(value) is type(document[name]) and not isinstance(value, str):
        assert is_same == (value == document[name])


@given(DOCUMENTS)
def test_the_canonical_form_reads_back_to_itself(document: dict) -> None:
    form = canonical_json(document)
    assert canonical_json(json.loads(form)) == form


def test_the_step_and_a_removed_field_change_the_key() -> None:
    keys = {action_key("bc7", {"a": None}), action_key("bc7", {}), action_key("dds", {})}
    assert len(keys) == 3


@given(st.integers(min_value=-(2**53), max_value=2**53))
def test_an_integral_float_is_the_same_number(number: int) -> None:
    assert canonical_json([number]) == canonical_json([float(number)])


def test_equal_values_have_one_form_and_unequal_ones_do_not() -> None:
    assert canonical_json({"b": (1, 2), "a": -0.0}) == canonical_json({"a": 0, "b": [1.0, 2.0]})
    assert canonical_json("e\u0301") == canonical_json("\u00e9")
    assert canonical_json(True) != canonical_json(1)
    assert canonical_json(0.1) == b"0.1"
    assert canonical_json(1e300) == canonical_json(int(1e300))
    assert canonical_json("1") != canonical_json(1)


class Color(Enum):
    RED = 1


class Level(IntEnum):
    TOP = 0


class Word(StrEnum):
    YES = "yes"


NESTED: list = []
for _ in range(100):
    NESTED = [NESTED]


@pytest.mark.parametrize(
    "value",
    [
        *(math.nan, math.inf, -math.inf, 1 << 1100),
        *(Color.RED, Level.TOP, Word.YES),
        *(b"x", {1}, Path("a"), object(), "\ud800"),
        *({1: 2}, {Word.YES: 2}, {"e\u0301": 1, "\u00e9": 2}, NESTED),
    ],
)
def test_what_has_no_canonical_form_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(SpecError, match=r"document\.surface\[0\]"):
        canonical_json({"surface": [value]})


def test_a_key_is_the_same_on_every_machine() -> None:
    expected = b'{"document":{"size":1024,"wet":0.5},"key_schema":1,"step":"finish"}'
    assert action_key("finish", {"wet": 0.5, "size": 1024.0}) == hashlib.sha256(expected).hexdigest()


def test_a_file_is_hashed_in_pieces_and_a_missing_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(bytes(3_000_000))
    assert hash_file(path) == hashlib.sha256(bytes(3_000_000)).hexdigest()
    with pytest.raises(StoreError, match="none"):
        hash_file(tmp_path / "none")
