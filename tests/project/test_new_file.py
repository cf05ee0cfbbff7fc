from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.project.new_file import new_prompt_file
from assetgen.specs.table import SPECS
from tests.project.folders import read, write


@pytest.mark.parametrize("kind", list(SPECS))
def test_a_fresh_file_reads_and_so_does_each_of_its_suggestions(tmp_path: Path, kind: str) -> None:
    text = new_prompt_file(kind, "walls/mossy_cobble-stone")
    path = write(tmp_path, {"a.prompt.toml": text}) / "a.prompt.toml"
    is_prompted = "prompt" in SPECS[kind].starts
    assert read(path).specs[0].prompt == ("mossy cobble stone" if is_prompted else "")
    suggestions = re.findall(r"^# ([a-z_.]+ = .*)$", text, re.MULTILINE)
    assert len(suggestions) >= 8
    for suggestion in suggestions:
        write(tmp_path, {"a.prompt.toml": f"{text}\n{suggestion}"})
        assert read(path).specs
    write(tmp_path, {"a.prompt.toml": text + "\n".join(suggestions)})
    assert read(path).specs


def test_a_fresh_file_for_a_picture_has_a_source(tmp_path: Path) -> None:
    text = new_prompt_file("material", "brick", source="brick.png")
    (spec,) = read(write(tmp_path, {"a.prompt.toml": text}) / "a.prompt.toml").specs
    assert (spec.source, spec.prompt) == ({"albedo": "brick.png"}, "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=30))
def test_any_prompt_survives_being_written(tmp_path: Path, prompt: str) -> None:
    prompt = prompt.encode("utf-8", "ignore").decode()
    if not re.search(r"\S", prompt):
        return
    (tmp_path / "a.prompt.toml").write_bytes(new_prompt_file("texture", "x", prompt=prompt).encode())
    found = read(tmp_path / "a.prompt.toml").specs[0].prompt
    expected = read_back(prompt)
    assert found == expected


def read_back(prompt: str) -> str:
    return " ".join(unicodedata.normalize("NFC", prompt).split())


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(SpecError, match='did you mean "texture"'):
        new_prompt_file("textur", "x")
