# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of the panel, each a function that draws one of them; nothing is changed while drawing."""

from pathlib import Path
from typing import Any

import bpy

from . import marks, player, report, thumbnails, wording
from . import runtime as now
from .course import Heard
from .notes import MISMATCH, STARTING

Layout = bpy.types.UILayout
Context = bpy.types.Context

_ICONS = {
    report.GOOD: "CHECKMARK",
    report.IGNORED: "REMOVE",
    report.WARNING: "ERROR",
    report.WRONG: "CANCEL",
}
_BIG, _SMALL = 8.0, 4.0
_LETTER = 6.4
"""Pixels of a letter, on the average."""


def characters(context: Context, taken: int = 86) -> int:
    """Return how many characters fit into a line of the sidebar, in a box and beside an icon.

    Args:
        taken: pixels of the region's width that tabs, margins and icons take.
    """
    scale = context.preferences.system.ui_scale
    return max(12, int((context.region.width - taken * scale) / (_LETTER * scale)))


def draw_text(layout: Layout, context: Context, text: str, *, icon: str = "NONE", most: int = 6) -> None:
    """Draw a text in lines that fit."""
    column = layout.column(align=True)
    column.scale_y = 0.85
    for number, line in enumerate(wording.fitting(text, characters(context), most=most)):
        column.label(text=line, icon=icon if number == 0 else "BLANK1" if icon != "NONE" else "NONE")


def draw_daemon(layout: Layout, context: Context) -> None:
    """Say what is wrong with the daemon, with one button that helps."""
    daemon = now.desk.daemon
    box = layout.box()
    if daemon.status == STARTING:
        box.label(text="Starting the daemon…", icon="SORTTIME")
        return
    if daemon.status == MISMATCH:
        box.label(text="Version differs", icon="ERROR")
        draw_text(box, context, daemon.message)
        return
    box.label(text="Daemon not running", icon="UNLINKED")
    if daemon.message:
        draw_text(box, context, daemon.message)
    row = box.row()
    row.scale_y = 1.4
    row.operator("assetgen.start_daemon", icon="PLAY")


def draw_asking(layout: Layout, context: Context, here: Any) -> None:
    """Draw what is asked for, and how it is understood."""
    desk = now.desk
    column = layout.column()
    if here.prompt_file:
        row = column.row(align=True)
        row.prop(here, "prompt_file", text="")
        row.operator("assetgen.edit_prompt_file", text="", icon="GREASEPENCIL").filepath = here.prompt_file
        row.operator("assetgen.leave_prompt_file", text="", icon="X")
        return
    if len(desk.kinds) > 1:
        column.prop(here, "kind", text="")
    row = column.row(align=True)
    row.prop(here, "prompt", text="")
    row.operator("assetgen.open_prompt_file", text="", icon="FILEBROWSER")
    if here.prompt.strip():
        _draw_report(column, context)
    else:
        draw_text(column, context, "Describe it, such as: old mossy brick", icon="INFO")
    kind = desk.kind(here.kind_word)
    if kind is None:
        return
    grid = layout.column()
    grid.use_property_split = True
    grid.use_property_decorate = False
    if kind.sizes:
        grid.prop(here, "size")
    grid.prop(here, "style")
    if len(kind.backends) > 1:
        grid.prop(here, "backend")


def _draw_report(layout: Layout, context: Context) -> None:
    for line in now.desk.report.lines:
        draw_text(layout, context, line.text, icon=_ICONS[line.level], most=5)
        if line.suggestions:
            row = layout.row(align=True)
            row.label(text="", icon="BLANK1")
            for word in line.suggestions:
                button = row.operator("assetgen.use_word", text=word)
                button.old, button.new = line.old, word


def draw_generate(layout: Layout, context: Context, here: Any) -> None:
    """Draw the big button, and the one for several to choose from."""
    column = layout.column()
    row = column.row(align=True)
    row.scale_y = 1.5
    row.operator("assetgen.generate", icon="SHADERFX")
    if not here.prompt_file:
        more = row.row(align=True)
        more.operator("assetgen.variants", text=f"{here.variants} variants", icon="IMGDISPLAY")
    kind = now.desk.kind(here.kind_word)
    if kind is not None and not kind.sizes and not here.prompt_file:
        return  # what has no texels goes on no surface
    targets = [one for one in context.selected_objects if hasattr(one.data, "materials")]
    if not targets:
        draw_text(column, context, "Nothing selected: it is only kept in this file", icon="INFO")
    elif len(targets) > 1:
        column.label(text=f"For {len(targets)} selected objects", icon="OBJECT_DATA")


