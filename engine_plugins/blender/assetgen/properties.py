# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in the panel, kept in the .blend; what there is to choose from comes from the daemon."""

from pathlib import Path
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from . import asking, naming, runtime, schema
from .preferences import scratch_folder

Item = tuple[str, str, str]
_NOTHING = "NONE"
_kept: dict[str, list[Item]] = {}
"""Blender needs the texts of dynamic choices to stay alive."""


def _choices(name: str, items: list[Item], current: str) -> list[Item]:
    """Return choices that hold the current one too, though the daemon that knew it may be away."""
    if current and all(current != item[0] for item in items):
        items = [*items, (current, schema.title(current), "")]
    _kept[name] = items or [(_NOTHING, "-", "")]
    return _kept[name]


def _bridge(items: Any, store: str) -> dict[str, Any]:
    """Return an enum's `items`, `get` and `set` over a text property, so that files keep words, not numbers."""

    def get(self: Any) -> int:
        words = [item[0] for item in items(self, None)]
        value = getattr(self, store)
        return words.index(value) if value in words else 0

    def put(self: Any, number: int) -> None:
        word = items(self, None)[number][0]
        setattr(self, store, "" if word == _NOTHING else word)

    return {"items": items, "get": get, "set": put}


def _kind_items(self: Any, _context: Any) -> list[Item]:
    return _choices("kind", [(kind.name, kind.label, "") for kind in runtime.desk.kinds], self.kind_word)


def _size_items(self: Any, _context: Any) -> list[Item]:
    kind = runtime.desk.kind(self.kind_word)
    sizes = kind.sizes if kind else ()
    items = [(str(size), f"{size} px", f"{size} x {size} texels") for size in sizes]
    return _choices("size", items, self.size_word)


def _style_items(self: Any, _context: Any) -> list[Item]:
    items = [(_NOTHING, "From words", "No style beyond what the prompt says")]
    items += [(style, schema.title(style), "") for style in runtime.desk.kinds_of.styles]
    return _choices("style", items, self.style_word)


def _backend_items(self: Any, _context: Any) -> list[Item]:
    kind = runtime.desk.kind(self.kind_word)
    backends = kind.backends if kind else ()
    return _choices("backend", [(one, schema.title(one), "") for one in backends], self.backend_word)


def _row_items(self: Any, _context: Any) -> list[Item]:
    return _choices(
        f"row {self.name}", [(one, schema.title(one), "") for one in self.choices.split("\n") if one], ""
    )


def _asked(self: Any, _context: Any) -> None:
    runtime.ask_for_report()


def _kind_changed(self: Any, _context: Any) -> None:
    refresh_rows(self)
    runtime.ask_for_report()


def _watching_changed(self: Any, _context: Any) -> None:
    runtime.refresh_watches()


class ASSETGEN_PG_parameter(bpy.types.PropertyGroup):
    """One parameter beside the prompt; `name` is its key."""

    label: StringProperty()
    about: StringProperty()
    type: StringProperty()
    unit: StringProperty()
    choices: StringProperty()
    low: FloatProperty()
    high: FloatProperty()
    is_set: BoolProperty(name="Set", description="Set this instead of leaving it to the words", default=False)
    flag: BoolProperty()
    text: StringProperty()
    raw: FloatProperty(precision=4)
    number: FloatProperty(
        name="Value",
        precision=3,
        step=1,
        get=lambda self: self.raw,
        set=lambda self, value: setattr(self, "raw", min(max(value, self.low), self.high)),
    )
    share: FloatProperty(
        name="Value",
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        get=lambda self: self.raw,
        set=lambda self, value: setattr(self, "raw", value),
    )
    choice: EnumProperty(name="Value", **_bridge(_row_items, "text"))

    @property
    def value(self) -> Any:
        """What it is set to, as a prompt file takes it."""
        values = {"flag": self.flag, "choice": self.text, "integer": round(self.raw)}
        return values.get(self.type, float(f"{self.raw:.6g}"))


