from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.project.discover import discover
from assetgen.project.graph import Linked, link, order
from assetgen.project.prompt_file import read_prompt_file
from assetgen.specs.texture import TextureSpec
from tests.project.folders import material, texture, write


def linked(root: Path, *names: str) -> Linked:
    paths = [root / name for name in names] or [root]
    return link(
        [read_prompt_file(file, project=group.project) for group in discover(paths) for file in group.files]
    )


def source(target: str) -> str:
    return texture(f'source = "{target}"')


def places(result: Linked) -> list[tuple[str, int, int]]:
    found = [error.place for error in result.errors]
    return [(Path(place.path).name, place.line, place.column) for place in found if place is not None]


def project(root: Path, files: dict[str, str | bytes]) -> Path:
    return write(root, {"assetgen.toml": "assetgen = 1", **files})


def test_references_give_waves(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "a.prompt.toml": material('id = "floors/base"', "variants = 2"),
            "x/b.prompt.toml": source("../a.prompt.toml"),
            "x/c.prompt.toml": texture('source = { albedo = "b.prompt.toml", normal = "/a.prompt.toml" }'),
            "d.prompt.toml": material(),
        },
    )
    result = linked(tmp_path)
    assert result.errors == ()
    assert [[spec.asset for spec in wave] for wave in order(result.specs)] == [
        ["floors/base", "floors/base_v2", "d"],
        ["x/b"],
        ["x/c"],
    ]
    uses = {spec.asset: spec.uses for spec in result.specs}
    assert uses["x/b"] == ("floors/base",)
    assert uses["x/c"] == ("x/b", "floors/base")


def test_files_that_are_referenced_but_not_named_are_read_too(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "a.prompt.toml": material(),
            "b.prompt.toml": source("a.prompt.toml"),
            "c.prompt.toml": source("b.prompt.toml"),
            "d.prompt.toml": material(),
        },
    )
    result = linked(tmp_path, "c.prompt.toml")
    assert [[spec.asset for spec in wave] for wave in order(result.specs)] == [["a"], ["b"], ["c"]]


def test_a_circle_is_told_at_each_of_its_references(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "a.prompt.toml": source("b.prompt.toml"),
            "b.prompt.toml": source("c.prompt.toml"),
            "c.prompt.toml": source("a.prompt.toml"),
            "d.prompt.toml": source("a.prompt.toml"),
            "self.prompt.toml": source("self.prompt.toml"),
            "good.prompt.toml": material(),
        },
    )
    result = linked(tmp_path)
    assert [spec.asset for spec in result.specs] == ["good"]
    assert places(result) == [(f"{name}.prompt.toml", 3, 10) for name in ("a", "b", "c", "d", "self")]
    texts = [error.message for error in result.errors]
    assert all("a.prompt.toml -> b.prompt.toml -> c.prompt.toml" in text for text in texts[:3])
    assert "a.prompt.toml, which has an error" in texts[3]


def test_a_dangling_reference_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "brick.png": b"",
            "base.prompt.toml": material(),
            "p.prompt.toml": source("brik.png"),
            "q.prompt.toml": source("bas.prompt.toml"),
            "r.prompt.toml": source("nowhere/a.png"),
            "s.prompt.toml": source("brick.png"),
            "t.prompt.toml": source("q.prompt.toml"),
        },
    )
    result = linked(tmp_path)
    assert [spec.asset for spec in result.specs] == ["base", "s"]
    texts = [error.message for error in result.errors]
    assert 'did you mean "brick.png"' in texts[0]
    assert 'did you mean "base.prompt.toml"' in texts[1]
    assert "which does not exist; check the name" in texts[2]
    assert "mend that one first" in texts[3]
    assert places(result) == [(f"{name}.prompt.toml", 3, 10) for name in "pqrt"]


def test_a_reference_to_a_broken_file_says_what_is_broken(tmp_path: Path) -> None:
    project(tmp_path, {"a.prompt.toml": material("size = 1"), "b.prompt.toml": source("a.prompt.toml")})
    result = linked(tmp_path, "b.prompt.toml")
    assert result.specs == ()
    assert re.search(r"a\.prompt\.toml:4:8: size = 1", result.errors[0].message)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"Crate.prompt.toml": material()}, {"sub/x.prompt.toml": material('id = "crate"')}),
        ({"a.prompt.toml": material("variants = 2")}, {"a_v2.prompt.toml": material()}),
        ({"a.prompt.toml": material('id = "caf\u00e9"')}, {"b.prompt.toml": material('id = "cafe\u0301"')}),
    ],
)
def test_ids_that_collide_are_told_for_both_files(
    tmp_path: Path, first: dict[str, str | bytes], second: dict[str, str | bytes]
) -> None:
    project(tmp_path, {**first, **second, "other.prompt.toml": material()})
    result = linked(tmp_path)
    assert [spec.asset for spec in result.specs] == ["other"]
    one, other = result.errors
    assert next(iter(second)).split("/")[-1] in one.message
    assert next(iter(first)) in other.message


def test_specs_in_a_circle_cannot_be_ordered() -> None:
    specs = [TextureSpec(asset=a, prompt="x", uses=(b,)) for a, b in (("a", "b"), ("b", "a"))]
    with pytest.raises(SpecError, match='"a" -> "b"'):
        order(specs)


@given(st.dictionaries(st.integers(0, 12), st.sets(st.integers(0, 12), max_size=4), max_size=12))
def test_every_spec_comes_once_and_after_what_it_uses(graph: dict[int, set[int]]) -> None:
    specs = [
        TextureSpec(
            asset=f"n{node}", prompt="x", uses=tuple(f"n{used}" for used in sorted(uses) if used < node)
        )
        for node, uses in graph.items()
    ]
    placed: dict[str, int] = {}
    for number, wave in enumerate(order(specs)):
        for spec in wave:
            assert spec.asset not in placed
            placed[spec.asset] = number
    assert set(placed) == {spec.asset for spec in specs}
    for spec in specs:
        assert all(placed[used] < placed[spec.asset] for used in spec.uses if used in placed)
