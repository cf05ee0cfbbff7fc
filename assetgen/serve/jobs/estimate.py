"""How far a piece of work is and how long it will take: from its own pace, and from earlier ones of its like."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from statistics import median
from typing import Final

from assetgen.project.order import BuildOrder

_LATEST: Final = 9
_MOST_LIKES: Final = 256
_ALMOST: Final = 0.99
"""Nothing is more than almost done before it is."""
_STEADY: Final = 0.8
"""Up to here a known duration is followed in a straight line; what takes longer than usual creeps on."""
_SURE: Final = 0.05
"""Fraction from which on the pace tells something about the time left."""
_TRUST: Final = 0.3
"""Weight of a new estimate against the one shown before."""


def likeness(order: BuildOrder) -> str:
    """Return what orders have in common that take about as long: the kind and size of their assets."""
    scanned = order.plan.scanned
    size = scanned.document.get("size") or (0, 0)
    return f"{scanned.kind} {'x'.join(str(edge) for edge in size)}"


class History:
    """How long the latest orders of each likeness took."""

    def __init__(self) -> None:
        self._seconds: OrderedDict[str, deque[float]] = OrderedDict()

    def note(self, like: str, seconds: float) -> None:
        """Remember how long one took."""
        self._seconds.setdefault(like, deque(maxlen=_LATEST)).append(seconds)
        self._seconds.move_to_end(like)
        if len(self._seconds) > _MOST_LIKES:
            self._seconds.popitem(last=False)

    def usual(self, like: str) -> float | None:
        """Return how long one usually takes, or None while nobody knows."""
        seconds = self._seconds.get(like)
        return median(seconds) if seconds else None


class Meter:
    """The fraction and the time left of several orders done one after the other.

    Args:
        usual: how long each usually takes, None while nobody knows.
        least: the fraction that was told already: it never decreases.
    """

    def __init__(self, usual: Sequence[float | None], *, least: float = 0.0) -> None:
        known = [seconds for seconds in usual if seconds is not None]
        default = max(sum(known) / len(known) if known else 1.0, 1e-3)
        self._usual = list(usual)
        self._weights = [default if seconds is None else max(seconds, 1e-3) for seconds in usual]
        self._index = 0
        self._before_s = 0.0  # active seconds of the orders that are done
        self._shown_s: float | None = None
        self._shown_at = 0.0
        self._since = 0.0
        self.fraction = least

    def begin(self, now: float) -> None:
        """An order, the same or the next one, is taken up."""
        self._since = now

    def step(self, fraction: float, now: float) -> None:
        """The order says that so much of it is done; how long its like usually takes is trusted more."""
        usual = self._usual[self._index]
        self._tell(_of_usual((now - self._since) / usual) if usual else min(max(fraction, 0.0), 1.0))

    def finish(self, now: float) -> None:
        """The order is done."""
        self._before_s += now - self._since
        self._index += 1
        self._tell(0.0)

    def remaining_s(self, now: float) -> float | None:
        """Return the time left, or None while nobody knows; it runs down smoothly."""
        fresh = self._estimate_s(now)
        if fresh is None or self._shown_s is None:
            self._shown_s = fresh
        else:
            counted = max(0.0, self._shown_s - (now - self._shown_at))
            self._shown_s = (1 - _TRUST) * counted + _TRUST * fresh
        self._shown_at = now
        return self._shown_s

    def _tell(self, part: float) -> None:
        done = sum(self._weights[: self._index])
        if self._index < len(self._weights):
            done += part * self._weights[self._index]
        self.fraction = max(self.fraction, min(done / max(sum(self._weights), 1e-9), _ALMOST))

    def _estimate_s(self, now: float) -> float | None:
        spent = now - self._since
        ahead = self._usual[self._index :]
        if ahead and all(seconds is not None for seconds in ahead):
            first, *others = (seconds or 0.0 for seconds in ahead)
            return max(first - spent, first * 0.05) + sum(others)
        if self.fraction < _SURE:
            return None
        return (self._before_s + spent) * (1 - self.fraction) / self.fraction


def _of_usual(ratio: float) -> float:
    """Return the fraction after so much of the usual time."""
    return ratio if ratio <= _STEADY else 1 - _STEADY * (1 - _STEADY) / ratio
