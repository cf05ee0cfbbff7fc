# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""A PBR material lands as nodes on the objects that wait for it."""

from collections.abc import Iterator

import bpy

from . import marks, materials, naming
from .course import Result, Ticket
from .node_plan import plan_material

COLOR_ROLES = ("albedo", "emissive")


def land(result: Result, ticket: Ticket | None) -> Iterator[None]:
    """Make or renew the material of a result; with a ticket, put it on its objects."""
    before = materials.find_material(result.asset, result.root)
    if before is None and ticket is None:
        return
    if before is not None and before.get(marks.PINNED) and ticket is None:
        return
    for last in (False, False, True):
        try:
            yield from _bring(result, ticket)
            break
        except (_Undone, KeyError):
            if last:
                raise
    if ticket is not None:
        yield
        _assign(materials.find_material(result.asset, result.root), ticket)


def _bring(result: Result, ticket: Ticket | None) -> Iterator[None]:
    plan = _plan(result, ticket)
    for role, space in plan.spaces.items():
        materials.load_map(result, role, space)
        yield
    if materials.find_material(result.asset, result.root) is None:
        material = materials.new_material(naming.data_name(result.asset))
        material[marks.ID], material[marks.PROJECT] = result.asset, marks.stored_root(result.root)
    yield from materials.apply_plan(
        lambda: _found(bpy.data.materials, result),
        plan,
        lambda role: _found(bpy.data.images, result, role),
    )
    material = _found(bpy.data.materials, result)
    marks.mark(material, result)
    if ticket is not None and ticket.prompt_file:
        material[marks.PROMPT_FILE] = ticket.prompt_file


class _Undone(Exception):
    """An undo came between two steps and took away what was there: begin again."""


def _found(blocks: bpy.types.bpy_prop_collection, result: Result, role: str = "") -> bpy.types.ID:
    found = next(marks.marked(blocks, result.asset, result.root, role), None)
    if found is None:
        raise _Undone
    return found


def _plan(result: Result, ticket: Ticket | None) -> object:
    roles = {
        str(one["role"]): str(one.get("color_space", "data")) for one in result.manifest.get("files") or ()
    }
    roles = {role: space for role, space in roles.items() if role in result.files}
    if not roles:
        roles = {role: "srgb" if role in COLOR_ROLES else "data" for role in result.files}
    targets = marks.waiting_objects(ticket.key, ticket.objects) if ticket is not None else _users(result)
    meshes = [one for one in targets if one.type == "MESH"]
    first = meshes[0] if meshes else None
    tile_m = result.figure("tile_m", 1.0) or 1.0
    with_uv = first is None or materials.has_uv(first)
    unit_m = (materials.meters_per_uv(first) if with_uv else 1.0) if first is not None else 0.0
    return plan_material(
        roles,
        tiles=unit_m / tile_m if unit_m > 0.0 else 1.0,
        relief_m=result.figure("relief_m"),
        emission=result.figure("emissive_strength", 1.0),
        has_uv=with_uv,
    )


def _users(result: Result) -> list[bpy.types.Object]:
    material = materials.find_material(result.asset, result.root)
    if material is None:
        return []
    for one in bpy.data.objects:
        if any(slot.material == material for slot in one.material_slots):
            return [one]
    return []


def _assign(material: bpy.types.Material | None, ticket: Ticket) -> None:
    if material is None:
        return
    has_one = False
    for target in marks.waiting_objects(ticket.key, ticket.objects):
        has_one |= materials.assign(material, target)
        if marks.WAITS in target:
            del target[marks.WAITS]
    if not has_one:
        material.use_fake_user = True  # nobody shows it yet; it is kept for when somebody does
