# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sidebar: the daemon when it is away, what is asked for, how it comes along, what can be done."""

import bpy

from . import marks, panel_parts, runtime
from .properties import settings

_CATEGORY = "AssetGen"


class _Sidebar:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = _CATEGORY


class ASSETGEN_PT_main(_Sidebar, bpy.types.Panel):
    """Ask for an asset, and watch it being made."""

    bl_label = "AssetGen"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw it."""
        layout, here, desk = self.layout, settings(context.scene), runtime.desk
        if not desk.is_ready:
            panel_parts.draw_daemon(layout, context)
        if not desk.kinds:
            return
        panel_parts.draw_asking(layout, context, here)
        layout.separator()
        course = desk.current
        if course is not None and course.is_active:
            panel_parts.draw_progress(layout, context, course, here)
        else:
            panel_parts.draw_generate(layout, context, here)
        if course is not None and not course.is_active:
            panel_parts.draw_result(layout, context, course)
        for broken in desk.broken.items():
            panel_parts.draw_broken(layout, context, *broken)
        if desk.message:
            panel_parts.draw_text(layout, context, desk.message, icon="INFO")


class ASSETGEN_PT_material(_Sidebar, bpy.types.Panel):
    """What can be done with the generated material of the active object."""

    bl_label = "On this object"
    bl_parent_id = "ASSETGEN_PT_main"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Show it for objects with a material of ours."""
        material = context.object.active_material if context.object else None
        return material is not None and bool(material.get(marks.ID))

    def draw(self, context: bpy.types.Context) -> None:
        """Draw it."""
        panel_parts.draw_material(self.layout, context, context.object.active_material)


class ASSETGEN_PT_sound(_Sidebar, bpy.types.Panel):
    """What can be done with the generated sound of the active speaker."""

    bl_label = "On this speaker"
    bl_parent_id = "ASSETGEN_PT_main"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Show it for speakers with a sound of ours."""
        sound = _sound_of(context)
        return sound is not None and bool(sound.get(marks.ID))

    def draw(self, context: bpy.types.Context) -> None:
        """Draw it."""
        panel_parts.draw_speaker(self.layout, context, _sound_of(context))


def _sound_of(context: bpy.types.Context) -> bpy.types.Sound | None:
    return getattr(context.object.data, "sound", None) if context.object else None


class ASSETGEN_PT_parameters(_Sidebar, bpy.types.Panel):
    """What can be set beside the prompt."""

    bl_label = "Parameters"
    bl_parent_id = "ASSETGEN_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Show it when the daemon knows any."""
        return bool(settings(context.scene).parameters)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw a row each; what is not ticked is left to the words."""
        here = settings(context.scene)
        panel_parts.draw_seed(self.layout, here)
        for row in here.parameters:
            panel_parts.draw_parameter(self.layout, context, row)


class ASSETGEN_PT_jobs(_Sidebar, bpy.types.Panel):
    """Every job since Blender started."""

    bl_label = "Jobs"
    bl_parent_id = "ASSETGEN_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Show it when there are any."""
        return bool(runtime.desk.courses)

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Say how many go on."""
        active = len(runtime.desk.active)
        if active:
            self.layout.label(text=f"{active} active")

    def draw(self, context: bpy.types.Context) -> None:
        """Draw a row each, the newest first."""
        for course in reversed(runtime.desk.courses.values()):
            panel_parts.draw_job(self.layout, context, course)


class ASSETGEN_PT_project(_Sidebar, bpy.types.Panel):
    """Where files go, and what follows them."""

    bl_label = "Project"
    bl_parent_id = "ASSETGEN_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw it."""
        panel_parts.draw_project(self.layout, context, settings(context.scene))


CLASSES = (
    ASSETGEN_PT_main,
    ASSETGEN_PT_material,
    ASSETGEN_PT_sound,
    ASSETGEN_PT_parameters,
    ASSETGEN_PT_jobs,
    ASSETGEN_PT_project,
)