class ASSETGEN_PG_settings(bpy.types.PropertyGroup):
    """What is asked for in this scene."""

    prompt: StringProperty(
        name="Prompt",
        description="What it shall look like, in plain words",
        options={"TEXTEDIT_UPDATE"},
        update=_asked,
    )
    kind_word: StringProperty(default="material", update=_kind_changed)
    size_word: StringProperty(default="1024")
    style_word: StringProperty()
    backend_word: StringProperty()
    kind: EnumProperty(name="Kind", description="What is made", **_bridge(_kind_items, "kind_word"))
    size: EnumProperty(name="Size", description="Edge of the maps", **_bridge(_size_items, "size_word"))
    style: EnumProperty(name="Style", description="Overall look", **_bridge(_style_items, "style_word"))
    backend: EnumProperty(
        name="Backend", description="What generates it", **_bridge(_backend_items, "backend_word")
    )
    has_seed: BoolProperty(
        name="Fixed seed",
        description="Draw from this number; else the words decide, so that equal words give equal results",
        default=False,
    )
    seed: IntProperty(name="Seed", description="Number to draw from", min=0, default=1)
    variants: IntProperty(name="Variants", description="How many to choose from", min=2, max=16, default=4)
    parameters: CollectionProperty(type=ASSETGEN_PG_parameter)
    rows_of: StringProperty()
    prompt_file: StringProperty(
        name="Prompt file", description="Prompt file that is made instead of the words", subtype="FILE_PATH"
    )
    project: StringProperty(
        name="Project",
        description="Folder of prompt files and finished assets; beside the .blend when empty",
        subtype="DIR_PATH",
        update=_watching_changed,
    )
    hot_reload: BoolProperty(
        name="Follow saved files",
        description="Make prompt files again when they are saved, and bring this scene up to date",
        default=True,
        update=_watching_changed,
    )
    done: FloatProperty(
        name="Done",
        description="How far the job is",
        subtype="PERCENTAGE",
        min=0.0,
        max=100.0,
        precision=0,
        get=lambda self: 100.0 * runtime.desk.current.fraction if runtime.desk.current else 0.0,
    )
    tickets: StringProperty(description="Jobs that go on, for reopening this file")

    def keys(self, **more: Any) -> dict[str, Any]:
        """Return what is asked for, as the keys of a prompt file."""
        kind = runtime.desk.kind(self.kind_word)
        size = int(self.size_word) if self.size_word.isdigit() and (kind is None or kind.sizes) else 0
        default = kind.backends[0] if kind is not None and kind.backends else ""
        given = {
            "kind": kind.name if kind is not None else self.kind_word,
            "prompt": self.prompt,
            "size": size,
            "style": self.style_word,
            "backend": "" if self.backend_word == default else self.backend_word,
            "seed": self.seed if self.has_seed else None,
            "values": {row.name: row.value for row in self.parameters if row.is_set},
        }
        return asking.spec_keys(**{**given, **more})

    def root(self) -> str:
        """Return the project's folder."""
        if self.project.strip():
            return str(Path(bpy.path.abspath(self.project)).resolve())
        if not bpy.data.filepath:
            return str(scratch_folder().resolve())
        beside = Path(bpy.data.filepath).resolve().parent
        return str(naming.project_root(beside) or beside / "assetgen")


def settings(scene: bpy.types.Scene | None = None) -> ASSETGEN_PG_settings:
    """Return the settings of a scene; of the current one when none is given."""
    return (scene or bpy.context.scene).assetgen


def refresh_rows(self: ASSETGEN_PG_settings) -> None:
    """Bring the rows of parameters to the kind and the material that the prompt names; what was set stays."""
    kind = runtime.desk.kind(self.kind_word)
    if kind is None:
        return
    base = runtime.desk.report.base
    stamp = f"{runtime.desk.kinds_of.version} {kind.name} {base}"
    if stamp == self.rows_of:
        return
    self.rows_of = stamp
    known = {row.name: row.value for row in self.parameters if row.is_set}
    self.parameters.clear()
    for one in asking.read_rows(kind.parameters(base), known):
        _fill(self.parameters.add(), one["parameter"], one["value"], is_set=one["is_set"])


def _fill(row: ASSETGEN_PG_parameter, one: schema.Parameter, value: Any, *, is_set: bool) -> None:
    row.name, row.label, row.about = one.key, one.label, one.description
    row.type, row.unit, row.is_set = one.type, one.unit, is_set
    row.low, row.high, row.choices = one.low, one.high, "\n".join(one.choices)
    if one.type == "flag":
        row.flag = bool(value)
    elif one.type == "choice":
        row.text = str(value)
    else:
        row.raw = float(value or 0.0)


CLASSES = (ASSETGEN_PG_parameter, ASSETGEN_PG_settings)


def _refresh_all() -> None:
    for scene in bpy.data.scenes:
        refresh_rows(scene.assetgen)


def attach() -> None:
    """Give every scene its settings."""
    bpy.types.Scene.assetgen = PointerProperty(type=ASSETGEN_PG_settings)
    runtime.listeners.append(_refresh_all)


def detach() -> None:
    """Take them away again; what stands in files stays there."""
    runtime.listeners.remove(_refresh_all)
    del bpy.types.Scene.assetgen
