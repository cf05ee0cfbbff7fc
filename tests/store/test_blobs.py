from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import StoreError
from assetgen.settings import Durability
from assetgen.store import fault
from assetgen.store.blobs import Blobs


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "cache", durability=Durability.FAST)


def temps(blobs: Blobs) -> list[Path]:
    return list((blobs.root / "tmp").iterdir())


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


@given(data=st.binary(max_size=300))
def test_what_is_put_comes_back(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    blobs = Blobs(tmp_path_factory.getbasetemp() / "shared", durability=Durability.FAST)
    sha = blobs.put(data)
    assert sha == hashlib.sha256(data).hexdigest()
    assert blobs.get(sha) == data
    assert blobs.find(sha) == data
    assert blobs.has(sha)
    assert blobs.size(sha) == len(data)
    assert not temps(blobs)


@pytest.mark.parametrize("durability", list(Durability))
def test_a_blob_is_read_only_alone_under_its_name_and_not_written_twice(
    tmp_path: Path, durability: Durability
) -> None:
    blobs = Blobs(tmp_path / "c", durability=durability)
    path = blobs.path(blobs.put(b"stone" * 50_000))
    before = path.stat()
    assert path.parent.name == path.name[:2]
    assert not before.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    assert before.st_nlink == 1
    blobs.put(b"stone" * 50_000)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_flipped_bit_is_found_quarantined_and_a_miss(blobs: Blobs) -> None:
    sha = blobs.put(b"moss" * 1000)
    damage(blobs.path(sha))
    with pytest.raises(StoreError, match="damaged"):
        blobs.get(sha)
    assert not blobs.has(sha)
    assert blobs.find(sha) is None
    assert len(list((blobs.root / "quarantine").iterdir())) == 1


def test_putting_the_right_bytes_again_heals_a_damaged_blob(blobs: Blobs) -> None:
    sha = blobs.put(b"moss" * 1000)
    damage(blobs.path(sha))
    assert blobs.put(b"moss" * 1000) == sha
    assert blobs.get(sha) == b"moss" * 1000


def test_verify_finds_every_damaged_blob_and_no_other(blobs: Blobs) -> None:
    shas = [blobs.put(b"%d" % i * 500) for i in range(40)]
    for sha in shas[::4]:
        damage(blobs.path(sha))
    assert set(blobs.verify()) == set(shas[::4])
    assert blobs.verify() == ()


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_what_is_no_hash_names_no_blob(blobs: Blobs, name: str) -> None:
    with pytest.raises(StoreError, match="names no blob"):
        blobs.path(name)


def test_a_missing_blob_is_a_miss_with_a_remedy(blobs: Blobs) -> None:
    assert blobs.find("0" * 64) is None
    with pytest.raises(StoreError, match="bake again"):
        blobs.get("0" * 64)
    with pytest.raises(StoreError, match="bake again"):
        blobs.size("0" * 64)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("point", [p for p in fault.POINTS if p.startswith("blob.")])
def test_a_refusing_disk_leaves_no_temp_file(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch, point: str, code: int
) -> None:
    def fail(reached: str) -> None:
        if reached == point:
            raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(fault, "hook", fail)
        with pytest.raises(StoreError, match="cannot write the blob"):
            blobs.put(b"x" * 200_000)
    assert not temps(blobs)
    assert blobs.get(blobs.put(b"x" * 200_000)) == b"x" * 200_000


def test_a_short_write_is_continued(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data[:777])))
    assert blobs.get(blobs.put(b"y" * 10_000)) == b"y" * 10_000


def test_an_interrupted_put_leaves_no_temp_file(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(reached: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fault, "hook", interrupt)
    with pytest.raises(KeyboardInterrupt):
        blobs.put(b"x")
    assert not temps(blobs)


def test_opening_removes_the_temp_files_of_the_dead_and_spares_those_of_the_living(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from assetgen.store import fault, blobs\n"
        "fault.hook = lambda point: os._exit(137) if point == 'blob.writing' else None\n"
        "blobs.Blobs(Path(sys.argv[1])).put(b'z' * 100_000)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, timeout=60)
    assert done.returncode == 137
    assert len(list((tmp_path / "tmp").iterdir())) == 1
    blobs = Blobs(tmp_path)
    assert not temps(blobs)

    def open_again(reached: str) -> None:
        if reached == "blob.writing":
            Blobs(tmp_path)

    fault.hook, nothing = open_again, fault.hook
    try:
        assert blobs.get(blobs.put(b"z" * 100_000)) == b"z" * 100_000
    finally:
        fault.hook = nothing


def test_the_cache_may_be_deleted_while_a_blob_is_written(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete_once(reached: str) -> None:
        if reached == "blob.written":
            monkeypatch.setattr(fault, "hook", lambda point: None)
            for path in (blobs.root / "tmp").iterdir():
                path.unlink()
            (blobs.root / "tmp").rmdir()

    monkeypatch.setattr(fault, "hook", delete_once)
    assert blobs.get(blobs.put(b"again")) == b"again"


def test_durable_blobs_are_flushed_before_they_get_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_fsync(descriptor: int) -> None:
        order.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def note_replace(path: Path, target: Path) -> Path:
        order.append("name")
        return replace(path, target)

    blobs = Blobs(tmp_path / "c", durability=Durability.FULL)
    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    blobs.put(b"x")
    assert [step for step in order if step != "folder"] == ["file", "name"]
    assert os.name == "nt" or order[-1] == "folder"
