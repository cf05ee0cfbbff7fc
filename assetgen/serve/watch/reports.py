"""What the watch has told about each file, so that it tells it once; and the breaker against telling it for ever."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from assetgen.errors import AssetGenError
from assetgen.serve.watch.due import Due, Verdict

BULK: Final = 50
"""More files than this due in one pass come as a bulk, which nobody is waiting for."""
TRIP_COUNT: Final = 5
TRIP_S: Final = 60.0

_LOG: Final = logging.getLogger("assetgen.watch")


class OnDue(Protocol):
    """Told of a prompt file with something due; an error of assetgen means "ask me again later"."""

    def __call__(self, prompt_file: str, *, bulk: bool) -> None:
        """Take it on."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Who is told what; every call comes in the watch's thread."""

    on_due: OnDue
    on_failed: Callable[[str, tuple[AssetGenError, ...]], None]
    on_recovered: Callable[[str], None]
    on_orphaned: Callable[[str], None]


class Breaker:
    """Trips when one file is reported again and again though nothing that it is made from has changed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._reports: dict[str, tuple[str, deque[float]]] = {}
        self._tripped: set[str] = set()

    def allows(self, path: str, *, inputs: str) -> bool:
        """Count a report of a file; `inputs` names the content of everything behind it."""
        now = self._clock()
        before, times = self._reports.get(path, ("", deque()))
        if before != inputs:
            times = deque()
            self._tripped.discard(path)
        self._reports[path] = (inputs, times)
        while times and now - times[0] > TRIP_S:
            times.popleft()
        if path in self._tripped:
            return False
        if len(times) >= TRIP_COUNT:
            self._tripped.add(path)
            _LOG.error(
                "%s was due %d times within %d s though nothing changed that it is made from; it is left alone "
                "until one of its files changes. Does something remove or rewrite its output?",
                path,
                TRIP_COUNT + 1,
                TRIP_S,
            )
            return False
        times.append(now)
        return True

    @property
    def tripped(self) -> tuple[str, ...]:
        """The files that are left alone."""
        return tuple(sorted(self._tripped))

    def forget(self, path: str) -> None:
        """Drop a file that is gone."""
        self._reports.pop(path, None)
        self._tripped.discard(path)


class Reports:
    """Turns verdicts into calls, each once.

    Args:
        listener: who is told.
        clock: monotonic seconds.
    """

    def __init__(self, listener: Listener, *, clock: Callable[[], float]) -> None:
        self.breaker = Breaker(clock)
        self._listener = listener
        self._due: dict[str, frozenset[Due]] = {}
        self._failing: dict[str, tuple[str, ...]] = {}

    @property
    def failing(self) -> tuple[str, ...]:
        """The files with errors."""
        return tuple(sorted(self._failing))

    def tell_state(self, verdict: Verdict, *, content: str) -> None:
        """Tell that a file has errors, or has none any more, and what it no longer makes."""
        path = verdict.path
        if verdict.errors:
            state = (content, *(str(error) for error in verdict.errors))
            if self._failing.get(path) != state:
                self._failing[path] = state
                self._due.pop(path, None)
                self._listener.on_failed(path, verdict.errors)
        elif self._failing.pop(path, None) is not None:
            self._listener.on_recovered(path)
        self.tell_orphans(verdict.orphans)

    def is_news(self, verdict: Verdict) -> bool:
        """Tell whether something is due that was not reported; what is in place is forgotten."""
        before = self._due.get(verdict.path, frozenset())
        if verdict.due <= before:
            self._due[verdict.path] = verdict.due
            return False
        return True

    def note_due(self, verdict: Verdict) -> None:
        """Take note that a file is due as if it had been reported."""
        self._due[verdict.path] = verdict.due

    def tell_due(self, verdict: Verdict, *, bulk: bool, inputs: str) -> None:
        """Report a file.

        Raises:
            AssetGenError: it was not taken on, so it counts as not reported.
        """
        if self.breaker.allows(verdict.path, inputs=inputs):
            self._listener.on_due(verdict.path, bulk=bulk)
        self.note_due(verdict)

    def tell_orphans(self, assets: Sequence[str]) -> None:
        """Tell of assets that nothing makes any more; their files stay where they are."""
        for asset in assets:
            self._listener.on_orphaned(asset)

    def forget_due(self, path: str) -> None:
        """Have a file reported again if something of it is still due the next time that it changes."""
        self._due.pop(path, None)

    def forget(self, path: str) -> None:
        """Drop a file that is gone."""
        self._due.pop(path, None)
        self.breaker.forget(path)
        if self._failing.pop(path, None) is not None:
            self._listener.on_recovered(path)
