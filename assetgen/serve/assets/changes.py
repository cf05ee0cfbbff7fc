"""What changes in a project, as a feed that its readers can leave and take up again.

The last thousand changes stand in a ring, each with a number. A reader is nothing but a position in it, so a
slow one costs no memory and no publisher ever waits for one. A cursor names this run of the daemon, the
project and a number: what came after it is told again as long as the ring holds it, and otherwise, as to a
new reader, everything that is there now comes first.

A change is left out for a reader who has not had it yet when later ones say all that it said: only the newest
state of a thing counts. So is one that says just what the reader's snapshot said. What a reader gets of one
thing never goes back, as long as it was in place before it was told here.

Changes come from any thread. Readers live on event loops, each on the one that it was begun on.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from assetgen.serve.rpc import asset_pb2 as pb

KEPT: Final = 1000
"""Changes in the ring."""
HEARTBEAT_S: Final = 15.0
"""Silence after which a reader is told that nothing happened; callers over HTTP have no ping."""
SNAPSHOT_TRIES: Final = 3
"""How often a snapshot is taken again because something changed meanwhile."""

_NUMBER: Final = re.compile(r"[0-9]{1,18}")

_Facts = Mapping[Hashable, bytes]
"""What a change says: thing -> its state."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is there now: the finished assets, and the prompt files that cannot be used."""

    assets: Sequence[pb.Asset] = ()
    failures: Sequence[pb.PromptFailure] = ()

    def messages(self) -> list[pb.WatchAssetsResponse]:
        """Return it as changes without a cursor, since nobody can resume in the middle of it.

        A heartbeat comes first: without a cursor it says that all which was told before no longer counts.
        """
        first = [pb.WatchAssetsResponse(heartbeat=pb.Heartbeat())]
        updated = [pb.WatchAssetsResponse(updated=asset) for asset in self.assets]
        return first + updated + [pb.WatchAssetsResponse(failed=failure) for failure in self.failures]


@dataclass(frozen=True, slots=True)
class _Change:
    message: pb.WatchAssetsResponse
    facts: _Facts


@dataclass(eq=False, slots=True)
class _Reader:
    """Where a reader stands.

    Args:
        loop: that it lives on.
        news: set on that loop when there may be something new.
        after: number of the last change that it has had.
        goal: number of the last change before it came; then it has caught up.
        is_lost: whether it needs a snapshot before anything else.
        is_woken: whether `news` is set or about to be, so that a flood of changes makes one call.
        known: what its snapshot said of things that did not change since.
    """

    loop: asyncio.AbstractEventLoop
    news: asyncio.Event
    after: int = 0
    goal: int = 0
    is_lost: bool = False
    is_woken: bool = False
    known: dict[Hashable, bytes] = field(default_factory=dict)


