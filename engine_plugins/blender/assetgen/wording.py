# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small texts of the panel: time left, lines that fit, what a state is called."""

from __future__ import annotations

import textwrap

STATES = {
    "waiting": ("Waiting for the daemon", "SORTTIME"),
    "queued": ("Queued", "SORTTIME"),
    "running": ("Running", "RENDER_ANIMATION"),
    "checking": ("Checking files", "FILE_REFRESH"),
    "landing": ("Applying", "FILE_REFRESH"),
    "done": ("Done", "CHECKMARK"),
    "failed": ("Failed", "ERROR"),
    "cancelled": ("Cancelled", "X"),
    "expired": ("Took too long", "ERROR"),
}
"""Label and icon of each state of a job."""


def time_left(seconds: float | None) -> str:
    """Return how long it will take, `about 3 s left`; empty while nobody knows."""
    if seconds is None or seconds < 0.0:
        return ""
    if seconds < 1.0:
        return "almost done"
    if seconds < 90.0:
        return f"about {round(seconds)} s left"
    if seconds < 5400.0:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"


def fitting(text: str, characters: int, *, most: int = 6) -> list[str]:
    """Return a text in lines of so many characters; what is beyond the last line is told by three dots."""
    lines: list[str] = []
    for part in text.splitlines() or [""]:
        lines += textwrap.wrap(part, max(8, characters), break_long_words=True, break_on_hyphens=False) or [
            ""
        ]
    if len(lines) > most:
        lines = lines[:most]
        lines[-1] = lines[-1][: max(1, characters - 2)].rstrip() + " …"
    return lines


def shortened(text: str, characters: int) -> str:
    """Return a text in one line, its end replaced by three dots when it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= characters else line[: max(1, characters - 1)].rstrip() + "…"


def ending(text: str, characters: int) -> str:
    """Return the end of a text, which of a path tells more than its start."""
    return text if len(text) <= characters else "…" + text[len(text) - characters + 1 :]
