# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""After opening a file, saving it elsewhere or an undo: find the jobs and assets of the scene again."""

import json

import bpy
from bpy.app.handlers import persistent

from . import marks, runtime
from .course import Ticket

_full: dict[tuple[str, str], str] = {}
"""Projects' folders by type and name of their data-blocks, while the file is being saved."""


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


@persistent
def _saving(path: object = None, *_: object) -> None:
    # Saved elsewhere, what is relative to the file has to be told anew; Blender does so for paths that it knows.
    _full.clear()
    for one, root in marks.roots_of_all():
        _full[type(one).__name__, one.name] = root
        _store(one, marks.stored_root(root, path if isinstance(path, str) else ""))


@persistent
def _saved(*_: object) -> None:
    # A copy was saved elsewhere, while this file stays where it is.
    for one, _root in marks.roots_of_all():
        root = _full.get((type(one).__name__, one.name))
        if root is not None:
            _store(one, marks.stored_root(root))
    _full.clear()


def _store(one: bpy.types.ID, root: str) -> None:
    if one[marks.PROJECT] != root:
        one[marks.PROJECT] = root


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
    (bpy.app.handlers.save_pre, _saving),
    (bpy.app.handlers.save_post, _saved),
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
