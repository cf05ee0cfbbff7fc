# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The buttons that keep something: pin, prompt files, the asset browser."""

import contextlib
from pathlib import Path

import bpy
from bpy.props import StringProperty

from . import marks, runtime
from .operators import Done
from .properties import settings
from .remote import errors, prompt_text


class _OfMaterial:
    """What all operators have that work on the generated material of the active object."""

    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only with such a material."""
        material = context.object.active_material if context.object else None
        return material is not None and bool(material.get(marks.ID))


class ASSETGEN_OT_pin(_OfMaterial, bpy.types.Operator):
    """Keep it as it is: neither a new roll nor a saved prompt file replaces it"""

    bl_idname = "assetgen.pin"
    bl_label = "Pin"

    def execute(self, context: bpy.types.Context) -> Done:
        """Pin it, or let go of it."""
        material = context.object.active_material
        material[marks.PINNED] = not material.get(marks.PINNED)
        return {"FINISHED"}


class ASSETGEN_OT_save_prompt_file(_OfMaterial, bpy.types.Operator):
    """Save what made this material as a prompt file of the project; edit it, and the scene follows"""

    bl_idname = "assetgen.save_prompt_file"
    bl_label = "Save as prompt file"

    def execute(self, context: bpy.types.Context) -> Done:
        """Write it; a file that is there is left alone."""
        material = context.object.active_material
        root = Path(marks.full_root(material.get(marks.PROJECT, "")))
        relative = material[marks.ID] + prompt_text.SUFFIX
        path = root / relative
        if path.exists():
            self.report({"WARNING"}, f"{relative} is there already.")
        else:
            keys = _keys_of(material, settings(context.scene))
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("x", encoding="utf-8", newline="\n") as file:
                    file.write(prompt_text.prompt_text(keys))
            except (OSError, errors.InvalidSpec) as error:
                self.report({"ERROR"}, f"It could not be saved: {error}")
                return {"CANCELLED"}
        material[marks.PROMPT_FILE] = relative
        runtime.refresh_watches()
        self.report({"INFO"}, f"Saved {path}")
        return {"FINISHED"}


def _keys_of(material: bpy.types.Material, here: object) -> dict:
    prompt = material.get(marks.PROMPT, "")
    keys = (
        here.keys() if here.keys()["prompt"] == prompt else {"kind": material[marks.KIND], "prompt": prompt}
    )
    seed = str(material.get(marks.SEED, ""))
    if seed.isdigit():
        keys["seed"] = int(seed)
    keys.pop("variants", None)
    return {**keys, "targets": ["blender"]}


class ASSETGEN_OT_open_prompt_file(bpy.types.Operator):
    """Make a prompt file instead of words; the scene follows when it is saved"""

    bl_idname = "assetgen.open_prompt_file"
    bl_label = "Open prompt file"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    filepath: StringProperty(subtype="FILE_PATH")
    filter_glob: StringProperty(default=f"*{prompt_text.SUFFIX}", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Done:
        """Ask which."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> Done:
        """Take it."""
        if not self.filepath.endswith(prompt_text.SUFFIX):
            self.report({"ERROR"}, f"The name of a prompt file ends in {prompt_text.SUFFIX}")
            return {"CANCELLED"}
        settings(context.scene).prompt_file = self.filepath
        return {"FINISHED"}


class ASSETGEN_OT_leave_prompt_file(bpy.types.Operator):
    """Go back to words"""

    bl_idname = "assetgen.leave_prompt_file"
    bl_label = "Leave prompt file"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context: bpy.types.Context) -> Done:
        """Forget which file it was."""
        settings(context.scene).prompt_file = ""
        return {"FINISHED"}


class ASSETGEN_OT_edit_prompt_file(bpy.types.Operator):
    """Open the file in your text editor"""

    bl_idname = "assetgen.edit_prompt_file"
    bl_label = "Edit prompt file"
    bl_options = {"INTERNAL"}

    filepath: StringProperty(subtype="FILE_PATH")

    def execute(self, context: bpy.types.Context) -> Done:
        """Open it."""
        path = bpy.path.abspath(self.filepath)
        if not Path(path).is_file():
            self.report({"ERROR"}, f"{path} is gone.")
            return {"CANCELLED"}
        bpy.ops.wm.path_open(filepath=path)
        return {"FINISHED"}


class ASSETGEN_OT_mark_asset(_OfMaterial, bpy.types.Operator):
    """Show it in the asset browser, with its words as tags and its preview"""

    bl_idname = "assetgen.mark_asset"
    bl_label = "Mark as asset"

    def execute(self, context: bpy.types.Context) -> Done:
        """Mark it."""
        material = context.object.active_material
        material.asset_mark()
        data = material.asset_data
        data.description = material.get(marks.PROMPT, "")
        if hasattr(data, "author"):
            data.author = "AssetGen"
        for tag in ("assetgen", material.get(marks.KIND, ""), *str(material.get(marks.TAGS, "")).split(",")):
            if tag.strip():
                data.tags.new(tag.strip(), skip_if_exists=True)
        path = runtime.desk.picture_of(material[marks.ID], material.get(marks.ETAG, "")) or _color_map(
            material
        )
        with contextlib.suppress(RuntimeError), context.temp_override(id=material):
            bpy.ops.ed.lib_id_load_custom_preview(filepath=path)
            return {"FINISHED"}
        material.asset_generate_preview()
        return {"FINISHED"}


def _color_map(material: bpy.types.Material) -> str:
    nodes = material.node_tree.nodes if material.node_tree else ()
    images = [node.image for node in nodes if node.type == "TEX_IMAGE" and node.image]
    return bpy.path.abspath(images[0].filepath) if images else ""


CLASSES = (
    ASSETGEN_OT_pin,
    ASSETGEN_OT_save_prompt_file,
    ASSETGEN_OT_open_prompt_file,
    ASSETGEN_OT_leave_prompt_file,
    ASSETGEN_OT_edit_prompt_file,
    ASSETGEN_OT_mark_asset,
)
