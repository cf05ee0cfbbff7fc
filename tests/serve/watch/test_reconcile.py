"""The reconciler over a made-up tree and clock: whatever is done to files, it ends up knowing what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.serve.watch import reconcile
from assetgen.serve.watch.reconcile import UNREADABLE, Looked, Reconciler, Signature, Tick

A, B = "a.prompt.toml", "b.prompt.toml"
GRAIN_NS = 10_000_000  # time stamps of this file system are coarser than its edits


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Tree:
    """Files in memory, with inodes and coarse time stamps, and a clock that only tests move."""

    def __init__(self) -> None:
        self.now = 100.0
        self.files: dict[str, tuple[bytes, int, int]] = {}
        self.unreadable: set[str] = set()
        self.lost_folders: dict[str, OSError] = {}
        self.inode = 0
        self.hashed: list[str] = []
        self.before_hash: Callable[[str], None] = lambda path: None

    def clock(self) -> float:
        return self.now

    def wall_ns(self) -> int:
        return int(self.now * 1e9)

    def stamp(self) -> int:
        return self.wall_ns() // GRAIN_NS * GRAIN_NS

    def write(self, path: str, data: bytes) -> None:
        if path in self.files:
            self.files[path] = (data, self.stamp(), self.files[path][2])
        else:
            self.replace(path, data)

    def replace(self, path: str, data: bytes) -> None:
        self.inode += 1
        self.files[path] = (data, self.stamp(), self.inode)

    def rename(self, old: str, new: str) -> None:
        self.files[new] = self.files.pop(old)

    def look(self, folder: str) -> Looked:
        if folder in self.lost_folders:
            raise self.lost_folders[folder]
        prefix = f"{folder}/" if folder else ""
        inside = [path.removeprefix(prefix) for path in self.files if path.startswith(prefix)]
        files = {
            n: self._signature(prefix + n) for n in inside if "/" not in n and reconcile.is_input_name(n)
        }
        return Looked({name.split("/")[0]: 0 for name in inside if "/" in name}, files)

    def sign(self, path: str) -> Signature | None:
        return self._signature(path) if path in self.files else None

    def hash(self, path: str) -> str:
        self.before_hash(path)
        self.hashed.append(path)
        if path not in self.files:
            raise FileNotFoundError(path)
        if path in self.unreadable:
            raise PermissionError(path)
        return sha(self.files[path][0])

    def _signature(self, path: str) -> Signature:
        data, stamp, inode = self.files[path]
        return len(data), stamp, inode


class Desk:
    """A reconciler over a tree."""

    def __init__(self) -> None:
        self.tree = Tree()
        self.core = Reconciler(self.tree, clock=self.tree.clock, wall_ns=self.tree.wall_ns)
        self.told: list[tuple[str, str | None]] = []
        self.renamed: dict[str, str] = {}

    def tick(self, passed_s: float = 0.0, *, scan: bool = True) -> Tick:
        self.tree.now += passed_s
        tick = self.core.tick(scan=scan)
        self.told += tick.changes.items()
        self.renamed |= tick.renamed
        return tick

    def rest(self, seconds: float = 5.0) -> list[tuple[str, str | None]]:
        """Tick every 50 ms for a while and return what was told meanwhile."""
        begun = len(self.told)
        for _ in range(int(seconds / 0.05)):
            self.tick(0.05)
        return self.told[begun:]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_file_is_told_once_it_has_been_quiet(desk: Desk) -> None:
    desk.tree.write(A, b"1")
    assert desk.tick().changes == {}
    assert desk.core.next_at == pytest.approx(desk.tree.now + 0.15)
    assert desk.tick(0.1).changes == {}
    assert desk.tick(0.06, scan=False).changes == {A: sha(b"1")}


def test_a_growing_file_is_not_read_before_it_rests(desk: Desk) -> None:
    for size in range(1, 20):
        desk.tree.write(A, b"x" * size)
        desk.tick(0.1)
    assert desk.told == []
    assert desk.tree.hashed == []
    assert desk.rest() == [(A, sha(b"x" * 19))]


def test_a_file_that_changes_while_it_is_read_is_read_again(desk: Desk) -> None:
    desk.tree.write(A, b"half")
    desk.tick()

    def grow(path: str) -> None:
        desk.tree.before_hash = lambda path: None
        desk.tree.write(path, b"half and half")

    desk.tree.before_hash = grow
    assert desk.rest() == [(A, sha(b"half and half"))]


def test_other_bytes_that_look_the_same_are_found_by_hashing_young_files_twice(desk: Desk) -> None:
    desk.tree.write(A, b"1")
    desk.tick()
    desk.tick(0.16)
    _, stamp, inode = desk.tree.files[A]
    desk.tree.files[A] = (b"2", stamp, inode)
    assert desk.rest() == [(A, sha(b"2"))]


def test_an_old_file_is_hashed_once(desk: Desk) -> None:
    desk.tree.write(A, b"1")
    desk.tree.now += 3600
    desk.rest()
    assert desk.tree.hashed == [A]


def test_a_touched_file_with_the_same_bytes_is_no_change(desk: Desk) -> None:
    desk.tree.write(A, b"1")
    desk.rest()
    desk.tree.replace(A, b"1")
    assert desk.rest() == []


def test_a_file_is_gone_after_two_scans_a_second_apart(desk: Desk) -> None:
    desk.tree.write(A, b"1")
    desk.rest()
    del desk.tree.files[A]
    assert desk.tick(0.1).changes == {}
    assert desk.core.scan_at == pytest.approx(desk.tree.now + 1.0)
    assert desk.tick(0.9).changes == {}
    assert desk.tick(0.11).changes == {A: None}
    assert desk.core.known == {}


def test_a_file_that_comes_back_in_time_was_never_gone(desk: Desk) -> None:
    desk.tree.write(A, b"1")
    desk.rest()
    del desk.tree.files[A]
    desk.tick(0.1)
    desk.tree.write(A, b"1")
    assert desk.rest() == []


def test_a_rename_is_the_same_bytes_gone_and_new(desk: Desk) -> None:
    desk.tree.write(A, b"1")
    desk.rest()
    desk.tree.rename(A, B)
    assert desk.rest() == [(B, sha(b"1")), (A, None)]
    assert desk.renamed == {A: B}


def test_hidden_and_output_folders_are_not_looked_into(desk: Desk) -> None:
    desk.core.outputs = {"": "generated", "walls": "walls/out"}
    for folder in (".git", "node_modules", "generated", "walls/out", "walls/generated", "walls"):
        desk.tree.write(f"{folder}/{A}", b"1")
    desk.tree.write("walls/note.txt", b"1")
    assert sorted(path for path, _ in desk.rest()) == [f"walls/{A}", f"walls/generated/{A}"]


def test_followed_files_count_wherever_they_lie(desk: Desk) -> None:
    desk.tree.write("art/brick.png", b"1")
    desk.core.follow(["art/brick.png", "art/none.png"])
    assert desk.rest() == [("art/brick.png", sha(b"1"))]
    desk.tree.write("art/none.png", b"2")
    assert desk.rest() == [("art/none.png", sha(b"2"))]
    desk.core.follow([])
    desk.tree.write("art/brick.png", b"3")
    assert desk.rest() == []


def test_a_root_that_cannot_be_read_changes_nothing(desk: Desk) -> None:
    desk.tree.write(A, b"1")
    desk.rest()
    desk.tree.lost_folders[""] = FileNotFoundError("gone")
    desk.tree.files.clear()
    assert desk.rest() == []
    assert desk.core.root_error is not None
    desk.tree.lost_folders.clear()
    desk.tree.write(A, b"2")
    assert desk.rest() == [(A, sha(b"2"))]


def test_a_folder_that_cannot_be_read_keeps_its_files_and_one_that_is_gone_loses_them(desk: Desk) -> None:
    desk.tree.write(f"d/{A}", b"1")
    desk.rest()
    desk.tree.lost_folders["d"] = PermissionError("no")
    assert desk.rest() == []
    desk.tree.lost_folders["d"] = FileNotFoundError("gone")
    assert desk.rest() == [(f"d/{A}", None)]


def test_a_file_that_cannot_be_read_is_told_as_such_after_some_tries_and_when_it_can_again(
    desk: Desk,
) -> None:
    desk.tree.write(A, b"1")
    desk.tree.unreadable.add(A)
    assert desk.rest() == [(A, UNREADABLE)]
    desk.tree.unreadable.clear()
    assert desk.rest() == [(A, sha(b"1"))]


def test_a_file_held_open_for_a_moment_is_no_error(desk: Desk) -> None:
    desk.tree.write(A, b"1")
    desk.tree.unreadable.add(A)
    assert desk.rest(0.4) == []
    desk.tree.unreadable.clear()
    assert desk.rest() == [(A, sha(b"1"))]


def test_a_large_tree_is_scanned_in_slices_and_nothing_is_gone_before_the_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "LARGE", 4)
    for number in range(10):
        desk.tree.write(f"d{number}/{A}", b"1")
    desk.rest()
    look = desk.tree.look

    def slow_look(folder: str) -> Looked:
        desk.tree.now += 0.02
        return look(folder)

    monkeypatch.setattr(desk.tree, "look", slow_look)
    slices = [desk.tick()]
    while not slices[-1].is_whole:
        slices.append(desk.tick())
    assert 3 <= len(slices) <= 6
    assert not any(tick.changes for tick in slices)


def test_looking_at_a_file_says_whether_it_is_what_was_hashed(desk: Desk) -> None:
    desk.tree.write(A, b"1")
    assert not desk.core.is_certain(A)
    desk.rest()
    assert desk.core.is_certain(A)
    assert desk.core.is_certain(B)
    desk.tree.write(A, b"22")
    assert not desk.core.is_certain(A)
    assert desk.core.is_waiting(A)
    assert desk.rest() == [(A, sha(b"22"))]


PATHS = st.sampled_from([A, B, f"d/{A}", f"d/e/{B}", "art/brick.png"])
EDITS = st.one_of(
    st.tuples(st.just("write"), PATHS),
    st.tuples(st.just("same size"), PATHS),
    st.tuples(st.just("replace"), PATHS),
    st.tuples(st.just("delete"), PATHS),
    st.tuples(st.just("rename"), PATHS, PATHS),
    st.tuples(st.just("swap folder"), st.just("d")),
    st.tuples(st.just("grow"), PATHS),
    st.tuples(st.just("tick"), st.sampled_from([0.0, 0.004, 0.05, 0.16, 0.6, 1.1, 3.0])),
    st.tuples(st.just("settle"), st.sampled_from([0.0, 0.05, 0.16])),
)


class Author:
    """Edits a tree with contents that never come again, and knows which were only half written."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.tree = desk, desk.tree
        self.count = 0
        self.halves: set[str] = set()

    def do(self, what: str, *given: object) -> None:
        self.count += 1
        data = b"%06d" % self.count
        path = str(given[0])
        if what == "tick":
            self.desk.tick(float(path))
        elif what == "settle":
            self.desk.tick(float(path), scan=False)
        elif what == "write":
            self.tree.write(path, data * (self.count % 3 + 1))
        elif what == "same size":
            self.tree.write(path, data)
        elif what == "replace":
            self.tree.replace(path, data)
        elif what == "delete":
            self.tree.files.pop(path, None)
        elif what == "rename" and path in self.tree.files:
            self.tree.rename(path, str(given[1]))
        elif what == "swap folder":
            for name in [name for name in self.tree.files if name.startswith("d/")]:
                self.tree.replace(name, data + name.encode())
        elif what == "grow":
            self.grow(path, data)

    def grow(self, path: str, data: bytes) -> None:
        """Write a file in steps of less than the quiet time, with looks in between."""
        for step in range(1, 4):
            self.tree.write(path, data * step)
            if step < 3:
                self.halves.add(sha(data * step))
                self.desk.tick(0.1)


@given(st.lists(EDITS, max_size=40))
def test_after_a_quiet_time_everything_is_known_and_was_told_once(edits: list[tuple[object, ...]]) -> None:
    desk = Desk()
    desk.core.follow(["art/brick.png"])
    author = Author(desk)
    for what, *given_values in edits:
        author.do(str(what), *given_values)
    desk.rest(8.0)
    assert desk.core.known == {path: sha(data) for path, (data, _, _) in desk.tree.files.items()}
    assert desk.core.is_settled
    told: dict[str, str | None] = {}
    for path, content in desk.told:
        assert told.get(path) != content, "the same content twice in a row"
        assert content not in author.halves
        told[path] = content
    assert {path: content for path, content in told.items() if content is not None} == desk.core.known


@given(st.lists(EDITS, max_size=30))
def test_a_quiet_tree_is_not_read(edits: list[tuple[object, ...]]) -> None:
    desk = Desk()
    author = Author(desk)
    for what, *given_values in edits:
        author.do(str(what), *given_values)
    desk.rest(8.0)
    desk.tree.hashed.clear()
    assert desk.rest(3.0) == []
    assert desk.tree.hashed == []
    assert desk.core.next_at is None
    assert desk.core.scan_at is None
