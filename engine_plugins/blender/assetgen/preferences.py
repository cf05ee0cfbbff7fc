# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every file: how the daemon is started, where assets of unsaved files go."""

from pathlib import Path

import bpy
from bpy.props import StringProperty

PACKAGE = __package__


class ASSETGEN_AP_preferences(bpy.types.AddonPreferences):
    """The add-on's preferences."""

    bl_idname = PACKAGE

    command: StringProperty(
        name="Command",
        description="The assetgen command that starts the daemon; found by itself when empty",
        default="",
    )
    folder: StringProperty(
        name="Unsaved files",
        description="Project folder for files that have not been saved yet; the extension's own when empty",
        subtype="DIR_PATH",
        default="",
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw them."""
        from .remote import find_command

        column = self.layout.column()
        column.prop(self, "command")
        found = find_command(self.command)
        if found:
            column.label(text=f"The daemon is started with: {' '.join(found)} serve", icon="CHECKMARK")
        else:
            column.label(text="assetgen was not found: pip install assetgen, or give its path", icon="ERROR")
        column.prop(self, "folder")


def preferences() -> ASSETGEN_AP_preferences | None:
    """Return the preferences, or None while the add-on is not switched on by Blender."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    return addon.preferences if addon else None


def scratch_folder() -> Path:
    """Return the project folder for files that have not been saved."""
    wish = preferences()
    if wish is not None and wish.folder.strip():
        return Path(bpy.path.abspath(wish.folder))
    if hasattr(bpy.utils, "extension_path_user") and PACKAGE.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(PACKAGE, path="unsaved", create=True))
    return Path(bpy.utils.user_resource("DATAFILES", path="assetgen", create=True)) / "unsaved"


CLASSES = (ASSETGEN_AP_preferences,)
