"""What every asset asks for, whatever its kind: words, seed, backend, targets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, ClassVar, Final, Self, TypeVar

from assetgen.errors import SpecError
from assetgen.specs.budget import Budget
from assetgen.specs.embedding import METADATA_LEVELS
from assetgen.specs.fields import (
    check_fields,
    choices,
    declared_fields,
    document_of,
    fields_from_json,
    fields_to_json,
    integer,
    ruled,
    switch,
    table_of,
    text,
)
from assetgen.specs.paths import portable_path_problem
from assetgen.specs.rules import Choice, Either, Integer, Pair, Text
from assetgen.specs.tables import Key, Table
from assetgen.specs.wording import KeyPath, Problem, did_you_mean, show

LONGEST_PROMPT: Final = 4000
"""Characters of a prompt."""
SCHEMA_VERSION: Final = 1
"""The `assetgen = 1` of every prompt file and project file."""

TARGETS: Final = ("unity", "unreal", "blender", "godot", "web")
STYLES: Final = ("realistic", "stylized", "hand_painted", "pixel", "toon", "low_poly")
SOURCE_ROLES: Final[Mapping[str, str]] = {
    "albedo": "Picture that holds the base color, with or without alpha.",
    "normal": "Picture that holds the tangent-space normal map.",
    "height": "Picture that holds the height map.",
    "roughness": "Picture that holds the roughness map.",
    "gloss": "Picture that holds gloss or smoothness, which is 1 - roughness.",
    "metallic": "Picture that holds the metallic map.",
    "occlusion": "Picture that holds the ambient occlusion.",
    "emissive": "Picture that holds the emitted light.",
    "orm": "Picture that holds occlusion, roughness, metallic (ORM, also called ARM).",
    "rma": "Picture that holds roughness, metallic, occlusion.",
    "metallic_roughness": "Picture that holds roughness in green and metallic in blue, as glTF does.",
    "metallic_smoothness": "Picture that holds metallic in red and smoothness in alpha: Unity's standard shader.",
    "mask": "Picture that holds metallic, occlusion, a detail mask, smoothness: Unity's mask map.",
}
"""What a source picture can hold, and the line that the schema says about it."""
SMALLEST_SIZE: Final = 16
LARGEST_SIZE: Final = 8192
LARGEST_SEED: Final = 2**63 - 1

DEFAULT_SIZE: Final = (1024, 1024)
"""Of what is generated; a source picture without a size keeps its own."""

SIZE: Final = Pair(Integer(SMALLEST_SIZE, LARGEST_SIZE), "[width, height]")

STARTS: Final[Mapping[str, str]] = {"prompt": 'prompt = "..."', "source": 'source = "picture.png"'}
"""What an asset is made from: one of these keys, and how it may be written."""

_FILE = Text(400, meaning="a path")
_SOURCE = Either((_FILE, Table({role: Key(_FILE, doc) for role, doc in SOURCE_ROLES.items()})))

CONTAINERS: Final = ("dds", "ktx2", "png")
"""What finished textures may lie in; png stands for pictures without mips."""

_COMMON_ENGINE = {
    "container": Key(Choice(CONTAINERS), "Container of the finished textures."),
    "metadata": Key(
        Choice(METADATA_LEVELS), "What finished files say of their making, over export.metadata."
    ),
    "normal_y": Key(
        Choice(("directx", "opengl")), "Green channel of normal maps: -Y (DirectX) or +Y (OpenGL)."
    ),
}
_UNITY_ENGINE = {
    "pack": Key(Choice(("hdrp_mask", "urp")), "Channel layout: HDRP mask map or URP."),
    **_COMMON_ENGINE,
}
_ENGINE = Table(
    {
        target: Key(
            Table(_UNITY_ENGINE if target == "unity" else _COMMON_ENGINE),
            f"What only {target} does differently.",
        )
        for target in TARGETS
    }
)


def derive_seed(asset: str, variant: int = 0) -> int:
    """Return the seed, 0..2**63-1, of an asset that names none: the same on every machine, for ever."""
    digest = hashlib.sha256(f"assetgen seed\0{asset}\0{variant}".encode()).digest()
    return int.from_bytes(digest[:8], "big") & LARGEST_SEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One asset as its prompt file asks for it, every default filled in.

    Mappings are for reading only. `uses` is filled in by the graph.

    Raises:
        SpecError: a field is out of range or contradicts another.
    """

    kind: ClassVar[str] = ""
    starts: ClassVar[Mapping[str, str]] = STARTS
    """Keys of which a prompt file has one at least, and how each may be written."""
    lone_source: ClassVar[str] = "albedo"
    """The role of a source that is written without one, where the asset itself has none."""
    gives_maps: ClassVar[bool] = True
    """Whether another asset may take it as a source."""
    make_steps: ClassVar[tuple[str, ...]] = ()
    """Steps besides the common ones whose versions its making depends on."""
    export_steps: ClassVar[tuple[str, ...]] = ()
    """Steps besides the common ones whose versions its files depend on."""

    asset: str = text(
        keys=("id",), stage="none", doc="Name that stays when the file moves; its path when absent."
    )
    prompt: str = text(
        LONGEST_PROMPT, is_prose=True, default="", doc="What it shall look like, in plain words."
    )
    negative: str = text(LONGEST_PROMPT, is_prose=True, default="", doc="What it shall not show.")
    source: Mapping[str, str] | None = ruled(
        _SOURCE,
        default=None,
        doc="Picture to finish instead of generating; a path from this file, or after a / from the root.",
    )
    seed: int = integer(
        0, LARGEST_SEED, default=None, doc="Number to draw from; made from the asset's id when absent."
    )
    backend: str = ruled(
        Text(64, r"^[a-z][a-z0-9_.-]*$", "a backend's name"), default="procedural", doc="What generates it."
    )
    style: str | None = ruled(
        Text(64, r"^[A-Za-z][A-Za-z0-9_-]*$", "a style's name"),
        default=None,
        doc="A style of the project, or one of " + ", ".join(STYLES) + ".",
    )
    variants: int = integer(1, 16, default=1, stage="none", doc="How many different ones to make.")
    strict: bool = switch(default=False, doc="Refuse a prompt with words that mean nothing to the backend.")
    targets: tuple[str, ...] = choices(
        *TARGETS,
        least=1,
        default=("unity",),
        stage="none",
        doc="Engines to export to; the project's when absent.",
    )
    engine: Mapping[str, Mapping[str, str]] = ruled(
        _ENGINE, default={}, stage="none", doc="What a single engine does differently."
    )
    allow_npot: bool = switch(
        default=False, doc="Allow sizes that are not powers of two, for an asset with a source picture."
    )
    budget: Budget = table_of(  # noqa: RUF009
        Budget, default=Budget(), stage="none", doc="What it may cost and how good it must be."
    )
    uses: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if isinstance(self.source, str):
            object.__setattr__(self, "source", {getattr(self, "role", self.lone_source): self.source})
        check_fields(self)
        values = complete(
            type(self), {item.name: getattr(self, item.name) for item in declared_fields(type(self))}
        )
        for name in ("seed", "size"):
            if name in values:
                object.__setattr__(self, name, values[name])
        problems = self.contradictions(values)
        if problems:
            raise SpecError(problems[0].message, asset=self.asset)

    def reference_key(self, role: str) -> KeyPath:
        """Return the key of the prompt file that names a source."""
        return ("source", role)

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong between fields that are each right by themselves."""
        return common_contradictions(values)

    def make_document(self) -> dict[str, Any]:
        """Return everything that generating depends on but the bytes of its sources, as JSON."""
        document = {"kind": self.kind, **document_of(self, "make")}
        if not self.source:
            document.pop("finish", None)  # nothing of it concerns what is generated
        return document

    def export_document(self, target: str) -> dict[str, Any]:
        """Return everything that exporting to one target depends on besides the made value, as JSON."""
        options = dict(self.engine.get(target, {}))
        return {"kind": self.kind, "target": target, "engine": options, **document_of(self, "export")}

    def metadata_for(self, target: str) -> str:
        """Return what a target's files say of their making: "full", "license" or "none"."""
        return self.engine.get(target, {}).get("metadata", self.export_metadata())

    def export_metadata(self) -> str:
        """Return what `export.metadata` says."""
        return METADATA_LEVELS[0]

    def formats_asked(self) -> tuple[str, ...]:
        """Return the formats that the file names, as against those that a target would choose."""
        return ()

    def to_json(self) -> dict[str, Any]:
        """Return the whole spec as JSON, for `spec_from_json`."""
        return {"kind": self.kind, **fields_to_json(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the spec that `to_json` wrote.

        Raises:
            SpecError: it is not one of this kind or version.
        """
        try:
            return cls(
                **fields_from_json(cls, {name: value for name, value in data.items() if name != "kind"})
            )
        except TypeError as error:
            raise SpecError(f"this is not a {cls.kind} spec of this version ({error}).") from error


AnySpec = TypeVar("AnySpec", bound=Spec)


def complete(spec_type: type[Spec], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return field values with every default, the derived seed and the size filled in."""
    full: dict[str, Any] = {declared.name: declared.default for declared in declared_fields(spec_type)}
    full.update(values)
    if full["seed"] is None:
        full["seed"] = derive_seed(full["asset"])
    if "size" in full and full["size"] is None and not full["source"]:
        full["size"] = DEFAULT_SIZE
    return MappingProxyType(full)


def common_contradictions(values: Mapping[str, Any], *, starts: Mapping[str, str] = STARTS) -> list[Problem]:
    """Return what is wrong between the fields that every kind has.

    Args:
        values: fields by name.
        starts: fields of which one at least is to say something, and how it may be written.
    """
    problems: list[Problem] = []
    if not any(values[name] for name in starts):
        problems.append(no_start(starts))
    if values["style"] is not None and values["style"] not in STYLES:
        message = f"style = {show(values['style'])} is unknown; {did_you_mean(values['style'], STYLES)}"
        problems.append(Problem(("style",), message))
    flaw = portable_path_problem(values["asset"])
    if flaw:
        message = (
            f"the asset id {show(values['asset'])} {flaw}; name the file differently or write another id."
        )
        problems.append(Problem(("id",), message))
    return problems


def no_start(starts: Mapping[str, str]) -> Problem:
    """Return the problem of an asset that is made from nothing."""
    keys = [example.split(" ", 1)[0] for example in starts.values()]
    message = f"there is neither {' nor '.join(keys)}; write {' or '.join(starts.values())}."
    return Problem((), message)


def size_contradictions(values: Mapping[str, Any]) -> list[Problem]:
    """Return the power-of-two problem of a size, unless a source picture is allowed another size."""
    if values["size"] is None or (values["allow_npot"] and values["source"]):
        return []
    odd = next((edge for edge in values["size"] if edge & (edge - 1)), None)
    if odd is None:
        return []
    near = nearest_powers_of_two(odd)
    shown = show(values["size"][0] if values["size"][0] == values["size"][1] else values["size"])
    way_out = ", or allow_npot = true" if values["source"] else ""
    message = (
        f"size = {shown} is not a power of two. Mip chains and block compression need "
        f"{', '.join(map(str, near[:-1]))} or {near[-1]}; write {near[1]} for {odd}{way_out}."
    )
    return [Problem(("size",), message)]


def square_contradictions(values: Mapping[str, Any]) -> list[Problem]:
    """Return the problem of a size that is not square where the procedural backend generates."""
    if values["source"] or values["backend"] != "procedural":
        return []
    width, height = values["size"]
    if width == height:
        return []
    message = f"size = [{width}, {height}] is not square, as procedural materials are; write size = {width}."
    return [Problem(("size",), message)]


def nearest_powers_of_two(edge: int) -> tuple[int, int, int]:
    """Return three powers of two around a number that is none, the nearest in the middle."""
    lower = 1 << (edge.bit_length() - 1)
    nearest = lower if edge - lower <= 2 * lower - edge else 2 * lower
    nearest = min(max(nearest, SMALLEST_SIZE * 2), LARGEST_SIZE // 2)
    return nearest // 2, nearest, nearest * 2


def variant_specs(spec: AnySpec) -> tuple[AnySpec, ...]:
    """Return one spec a variant; the first keeps id and seed, the others are named `_v2`, `_v3` and so on."""
    if spec.variants == 1:
        return (spec,)
    first = replace(spec, variants=1)
    others = (
        replace(first, asset=f"{spec.asset}_v{index}", seed=derive_seed(str(spec.seed), index))
        for index in range(2, spec.variants + 1)
    )
    return (first, *others)
