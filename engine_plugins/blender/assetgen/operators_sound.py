# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The buttons that play a sound, and stop it."""

import bpy
from bpy.props import BoolProperty, StringProperty

from . import player, runtime
from .operators import Done


class ASSETGEN_OT_play_sound(bpy.types.Operator):
    """Listen to it"""

    bl_idname = "assetgen.play_sound"
    bl_label = "Play"
    bl_options = {"INTERNAL"}

    filepath: StringProperty(subtype="FILE_PATH")
    goes_round: BoolProperty(description="Play it over and over until it is stopped", default=False)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where sounds can be played."""
        return player.can_play()

    def execute(self, context: bpy.types.Context) -> Done:
        """Play it."""
        try:
            player.play(bpy.path.abspath(self.filepath), goes_round=self.goes_round)
        except player.aud.error as error:
            self.report({"ERROR"}, f"It cannot be played: {error}")
            return {"CANCELLED"}
        runtime.redraw()
        return {"FINISHED"}


class ASSETGEN_OT_stop_sound(bpy.types.Operator):
    """Stop playing it"""

    bl_idname = "assetgen.stop_sound"
    bl_label = "Stop"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> Done:
        """Stop it."""
        player.stop()
        runtime.redraw()
        return {"FINISHED"}


CLASSES = (ASSETGEN_OT_play_sound, ASSETGEN_OT_stop_sound)
