# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the panel shows now: the daemon, the jobs, the report, broken files. Plain values, main thread only."""

from __future__ import annotations

from typing import Any

from .course import Course, Landed, Taken, Ticket
from .notes import READY, Begun, Broken, Daemon, Elsewhere, JobNote, Mended, Renewed, WatchNote
from .report import Report

_MOST_COURSES = 24


class Desk:
    """The state behind the panel.

    Notes go in by `take`, which returns what is to be done in the scene.
    """

    def __init__(self) -> None:
        self.daemon = Daemon()
        self.kinds_of: Daemon = Daemon()
        self.courses: dict[str, Course] = {}
        self.report = Report()
        self.broken: dict[tuple[str, str], Broken] = {}
        self.making: set[tuple[str, str]] = set()
        self.message = ""
        self.shown = ""

    @property
    def is_ready(self) -> bool:
        """Whether the daemon is there."""
        return self.daemon.status == READY

    @property
    def kinds(self) -> tuple[Any, ...]:
        """Kinds that can be made, as last told; they stay while the daemon is away."""
        return self.kinds_of.kinds

    def kind(self, name: str) -> Any:
        """Return a kind by its name; the first when there is none, None when nothing is known."""
        return next((one for one in self.kinds if one.name == name), self.kinds[0] if self.kinds else None)

    @property
    def current(self) -> Course | None:
        """The job that the panel shows: the latest that was asked for here."""
        return self.courses.get(self.shown)

    @property
    def active(self) -> list[Course]:
        """Jobs that go on, the oldest first."""
        return [course for course in self.courses.values() if course.is_active]

    def picture_of(self, asset: str, etag: str) -> str:
        """Return the picture of a revision of an asset that was made since Blender started, or nothing."""
        for course in reversed(self.courses.values()):
            for result in course.results:
                if (result.asset, result.etag) == (asset, etag):
                    return course.picture_of(result)
        return ""

    def open(self, ticket: Ticket) -> Course:
        """Return the new course of a ticket, which the panel shows from now on."""
        course = self.courses[ticket.key] = Course(ticket)
        self.shown = ticket.key
        ended = [key for key, one in self.courses.items() if not one.is_active and key != self.shown]
        for key in ended[: max(0, len(self.courses) - _MOST_COURSES)]:
            del self.courses[key]
        return course

    def take(self, note: Any) -> tuple[str, Any] | None:
        """Take a note; return what is to be done in the scene: ("land", course), ("renew", result) or others."""
        if isinstance(note, JobNote):
            return self._take_job(note)
        if isinstance(note, WatchNote):
            return self._take_watch(note)
        if isinstance(note, Report):
            self.report = note
            return ("report", note)
        if isinstance(note, Daemon):
            was_ready, self.daemon = self.is_ready, note
            if note.status == READY:
                self.kinds_of = note
            for course in self.active:
                course.is_connected = note.status == READY
            return ("daemon", note) if note.status == READY or was_ready else None
        return None

    def _take_job(self, note: JobNote) -> tuple[str, Any] | None:
        course = self.courses.get(note.key)
        if course is None:
            return None
        course.take(note.what)
        if isinstance(note.what, Taken):
            return ("taken", course)
        if isinstance(note.what, Landed) and course.state == "landing":
            return ("land", course)
        return ("ended", course) if not course.is_active else None

    def _take_watch(self, note: WatchNote) -> tuple[str, Any] | None:
        what = note.what
        if isinstance(what, Broken):
            self.broken[note.root, what.path] = what
            self.making.discard((note.root, what.path))
        elif isinstance(what, Mended):
            self.broken.pop((note.root, what.path), None)
        elif isinstance(what, Begun):
            self.making.add((note.root, what.path))
            self.broken.pop((note.root, what.path), None)
        elif isinstance(what, Renewed):
            self.making = {one for one in self.making if one[0] != note.root}
            return ("renew", what.result)
        elif isinstance(what, Elsewhere):
            return ("elsewhere", (note.root, what.asset))
        else:
            self.message = getattr(what, "text", "")
        return None
