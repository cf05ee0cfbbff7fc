"""The index: one SQLite file that remembers results, prompt files, publications and failures.

It is disposable. Published files and their manifests stand without it, and `rebuild` fills a new one from
them; a damaged file is moved aside and started afresh with a warning. Every bulk question is one query, so a
bake with nothing to do costs milliseconds.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from assetgen.errors import StoreError
from assetgen.settings import Durability
from assetgen.store import locks
from assetgen.store.damage import Unusable, is_damage, move_aside
from assetgen.store.manifest import Manifest
from assetgen.store.network import is_network
from assetgen.store.records import FileStat, Publication, SourceFile, State, path_key

SCHEMA_VERSION: Final = 1
BUSY_S: Final = 30.0

_LOG: Final = logging.getLogger("assetgen.store")
_T = TypeVar("_T")

_SCHEMA: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE action (key TEXT PRIMARY KEY, value TEXT NOT NULL, blobs TEXT NOT NULL,
    created_s INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE source_file (path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL, sha256 TEXT NOT NULL, document TEXT NOT NULL, recorded_ns INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE publication (folder TEXT NOT NULL, name TEXT NOT NULL, asset TEXT NOT NULL, target TEXT NOT NULL,
    full_key TEXT NOT NULL, state TEXT NOT NULL, manifest BLOB NOT NULL, owned TEXT NOT NULL,
    stats TEXT NOT NULL, PRIMARY KEY (folder, name));
CREATE INDEX pending ON publication (state) WHERE state = 'pending';
CREATE TABLE failure (key TEXT PRIMARY KEY, error TEXT NOT NULL, created_s INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""
_TABLES: Final = 4
_COLUMNS: Final = "folder, name, asset, target, full_key, state, manifest, owned, stats"
_BELOW: Final = "(folder = ?1 OR (folder >= ?1 || '/' AND folder < ?1 || '0'))"  # '0' is the one after '/'


class Index:
    """The index in one file; threads and processes may share it.

    Args:
        path: of the SQLite file; made with its folder when missing.
        durability: FULL flushes journal entries of publications to the disk.

    Raises:
        StoreError: the folder is on a network file system, or the file cannot be opened.
    """

    def __init__(self, path: Path, *, durability: Durability = Durability.FULL) -> None:
        self.path = path
        self._durability = durability
        self._mutex = threading.RLock()
        self._connection = self._open()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._mutex:
            self._connection.close()

    # Results of steps

    def put_action(
        self, key: str, value: object, *, blobs: Iterable[str] = (), refresh: bool = False
    ) -> None:
        """Remember a step's result. The first writer wins, unless `refresh` asks to replace it.

        Args:
            key: the action's key.
            value: plain JSON.
            blobs: the sha256 of every blob that the result needs; the caller has put them.
            refresh: replace an older result.
        """
        verb = "REPLACE" if refresh else "IGNORE"
        row = (key, _json(value), _json(sorted(set(blobs))), int(time.time()))
        self._write(lambda db: db.execute(f"INSERT OR {verb} INTO action VALUES (?, ?, ?, ?)", row))

    def action(self, key: str) -> tuple[object, tuple[str, ...]] | None:
        """Return a step's result and the blobs it needs, or None."""
        return self.actions([key]).get(key)

    def actions(self, keys: Iterable[str]) -> dict[str, tuple[object, tuple[str, ...]]]:
        """Return the remembered results among these keys, in one query."""
        query = "SELECT key, value, blobs FROM action WHERE key IN (SELECT value FROM json_each(?))"
        wanted = (_json(list(keys)),)
        rows = self._read(lambda db: db.execute(query, wanted).fetchall())
        return dict(_readable(rows, lambda row: (row[0], (json.loads(row[1]), tuple(json.loads(row[2]))))))

    def forget_action(self, key: str) -> None:
        """Drop a result, for instance because its blobs are gone."""
        self._write(lambda db: db.execute("DELETE FROM action WHERE key = ?", (key,)))

    # Prompt files

    def sources(self, root: Path) -> dict[str, SourceFile]:
        """Return every remembered prompt file below a folder by its path, in one query."""
        prefix = path_key(root)
        query = "SELECT * FROM source_file WHERE path >= ?1 || '/' AND path < ?1 || '0'"
        rows = self._read(lambda db: db.execute(query, (prefix,)).fetchall())
        return {row[0]: _source(row) for row in rows}

    def source(self, path: str) -> SourceFile | None:
        """Return one remembered prompt file by its path as `path_key` spells it, or None."""
        query = "SELECT * FROM source_file WHERE path = ?"
        row = self._read(lambda db: db.execute(query, (path,)).fetchone())
        return None if row is None else _source(row)

    def put_sources(self, sources: Iterable[SourceFile]) -> None:
        """Remember prompt files, in one transaction."""
        now = time.time_ns()
        rows = [(s.path, s.size, s.mtime_ns, s.inode, s.sha256, s.document, now) for s in sources]
        query = "INSERT OR REPLACE INTO source_file VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._write(lambda db: db.executemany(query, rows))

    def forget_sources(self, paths: Iterable[str]) -> None:
        """Drop prompt files that are gone, in one transaction."""
        rows = [(path,) for path in paths]
        self._write(lambda db: db.executemany("DELETE FROM source_file WHERE path = ?", rows))

    # Publications

    def publication(self, folder: Path, name: str) -> Publication | None:
        """Return the publication whose manifest is folder / name, or None."""
        query = f"SELECT {_COLUMNS} FROM publication WHERE folder = ? AND name = ?"
        key = (path_key(folder), name)
        row = self._read(lambda db: db.execute(query, key).fetchone())
        return next(_readable([row] if row else [], _publication), None)

    def publications(self, root: Path) -> tuple[Publication, ...]:
        """Return every publication in a folder or below it, in one query."""
        query = f"SELECT {_COLUMNS} FROM publication WHERE {_BELOW} ORDER BY folder, name"
        key = (path_key(root),)
        return tuple(_readable(self._read(lambda db: db.execute(query, key).fetchall()), _publication))

    def pending(self) -> tuple[Publication, ...]:
        """Return every publication that was begun and not finished, in one query."""
        query = f"SELECT {_COLUMNS} FROM publication WHERE state = 'pending' ORDER BY folder, name"
        return tuple(_readable(self._read(lambda db: db.execute(query).fetchall()), _publication))

    def begin_publication(
        self, folder: Path, manifest: Manifest, *, owned: Mapping[str, frozenset[str]]
    ) -> None:
        """Write the journal entry of a publication: what is to stand, and what of ours may stand now."""
        self._put_publication(folder, manifest, State.PENDING, owned, ())

    def finish_publication(self, folder: Path, manifest: Manifest, *, stats: Iterable[FileStat]) -> None:
        """Mark a publication as done, with its files' sizes and times."""
        self._put_publication(folder, manifest, State.DONE, {}, tuple(sorted(stats, key=lambda s: s.path)))

    def forget_publication(self, folder: Path, name: str) -> None:
        """Drop a publication's row; its files are left alone."""
        key = (path_key(folder), name)
        self._write(lambda db: db.execute("DELETE FROM publication WHERE folder = ? AND name = ?", key))

    def _put_publication(
        self,
        folder: Path,
        manifest: Manifest,
        state: State,
        owned: Mapping[str, frozenset[str]],
        stats: tuple[FileStat, ...],
    ) -> None:
        row = (
            path_key(folder),
            manifest.filename,
            manifest.asset,
            manifest.target,
            manifest.full_key,
            state.value,
            manifest.to_json(),
            _json({path: sorted(hashes) for path, hashes in owned.items()}),
            _json([(file.path, file.size, file.mtime_ns) for file in stats]),
        )
        query = f"INSERT OR REPLACE INTO publication ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        self._write(lambda db: db.execute(query, row), is_durable=True)

    # Failures

    def put_failure(self, key: str, error: object) -> None:
        """Remember that an action failed, so that nobody repeats it before its inputs change."""
        row = (key, _json(error), int(time.time()))
        self._write(lambda db: db.execute("INSERT OR REPLACE INTO failure VALUES (?, ?, ?)", row))

    def failures(self, keys: Iterable[str]) -> dict[str, object]:
        """Return the remembered failures among these keys, in one query."""
        query = "SELECT key, error FROM failure WHERE key IN (SELECT value FROM json_each(?))"
        wanted = (_json(list(keys)),)
        rows = self._read(lambda db: db.execute(query, wanted).fetchall())
        return dict(_readable(rows, lambda row: (row[0], json.loads(row[1]))))

    def forget_failure(self, key: str) -> None:
        """Drop a failure, because it was mended or is to be tried again."""
        self._write(lambda db: db.execute("DELETE FROM failure WHERE key = ?", (key,)))

    # The file itself

    def _read(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        return self._guarded(work)

    def _write(self, work: Callable[[sqlite3.Connection], object], *, is_durable: bool = False) -> None:
        # Only the journal must survive a power cut; losing the rest costs time, not files.
        is_synced = is_durable and self._durability is Durability.FULL

        def transaction(db: sqlite3.Connection) -> None:
            db.execute(f"PRAGMA synchronous = {'FULL' if is_synced else self._relaxed()}")
            db.execute("BEGIN IMMEDIATE")
            try:
                work(db)
                db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                raise

        self._guarded(transaction)

    def _relaxed(self) -> str:
        return "NORMAL" if self._durability is Durability.FULL else "OFF"

    def _guarded(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Do the work; when the file turns out to be damaged or gone, start over and do it once more."""
        with self._mutex:
            try:
                return work(self._connection)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise _refusal(self.path, error) from error
                _LOG.warning("the index %s is damaged or gone (%s); starting over", self.path, error)
            self._connection.close()
            self._connection = self._open(is_suspect=True)
            try:
                return work(self._connection)
            except sqlite3.DatabaseError as error:
                raise _refusal(self.path, error) from error

    def _open(self, *, is_suspect: bool = False) -> sqlite3.Connection:
        if is_network(self.path.parent):
            raise StoreError(
                f"{self.path.parent} is on a network file system, which SQLite cannot lock; "
                "set ASSETGEN_CACHE_DIR to a folder on a local disk."
            )
        if not is_suspect:
            with suppress(sqlite3.DatabaseError):
                return _connect(self.path)
        # Missing, damaged or of another schema: one process mends it, the others wait and then find it well.
        with locks.exclusive(self.path.with_suffix(".lock")):
            try:
                return _connect(self.path, create=True, is_suspect=is_suspect)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise _refusal(self.path, error) from error
                move_aside(self.path, error, what="index")
            try:
                return _connect(self.path, create=True)
            except sqlite3.DatabaseError as error:
                raise _refusal(self.path, error) from error


def _connect(path: Path, *, create: bool = False, is_suspect: bool = False) -> sqlite3.Connection:
    if not create and not path.is_file():
        raise Unusable("there is no index yet")
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]
        if create and version == 0 and tables == 0:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
        elif version != SCHEMA_VERSION or tables != _TABLES:
            raise Unusable(f"its schema is {version}, not {SCHEMA_VERSION}")
        if is_suspect and (verdict := connection.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise Unusable(verdict)
    except BaseException:
        connection.close()
        raise
    return connection


def _refusal(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    return StoreError(f"the index {path} refused ({error}); check the disk, or delete it and bake again.")


def _readable(rows: Iterable[tuple], parse: Callable[[tuple], _T]) -> Iterator[_T]:
    """Yield what the rows mean; a row that a bad disk garbled counts as absent."""
    for row in rows:
        try:
            yield parse(row)
        except (ValueError, TypeError) as error:
            _LOG.warning("a row of the index cannot be read and is left out: %s", error)


def _source(row: tuple) -> SourceFile:
    path, size, mtime_ns, inode, sha256, document, recorded_ns = row
    return SourceFile(
        path=path,
        size=size,
        mtime_ns=mtime_ns,
        inode=inode,
        sha256=sha256,
        document=document,
        recorded_ns=recorded_ns,
    )


def _publication(row: tuple) -> Publication:
    folder, name, asset, target, full_key, state, manifest, owned, stats = row
    return Publication(
        folder=folder,
        name=name,
        asset=asset,
        target=target,
        full_key=full_key,
        state=State(state),
        manifest_json=manifest,
        owned={path: frozenset(hashes) for path, hashes in json.loads(owned).items()},
        stats=tuple(FileStat(*file) for file in json.loads(stats)),
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
