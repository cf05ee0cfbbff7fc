"""The table of jobs: one SQLite file that outlives the daemon, so that no acknowledged job is ever lost.

Every statement is short and runs on the loop. WAL with synchronous=NORMAL keeps what was committed through any
kill of the process. A damaged file is moved aside and begun anew; whoever holds live jobs is told through
`on_renewed` and saves them again.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from assetgen.errors import AlreadyExists, QueueFull, StoreError
from assetgen.serve.jobs.job import Job, Priority, Request, State
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.store.damage import Unusable, is_damage, move_aside
from assetgen.store.network import is_network

SCHEMA_VERSION: Final = 1
BUSY_S: Final = 0.25
"""How long a lock of somebody else is waited for: the loop stands still meanwhile."""
KEEP_S: Final = 7 * 24 * 3600.0
"""How long ended jobs and their request ids are known."""
KEEP_JOBS: Final = 5000
"""How many ended jobs are kept whole."""

_LOG: Final = logging.getLogger("assetgen.jobs")
_T = TypeVar("_T")

_COLUMNS: Final = (
    "id, key, title, client, priority, state, created_at, started_at, ended_at, expires_at, error, manifests, "
    "interruptions, boot, project, request"
)
_PLACES: Final = ", ".join("?" * 16)
_CHANGING: Final = ("key", "state", "started_at", "ended_at", "error", "manifests", "interruptions", "boot")
_SCHEMA: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE job (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL,
    title TEXT NOT NULL, client TEXT NOT NULL, priority INTEGER NOT NULL, state TEXT NOT NULL,
    created_at REAL NOT NULL, started_at REAL NOT NULL, ended_at REAL NOT NULL, expires_at REAL NOT NULL,
    error BLOB, manifests TEXT, interruptions INTEGER NOT NULL, boot INTEGER NOT NULL, project TEXT NOT NULL,
    request TEXT NOT NULL, request_id TEXT UNIQUE, fingerprint TEXT);
CREATE INDEX live ON job (client) WHERE ended_at = 0;
CREATE INDEX ended ON job (ended_at) WHERE ended_at > 0;
CREATE INDEX of_project ON job (project, number);
CREATE TABLE receipt (request_id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL,
    created_at REAL NOT NULL, ended_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE crash (key TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE boot (number INTEGER NOT NULL);
INSERT INTO boot VALUES (0);
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""
_TABLES: Final = {"job", "receipt", "crash", "boot"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How many jobs may be live at once, and what a caller is told who comes too late.

    Args:
        jobs: of all clients.
        per_client: of one client.
        retry_after_s: after how long a place may be free again.
    """

    jobs: int = 500
    per_client: int = 64
    retry_after_s: float = 1.0


_USUAL: Final = Bound()