class Changes:
    """The feed of one project.

    Args:
        instance: random name of this run of the daemon.
        project: id of the project.
        kept: changes in the ring.
        sleep: waits for the heartbeat.
    """

    def __init__(
        self,
        instance: str,
        project: str,
        *,
        kept: int = KEPT,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._prefix = f"{instance}.{project}."
        self._kept = kept
        self._sleep = sleep
        self._mutex = threading.Lock()
        self._number = 0
        self._ring: dict[int, _Change] = {}  # consecutive numbers, the oldest first
        self._newest: dict[
            Hashable, int
        ] = {}  # thing -> number of the last change in the ring that tells of it
        self._readers: set[_Reader] = set()

    # From any thread

    def updated(self, asset: pb.Asset) -> None:
        """Tell that sets of an asset were put in place."""
        self._publish(pb.WatchAssetsResponse(updated=asset))

    def orphaned(self, asset: str) -> None:
        """Tell that the prompt file of an asset is gone; its files stay."""
        self._publish(pb.WatchAssetsResponse(orphaned=asset))

    def failed(self, failure: pb.PromptFailure) -> None:
        """Tell that a prompt file cannot be used."""
        self._publish(pb.WatchAssetsResponse(failed=failure))

    def recovered(self, prompt_file: str) -> None:
        """Tell that a prompt file that failed before is well."""
        self._publish(pb.WatchAssetsResponse(recovered=prompt_file))

    def started(self, job: pb.Job) -> None:
        """Tell that a job was queued for a prompt file."""
        self._publish(pb.WatchAssetsResponse(started=job))

    @property
    def readers(self) -> int:
        """How many are reading."""
        with self._mutex:
            return len(self._readers)

    # On an event loop

    async def subscribe(
        self, resume_token: str, snapshot: Callable[[], Snapshot]
    ) -> AsyncGenerator[pb.WatchAssetsResponse, None]:
        """Yield what a reader has missed or, when that is not known, what is there now; then what changes.

        `caught_up` stands between the two. Messages of a snapshot have no cursor, and a heartbeat begins it;
        all others have one. A reader so slow that the ring has gone past it gets a snapshot and `caught_up`
        once more. Never ends by itself; leave it with `aclose`, or by cancelling the task that iterates.
        Messages are shared between readers and are not to be changed.

        Args:
            resume_token: the last cursor that the reader had; an empty, foreign, old or garbled one gives a
                snapshot.
            snapshot: reads what is there now; called in a thread, again if something changed meanwhile.
        """
        reader = _Reader(asyncio.get_running_loop(), asyncio.Event())
        self._enter(reader, resume_token)
        try:
            has_caught_up = False
            while True:
                if reader.is_lost:
                    for message in await self._begin(reader, snapshot):
                        yield message
                    has_caught_up = False
                if not has_caught_up and reader.after >= reader.goal:
                    has_caught_up = True
                    yield pb.WatchAssetsResponse(
                        resume_token=self._cursor(reader.after), caught_up=pb.Heartbeat()
                    )
                if (message := self._next(reader)) is not None:
                    yield message
                elif has_caught_up and not reader.is_lost and not await self._has_news(reader):
                    yield pb.WatchAssetsResponse(
                        resume_token=self._cursor(reader.after), heartbeat=pb.Heartbeat()
                    )
        finally:
            with self._mutex:
                self._readers.discard(reader)

    def _publish(self, message: pb.WatchAssetsResponse) -> None:
        facts = _facts(message)
        with self._mutex:
            self._number += 1
            message.resume_token = self._cursor(self._number)
            self._ring[self._number] = _Change(message, facts)
            for thing in facts:
                self._newest[thing] = self._number
            if len(self._ring) > self._kept:
                self._drop_oldest()
            for reader in tuple(self._readers):
                self._wake(reader)

    def _drop_oldest(self) -> None:
        number = self._oldest()
        for thing in self._ring.pop(number).facts:
            if self._newest[thing] == number:
                del self._newest[thing]

    def _wake(self, reader: _Reader) -> None:
        if reader.is_woken:
            return
        reader.is_woken = True
        try:
            reader.loop.call_soon_threadsafe(reader.news.set)
        except RuntimeError:  # its loop was closed without it
            self._readers.discard(reader)

    def _oldest(self) -> int:
        """Return the number of the oldest change in the ring, or of the one to come."""
        return next(iter(self._ring), self._number + 1)

    def _cursor(self, number: int) -> str:
        return f"{self._prefix}{number}"

    def _enter(self, reader: _Reader, token: str) -> None:
        rest = token.removeprefix(self._prefix)
        number = int(rest) if rest != token and _NUMBER.fullmatch(rest) else -1
        with self._mutex:
            reader.is_lost = not self._oldest() - 1 <= number <= self._number
            reader.after, reader.goal = number, self._number
            self._readers.add(reader)

    async def _begin(
        self, reader: _Reader, snapshot: Callable[[], Snapshot]
    ) -> Sequence[pb.WatchAssetsResponse]:
        """Take a snapshot, put the reader at the number that it had reached before, and return the messages."""
        taken = Snapshot()
        for _ in range(SNAPSHOT_TRIES):
            with self._mutex:
                reader.after = self._number
            taken = await asyncio.to_thread(snapshot)
            with self._mutex:
                reader.goal = self._number
            if reader.goal == reader.after:
                break
        messages = taken.messages()
        reader.known = {thing: state for message in messages for thing, state in _facts(message).items()}
        reader.is_lost = False
        return messages

    def _next(self, reader: _Reader) -> pb.WatchAssetsResponse | None:
        """Return the next change that says something new to a reader, or None; it may be lost then."""
        with self._mutex:
            if reader.after < self._oldest() - 1:
                reader.is_lost = True
                return None
            while reader.after < self._number:
                reader.after += 1
                change = self._ring[reader.after]
                newest = [thing for thing in change.facts if self._newest[thing] == reader.after]
                if [thing for thing in newest if reader.known.pop(thing, None) != change.facts[thing]]:
                    return change.message
            reader.is_woken = False
            reader.news.clear()
            return None

    async def _has_news(self, reader: _Reader) -> bool:
        """Wait until there may be something new; return False when there was nothing for too long."""
        news = asyncio.ensure_future(reader.news.wait())
        silence = asyncio.ensure_future(self._sleep(HEARTBEAT_S))
        try:
            await asyncio.wait((news, silence), return_when=asyncio.FIRST_COMPLETED)
            return reader.news.is_set()
        finally:
            news.cancel()
            silence.cancel()


def _facts(message: pb.WatchAssetsResponse) -> _Facts:
    """Return what a change says of which things. A set that was replaced says nothing of sets it left alone."""
    match message.WhichOneof("change"):
        case "updated":
            asset = message.updated
            if not asset.sets:
                return {("set", asset.asset, ""): b""}
            return {("set", asset.asset, one.target): _state(one) for one in asset.sets}
        case "orphaned":
            return {("orphan", message.orphaned): b"1"}
        case "failed":
            return {
                ("file", message.failed.prompt_file): message.failed.SerializeToString(deterministic=True)
            }
        case "recovered":
            return {("file", message.recovered): b"well"}
        case _:
            job = message.started
            return {("job", job.name): job.SerializeToString(deterministic=True)}


def _state(one: pb.AssetSet) -> bytes:
    return "\n".join([one.etag, *(f"{file.sha256} {file.relative_path}" for file in one.files)]).encode()
