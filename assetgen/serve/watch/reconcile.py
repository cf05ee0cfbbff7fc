"""Which input files of a folder have what content: two looks at a tree tell more than a stream of events.

Events are lost (a folder that is swapped by a rename, a queue that overflows, a mount that sends none); a scan of
size, time and inode is not. So a scan finds what looks different, and only the hash of a file that has been quiet
for a moment decides:

    differs        quiet for 150 ms -> read once -> still looks the same -> its content is known
    young          hashed within 2 s of its own time stamp -> hashed once more when the stamp is old
    not there      in two whole scans a second apart -> gone; the same content under a new name is a rename

Pure: the files are behind `TreeView`, time comes from a clock, and nothing sleeps. Paths are posix paths from the
root; a followed file outside of it goes by its absolute path.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from assetgen.project.discover import is_skipped
from assetgen.project.project_file import PROJECT_FILE, PROMPT_SUFFIX
from assetgen.specs.project import DEFAULT_OUTPUT
from assetgen.store.records import RACY_NS

QUIET_S: Final = 0.15
GONE_S: Final = 1.0
RECHECK_S: Final = 2.0
"""After how long a file that cannot be read is tried again."""
TRIES: Final = 5
"""Reads of a file that another program holds open before it counts as unreadable."""
LARGE: Final = 20_000
"""Files in a tree above which a scan goes in slices."""
SLICE_S: Final = 0.05
RENAME_S: Final = 10.0
HOT_S: Final = 30.0
UNREADABLE: Final = ""
"""Stands for the hash of a file that cannot be read."""

Signature = tuple[int, int, int]
"""Size in bytes, time of the last change in ns, inode."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What lies in one folder: subfolders with their inode (0: unknown), input files with their signature."""

    folders: Mapping[str, int]
    files: Mapping[str, Signature]


class TreeView(Protocol):
    """The files of a root."""

    def look(self, folder: str) -> Looked:
        """Return what lies in a folder, without following links. Raises OSError."""
        ...

    def sign(self, path: str) -> Signature | None:
        """Return how a file looks now, or None when there is none. Raises OSError."""
        ...

    def hash(self, path: str) -> str:
        """Return the sha256 of a file. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What one call found.

    Args:
        changes: path -> sha256 of its new content, `UNREADABLE`, or None when it is gone.
        renamed: old path -> new path, for files that are gone.
        has_found: a file looked different from before, or was missing.
        has_new_folders: the scan that ended here saw other folders than the one before.
        is_whole: no scan is half done.
    """

    changes: Mapping[str, str | None]
    renamed: Mapping[str, str]
    has_found: bool
    has_new_folders: bool
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Pending:
    signature: Signature
    since: float
    tries: int = 0


def is_input_name(name: str) -> bool:
    """Tell whether a file of this name says what assets there are."""
    return name.endswith(PROMPT_SUFFIX) or name == PROJECT_FILE


