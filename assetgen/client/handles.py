"""Long work, followed by a thread of its own and looked at by `poll()`, which never blocks: one call an editor tick.

job = client.generate("old mossy cobblestone", project=project)
for event in job.poll():            # in a timer of Blender, a tick of Unreal, a loop of a script
    ...
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from assetgen.client.errors import (
    AssetGenClientError,
    Cancelled,
    DaemonNotRunning,
    Disconnected,
    QueueFull,
    ServerError,
    Unauthenticated,
    of_job,
)
from assetgen.client.events import (
    BakePlan,
    BakeSummary,
    Change,
    Event,
    Finished,
    Preview,
    Progress,
    StateChanged,
    Updated,
    read_bake_event,
    read_change,
    read_event,
)
from assetgen.client.link import LOST, Backoff, Link
from assetgen.client.models import Job, Json
from assetgen.client.web import STALL_S, Stream

PATIENCE_S = 120.0
"""How long a job is looked for after the daemon was last heard of."""
_MOST_WAITING = 4096
_SLICE_S = 0.2


class Mailbox:
    """Events between the thread that reads and the one that polls.

    Newer progress, a newer preview and a newer set of an asset replace what was not fetched yet, so that a poller
    that comes late finds little, and the newest.
    """

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._waiting: dict[object, Any] = {}
        self._numbers = itertools.count()
        self._is_closed = False

    def put(self, event: Any) -> None:
        """Add an event."""
        key = _slot(event) or next(self._numbers)
        with self._lock:
            self._waiting.pop(key, None)
            self._waiting[key] = event
            if len(self._waiting) > _MOST_WAITING:
                del self._waiting[next(iter(self._waiting))]
            self._lock.notify_all()

    def close(self) -> None:
        """Let nobody wait any more: nothing more will come."""
        with self._lock:
            self._is_closed = True
            self._lock.notify_all()

    def take(self, most: int, wait_s: float = 0.0) -> list[Any]:
        """Return the oldest events, at most so many, and forget them.

        Args:
            wait_s: seconds to wait for one when there is none; less when nothing more will come.
        """
        with self._lock:
            if wait_s > 0.0:
                self._lock.wait_for(lambda: self._waiting or self._is_closed, wait_s)
            keys = list(itertools.islice(self._waiting, max(0, most)))
            return [self._waiting.pop(key) for key in keys]


def _slot(event: Any) -> object:
    if isinstance(event, Progress):
        return ("progress", event.job)
    if isinstance(event, Preview):
        return ("preview", event.job, event.asset)
    if isinstance(event, Updated):
        return ("updated", event.asset.name)
    return None


class Follower:
    """A thread that follows a stream of the daemon, and finds it again when the connection breaks.

    Args:
        link: the way to the daemon.
        patience_s: how long to look for a daemon that is gone; None for ever.
        on_end: called once, in the thread, when nothing more will come.
    """

    def __init__(
        self, link: Link, *, patience_s: float | None, on_end: Callable[[Follower], None] | None = None
    ) -> None:
        self._link, self._patience_s, self._on_end = link, patience_s, on_end
        self._mailbox = Mailbox()
        self._lock = threading.Lock()
        self._stream: Stream | None = None
        self._is_closed = threading.Event()
        self._nudge = threading.Event()
        self._has_ended = threading.Event()
        self._error: AssetGenClientError | None = None
        self._backoff = Backoff()
        self._heard_at = time.monotonic()
        self.is_connected = True

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come; events may still wait to be polled."""
        return self._has_ended.is_set()

    @property
    def error(self) -> AssetGenClientError | None:
        """What ended it, when that was an error."""
        return self._error

    def close(self) -> None:
        """Stop following; never blocks. What the daemon does goes on."""
        self._is_closed.set()
        self._nudge.set()
        self._mailbox.close()
        with self._lock:
            stream = self._stream
        if stream is not None:
            stream.close()

    def join(self, timeout: float) -> None:
        """Block until its threads have ended, for so many seconds at most."""
        self._has_ended.wait(timeout)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def _start(self) -> None:
        threading.Thread(target=self._main, name=type(self).__name__, daemon=True).start()

    def _main(self) -> None:
        try:
            self._work()
        except AssetGenClientError as error:
            self._error = error
        except Exception as error:  # a thread's end would be silent else, and `wait` would wait for ever
            self._error = ServerError(f"a fault of the client: {error!r}.", reason="CLIENT_FAULT")
            self._error.__cause__ = error
        finally:
            self.is_connected = False
            self._has_ended.set()
            self._mailbox.close()
            if self._on_end is not None:
                self._on_end(self)

    def _work(self) -> None:
        raise ServerError("nothing to follow.")

    def _insist(self, step: Callable[[], bool], *, may_stop: Callable[[], bool] = lambda: True) -> None:
        """Repeat a step over broken connections, until it returns True, or the follower is closed and may stop."""
        while not (self._is_closed.is_set() and may_stop()):
            try:
                if step():
                    return
            except (*LOST, Unauthenticated) as error:
                self.is_connected = False
                if self._is_closed.is_set() and may_stop():
                    return
                self._link.recover(error)
                silence_s = time.monotonic() - self._heard_at
                if self._patience_s is not None and silence_s > self._patience_s:
                    raise
                self._rest(self._backoff.next_s())

    def _rest(self, seconds: float) -> None:
        """Wait, unless something is asked of the follower meanwhile."""
        self._nudge.wait(seconds)
        self._nudge.clear()

    def _read(
        self,
        method: str,
        message: Mapping[str, Any],
        on_message: Callable[[Json], None],
        *,
        stall_s: float | None,
    ) -> None:
        """Give each message of a stream to a function, until the stream ends or the follower is closed."""
        stream = self._link.stream(method, message, stall_s=stall_s)
        with self._lock:
            self._stream = stream
        with stream:
            if self._is_closed.is_set():
                return
            self.is_connected = True
            for document in stream:
                self._heard()
                on_message(document)

    def _heard(self) -> None:
        self.is_connected = True
        self._heard_at = time.monotonic()
        self._backoff.reset()

    def _wait_for_end(self, timeout: float | None) -> None:
        """Block until nothing more will come; in slices, since Windows lets no Ctrl-C into a long wait."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self._has_ended.is_set():
            left_s = _SLICE_S if deadline is None else min(_SLICE_S, deadline - time.monotonic())
            if left_s <= 0:
                raise TimeoutError(f"it has not ended within {timeout:g} s.")
            self._has_ended.wait(left_s)


class JobHandle(Follower):
    """A job that was asked for, or is followed.

    Args:
        order: what to ask for, as a JobOrder; None to follow a job that is there.
        name: of the job that is followed.
        after: only events after this sequence number.
        detach: whether closing the handle leaves the job alone; else it cancels a job that has not ended.
        wait_for_room: whether a full queue is waited for instead of raising QueueFull.
    """

    def __init__(
        self,
        link: Link,
        *,
        order: Mapping[str, Any] | None = None,
        name: str = "",
        after: int = 0,
        detach: bool = False,
        wait_for_room: bool = False,
        patience_s: float | None = PATIENCE_S,
        on_end: Callable[[Follower], None] | None = None,
    ) -> None:
        super().__init__(link, patience_s=patience_s, on_end=on_end)
        self._order, self._name, self._after = order, name, after
        self._detach, self._wait_for_room = detach, wait_for_room
        self._is_cancel_wanted = self._is_sent = False
        self._job = Job(name)
        self._canceller: threading.Thread | None = None
        self._start()

    @property
    def name(self) -> str:
        """Resource name of the job; empty until the daemon has taken it."""
        return self._name

    @property
    def job(self) -> Job:
        """The job as far as is known."""
        return self._job

    @property
    def resume_after(self) -> int:
        """Sequence number of the latest event; `Client.attach(name, after=...)` goes on there."""
        return self._after

    def poll(self, max_events: int = 64, wait_s: float = 0.0) -> list[Event]:
        """Return what has happened since the last call, at most so many events.

        Never blocks, but for `wait_s` seconds at most when there are none: for a thread of the caller's own.
        """
        return self._mailbox.take(max_events, wait_s)

    def wait(self, timeout: float | None = None) -> Job:
        """Block until the job has ended, and return it with its assets.

        Raises:
            JobFailed, Cancelled, Expired: it ended so.
            InvalidSpec, QueueFull, NotFound: it was refused.
            DaemonNotRunning, Disconnected: the daemon is gone for good; the job may go on when it comes back.
            TimeoutError: it has not ended by then.
        """
        self._wait_for_end(timeout)
        error = self._error
        if error is None and not self._job.is_final:
            error = Cancelled("the handle was closed before the job ended.", reason="CLOSED")
        error = error or of_job(self._job)
        if error is not None:
            raise error
        return self._job

    def cancel(self) -> None:
        """Ask for the job to be cancelled; never blocks. `Finished` comes when it is."""
        with self._lock:
            if self._is_cancel_wanted or self.is_finished:
                return
            self._is_cancel_wanted = True
            self._nudge.set()
            if self._name:
                self._canceller = threading.Thread(
                    target=self._send_cancel, name="assetgen-cancel", daemon=True
                )
                self._canceller.start()

    def close(self) -> None:
        """Stop following; never blocks. Cancels a job that has not ended, unless it is detached."""
        if not self._detach:
            self.cancel()
        super().close()

    def join(self, timeout: float) -> None:
        """Block until its threads have ended, for so many seconds at most."""
        deadline = time.monotonic() + timeout
        super().join(timeout)
        if self._canceller is not None:
            self._canceller.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        if self._order is not None:
            # A detached job is queued though the handle was closed; one whose answer was lost has to be found,
            # so that it can be cancelled.
            self._insist(self._create, may_stop=lambda: not (self._detach or self._is_sent))
        if self._name:
            self._insist(self._follow)

    def _create(self) -> bool:
        """Queue the job; the request id makes it safe to ask again when an answer was lost."""
        if self._is_cancel_wanted and not self._is_sent:
            raise Cancelled("cancelled before it was queued.", reason="CANCELLED")
        was_sent, self._is_sent = self._is_sent, True
        try:
            answer = self._link.wire.unary("CreateJob", {"order": self._order})
        except DaemonNotRunning:
            self._is_sent = was_sent
            if self._link.revive():
                return False
            raise
        except QueueFull as error:
            if not self._wait_for_room or self._is_closed.is_set():
                raise
            self._is_sent = False
            self._heard_at = time.monotonic()
            self._rest(max(error.retry_after_s or 0.0, self._backoff.next_s()))
            return False
        self._heard()
        self._job = Job.from_json(answer.get("job") or {})
        with self._lock:
            self._name = self._job.name
            is_cancel_wanted = self._is_cancel_wanted
        if is_cancel_wanted:
            self._send_cancel()
        return True

    def _follow(self) -> bool:
        where = {"name": self._name, "afterSequence": str(self._after)}
        self._read("WatchJob", where, self._take, stall_s=STALL_S)
        if not self._job.is_final and not self._is_closed.is_set():
            raise Disconnected("the daemon ended the stream before the job ended.")
        return True

    def _take(self, document: Json) -> None:
        event = read_event(document.get("event") or {})
        if event is None or event.sequence <= self._after:
            return  # a heartbeat, news for newer clients, or something told before
        self._after = event.sequence
        if isinstance(event, StateChanged):
            self._job = event.state
        elif isinstance(event, Finished):
            self._job = event.result
        self._mailbox.put(event)

    def _send_cancel(self) -> None:
        backoff = Backoff()
        deadline = time.monotonic() + (self._patience_s or PATIENCE_S)
        while time.monotonic() < deadline and not self._job.is_final:
            try:
                self._link.call("CancelJob", {"name": self._name})
                return
            except LOST:
                time.sleep(backoff.next_s())
            except AssetGenClientError:
                return  # the stream of the job tells how it ended


class WatchHandle(Follower):
    """What changes in a project, for hot reload; goes on for ever, over restarts of the daemon.

    `is_connected` says whether the daemon is there at the moment.

    Args:
        project: resource name of the project.
        resume_token: where to go on; empty to be told first everything that is there now.
    """

    def __init__(
        self,
        link: Link,
        project: str,
        *,
        resume_token: str = "",
        on_end: Callable[[Follower], None] | None = None,
    ) -> None:
        super().__init__(link, patience_s=None, on_end=on_end)
        self._project, self._token = project, resume_token
        self._start()

    @property
    def resume_token(self) -> str:
        """Where to go on after the latest change."""
        return self._token

    def poll(self, max_events: int = 64, wait_s: float = 0.0) -> list[Change]:
        """Return what has changed since the last call, at most so many changes.

        Never blocks, but for `wait_s` seconds at most when there are none: for a thread of the caller's own.
        """
        return self._mailbox.take(max_events, wait_s)

    def _work(self) -> None:
        self._insist(self._follow)

    def _follow(self) -> bool:
        where = {"project": self._project, "resumeToken": self._token}
        self._read("WatchAssets", where, self._take, stall_s=STALL_S)
        if not self._is_closed.is_set():
            raise Disconnected("the daemon ended the feed.")
        return True

    def _take(self, document: Json) -> None:
        token = document.get("resumeToken")
        if token:
            self._token = str(token)
        change = read_change(document)
        if change is not None:
            self._mailbox.put(change)


class BakeHandle(Follower):
    """A bake of a whole project; when the connection breaks it is asked for again, and goes on with what is due."""

    def __init__(
        self,
        link: Link,
        request: Mapping[str, Any],
        *,
        patience_s: float | None = PATIENCE_S,
        on_end: Callable[[Follower], None] | None = None,
    ) -> None:
        super().__init__(link, patience_s=patience_s, on_end=on_end)
        self._request = request
        self._summary: BakeSummary | None = None
        self._start()

    def poll(self, max_events: int = 64, wait_s: float = 0.0) -> list[Event | BakePlan | BakeSummary]:
        """Return what has happened since the last call, at most so many events.

        Never blocks, but for `wait_s` seconds at most when there are none: for a thread of the caller's own.
        """
        return self._mailbox.take(max_events, wait_s)

    def wait(self, timeout: float | None = None) -> BakeSummary:
        """Block until the bake has ended, and return how.

        Raises:
            AssetGenClientError: it could not be done, or the daemon is gone for good.
            TimeoutError: it has not ended by then.
        """
        self._wait_for_end(timeout)
        if self._error is not None:
            raise self._error
        if self._summary is None:
            raise Cancelled("the handle was closed before the bake ended.", reason="CLOSED")
        return self._summary

    def _work(self) -> None:
        self._insist(self._follow)

    def _follow(self) -> bool:
        # A bake may compute for long without a word, and this stream promises no heartbeat.
        self._read("BakeProject", self._request, self._take, stall_s=None)
        if self._summary is None and not self._is_closed.is_set():
            raise Disconnected("the daemon ended the stream before the bake ended.")
        return True

    def _take(self, document: Json) -> None:
        event = read_bake_event(document)
        if isinstance(event, BakeSummary):
            self._summary = event
        if event is not None:
            self._mailbox.put(event)