def draw_progress(layout: Layout, context: Context, course: Any, here: Any) -> None:
    """Draw how a job comes along."""
    box = layout.box()
    if course.is_connected:
        _draw_bar(box, course, here)
    else:
        draw_text(box, context, "It goes on where it was once the daemon runs again.", icon="SORTTIME")
    if course.preview:
        box.template_icon(icon_value=thumbnails.icon(course.preview), scale=_BIG)
    draw_sound(box, course.sound)
    button = box.operator("assetgen.cancel", icon="X")
    button.key = course.ticket.key


def _draw_bar(layout: Layout, course: Any, here: Any) -> None:
    label, _ = wording.STATES.get(course.state, (course.state, ""))
    stage = (
        course.stage[:1].upper() + course.stage[1:] if course.state == "running" and course.stage else label
    )
    layout.label(text=stage)
    if hasattr(layout, "progress"):
        layout.progress(factor=course.fraction, type="BAR", text=f"{course.fraction * 100:.0f} %")
    else:  # before 4.0
        layout.prop(here, "done", text="", slider=True)
    left = wording.time_left(course.remaining_s)
    layout.label(text=left[:1].upper() + left[1:] if left else "Time left is not known yet", icon="TIME")


def draw_result(layout: Layout, context: Context, course: Any) -> None:
    """Draw how the latest job ended."""
    if course.state == "done" and course.ticket.is_choice:
        _draw_choice(layout, context, course)
    elif course.state == "done":
        if course.picture:
            layout.template_icon(icon_value=thumbnails.icon(course.picture), scale=_BIG)
        draw_sound(layout, course.sound)
        layout.label(text=f"Done in {course.end_s:.1f} s", icon="CHECKMARK")
    elif course.state != "cancelled":
        box = layout.box()
        label, icon = wording.STATES[course.state]
        box.label(text=label, icon=icon)
        draw_text(box, context, course.message, most=8)
        if course.place is not None:
            draw_place(box, context, course.ticket.root, course.place)
    else:
        layout.label(text="Cancelled", icon="X")


