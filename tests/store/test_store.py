from __future__ import annotations

import logging
import shutil
import threading
from pathlib import Path

import pytest

from assetgen.errors import StoreError
from assetgen.store import fault, locks
from assetgen.store.manifest import Manifest, verify_set
from assetgen.store.publish import publish, recover
from assetgen.store.rebuild import rebuild
from assetgen.store.records import State
from assetgen.store.store import Store
from tests.store.sets import contents, manifest_of, open_store, put, read_as_engine_does, strays


def bring_out(store: Store, out: Path, revision: int) -> Manifest:
    manifest = manifest_of(contents(revision), revision)
    publish(store, out, manifest, put(store.blobs, contents(revision)))
    return manifest


def test_a_result_is_recorded_only_with_its_blobs_and_lost_with_them(tmp_path: Path) -> None:
    with open_store(tmp_path / "c") as store:
        with pytest.raises(StoreError, match="not in the cache"):
            store.record("k", {"a": 1}, blobs=["0" * 64])
        assert store.find("k") is None
        sha = store.blobs.put(b"stone")
        store.record("k", {"a": 1}, blobs=[sha])
        store.record("k", {"a": 2}, blobs=[sha])
        assert store.find("k") == {"a": 1}
        store.blobs.path(sha).unlink()
        assert store.find("k") is None
        store.record("k", {"a": 3}, blobs=[store.blobs.put(b"stone")])
        assert store.find("k") == {"a": 3}


def test_two_stores_share_a_cache(tmp_path: Path) -> None:
    with open_store(tmp_path / "c") as one, open_store(tmp_path / "c") as other:
        one.record("k", 1, blobs=[one.blobs.put(b"x")])
        assert other.find("k") == 1


def test_deleting_the_whole_cache_loses_no_published_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with open_store(tmp_path / "c") as store:
        bring_out(store, out, 1)
    shutil.rmtree(tmp_path / "c")
    assert verify_set(out / "wall.assetgen.json").provenance["revision"] == 1
    with open_store(tmp_path / "c") as store:
        bring_out(store, out, 2)
        assert read_as_engine_does(out / "wall.assetgen.json") == 2


