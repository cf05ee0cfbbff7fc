from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.specs.project import project_table
from assetgen.specs.schema import json_schema
from assetgen.specs.table import SPECS, read_values
from assetgen.specs.wording import Problem
from tests.specs.documents import ATLAS, AUDIO, MATERIAL, PROJECT, TEXTURE, changed, paths_in, without

VALIDATORS = {
    kind: jsonschema.Draft202012Validator(json_schema(kind))
    for kind in (None, "texture", "material", "atlas", "audio", "project")
}

odd_values = st.one_of(
    st.booleans(),
    st.integers(-3, 20),
    st.sampled_from([2**63 - 1, 2**63, 10**30, -(10**400), 8192, 8193, 4096.0, 0.5, 1.0, -0.0, 1e300]),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(max_size=4),
    st.sampled_from(["png", "bc7", "xy", "unity", "material", " ", "a" * 4001, "\u00a0", "a\nb"]),
    st.lists(st.sampled_from([16, 32.0, "png", "web", True, 0.5]), max_size=3),
    st.dictionaries(st.sampled_from(["strength", "albedo", "unity", "x", "Big"]), st.just(1), max_size=2),
)


def reads(document: dict[str, Any]) -> bool:
    problems: list[Problem] = []
    kind = document.get("kind")
    if not isinstance(kind, str) or kind not in SPECS:
        return False
    read_values(kind, document, problems)
    # The schema cannot say that two spellings of one key must agree.
    return not [problem for problem in problems if "contradicts" not in problem.message]


def project_reads(document: dict[str, Any]) -> bool:
    problems: list[Problem] = []
    project_table().read(document, (), problems)
    return not problems


@pytest.mark.parametrize("kind", list(VALIDATORS))
def test_the_schema_is_itself_valid(kind: str | None) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))


def test_full_examples_read_and_validate() -> None:
    for document in (TEXTURE, MATERIAL, ATLAS, AUDIO):
        assert reads(document)
        VALIDATORS[None].validate(document)
        VALIDATORS[document["kind"]].validate(document)
    assert project_reads(PROJECT)
    VALIDATORS["project"].validate(PROJECT)


@given(st.data())
def test_parser_and_schema_agree_on_changed_values(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from([TEXTURE, MATERIAL, ATLAS]))
    path = data.draw(st.sampled_from(paths_in(document)))
    mutant = changed(document, path, data.draw(odd_values))
    assert reads(mutant) == VALIDATORS[None].is_valid(mutant), (path, mutant)


@given(st.data())
def test_parser_and_schema_agree_on_added_keys(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from([TEXTURE, MATERIAL, ATLAS]))
    tables = [(), *(path for path in paths_in(document) if isinstance(_at(document, path), dict))]
    table = data.draw(st.sampled_from(tables))
    name = data.draw(
        st.sampled_from(["sizes", "promt", "metallic", "godot", "emissive", "bits", "params", "", "quality"])
    )
    mutant = changed(document, (*table, name), data.draw(odd_values))
    assert reads(mutant) == VALIDATORS[None].is_valid(mutant), (table, name)


@pytest.mark.parametrize(
    "document", [TEXTURE, MATERIAL, ATLAS, AUDIO], ids=["texture", "material", "atlas", "audio"]
)
def test_parser_and_schema_agree_on_missing_keys(document: dict[str, Any]) -> None:
    for path in paths_in(document):
        mutant = without(document, path)
        assert reads(mutant) == VALIDATORS[None].is_valid(mutant), path


@given(st.data())
def test_project_parser_and_schema_agree(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths_in(PROJECT)))
    mutant = changed(PROJECT, path, data.draw(odd_values))
    assert project_reads(mutant) == VALIDATORS["project"].is_valid(mutant), (path, mutant)


def test_every_key_has_a_description() -> None:
    for kind in SPECS:
        for name, key in json_schema(kind)["properties"].items():
            assert key["description"].endswith((".", ")")), name


def test_defaults_in_the_schema_are_valid_values() -> None:
    for kind in SPECS:
        base: dict[str, Any] = {"assetgen": 1, "kind": kind, "prompt": "x"}
        base |= {"uses": ["x.png"]} if "uses" in SPECS[kind].starts else {}
        for name, key in json_schema(kind)["properties"].items():
            if "default" in key:
                VALIDATORS[kind].validate({**base, name: key["default"]})


def test_a_schema_of_an_unknown_kind_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(SpecError, match='did you mean "material"'):
        json_schema("materials")


def _at(document: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        document = document[part]
    return document