def _draw_choice(layout: Layout, context: Context, course: Any) -> None:
    layout.label(text="Choose one:", icon="IMGDISPLAY")
    material = context.object.active_material if context.object else None
    used = material.get(marks.ID) if material is not None else None
    columns = max(2, context.region.width // int(110 * context.preferences.system.ui_scale))
    grid = layout.grid_flow(row_major=True, columns=columns, even_columns=True, align=True)
    for number, result in enumerate(course.results, 1):
        cell = grid.column(align=True)
        cell.template_icon(icon_value=thumbnails.icon(course.picture_of(result)), scale=_SMALL)
        draw_sound(cell, course.sound_of(result))
        button = cell.operator("assetgen.choose", text=f"Use {number}", depress=result.asset == used)
        button.key, button.asset = course.ticket.key, result.asset


def draw_sound(layout: Layout, heard: Heard | None) -> None:
    """Draw a button that plays a sound, or stops it while it plays; nothing where nothing is to be heard."""
    if heard is None or not player.can_play():
        return
    if player.is_playing(heard.path):
        layout.operator("assetgen.stop_sound", icon="SNAP_FACE")
        return
    button = layout.operator("assetgen.play_sound", icon="PLAY")
    button.filepath, button.goes_round = heard.path, heard.goes_round


def draw_speaker(layout: Layout, context: Context, sound: Any) -> None:
    """Draw what can be done with a sound that was generated."""
    draw_text(layout, context, sound.get(marks.PROMPT, "") or sound.name, icon="SPEAKER", most=3)
    draw_sound(layout, Heard(bpy.path.abspath(sound.filepath), bool(sound.get(marks.GOES_ROUND))))


def draw_material(layout: Layout, context: Context, material: Any) -> None:
    """Draw what can be done with a material that was generated."""
    draw_text(layout, context, material.get(marks.PROMPT, ""), icon="MATERIAL", most=3)
    is_pinned = bool(material.get(marks.PINNED))
    row = layout.row(align=True)
    row.operator("assetgen.reroll", icon="FILE_REFRESH")
    text, icon = ("Unpin", "PINNED") if is_pinned else ("Pin", "UNPINNED")
    row.operator("assetgen.pin", text=text, icon=icon, depress=is_pinned)
    path = material.get(marks.PROMPT_FILE, "")
    if path:
        full = str(Path(marks.full_root(material.get(marks.PROJECT, ""))) / path)
        button = layout.operator("assetgen.edit_prompt_file", icon="GREASEPENCIL")
        button.filepath = full
    else:
        layout.operator("assetgen.save_prompt_file", icon="FILE_TICK")
    if material.asset_data is None:
        layout.operator("assetgen.mark_asset", icon="ASSET_MANAGER")
    else:
        layout.label(text="In the asset browser", icon="ASSET_MANAGER")


def draw_seed(layout: Layout, here: Any) -> None:
    """Draw how many to choose from, and the number to draw from."""
    layout.prop(here, "variants")
    row = layout.row(align=True)
    row.prop(here, "has_seed", text="Seed" if here.has_seed else "Seed: from the words")
    if here.has_seed:
        row.prop(here, "seed", text="")


def draw_parameter(layout: Layout, context: Context, row: Any) -> None:
    """Draw one parameter; what it is about only when it is set."""
    line = layout.row(align=True)
    label = f"{row.label} ({row.unit})" if row.unit else row.label
    left = line.split(factor=0.55, align=True)
    left.prop(row, "is_set", text=label)
    value = left.row(align=True)
    value.enabled = row.is_set
    is_share = row.low == 0.0 and row.high == 1.0
    names = {"flag": "flag", "choice": "choice"}
    value.prop(row, names.get(row.type, "share" if is_share else "number"), text="")
    if row.is_set and row.about:
        draw_text(layout, context, row.about, most=3)


def draw_job(layout: Layout, context: Context, course: Any) -> None:
    """Draw one job in a row."""
    label, icon = wording.STATES.get(course.state, (course.state, "QUESTION"))
    split = layout.split(factor=0.62, align=True)
    split.label(text=wording.shortened(course.ticket.title, characters(context, 130)), icon=icon)
    row = split.row(align=True)
    if course.is_active:
        row.label(text=f"{course.fraction:.0%}".replace("%", " %") if course.state == "running" else label)
        row.operator("assetgen.cancel", text="", icon="X").key = course.ticket.key
    else:
        row.operator("assetgen.show_job", text=label).key = course.ticket.key


def draw_broken(layout: Layout, context: Context, key: tuple[str, str], broken: Any) -> None:
    """Draw what is wrong with a prompt file, with the place and a button that opens it."""
    root, _ = key
    box = layout.box()
    box.label(text="Broken prompt file", icon="ERROR")
    for problem in broken.problems[:3]:
        if problem.place is not None:
            draw_place(box, context, root, problem.place)
        draw_text(box, context, problem.message, most=5)
    draw_text(box, context, "The last good result stays.", icon="CHECKMARK")


def draw_place(layout: Layout, context: Context, root: str, place: Any) -> None:
    """Draw `file:line:column`, and a button that opens the file."""
    path = Path(place.path)
    full = path if path.is_absolute() else Path(root) / path
    where = ":".join([path.name, *(str(n) for n in (place.line, place.column) if n > 0)])
    draw_text(layout, context, wording.ending(where, 2 * characters(context)), icon="FILE_TEXT")
    layout.operator("assetgen.edit_prompt_file", text="Open the file", icon="GREASEPENCIL").filepath = str(
        full
    )


def draw_project(layout: Layout, context: Context, here: Any) -> None:
    """Draw where files go."""
    layout.prop(here, "project", text="")
    draw_text(layout, context, wording.ending(here.root(), 2 * characters(context)), icon="FILE_FOLDER")
    layout.prop(here, "hot_reload")
    daemon = now.desk.daemon
    if now.desk.is_ready:
        layout.label(text=f"Daemon {daemon.version} is running", icon="CHECKMARK")
