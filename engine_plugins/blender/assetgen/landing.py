# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a finished set lands in the scene, by the kind that its manifest names; what has no row lands by its files.

Every landing is a generator: each step between two `yield`s is short, and nothing but names is kept across them.
"""

from collections.abc import Callable, Iterator

import bpy

from . import land_material, land_others
from .course import SOUND_ENDINGS, Result, Ticket

Landing = Callable[[Result, "Ticket | None"], Iterator[None]]

LANDINGS: dict[str, Landing] = {
    "material": land_material.land,
    "texture": land_others.land_picture,
    "sprite_sheet": land_others.land_picture,
    "atlas": land_others.land_picture,
    "audio": land_others.land_sound,
    "mesh": land_others.land_model,
}

_BY_ENDING: tuple[tuple[tuple[str, ...], Landing], ...] = (
    ((".glb", ".gltf", ".fbx"), land_others.land_model),
    (SOUND_ENDINGS, land_others.land_sound),
    ((".png", ".jpg", ".webp", ".exr", ".dds"), land_others.land_picture),
)


def land(result: Result, ticket: Ticket | None = None) -> Iterator[None]:
    """Bring a result into the scene, or what is there of it up to date.

    Args:
        ticket: what it was asked for with; None for news of an asset that the scene has.
    """
    landing = LANDINGS.get(result.kind) or _by_files(result)
    if landing is None:
        raise ValueError(f"{result.asset} has no file that Blender can read.")
    yield from landing(result, ticket)
    if ticket is not None:
        yield
        push_undo(f"AssetGen {result.kind.replace('_', ' ')}")
        yield


def _by_files(result: Result) -> Landing | None:
    endings = {path.suffix.lower() for path in result.files.values()}
    return next((landing for known, landing in _BY_ENDING if endings & set(known)), None)


def push_undo(message: str) -> None:
    """Let Ctrl-Z take back what was just done; a timer is no operator, so it has to ask for it."""
    try:
        bpy.ops.ed.undo_push(message=message)
    except RuntimeError:  # no window is open yet, or a modal operator forbids it
        return
