"""A single texture: one picture with one role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from assetgen.specs.base import SIZE, Spec, common_contradictions, size_contradictions, square_contradictions
from assetgen.specs.embedding import metadata_level
from assetgen.specs.fields import choice, choices, integer, ruled, switch, table_of
from assetgen.specs.finish import Finish
from assetgen.specs.picture_formats import LOSSY_ADVICE, LOSSY_QUALITY, PICTURE_FORMATS, PICTURES
from assetgen.specs.wording import Problem

TILES: Final = ("xy", "x", "y", "none")
MIP_FILTERS: Final = ("kaiser", "box", "mitchell")
MIP_EDGES: Final = ("clamp", "mirror")
HEIGHT_MIPS: Final = ("average", "lowest", "highest")
TEXTURE_ROLES: Final = ("albedo", "normal", "roughness", "metallic", "occlusion", "height", "emissive", "orm")
ENCODINGS: Final = ("bc7", "bc5", "bc4", "bc1", "bc3", "bc6h", "rgba8", "rgba16f", "r16")
TEXTURE_FORMATS: Final = (
    *PICTURES,
    *(f"{container}:{encoding}" for container in ("dds", "ktx2") for encoding in ENCODINGS),
)

_ONE_CHANNEL: Final = ("roughness", "metallic", "occlusion", "height")
_COLOR: Final = ("albedo", "emissive")
_ROLES_OF_ENCODING: Final[Mapping[str, tuple[str, ...]]] = {
    "bc4": _ONE_CHANNEL,
    "r16": _ONE_CHANNEL,
    "bc5": ("normal",),
    "bc1": (*_COLOR, *_ONE_CHANNEL, "orm"),
    "bc3": (*_COLOR, *_ONE_CHANNEL, "orm"),
    "bc6h": _COLOR,
    "rgba16f": _COLOR,
    **{word: _COLOR for word, row in PICTURE_FORMATS.items() if row.is_lossy},
}


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
    finish: Finish = table_of(  # noqa: RUF009
        Finish, default=Finish(), doc="How source pictures are finished."
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
    mip_filter: str | None = choice(
        *MIP_FILTERS,
        default=None,
        keys=("export.mip_filter",),
        stage="export",
        doc="Filter of mip levels; kaiser, and box for normals, when absent.",
    )
    mip_edges: str = choice(
        *MIP_EDGES,
        default="clamp",
        keys=("export.mip_edges",),
        stage="export",
        doc="What mip levels see beyond edges that do not tile.",
    )
    height_mips: str = choice(
        *HEIGHT_MIPS,
        default="average",
        keys=("export.height_mips",),
        stage="export",
        doc="What a mip level of a height map holds of the texels below.",
    )
    lossy_quality: int = integer(
        1,
        100,
        default=LOSSY_QUALITY,
        keys=("export.lossy_quality",),
        stage="export",
        doc="Quality of JPEG, WebP, AVIF and JPEG XL files.",
    )
    metadata: str = metadata_level(keys=("export.metadata",))

    def export_metadata(self) -> str:
        """Return what `export.metadata` says."""
        return self.metadata

    def formats_asked(self) -> tuple[str, ...]:
        """Return the formats that the file names, as against those that a target would choose."""
        return self.formats

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
            container, _, encoding = name.rpartition(":")
            roles = _ROLES_OF_ENCODING.get(encoding)
            if roles is not None and role not in roles and not container and encoding in PICTURE_FORMATS:
                message = f'export.formats has "{name}" for {role}: {dict(LOSSY_ADVICE)[name]}'
                problems.append(Problem(("export", "formats"), message))
            elif roles is not None and role not in roles:
                better = "bc5" if role == "normal" else "bc7"
                message = (
                    f'export.formats has "{name}", which is for {" or ".join(roles)} and not for {role}; '
                    f'write "{container}:{better}".'
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
    """Return a format's file extension: its own, or its container's name."""
    row = PICTURE_FORMATS.get(name)
    return row.suffix if row else name.partition(":")[0]
