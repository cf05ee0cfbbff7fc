# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that Blender is told of when the add-on is switched on, and asked to forget afterwards."""

import bpy

from . import (
    operators,
    operators_keep,
    operators_sound,
    panels,
    preferences,
    properties,
    reattach,
    runtime,
    thumbnails,
)

_CLASSES = (
    *preferences.CLASSES,
    *properties.CLASSES,
    *operators.CLASSES,
    *operators_keep.CLASSES,
    *operators_sound.CLASSES,
    *panels.CLASSES,
)


def register() -> None:
    """Tell Blender."""
    for one in _CLASSES:
        bpy.utils.register_class(one)
    properties.attach()
    thumbnails.attach()
    reattach.attach()
    runtime.start()


def unregister() -> None:
    """Take it back, in the opposite order."""
    runtime.stop()
    reattach.detach()
    thumbnails.detach()
    properties.detach()
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
