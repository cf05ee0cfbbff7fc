from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assetgen.project.toml_places import scan_places
from assetgen.specs.wording import KeyPath

bare = st.text(alphabet="abzAZ09_-", min_size=1, max_size=4)
basic = st.sampled_from(
    ['"a.b"', '"sp ace"', '"q\\"uote"', '"\\u00e9"', '"#no"', '""', "'lit'", "'a]b'", '"é"']
)
key = st.one_of(bare, basic)
blank = st.sampled_from(["", " ", "\t "])
scalar = st.sampled_from(
    [
        "1", "-4_000", "0xff", "1.5e3", "inf", "nan", "true", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00",
        "07:32:00", '""', "''", '"a # b"', '"x\\"y]"', "'c:\\path'", '"""a\nb = 1\n[c]\n"""', "'''x\n}'''",
        '"""ends with two quotes"""""', '""""""', '"""\\\n   joined \\""" still"""', '"🧱"',
    ]
)  # fmt: skip
gap = st.sampled_from(["", " ", "\n", '  # remark ] } = "\n  ', "\r\n"])


@st.composite
def lists(draw: st.DrawFn, items: st.SearchStrategy[str]) -> str:
    parts = draw(st.lists(items, max_size=3))
    text = "["
    for index, part in enumerate(parts):
        comma = "," if index < len(parts) - 1 or draw(st.booleans()) else ""
        text += draw(gap) + part + draw(gap) + comma
    return text + draw(gap) + "]"


@st.composite
def inline_tables(draw: st.DrawFn, items: st.SearchStrategy[str]) -> str:
    keys = draw(st.lists(key, max_size=3, unique_by=_spelled))
    pairs = [f"{draw(blank)}{name}{draw(blank)}={draw(blank)}{draw(items)}{draw(blank)}" for name in keys]
    return "{" + ",".join(pairs) + "}"


def _spelled(name: str) -> str:
    return next(iter(tomllib.loads(f"{name} = 1")))


value = st.recursive(scalar, lambda items: st.one_of(lists(items), inline_tables(items)), max_leaves=8)


@st.composite
def documents(draw: st.DrawFn) -> str:
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    lines: list[str] = []
    for _ in range(draw(st.integers(0, 3))):
        lines += draw(pairs())
    for _ in range(draw(st.integers(0, 3))):
        name = ".".join(draw(st.lists(key, min_size=1, max_size=3)))
        form = draw(st.sampled_from(["[{}]", "[[{}]]", "[ {} ] # remark", "[[ {}]]  "]))
        lines.append(draw(blank) + form.format(name))
        lines += draw(pairs())
    return newline.join(lines)


@st.composite
def pairs(draw: st.DrawFn) -> list[str]:
    lines = []
    for _ in range(draw(st.integers(0, 3))):
        dot = draw(st.sampled_from([".", " . "]))
        name = dot.join(draw(st.lists(key, min_size=1, max_size=3)))
        end = draw(st.sampled_from(["", "  # remark = [", " "]))
        lines.append(f"{draw(blank)}{name}{draw(blank)}={draw(blank)}{draw(value)}{end}")
    return lines


def paths_of(document: Any) -> list[KeyPath]:
    items = list(document.items() if isinstance(document, dict) else enumerate(document))
    found: list[KeyPath] = [(name,) for name, _ in items]
    for name, inner in items:
        if isinstance(inner, dict | list):
            found += [(name, *rest) for rest in paths_of(inner)]
    return found


@given(documents())
def test_every_key_path_has_a_place_whose_text_starts_with_that_key(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    spots = scan_places(text)
    lines = text.replace("\r\n", "\n").split("\n")
    for path in paths_of(document):
        line, column = spots[path].key
        rest = lines[line - 1][column - 1 :]
        name = path[-1]
        if isinstance(name, str):
            start = rest[0]
            end = rest.index(start, 1) + 1 if start == "'" else _end_of_key(rest)
            assert _spelled(rest[:end]) == name
    assert set(paths_of(document)) == set(spots)


def _end_of_key(rest: str) -> int:
    if rest[0] != '"':
        return next((i for i, sign in enumerate(rest) if not (sign.isalnum() or sign in "_-")), len(rest))
    end = 1
    while rest[end] != '"':
        end += 2 if rest[end] == "\\" else 1
    return end + 1


@given(documents())
def test_every_scalar_has_a_place_whose_text_starts_with_its_value(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    spots = scan_places(text)
    lines = text.replace("\r\n", "\n").split("\n")
    for path in paths_of(document):
        found: Any = document
        for part in path:
            found = found[part]
        line, column = spots[path].value
        rest = lines[line - 1][column - 1 :]
        if isinstance(found, bool):
            assert rest.startswith(str(found).lower())
        elif isinstance(found, str):
            assert rest[0] in "\"'"
        elif isinstance(found, int | float):
            assert rest[0] in "-0123456789in"
        elif isinstance(found, list) and not (found and isinstance(found[0], dict)):
            assert rest[0] == "["


@given(st.text(alphabet="ab.=[]{}\"'#\n, \\", max_size=40))
def test_text_that_is_not_toml_is_scanned_without_an_error(text: str) -> None:
    scan_places(text)


def test_places_count_lines_and_columns_from_one() -> None:
    spots = scan_places('a = 1\r\n  bé = 2\n"k.x" . y = { z = [1,\n  22] }\n[[t]]\nu=1\n[[t]]\n[t.v]\n')
    assert spots[("a",)].key == (1, 1)
    assert spots[("a",)].value == (1, 5)
    assert spots[("k.x",)].key == (3, 1)
    assert spots[("k.x", "y")].key == (3, 9)
    assert spots[("k.x", "y", "z")].key == (3, 15)
    assert spots[("k.x", "y", "z", 1)].value == (4, 3)
    assert spots[("t", 0, "u")].value == (6, 3)
    assert spots[("t", 1)].key == (7, 3)
    assert spots[("t", 1, "v")].key == (8, 4)
