"""A burst of mixed edits, and a watch that writes down what it tells: each a process of its own.

    python -m tests.serve.watch.edits watch ROOT CACHE       "ready", then, after a line on stdin, its diary as JSON
    python -m tests.serve.watch.edits edit ROOT COUNT SEED   what it left behind, as JSON

Times are of the monotonic clock, which processes of one machine share.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from assetgen.errors import AssetGenError
from assetgen.serve.watch.reconcile import Tick
from assetgen.serve.watch.watch import Watch
from assetgen.settings import Durability
from assetgen.store.store import Store

FOLDERS = 20
CHECKOUT = 0.5  # of all files, once, in the middle
LONGEST_HALF_S = 0.06
STILL_S = 1.5
GIVE_UP_S = 30.0


def content(number: int) -> bytes:
    """Return a prompt file like no other."""
    return f'assetgen = 1\nkind = "material"\nprompt = "stone"\nseed = {number}\n'.encode()


def make_tree(root: Path, *, files: int) -> None:
    """Write the files that are edited later."""
    (root / "assetgen.toml").write_bytes(b"assetgen = 1\n")
    for number in range(files):
        folder = root / f"d{number % FOLDERS}"
        folder.mkdir(exist_ok=True)
        (folder / f"p{number}.prompt.toml").write_bytes(content(number))


class Editor:
    """Makes mixed edits, each content once, and remembers when each file was last touched."""

    def __init__(self, root: Path, *, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)
        self.number = 1_000_000 * (seed + 1)
        self.files = sorted(root.glob("d*/*.prompt.toml"))
        self.left: dict[str, tuple[str, float, str]] = {}
        self.gone: set[str] = set()
        self.slow_halves = 0

    def run(self, count: int) -> None:
        """Make some edits at about 200 a second."""
        kinds: list[Callable[[], None]] = [
            *(self.in_place,) * 6,
            *(self.atomic,) * 6,
            *(self.vim,) * 3,
            *(self.half,) * 2,
            *(self.rename,) * 2,
            *(self.recreate,) * 2,
            self.new_folder,
            self.delete,
        ]
        for index in range(count):
            self.random.choice(kinds)()
            if index % 100 == 60:
                self.swap()
            if index == count // 2:
                self.checkout()
            time.sleep(self.random.random() * 0.01)

    def fresh(self) -> bytes:
        self.number += 1
        return content(self.number)

    def pick(self) -> Path:
        return self.random.choice(self.files)

    def note(self, path: Path, data: bytes, kind: str) -> None:
        name = path.relative_to(self.root).as_posix()
        self.gone.discard(name)
        self.left[name] = hashlib.sha256(data).hexdigest(), time.monotonic(), kind

    def lose(self, path: Path) -> None:
        name = path.relative_to(self.root).as_posix()
        self.left.pop(name, None)
        self.gone.add(name)

    def in_place(self, path: Path | None = None, kind: str = "in place") -> None:
        path, data = path or self.pick(), self.fresh()
        path.write_bytes(data)
        self.note(path, data, kind)

    def atomic(self, kind: str = "atomic") -> None:
        path, data = self.pick(), self.fresh()
        temp = path.with_name(f".{path.name}.tmp")
        temp.write_bytes(data)
        temp.replace(path)
        self.note(path, data, kind)

    def vim(self) -> None:
        path, data = self.pick(), self.fresh()
        backup = path.with_name(path.name + "~")
        path.rename(backup)
        path.write_bytes(data)
        self.note(path, data, "vim")
        backup.unlink()

    def half(self) -> None:
        path, data = self.pick(), self.fresh()
        with path.open("wb", buffering=0) as file:
            file.write(data[:20])
            begun = time.monotonic()
            time.sleep(self.random.random() * LONGEST_HALF_S)
            file.write(data[20:])
        self.note(path, data, "half")
        self.slow_halves += time.monotonic() - begun > 2 * LONGEST_HALF_S

    def rename(self) -> None:
        path = self.pick()
        self.number += 1
        new = path.with_name(f"r{self.number}.prompt.toml")
        data = path.read_bytes()
        path.rename(new)
        self.files[self.files.index(path)] = new
        self.lose(path)
        self.note(new, data, "rename")

    def recreate(self) -> None:
        path, data = self.pick(), self.fresh()
        path.unlink()
        path.write_bytes(data)
        self.note(path, data, "recreate")

    def delete(self) -> None:
        path = self.pick()
        path.unlink()
        self.files.remove(path)
        self.lose(path)

    def new_folder(self) -> None:
        self.number += 1
        folder = self.root / f"d{self.number % FOLDERS}" / f"n{self.number}" / "inner"
        folder.mkdir(parents=True)
        for index in range(2):
            path = folder / f"q{index}.prompt.toml"
            self.in_place(path, "new folder")
            self.files.append(path)

    def swap(self) -> None:
        """Put a folder with the same names and other contents in a folder's place."""
        folder = self.pick().parent
        stage, away = self.root / ".stage", self.root / ".away"
        shutil.copytree(folder, stage)
        made = []
        for path in [path for path in self.files if path.parent == folder][:30]:
            data = self.fresh()
            (stage / path.name).write_bytes(data)
            made.append((path, data))
        folder.rename(away)
        stage.rename(folder)
        for path, data in made:
            self.note(path, data, "swap")
        shutil.rmtree(away)

    def checkout(self) -> None:
        for path in self.random.sample(self.files, int(len(self.files) * CHECKOUT)):
            data = self.fresh()
            path.unlink()
            path.write_bytes(data)
            self.note(path, data, "checkout")


