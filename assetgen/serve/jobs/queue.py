"""Who is next: a pure scheduler of what waits for a worker; no I/O, and the clock is handed in.

Three levels: interactive 100 > watch 50 > bake 10. A level gains a point for every 30 s that its oldest entry
has waited, so that nothing starves; once it has overtaken a more urgent level that way, the two take turns,
because a bake of many hours would otherwise lock out everybody in front of a screen.

Inside a level the client is next who has had the fewest seconds of work, by its own history: start-time fair
queueing, which gives the shares of deficit round robin without its quantum.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from assetgen.serve.jobs.job import Priority

AGEING_S: Final = 30.0
"""Seconds of waiting that are worth one point."""
_USUAL_S: Final = 3.0
_LEAST_S: Final = 0.05
_MEMORY: Final = 1000
"""How many clients' histories are kept."""


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    """Something that waits; the order within its client is the order of the fields."""

    since: float
    number: int
    key: str = field(compare=False)
    client: str = field(compare=False)
    is_front: bool = field(compare=False, default=False)


@dataclass(slots=True)
class _Level:
    """What waits at one priority."""

    front: list[_Entry] = field(default_factory=list)
    clients: dict[str, list[_Entry]] = field(default_factory=dict)
    spent_s: dict[str, float] = field(default_factory=dict)
    """Seconds that each client has had, on a common scale."""
    reached_s: float = 0.0
    """What the client last served had had then: newcomers start here, not at zero."""

    def oldest(self) -> float | None:
        heads = [entries[0] for entries in (self.front, *self.clients.values()) if entries]
        return min((entry.since for entry in heads), default=None)

    def put(self, entry: _Entry) -> None:
        if entry.is_front:
            insort(self.front, entry)
            return
        if entry.client not in self.clients:
            self.spent_s[entry.client] = max(self.spent_s.get(entry.client, 0.0), self.reached_s)
        insort(self.clients.setdefault(entry.client, []), entry)

    def remove(self, entry: _Entry) -> None:
        if entry.is_front:
            self.front.remove(entry)
            return
        entries = self.clients[entry.client]
        entries.remove(entry)
        if not entries:
            del self.clients[entry.client]

    def next(self) -> _Entry:
        if self.front:
            return self.front[0]
        client = min(self.clients, key=lambda c: (self.spent_s[c], self.clients[c][0]))
        return self.clients[client][0]

    def charge(self, client: str, seconds: float) -> None:
        self.spent_s[client] = self.spent_s.get(client, self.reached_s) + seconds
        if len(self.spent_s) > _MEMORY:
            self.spent_s = {c: s for c, s in self.spent_s.items() if c in self.clients}


class Queue:
    """What waits for a worker, each under a key of its own.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._levels = {priority: _Level() for priority in sorted(Priority, reverse=True)}
        self._entries: dict[str, tuple[Priority, _Entry]] = {}
        self._costs: dict[str, float] = {}
        self._number = 0
        self._was_aged = False

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def put(self, key: str, *, client: str, priority: Priority, since: float, is_front: bool = False) -> None:
        """Let something wait; what waits already under the key is replaced.

        Args:
            key: its name.
            client: who has to wait for it.
            priority: its level.
            since: when its waiting began, by the clock.
            is_front: before everybody else of its level, because it was interrupted.
        """
        self.remove(key)
        self._number += 1
        entry = _Entry(since=since, number=self._number, key=key, client=client, is_front=is_front)
        self._entries[key] = (priority, entry)
        self._levels[priority].put(entry)

    def remove(self, key: str) -> None:
        """Let it wait no more; an unknown key does nothing."""
        found = self._entries.pop(key, None)
        if found is not None:
            self._levels[found[0]].remove(found[1])

    def take(self, *, may_bake: bool = True) -> str | None:
        """Return what is next and let it go, or None; its client is charged what it usually costs.

        Args:
            may_bake: whether there is a worker for a bake.
        """
        priority = self._next_level(may_bake)
        if priority is None:
            return None
        level = self._levels[priority]
        entry = level.next()
        if not entry.is_front:
            level.reached_s = level.spent_s[entry.client]
            level.charge(entry.client, self.cost(entry.client))
        self.remove(entry.key)
        return entry.key

    def cost(self, client: str) -> float:
        """Return how many seconds one turn of a client takes, as far as is known."""
        return self._costs.get(client, _USUAL_S)

    def charge(self, client: str, priority: Priority, seconds: float) -> None:
        """Tell how long a turn really took; the client's share and its history are put right."""
        usual = self.cost(client)
        seconds = max(seconds, _LEAST_S)
        self._levels[priority].charge(client, seconds - usual)
        self._costs.pop(client, None)
        self._costs[client] = 0.7 * usual + 0.3 * seconds
        if len(self._costs) > _MEMORY:
            del self._costs[next(iter(self._costs))]

    def _next_level(self, may_bake: bool) -> Priority | None:
        now = self._clock()
        points: dict[Priority, float] = {}
        for priority, level in self._levels.items():
            since = level.oldest()
            if since is not None and (may_bake or priority is not Priority.BAKE):
                points[priority] = priority + max(0.0, now - since) // AGEING_S
        if not points:
            return None
        urgent = next(iter(points))
        best = max(points, key=lambda priority: (points[priority], priority))
        if best is not urgent and self._was_aged:
            best = urgent
        self._was_aged = best is not urgent
        return best
