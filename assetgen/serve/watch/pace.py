"""When the watch looks: at once when woken, never too often, and by a timer that trusts events as far as they go.

Events count as live once a scan that they asked for found something: a file of our own put into the project to
prove them would be litter in somebody's version control, and would wake every other program that watches. They
lose that trust when a timer finds what no event told of, or when folders came and went, whose watches may be late.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

PERIOD_S: Final = 2.0
LIVE_PERIOD_S: Final = 30.0
POLL_S: Final = 1.0
GAP_S: Final = 0.05
"""Between two scans at least; a costly scan waits for three times what it took."""
FOLLOW_S: Final = 0.15
"""Between scans while things are changing: one that was found seldom comes alone."""
BUSY_S: Final = 1.0
RENEW_S: Final = 2.0
"""How long folders must have been the same before events are started afresh."""
DOUBT_S: Final = 1.0
TURN_S: Final = 0.04
"""Between two turns at least, so that files which settle together are judged together."""
SLICE_PAUSE_S: Final = 0.005
_NEVER: Final = float("inf")


class Pace:
    """Decides when to scan and whether to trust events.

    Args:
        clock: monotonic seconds.
        is_polling: there are no events.
        renews: watches on new and moved folders may come too late, so events are to be started afresh.
    """

    def __init__(self, clock: Callable[[], float], *, is_polling: bool, renews: bool) -> None:
        self.is_live = False
        self._clock, self._is_polling, self._renews = clock, is_polling, renews
        self._is_woken = True
        self._ended = self._found = -_NEVER
        self._cost = 0.0
        self._started: float | None = None
        self._was_woken = False
        self._has_scanned = False
        self._doubt_at = self._renew_at = _NEVER

    @property
    def is_woken(self) -> bool:
        """Whether an event waits for a scan."""
        return self._is_woken

    def wake(self) -> None:
        """Take note of an event."""
        self._is_woken = True
        self._doubt_at = _NEVER

    def distrust(self) -> None:
        """Look soon, and start the events afresh: the process slept, or the root is another one."""
        self.wake()
        self.is_live = False
        self._renew_at = self._clock()

    def renewed(self) -> None:
        """Take note that events were started: what happened meanwhile is to be looked for."""
        self._is_woken = True
        self.is_live = False
        self._renew_at = _NEVER

    @property
    def is_renewal_due(self) -> bool:
        """Whether events are to be started afresh."""
        now = self._clock()
        if now >= self._doubt_at:
            self._doubt_at = _NEVER
            self.is_live = False
            self._renew_at = now
        return now >= self._renew_at

    def is_scan_due(self, scan_at: float | None) -> bool:
        """Tell whether to scan now; `scan_at` is when the reconciler wants the next one."""
        return self._started is not None or self._clock() >= self._next_scan(scan_at)

    def _next_scan(self, scan_at: float | None) -> float:
        earliest = self._ended + max(GAP_S, 3 * self._cost)
        if self._is_woken:
            return earliest
        is_busy = self._ended - self._found < BUSY_S
        wanted = self._ended + (FOLLOW_S if is_busy else self._period)
        return max(earliest, min(wanted, scan_at if scan_at is not None else _NEVER))

    @property
    def _period(self) -> float:
        if self._is_polling:
            return POLL_S
        return LIVE_PERIOD_S if self.is_live and self._renew_at == _NEVER else PERIOD_S

    def begin(self) -> None:
        """Take note that a scan begins, or that the next slice of one does."""
        if self._started is None:
            self._started = self._clock()
            self._was_woken, self._is_woken = self._is_woken and self._has_scanned, False

    def end(self, *, has_found: bool, has_new_folders: bool, is_whole: bool) -> None:
        """Take note of what a scan, or a slice of one, found."""
        now = self._clock()
        if has_found and self._has_scanned:
            self._found = now
            if self._was_woken:
                self.is_live = not self._is_polling
            elif not self._is_polling:
                self._doubt_at = min(self._doubt_at, now + DOUBT_S)
        if has_new_folders and self._has_scanned and self._renews:
            self._renew_at = now + RENEW_S
        if is_whole:
            self._cost = now - (self._started if self._started is not None else now)
            self._ended, self._started, self._has_scanned = now, None, True

    def delay(self, *, next_at: float | None, scan_at: float | None, retry_at: float | None) -> float:
        """Return how long to wait for an event."""
        if self._started is not None:
            return SLICE_PAUSE_S
        times = [self._next_scan(scan_at), self._renew_at, self._doubt_at]
        times += [at for at in (next_at, retry_at) if at is not None]
        return max(TURN_S, min(times) - self._clock())
