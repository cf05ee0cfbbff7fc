# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The buttons that ask for something: start, generate, cancel, roll again, choose."""

import random
from typing import Any

import bpy
from bpy.props import IntProperty, StringProperty

from . import marks, materials, naming, report, runtime
from .course import Ticket
from .preferences import preferences
from .properties import settings
from .remote import find_command

_LARGEST_SEED = 2**31 - 1
_START_S = 60.0
Done = set[str]


class ASSETGEN_OT_start_daemon(bpy.types.Operator):
    """Start the daemon; it ends by itself after half an hour with nothing to do"""

    bl_idname = "assetgen.start_daemon"
    bl_label = "Start it"

    def execute(self, context: bpy.types.Context) -> Done:
        """Start it."""
        start_daemon()
        return {"FINISHED"}


def start_daemon() -> None:
    """Start the daemon by the command of the preferences."""
    wish = preferences()
    if runtime.session is not None:
        runtime.session.start_daemon(find_command(wish.command if wish else ""))


def ticket_of(context: bpy.types.Context, **more: Any) -> Ticket:
    """Return the ticket of what stands in the panel, for the selected objects."""
    here = settings(context.scene)
    keys = here.keys(**more)
    root = here.root()
    ticket = Ticket(root, kind=keys["kind"], prompt=keys["prompt"], keys=keys)
    if here.prompt_file:
        return ticket_of_file(context, bpy.path.abspath(here.prompt_file))
    ticket.asset = _free_id(keys["kind"], keys["prompt"], root)
    wait_for(ticket, context)
    return ticket


def ticket_of_file(context: bpy.types.Context, path: str) -> Ticket:
    """Return the ticket of a prompt file; its project is the folder above it that says so, else its own."""
    from pathlib import Path

    file = Path(path).resolve()
    root = naming.project_root(file.parent)
    if root is None:
        here = Path(settings(context.scene).root())
        root = here if here in file.parents else file.parent
    ticket = Ticket(str(root), prompt_file=file.relative_to(root).as_posix())
    wait_for(ticket, context)
    return ticket


def wait_for(ticket: Ticket, context: bpy.types.Context) -> None:
    """Mark the selected objects as waiting for a job."""
    targets = [one for one in context.selected_objects if hasattr(one.data, "materials") and not one.library]
    ticket.objects = [one.name for one in targets]
    for one in targets:
        one[marks.WAITS] = ticket.key


def _free_id(kind: str, prompt: str, root: str) -> str:
    """Return the id for a prompt, or that of a next copy when what was made of it is pinned."""
    copy = 1
    while True:
        asset = naming.asset_id(kind, prompt, copy=copy)
        found = materials.find_material(asset, root)
        if found is None or not found.get(marks.PINNED):
            return asset
        copy += 1


