from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from assetgen.project.project_file import check_project_file
from assetgen.specs.project import project_table
from assetgen.specs.table import SPECS, document_table, read_values
from assetgen.specs.tables import Table
from assetgen.specs.wording import Problem, spell
from tests.project.folders import write

DOCS = Path(__file__).parents[2] / "docs" / "prompt-files.md"


def keys_in(table: Table, outer: tuple[str, ...] = ()) -> list[str]:
    found = []
    for name, key in table.keys.items():
        found.append(spell((*outer, name)))
        if isinstance(key.rule, Table):
            found += keys_in(key.rule, (*outer, name))
    return found


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.*)$", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def examples() -> list[dict[str, Any]]:
    blocks = re.findall(r"^```toml\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [tomllib.loads(block) for block in blocks if "assetgen = 1" in block]


@pytest.mark.parametrize("kind", list(SPECS))
def test_the_docs_list_every_key(kind: str) -> None:
    told = set(re.findall(r"`([a-z_.]+)`", DOCS.read_text(encoding="utf-8")))
    for key in keys_in(document_table(kind)):
        # Containers are told by what they hold, and what is the same for every engine is told once.
        same = re.sub(r"engine\.\w+\.", "engine.unity.", key)
        assert same in told or any(one.startswith(f"{key}.") for one in told), key


def test_the_docs_list_no_key_that_does_not_exist() -> None:
    known = {key for kind in SPECS for key in keys_in(document_table(kind))} | set(project_table().keys)
    for text in sections().values():
        for row in re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE):
            for key in re.findall(r"`([a-z_.]+)`", row):
                assert key in known, key


@pytest.mark.parametrize("kind", list(SPECS))
def test_the_docs_name_every_choice_of_a_key(kind: str) -> None:
    text = DOCS.read_text(encoding="utf-8")
    for key in document_table(kind).schema()["properties"].values():
        for name in key.get("enum", ()):
            assert (f'"{name}"' if isinstance(name, str) else str(name)) in text, name


def test_the_projects_keys_are_listed() -> None:
    table = next(text for name, text in sections().items() if name.startswith("The project"))
    assert re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE) == list(project_table().keys)


def test_the_examples_read(tmp_path: Path) -> None:
    found = examples()
    assert len(found) == 6
    for document in found:
        problems: list[Problem] = []
        if "kind" in document:
            read_values(document["kind"], document, problems)
        else:
            project_table().read(document, (), problems)
        assert problems == []
    text = next(text for name, text in sections().items() if name.startswith("The project"))
    block = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[0]
    assert check_project_file(write(tmp_path, {"assetgen.toml": block}) / "assetgen.toml") == ()
