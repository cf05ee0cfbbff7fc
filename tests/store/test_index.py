from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assetgen.errors import StoreError
from assetgen.settings import Durability
from assetgen.store import index as index_module
from assetgen.store.index import SCHEMA_VERSION, Index
from assetgen.store.records import FileStat, SourceFile, State
from tests.store.sets import contents, manifest_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "index.db"


@pytest.fixture
def index(path: Path) -> Iterator[Index]:
    opened = Index(path, durability=Durability.FAST)
    yield opened
    opened.close()


def test_the_first_writer_of_an_action_wins_unless_asked_to_refresh(index: Index) -> None:
    index.put_action("k", {"a": 1}, blobs=["0" * 64])
    index.put_action("k", {"a": 2})
    assert index.action("k") == ({"a": 1}, ("0" * 64,))
    index.put_action("k", {"a": 3}, refresh=True)
    assert index.action("k") == ({"a": 3}, ())
    index.forget_action("k")
    assert index.action("k") is None


def test_many_actions_are_found_at_once(index: Index) -> None:
    for i in range(20):
        index.put_action(f"k{i}", i)
    assert index.actions(f"k{i}" for i in range(0, 40, 10)) == {"k0": (0, ()), "k10": (10, ())}


def test_failures_are_remembered_by_key(index: Index) -> None:
    index.put_failure("k", {"message": "no weights"})
    index.put_failure("k", {"message": "still none"})
    assert index.failures(["k", "other"]) == {"k": {"message": "still none"}}
    index.forget_failure("k")
    assert index.failures(["k"]) == {}


def test_prompt_files_below_a_folder_come_in_one_piece_and_neighbours_stay_out(
    index: Index, tmp_path: Path
) -> None:
    names = ["game/a.toml", "game/sub/b.toml", "game2/c.toml", "game-x/d.toml"]
    sources = []
    for name in names:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
        sources.append(SourceFile.of(file, file.stat(), sha256="s", document="{}"))
    index.put_sources(sources)
    found = index.sources(tmp_path / "game")
    assert [Path(p).name for p in sorted(found)] == ["a.toml", "b.toml"]
    index.forget_sources([sources[0].path])
    assert [Path(p).name for p in index.sources(tmp_path / "game")] == ["b.toml"]


def test_a_prompt_file_is_known_unchanged_only_when_its_time_stamp_has_settled(
    index: Index, tmp_path: Path
) -> None:
    file = tmp_path / "a.toml"
    file.write_text("x")
    index.put_sources([SourceFile.of(file, file.stat(), sha256="s", document="{}")])
    (fresh,) = index.sources(tmp_path).values()
    assert not fresh.matches(file.stat())
    os.utime(file, ns=(10**18, 10**18))
    index.put_sources([SourceFile.of(file, file.stat(), sha256="s", document="{}")])
    (settled,) = index.sources(tmp_path).values()
    assert settled.matches(file.stat())
    os.utime(file, ns=(10**18, 10**18 + 1))
    assert not settled.matches(file.stat())


