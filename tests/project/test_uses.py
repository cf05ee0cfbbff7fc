"""What the `uses` of an atlas finds, what it is called, and what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assetgen.project.graph import link
from assetgen.project.project_file import find_project
from assetgen.project.prompt_file import read_described
from assetgen.project.uses import find_inputs, is_found
from assetgen.specs.base import Spec
from tests.project.folders import material, read, write

PICTURE = b"\x89PNG"


def atlas(*lines: str) -> str:
    """Return a small atlas prompt file."""
    return "\n".join(["assetgen = 1", 'kind = "atlas"', *lines]) + "\n"


def linked(root: Path, name: str = "a") -> Spec:
    """Return the spec of an atlas with what it finds."""
    found = link([read(root / f"{name}.prompt.toml")])
    assert not found.errors, found.errors
    return next(spec for spec in found.specs if spec.asset == name)


def error_of(root: Path, name: str = "a") -> str:
    """Return what is wrong with an atlas, with its line."""
    (error,) = link([read(root / f"{name}.prompt.toml")]).errors
    assert error.place is not None
    return f"{error.place.line}: {error.message}"


def test_globs_paths_and_names_of_assets_are_found_and_called_by_their_file(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "a.prompt.toml": atlas('uses = ["art/*.png", "art/deep/**", "walls/brick", "lone.tga"]'),
            "art/hero.png": PICTURE,
            "art/notes.txt": b"no picture",
            "art/deep/er/coin.PNG": PICTURE,
            "walls/brick.prompt.toml": material(),
            "lone.tga": PICTURE,
            "other.png": PICTURE,
        },
    )
    assert linked(root).source == {
        "brick": "walls/brick.prompt.toml",
        "coin": "art/deep/er/coin.PNG",
        "hero": "art/hero.png",
        "lone": "lone.tga",
    }
    assert linked(root).uses == ("walls/brick",)


def test_paths_start_at_the_files_folder_or_after_a_slash_at_the_root(tmp_path: Path) -> None:
    files = {"ui/a.prompt.toml": atlas('uses = ["*.png", "/art/*.png"]'), "ui/x.png": PICTURE}
    root = write(tmp_path, {**files, "assetgen.toml": "assetgen = 1", "art/y.png": PICTURE, "z.png": PICTURE})
    assert linked(root, "ui/a").source == {"x": "ui/x.png", "y": "art/y.png"}


def test_names_may_be_paths_and_one_may_be_given(tmp_path: Path) -> None:
    files = {
        "ui/b/x.png": PICTURE,
        "ui/c/x.png": PICTURE,
        "ui/d/x.png": PICTURE,
        "assetgen.toml": "assetgen = 1",
    }
    text = atlas('uses = ["**/*.png"]', 'source = { boss = "d/x.png" }', 'names = "path"')
    root = write(tmp_path, {**files, "ui/a.prompt.toml": text})
    assert linked(root, "ui/a").source == {"b/x": "ui/b/x.png", "boss": "ui/d/x.png", "c/x": "ui/c/x.png"}


def test_what_two_globs_find_is_there_once(tmp_path: Path) -> None:
    root = write(tmp_path, {"a.prompt.toml": atlas('uses = ["*.png", "x.*"]'), "x.png": PICTURE})
    assert linked(root).source == {"x": "x.png"}


def test_finished_assets_and_hidden_folders_are_not_looked_into(tmp_path: Path) -> None:
    files = {"generated/web/x/x.png": PICTURE, ".git/y.png": PICTURE, "art/z.png": PICTURE}
    root = write(tmp_path, {"a.prompt.toml": atlas('uses = ["**/*.png"]'), **files})
    assert linked(root).source == {"z": "art/z.png"}


@pytest.mark.parametrize(
    ("uses", "message"),
    [
        ('"none/*.png"', 'uses has "none/\\*.png", which no picture or prompt file fits'),
        ('"hreo.png"', 'uses names "hreo.png", which does not exist; did you mean "hero.png"'),
        ('"**/hero.png"', 'art/hero.png and hero.png would both be called "hero"; rename one, write names'),
        ('"other"', "uses has other.prompt.toml, which is of the kind atlas and has no maps to give"),
        ('"broken"', "uses = .*broken.prompt.toml.* has an error"),
    ],
)
def test_what_is_wrong_with_uses_is_told_with_its_line(tmp_path: Path, uses: str, message: str) -> None:
    files = {"hero.png": PICTURE, "art/hero.png": PICTURE, "other.prompt.toml": atlas('uses = ["hero.png"]')}
    text = atlas(f"uses = [{uses}]")
    root = write(tmp_path, {"a.prompt.toml": text, "broken.prompt.toml": "assetgen = 2", **files})
    found = error_of(root)
    assert found.startswith("3: ")
    assert re.search(message, found), found


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('uses = ["../x.png"]', "leads out of the project"),
        ('uses = ["a:b/*.png"]', "has the character"),
        ('source = { "a/../b" = "x.png" }', 'has a ".." in it'),
        ('source = { Hero = "x.png", hero = "y.png" }', "are one on some systems"),
        ('prompt = "icons"', "there is neither uses nor source"),
        ('uses = ["x.png"]\nvariants = 2', "would all be the same"),
        ('uses = ["x.png"]\npage.max = 1000', "no power of two; write 512"),
        ('uses = ["x.png"]\npage.max = 64\nmips = 8', "write mips = 6"),
    ],
)
def test_what_can_never_be_an_atlas_is_refused_when_it_is_read(
    tmp_path: Path, line: str, message: str
) -> None:
    root = write(tmp_path, {"assetgen.toml": "assetgen = 1", "a.prompt.toml": atlas(line)})
    with pytest.raises(Exception, match=message.replace(".", r"\.")):
        read(root / "a.prompt.toml")


def test_a_material_cannot_be_made_from_an_atlas(tmp_path: Path) -> None:
    files = {"a.prompt.toml": atlas('uses = ["x.png"]'), "x.png": PICTURE}
    lines = 'assetgen = 1\nkind = "texture"\nsource = "a.prompt.toml"\n'
    root = write(tmp_path, {**files, "b.prompt.toml": lines})
    assert "source.albedo uses a.prompt.toml, which is of the kind atlas" in error_of(root, "b")


def test_a_glob_stays_in_its_folder_unless_it_says_otherwise(tmp_path: Path) -> None:
    root = write(tmp_path, {"x.png": PICTURE, "a/y.png": PICTURE, "a/b/z.png": PICTURE})
    found = {
        pattern: find_inputs(root, pattern, outputs=[root / "a" / "b"])
        for pattern in ("*.png", "a/*.png", "**/*.png", "**/?.png")
    }
    assert found == {
        "*.png": ["x.png"],
        "a/*.png": ["a/y.png"],
        "**/*.png": ["a/y.png", "x.png"],
        "**/?.png": ["a/y.png", "x.png"],
    }
    assert is_found("walls/*", "walls/brick.prompt.toml")
    assert not is_found("*.png", "a/y.png")


def test_a_new_picture_that_a_glob_finds_changes_the_key_and_one_elsewhere_does_not(tmp_path: Path) -> None:
    root = write(tmp_path, {"a.prompt.toml": atlas('uses = ["art/*"]'), "art/x.png": PICTURE})
    before = linked(root).source
    write(root, {"other/y.png": PICTURE})
    assert linked(root).source == before
    write(root, {"art/y.png": PICTURE})
    assert linked(root).source == {"x": "art/x.png", "y": "art/y.png"}


def test_an_atlas_that_is_described_finds_from_the_projects_root(tmp_path: Path) -> None:
    root = write(tmp_path, {"assetgen.toml": "assetgen = 1", "art/x.png": PICTURE})
    document = {"assetgen": 1, "kind": "atlas", "uses": ["art/*"]}
    file = read_described(document, asset="ui/icons", project=find_project(root))
    (spec,) = link([file]).specs
    assert (spec.asset, spec.source) == ("ui/icons", {"x": "art/x.png"})
    lost = read_described({**document, "uses": ["none/*"]}, asset="ui/icons", project=find_project(root))
    (error,) = link([lost]).errors
    assert error.place is not None
    assert error.place.path == "spec.uses[0]"
