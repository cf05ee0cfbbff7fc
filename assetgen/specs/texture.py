"""A single texture: one picture with one role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from assetgen.specs.base import SIZE, Spec, common_contradictions, size_contradictions, square_contradictions
from assetgen.specs.fields import choice, choices, ruled, switch
from assetgen.specs.wording import Problem

TILES: Final = ("xy", "x", "y", "none")
TEXTURE_ROLES: Final = ("albedo", "normal", "roughness", "metallic", "occlusion", "height", "emissive", "orm")
TEXTURE_FORMATS: Final = ("png", "png16", "dds:bc7", "dds:bc5", "dds:bc4", "dds:rgba8")

_ONE_CHANNEL: Final = ("roughness", "metallic", "occlusion", "height")
_ROLES_OF_FORMAT: Final[Mapping[str, tuple[str, ...]]] = {"dds:bc4": _ONE_CHANNEL, "dds:bc5": ("normal",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextureSpec(Spec):
    """A texture as its prompt file asks for it; empty `formats` leave the choice to the target."""

    kind: ClassVar[str] = "texture"

    size: tuple[int, int] | None = ruled(
        SIZE,
        default=None,
        unit="texels",
        doc="Edge of a square texture, or [width, height]; 1024 when absent, a source keeps its own.",
    )
    tile: str = choice(*TILES, default="xy", doc="Edges across which it repeats without a seam.")
    role: str = choice(
        *TEXTURE_ROLES, default="albedo", keys=("role", "export.role"), doc="What the texture holds."
    )
    formats: tuple[str, ...] = choices(
        *TEXTURE_FORMATS,
        default=(),
        keys=("export.formats",),
        stage="export",
        doc="Files to write; the target decides when absent.",
    )
    mipmaps: bool = switch(
        default=True, keys=("mipmaps", "export.mipmaps"), stage="export", doc="Write every mip level."
    )

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong between fields that are each right by themselves."""
        problems = [
            *common_contradictions(values),
            *size_contradictions(values),
            *square_contradictions(values),
        ]
        role = values["role"]
        for name in values["formats"]:
            roles = _ROLES_OF_FORMAT.get(name)
            if roles is not None and role not in roles:
                message = (
                    f'export.formats has "{name}", which keeps {" or ".join(roles)} alone and not {role}; '
                    f'write "dds:bc7".'
                )
                problems.append(Problem(("export", "formats"), message))
        return [*problems, *_one_file_twice(values["formats"])]


def _one_file_twice(formats: tuple[str, ...]) -> list[Problem]:
    """Return the problem of formats whose files would have one name: two encodings in DDS, or two PNGs."""
    first: dict[str, str] = {}
    for name in formats:
        extension = _extension(name)
        if extension in first:
            message = (
                f'export.formats has "{first[extension]}" and "{name}", which would be one file, '
                f".{extension}; keep one of them."
            )
            return [Problem(("export", "formats"), message)]
        first[extension] = name
    return []


def _extension(name: str) -> str:
    """Return a format's file extension: its container's name, or its own without the bits."""
    return name.partition(":")[0].rstrip("0123456789")
