"""What each engine wants: which files, which channels in them, which encoding, which way green points.

Engine differences are made here and nowhere else. Inside assetgen a material is glTF's: +Y normals, roughness (not
smoothness), occlusion and metallic apart. Rows stay top-down in every container; Unity turns DDS itself on import.

Ground for the choices:
- unity: DDS is imported as it is by the IHV image importer, with our mips; the HDRP mask map is R metallic,
  G occlusion, B detail mask, A smoothness, and URP Lit reads the same file (metallic R, smoothness A, occlusion G).
- unreal: recompresses whatever it imports, so it gets lossless PNG without mips; normals are -Y (DirectX).
- blender: reads PNG in any build; normals +Y; height at 16 bit for displacement.
- godot: loads DDS with mips directly; StandardMaterial3D in ORM mode; normals +Y.
- web: PNG in glTF's own packing, which every loader takes.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from assetgen.errors import SpecError


class Encoding(Enum):
    """How texels are stored; the value is the format's name in manifests, without the sRGB suffix."""

    BC7 = "BC7_UNORM"
    BC5 = "BC5_UNORM"
    BC4 = "BC4_UNORM"
    RGBA8 = "R8G8B8A8_UNORM"
    PNG8 = "PNG8"
    PNG16 = "PNG16"

    @property
    def is_png(self) -> bool:
        """Whether the file is a PNG; everything else lies in a DDS."""
        return self in (Encoding.PNG8, Encoding.PNG16)


Channel = str | float
"""A map's name, "smoothness", or a constant."""

ORM: Final[tuple[Channel, ...]] = ("occlusion", "roughness", "metallic")
HDRP_MASK: Final[tuple[Channel, ...]] = ("metallic", "occlusion", 0.0, "smoothness")
METALLIC_SMOOTHNESS: Final[tuple[Channel, ...]] = ("metallic", "metallic", "metallic", "smoothness")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextureFile:
    """One file of a texture set.

    Args:
        role: its name in manifests and file names.
        content: "base_color", "normal", "emissive" or "height" for a whole map, or a packing of channels.
        encoding: how its texels are stored.
    """

    role: str
    content: str | tuple[Channel, ...]
    encoding: Encoding

    @property
    def group(self) -> str:
        """The name under which prompt files speak of it: "orm" for every packing, else its role."""
        return "orm" if isinstance(self.content, tuple) else self.role


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One engine.

    Args:
        name: how prompt files call it.
        files: the set, in the order in which manifests list it.
        normal_y_down: whether green points down (DirectX).
    """

    name: str
    files: tuple[TextureFile, ...]
    normal_y_down: bool = False


def _set(color: Encoding, normal: Encoding, packed: TextureFile) -> tuple[TextureFile, ...]:
    return (
        TextureFile(role="albedo", content="base_color", encoding=color),
        TextureFile(role="normal", content="normal", encoding=normal),
        packed,
        TextureFile(role="height", content="height", encoding=Encoding.PNG16),
        TextureFile(role="emissive", content="emissive", encoding=color),
    )


def _orm(encoding: Encoding) -> TextureFile:
    return TextureFile(role="orm", content=ORM, encoding=encoding)


TARGETS: Final[dict[str, Target]] = {
    "unity": Target(
        name="unity",
        files=_set(
            Encoding.BC7,
            Encoding.BC5,
            TextureFile(role="mask", content=HDRP_MASK, encoding=Encoding.BC7),
        ),
    ),
    "unreal": Target(
        name="unreal",
        files=_set(Encoding.PNG8, Encoding.PNG8, _orm(Encoding.PNG8)),
        normal_y_down=True,
    ),
    "blender": Target(name="blender", files=_set(Encoding.PNG8, Encoding.PNG8, _orm(Encoding.PNG8))),
    "godot": Target(name="godot", files=_set(Encoding.BC7, Encoding.BC5, _orm(Encoding.BC7))),
    "web": Target(name="web", files=_set(Encoding.PNG8, Encoding.PNG8, _orm(Encoding.PNG8))),
}

ENCODINGS: Final[dict[str, Encoding]] = {
    "bc7": Encoding.BC7,
    "bc5": Encoding.BC5,
    "bc4": Encoding.BC4,
    "rgba8": Encoding.RGBA8,
    "png": Encoding.PNG8,
    "png16": Encoding.PNG16,
    "dds:bc7": Encoding.BC7,
    "dds:bc5": Encoding.BC5,
    "dds:bc4": Encoding.BC4,
    "dds:rgba8": Encoding.RGBA8,
}
"""How prompt files name the encodings."""

_DDS_DEFAULT: Final = {
    "albedo": Encoding.BC7,
    "normal": Encoding.BC5,
    "height": Encoding.BC4,
    "occlusion": Encoding.BC4,
}


def find_target(name: str, options: Mapping[str, str]) -> Target:
    """Return a target with the `[engine.<name>]` options of a prompt file applied.

    Args:
        name: the engine.
        options: pack ("hdrp_mask" or "urp", unity only), normal_y ("directx" or "opengl"), container ("dds"
            or "png").

    Raises:
        SpecError: there is no such target.
    """
    target = TARGETS.get(name)
    if target is None:
        near = difflib.get_close_matches(name, TARGETS, n=1) or list(TARGETS)
        raise SpecError(f'there is no target "{name}"; did you mean "{near[0]}"?')
    if "normal_y" in options:
        target = replace(target, normal_y_down=options["normal_y"] == "directx")
    if options.get("pack") == "urp":
        target = replace(target, files=_unpacked_mask(target.files))
    if "container" in options:
        target = replace(
            target, files=tuple(_in_container(file, options["container"]) for file in target.files)
        )
    return target


def with_encodings(target: Target, chosen: Mapping[str, Encoding]) -> Target:
    """Return a target with other encodings for some roles; "orm" means every packed data file."""

    return replace(
        target,
        files=tuple(replace(file, encoding=chosen.get(file.group, file.encoding)) for file in target.files),
    )


def only_roles(target: Target, wanted: Mapping[str, bool]) -> Target:
    """Return a target without the files whose role is switched off; "orm" means every packed data file."""

    return replace(target, files=tuple(file for file in target.files if wanted.get(file.group, True)))


def _unpacked_mask(files: tuple[TextureFile, ...]) -> tuple[TextureFile, ...]:
    """Return the set with metallic-smoothness and occlusion as two files, as URP's Lit shader has slots for."""
    result: list[TextureFile] = []
    for file in files:
        if file.role != "mask":
            result.append(file)
            continue
        result.append(replace(file, role="metallic_smoothness", content=METALLIC_SMOOTHNESS))
        # URP reads occlusion from green, so a one-channel BC4 would read as black.
        result.append(replace(file, role="occlusion", content=("occlusion", "occlusion", "occlusion")))
    return tuple(result)


def _in_container(file: TextureFile, container: str) -> TextureFile:
    if container == "png":
        keeps_16_bit = file.encoding is Encoding.PNG16
        return replace(file, encoding=Encoding.PNG16 if keeps_16_bit else Encoding.PNG8)
    if not file.encoding.is_png:
        return file
    return replace(file, encoding=_DDS_DEFAULT.get(file.role, Encoding.BC7))