class _Asking:
    """What all operators have that ask the daemon for something."""

    bl_options = {"REGISTER", "INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Say why it cannot be pressed."""
        if bpy.app.background:
            return True
        here = settings(context.scene)
        why = ""
        if not runtime.desk.is_ready:
            why = "The daemon is not running"
        elif not here.prompt.strip() and not here.prompt_file:
            why = "Describe first what it shall look like"
        elif runtime.desk.report.is_wrong and not here.prompt_file:
            why = "Mend first what is wrong with the prompt"
        if why and hasattr(cls, "poll_message_set"):
            cls.poll_message_set(why)
        return not why

    def send(self, ticket: Ticket) -> Done:
        """Ask for it; without a window, where no timer runs, wait for its end too."""
        if not bpy.app.background:
            runtime.submit(ticket)
            return {"FINISHED"}
        runtime.drain()
        if not runtime.desk.is_ready and not runtime.wait_until(lambda: runtime.desk.is_ready, 2.0):
            start_daemon()
            if not runtime.wait_until(lambda: runtime.desk.is_ready, _START_S):
                self.report({"ERROR"}, runtime.desk.daemon.message or "The daemon does not start.")
                return {"CANCELLED"}
        course = runtime.submit(ticket)
        runtime.wait_until(lambda: not course.is_active, float("inf"))
        if course.state != "done":
            self.report({"ERROR"}, course.message or course.state)
            return {"CANCELLED"}
        return {"FINISHED"}


class ASSETGEN_OT_generate(_Asking, bpy.types.Operator):
    """Make it, and put it on the selected objects"""

    bl_idname = "assetgen.generate"
    bl_label = "Generate"

    prompt: StringProperty(description="Words to put into the panel first; those that stand there when empty")
    size: IntProperty(description="Edge of the maps in texels; that of the panel when 0", default=0)

    def execute(self, context: bpy.types.Context) -> Done:
        """Ask for it."""
        here = settings(context.scene)
        if self.prompt:
            here.prompt, here.prompt_file = self.prompt, ""
        if self.size:
            here.size_word = str(self.size)
        if not here.prompt.strip() and not here.prompt_file:
            self.report({"ERROR"}, "There is no prompt.")
            return {"CANCELLED"}
        return self.send(ticket_of(context))


class ASSETGEN_OT_variants(_Asking, bpy.types.Operator):
    """Make several that differ, to choose one from"""

    bl_idname = "assetgen.variants"
    bl_label = "Variants"

    def execute(self, context: bpy.types.Context) -> Done:
        """Ask for them."""
        ticket = ticket_of(context, variants=settings(context.scene).variants)
        ticket.is_choice = True
        return self.send(ticket)


class ASSETGEN_OT_reroll(bpy.types.Operator):
    """Make this material again from another seed"""

    bl_idname = "assetgen.reroll"
    bl_label = "Re-roll"
    bl_options = {"REGISTER", "INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only what is not pinned."""
        material = context.object.active_material if context.object else None
        if material is None or not material.get(marks.ID):
            return False
        why = "" if runtime.desk.is_ready else "The daemon is not running"
        if material.get(marks.PINNED):
            why = "It is pinned; unpin it, or press Generate for another one beside it"
        elif material.get(marks.PROMPT_FILE):
            why = "It comes from a prompt file; write another seed there"
        if why and hasattr(cls, "poll_message_set"):
            cls.poll_message_set(why)
        return not why

    def execute(self, context: bpy.types.Context) -> Done:
        """Ask for it with another seed; everything else is as it was."""
        material = context.object.active_material
        keys = settings(context.scene).keys()
        if material.get(marks.PROMPT) != keys["prompt"]:
            keys = {
                "kind": material[marks.KIND],
                "prompt": material.get(marks.PROMPT, ""),
                "size": keys.get("size"),
            }
        keys["seed"] = random.randrange(_LARGEST_SEED)
        root = marks.full_root(material.get(marks.PROJECT, ""))
        ticket = Ticket(root, kind=keys["kind"], asset=material[marks.ID], prompt=keys["prompt"], keys=keys)
        wait_for(ticket, context)
        runtime.submit(ticket)
        return {"FINISHED"}


class ASSETGEN_OT_choose(bpy.types.Operator):
    """Put this one on the objects that it was made for"""

    bl_idname = "assetgen.choose"
    bl_label = "Use"
    bl_options = {"REGISTER", "INTERNAL"}

    key: StringProperty()
    asset: StringProperty()

    def execute(self, context: bpy.types.Context) -> Done:
        """Put it there; another may be chosen afterwards."""
        course = runtime.desk.courses.get(self.key)
        results = [one for one in course.results if one.asset == self.asset] if course else []
        if not results:
            return {"CANCELLED"}
        runtime.land_later(results[0], None, course.ticket)
        return {"FINISHED"}


class ASSETGEN_OT_cancel(bpy.types.Operator):
    """Stop making it"""

    bl_idname = "assetgen.cancel"
    bl_label = "Cancel"
    bl_options = {"REGISTER", "INTERNAL"}

    key: StringProperty()

    def execute(self, context: bpy.types.Context) -> Done:
        """Ask for it to be cancelled."""
        course = runtime.desk.courses.get(self.key)
        if course is None or runtime.session is None:
            return {"CANCELLED"}
        runtime.session.cancel(course.ticket)
        return {"FINISHED"}


class ASSETGEN_OT_show_job(bpy.types.Operator):
    """Show how this job ended"""

    bl_idname = "assetgen.show_job"
    bl_label = "Show"
    bl_options = {"INTERNAL"}

    key: StringProperty()

    def execute(self, context: bpy.types.Context) -> Done:
        """Show it."""
        runtime.desk.shown = self.key
        return {"FINISHED"}


class ASSETGEN_OT_use_word(bpy.types.Operator):
    """Write this word instead of the one that means nothing"""

    bl_idname = "assetgen.use_word"
    bl_label = "Use this word"
    bl_options = {"UNDO", "INTERNAL"}

    old: StringProperty()
    new: StringProperty()

    def execute(self, context: bpy.types.Context) -> Done:
        """Replace it."""
        here = settings(context.scene)
        here.prompt = report.replaced(here.prompt, self.old, self.new)
        return {"FINISHED"}


CLASSES = (
    ASSETGEN_OT_start_daemon,
    ASSETGEN_OT_generate,
    ASSETGEN_OT_variants,
    ASSETGEN_OT_reroll,
    ASSETGEN_OT_choose,
    ASSETGEN_OT_cancel,
    ASSETGEN_OT_show_job,
    ASSETGEN_OT_use_word,
)
