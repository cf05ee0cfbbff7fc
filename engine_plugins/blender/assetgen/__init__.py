# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""AssetGen for Blender: press Generate, see it on the object.

Nothing but the table below is imported before the add-on is switched on, so that what needs no Blender can be
used without it.
"""

bl_info = {
    "name": "AssetGen",
    "author": "assetgen contributors",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "3D View > Sidebar > AssetGen",
    "description": "Materials from words, on the selected object while you work",
    "category": "Material",
}


def register() -> None:
    """Switch the add-on on."""
    from . import registry

    registry.register()


def unregister() -> None:
    """Switch the add-on off; no thread, timer or handler of it is left."""
    from . import registry

    registry.unregister()
