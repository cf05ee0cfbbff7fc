# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pictures, sounds and models land as what Blender has for them."""

import json
from collections.abc import Iterator
from pathlib import Path

import bpy

from . import marks, materials, naming
from .course import Result, Ticket
from .node_plan import COLOR_SPACES, DATA_SPACE


def land_picture(result: Result, ticket: Ticket | None) -> Iterator[None]:
    """Load every picture of a set as an image; frames and clips of a sheet come along as a property."""
    if ticket is None and not any(marks.marked(bpy.data.images, result.asset, result.root)):
        return
    spaces = {one["role"]: one.get("color_space", "") for one in result.manifest.get("files") or ()}
    others = {role: path for role, path in result.files.items() if path.suffix == ".json"}
    for role in result.files:
        if role in others:
            continue
        image = materials.load_map(result, role, COLOR_SPACES.get(spaces.get(role, ""), DATA_SPACE))
        image.use_fake_user = True
        for name, path in others.items():
            image[f"assetgen_{name}"] = json.dumps(json.loads(path.read_text(encoding="utf-8")))
        yield


def land_sound(result: Result, ticket: Ticket | None) -> Iterator[None]:
    """Load a sound; one that was asked for comes with a speaker at the cursor."""
    sound = next(marks.marked(bpy.data.sounds, result.asset, result.root), None)
    if sound is None and ticket is None:
        return
    path = str(next(iter(result.files.values())))
    if sound is not None:
        sound.filepath = path
        marks.mark(sound, result)
        return
    sound = bpy.data.sounds.load(path)
    sound.name = naming.data_name(result.asset)
    marks.mark(sound, result)
    yield
    name = naming.data_name(result.asset)
    speaker = bpy.data.speakers.new(name)
    speaker.sound = next(marks.marked(bpy.data.sounds, result.asset, result.root))
    target = bpy.data.objects.new(name, speaker)
    target.location = bpy.context.scene.cursor.location
    bpy.context.scene.collection.objects.link(target)


def land_model(result: Result, ticket: Ticket | None) -> Iterator[None]:
    """Import a model; a renewed one takes the place of the meshes of the old."""
    old = [one.name for one in marks.marked(bpy.data.objects, result.asset, result.root)]
    if not old and ticket is None:
        return
    path = next(path for path in result.files.values() if path.suffix.lower() in (".glb", ".gltf", ".fbx"))
    before = {one.name for one in bpy.data.objects}
    _import(path)
    yield
    new = [one for one in bpy.data.objects if one.name not in before]
    roots = [one for one in new if one.parent is None]
    for one in new:
        marks.mark(one, result)
    place = bpy.data.objects[old[0]].matrix_world.copy() if old else None
    for one in roots:
        if place is not None:
            one.matrix_world = place
        else:
            one.location = bpy.context.scene.cursor.location
    for name in old:
        bpy.data.objects.remove(bpy.data.objects[name])


def _import(path: Path) -> None:
    if path.suffix.lower() == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path))
    else:
        bpy.ops.import_scene.gltf(filepath=str(path))
