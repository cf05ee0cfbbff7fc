# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""How our data-blocks are found again: by marks on them, which survive renaming, undo, saving and reopening.

No reference to a data-block is kept anywhere else: after an undo it would point at freed memory.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import bpy

from .course import Result
from .report import report_of_manifest

ID, PROJECT, ROLE, WAITS = "assetgen_id", "assetgen_project", "assetgen_role", "assetgen_waits"
ETAG, PROMPT, SEED, KIND = "assetgen_etag", "assetgen_prompt", "assetgen_seed", "assetgen_kind"
PROMPT_FILE, PINNED = "assetgen_prompt_file", "assetgen_pinned"
GOES_ROUND = "assetgen_goes_round"
TAGS = "assetgen_tags"


def stored_root(root: str, blend: str = "") -> str:
    """Return a project's folder as it is kept in the .blend: relative to it when both lie on one disk.

    Args:
        blend: path of the .blend when it is about to be another than now.
    """
    path = blend or bpy.data.filepath
    if path:
        with contextlib.suppress(ValueError):
            return bpy.path.relpath(root, start=str(Path(path).parent)).replace("\\", "/")
    return root


def full_root(stored: str) -> str:
    """Return a project's folder on this machine."""
    return str(Path(bpy.path.abspath(stored)).resolve()) if stored else ""


def is_same(one: bpy.types.ID, asset: str, root: str) -> bool:
    """Return whether a data-block came of an asset of a project."""
    if one.get(ID) != asset or one.library is not None:
        return False
    return not root or not one.get(PROJECT) or full_root(one[PROJECT]) == str(Path(root).resolve())


def marked(
    blocks: bpy.types.bpy_prop_collection, asset: str, root: str, role: str = ""
) -> Iterator[bpy.types.ID]:
    """Yield the data-blocks of a collection that came of an asset, as one of its maps when a role is given."""
    for block in blocks:
        if is_same(block, asset, root) and (not role or block.get(ROLE) == role):
            yield block


def mark(block: bpy.types.ID, result: Result, *, role: str = "") -> None:
    """Mark a data-block as come of a result."""
    values = {ID: result.asset, PROJECT: stored_root(result.root), KIND: result.kind, ETAG: result.etag}
    if role:
        values[ROLE] = role
    else:
        tags = ",".join(report_of_manifest(result.manifest).tags)
        values |= {PROMPT: result.prompt, SEED: result.seed, TAGS: tags}
        if result.prompt_file:
            values[PROMPT_FILE] = result.prompt_file
    for key, value in values.items():
        if block.get(key) != value:
            block[key] = value


def every_marked() -> Iterator[bpy.types.ID]:
    """Yield every data-block that came of an asset; maps, and takes beside the first, are left out."""
    for blocks in (bpy.data.materials, bpy.data.objects, bpy.data.sounds, bpy.data.images):
        for block in blocks:
            if block.get(ID) and block.library is None and not block.get(ROLE):
                yield block


def roots_of_all() -> list[tuple[bpy.types.ID, str]]:
    """Return every data-block that came of a project, with the project's folder on this machine."""
    blocks = (bpy.data.materials, bpy.data.objects, bpy.data.sounds, bpy.data.images)
    return [
        (one, full_root(one[PROJECT]))
        for some in blocks
        for one in some
        if one.get(PROJECT) and not one.library
    ]


def waiting_objects(key: str, names: list[str]) -> list[bpy.types.Object]:
    """Return the objects that wait for a job: by their marks, or by their names when the marks were undone."""
    found = [one for one in bpy.data.objects if key and one.get(WAITS) == key]
    return found or [bpy.data.objects[name] for name in names if name in bpy.data.objects]
