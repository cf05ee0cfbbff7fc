"""Assets without a prompt file: described by a document, placed by key; and projects that stay read."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetgen.errors import GenerationError, Place, PromptFileError, WorkerLost
from assetgen.project import remembered as module
from assetgen.project.places import placed
from assetgen.project.project_file import Project, find_project, project_below
from assetgen.project.prompt_file import read_described
from assetgen.project.remembered import RememberedProjects
from assetgen.project.scan import ScannedAsset, scan_read
from tests.bake.projects import age
from tests.project.folders import material, read, write

STONE = {"assetgen": 1, "kind": "material", "prompt": "stone"}


def test_a_document_reads_as_the_file_in_its_place_would(tmp_path: Path) -> None:
    rule = 'assetgen = 1\n[[rule]]\nmatch = "walls/*"\nsize = 256\n'
    write(tmp_path, {"assetgen.toml": rule, "walls/a.prompt.toml": material("variants = 2")})
    file = read(tmp_path / "walls/a.prompt.toml")
    described = read_described({**STONE, "variants": 2}, asset="walls/a", project=find_project(tmp_path))
    assert described.specs == file.specs
    assert (described.relative, described.path) == (file.relative, file.path)
    assert (described.is_described, file.is_described) == (True, False)


def test_errors_of_a_document_are_placed_at_its_keys(tmp_path: Path) -> None:
    project = Project(root=tmp_path, name="")
    for keys, place in (
        ({"size": 3}, "spec.size"),
        ({"maps": {"normal": {"strength": 9}}}, "spec.maps.normal.strength"),
        ({"targets": ["unity", "x"]}, "spec.targets[1]"),
        ({"id": "a/../b"}, "spec.asset"),
        ({"kind": None}, "spec"),
    ):
        with pytest.raises(PromptFileError) as caught:
            read_described({**STONE, **keys}, asset="a", project=project)
        assert caught.value.place == Place(place)


def test_a_project_below_a_root_is_the_one_that_a_walk_finds(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "assetgen.toml": "assetgen = 1\n",
        "a/assetgen.toml": 'assetgen = 1\noutput = "x"\n',
        "a/b/c/assetgen.toml": 'assetgen = 1\ntargets = ["web"]\n',
    }
    write(tmp_path, files)
    for folder in ("", "a", "a/b", "a/b/c"):
        assert project_below(tmp_path, folder) == find_project(tmp_path / folder)
    assert project_below(tmp_path, "a/b/new/er").files == find_project(tmp_path / "a/b").files


def test_project_files_are_read_again_only_when_they_look_different(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"assetgen.toml": "assetgen = 1\n", "a/x": ""})
    reads: list[str] = []

    def counted(root: Path, folder: str) -> Project:
        reads.append(folder)
        return project_below(root, folder)

    monkeypatch.setattr(module, "project_below", counted)
    remembered = RememberedProjects()
    for _ in range(3):  # too young to be trusted
        remembered.read(tmp_path, "a")
    assert len(reads) == 3
    age(tmp_path)
    for _ in range(3):
        remembered.read(tmp_path, "a")
    assert len(reads) == 4
    write(tmp_path, {"a/assetgen.toml": 'assetgen = 1\nname = "inner"\n'})
    assert remembered.read(tmp_path, "a").name == "inner"
    (tmp_path / "a/assetgen.toml").unlink()
    assert remembered.read(tmp_path, "a").name == tmp_path.name


def test_only_so_many_projects_stay_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REMEMBERED", 2)
    write(tmp_path, {"assetgen.toml": "assetgen = 1\n"})
    age(tmp_path)
    remembered = RememberedProjects()
    for folder in ("a", "b", "c"):
        remembered.read(tmp_path, folder)
    assert [folder for _, folder in remembered._known] == ["b", "c"]


def scanned(tmp_path: Path, *, is_described: bool) -> ScannedAsset:
    write(tmp_path, {"assetgen.toml": "assetgen = 1\n", "a.prompt.toml": material()})
    project = find_project(tmp_path)
    file = (
        read_described(STONE, asset="a", project=project)
        if is_described
        else read(tmp_path / "a.prompt.toml")
    )
    (asset,) = scan_read([file]).assets
    return asset


def test_an_error_of_a_build_is_placed_at_the_prompt(tmp_path: Path) -> None:
    asset = scanned(tmp_path, is_described=False)
    path = tmp_path / "a.prompt.toml"
    assert placed(GenerationError("x"), asset).place == Place(str(path), 3, 10)
    assert placed(GenerationError("x", place=Place("y")), asset).place == Place("y")
    path.unlink()
    assert placed(GenerationError("x"), asset).place == Place(str(path))


def test_an_error_of_a_described_build_is_placed_at_its_key_and_keeps_what_it_knows(tmp_path: Path) -> None:
    error = placed(WorkerLost("x", asset="a", is_own=False), scanned(tmp_path, is_described=True))
    assert isinstance(error, WorkerLost)
    assert (error.place, error.asset, error.is_own) == (Place("spec.prompt"), "a", False)
