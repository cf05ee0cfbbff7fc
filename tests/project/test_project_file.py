from __future__ import annotations

import re
from pathlib import Path

import pytest

from assetgen.errors import PromptFileError
from assetgen.project.discover import discover
from assetgen.project.globs import compile_glob
from assetgen.project.project_file import check_project_file, find_project
from assetgen.specs.table import SPECS
from tests.project.folders import material, read, write


def test_a_folder_without_a_project_file_is_a_project_with_defaults(tmp_path: Path) -> None:
    project = find_project(write(tmp_path, {"x/a.prompt.toml": material()}) / "x/a.prompt.toml")
    assert project.root == tmp_path / "x"
    assert (project.name, project.output, project.targets, project.files) == ("x", "generated", None, ())


def test_the_outermost_file_is_the_root_and_the_nearest_wins(tmp_path: Path) -> None:
    outer = 'assetgen = 1\nname = "game"\ntargets = ["unity"]\noutput = "out"\n[style.a]\nsize = 64\n'
    inner = 'assetgen = 1\ntargets = ["web"]\noutput = "made"\n'
    write(tmp_path, {"assetgen.toml": outer, "props/assetgen.toml": inner, "props/x/y": ""})
    project = find_project(tmp_path / "props/x")
    assert project.root == tmp_path
    assert project.name == "game"
    assert project.targets == ("web",)
    assert project.output_folder == tmp_path / "props/made"
    assert list(project.styles) == ["a"]
    assert project.files == (tmp_path / "assetgen.toml", tmp_path / "props/assetgen.toml")
    assert find_project(tmp_path).output == "out"


def test_the_search_upwards_ends_at_a_repository(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"assetgen.toml": "assetgen = 1", "repo/.git/HEAD": "", "repo/art/a.prompt.toml": material()},
    )
    assert find_project(tmp_path / "repo/art").root == tmp_path / "repo/art"
    write(tmp_path, {"repo/assetgen.toml": "assetgen = 1"})
    assert find_project(tmp_path / "repo/art").root == tmp_path / "repo"


def test_globs_of_a_nested_file_start_at_its_folder(tmp_path: Path) -> None:
    rule = 'assetgen = 1\n[[rule]]\nmatch = "small/*"\nsize = 64\n'
    write(
        tmp_path,
        {
            "assetgen.toml": "assetgen = 1",
            "props/assetgen.toml": rule,
            "props/small/a.prompt.toml": material(),
            "props/props/small/a.prompt.toml": material(),
        },
    )
    sizes = [
        read(tmp_path / f"props/{name}a.prompt.toml").specs[0].to_json()["size"]
        for name in ("small/", "props/small/")
    ]
    assert sizes == [[64, 64], [1024, 1024]]


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("props/**", "props/a", True),
        ("props/**", "props/x/y/a", True),
        ("props/**", "propsy/a", False),
        ("props/*", "props/x/a", False),
        ("props/*", "props/a", True),
        ("**/a", "a", True),
        ("**/a", "x/y/a", True),
        ("x/**/a", "x/a", True),
        ("*_wall", "deep/down/brick_wall", True),
        ("**", "x/y", True),
        ("a?c", "x/abc", True),
        ("a?c", "a/c", False),
        ("a.c", "abc", False),
        ("[a]", "a", False),
    ],
)
def test_globs_match_as_documented(glob: str, path: str, expected: bool) -> None:
    assert bool(compile_glob(glob).fullmatch(path)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: assetgen is missing"),
        ("assetgen = 3", "1:12: assetgen = 3 is not 1"),
        ("assetgen = 1\ntargts = []", '2:1: unknown key targts; did you mean "targets"'),
        ('assetgen = 1\ntargets = ["untiy"]', '2:12: .*did you mean "unity"'),
        ('assetgen = 1\noutput = "../x"', '2:10: output = "../x" has a ".." in it'),
        ('assetgen = 1\noutput = "/x"', "2:10: output"),
        ("assetgen = 1\n[[rule]]\nsize = 5", r"3:8: rule\[0\].size = 5 is not"),
        ("assetgen = 1\n[[rule]]\nsize = 16", r"2:3: rule\[0\].match is missing"),
        ('assetgen = 1\n[[rule]]\nmatch = "../x/*"', "3:9: .*leads elsewhere"),
        ('assetgen = 1\n[[rule]]\nmatch = "*"\nprompt = "x"', "4:1: unknown key prompt"),
        ('assetgen = 1\n[[rule]]\nmatch = "*"\n[rule.export]\nalbdeo = "x"', "5:1: unknown key albdeo"),
        ('assetgen = 1\n[style.ruins]\nsise = 16', '3:1: .* sise in style.ruins; did you mean "size"'),
        ('assetgen = 1\n[style.ruins]\nmaps.normal.strength = 99', "3:24: .*write 4"),
        ("assetgen = 1\n[style]\nruins = 1", "3:9: style.ruins = 1 is not a table"),
        ("assetgen = ", "1:12: this is not TOML"),
    ],
)  # fmt: skip
def test_each_mistake_is_placed_and_explained(tmp_path: Path, text: str, expected: str) -> None:
    path = write(tmp_path, {"assetgen.toml": text}) / "assetgen.toml"
    found = [str(error).removeprefix(f"{path}:") for error in check_project_file(path)]
    assert any(re.match(expected, one) for one in found), found
    with pytest.raises(PromptFileError):
        find_project(tmp_path)


