from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from assetgen.errors import PathRefused, PublishConflict, SpecError, StoreError
from assetgen.settings import Durability
from assetgen.store import fault
from assetgen.store.manifest import Manifest, verify_set
from assetgen.store.publish import REPLACE_DELAYS_S, publish, recover
from assetgen.store.records import State
from assetgen.store.store import Store
from tests.store.sets import contents, manifest_of, open_store, put, read_as_engine_does, strays


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "cache") as opened:
        yield opened


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "project" / "textures"


def bring_out(
    store: Store,
    out: Path,
    revision: int,
    *,
    files: dict | None = None,
    asset: str = "wall",
    force: bool = False,
) -> Manifest:
    chosen = contents(revision, asset=asset) if files is None else files
    manifest = manifest_of(chosen, revision, asset=asset)
    publish(store, out, manifest, put(store.blobs, chosen), force=force, sleep=lambda seconds: None)
    return manifest


def verified(out: Path) -> object:
    return verify_set(out / "wall.assetgen.json").provenance["revision"]


def stamps(out: Path) -> dict[str, tuple[int, int]]:
    return {p.name: (p.stat().st_mtime_ns, p.stat().st_ino) for p in out.iterdir()}


def test_a_published_set_verifies_and_is_known_untouched(store: Store, out: Path) -> None:
    manifest = bring_out(store, out, 1)
    assert verified(out) == 1 == read_as_engine_does(out / "wall.assetgen.json")
    assert not strays(out)
    (row,) = store.index.publications(out.parent)
    assert (row.state, row.full_key) == (State.DONE, manifest.full_key)
    assert row.is_untouched()
    (out / "wall_orm.dds").write_bytes(b"edited")
    assert not row.is_untouched()


def test_publishing_the_same_set_again_touches_nothing(store: Store, out: Path) -> None:
    bring_out(store, out, 1)
    before = stamps(out)
    bring_out(store, out, 1)
    assert stamps(out) == before


def test_only_changed_files_are_replaced(store: Store, out: Path) -> None:
    bring_out(store, out, 1)
    before = stamps(out)
    bring_out(store, out, 2, files={**contents(1), "wall_orm.dds": contents(2)["wall_orm.dds"]})
    changed = {name for name, stamp in stamps(out).items() if before[name] != stamp}
    assert changed == {"wall_orm.dds", "wall.assetgen.json"}


def test_a_published_file_is_a_writable_copy_not_the_blob(store: Store, out: Path) -> None:
    manifest = bring_out(store, out, 1)
    path = out / "wall_orm.dds"
    assert path.stat().st_mode & stat.S_IWUSR
    assert path.stat().st_nlink == 1
    path.write_bytes(b"an editor writes in place")
    assert store.blobs.get(manifest.hashes()["wall_orm.dds"]) == contents(1)["wall_orm.dds"]


def test_files_that_left_the_set_are_removed_and_edited_ones_are_kept(store: Store, out: Path) -> None:
    roles = ("albedo", "normal", "height", "extra")
    bring_out(store, out, 1, files=contents(1, roles=roles))
    (out / "wall_extra.dds").write_bytes(b"painted over")
    (out / "mine.txt").write_bytes(b"mine")
    bring_out(store, out, 2)
    assert verified(out) == 2
    assert not (out / "wall_height.dds").exists()
    assert (out / "wall_extra.dds").read_bytes() == b"painted over"
    assert (out / "mine.txt").read_bytes() == b"mine"


def test_a_set_may_have_folders(store: Store, out: Path) -> None:
    files = {"maps/a.dds": b"a:000001|", "maps/deep/b.dds": b"b:000001|"}
    bring_out(store, out, 1, files=files)
    assert read_as_engine_does(out / "wall.assetgen.json") == 1


def test_a_foreign_file_in_the_way_is_named_and_nothing_is_touched(store: Store, out: Path) -> None:
    out.mkdir(parents=True)
    (out / "wall_orm.dds").write_bytes(b"an artist's")
    with pytest.raises(PublishConflict, match=r"wall_orm\.dds.*--force.*\.bak"):
        bring_out(store, out, 1)
    assert [p.name for p in out.iterdir()] == ["wall_orm.dds"]
    assert store.index.pending() == ()


