"""A line that tells what goes on, drawn over and over at the end of a terminal, with finished lines above it."""

from __future__ import annotations

import os
import shutil
import time
from typing import TextIO

_REDRAW_S = 0.1


class LiveLine:
    """Writes lines, and on a terminal a line below them that changes; a log gets the lines only.

    Args:
        stream: where to write; usually stderr, so that stdout stays for results.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._drawn_at = 0.0

    def line(self, text: str) -> None:
        """Write a line that stays."""
        self.erase()
        self._stream.write(text + "\n")
        self._stream.flush()

    def show(self, text: str) -> None:
        """Draw what goes on, unless that was done just now."""
        if not self._is_live or time.monotonic() - self._drawn_at < _REDRAW_S:
            return
        self._drawn_at = time.monotonic()
        self.erase()
        self._stream.write(text[: shutil.get_terminal_size().columns - 1])
        self._stream.flush()

    def erase(self) -> None:
        """Take the changing line away."""
        if self._is_live:
            self._stream.write("\r\x1b[2K")


def clock(seconds: float) -> str:
    """Return a length of time for people."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds) // 60} min {int(seconds) % 60} s"
    return f"{int(seconds) // 3600} h {int(seconds) % 3600 // 60} min"