def test_an_inode_beyond_the_signed_range_is_kept(index: Index, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("x")
    source = SourceFile.of(file, file.stat(), sha256="s", document="{}")
    status = os.stat_result((0o644, (1 << 64) - 5, 0, 1, 0, 0, 1, 0, 0, 0), {"st_mtime_ns": 5})
    big = SourceFile.of(file, status, sha256="s", document="{}")
    index.put_sources([big])
    assert index.sources(tmp_path)[source.path].inode == big.inode < 1 << 63


def test_publications_go_from_pending_to_done_and_are_listed_below_a_root(
    index: Index, tmp_path: Path
) -> None:
    manifest = manifest_of(contents(1), 1)
    owned = {"old.dds": frozenset(["1" * 64])}
    for name in ("game", "game/deep", "game2"):
        (tmp_path / name).mkdir()
        index.begin_publication(tmp_path / name, manifest, owned=owned)
    assert len(index.pending()) == 3
    row = index.publication(tmp_path / "game", manifest.filename)
    assert row is not None
    assert (row.state, row.owned, row.full_key) == (State.PENDING, owned, manifest.full_key)
    assert row.manifest() == manifest
    index.finish_publication(tmp_path / "game", manifest, stats=[FileStat("a", 1, 2)])
    rows = index.publications(tmp_path / "game")
    assert [Path(row.folder).name for row in rows] == ["game", "deep"]
    assert (rows[0].state, rows[0].owned, rows[0].stats) == (State.DONE, {}, (FileStat("a", 1, 2),))
    index.forget_publication(tmp_path / "game", manifest.filename)
    assert index.publication(tmp_path / "game", manifest.filename) is None


def test_an_untouched_set_is_told_by_stat_alone(index: Index, tmp_path: Path) -> None:
    manifest = manifest_of(contents(1), 1)
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    index.finish_publication(tmp_path, manifest, stats=[FileStat.of("a", file.stat())])
    row = index.publication(tmp_path, manifest.filename)
    assert row is not None
    assert row.is_untouched()
    assert not replace(row, state=State.PENDING).is_untouched()
    assert not replace(row, stats=()).is_untouched()
    os.utime(file, ns=(1, 1))
    assert not row.is_untouched()
    file.unlink()
    assert not row.is_untouched()


def test_rows_outlive_the_process_and_a_second_connection_sees_them(index: Index, path: Path) -> None:
    index.put_action("k", 1)
    other = Index(path)
    assert other.action("k") == (1, ())
    other.close()
    other.close()


@pytest.mark.parametrize("bad", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\x07" * 5000])
def test_a_damaged_file_is_moved_aside_with_a_warning(
    path: Path, bad: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(bad)
    with caplog.at_level(logging.WARNING):
        index = Index(path)
    index.put_action("k", 1)
    index.close()
    assert "moved to index.db.damaged-1" in caplog.text
    assert path.with_name("index.db.damaged-1").read_bytes()[:7] == bad[:7]


def test_another_schema_is_moved_aside(path: Path) -> None:
    Index(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    index = Index(path)
    assert index.action("k") is None
    index.close()
    assert path.with_name("index.db.damaged-1").exists()


def test_damage_found_while_working_starts_over(index: Index, path: Path) -> None:
    for i in range(300):
        index.put_action(f"{i:064d}", "v" * 200)
    index.close()
    index = Index(path)
    index._read(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    index.close()
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xa5" * (len(data) - 8192)
    path.write_bytes(data)
    index = Index(path)
    found = index.actions([f"{i:064d}" for i in range(300)])
    index.put_action("0" * 64, "new")
    assert index.action("0" * 64) == ("new", ())
    assert len(found) < 300
    index.close()


def test_a_garbled_row_counts_as_absent(index: Index) -> None:
    index.put_action("good", 1)
    index.put_action("bad", 1)
    index._write(lambda db: db.execute("UPDATE action SET value = '{' WHERE key = 'bad'"))
    assert index.actions(["good", "bad"]) == {"good": (1, ())}


def test_the_cache_may_be_deleted_while_the_index_is_open(index: Index, path: Path) -> None:
    index.put_action("k", 1)
    try:
        shutil.rmtree(path.parent)
    except PermissionError:  # Windows does not remove what is open
        return
    index.put_action("k", 2)
    index.put_action("l", 2)
    assert index.action("l") == (2, ())


def test_threads_share_an_index(index: Index) -> None:
    threads = [
        threading.Thread(target=lambda n=n: [index.put_action(f"{n}-{i}", i) for i in range(20)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(index.actions(f"{n}-{i}" for n in range(4) for i in range(20))) == 80


def test_several_processes_open_a_new_index_and_write_at_once(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from assetgen.store.index import Index\n"
        "index = Index(Path(sys.argv[1]))\n"
        "for i in range(20): index.put_action(f'{sys.argv[2]}-{i}', i)\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, str(path), str(n)]) for n in range(3)]
    assert [process.wait(timeout=60) for process in running] == [0, 0, 0]
    index = Index(path)
    assert len(index.actions(f"{n}-{i}" for n in range(3) for i in range(20))) == 60
    index.close()
    assert not list(path.parent.glob("*.damaged*"))


def test_a_network_folder_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "is_network", lambda folder: True)
    with pytest.raises(StoreError, match="ASSETGEN_CACHE_DIR"):
        Index(path)


def test_a_full_disk_is_a_plain_refusal_and_the_index_goes_on_afterwards(index: Index) -> None:
    pages = index._read(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    index._read(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchall())
    with pytest.raises(StoreError, match="full"):
        index.put_action("big", "v" * 100_000)
    index._read(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchall())
    index.put_action("big", "v")
    assert index.action("big") == ("v", ())


def test_a_locked_index_is_a_plain_refusal(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "BUSY_S", 0.05)
    index = Index(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        index.put_action("k", 1)
    other.execute("ROLLBACK")
    other.close()
    index.put_action("k", 1)
    index.close()
