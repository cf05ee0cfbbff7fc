"""A PBR material: the maps of one surface in the metallic-roughness model, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from assetgen.specs.base import (
    CONTAINERS,
    LARGEST_SIZE,
    SIZE,
    SMALLEST_SIZE,
    Spec,
    common_contradictions,
    nearest_powers_of_two,
    size_contradictions,
    square_contradictions,
)
from assetgen.specs.embedding import metadata_level
from assetgen.specs.fields import check_fields, choice, integer, number, ruled, switch, table_of
from assetgen.specs.finish import Finish
from assetgen.specs.picture_formats import LOSSLESS_PICTURES, LOSSY_ADVICE, LOSSY_QUALITY, PICTURES
from assetgen.specs.rules import Either, Integer, ListOf, Number, OneInteger, Pair, Text
from assetgen.specs.tables import MapOf
from assetgen.specs.texture import HEIGHT_MIPS, MIP_EDGES, MIP_FILTERS, TILES
from assetgen.specs.wording import Problem, show

QUALITIES: Final = ("fast", "balanced", "high", "max")
COLOR_FORMATS: Final = ("bc7", "bc1", "bc3", "bc6h", "rgba8", "rgba16f", *PICTURES)
NORMAL_FORMATS: Final = ("bc5", "bc7", "rgba8", *LOSSLESS_PICTURES)
ORM_FORMATS: Final = ("bc7", "bc1", "bc3", "rgba8", *LOSSLESS_PICTURES)
HEIGHT_FORMATS: Final = ("bc4", "r16", *LOSSLESS_PICTURES)
LARGEST_PARAMETER: Final = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalMap:
    """How the normal map is made."""

    strength: float = number(0.1, 4.0, default=1.0, doc="Slope of the relief; 1 is true to its height.")

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeightMap:
    """How the height map is written."""

    bits: int = ruled(OneInteger((8, 16)), default=16, stage="export", doc="Bits of a height value.")

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maps:
    """Which maps the material has; occlusion comes with orm."""

    # `table_of` makes a fresh dataclass field, which the linter cannot see (RUF009).

    albedo: bool = switch(default=True, doc="Base color.")
    normal: NormalMap | None = table_of(  # noqa: RUF009
        NormalMap, or_switch=True, default=NormalMap(), doc="Tangent-space normal map."
    )
    height: HeightMap | None = table_of(HeightMap, or_switch=True, default=HeightMap(), doc="Height map.")  # noqa: RUF009
    orm: bool = switch(
        default=True, doc="Occlusion, roughness and metallic, packed as the target wants them."
    )
    emissive: bool | None = switch(default=None, doc="Emitted light; where there is any when absent.")

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Physical measures; None leaves the choice to the recipe that the prompt calls for."""

    meters: float | None = number(0.05, 100.0, default=None, unit="m", doc="Edge length of one tile.")
    roughness: tuple[float, float] | None = ruled(
        Pair(Number(0.0, 1.0), "[lowest, highest]"),
        default=None,
        doc="Roughness, 0 mirror to 1 matte: one value, or [lowest, highest].",
    )
    metallic: float | None = number(0.0, 1.0, default=None, doc="0 dielectric, 1 metal.")

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialExport:
    """How the maps are written; None leaves the choice to the target."""

    sizes: tuple[int, ...] = ruled(
        ListOf(Integer(SMALLEST_SIZE, LARGEST_SIZE), 1, 8, is_set=True),
        default=(),
        stage="export",
        unit="texels",
        doc="Longer edge of each set to write, none larger than size; size alone when absent.",
    )
    albedo: str | None = choice(*COLOR_FORMATS, default=None, stage="export", doc="Format of the base color.")
    normal: str | None = choice(
        *NORMAL_FORMATS,
        advice=LOSSY_ADVICE,
        default=None,
        stage="export",
        doc="Format of the normal map.",
    )
    orm: str | None = choice(
        *ORM_FORMATS,
        advice=LOSSY_ADVICE,
        default=None,
        stage="export",
        doc="Format of occlusion, roughness, metallic.",
    )
    height: str | None = choice(
        *HEIGHT_FORMATS,
        advice=LOSSY_ADVICE,
        default=None,
        stage="export",
        doc="Format of the height map.",
    )
    emissive: str | None = choice(
        *COLOR_FORMATS, default=None, stage="export", doc="Format of emitted light."
    )
    container: str | None = choice(
        *CONTAINERS,
        default=None,
        stage="export",
        doc="Container of the finished textures; the target decides when absent.",
    )
    quality: str | None = choice(
        *QUALITIES,
        default=None,
        stage="export",
        doc="Effort of block compression; the target decides when absent.",
    )
    lossy_quality: int = integer(
        1, 100, default=LOSSY_QUALITY, stage="export", doc="Quality of JPEG, WebP, AVIF and JPEG XL files."
    )
    metadata: str = metadata_level()
    mip_filter: str | None = choice(
        *MIP_FILTERS,
        default=None,
        stage="export",
        doc="Filter of mip levels; kaiser, and box for normals and roughness, when absent.",
    )
    mip_edges: str = choice(
        *MIP_EDGES, default="clamp", stage="export", doc="What mip levels see beyond edges that do not tile."
    )
    height_mips: str = choice(
        *HEIGHT_MIPS,
        default="average",
        stage="export",
        doc="What a mip level of the height map holds of the texels below.",
    )

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialSpec(Spec):
    """A material as its prompt file asks for it."""

    kind: ClassVar[str] = "material"

    size: tuple[int, int] | None = ruled(
        SIZE,
        default=None,
        unit="texels",
        doc="Edge of the square maps, or [width, height]; 1024 when absent, a source keeps its own.",
    )
    tile: str = choice(*TILES, default="xy", doc="Edges across which it repeats without a seam.")
    maps: Maps = table_of(Maps, default=Maps(), doc="Which maps it has.")  # noqa: RUF009
    surface: Surface = table_of(  # noqa: RUF009
        Surface, default=Surface(), doc="Physical measures; the recipe decides when absent."
    )
    finish: Finish = table_of(  # noqa: RUF009
        Finish, default=Finish(), doc="How source pictures are finished."
    )
    export: MaterialExport = table_of(  # noqa: RUF009
        MaterialExport, default=MaterialExport(), stage="export", doc="How the maps are written."
    )
    params: Mapping[str, float | str] = ruled(
        MapOf(Either((Number(-LARGEST_PARAMETER, LARGEST_PARAMETER), Text())), 64),
        default={},
        doc="Parameters of the recipe, by name, over what the prompt says.",
    )

    @property
    def export_sizes(self) -> tuple[int, ...]:
        """Longer edges of the sets to write, largest first; empty for a source's own size."""
        return self.export.sizes or ((max(self.size),) if self.size else ())

    def export_metadata(self) -> str:
        """Return what `export.metadata` says."""
        return self.export.metadata

    def formats_asked(self) -> tuple[str, ...]:
        """Return the formats that the file names, as against those that a target would choose."""
        export = self.export
        named = (export.albedo, export.normal, export.orm, export.height, export.emissive)
        return tuple(name for name in named if name is not None)

    def export_document(self, target: str) -> dict[str, Any]:
        """Return everything that exporting to one target depends on besides the made value, as JSON."""
        document = Spec.export_document(self, target)
        document["export"]["sizes"] = list(self.export_sizes)
        return document

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong between fields that are each right by themselves."""
        return [
            *common_contradictions(values),
            *size_contradictions(values),
            *square_contradictions(values),
            *_maps_contradictions(values),
            *_export_contradictions(values),
            *_surface_contradictions(values),
        ]


def _maps_contradictions(values: Mapping[str, Any]) -> list[Problem]:
    maps = values["maps"]
    if maps.albedo or maps.normal or maps.height or maps.orm or maps.emissive:
        return []
    return [Problem(("maps",), "maps are all switched off; switch one on, such as maps.albedo = true.")]


def _export_contradictions(values: Mapping[str, Any]) -> list[Problem]:
    problems = []
    largest = max(values["size"] or (LARGEST_SIZE,))
    may_be_odd = values["allow_npot"] and values["source"]
    for edge in values["export"].sizes:
        if edge > largest:
            message = f"export.sizes has {edge}, more than size = {largest}; write size = {edge}, or drop it."
            problems.append(Problem(("export", "sizes"), message))
        elif edge & (edge - 1) and not may_be_odd:
            near = nearest_powers_of_two(edge)[1]
            message = f"export.sizes has {edge}, which is not a power of two; write {near}."
            problems.append(Problem(("export", "sizes"), message))
    if values["export"].orm == "bc1" and "unity" in values["targets"]:
        message = 'export.orm = "bc1" has no alpha, where Unity keeps smoothness; write "bc3" or "bc7".'
        problems.append(Problem(("export", "orm"), message))
    return problems


def _surface_contradictions(values: Mapping[str, Any]) -> list[Problem]:
    roughness = values["surface"].roughness
    if roughness is None or roughness[0] <= roughness[1]:
        return []
    low, high = roughness
    message = f"surface.roughness = {show(roughness)} goes from high to low; write [{high}, {low}]."
    return [Problem(("surface", "roughness"), message)]
