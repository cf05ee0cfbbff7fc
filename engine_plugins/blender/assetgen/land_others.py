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
    """Load every take of a sound; one that was asked for comes with a speaker at the cursor, which plays the first.

    Blender has no loop for a speaker; that a sound goes round is kept as a property, which the panel's Play heeds.
    """
    if ticket is None and not any(marks.marked(bpy.data.sounds, result.asset, result.root)):
        return
    takes = result.takes
    name = naming.data_name(result.asset)
    for number, (role, path) in enumerate(takes.items()):
        # The first is known without a role, as what the scene has of the asset.
        sound = _take(result, role if number else "")
        if sound is None:
            sound = bpy.data.sounds.load(str(path))
            sound.name = f"{name} {number + 1}" if len(takes) > 1 else name
            sound.use_fake_user = number > 0  # nothing uses it yet
        else:
            sound.filepath = str(path)
        sound[marks.GOES_ROUND] = result.goes_round
        marks.mark(sound, result, role=role if number else "")
        yield
    for sound in list(marks.marked(bpy.data.sounds, result.asset, result.root)):
        is_used = sound.users > int(sound.use_fake_user)
        if sound.get(marks.ROLE, "") not in ("", *takes) and not is_used:
            bpy.data.sounds.remove(sound)
    sound = _take(result, "")
    if ticket is not None and not any(one.sound == sound for one in bpy.data.speakers):
        _add_speaker(name, sound)


def _take(result: Result, role: str) -> bpy.types.Sound | None:
    found = marks.marked(bpy.data.sounds, result.asset, result.root)
    return next((one for one in found if one.get(marks.ROLE, "") == role), None)


def _add_speaker(name: str, sound: bpy.types.Sound) -> None:
    """Put a speaker at the cursor that plays a sound from the current frame on; the selection stays.

    Only Blender's own operator lays the sound strip without which a speaker is never heard. Where it may not run, as
    in edit mode, the speaker comes without.
    """
    speaker = bpy.data.speakers.new(name)
    speaker.sound = sound
    place = bpy.context.scene.cursor.location
    if not bpy.ops.object.speaker_add.poll():
        target = bpy.data.objects.new(name, speaker)
        target.location = place
        bpy.context.scene.collection.objects.link(target)
        return
    layer = bpy.context.view_layer
    active, selected = layer.objects.active, [one for one in layer.objects if one.select_get()]
    bpy.ops.object.speaker_add(location=place)
    target = layer.objects.active
    # A speaker that gets its sound later stays silent until the file is opened again; one that is exchanged does not.
    plain, target.data = target.data, speaker
    bpy.data.speakers.remove(plain)
    target.name = name
    target.select_set(False)
    for one in selected:
        one.select_set(True)
    layer.objects.active = active


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