def test_keys_of_several_kinds_may_stand_in_one_rule(tmp_path: Path) -> None:
    rule = 'assetgen = 1\n[[rule]]\nmatch = "**"\nrole = "height"\nmaps.emissive = true\n'
    write(
        tmp_path,
        {
            "assetgen.toml": rule,
            "m.prompt.toml": material(),
            "t.prompt.toml": material().replace("material", "texture"),
        },
    )
    assert read(tmp_path / "m.prompt.toml").specs[0].to_json()["maps"]["emissive"] is True
    assert read(tmp_path / "t.prompt.toml").specs[0].to_json()["role"] == "height"


def test_the_fingerprint_changes_with_what_prompt_files_inherit_alone(tmp_path: Path) -> None:
    def fingerprint(text: str) -> str:
        return find_project(write(tmp_path, {"assetgen.toml": "assetgen = 1\n" + text})).fingerprint()

    rule = '[[rule]]\nmatch = "*"\nsize = 64\n'
    assert fingerprint(rule) == fingerprint("# remark\n" + rule.replace("64", "6_4"))
    assert fingerprint(rule) == fingerprint('output = "elsewhere"\n' + rule)
    assert len({fingerprint(text) for text in ("", rule, rule.replace("64", "32"), 'targets = ["web"]')}) == 4


def test_a_profile_decides_what_files_say_where_nothing_else_does(tmp_path: Path) -> None:
    write(tmp_path, {"a.prompt.toml": material(), "b.prompt.toml": material('export.metadata = "license"')})

    def said(project: str) -> list[str]:
        write(tmp_path, {"assetgen.toml": f"assetgen = 1\n{project}\n"})
        return [
            read(tmp_path / name).specs[0].metadata_for("web") for name in ("a.prompt.toml", "b.prompt.toml")
        ]

    assert said("") == ["full", "license"]
    assert said('profile = "ship"') == ["none", "license"]
    assert said('profile = "ship"\nmetadata.ship = "license"') == ["license", "license"]
    assert said('metadata.work = "none"') == ["none", "license"]
    assert said('[[rule]]\nmatch = "a"\nexport.metadata = "license"') == ["license", "license"]
    assert said('profile = "ship"\n[[rule]]\nmatch = "*"\nengine.web.metadata = "full"') == ["full", "full"]


def test_a_bake_may_have_another_profile_than_its_project(tmp_path: Path) -> None:
    write(tmp_path, {"assetgen.toml": "assetgen = 1", "a.prompt.toml": material()})
    (work,), (ship,) = discover([tmp_path]), discover([tmp_path], profile="ship")
    assert (work.project.metadata, ship.project.metadata) == ("full", "none")
    assert work.project.fingerprint() != ship.project.fingerprint()


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ('profile = "shop"', 'did you mean "ship"'),
        ('metadata.ship = "all"', "full"),
        ("metadata.x = 1", "unknown key"),
    ],
)
def test_a_wrong_profile_is_refused(tmp_path: Path, line: str, match: str) -> None:
    write(tmp_path, {"assetgen.toml": f"assetgen = 1\n{line}\n"})
    (error,) = check_project_file(tmp_path / "assetgen.toml")
    assert match in error.message


@pytest.mark.parametrize("kind", list(SPECS))
def test_no_kind_keeps_its_prompt_where_it_is_shipped(tmp_path: Path, kind: str) -> None:
    lines = {"atlas": 'uses = ["*.png"]'}.get(kind, 'prompt = "stone"')
    write(
        tmp_path,
        {
            "assetgen.toml": 'assetgen = 1\nprofile = "ship"',
            "a.prompt.toml": f'assetgen = 1\nkind = "{kind}"\n{lines}\n',
            "b.png": b"",
        },
    )
    assert read(tmp_path / "a.prompt.toml").specs[0].metadata_for("web") == "none"
