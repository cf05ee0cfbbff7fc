"""The watch over one project: says which prompt files have something due, once, soon after they were saved.

    wakes.py      events, which only wake
    pace.py       when to look
    reconcile.py  which files have new content, settled and read whole
    links.py      who uses them
    due.py        what that means: something due, errors, assets without a prompt file
    reports.py    what was told already

A file's verdict counts only if the file and everything behind it is still what was read; else it is judged again
when that has settled. So nothing half-written is ever reported, and nothing is forgotten.
"""

from __future__ import annotations

import hashlib
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assetgen.errors import AssetGenError
from assetgen.project.project_file import PROJECT_FILE
from assetgen.serve.watch.due import Judge, Verdict
from assetgen.serve.watch.pace import Pace
from assetgen.serve.watch.reconcile import Reconciler, Tick
from assetgen.serve.watch.reports import BULK, Listener, OnDue, Reports
from assetgen.serve.watch.tree import DiskTree
from assetgen.serve.watch.wakes import Wakes, needs_renewal
from assetgen.store.network import is_network
from assetgen.store.store import Store

CHUNK: Final = 12
SAVES_CHUNK: Final = 12
"""Files judged between two looks at the tree; fewer while saves come, which a checkout must not keep waiting."""
RETRY_S: Final = 1.0
RESTART_S: Final = 10.0
"""Between tries to start events that the system refused."""
JUMP_S: Final = 5.0
STALE_S: Final = 10.0
"""Without a sign of life for so long, the watch is not well."""

_LOG: Final = logging.getLogger("assetgen.watch")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchHealth:
    """How a watch is doing.

    Args:
        is_well: it runs and can read its root.
        detail: what is wrong or limited, for people; may stand beside `is_well`.
        events: "live" (proven), "unproven", "polling" or "off".
        is_caught_up: the first pass over the project is done.
        files: input files known.
        failing: files with errors.
        tripped: files that the breaker leaves alone.
        scans: whole looks at the tree.
        restarts: how often events were started afresh.
        busy_s: processor time of its thread.
    """

    is_well: bool
    detail: str
    events: str
    is_caught_up: bool
    files: int
    failing: tuple[str, ...]
    tripped: tuple[str, ...]
    scans: int
    restarts: int
    busy_s: float


@dataclass(slots=True, eq=False)
class _Batch:
    """Files that one look found to be judged, and those of them that were found due and are not yet told.

    Few files are told chunk by chunk; of many it is first to be known whether they are a bulk.
    """

    files: dict[str, None]
    is_large: bool
    due: list[Verdict] = field(default_factory=list)
    is_bulk: bool = False

    def drop(self, path: str) -> None:
        self.files.pop(path, None)
        self.due = [verdict for verdict in self.due if verdict.path != path]