class JobTable:
    """The jobs in one file, for one daemon.

    Args:
        path: of the SQLite file; made with its folder when missing.

    Raises:
        StoreError: the folder is on a network file system, or the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.on_renewed: Callable[[], None] = lambda: None
        self._db = self._open()
        self.boot = self._write(_next_boot)

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        self._db.close()

    # One job

    def add(self, job: Job, *, request_id: str = "", fingerprint: str = "", bound: Bound = _USUAL) -> Job:
        """Write a new job down, or return the one that an equal request with this id made before.

        The bound is checked in the same transaction, over jobs that wait and jobs that run: one that has to be
        queued again always has its place.

        Raises:
            QueueFull: nothing was written.
            AlreadyExists: the request id was used for something else.
        """

        def work(db: sqlite3.Connection) -> Job:
            if request_id and (known := _find_request(db, request_id, fingerprint, job.request)):
                return known
            _check_bound(db, job.client, bound)
            row = (*_to_row(job), request_id or None, fingerprint)
            db.execute(f"INSERT INTO job ({_COLUMNS}, request_id, fingerprint) VALUES ({_PLACES}, ?, ?)", row)
            return job

        return self._write(work)

    def find_request(self, request_id: str, fingerprint: str, request: Request) -> Job | None:
        """Return the job that a request made, or None; it is known for a week after the job's end.

        Raises:
            AlreadyExists: the request id was used for something else.
        """
        return self._guarded(lambda db: _find_request(db, request_id, fingerprint, request))

    def get(self, job_id: str) -> Job | None:
        """Return a job, or None."""
        query = f"SELECT {_COLUMNS} FROM job WHERE id = ?"
        row = self._guarded(lambda db: db.execute(query, (job_id,)).fetchone())
        return None if row is None else _to_job(row)

    def save(self, jobs: Iterable[Job], *, cleared: str = "") -> None:
        """Write down how jobs stand, all in one transaction.

        Args:
            jobs: as they are now.
            cleared: a key whose crashes are forgiven in the same breath, because it came out well.
        """
        updates = ", ".join(f"{name} = excluded.{name}" for name in _CHANGING)
        query = f"INSERT INTO job ({_COLUMNS}) VALUES ({_PLACES}) ON CONFLICT (id) DO UPDATE SET {updates}"
        rows = [_to_row(job) for job in jobs]

        def work(db: sqlite3.Connection) -> None:
            db.executemany(query, rows)
            if cleared:
                db.execute("DELETE FROM crash WHERE key = ?", (cleared,))

        self._write(work)

    def touch(self) -> None:
        """Write something, to see whether the disk takes it.

        Raises:
            StoreError: it does not.
        """
        self._write(lambda db: db.execute("DELETE FROM crash WHERE key = ''"))

    # Many jobs

    def live(self) -> list[Job]:
        """Return the jobs that have not ended, the oldest first."""
        query = f"SELECT {_COLUMNS} FROM job WHERE ended_at = 0 ORDER BY number"
        return _readable(self._guarded(lambda db: db.execute(query).fetchall()))

    def page(
        self, *, project: Path | None, only_active: bool, limit: int, before: int | None
    ) -> tuple[list[Job], int | None]:
        """Return jobs, the newest first, and where the next page begins, None after the last one."""
        terms: list[tuple[str, object]] = [("number < ?", before if before is not None else 1 << 62)]
        if project is not None:
            terms.append(("project = ?", str(project)))
        if only_active:
            terms.append(("ended_at = ?", 0.0))
        where = " AND ".join(term for term, _ in terms)
        query = f"SELECT {_COLUMNS}, number FROM job WHERE {where} ORDER BY number DESC LIMIT ?"
        values = (*(value for _, value in terms), limit + 1)
        rows = self._guarded(lambda db: db.execute(query, values).fetchall())
        following = rows[limit - 1][-1] if len(rows) > limit else None
        return _readable(row[:-1] for row in rows[:limit]), following

    def prune(self, now: float, *, keep_jobs: int = KEEP_JOBS) -> None:
        """Drop what ended a week ago, and all but the newest ended jobs; their request ids stay for the week."""

        def work(db: sqlite3.Connection) -> None:
            oldest = "SELECT ended_at FROM job WHERE ended_at > 0 ORDER BY ended_at DESC LIMIT 1 OFFSET ?"
            row = db.execute(oldest, (keep_jobs,)).fetchone()
            limit = max(now - KEEP_S, row[0] if row else 0.0)
            db.execute(
                "INSERT OR IGNORE INTO receipt SELECT request_id, fingerprint, id, state, created_at, ended_at "
                "FROM job WHERE ended_at > 0 AND ended_at <= ? AND request_id IS NOT NULL",
                (limit,),
            )
            db.execute("DELETE FROM job WHERE ended_at > 0 AND ended_at <= ?", (limit,))
            db.execute("DELETE FROM receipt WHERE ended_at <= ?", (now - KEEP_S,))

        self._write(work)

    # Work that ends its workers

    def crashes(self, key: str) -> int:
        """Return how many workers this work has ended by itself."""
        query = "SELECT count FROM crash WHERE key = ?"
        row = self._guarded(lambda db: db.execute(query, (key,)).fetchone())
        return 0 if row is None else row[0]

    def add_crash(self, key: str) -> int:
        """Count a worker that this work has ended; return how many it were by now."""
        query = "INSERT INTO crash VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET count = count + 1 RETURNING count"
        return self._write(lambda db: db.execute(query, (key,)).fetchone()[0])

    def forgive(self, key: str) -> None:
        """Forget the crashes of a work, because somebody wants it tried again."""
        self._write(lambda db: db.execute("DELETE FROM crash WHERE key = ?", (key,)))

    # The file itself

    def _write(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        def transaction(db: sqlite3.Connection) -> _T:
            db.execute("BEGIN IMMEDIATE")
            try:
                result = work(db)
                db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                raise
            return result

        return self._guarded(transaction)

    def _guarded(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Do the work; when the file turns out to be damaged, begin a new one and do it there."""
        try:
            return work(self._db)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise _refusal(self.path, error) from error
            self._renew(error)
        try:
            return work(self._db)
        except sqlite3.DatabaseError as error:
            raise _refusal(self.path, error) from error

    def _renew(self, reason: sqlite3.DatabaseError) -> None:
        self._db.close()
        move_aside(self.path, reason, what="job table")
        self._db = self._open()
        # Sequences of events must go on growing, whatever the new file says.
        boot = self.boot
        self._write(lambda db: db.execute("UPDATE boot SET number = ?", (boot,)))
        self.on_renewed()

    def _open(self) -> sqlite3.Connection:
        if is_network(self.path.parent):
            raise StoreError(
                f"{self.path.parent} is on a network file system, which SQLite cannot lock; "
                "set ASSETGEN_STATE_DIR to a folder on a local disk."
            )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return _connect(self.path)
        except OSError as error:
            raise StoreError(
                f"{self.path.parent} cannot be made ({error}); check its permissions."
            ) from error
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise _refusal(self.path, error) from error
            move_aside(self.path, error, what="job table")
        try:
            return _connect(self.path)
        except sqlite3.DatabaseError as error:
            raise _refusal(self.path, error) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if version == 0 and not names:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
        elif version != SCHEMA_VERSION or not names >= _TABLES:
            raise Unusable(f"its schema is {version}, not {SCHEMA_VERSION}")
        connection.execute("PRAGMA synchronous = NORMAL")
        if (verdict := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise Unusable(verdict)
    except BaseException:
        connection.close()
        raise
    return connection


def _next_boot(db: sqlite3.Connection) -> int:
    return db.execute("UPDATE boot SET number = number + 1 RETURNING number").fetchone()[0]


def _find_request(db: sqlite3.Connection, request_id: str, fingerprint: str, request: Request) -> Job | None:
    row = db.execute(
        f"SELECT fingerprint, {_COLUMNS} FROM job WHERE request_id = ?", (request_id,)
    ).fetchone()
    if row is not None:
        _check_same(row[0], fingerprint, request_id)
        return _to_job(row[1:])
    query = "SELECT fingerprint, id, state, created_at, ended_at FROM receipt WHERE request_id = ?"
    receipt = db.execute(query, (request_id,)).fetchone()
    if receipt is None:
        return None
    _check_same(receipt[0], fingerprint, request_id)
    return Job(
        id=receipt[1],
        request=request,
        key="",
        title=request.asset or request.prompt_file,
        client="",
        priority=Priority.INTERACTIVE,
        state=State(receipt[2]),
        created_at=receipt[3],
        ended_at=receipt[4],
    )


def _check_same(known: str, fingerprint: str, request_id: str) -> None:
    if known != fingerprint:
        raise AlreadyExists(
            f"request_id {request_id} was used for another request; make a new UUID for each thing you ask for."
        )


def _check_bound(db: sqlite3.Connection, client: str, bound: Bound) -> None:
    query = "SELECT count(*), count(*) FILTER (WHERE client = ?) FROM job WHERE ended_at = 0"
    live, mine = db.execute(query, (client,)).fetchone()
    if live >= bound.jobs:
        raise QueueFull(
            f"{live} jobs wait or run, the most that may; try again later.",
            retry_after_s=bound.retry_after_s,
        )
    if mine >= bound.per_client:
        raise QueueFull(
            f"{mine} jobs of {client!r} wait or run, the most that one client may have; try again later.",
            retry_after_s=bound.retry_after_s,
        )


def _to_row(job: Job) -> tuple[object, ...]:
    error = None if job.error is None else job.error.SerializeToString()
    made = None if job.manifests is None else json.dumps({k: list(v) for k, v in job.manifests.items()})
    whose = (job.id, job.key, job.title, job.client, int(job.priority), job.state.value)
    times = (job.created_at, job.started_at, job.ended_at, job.expires_at)
    what = (str(job.request.project), job.request.to_json())
    return (*whose, *times, error, made, job.interruptions, job.boot, *what)


def _to_job(row: Sequence) -> Job:
    made = None if row[11] is None else {asset: tuple(paths) for asset, paths in json.loads(row[11]).items()}
    return Job(
        id=row[0],
        key=row[1],
        title=row[2],
        client=row[3],
        priority=Priority(row[4]),
        state=State(row[5]),
        created_at=row[6],
        started_at=row[7],
        ended_at=row[8],
        expires_at=row[9],
        error=None if row[10] is None else pb.JobError.FromString(row[10]),
        manifests=made,
        interruptions=row[12],
        boot=row[13],
        request=Request.from_json(row[15]),
    )


def _readable(rows: Iterable[Sequence]) -> list[Job]:
    """Return the jobs of rows; one that a bad disk garbled counts as absent."""
    jobs = []
    for row in rows:
        try:
            jobs.append(_to_job(row))
        except (ValueError, TypeError, KeyError) as error:
            _LOG.warning("a row of the job table cannot be read and is left out: %s", error)
    return jobs


def _refusal(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    return StoreError(f"the job table {path} refused ({error}); check the disk and who else has it open.")
