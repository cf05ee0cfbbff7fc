"""Finished sets: whole or not at all, confined to their folders, and sent so that a change is always noticed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import (
    AssetGenError,
    FileChanged,
    NotFound,
    OutOfRange,
    PathRefused,
    RequestError,
    StoreError,
)
from assetgen.serve.assets import assets as assets_module
from assetgen.serve.assets.assets import RETRY_DELAYS_S, Assets
from assetgen.serve.assets.download import CHUNK_BYTES, OpenFile
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.status import Code, code_of
from tests.serve.assets.places import FewProjects, Place
from tests.store.sets import open_store, read_as_engine_does

ALBEDO = "wall_albedo.dds"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with open_store(tmp_path / "cache") as store:
        yield Place(store, tmp_path)


def links_work(folder: Path) -> bool:
    try:
        (folder / "probe").symlink_to(folder)
    except OSError:
        return False
    (folder / "probe").unlink()
    return True


def joined(messages: Iterator[pb.DownloadFileResponse]) -> bytes:
    return b"".join(message.data for message in messages)


# Messages


def test_an_asset_tells_all_that_its_manifest_does(place: Place) -> None:
    files = place.publish(3)
    asset = place.assets.get(place.name())
    assert (asset.name, asset.asset, asset.kind) == (place.name(), "wall", pb.ASSET_KIND_MATERIAL)
    [one] = asset.sets
    assert (one.target, one.folder) == ("unity", str(place.folder()))
    assert one.manifest_json.encode() == place.manifest().read_bytes()
    assert one.etag == json.loads(one.manifest_json)["full_key"]
    for file, listed in zip(one.files, json.loads(one.manifest_json)["files"], strict=True):
        assert file.local_path == str(place.folder() / file.relative_path)
        assert Path(file.local_path).read_bytes() == files[file.relative_path]
        told = {name: getattr(file, name) for name in listed if name != "path"}
        assert told == {name: value for name, value in listed.items() if name != "path"}


def test_a_job_and_a_list_tell_the_same_of_an_asset(place: Place) -> None:
    place.publish(1, asset="walls/brick", target="unity")
    place.publish(1, asset="walls/brick", target="web")
    manifests = [str(place.manifest("walls/brick", target)) for target in ("unity", "web")]
    told = place.assets.read_asset(place.root, "walls/brick", manifests)
    assert [one.target for one in told.sets] == ["unity", "web"]
    assert told == place.assets.get(place.name("walls/brick"))
    assert place.assets.list(place.project) == ((told,), "")
    assert list(place.assets.every(place.project)) == [told]


def test_a_set_that_was_edited_is_left_out_and_named(place: Place) -> None:
    place.publish(1, target="unity")
    place.publish(1, target="web")
    (place.folder() / ALBEDO).write_bytes(b"edited")
    assert [one.target for one in place.assets.get(place.name()).sets] == ["web"]
    assert [one.target for one in place.assets.list(place.project)[0][0].sets] == ["web"]
    shutil.rmtree(place.folder(target="web"))
    with pytest.raises(StoreError, match=ALBEDO):
        place.assets.get(place.name())
    assert place.assets.list(place.project) == ((), "")
    told = place.assets.read_asset(place.root, "wall", [str(place.manifest())])
    assert (told.name, list(told.sets)) == (place.name(), [])


def test_an_edit_of_equal_size_hides_nothing_from_get(place: Place) -> None:
    files = place.publish(1)
    (place.folder() / ALBEDO).write_bytes(b"x" * len(files[ALBEDO]))
    with pytest.raises(StoreError):
        place.assets.get(place.name())


def test_a_set_that_becomes_whole_within_50_ms_is_told(place: Place) -> None:
    files = place.publish(1)
    path = place.folder() / ALBEDO
    path.write_bytes(b"half")
    naps: list[float] = []

    def mend(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 2:
            path.write_bytes(files[ALBEDO])

    assert Assets(place.store, place.projects, sleep=mend).get(place.name()).sets
    assert sum(RETRY_DELAYS_S) <= 0.05
    assert naps == list(RETRY_DELAYS_S[:2])


def test_a_manifest_replaced_between_two_reads_is_not_mixed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.publish(1)
    real = assets_module.verified.__globals__["verify_set"]
    swaps = iter([2, 3])

    def swapping(path: Path) -> object:
        for revision in [next(swaps, None)]:
            if revision:
                place.publish(revision)
        return real(path)

    monkeypatch.setitem(assets_module.verified.__globals__, "verify_set", swapping)
    [one] = place.assets.get(place.name()).sets
    assert json.loads(one.manifest_json)["provenance"] == {"revision": 3}
    assert [file.sha256 for file in one.files] == [
        f["sha256"] for f in json.loads(one.manifest_json)["files"]
    ]


def test_a_manifest_of_another_asset_is_not_believed(place: Place) -> None:
    place.publish(1)
    shutil.copytree(place.folder(), place.folder(target="web"))
    assert [one.target for one in place.assets.get(place.name()).sets] == ["unity"]


def test_an_asset_of_a_project_that_was_forgotten_has_no_name(place: Place) -> None:
    place.publish(1)
    manifests = [str(place.manifest())]
    place.projects.known.clear()
    told = place.assets.read_asset(place.root, "wall", manifests)
    assert told.name == ""
    assert len(told.sets) == 1


@pytest.mark.parametrize(
    "manifest", ["{root}/../other/unity/wall/wall.assetgen.json", "/etc/wall.assetgen.json"]
)
def test_a_manifest_outside_of_the_project_is_not_read(place: Place, manifest: str) -> None:
    place.publish(1)
    shutil.copytree(place.root / "generated", place.root.parent / "other")
    assert not place.assets.read_asset(place.root, "wall", [manifest.format(root=place.root)]).sets


def test_without_the_index_an_asset_is_still_found_by_name(place: Place) -> None:
    place.publish(1)
    place.store.index.forget_publication(place.folder(), "wall.assetgen.json")
    assert place.assets.get(place.name()).sets


# Lists


def test_pages_tell_every_asset_once_and_in_order(place: Place) -> None:
    ids = [f"a/{number:02}" for number in range(7)]
    for asset in ids:
        place.publish(1, asset=asset)
    seen, token, pages = [], "", 0
    while token or not pages:
        page, token = place.assets.list(place.project, 3, token)
        seen += [asset.asset for asset in page]
        pages += 1
    assert (seen, pages) == (ids, 3)
    assert len(place.assets.list(place.project, 10_000)[0]) == 7


def test_a_token_stays_good_when_assets_come_and_go(place: Place) -> None:
    for asset in ("b", "d", "f"):
        place.publish(1, asset=asset)
    _, token = place.assets.list(place.project, 2)
    place.publish(1, asset="a")
    place.publish(1, asset="e")
    place.store.index.forget_publication(place.folder("d"), "d.assetgen.json")
    assert [asset.asset for asset in place.assets.list(place.project, 9, token)[0]] == ["e", "f"]


def test_a_page_ends_before_it_is_too_large_to_be_received(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for asset in ("a", "b", "c"):
        place.publish(1, asset=asset)
    monkeypatch.setattr(assets_module, "PAGE_BYTES", 1)
    page, token = place.assets.list(place.project)
    assert [asset.asset for asset in page] == ["a"]
    page, token = place.assets.list(place.project, 0, token)
    assert [asset.asset for asset in page] == ["b"]
    assert place.assets.list(place.project, 0, token)[1] == ""


def test_a_set_in_the_middle_of_being_replaced_is_not_listed(place: Place) -> None:
    place.publish(1)
    row = place.store.index.publication(place.folder(), "wall.assetgen.json")
    assert row is not None
    place.store.index.begin_publication(place.folder(), row.manifest(), owned={})
    assert place.assets.list(place.project)[0], "all its files are in place, which only reading can tell"
    (place.folder() / ALBEDO).write_bytes((place.folder() / ALBEDO).read_bytes()[::-1])
    assert place.assets.list(place.project) == ((), "")


@pytest.mark.parametrize("size", [-1, -500])
def test_a_negative_page_is_refused(place: Place, size: int) -> None:
    with pytest.raises(RequestError):
        place.assets.list(place.project, size)


@given(token=st.text(min_size=1) | st.binary(min_size=1).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_a_forged_token_is_refused(tmp_path_factory: pytest.TempPathFactory, token: str) -> None:
    folder = tmp_path_factory.mktemp("forged")
    with open_store(folder / "cache") as store:
        place = Place(store, folder)
        with pytest.raises(RequestError):
            place.assets.list(place.project, 0, token)


def test_a_token_of_another_project_is_refused(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    projects = FewProjects(place.root, other)
    for asset in ("a", "b"):
        place.publish(1, asset=asset)
    assets = Assets(place.store, projects)
    _, token = assets.list(place.project, 1)
    with pytest.raises(RequestError):
        assets.list(projects.known[1].id, 1, token)


# Names


@pytest.mark.parametrize(
    "name",
    [
        "", "wall", "assets/wall", "projects//assets/wall", "projects/../assets/wall", "jobs/1",
        "projects/0123456789ab",
        "projects/0123456789ab/assets/", "projects/0123456789AB/assets/wall", "/projects/0123456789ab/assets/wall",
        "projects/0123456789ab/asset/wall", "projects/0123456789ab/assets/wall\n/..", "\udcff", "x" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(place: Place, name: str) -> None:
    with pytest.raises(RequestError if "\n" not in name else PathRefused):
        place.assets.get(name)


HOSTILE = [
    "../wall", "a/../../wall", "/etc/passwd", "C:/wall", "\\\\host\\share", "a\\b", "~/wall", "a//b", "./wall",
    "wall/", "wall.", "con", "wall:stream", ".git/config",
    "-rf", "w\u202eall", "wa\x00ll", "a\u0308", "x" * 300, "..",
    "\u2024\u2024/wall", "wall.assetgen-tmp", "\udcff",
]  # fmt: skip


@pytest.mark.parametrize("asset", HOSTILE)
def test_a_hostile_id_is_refused(place: Place, asset: str) -> None:
    for call in (place.assets.get, lambda name: place.assets.open_file(name, "unity", ALBEDO)):
        with pytest.raises(PathRefused):
            call(place.name(asset))


@pytest.mark.parametrize(
    "path", [*HOSTILE, "wall.assetgen.json", "../wall/wall_albedo.dds", "WALL_ALBEDO.DDS"]
)
def test_only_listed_files_can_be_read(place: Place, path: str) -> None:
    place.publish(1)
    (place.folder() / "secret.txt").write_text("secret")
    with pytest.raises(NotFound):
        place.assets.open_file(place.name(), "unity", path)
    with pytest.raises(NotFound):
        place.assets.open_file(place.name(), "unity", "secret.txt")


@pytest.mark.parametrize("target", ["", "..", ".", "unity/../web", "Unity", "/", "u\x00", "a" * 65, "\udcff"])
def test_a_hostile_target_is_refused(place: Place, target: str) -> None:
    place.publish(1)
    with pytest.raises(RequestError):
        place.assets.open_file(place.name(), target, ALBEDO)


@given(name=st.text(), target=st.text(), path=st.text(), sha256=st.text())
def test_no_text_breaks_anything(
    tmp_path_factory: pytest.TempPathFactory, name: str, target: str, path: str, sha256: str
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    with open_store(folder / "cache") as store:
        place = Place(store, folder)
        calls = (
            lambda: place.assets.get(name),
            lambda: place.assets.get(place.name(name)),
            lambda: place.assets.open_file(place.name(name or "x"), target, path, sha256),
            lambda: place.assets.list(name),
            lambda: place.assets.blob(sha256),
        )
        for call in calls:
            with pytest.raises(AssetGenError):
                call()


def test_a_wrong_name_is_told_what_is_near(place: Place) -> None:
    place.publish(1, asset="walls/brick")
    with pytest.raises(NotFound, match="walls/brick"):
        place.assets.get(place.name("walls/brik"))
    with pytest.raises(NotFound, match="it has unity"):
        place.assets.open_file(place.name("walls/brick"), "web", "brick_albedo.dds")
    with pytest.raises(NotFound, match=r"brick_albedo\.dds"):
        place.assets.open_file(place.name("walls/brick"), "unity", "brick_albdo.dds")
    with pytest.raises(NotFound):
        place.assets.get("projects/0123456789ab/assets/wall")


# Links


def test_a_set_folder_behind_a_link_is_refused(place: Place, tmp_path: Path) -> None:
    place.publish(1)
    if not links_work(tmp_path):
        return
    elsewhere = tmp_path / "elsewhere"
    place.folder().rename(elsewhere)
    place.folder().symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(PathRefused):
        place.assets.open_file(place.name(), "unity", ALBEDO)
    with pytest.raises(PathRefused):
        place.assets.get(place.name())
    assert place.assets.list(place.project) == ((), "")
    assert not place.assets.read_asset(place.root, "wall", [str(place.manifest())]).sets
    shutil.rmtree(place.store.blobs.root / "blobs")
    sha = hashlib.sha256((elsewhere / ALBEDO).read_bytes()).hexdigest()
    with pytest.raises(NotFound):
        place.assets.blob(sha)


def test_a_file_swapped_for_a_link_is_not_followed(place: Place, tmp_path: Path) -> None:
    files = place.publish(1)
    if not links_work(tmp_path):
        return
    file = place.folder() / ALBEDO
    opened = lost_blobs(place).assets.open_file(place.name(), "unity", ALBEDO)
    assert opened.path == file
    secret = tmp_path / "secret"
    secret.write_bytes(files[ALBEDO])  # the very bytes: only the link itself can give it away
    file.unlink()
    file.symlink_to(secret)
    with pytest.raises(StoreError):
        joined(place.assets.chunks(opened))
    with pytest.raises(PathRefused):
        place.assets.open_file(place.name(), "unity", ALBEDO)
    with pytest.raises(NotFound):
        place.assets.blob(hashlib.sha256(files[ALBEDO]).hexdigest())


def test_a_manifest_swapped_for_a_link_is_not_followed(place: Place, tmp_path: Path) -> None:
    place.publish(1)
    if not links_work(tmp_path):
        return
    place.manifest().rename(tmp_path / "manifest")
    place.manifest().symlink_to(tmp_path / "manifest")
    with pytest.raises((PathRefused, StoreError)):
        place.assets.open_file(place.name(), "unity", ALBEDO)
    with pytest.raises(PathRefused):
        place.assets.get(place.name())


def test_a_pipe_in_the_place_of_a_file_does_not_hang(place: Place) -> None:
    if not hasattr(os, "mkfifo"):
        return
    place.publish(1)
    opened = lost_blobs(place).assets.open_file(place.name(), "unity", ALBEDO)
    (place.folder() / ALBEDO).unlink()
    os.mkfifo(place.folder() / ALBEDO)
    with pytest.raises(StoreError):
        joined(place.assets.chunks(opened))
    with pytest.raises(NotFound):
        place.assets.open_file(place.name(), "unity", ALBEDO)


def lost_blobs(place: Place) -> Place:
    shutil.rmtree(place.store.blobs.root / "blobs")
    return place


# Files


@pytest.mark.parametrize("lose", [False, True])
def test_a_file_arrives_whole_from_any_offset(place: Place, lose: bool) -> None:
    data = place.publish(1, size=CHUNK_BYTES // 7)[ALBEDO]
    assert 2 * CHUNK_BYTES > len(data) > CHUNK_BYTES
    if lose:
        lost_blobs(place)
    opened = place.assets.open_file(place.name(), "unity", ALBEDO, hashlib.sha256(data).hexdigest())
    for offset in (0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, len(data) - 1, len(data)):
        messages = list(place.assets.chunks(opened, offset))
        assert b"".join(message.data for message in messages) == data[offset:]
        assert messages[0].offset == offset
        assert [message.sha256 for message in messages] == [opened.sha256] + [""] * (len(messages) - 1)
        assert {message.size_bytes for message in messages} == {len(data)}
        assert max(len(message.data) for message in messages) <= CHUNK_BYTES


def test_an_offset_behind_the_end_is_refused(place: Place) -> None:
    data = place.publish(1)[ALBEDO]
    opened = place.assets.open_file(place.name(), "unity", ALBEDO)
    with pytest.raises(OutOfRange) as caught:
        place.assets.chunks(opened, len(data) + 1)
    assert code_of(caught.value) is Code.OUT_OF_RANGE
    with pytest.raises(RequestError):
        place.assets.chunks(opened, -1)


def test_another_file_than_asked_for_is_refused(place: Place) -> None:
    old = hashlib.sha256(place.publish(1)[ALBEDO]).hexdigest()
    place.publish(2)
    with pytest.raises(FileChanged) as caught:
        place.assets.open_file(place.name(), "unity", ALBEDO, old)
    assert code_of(caught.value) is Code.FAILED_PRECONDITION
    with pytest.raises(RequestError):
        place.assets.open_file(place.name(), "unity", ALBEDO, old.upper())


def test_an_edited_file_is_sent_as_it_was_made(place: Place) -> None:
    data = place.publish(1)[ALBEDO]
    (place.folder() / ALBEDO).write_bytes(b"edited by hand")
    assert joined(place.assets.chunks(place.assets.open_file(place.name(), "unity", ALBEDO))) == data
    lost_blobs(place)
    with pytest.raises(NotFound, match="bake again"):
        place.assets.open_file(place.name(), "unity", ALBEDO)


def test_a_damaged_blob_is_passed_over(place: Place) -> None:
    data = place.publish(1)[ALBEDO]
    sha = hashlib.sha256(data).hexdigest()
    blob = place.store.blobs.path(sha)
    assert place.assets.blob(sha) == blob
    blob.unlink()
    blob.write_bytes(data[::-1])
    assert place.assets.blob(sha) == place.folder() / ALBEDO
    assert joined(place.assets.chunks(place.assets.open_file(place.name(), "unity", ALBEDO))) == data
    (place.folder() / ALBEDO).unlink()
    with pytest.raises(NotFound):
        place.assets.blob(sha)


@pytest.mark.parametrize(
    "sha256", ["", "0" * 63, "0" * 65, "G" * 64, "../" * 21 + "x", "A" * 64, "\udcff" * 64]
)
def test_what_is_no_hash_names_no_blob(place: Place, sha256: str) -> None:
    with pytest.raises(RequestError):
        place.assets.blob(sha256)


def test_a_file_that_changes_under_its_reader_never_arrives_whole(place: Place) -> None:
    data = place.publish(1, size=CHUNK_BYTES // 3)[ALBEDO]
    opened = lost_blobs(place).assets.open_file(place.name(), "unity", ALBEDO)
    reader = place.assets.chunks(opened)
    received = next(reader).data
    with opened.path.open("r+b") as file:
        file.seek(len(data) - 3)
        file.write(b"new")
    rest: list[bytes] = []
    with pytest.raises(StoreError, match="changed"):
        rest.extend(message.data for message in reader)
    assert len(received) + sum(map(len, rest)) < len(data)


def test_a_file_that_is_cut_short_or_replaced_is_noticed(place: Place) -> None:
    place.publish(1, size=CHUNK_BYTES // 3)
    opened = lost_blobs(place).assets.open_file(place.name(), "unity", ALBEDO)
    reader = place.assets.chunks(opened)
    next(reader)
    os.truncate(opened.path, CHUNK_BYTES + 5)
    with pytest.raises(StoreError):
        joined(reader)
    with pytest.raises(StoreError):
        joined(place.assets.chunks(opened))
    opened.path.unlink()
    with pytest.raises(StoreError):
        joined(place.assets.chunks(opened))


def test_a_blob_is_hashed_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.publish(1)
    hashed: list[Path] = []
    real = assets_module.find_whole

    def counting(path: Path, *, sha256: str) -> OpenFile | None:
        hashed.append(path)
        return real(path, sha256=sha256)

    monkeypatch.setattr(assets_module, "find_whole", counting)
    for _ in range(5):
        place.assets.open_file(place.name(), "unity", ALBEDO)
    assert len(hashed) == 1


# Hand-over while sets are being replaced

SWAPS = 300


def test_no_reader_ever_gets_a_mixed_set(place: Place) -> None:
    place.publish(1)
    assets = Assets(place.store, place.projects)
    is_over = threading.Event()
    told: list[int] = []
    fetched: list[int] = []
    flaws: list[BaseException] = []

    def read() -> None:
        try:
            while not is_over.is_set():
                for one in assets.read_asset(place.root, "wall", [str(place.manifest())]).sets:
                    told.append(_revision(one))
                    _read_by_path(one)
                    with suppress(FileChanged, StoreError):
                        fetched.append(_fetch(assets, place.name(), one))
        except BaseException as error:
            flaws.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for revision in range(2, SWAPS + 2):
            place.publish(revision)
            if revision % 10 == 0:
                while len(set(fetched)) < revision // 10 and reader.is_alive():
                    is_over.wait(0.001)
    finally:
        is_over.set()
        reader.join(30)
    assert not flaws
    assert told == sorted(told), "a reader never goes back"
    assert len(set(told)) >= SWAPS // 10
    assert read_as_engine_does(place.manifest()) == SWAPS + 1


def _revision(one: pb.AssetSet) -> int:
    document = json.loads(one.manifest_json)
    assert {file["path"]: file["sha256"] for file in document["files"]} == {
        file.relative_path: file.sha256 for file in one.files
    }
    return document["provenance"]["revision"]


def _judge(data: dict[str, bytes], revision: int) -> None:
    for path, content in data.items():
        assert {piece.rpartition(b":")[2] for piece in content.split(b"|")[:-1]} == {b"%06d" % revision}, path


def _read_by_path(one: pb.AssetSet) -> None:
    """Read as an editor on the same disk does: a file with another hash means that the set was replaced."""
    data = {file.relative_path: Path(file.local_path).read_bytes() for file in one.files}
    if all(hashlib.sha256(data[file.relative_path]).hexdigest() == file.sha256 for file in one.files):
        _judge(data, _revision(one))


def _fetch(assets: Assets, name: str, one: pb.AssetSet) -> int:
    """Read as a caller far away does; every file that arrives is the one that was asked for."""
    data = {}
    for file in one.files:
        opened = assets.open_file(name, one.target, file.relative_path, file.sha256)
        data[file.relative_path] = joined(assets.chunks(opened))
        assert hashlib.sha256(data[file.relative_path]).hexdigest() == file.sha256
    _judge(data, _revision(one))
    return _revision(one)
