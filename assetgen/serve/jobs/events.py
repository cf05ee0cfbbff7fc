"""What happened to a job, for everybody who looks on: a log of bounded size with a number on every event.

Only the newest progress and the newest preview are kept, so a slow reader skips what it was too slow for and
costs nobody anything. Numbers grow within a job and over restarts of the daemon: the start's number in the upper
half, a counter in the lower one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Final

from assetgen.serve.jobs.job import LARGEST_PREVIEW
from assetgen.serve.rpc import asset_pb2 as pb

MOST_LINES: Final = 100
"""Log lines of a job at most."""
_MOST_STATES: Final = 32
_REBUILT: Final = 1 << 31
"""Numbers of events that are told again from the table come after all that were told live."""


class EventLog:
    """The events of one job; used on the loop only.

    Args:
        job: resource name of the job.
        boot: which start of the daemon this is.
    """

    def __init__(self, job: str, *, boot: int) -> None:
        self.job = job
        self.is_over = False
        self._sequence = boot << 32
        self._events: dict[int, pb.JobEvent] = {}  # by sequence, in order
        self._newest: dict[str, int] = {}
        self._lines = 0
        self._states: list[int] = []
        self._readers: set[asyncio.Event] = set()

    def state(self, message: pb.Job) -> None:
        """Tell that the job was queued, taken up, or queued again."""
        self._states.append(self._add(pb.JobEvent(state=message)))
        if len(self._states) > _MOST_STATES:
            del self._events[self._states.pop(0)]

    def progress(self, message: pb.Progress) -> None:
        """Tell how far it is; older progress is forgotten, and a smaller fraction is raised to it."""
        event = pb.JobEvent(progress=message)
        event.progress.fraction = max(message.fraction, self.fraction)
        self._replace("progress", event)

    def preview(self, message: pb.Preview) -> None:
        """Show what it looks like; older previews are forgotten, and one over 256 KiB becomes a log line."""
        if len(message.data) > LARGEST_PREVIEW:
            size = len(message.data) >> 10
            self.line(f"a preview of {message.asset} was left out: {size} KiB are over 256 KiB.")
            return
        self._replace("preview", pb.JobEvent(preview=message))

    def artifact(self, message: pb.Asset) -> None:
        """Tell that an asset is in place."""
        self._add(pb.JobEvent(artifact=message))

    def line(self, text: str, *, is_warning: bool = False) -> None:
        """Add a note or a warning; the hundredth says that no more are kept."""
        self._lines += 1
        if self._lines > MOST_LINES:
            return
        if self._lines == MOST_LINES:
            text, is_warning = "more notes came, which are left out; see the log of the daemon.", False
        level = pb.LOG_LEVEL_WARNING if is_warning else pb.LOG_LEVEL_INFO
        self._add(pb.JobEvent(log=pb.LogLine(level=level, text=text)))

    def finished(self, message: pb.Job) -> None:
        """Tell how it ended; nothing comes after."""
        self._add(pb.JobEvent(finished=message))
        self.is_over = True

    def take_over(self, other: EventLog) -> None:
        """Tell what another job on the same piece of work was told so far: all but its states."""
        for event in list(other._events.values()):
            kind = event.WhichOneof("event")
            if kind == "progress":
                self.progress(event.progress)
            elif kind == "preview":
                self.preview(event.preview)
            elif kind == "artifact":
                self.artifact(event.artifact)
            elif kind == "log":
                self.line(event.log.text, is_warning=event.log.level == pb.LOG_LEVEL_WARNING)

    @property
    def fraction(self) -> float:
        """The fraction told last, 0.0 when none was."""
        newest = self._newest.get("progress")
        return 0.0 if newest is None else self._events[newest].progress.fraction

    def artifacts(self) -> list[pb.Asset]:
        """Return the assets that are in place."""
        return [event.artifact for event in self._events.values() if event.HasField("artifact")]

    def since(self, after: int) -> list[pb.JobEvent]:
        """Return what is kept of the events after a sequence number, in order."""
        return [event for sequence, event in self._events.items() if sequence > after]

    async def follow(self, after: int = 0) -> AsyncIterator[pb.JobEvent]:
        """Yield the events after a sequence number, then those to come, until `finished`."""
        news = asyncio.Event()
        self._readers.add(news)
        try:
            while True:
                news.clear()
                # One at a time: while a slow reader has this one, the others may be forgotten.
                while (event := self._first_after(after)) is not None:
                    after = event.sequence
                    yield event
                if self.is_over:
                    return
                await news.wait()
        finally:
            self._readers.discard(news)

    def _first_after(self, after: int) -> pb.JobEvent | None:
        found = None
        for sequence, event in reversed(self._events.items()):
            if sequence <= after:
                break
            found = event
        return found

    def _replace(self, kind: str, event: pb.JobEvent) -> None:
        self._events.pop(self._newest.pop(kind, 0), None)
        self._newest[kind] = self._add(event)

    def _add(self, event: pb.JobEvent) -> int:
        if self.is_over:
            raise RuntimeError(f"{self.job} has ended; nothing can be told after that")
        self._sequence += 1
        event.sequence = self._sequence
        event.job = self.job
        self._events[self._sequence] = event
        for news in self._readers:
            news.set()
        return self._sequence


def rebuilt(message: pb.Job, *, boot: int, assets: Iterable[pb.Asset]) -> EventLog:
    """Return the log of a job that ended before: what it made, and how it ended."""
    log = EventLog(message.name, boot=boot)
    log._sequence += _REBUILT
    for asset in assets:
        log.artifact(asset)
    log.finished(message)
    return log