def test_a_file_edited_by_hand_is_in_the_way_of_the_next_revision(store: Store, out: Path) -> None:
    bring_out(store, out, 1)
    (out / "wall_orm.dds").write_bytes(b"painted over")
    with pytest.raises(PublishConflict, match=r"wall_orm\.dds"):
        bring_out(store, out, 2)
    with pytest.raises(PublishConflict, match=r"wall_orm\.dds"):
        bring_out(store, out, 1)
    assert (out / "wall_orm.dds").read_bytes() == b"painted over"


def test_force_moves_what_is_in_the_way_to_bak_and_never_over_an_older_bak(store: Store, out: Path) -> None:
    bring_out(store, out, 1)
    for revision, paint in ((2, b"first"), (3, b"second")):
        (out / "wall_orm.dds").write_bytes(paint)
        bring_out(store, out, revision, force=True)
    assert (out / "wall_orm.dds.bak").read_bytes() == b"first"
    assert (out / "wall_orm.dds.bak2").read_bytes() == b"second"
    assert verified(out) == 3


def test_a_foreign_manifest_in_the_way_is_respected(store: Store, out: Path) -> None:
    out.mkdir(parents=True)
    (out / "wall.assetgen.json").write_bytes(b"{}")
    with pytest.raises(PublishConflict, match=r"wall\.assetgen\.json"):
        bring_out(store, out, 1)
    bring_out(store, out, 1, force=True)
    assert (out / "wall.assetgen.json.bak").read_bytes() == b"{}"
    assert verified(out) == 1


def test_two_assets_of_one_name_do_not_take_each_others_place(store: Store, out: Path) -> None:
    bring_out(store, out, 1, asset="house/wall")
    with pytest.raises(PublishConflict):
        bring_out(store, out, 2, asset="castle/wall")
    assert verified(out) == 1


def test_two_sets_live_in_one_folder(store: Store, out: Path) -> None:
    bring_out(store, out, 1)
    bring_out(store, out, 2, asset="floor")
    bring_out(store, out, 3)
    assert verified(out) == 3
    assert read_as_engine_does(out / "floor.assetgen.json") == 2


def test_a_missing_file_is_put_back_without_touching_the_others(store: Store, out: Path) -> None:
    bring_out(store, out, 1)
    before = stamps(out)
    (out / "wall_orm.dds").unlink()
    bring_out(store, out, 1)
    after = stamps(out)
    assert {name for name in after if after[name] != before[name]} == {"wall_orm.dds"}


def test_an_older_revision_from_version_control_is_ours(store: Store, out: Path) -> None:
    bring_out(store, out, 1)
    bring_out(store, out, 2)
    for path, data in contents(1).items():
        (out / path).write_bytes(data)
    bring_out(store, out, 3)
    assert verified(out) == 3


def test_a_project_that_lost_its_cache_is_still_known_by_its_manifest(
    store: Store, out: Path, tmp_path: Path
) -> None:
    bring_out(store, out, 1)
    with open_store(tmp_path / "another cache") as fresh:
        assert verified(out) == 1
        bring_out(fresh, out, 2)
        assert verified(out) == 2
        (out / "wall_orm.dds").write_bytes(b"painted over")
        with pytest.raises(PublishConflict):
            bring_out(fresh, out, 3)


def test_contents_that_are_not_the_manifests_are_refused(store: Store, out: Path) -> None:
    manifest = manifest_of(contents(1), 1)
    with pytest.raises(SpecError, match="same hashes"):
        publish(store, out, manifest, {})


def test_a_missing_or_damaged_blob_leaves_the_old_set_standing(store: Store, out: Path) -> None:
    bring_out(store, out, 1)
    manifest = manifest_of(contents(2), 2)
    with pytest.raises(StoreError, match="not in the cache"):
        publish(store, out, manifest, manifest.hashes())
    put(store.blobs, contents(2))
    path = store.blobs.path(manifest.files[1].sha256)
    path.chmod(0o644)
    path.write_bytes(b"rotten")
    with pytest.raises(StoreError, match="damaged"):
        publish(store, out, manifest, manifest.hashes())
    assert verified(out) == 1
    assert not strays(out)
    assert recover(store) == 0
    bring_out(store, out, 2)
    assert verified(out) == 2