def edit(root: Path, count: int, seed: int) -> None:
    """Edit and print what was left behind."""
    editor = Editor(root, seed=seed)
    editor.run(count)
    result = {"left": editor.left, "gone": sorted(editor.gone), "slow_halves": editor.slow_halves}
    json.dump(result, sys.stdout)


class NotingWatch(Watch):
    """A watch that notes when it knew of new content, before it found out what that means."""

    def _take(self, tick: Tick) -> None:
        now = time.monotonic()
        self.noticed = getattr(self, "noticed", {}) | {path: now for path in tick.changes}
        super()._take(tick)


class Diary:
    """What a watch told, with times; each file that is due gets some output, as from a build."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.watch: NotingWatch | None = None
        self.due: list[tuple[float, str, str, bool]] = []
        self.failed: list[tuple[float, str, list[str]]] = []
        self.orphaned: list[str] = []

    def on_due(self, path: str, *, bulk: bool) -> None:
        now = time.monotonic()
        assert self.watch is not None
        self.due.append((now, path, self.watch._reconciler.sha_of(path) or "", bulk))
        stem = path.removesuffix(".prompt.toml")
        output = self.root / "generated" / "unity" / stem
        output.mkdir(parents=True, exist_ok=True)
        (output / "albedo.png").write_bytes(b"x")
        (output / "inner.prompt.toml").write_bytes(content(len(self.due)))

    def on_failed(self, path: str, errors: tuple[AssetGenError, ...]) -> None:
        self.failed.append((time.monotonic(), path, [str(error) for error in errors]))

    def on_recovered(self, path: str) -> None:
        pass


def watch(root: Path, cache: Path) -> None:
    """Watch until a line comes, and then until nothing has come for a while; print the diary."""
    diary = Diary(root)
    with Store.open(cache, durability=Durability.FAST) as store:
        diary.watch = one = NotingWatch(
            root,
            store,
            on_due=diary.on_due,
            on_failed=diary.on_failed,
            on_recovered=diary.on_recovered,
            on_orphaned=diary.orphaned.append,
            catch_up=False,
        )
        one.start()
        one.wait_quiet(GIVE_UP_S)
        begun_s, begun_scans = one.health.busy_s, one.health.scans
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        _wait_still(diary)
        health = one.health
        one.stop()
        result = {
            "due": diary.due,
            "failed": diary.failed,
            "orphaned": diary.orphaned,
            "noticed": one.noticed,
            "known": one._reconciler.known,
            "busy_s": health.busy_s - begun_s,
            "scans": health.scans - begun_scans,
            "restarts": health.restarts,
            "cost_s": one._pace._cost,
            "threads": [thread.name for thread in threading.enumerate()],
        }
    json.dump(result, sys.stdout)


def _wait_still(diary: Diary) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + GIVE_UP_S
    since, told = time.monotonic(), -1
    while time.monotonic() < deadline and time.monotonic() - since < STILL_S:
        assert diary.watch is not None
        if told != len(diary.due) or not diary.watch.wait_quiet(0.0):
            since, told = time.monotonic(), len(diary.due)
        pause.wait(0.05)


def main(arguments: list[str]) -> None:
    """Run as one of the two processes."""
    if arguments[0] == "watch":
        watch(Path(arguments[1]), Path(arguments[2]))
    else:
        edit(Path(arguments[1]), int(arguments[2]), int(arguments[3]))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
    os._exit(0)
