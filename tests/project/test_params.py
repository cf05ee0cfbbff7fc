"""The parameters of a prompt file are known, checked and completed by the card of the material it names."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from assetgen.backends.procedural.catalog.catalog import load_catalog
from assetgen.backends.procedural.catalog.params import limits
from assetgen.errors import PromptFileError
from assetgen.project.new_file import new_prompt_file
from assetgen.project.params import prompt_schema
from tests.project.folders import read, write

CARDS = load_catalog().materials


def brick(params: str) -> str:
    return f'assetgen = 1\nkind = "material"\nprompt = "old brick"\n\n[params]\n{params}\n'


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ("wear = 0.5\nbricks_m = 0.2", r":7:1: .*no parameter of \"brick\"; did you mean \"brick_m\"\?"),
        ("wear = 7", r":6:8: .*lies outside 0 to 1; the seed draws 0.1 to 0.8"),
        ('bond = "flemmish"', r':6:8: .*did you mean "flemish"\?'),
        ('wear = "much"', r":6:8: .*is a number"),
        ("bond = 2", r":6:8: .*is one of running"),
    ],
)
def test_a_wrong_parameter_is_told_with_its_place(tmp_path: Path, params: str, message: str) -> None:
    write(tmp_path, {"a.prompt.toml": brick(params)})
    with pytest.raises(PromptFileError, match=message):
        read(tmp_path / "a.prompt.toml")


def test_parameters_of_the_named_material_are_taken(tmp_path: Path) -> None:
    write(tmp_path, {"a.prompt.toml": brick('bond = "flemish"\nbrick_m = 0.3')})
    (spec,) = read(tmp_path / "a.prompt.toml").specs
    assert spec.params == {"bond": "flemish", "brick_m": 0.3}


def test_parameters_of_a_prompt_that_names_nothing_wait_for_what_the_making_says(tmp_path: Path) -> None:
    write(tmp_path, {"a.prompt.toml": brick("zzz = 1").replace("old brick", "zzz")})
    assert read(tmp_path / "a.prompt.toml").specs[0].params == {"zzz": 1.0}


@pytest.mark.parametrize("name", CARDS)
def test_the_schema_completes_every_parameter_and_choice_of_a_material(name: str) -> None:
    checker = jsonschema.Draft202012Validator(prompt_schema("material"))
    card = CARDS[name]
    params: dict[str, float | str] = {
        p.name: value for p in card.parameters for value in (p.low, p.high, *limits(p))
    }
    params |= {option: next(iter(values)) for option, values in card.options.items()}
    document = {"assetgen": 1, "kind": "material", "prompt": "x", "params": params}
    assert [error.message for error in checker.iter_errors(document)] == []
    assert list(checker.iter_errors(document | {"params": {"no_such_thing": 1}}))


@pytest.mark.parametrize("name", CARDS)
def test_the_schema_says_what_each_parameter_is_for_one_material(name: str) -> None:
    found = prompt_schema("material")["properties"]["params"]["properties"]
    own = {key: of[name] for key, one in found.items() if name in (of := one["x-materials"])}
    card = CARDS[name]
    numbers = {parameter.name for parameter in card.parameters}
    assert {key for key, of in own.items() if "enum" in of} == set(card.options) - numbers
    for parameter in card.parameters:
        of = own[parameter.name]
        assert (of["minimum"], of["maximum"]) == limits(parameter)
        assert of["examples"] == [parameter.low, parameter.high]
        assert of["description"] == parameter.doc


def test_the_schema_of_every_kind_knows_them_too() -> None:
    assert "brick_m" in prompt_schema()["$defs"]["material"]["properties"]["params"]["properties"]


def test_a_new_file_lists_the_parameters_of_the_material_that_its_name_or_prompt_names(
    tmp_path: Path,
) -> None:
    text = new_prompt_file("material", "walls/old_brick")
    assert "# params.brick_m = 0.215  # length of a brick without its joint; 0.21 to 0.22 m" in text
    assert '# params.bond = "running"  # or "stack", "flemish", "herringbone", "basket"' in text
    write(tmp_path, {"a.prompt.toml": text.replace("# params.", "params.")})
    params = read(tmp_path / "a.prompt.toml").specs[0].params
    assert set(params) == {p.name for p in CARDS["brick"].parameters} | set(CARDS["brick"].options)
    assert "params" not in new_prompt_file("material", "zzz")