def test_a_link_on_the_way_out_is_refused(store: Store, out: Path, tmp_path: Path) -> None:
    out.mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    try:
        (out / "maps").symlink_to(tmp_path / "outside", target_is_directory=True)
    except OSError:  # Windows without the right to make links
        return
    with pytest.raises(PathRefused, match="link"):
        bring_out(store, out, 1, files={"maps/a.dds": b"a:000001|"})
    assert not list((tmp_path / "outside").iterdir())


def test_a_file_open_in_an_engine_is_tried_again_and_then_published(
    store: Store, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_out(store, out, 1)
    waits: list[float] = []
    replace_file = Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if len(waits) < 3 and target.name == "wall_normal.dds":
            raise PermissionError(errno.EACCES, "in use")
        return replace_file(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    manifest = manifest_of(contents(2), 2)
    publish(store, out, manifest, put(store.blobs, contents(2)), sleep=waits.append)
    assert waits == list(REPLACE_DELAYS_S[:3])
    assert verified(out) == 2


def test_a_file_that_stays_open_is_published_by_the_next_bake(
    store: Store, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_out(store, out, 1)
    waits: list[float] = []
    replace_file = Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if target.name == "wall_normal.dds":
            raise PermissionError(errno.EACCES, "in use")
        return replace_file(path, target)

    manifest = manifest_of(contents(2), 2)
    hashes = put(store.blobs, contents(2))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(StoreError, match=r"open in another program.*kept in the cache.*next bake"):
            publish(store, out, manifest, hashes, sleep=waits.append)
    assert waits == list(REPLACE_DELAYS_S)
    assert 2.5 <= sum(waits) <= 3.5
    assert read_as_engine_does(out / "wall.assetgen.json") is None
    assert not strays(out)
    assert [row.state for row in store.index.publications(out)] == [State.PENDING]
    publish(store, out, manifest, hashes)
    assert verified(out) == 2


def test_an_edit_between_plan_and_replacement_is_not_overwritten(
    store: Store, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_out(store, out, 1)

    def edit(point: str) -> None:
        if point == "file.replaced":
            (out / "wall_orm.dds").write_bytes(b"painted at the last moment")

    monkeypatch.setattr(fault, "hook", edit)
    with pytest.raises(PublishConflict, match=r"wall_orm\.dds"):
        bring_out(store, out, 2)
    assert (out / "wall_orm.dds").read_bytes() == b"painted at the last moment"
    assert read_as_engine_does(out / "wall.assetgen.json") is None


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize(
    "point",
    [
        "stage.opened",
        "stage.writing",
        "stage.written",
        "file.replaced",
        "manifest.replaced",
        "obsolete.removed",
    ],
)
def test_a_refusing_disk_leaves_a_set_that_is_old_or_rejected_and_later_new(
    store: Store, out: Path, monkeypatch: pytest.MonkeyPatch, point: str, code: int
) -> None:
    bring_out(store, out, 1, files=contents(1, roles=("albedo", "normal", "extra")))
    (out / "mine.txt").write_bytes(b"mine")

    def fail(reached: str) -> None:
        if reached == point:
            raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(fault, "hook", fail)
        with pytest.raises(StoreError):
            bring_out(store, out, 2)
    seen = read_as_engine_does(out / "wall.assetgen.json")
    assert seen in {"s": {1}, "f": {None}, "m": {2}, "o": {2}}[point[0]]
    assert not strays(out)
    assert recover(store) == 1
    assert verified(out) == 2
    assert not (out / "wall_extra.dds").exists()
    assert (out / "mine.txt").read_bytes() == b"mine"
    assert store.index.pending() == ()


def test_files_are_flushed_before_the_manifest_is_named(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace_file = os.fsync, Path.replace

    def note_fsync(descriptor: int) -> None:
        order.append("flush folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "flush")
        fsync(descriptor)

    def note_replace(path: Path, target: Path) -> Path:
        order.append("manifest" if target.suffix == ".json" else "file")
        return replace_file(path, target)

    with open_store(tmp_path / "cache", Durability.FULL) as store:
        hashes = put(store.blobs, contents(1))
        out.mkdir(parents=True)
        monkeypatch.setattr(os, "fsync", note_fsync)
        monkeypatch.setattr(Path, "replace", note_replace)
        publish(store, out, manifest_of(contents(1), 1), hashes)
    folder = [] if os.name == "nt" else ["flush folder"]
    assert order == ["flush"] * 4 + ["file"] * 3 + folder + ["manifest"] + folder
