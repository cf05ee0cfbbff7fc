# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The heartbeat: what threads told is taken in small bites on the main thread, and becomes visible.

`drain` is a plain function: a timer calls it in a window, a script calls it in background mode, where timers do not
run. Work in the scene comes as generators whose steps are short, and stops when the tick's time is used up.
"""

import collections
import contextlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy

from . import landing, marks, player
from .course import Course, Ticket
from .desk import Desk
from .remote import prompt_text
from .session import Session

BUDGET_S = 0.001
"""Of the main thread's time a tick may take before nothing more is begun; a step takes up to 3 ms."""
_WORK_S, _BUSY_S, _IDLE_S = 0.01, 0.04, 0.2
"""From tick to tick: while there is work in the scene, while a job goes on, else."""
_COUNT_S = 0.5
"""The time left counts down in steps of so many seconds."""

desk = Desk()
session: Session | None = None
ticks: collections.deque[float] = collections.deque(maxlen=20_000)
"""Seconds that each tick took, the newest last."""
listeners: list[Callable[[], None]] = []
"""Called on the main thread when what the daemon can make, or how the prompt is read, has changed."""
_work: collections.deque[tuple[Iterator[None], Course | None]] = collections.deque()
_pictures: list[Path] = []
_drawn_at_s = 0.0


def start() -> None:
    """Start the session and the heartbeat."""
    global desk, session
    folder = Path(tempfile.mkdtemp(prefix="assetgen-previews-"))
    _pictures.append(folder)
    desk, session = Desk(), Session(folder)
    if not bpy.app.background:
        bpy.app.timers.register(_tick, first_interval=0.1, persistent=True)


def stop() -> None:
    """End them; no thread and no timer is left."""
    global session
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    if session is not None:
        session.close()
        session = None
    _work.clear()
    player.stop()
    for folder in _pictures:
        shutil.rmtree(folder, ignore_errors=True)
    _pictures.clear()


def _tick() -> float:
    drain()
    return _WORK_S if _work else _BUSY_S if desk.active else _IDLE_S


def drain(budget_s: float = BUDGET_S) -> bool:
    """Take what came and do what is to be done, for so long; return whether anything changed."""
    global _drawn_at_s
    began = time.perf_counter()
    has_changed = player.has_ended()
    while session is not None and time.perf_counter() - began < budget_s:
        note = session.take()
        if note is None:
            break
        has_changed = True
        effect = desk.take(note)
        if effect is not None:
            _act(*effect)
    while _work and time.perf_counter() - began < budget_s:
        has_changed = True
        _step()
    counts_down = time.monotonic() - _drawn_at_s > _COUNT_S and any(one.remaining_s for one in desk.active)
    if has_changed or counts_down:
        _drawn_at_s = time.monotonic()
        redraw()
    ticks.append(time.perf_counter() - began)
    return has_changed


def wait_until(claim: Any, timeout_s: float = 120.0) -> bool:
    """Drain until something is true, for scripts without a window; return whether it came true in time."""
    deadline = time.monotonic() + timeout_s
    while not claim():
        if time.monotonic() > deadline:
            return False
        if not drain():
            time.sleep(0.005)
    return True


def is_idle() -> bool:
    """Return whether no job goes on and nothing waits to be done in the scene."""
    return not desk.active and not _work


def submit(ticket: Ticket, *, is_shown: bool = True) -> Course:
    """Ask for what a ticket says; returns at once."""
    shown, desk.message = desk.shown, ""
    course = desk.open(ticket)
    if not is_shown:
        desk.shown = shown
    if session is not None:
        session.generate(ticket)
    keep_tickets()
    return course


def land_later(result: Any, course: Course | None, ticket: Ticket | None) -> None:
    """Bring a result into the scene in the next ticks."""
    _work.append((landing.land(result, ticket), course))


def _act(what: str, about: Any) -> None:
    if what == "land":
        if about.ticket.is_choice:
            about.applied()
        else:
            land_later(about.results[0], about, about.ticket)
        keep_tickets()
    elif what == "renew":
        if _is_news(about):
            land_later(about, None, None)
    elif what == "elsewhere":
        _ask_for_ours(*about)
    elif what in ("taken", "ended"):
        keep_tickets()
    elif what == "report":
        _tell_listeners()
    elif what == "daemon":
        _tell_listeners()
        refresh_watches()
        ask_for_report()


def _is_news(result: Any) -> bool:
    """Return whether the scene has an older revision; the job's own end may have brought this one already."""
    blocks = (bpy.data.materials, bpy.data.images, bpy.data.sounds, bpy.data.objects)
    found = [one for some in blocks for one in marks.marked(some, result.asset, result.root)]
    return any(one.get(marks.ETAG) != result.etag and not one.get(marks.PINNED) for one in found)


def _step() -> None:
    steps, course = _work[0]
    try:
        next(steps)
        return
    except StopIteration:
        if course is not None:
            course.applied()
        refresh_watches()
        keep_tickets()
    except Exception as error:  # whatever a file does to an importer, the heartbeat goes on
        message = f"The result could not be applied: {error}"
        if course is not None:
            course.failed(message)
        else:
            desk.message = message
    _work.popleft()


def _ask_for_ours(root: str, asset: str) -> None:
    """Have an asset of the scene made for Blender too, when its prompt file names other engines only."""
    for one in marks.every_marked():
        if marks.is_same(one, asset, root) and one.get(marks.PROMPT_FILE) and not one.get(marks.PINNED):
            ticket = Ticket(root, asset=asset, prompt_file=one[marks.PROMPT_FILE], priority="watch")
            submit(ticket, is_shown=False)
            return


def _tell_listeners() -> None:
    for listener in listeners:
        listener()


def ask_for_report() -> None:
    """Ask how the prompt is understood; the answer comes with a later tick."""
    here = getattr(bpy.context.scene, "assetgen", None)
    if session is None or here is None:
        return
    prompt = here.prompt.strip()
    if not prompt:
        desk.report = type(desk.report)()
        return
    with contextlib.suppress(ValueError):
        root = here.root()
        session.lint(prompt, prompt_text.prompt_text(here.keys()), root if Path(root).is_dir() else "")


def refresh_watches() -> None:
    """Follow the projects that this file has assets of, and only those."""
    if session is None:
        return
    roots, assets = set(), set()
    for one in marks.every_marked():
        assets.add(one[marks.ID])
        roots.add(marks.full_root(one.get(marks.PROJECT, "")))
    session.wanted_assets = frozenset(assets)
    scenes = [scene.assetgen for scene in bpy.data.scenes if hasattr(scene, "assetgen")]
    if not any(one.hot_reload for one in scenes):
        roots = set()
    roots = {root for root in roots if root and Path(root).is_dir()}
    for root in session.watched - roots:
        session.unwatch(root)
    for root in roots - session.watched:
        session.watch(root)
    desk.broken = {key: one for key, one in desk.broken.items() if key[0] in roots}


def keep_tickets() -> None:
    """Write the jobs that go on into the .blend, so that they are found again when it is reopened."""
    kept = json.dumps([course.ticket.to_json() for course in desk.active if course.ticket.job])
    scene = bpy.context.scene
    if scene is not None and hasattr(scene, "assetgen") and scene.assetgen.tickets != kept:
        scene.assetgen.tickets = kept


def redraw() -> None:
    """Draw the sidebars again."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager else ():
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()
