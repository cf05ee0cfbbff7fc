"""Who has to be looked at again when a file changes: users of a source, files under a project file, rivals for an id.

Kept for files with errors too, from the last time their sources could be read: a picture that appears, or a
prompt file that is mended, must reach those that waited for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assetgen.project.project_file import PROJECT_FILE, PROMPT_SUFFIX
from assetgen.project.uses import is_found
from assetgen.specs.paths import collision_key


@dataclass(frozen=True, slots=True)
class Record:
    """What a prompt file says about others.

    Args:
        claims: ids of its assets, whether or not they are good.
        sources: keys of the files that it is made from.
        globs: by which it finds such files, as keys with wildcards.
        assets: ids of its assets when it was last well.
    """

    claims: tuple[str, ...] = ()
    sources: frozenset[str] = frozenset()
    globs: frozenset[str] = frozenset()
    assets: tuple[str, ...] = ()


class Links:
    """The prompt files of a root and what they have to do with each other."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._users: dict[str, set[str]] = {}
        self._claimants: dict[str, set[str]] = {}
        self._finders: dict[str, frozenset[str]] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._records

    def of(self, path: str) -> Record:
        """Return what is known of a prompt file."""
        return self._records.get(path, Record())

    def put(self, path: str, record: Record) -> None:
        """Remember a prompt file."""
        self._unlink(path)
        self._records[path] = record
        for source in record.sources:
            self._users.setdefault(source, set()).add(path)
        for claim in record.claims:
            self._claimants.setdefault(collision_key(claim), set()).add(path)
        if record.globs:
            self._finders[path] = record.globs

    def drop(self, path: str) -> Record:
        """Forget a prompt file and return what was known of it."""
        self._unlink(path)
        return self._records.pop(path, Record())

    def _unlink(self, path: str) -> None:
        record = self.of(path)
        self._finders.pop(path, None)
        for source in record.sources:
            self._users[source].discard(path)
            if not self._users[source]:
                del self._users[source]
        for claim in record.claims:
            self._claimants[collision_key(claim)].discard(path)

    def sources(self) -> Iterator[str]:
        """Yield every file that some prompt file is made from."""
        yield from self._users

    def globs(self) -> set[str]:
        """Return every glob by which some prompt file finds files."""
        return {glob for globs in self._finders.values() for glob in globs}

    def below(self, folder: str) -> list[str]:
        """Return the prompt files in a folder and below it; the empty folder is the root."""
        prefix = f"{folder}/" if folder else ""
        return [path for path in self._records if path.startswith(prefix)]

    def users(self, paths: Iterable[str]) -> list[str]:
        """Return the prompt files that are made from some files, directly or by way of others.

        A file that is new is one of those of a glob that finds it.
        """
        found: dict[str, None] = {}
        waiting = list(paths)
        while waiting:
            path = waiting.pop()
            for user in sorted(self._users.get(path, set()) | self._finders_of(path)):
                if user not in found:
                    found[user] = None
                    waiting.append(user)
        return list(found)

    def _finders_of(self, path: str) -> set[str]:
        return {
            user
            for user, globs in self._finders.items()
            if user != path and any(is_found(glob, path) for glob in globs)
        }

    def rivals(self, path: str, claims: Iterable[str]) -> set[str]:
        """Return the other prompt files that claim one of these ids, or one that some system takes for it."""
        found: set[str] = set()
        for claim in claims:
            found |= self._claimants.get(collision_key(claim), set())
        return found - {path}

    def is_claimed(self, asset: str) -> bool:
        """Tell whether a prompt file still makes an asset."""
        claimants = self._claimants.get(collision_key(asset), ())
        return any(asset in self._records[path].claims for path in claimants)

    def behind(self, path: str) -> set[str]:
        """Return everything that decides what a prompt file means: itself, its sources, rivals, project files.

        Project files are named whether or not they exist: one that appears changes the meaning too.
        """
        found: set[str] = set()
        waiting = [path]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                record = self.of(one)
                waiting += record.sources
                found |= self.rivals(one, record.claims)
        folders = {parent for one in found if one.endswith(PROMPT_SUFFIX) for parent in _parents(one)}
        return found | {f"{folder}/{PROJECT_FILE}" if folder else PROJECT_FILE for folder in folders}


def _parents(path: str) -> Iterator[str]:
    """Yield the folders from a file's own up to the root; a file outside of the root has none."""
    if not path.startswith("/") and ":" not in path:
        while path:
            path = path.rpartition("/")[0]
            yield path
