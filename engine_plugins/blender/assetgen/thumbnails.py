# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Previews as icons; each file is read when it is first drawn."""

from pathlib import Path

import bpy.utils.previews

_MOST = 64
_kept: list = []


def attach() -> None:
    """Begin to keep icons."""
    _kept.append(bpy.utils.previews.new())


def detach() -> None:
    """Let go of every icon."""
    while _kept:
        bpy.utils.previews.remove(_kept.pop())


def icon(path: str) -> int:
    """Return the icon of a picture file, 0 when there is none."""
    if not _kept or not path:
        return 0
    icons = _kept[0]
    if path not in icons:
        if not Path(path).is_file():
            return 0
        while len(icons) >= _MOST:
            del icons[next(iter(icons))]
        icons.load(path, path, "IMAGE")
    return icons[path].icon_id
