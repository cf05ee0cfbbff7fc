"""An atlas: many pictures, or the maps of many materials, on a few pages, and data that say what lies where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from assetgen.specs.base import LARGEST_SIZE, Spec, common_contradictions
from assetgen.specs.embedding import metadata_level
from assetgen.specs.fields import (
    check_fields,
    choice,
    choices,
    integer,
    number,
    pair,
    ruled,
    switch,
    table_of,
)
from assetgen.specs.material import QUALITIES
from assetgen.specs.paths import collision_key, portable_path_problem
from assetgen.specs.rules import Either, Integer, ListOf, Number, OneInteger, Switch, Text
from assetgen.specs.tables import MapOf
from assetgen.specs.wording import KeyPath, Problem, show

MOST_PICTURES: Final = 4096
MOST_PATTERNS: Final = 256
SMALLEST_PAGE: Final = 64
ATLAS_ROLES: Final = ("albedo", "normal", "orm", "height", "emissive")
DATA_FORMATS: Final = ("json", "hash", "array", "godot", "unity", "unreal")
_MOST_MIPS: Final = LARGEST_SIZE.bit_length()
_MOST_GUTTER: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What pages may be."""

    max: int = integer(
        SMALLEST_PAGE, LARGEST_SIZE, default=4096, unit="texels", doc="Longest edge of a page."
    )
    pot: bool = switch(default=True, doc="Edges are powers of two; else pages are as small as can be.")
    square: bool = switch(default=False, doc="Both edges are the same.")
    padding: int = integer(
        0, _MOST_GUTTER, default=2, unit="texels", doc="Between the borders of two pictures."
    )
    extrude: int = integer(
        0,
        _MOST_GUTTER,
        default=1,
        unit="texels",
        doc="Border in which each picture goes on: tiling on where it tiles, else repeating its edge.",
    )
    align: int = ruled(
        OneInteger(tuple(1 << n for n in range(9))),
        default=4,
        unit="texels",
        doc="Pictures with their borders begin and end on multiples of it; 4 for whole blocks of BC7.",
    )
    rotate: bool = switch(default=False, doc="Turn pictures by 90 degrees where that saves room.")

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtlasExport:
    """How pages and data are written; what is absent is left to the target."""

    data: tuple[str, ...] = choices(
        *DATA_FORMATS, default=(), stage="export", doc="Data files to write; the target decides when absent."
    )
    quality: str | None = choice(
        *QUALITIES,
        default=None,
        stage="export",
        doc="Effort of block compression; the target decides when absent.",
    )
    metadata: str = metadata_level()

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtlasSpec(Spec):
    """An atlas as its prompt file asks for it; the graph turns `patterns` into `source`, a path by name."""

    kind: ClassVar[str] = "atlas"
    starts: ClassVar[Mapping[str, str]] = {
        "uses": 'uses = ["sprites/*.png"]',
        "source": 'source = { hero = "hero.png" }',
    }
    gives_maps: ClassVar[bool] = False
    make_steps: ClassVar[tuple[str, ...]] = ("atlas",)
    export_steps: ClassVar[tuple[str, ...]] = ("sheet",)

    patterns: tuple[str, ...] = ruled(
        ListOf(Text(400, meaning="a path or glob"), 1, MOST_PATTERNS),
        default=(),
        keys=("uses",),
        stage="none",
        doc="Pictures, prompt files and globs over both; from this file's folder, or after a / from the root.",
    )
    source: Mapping[str, str] | None = ruled(
        MapOf(Text(400, meaning="a path"), MOST_PICTURES, r"^[^\x00-\x1f]{1,200}$"),
        default=None,
        doc="Pictures and prompt files by the name that they shall have in the atlas.",
    )
    names: str = choice(
        "name",
        "path",
        default="name",
        stage="none",
        doc="How what `uses` finds is called: by its file's name, or with the folders from this file on.",
    )
    page: Page = table_of(Page, default=Page(), doc="What pages may be.")  # noqa: RUF009
    mips: bool | int = ruled(
        Either((Switch(), Integer(1, _MOST_MIPS))),
        default=True,
        doc="Mip levels: as many as the gutter keeps apart, none but the first, or so many and the gutter grows.",
    )
    trim: bool = switch(default=True, doc="Leave transparent edges out; the data keep what was cut.")
    pivot: tuple[float, float] = pair(
        Number(0.0, 1.0),
        "[x, y]",
        default=(0.5, 0.5),
        stage="export",
        doc="Point that sprites are placed by, from the upper left corner of the untrimmed picture.",
    )
    alpha: str = choice(
        "blend", "cutout", default="blend", doc="How alpha is used: smoothly, or compared with cutoff."
    )
    cutoff: float = number(
        0.01, 1.0, default=0.5, doc="Threshold of cutout; each mip level lets as much through as the first."
    )
    maps: tuple[str, ...] = choices(
        *ATLAS_ROLES, default=(), stage="export", doc="Maps to write; all that there are when absent."
    )
    export: AtlasExport = table_of(  # noqa: RUF009
        AtlasExport, default=AtlasExport(), stage="export", doc="How pages and data are written."
    )

    def export_metadata(self) -> str:
        """Return what `export.metadata` says."""
        return self.export.metadata

    @property
    def levels(self) -> int:
        """How many mip levels of a page no picture's neighbor shows in."""
        if not isinstance(self.mips, bool):
            return self.mips
        return _levels_of(2 * self._margin) if self.mips else 1

    @property
    def margin(self) -> int:
        """Texels on each side of a picture that are its own: so many that the smallest level has half of one."""
        return max(self._margin, 1 << (self.levels - 2)) if self.levels > 1 else self._margin

    @property
    def extrude(self) -> int:
        """Texels of that margin that repeat the outermost of the picture."""
        return self.margin - (self.page.padding + 1) // 2

    @property
    def grid(self) -> int:
        """Multiples that pictures with their margins begin and end on: whole texels in the smallest level."""
        return max(self.page.align, 1 << (self.levels - 1))

    @property
    def _margin(self) -> int:
        return self.page.extrude + (self.page.padding + 1) // 2

    def reference_key(self, role: str) -> KeyPath:
        """Return the key of the prompt file that names a source."""
        return ("uses",) if self.patterns else ("source", role)

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong between fields that are each right by themselves."""
        problems = common_contradictions(
            values, starts={"patterns": cls.starts["uses"], "source": cls.starts["source"]}
        )
        if values["variants"] > 1:
            message = f"variants = {values['variants']} of an atlas would all be the same; leave it out."
            problems.append(Problem(("variants",), message))
        return [*problems, *_name_problems(values["source"] or {}), *_gutter_problems(values)]


def _levels_of(gutter: int) -> int:
    return max(gutter, 1).bit_length()


def _name_problems(source: Mapping[str, str]) -> list[Problem]:
    problems, seen = [], {}
    for name in source:
        flaw = portable_path_problem(name)
        if flaw:
            problems.append(Problem(("source", name), f"the name {show(name)} {flaw}.", at_key=True))
        other = seen.setdefault(collision_key(name), name)
        if other != name:
            message = f"the names {show(other)} and {show(name)} are one on some systems; rename one."
            problems.append(Problem(("source", name), message, at_key=True))
    return problems


def _gutter_problems(values: Mapping[str, Any]) -> list[Problem]:
    page, mips = values["page"], values["mips"]
    if page.pot and page.max & (page.max - 1):
        near = 1 << (page.max.bit_length() - 1)
        message = f"page.max = {page.max} is no power of two; write {near}, or page.pot = false."
        return [Problem(("page", "max"), message)]
    gutter = page.padding + 2 * page.extrude
    levels = (_levels_of(gutter) if mips else 1) if isinstance(mips, bool) else mips
    if 1 << (levels - 1) > page.max // 4:
        key: KeyPath = ("page", "extrude") if isinstance(mips, bool) else ("mips",)
        message = (
            f"{levels} mip levels want gutters of {1 << (levels - 1)} texels, and with page.max = {page.max} "
            f"little else would fit; write mips = {max(levels - 2, 1)}, or larger pages."
        )
        return [Problem(key, message)]
    return []
