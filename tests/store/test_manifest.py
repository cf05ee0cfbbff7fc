from __future__ import annotations

import dataclasses
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import AssetGenError, FormatError, SpecError, StoreError
from assetgen.store.manifest import Manifest, verify_set
from tests.store.sets import contents, manifest_of

SAMPLE = manifest_of(contents(1), 1, asset="props/wall")

TOLD = dataclasses.replace(
    SAMPLE,
    files=(dataclasses.replace(SAMPLE.files[0], engine={"AudioSource": {"loop": True, "pitch": 1.5}}),),
)


def changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(SAMPLE.to_json()), **fields}).encode()


def changed_file(**fields: Any) -> bytes:
    document = json.loads(SAMPLE.to_json())
    document["files"][0].update(fields)
    return json.dumps(document).encode()


def lay_out(folder: Path, revision: int = 1) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    files = contents(revision)
    manifest = manifest_of(files, revision)
    for path, data in files.items():
        (folder / path).write_bytes(data)
    (folder / manifest.filename).write_bytes(manifest.to_json())
    return folder / manifest.filename


def test_a_manifest_reads_back_to_itself() -> None:
    data = SAMPLE.to_json()
    assert Manifest.from_json(data) == SAMPLE
    assert Manifest.from_json(data).to_json() == data
    assert SAMPLE.filename == "wall.assetgen.json"


def test_what_an_engine_is_told_of_a_file_reads_back() -> None:
    data = TOLD.to_json()
    assert Manifest.from_json(data) == TOLD
    assert Manifest.from_json(data).files[0].engine == {"AudioSource": {"loop": True, "pitch": 1.5}}
    assert json.loads(data)["assetgen_manifest"] == 2


def test_a_manifest_that_tells_an_engine_nothing_is_of_version_1() -> None:
    document = json.loads(SAMPLE.to_json())
    assert document["assetgen_manifest"] == 1
    assert all("engine" not in file for file in document["files"])


def test_what_an_engine_is_told_are_plain_values() -> None:
    for engine in ({"AudioSource": b"loop"}, {1: True}, {"pitch": float("inf")}, [True]):
        with pytest.raises(SpecError):
            dataclasses.replace(SAMPLE.files[0], engine=engine)  # type: ignore[arg-type]


def test_the_bytes_are_stable_sorted_indented_and_end_with_one_newline() -> None:
    data = SAMPLE.to_json()
    again = dataclasses.replace(SAMPLE, provenance=dict(reversed(list(SAMPLE.provenance.items()))))
    assert again.to_json() == data
    assert data.endswith(b"}\n")
    assert not data.endswith(b"\n\n")
    keys = list(json.loads(data))
    assert keys == sorted(keys)
    assert keys[1] == "assetgen_manifest"
    assert b'\n  "asset": "props/wall",\n' in data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"a": 1' * 3,
        b"[" * 100_000,
        changed(assetgen_manifest=3),
        changed(assetgen_manifest=2),  # its files must say something to the engine, or nothing
        changed(assetgen_manifest=0),
        changed(assetgen_manifest=1.0),
        changed(assetgen_manifest=True),
        changed(surplus=1),
        changed(asset=""),
        changed(asset="../up"),
        changed(kind=3),
        changed(target="Un ity"),
        changed(key="ABC"),
        changed(full_key=None),
        changed(files=[]),
        changed(files={}),
        changed(files=[1]),
        changed(provenance=[]),
        changed(quality={"psnr_db": "high"}),
        changed(quality={"psnr_db": True}),
        changed(quality={"psnr_db": float("nan")}),
        changed(quality={"psnr_db": 1}).replace(b'"psnr_db": 1', b'"psnr_db": 1e999'),
        changed(provenance={"x": 1}).replace(b'"x": 1', b'"x": -1e999'),
        changed(prompt_report=4),
        changed(warnings=[""]),
        changed(warnings="no"),
        changed_file(path="../up.dds"),
        changed_file(path="other.assetgen.json"),
        changed_file(path="e\u0301.dds"),
        changed_file(path="WALL_NORMAL.dds"),
        changed_file(path="wall_normal.dds/x"),
        changed_file(size_bytes=-1),
        changed_file(size_bytes=1.0),
        changed_file(width=True),
        changed_file(sha256="0" * 63),
        changed_file(color_space=None),
        changed_file(surplus=1),
        changed_file(engine={"AudioSource": {"loop": True}}),  # version 1 has none
        changed(assetgen_manifest=2, files=[{**json.loads(TOLD.to_json())["files"][0], "engine": []}]),
        SAMPLE.to_json().replace(b'"asset":', b'"asset": "x", "asset":'),
        b" " * (17 << 20),
    ],
)
def test_anything_off_is_a_format_error(data: bytes) -> None:
    with pytest.raises(FormatError):
        Manifest.from_json(data)


@given(st.data())
def test_random_damage_never_ends_in_anything_but_a_format_error(data: st.DataObject) -> None:
    raw = bytearray(SAMPLE.to_json())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(FormatError):
        Manifest.from_json(bytes(raw))


@pytest.mark.parametrize(
    "fields", [{"files": ()}, {"quality": {"x": float("inf")}}, {"provenance": {"x": b""}}, {"key": "x"}]
)
def test_a_manifest_checks_itself(fields: dict[str, Any]) -> None:
    with pytest.raises(SpecError):
        dataclasses.replace(SAMPLE, **fields)


def test_a_whole_set_verifies(tmp_path: Path) -> None:
    assert verify_set(lay_out(tmp_path)).provenance["revision"] == 1


@pytest.mark.parametrize("how", ["missing", "torn", "mixed", "flipped", "grown"])
def test_the_first_wrong_file_is_named(tmp_path: Path, how: str) -> None:
    path = lay_out(tmp_path)
    victim = tmp_path / "wall_normal.dds"
    good = victim.read_bytes()
    bad = {
        "torn": good[: len(good) // 2],
        "mixed": contents(2)["wall_normal.dds"],
        "flipped": bytes([good[0] ^ 1]) + good[1:],
        "grown": good + b"x",
    }
    victim.unlink() if how == "missing" else victim.write_bytes(bad[how])
    with pytest.raises(StoreError, match=r"wall_normal\.dds"):
        verify_set(path)


def test_a_missing_torn_or_misnamed_manifest_does_not_verify(tmp_path: Path) -> None:
    path = lay_out(tmp_path)
    data = path.read_bytes()
    other = tmp_path / "floor.assetgen.json"
    other.write_bytes(data)
    with pytest.raises(StoreError, match="manifest of 'wall'"):
        verify_set(other)
    path.write_bytes(data[:100])
    with pytest.raises(StoreError, match="damaged"):
        verify_set(path)
    path.unlink()
    with pytest.raises(StoreError, match="cannot be read"):
        verify_set(path)


def test_a_file_of_the_set_behind_a_link_does_not_verify(tmp_path: Path) -> None:
    path = lay_out(tmp_path / "set")
    victim = tmp_path / "set" / "wall_orm.dds"
    victim.rename(tmp_path / "elsewhere")
    with suppress(OSError):  # Windows without the right to make links: a missing file is refused as well
        victim.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AssetGenError, match=r"wall_orm\.dds"):
        verify_set(path)
