"""How a bake is shown: a live line with the time left on a terminal, plain lines in a log."""

from __future__ import annotations

import os
import shutil
import time
from collections import deque
from typing import TextIO

from assetgen.bake.results import AssetResult, BakeResult, Status

_REDRAW_S = 0.1


class TerminalWatcher:
    """Shows each finished asset as a line, and on a terminal what is being done below it.

    Args:
        stream: where to write; progress goes to stderr, so that stdout stays for results.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._due = self._done = 0
        self._started = time.monotonic()
        self._ends: deque[float] = deque(maxlen=16)
        self._stages: dict[str, str] = {}
        self._drawn_at = 0.0

    def planned(self, due: int, cached: int) -> None:
        """Say how much there is to do."""
        self._due = due
        if due:
            self._line(f"{due} to make, {cached} up to date")

    def progressed(self, asset: str, step: int, total: int, stage: str) -> None:
        """Remember the stage and redraw the live line."""
        self._stages[asset] = f"{asset}: {stage} {step + 1}/{max(total, 1)}"
        if time.monotonic() - self._drawn_at >= _REDRAW_S:
            self._draw()

    def finished(self, result: AssetResult) -> None:
        """Write the asset's line."""
        self._done += 1
        self._ends.append(time.monotonic())
        self._stages.pop(result.name, None)
        self._line(f"{_mark(result.status)} {result.name}  {_detail(result)}".rstrip())
        for error in result.errors:
            self._line(f"    {error}")
        for warning in result.warnings:
            self._line(f"    note: {warning}")
        if result.trace:
            self._line(result.trace)
        self._draw()

    def _line(self, text: str) -> None:
        self._erase()
        self._stream.write(text + "\n")
        self._stream.flush()

    def _erase(self) -> None:
        if self._is_live:
            self._stream.write("\r\x1b[2K")

    def _draw(self) -> None:
        if not self._is_live:
            return
        self._drawn_at = time.monotonic()
        self._erase()
        if self._done < self._due:
            parts = [self._left(), *self._stages.values()]
            text = f"[{self._done}/{self._due}] " + " | ".join(part for part in parts if part)
            self._stream.write(text[: shutil.get_terminal_size().columns - 1])
        self._stream.flush()

    def _left(self) -> str:
        """Return the time left, from the pace of the latest assets."""
        if not self._ends:
            return ""
        pace = (self._ends[-1] - self._started) / self._done
        if len(self._ends) > 4:
            pace = (self._ends[-1] - self._ends[0]) / (len(self._ends) - 1)
        return f"about {_clock(pace * (self._due - self._done))} left"


def print_plan(result: BakeResult) -> None:
    """Print what a bake would do and why; the watcher has shown the files with errors."""
    for asset in result.assets:
        if asset.status is Status.STALE:
            print(f"{asset.name}: {asset.reason}")
    _print_budget(result)
    print(
        f"{result.count(Status.STALE)} due, {result.count(Status.CACHED)} up to date"
        + (f", {result.bad_files} files with errors" if result.bad_files else "")
    )


def print_summary(result: BakeResult) -> None:
    """Print the counts and where the report lies."""
    parts = [f"{result.count(status)} {status.value}" for status in (Status.BAKED, Status.CACHED)]
    parts += [
        f"{result.count(status)} {status.value}"
        for status in (Status.FAILED, Status.CANCELLED)
        if result.count(status)
    ]
    parts += [f"{result.over_budget} over budget"] if result.over_budget else []
    print(f"{', '.join(parts)} in {_clock(result.seconds)}")
    _print_budget(result)
    if not result.assets:
        print("no prompt files found; `assetgen new material NAME` writes a first one")
    if result.report:
        print(f"report: {result.report}")


def _print_budget(result: BakeResult) -> None:
    """Print every limit that is not kept: what is up to date shows no line while it bakes."""
    for asset in result.assets:
        for excess in asset.over_budget:
            print(f"over budget: {asset.name}: {excess}")
    for excess in result.over_totals:
        print(f"over budget: {excess}")


def _mark(status: Status) -> str:
    return {Status.BAKED: "made  ", Status.CACHED: "cached", Status.FAILED: "FAILED"}.get(
        status, status.value
    )


def _detail(result: AssetResult) -> str:
    return f"{result.seconds:.1f} s" if result.status is Status.BAKED else ""


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"