def test_an_index_is_rebuilt_from_the_manifests(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with open_store(tmp_path / "c") as store:
        manifest = bring_out(store, tmp_path / "out" / "a", 1)
        bring_out(store, tmp_path / "out" / "b", 2)
        before = store.index.publications(tmp_path / "out")
    (tmp_path / "c" / "index.db").unlink()
    (tmp_path / "out" / "b" / "wall_orm.dds").write_bytes(b"edited")
    with open_store(tmp_path / "c") as store:
        assert store.index.publications(tmp_path) == ()
        with caplog.at_level(logging.WARNING):
            assert rebuild(store.index, store.blobs, tmp_path / "out") == 1
        assert store.index.publications(tmp_path / "out") == before[:1]
        assert before[0].is_untouched()
        assert store.find(manifest.full_key) == manifest.to_document()
    assert "wall_orm.dds" in caplog.text


def test_an_index_rebuilt_without_blobs_promises_no_results(tmp_path: Path) -> None:
    with open_store(tmp_path / "c") as store:
        manifest = bring_out(store, tmp_path / "out", 1)
    with open_store(tmp_path / "d") as store:
        assert rebuild(store.index, store.blobs, tmp_path / "out") == 1
        assert store.find(manifest.full_key) is None
        (row,) = store.index.publications(tmp_path / "out")
        assert (row.state, row.is_untouched()) == (State.DONE, True)


def test_recovery_does_not_trample_a_living_publisher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    seen: list[tuple[int, int]] = []

    def recover_meanwhile(point: str) -> None:
        if point in {"journal.written", "stage.written", "file.replaced"}:
            monkeypatch.setattr(fault, "hook", lambda reached: None)
            with open_store(tmp_path / "c") as other:
                seen.append((recover(other), len(strays(out))))
            monkeypatch.setattr(fault, "hook", recover_meanwhile)

    with open_store(tmp_path / "c") as store:
        monkeypatch.setattr(fault, "hook", recover_meanwhile)
        bring_out(store, out, 1)
    assert [finished for finished, _ in seen] == [0] * 8
    assert [left for _, left in seen] == [0, 1, 2, 3, 4, 3, 2, 1]
    assert read_as_engine_does(out / "wall.assetgen.json") == 1


def interrupted(tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Publish revision 1, then stop publishing revision 2 at a point, with its staged files left behind."""
    out = tmp_path / "out"

    def stop(reached: str) -> None:
        if reached == point:
            raise SystemExit

    with open_store(tmp_path / "c") as store:
        bring_out(store, out, 1)
        with monkeypatch.context() as patch:
            patch.setattr(fault, "hook", stop)
            patch.setattr("assetgen.store.publish.discard", lambda path: None)
            with pytest.raises(SystemExit):
                bring_out(store, out, 2)
    return out


def test_opening_finishes_what_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = interrupted(tmp_path, "file.replaced", monkeypatch)
    assert strays(out)
    assert read_as_engine_does(out / "wall.assetgen.json") is None
    with open_store(tmp_path / "c") as store:
        assert store.index.pending() == ()
    assert read_as_engine_does(out / "wall.assetgen.json") == 2
    assert not strays(out)


def test_recovery_spares_a_file_edited_since_and_the_next_bake_reports_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    out = interrupted(tmp_path, "stage.written", monkeypatch)
    (out / "wall_normal.dds").write_bytes(b"painted over")
    with caplog.at_level(logging.WARNING), open_store(tmp_path / "c") as store:
        assert len(store.index.pending()) == 1
        with pytest.raises(StoreError, match=r"wall_normal\.dds"):
            bring_out(store, out, 3)
    assert "stays unfinished" in caplog.text
    assert (out / "wall_normal.dds").read_bytes() == b"painted over"
    assert not strays(out)


def test_recovery_without_blobs_waits_for_the_next_bake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = interrupted(tmp_path, "file.replaced", monkeypatch)
    for path in (tmp_path / "c" / "blobs").glob("*/*"):
        path.unlink()
    with open_store(tmp_path / "c") as store:
        assert len(store.index.pending()) == 1
        assert not strays(out)
        bring_out(store, out, 3)
        assert store.index.pending() == ()
    assert read_as_engine_does(out / "wall.assetgen.json") == 3


def test_recovery_does_not_bring_back_a_deleted_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = interrupted(tmp_path, "file.replaced", monkeypatch)
    shutil.rmtree(out)
    with open_store(tmp_path / "c") as store:
        assert store.index.publications(tmp_path) == ()
    assert not out.exists()


def test_an_interrupted_set_is_still_ours_after_the_index_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = interrupted(tmp_path, "file.replaced", monkeypatch)
    (tmp_path / "c" / "index.db").unlink()
    with open_store(tmp_path / "c") as store:
        bring_out(store, out, 3)
    assert read_as_engine_does(out / "wall.assetgen.json") == 3
    assert not strays(out)


def test_threads_publish_different_sets_and_the_same_set_at_once(tmp_path: Path) -> None:
    errors: list[BaseException] = []

    def work(out: Path, first: int) -> None:
        try:
            for revision in range(first, first + 3):
                bring_out(store, out, revision)
        except BaseException as error:
            errors.append(error)

    with open_store(tmp_path / "c") as store:
        outs = [tmp_path / "a", tmp_path / "a", tmp_path / "b"]
        threads = [threading.Thread(target=work, args=(out, 10 * i)) for i, out in enumerate(outs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.index.pending() == ()
    assert errors == []
    assert read_as_engine_does(tmp_path / "a" / "wall.assetgen.json") in {2, 12}
    assert read_as_engine_does(tmp_path / "b" / "wall.assetgen.json") == 22


def test_a_lock_that_is_never_freed_is_a_plain_refusal(tmp_path: Path) -> None:
    waits: list[float] = []
    with locks.exclusive(tmp_path / "lock"):
        with locks.if_free(tmp_path / "lock") as is_ours:
            assert not is_ours
        with (
            pytest.raises(StoreError, match="another process held"),
            locks.exclusive(tmp_path / "lock", patience_s=0.1, sleep=waits.append),
        ):
            raise AssertionError
    assert waits
    with locks.if_free(tmp_path / "lock") as is_ours:
        assert is_ours