class Reconciler:
    """Knows the content of every input file below a root, as of the last time each was quiet.

    Args:
        view: the files.
        clock: monotonic seconds.
        wall_ns: the time that file stamps are compared with, ns since 1970.
    """

    def __init__(self, view: TreeView, *, clock: Callable[[], float], wall_ns: Callable[[], int]) -> None:
        self.outputs: Mapping[str, str] = {"": DEFAULT_OUTPUT}  # folder -> output folder from there on down
        self.root_error: OSError | None = None
        self._view, self._clock, self._wall_ns = view, clock, wall_ns
        self._known: dict[str, tuple[Signature, str]] = {}
        self._pending: dict[str, _Pending] = {}
        self._missing: dict[str, float] = {}
        self._again: dict[str, float] = {}
        self._followed: frozenset[str] = frozenset()
        self._appeared: dict[str, tuple[str, float]] = {}
        self._hot: dict[str, tuple[str, float]] = {}
        self._folders: dict[str, int] = {}
        self._scan: _Scan | None = None
        self._has_found = False

    # What is known

    def __len__(self) -> int:
        """Return how many files have settled content."""
        return len(self._known)

    @property
    def known(self) -> dict[str, str]:
        """Every file with the sha256 of its settled content."""
        return {path: sha for path, (_, sha) in self._known.items()}

    @property
    def is_settled(self) -> bool:
        """Whether no file waits to be quiet, to be read or to be gone."""
        return not self._pending and not self._missing and self._scan is None

    def paths(self) -> set[str]:
        """Return every path that was seen and is not gone."""
        return self._known.keys() | self._pending.keys()

    def sha_of(self, path: str) -> str | None:
        """Return the sha256 of a file's settled content, or None when it is unknown."""
        known = self._known.get(path)
        return known[1] if known else None

    def is_waiting(self, path: str) -> bool:
        """Tell, without looking, whether a file waits to be quiet or to be gone."""
        return path in self._pending or path in self._missing

    def is_certain(self, path: str) -> bool:
        """Look at a file: is it just as it was when it was hashed, or still not there?"""
        if self.is_waiting(path):
            return False
        signature = self._sign(path)
        known = self._known.get(path)
        if signature is None:
            self._lose(path)
            return known is None
        if known is None or known[0] != signature:
            self._see(path, signature, self._clock())
            return False
        return True

    def follow(self, paths: Iterable[str]) -> None:
        """Take exactly these files as inputs besides those that a scan finds by name; new ones are looked at."""
        wanted = frozenset(paths)
        for path in self._followed - wanted:
            for table in (self._known, self._pending, self._missing, self._again):
                table.pop(path, None)
        for path in wanted - self._followed:
            signature = self._sign(path)
            if signature is not None:
                self._see(path, signature, self._clock())
        self._followed = wanted

    # Looking

    def tick(self, *, scan: bool = True) -> Tick:
        """Look at the tree (when `scan`) and at the files that wait; return what is certain now."""
        self._has_found = False
        if scan and self._scan is None:
            self._scan = _Scan(self._start_points())
        changes: dict[str, str | None] = {}
        gone: list[str] = []
        has_new_folders = False
        if self._scan is not None and self._advance(self._scan):
            gone = self._missed(self._scan)
            has_new_folders = self._scan.folders != self._folders
            self._folders = self._scan.folders
            self._scan = None
        changes.update(self._settle())
        self._recheck()
        renamed = {path: new for path in gone if (new := self._new_name(path)) is not None}
        for path in gone:
            del self._known[path], self._missing[path]
            self._again.pop(path, None)
            changes[path] = None
        return Tick(
            changes=changes,
            renamed=renamed,
            has_found=self._has_found,
            has_new_folders=has_new_folders,
            is_whole=self._scan is None,
        )

    @property
    def scan_at(self) -> float | None:
        """When it wants to scan again, or None when nothing waits for that."""
        return min(self._missing.values()) + GONE_S if self._missing else None

    @property
    def next_at(self) -> float | None:
        """When it wants to be called again, with or without a scan, or None when nothing waits."""
        if self._scan is not None:
            return self._clock()
        times = [pending.since + QUIET_S for pending in self._pending.values()]
        return min([*times, *self._again.values()], default=None)

    def _sign(self, path: str) -> Signature | None:
        try:
            return self._view.sign(path)
        except OSError:
            return None

    def _see(self, path: str, signature: Signature, now: float) -> None:
        if self._missing:
            self._missing.pop(path, None)
        pending = self._pending.get(path)
        if pending is None:
            known = self._known.get(path)
            if known is not None and known[0] == signature:
                return
        elif pending.signature == signature:
            return
        self._pending[path] = self._fresh(signature)
        self._has_found = True

    def _fresh(self, signature: Signature) -> _Pending:
        """Return how long a file of a new look has been quiet: since its last write, if its stamp can be believed."""
        age_s = (self._wall_ns() - signature[1]) / 1e9
        return _Pending(signature, self._clock() - (min(age_s, QUIET_S) if age_s > 0 else 0.0))

    # A scan

    def _start_points(self) -> list[tuple[str, str]]:
        start = [("", os.path.normcase(self.outputs.get("", DEFAULT_OUTPUT)))]
        if len(self._known) > LARGE:  # where something changed lately, something changes next
            now = self._clock()
            self._hot = {folder: heat for folder, heat in self._hot.items() if heat[1] > now}
            start += [(folder, output) for folder, (output, _) in self._hot.items()]
        return start

    def _advance(self, scan: _Scan) -> bool:
        """Go on with a scan; return whether it is done."""
        started = self._clock()
        while scan.waiting:
            self._visit(scan, *scan.waiting.pop())
            is_large = len(scan.seen) > LARGE or len(self._known) > LARGE
            if is_large and self._clock() - started > SLICE_S:
                return False
        for path in self._followed - scan.seen:
            signature = self._sign(path)
            if signature is not None:
                scan.seen.add(path)
                self._see(path, signature, self._clock())
        return True

    def _visit(self, scan: _Scan, folder: str, output: str) -> None:
        if folder in scan.visited:
            return
        scan.visited.add(folder)
        try:
            looked = self._view.look(folder)
        except OSError as error:
            is_gone = isinstance(error, FileNotFoundError | NotADirectoryError)
            if folder == "":
                self.root_error = error
            if folder == "" or not is_gone:
                scan.unreadable.append(folder)  # what lies there is kept as it was last seen
            return
        if folder == "":
            self.root_error = None
        else:
            output = os.path.normcase(self.outputs[folder]) if folder in self.outputs else output
        self._visit_entries(scan, folder, output, looked)

    def _visit_entries(self, scan: _Scan, folder: str, output: str, looked: Looked) -> None:
        prefix = f"{folder}/" if folder else ""
        now = self._clock()
        pending = len(self._pending)
        for name, signature in looked.files.items():
            path = prefix + name
            scan.seen.add(path)
            self._see(path, signature, now)
        if len(self._pending) > pending:
            self._hot[folder] = (output, now + HOT_S)
        for name, inode in looked.folders.items():
            path = prefix + name
            if not is_skipped(name) and os.path.normcase(path) != output:
                scan.folders[path] = inode
                scan.waiting.append((path, output))

    def _missed(self, scan: _Scan) -> list[str]:
        """Note what a whole scan did not see; return what has been missing for long enough."""
        now = self._clock()
        gone = []
        for path in (self._known.keys() | self._pending.keys()) - scan.seen:
            if scan.is_unreadable(path):
                self._missing.pop(path, None)
                continue
            self._pending.pop(path, None)
            if path not in self._known:
                continue
            since = self._missing.get(path)
            if since is None:
                self._missing[path] = now
                self._has_found = True
            elif now - since >= GONE_S:
                gone.append(path)
        return gone

    def _new_name(self, path: str) -> str | None:
        """Return the path under which a file's content turned up lately, when that was a rename."""
        new, at = self._appeared.get(self._known[path][1], ("", 0.0))
        is_there = new != path and new in self._known and new not in self._missing
        return new if is_there and self._clock() - at < RENAME_S else None

    # Reading

    def _settle(self) -> dict[str, str]:
        """Read the files that have been quiet; return those with new content."""
        changes: dict[str, str] = {}
        now = self._clock()
        for path, pending in list(self._pending.items()):
            if now - pending.since < QUIET_S:
                continue
            sha = self._read(path, pending)
            if sha is None:
                continue
            del self._pending[path]
            before = self._known.get(path)
            self._known[path] = (pending.signature, sha)
            self._arm(path, pending.signature, sha)
            if before is None or before[1] != sha:
                changes[path] = sha
            if before is None and sha != UNREADABLE:
                self._appeared[sha] = (path, self._clock())
        self._forget_appeared()
        return changes

    def _read(self, path: str, pending: _Pending) -> str | None:
        """Return the hash of a file that does not change while it is read, else None and let it wait again."""
        try:
            if self._is_still(path, pending):
                sha = self._view.hash(path)
                if self._is_still(path, pending):
                    return sha
        except FileNotFoundError:
            self._lose(path)
        except OSError:  # another program may hold it open for a moment
            if pending.tries + 1 >= TRIES:
                return UNREADABLE
            self._pending[path] = _Pending(pending.signature, self._clock(), pending.tries + 1)
        return None

    def _is_still(self, path: str, pending: _Pending) -> bool:
        signature = self._view.sign(path)
        if signature is None:
            self._lose(path)
        elif signature != pending.signature:
            self._pending[path] = self._fresh(signature)
        return signature == pending.signature

    def _lose(self, path: str) -> None:
        self._pending.pop(path, None)
        if path in self._known:
            self._missing.setdefault(path, self._clock())

    def _arm(self, path: str, signature: Signature, sha: str) -> None:
        """Have a file hashed once more if it could change without looking different."""
        self._again.pop(path, None)
        if sha == UNREADABLE:  # rights may change without a trace in the signature
            self._again[path] = self._clock() + RECHECK_S
            return
        left_ns = signature[1] + RACY_NS - self._wall_ns()
        if left_ns > 0:  # a stamp from the future cannot say more than one from now
            self._again[path] = self._clock() + min(left_ns, RACY_NS) / 1e9

    def _recheck(self) -> None:
        """Hash those once more whose second look is due; other content waits to be quiet like any change."""
        now = self._clock()
        for path in [path for path, due in self._again.items() if due <= now]:
            del self._again[path]
            if self.is_waiting(path) or not self.is_certain(path):
                continue
            signature, sha = self._known[path]
            try:
                is_same = self._view.hash(path) == sha
            except OSError:
                is_same = False
            if is_same:
                continue
            if sha == UNREADABLE and not self._can_read(path):
                self._again[path] = now + RECHECK_S
            else:
                self._pending[path] = _Pending(signature, now)

    def _can_read(self, path: str) -> bool:
        try:
            self._view.hash(path)
        except OSError:
            return False
        return True

    def _forget_appeared(self) -> None:
        if len(self._appeared) > LARGE:
            oldest = self._clock() - RENAME_S
            self._appeared = {sha: seen for sha, seen in self._appeared.items() if seen[1] > oldest}


class _Scan:
    """A walk over the tree, perhaps half done."""

    __slots__ = ("folders", "seen", "unreadable", "visited", "waiting")

    def __init__(self, start: list[tuple[str, str]]) -> None:
        self.waiting = start
        self.visited: set[str] = set()
        self.seen: set[str] = set()
        self.folders: dict[str, int] = {}
        self.unreadable: list[str] = []

    def is_unreadable(self, path: str) -> bool:
        """Whether a file lies in or below a folder that could not be read."""
        return any(not folder or path.startswith(f"{folder}/") for folder in self.unreadable)
