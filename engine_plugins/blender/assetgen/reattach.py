# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""After opening a file or an undo: find the jobs and assets of the scene again."""

import json

import bpy
from bpy.app.handlers import persistent

from . import runtime
from .course import Ticket


@persistent
def _loaded(*_: object) -> None:
    runtime.desk.courses.clear()
    runtime.desk.shown = ""
    attach_jobs()
    runtime.refresh_watches()
    runtime.ask_for_report()


@persistent
def _undone(*_: object) -> None:
    # What the file knew of jobs went back in time; what goes on has not.
    runtime.keep_tickets()
    runtime.refresh_watches()
    runtime.redraw()


def attach_jobs() -> int:
    """Follow the jobs that the file says go on; return how many."""
    found = 0
    for scene in bpy.data.scenes:
        try:
            texts = json.loads(scene.assetgen.tickets or "[]")
            tickets = [Ticket.from_json(text) for text in texts]
        except (ValueError, TypeError):
            continue
        for ticket in tickets:
            if ticket.key not in runtime.desk.courses:
                runtime.submit(ticket)
                found += 1
    return found


_HANDLERS = (
    (bpy.app.handlers.load_post, _loaded),
    (bpy.app.handlers.undo_post, _undone),
    (bpy.app.handlers.redo_post, _undone),
)


def attach() -> None:
    """Listen to Blender."""
    for handlers, one in _HANDLERS:
        if one not in handlers:
            handlers.append(one)


def detach() -> None:
    """Listen no longer."""
    for handlers, one in _HANDLERS:
        if one in handlers:
            handlers.remove(one)
