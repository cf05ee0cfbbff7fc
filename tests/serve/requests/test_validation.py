"""Texts of prompt files while somebody types: every problem with its place, and how the prompt is understood."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import AssetGenError
from assetgen.serve.requests.projects import KnownProject, Projects
from assetgen.serve.requests.validation import MOST_PROBLEMS, validate
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.specs.tables import MOST_UNKNOWN
from tests.project.folders import material, texture, write


@pytest.fixture
def game(tmp_path: Path) -> KnownProject:
    files: dict[str, str | bytes] = {
        "assetgen.toml": 'assetgen = 1\n[style.grim]\nprompt = "dark wet"\n[[rule]]\nmatch = "odd/*"\nsize = 1000\n',
        "walls/photo.png": b"a picture",
        "walls/base.prompt.toml": material(),
    }
    return Projects(tmp_path / "projects.json").register(write(tmp_path / "game", files))


def places(response: pb.ValidatePromptResponse) -> list[tuple[str, int, int]]:
    return [(p.place.path, p.place.line, p.place.column) for p in response.problems]


def report(response: pb.ValidatePromptResponse) -> dict[str, Any]:
    return json.loads(response.report_json)


def test_a_good_text_has_no_problem_and_a_report_of_its_prompt() -> None:
    found = validate('assetgen = 1\nkind = "material"\nprompt = "old mossy cobblestone, florble"\n')
    assert list(found.problems) == []
    assert report(found)["base"] == "cobblestone"
    assert [item["text"] for item in report(found)["ignored"]] == ["florble"]


def test_every_problem_is_told_with_its_place() -> None:
    found = validate(material("size = 9", "sise = 3", 'tile = "z"'), prompt_file="walls/a.prompt.toml")
    assert places(found) == [("walls/a.prompt.toml", *spot) for spot in ((4, 8), (5, 1), (6, 8))]
    found = validate(material("size = 1000"), prompt_file="walls/a.prompt.toml")
    assert places(found) == [("walls/a.prompt.toml", 4, 8)]
    assert found.problems[0].reason == "INVALID_PROMPT_FILE"


def test_words_are_understood_before_the_rest_is_right() -> None:
    found = validate('prompt = "old brick"\nkind = ["x"]\n')
    assert len(found.problems) == 1
    assert report(found)["base"] == "brick"


def test_rules_and_styles_of_the_project_hold_where_the_text_would_lie(game: KnownProject) -> None:
    text = material('style = "grim"')
    found = validate(text, project=game, prompt_file="walls/a.prompt.toml")
    assert list(found.problems) == []
    assert "wet" in report(found)["prompt"]
    odd = validate(text, project=game, prompt_file="odd/a.prompt.toml")
    assert [(Path(path).name, line) for path, line, _ in places(odd)] == [("assetgen.toml", 6)]
    assert [problem.place.line for problem in validate(text).problems] == [4]


def test_sources_are_looked_for_in_the_project(game: KnownProject) -> None:
    for target, count in (("photo.png", 0), ("foto.png", 1), ("base.prompt.toml", 0), ("a.prompt.toml", 1)):
        text = texture(f'source = "{target}"')
        found = validate(text, project=game, prompt_file="walls/a.prompt.toml")
        assert [line for _, line, _ in places(found)] == [3] * count, target
        assert found.report_json == ""
    assert list(validate(texture('source = "anywhere.png"')).problems) == []


def test_a_broken_project_file_is_a_problem_among_others(game: KnownProject) -> None:
    write(game.root, {"assetgen.toml": "assetgen = 2\n"})
    found = validate(material("size = 3"), project=game, prompt_file="a.prompt.toml")
    assert [Path(path).name for path, _, _ in places(found)] == ["assetgen.toml", "a.prompt.toml"]


def test_a_strict_text_is_told_of_the_words_that_mean_nothing() -> None:
    text = material("strict = true").replace("stone", "brick with florble")
    found = validate(text)
    assert places(found) == [("untitled.prompt.toml", 3, 10)]
    assert "florble" in found.problems[0].message
    assert list(validate(text.replace("strict = true", "")).problems) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "kind is missing"),
        ("\x00", "this is not TOML"),
        ("a = " + "[" * 100_000, "nested deeper|not TOML"),
        ("a = " + "[" * 40 + "]" * 40, "nested deeper"),
        ("x" * (1 << 20) + "yz", "larger than the limit"),
        ("é" * (1 << 20), "larger than the limit"),
        ("\ud800", "is not UTF-8"),
        ("seed = " + "9" * 5000, "this is not TOML"),
        (material("seed = nan"), "seed = nan"),
        (material('size = "\\u202e"'), "size = "),
        (material("size = 1_000_000_000"), "is not an integer"),
        (material('source = "../../etc/passwd"'), "leads out of the project"),
    ],
)
def test_a_hostile_text_is_a_problem_and_no_more(text: str, message: str) -> None:
    found = validate(text)
    assert any(word in problem.message for problem in found.problems for word in message.split("|"))


def test_a_text_full_of_mistakes_is_told_of_so_many() -> None:
    wrong = [f"wrong{number} = 1" for number in range(MOST_UNKNOWN + 50)]
    assert len(validate(material(*wrong)).problems) == MOST_UNKNOWN
    found = validate(material(*wrong, "[maps]", *wrong, "[surface]", *wrong))
    assert len(found.problems) == MOST_PROBLEMS


def test_a_key_of_a_thousand_parts_costs_no_time_and_prose_with_dots_is_none() -> None:
    started = time.process_time()
    for key in (".".join("a" * 40_000), '"a" . ' * 40_000 + "a", "x.y" + ".'z'" * 40_000):
        for text in (f"{key} = 1", f"[{key}]", f"x = {{ {key} = 1 }}"):
            assert "nested deeper" in validate(text).problems[0].message
    assert validate("x" * 1_000_000).problems
    assert validate('"' * 300_000).problems
    assert validate("x = " + "'a' " * 200_000).problems
    assert time.process_time() - started < 5.0
    prose = "old stone. wet. dark. " * 40 + "..." * 50 + " e.g. 1.5 m"
    assert list(validate(f'assetgen = 1\nkind = "material"\nprompt = "{prose}"\n').problems) == []


@pytest.mark.parametrize(
    "name", ["../a.prompt.toml", "/a.prompt.toml", "a.toml", "C:/a.prompt.toml", "\ud800.prompt.toml"]
)
def test_a_place_outside_the_project_is_refused(name: str) -> None:
    with pytest.raises(AssetGenError) as caught:
        validate(material(), prompt_file=name)
    caught.value.message.encode()


_LINES = st.sampled_from(
    [
        "assetgen = 1",
        'kind = "material"',
        'kind = "texture"',
        'prompt = "old brick"',
        "size = 512",
        "[maps]",
        "normal = true",
    ]
)


@given(st.text() | st.lists(_LINES | st.text(max_size=12), max_size=8).map("\n".join))
def test_no_text_makes_it_raise(text: str) -> None:
    found = validate(text)
    if found.report_json:
        report(found)
    assert all(problem.message and problem.place.path for problem in found.problems)