class Watch:
    """Watches one project from a thread of its own.

    Args:
        root: the project's folder; it may vanish and come back.
        store: the cache that says what is due; used from the watch's thread.
        on_due: told of a prompt file (posix path from the root) with something due, with `bulk` when many are.
            An error of assetgen that it raises means that it is to be asked again in a second.
        on_failed: told of a prompt file or project file with errors, all of them, once for the same content.
        on_recovered: told of one that is well again, or gone.
        on_orphaned: told of an asset's id that no prompt file makes any more.
        clock: monotonic seconds.
        wall_ns: ns since 1970, only ever compared with the stamps of files.
        poll: look every second and use no events; network file systems send none, so there it is always so.
        catch_up: whether what is due already at the start is reported.
    """

    def __init__(
        self,
        root: Path,
        store: Store,
        *,
        on_due: OnDue,
        on_failed: Callable[[str, tuple[AssetGenError, ...]], None],
        on_recovered: Callable[[str], None],
        on_orphaned: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        wall_ns: Callable[[], int] = time.time_ns,
        poll: bool = False,
        catch_up: bool = True,
    ) -> None:
        self._root = Path(os.path.abspath(root))  # noqa: PTH100
        self._clock, self._wall_ns = clock, wall_ns
        self._is_polling = poll or is_network(self._root)
        self._reconciler = Reconciler(DiskTree(self._root), clock=clock, wall_ns=wall_ns)
        self._judge = Judge(self._root, store)
        listener = Listener(
            on_due=on_due, on_failed=on_failed, on_recovered=on_recovered, on_orphaned=on_orphaned
        )
        self._reports = Reports(listener, clock=clock)
        self._pace = Pace(clock, is_polling=self._is_polling, renews=needs_renewal())
        self._batches: list[_Batch] = []
        self._deferred: dict[str, None] = {}
        self._retry: dict[str, float] = {}
        self._lost: dict[str, tuple[str, ...]] = {}
        self._baseline: set[str] | None = set() if catch_up else None  # known when the first look is done
        self._wakes: Wakes | None = None
        self._identity: tuple[int, int] | None = None  # of the folder that is watched
        self._events_identity: tuple[int, int] | None = None  # of the one that events come from
        self._restart_at = 0.0
        self._trouble = {"events": "", "store": "", "fault": ""}
        self._wake, self._stopping, self._quiet = threading.Event(), threading.Event(), threading.Event()
        self._inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="assetgen-watch", daemon=True)
        self._is_caught_up = False
        self._scans = self._restarts = 0
        self._busy_s = 0.0
        self._beat = clock()
        self._figures: tuple[int, tuple[str, ...], tuple[str, ...]] = (0, (), ())

    # For its owner, from any thread

    def start(self) -> None:
        """Begin; returns at once. A watch can be started once."""
        self._thread.start()

    def stop(self) -> None:
        """End its threads and wait for them; a second call does nothing."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()

    def finished(self, prompt_file: str) -> None:
        """Take note that what was reported of a prompt file has been tried, well or not.

        What is still due is then reported again at the file's next save, even one that changes only a comment.
        """
        self._inbox.put(prompt_file)
        self._wake.set()

    def wait_quiet(self, timeout_s: float) -> bool:
        """Wait until all that was seen is settled, judged and told; return whether that came to be in time."""
        return self._quiet.wait(timeout_s)

    @property
    def health(self) -> WatchHealth:
        """How it is doing."""
        is_alive = self._thread.is_alive() and self._clock() - self._beat < STALE_S
        error = self._reconciler.root_error
        trouble = [f"{self._root} cannot be read ({error.strerror})"] if error else []
        trouble += [] if is_alive else ["the watch is not running"]
        events = "live" if self._pace.is_live else "unproven"
        return WatchHealth(
            is_well=is_alive and error is None and not self._trouble["store"] and not self._trouble["fault"],
            detail="; ".join([*trouble, *filter(None, self._trouble.values())]),
            events="polling" if self._is_polling else events if self._wakes else "off",
            is_caught_up=self._is_caught_up,
            files=self._figures[0],
            failing=self._figures[1],
            tripped=self._figures[2],
            scans=self._scans,
            restarts=self._restarts,
            busy_s=self._busy_s,
        )

    # Its thread

    def _run(self) -> None:
        before = self._clock(), self._wall_ns(), 0.0
        try:
            while not self._stopping.is_set():
                before = self._mind_jumps(before)
                delay = self._safe_turn()
                self._busy_s, self._beat = time.thread_time(), self._clock() + delay
                reports = self._reports
                self._figures = len(self._reconciler), reports.failing, reports.breaker.tripped
                before = (*before[:2], delay)
                # Once woken, more events change nothing until the scan that is due anyway.
                (self._stopping if self._pace.is_woken else self._wake).wait(delay)
        finally:
            if self._wakes is not None:
                self._wakes.stop()

    def _mind_jumps(self, before: tuple[float, int, float]) -> tuple[float, int, float]:
        """Trust nothing after the machine slept or the process was stopped."""
        now, wall_ns = self._clock(), self._wall_ns()
        passed_s = now - before[0]
        if (wall_ns - before[1]) / 1e9 - passed_s > JUMP_S or passed_s - before[2] > JUMP_S:
            self._pace.distrust()
        return now, wall_ns, before[2]

    def _safe_turn(self) -> float:
        try:
            delay = self._turn()
        except Exception:  # whatever it is: a watch that has died looks like one with nothing to say
            _LOG.exception("the watch over %s came upon a fault of assetgen; it goes on", self._root)
            self._trouble["fault"] = "a fault of assetgen; see the log"
            return RETRY_S
        self._trouble["fault"] = ""
        return delay

    def _turn(self) -> float:
        if self._wake.is_set():
            self._wake.clear()
            self._pace.wake()
        while not self._inbox.empty():
            self._reports.forget_due(self._inbox.get())
        self._mind_events()
        tick = self._look()
        if tick.changes:
            self._take(tick)
        self._bring_back()
        self._judge_some()
        is_idle = not self._batches
        self._mind_quiet(is_idle and tick.is_whole)
        retry_at = min(self._retry.values(), default=None)
        delay = self._pace.delay(
            next_at=self._reconciler.next_at, scan_at=self._reconciler.scan_at, retry_at=retry_at
        )
        return delay if is_idle or self._reconciler.root_error else 0.0

    def _mind_quiet(self, is_idle: bool) -> None:
        waits = self._deferred or self._retry or not self._reconciler.is_settled or self._pace.is_woken
        if is_idle and not waits:
            self._is_caught_up = True
            self._quiet.set()
        else:
            self._quiet.clear()

    # Events

    def _mind_events(self) -> None:
        """Start events, and start them afresh when they died, are doubted, or belong to another folder."""
        identity = _identity(self._root)
        if identity not in (None, self._identity):
            self._identity = identity
            self._judge.forget_projects()
            self._reconciler.outputs = self._judge.outputs()
        if self._is_polling:
            return
        is_due = self._pace.is_renewal_due
        if self._wakes is not None:
            is_dead = not self._wakes.is_alive
            if not (is_due or is_dead or identity != self._events_identity):
                return
            self._restarts += 1
            self._wakes.stop()
            self._wakes = None
        if identity is not None and self._clock() >= self._restart_at:
            self._start_events(identity)

    def _start_events(self, identity: tuple[int, int]) -> None:
        try:
            self._wakes = Wakes(self._root, self._wake.set)
        except OSError as error:
            self._restart_at = self._clock() + RESTART_S
            reason = error.strerror or type(error).__name__
            self._trouble["events"] = f"the system sends no file events ({reason}); looking every 2 s instead"
            _LOG.warning("%s: %s", self._root, self._trouble["events"])
        else:
            self._trouble["events"] = ""
            self._events_identity = identity
        self._pace.renewed()

    # Looking

    def _look(self) -> Tick:
        is_scan = self._pace.is_scan_due(self._reconciler.scan_at)
        if is_scan:
            self._pace.begin()
            if self._judge.links.globs():  # a new file that one of them finds is to be seen
                self._reconciler.follow(self._judge.followed())
        tick = self._reconciler.tick(scan=is_scan)
        if is_scan:
            self._pace.end(
                has_found=tick.has_found, has_new_folders=tick.has_new_folders, is_whole=tick.is_whole
            )
            self._scans += tick.is_whole
            if tick.is_whole and self._baseline is None:
                self._baseline = self._reconciler.paths()
        return tick

    def _take(self, tick: Tick) -> None:
        """Take note of new content: find out whom it concerns and put them up to be judged."""
        for old, new in tick.renamed.items():
            _LOG.info("%s is now %s", old, new)
        touched = self._judge.touch(tick.changes)
        if any(path.rpartition("/")[2] == PROJECT_FILE for path in tick.changes):
            self._reconciler.outputs = self._judge.outputs()
        for path in [path for path, sha in tick.changes.items() if sha is None]:
            self._withdraw(path)
            self._lost.pop(path, None)
            self._reports.forget(path)
        self._reports.tell_orphans(touched.orphans)
        self._put_up(path for path in touched.owed if self._judge.is_walked(path) or os.path.isabs(path))  # noqa: PTH117
        self._reconciler.follow(self._judge.followed())

    def _put_up(self, paths: Iterable[str]) -> None:
        """Have files judged in the order in which they come, but a save ahead of a checkout."""
        files = dict.fromkeys(paths)
        for path in files:
            self._withdraw(path)
        if len(files) > BULK:
            self._batches.append(_Batch(files, is_large=True))
            # The least first: a folder that was swapped goes ahead of a checkout.
            self._batches.sort(key=lambda batch: (batch.is_large, len(batch.files)))
        elif files and self._batches and not self._batches[0].is_large:
            self._batches[0].files |= files
        elif files:
            self._batches.insert(0, _Batch(files, is_large=False))

    def _withdraw(self, path: str) -> None:
        self._deferred.pop(path, None)
        self._retry.pop(path, None)
        for batch in self._batches:
            batch.drop(path)

    def _bring_back(self) -> None:
        """Put files up again whose inputs have settled, or whose second try is due."""
        now = self._clock()
        ready = [path for path in self._deferred if not self._is_waiting(path)]
        self._put_up([*ready, *(path for path, at in self._retry.items() if at <= now)])

    def _is_waiting(self, path: str) -> bool:
        return any(self._reconciler.is_waiting(one) for one in self._judge.behind(path))

    # Judging

    def _judge_some(self) -> None:
        """Judge a chunk of what was put up first, and tell what came of it."""
        if not self._batches or self._reconciler.root_error is not None:
            return
        limit = CHUNK if self._batches[0].is_large else SAVES_CHUNK
        taken: dict[str, _Batch] = {}
        for batch in self._batches:  # asking for a few files costs nearly as much as for a chunk
            for path in list(batch.files)[: limit - len(taken)]:
                del batch.files[path]
                taken[path] = batch
        self._deferred |= {path: None for path in taken if self._is_waiting(path)}
        self._judge_chunk({path: batch for path, batch in taken.items() if path not in self._deferred})
        for batch in dict.fromkeys(taken.values()):
            if len(batch.due) > BULK and batch.is_large and not batch.is_bulk:
                batch.is_bulk = True
                _LOG.info("%s: more than %d files are due at once", self._root, BULK)
            if batch.is_bulk or not batch.files or not batch.is_large:
                self._tell_due(batch)
        self._batches = [batch for batch in self._batches if batch.files]

    def _judge_chunk(self, chunk: Mapping[str, _Batch]) -> None:
        try:
            verdicts = self._judge.judge(chunk) if chunk else []
        except (AssetGenError, OSError) as error:
            if self._trouble["store"] != str(error):
                _LOG.warning("%s: %s", self._root, error)
            self._trouble["store"] = str(error)
            self._retry |= dict.fromkeys(chunk, self._clock() + RETRY_S)
            return
        self._trouble["store"] = ""
        self._reconciler.follow(self._judge.followed())
        certain: dict[str, bool] = {}
        for verdict in verdicts:
            if self._are_certain(self._judge.behind(verdict.path), certain):
                self._deferred.pop(verdict.path, None)
                self._tell(chunk.get(verdict.path) or next(iter(chunk.values())), verdict)
            else:
                self._deferred[verdict.path] = None
                self._lost[verdict.path] = (*self._lost.get(verdict.path, ()), *verdict.orphans)

    def _are_certain(self, paths: Iterable[str], looked: dict[str, bool]) -> bool:
        """Whether files are, now, what they were when they settled; every one is looked at, once a chunk."""
        wanted = list(paths)
        for path in wanted:
            if path not in looked:
                looked[path] = self._reconciler.is_certain(path)
        return all(looked[path] for path in wanted)

    def _tell(self, batch: _Batch, verdict: Verdict) -> None:
        path = verdict.path
        with _Survival():
            self._reports.tell_state(verdict, content=self._reconciler.sha_of(path) or "")
        lost = [asset for asset in self._lost.pop(path, ()) if not self._judge.links.is_claimed(asset)]
        with _Survival():
            self._reports.tell_orphans(lost)
        is_old = self._baseline is None or path in self._baseline
        if self._baseline:
            self._baseline.discard(path)
        if is_old:
            self._reports.note_due(verdict)
        elif not verdict.errors and self._reports.is_news(verdict):
            batch.due.append(verdict)

    def _tell_due(self, batch: _Batch) -> None:
        told, batch.due = batch.due, []
        for verdict in told:
            inputs = self._inputs(verdict.path)
            try:
                with _Survival():
                    self._reports.tell_due(verdict, bulk=batch.is_bulk, inputs=inputs)
            except AssetGenError as error:
                _LOG.info("%s was not taken on and is reported again: %s", verdict.path, error)
                self._retry[verdict.path] = self._clock() + (getattr(error, "retry_after_s", None) or RETRY_S)

    def _inputs(self, path: str) -> str:
        """Return a hash of the content of everything that a file is made from."""
        digest = hashlib.sha256()
        for one in sorted(self._judge.behind(path)):
            digest.update(f"{one}\n{self._reconciler.sha_of(one)}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()


class _Survival:
    """Goes on after a fault in what the owner does with a report, which is the owner's; refusals pass."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if kind is None or issubclass(kind, AssetGenError) or not issubclass(kind, Exception):
            return False
        _LOG.error("a report was not taken because of a fault of assetgen", exc_info=error)
        return True


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
