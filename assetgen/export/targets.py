"""What each engine wants: which files, which channels in them, which encoding, which way green points.

Engine differences are made here and nowhere else. Inside assetgen a material is glTF's: +Y normals, roughness (not
smoothness), occlusion and metallic apart. Rows stay top-down in every container; Unity turns DDS itself on import.

Ground for the choices:
- unity: DDS is imported as it is by the IHV image importer, with our mips; the HDRP mask map is R metallic,
  G occlusion, B detail mask, A smoothness, and URP Lit reads the same file (metallic R, smoothness A, occlusion G).
- unreal: recompresses whatever it imports, so it gets lossless PNG without mips, and WAV; normals are -Y (DirectX).
- blender: reads PNG in any build; normals +Y; height at 16 bit for displacement.
- godot: loads DDS with mips directly, if the chain goes down to 1x1; StandardMaterial3D in ORM mode; normals +Y.
- web: PNG in glTF's own packing, which every loader takes; what is block-compressed on request lies in KTX2.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from assetgen.errors import SpecError
from assetgen.export.containers import CONTAINERS, ENCODINGS, Encoded
from assetgen.export.image_files import IMAGE_FILES, ImageFile
from assetgen.formats.texel_format import TexelFormat

Form = ImageFile | Encoded
"""What a file of a set is: a picture, or encoded texels in a container."""

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
        form: what the file is.
    """

    role: str
    content: str | tuple[Channel, ...]
    form: Form

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
        container: holds what is encoded, unless a prompt file names another.
        takes_part_chains: whether a chain of mips may end before 1x1.
        is_v_up: whether V counts from the bottom of a picture.
        sheets: data files that it gets of an atlas.
        sounds: what sounds are written as, unless a prompt file names formats.
    """

    name: str
    files: tuple[TextureFile, ...]
    normal_y_down: bool = False
    container: str = "dds"
    takes_part_chains: bool = True
    is_v_up: bool = False
    sheets: tuple[str, ...] = ("json",)
    sounds: tuple[str, ...] = ("ogg",)


_PNG: Final = IMAGE_FILES["png"]
_PNG16: Final = IMAGE_FILES["png16"]
_BC7: Final = Encoded(TexelFormat.BC7, "dds")
_BC5: Final = Encoded(TexelFormat.BC5, "dds")


def _set(color: Form, normal: Form, packed: TextureFile) -> tuple[TextureFile, ...]:
    return (
        TextureFile(role="albedo", content="base_color", form=color),
        TextureFile(role="normal", content="normal", form=normal),
        packed,
        TextureFile(role="height", content="height", form=_PNG16),
        TextureFile(role="emissive", content="emissive", form=color),
    )


def _orm(form: Form) -> TextureFile:
    return TextureFile(role="orm", content=ORM, form=form)


TARGETS: Final[dict[str, Target]] = {
    "unity": Target(
        name="unity",
        files=_set(_BC7, _BC5, TextureFile(role="mask", content=HDRP_MASK, form=_BC7)),
        is_v_up=True,
    ),
    "unreal": Target(
        name="unreal",
        files=_set(_PNG, _PNG, _orm(_PNG)),
        normal_y_down=True,
        sheets=("json", "unreal"),
        sounds=("wav",),
    ),
    "blender": Target(name="blender", files=_set(_PNG, _PNG, _orm(_PNG)), is_v_up=True),
    "godot": Target(
        name="godot",
        files=_set(_BC7, _BC5, _orm(_BC7)),
        takes_part_chains=False,
        sheets=("json", "godot"),
    ),
    "web": Target(
        name="web",
        files=_set(_PNG, _PNG, _orm(_PNG)),
        container="ktx2",
        sheets=("json", "hash", "array"),
    ),
}

_ENCODING_OF_ROLE: Final = {
    "normal": TexelFormat.BC5,
    "height": TexelFormat.BC4,
    "occlusion": TexelFormat.BC4,
}
"""What a picture becomes where a container is asked for; everything else becomes BC7."""


def form_named(name: str, *, container: str) -> Form:
    """Return what a prompt file means by "png", "bc7" (in that container) or "ktx2:bc7"."""
    if name in IMAGE_FILES:
        return IMAGE_FILES[name]
    given, _, encoding = name.rpartition(":")
    return Encoded(ENCODINGS[encoding], given or container)


def find_target(name: str, options: Mapping[str, str], *, container: str | None = None) -> Target:
    """Return a target with the `[engine.<name>]` options of a prompt file applied.

    Args:
        name: the engine.
        options: pack ("hdrp_mask" or "urp", unity only), normal_y ("directx" or "opengl"), container ("dds",
            "ktx2" or "png").
        container: the same for whatever engine; the option of the engine itself wins.

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
    container = options.get("container", container)
    return _in_container(target, container) if container else target


def with_forms(target: Target, chosen: Mapping[str, str]) -> Target:
    """Return a target with other forms, by name, for some roles; "orm" means every packed data file."""
    files = [
        replace(file, form=form_named(chosen[file.group], container=target.container))
        if file.group in chosen
        else file
        for file in target.files
    ]
    return replace(target, files=tuple(files))


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


def _in_container(target: Target, container: str) -> Target:
    if container not in CONTAINERS:
        files = [replace(file, form=_as_picture(file.form, container)) for file in target.files]
        return replace(target, files=tuple(files))
    files = [replace(file, form=Encoded(_encoding_of(file), container)) for file in target.files]
    return replace(target, files=tuple(files), container=container)


def _as_picture(form: Form, name: str) -> Form:
    return form if isinstance(form, ImageFile) else IMAGE_FILES[name]


def _encoding_of(file: TextureFile) -> TexelFormat:
    if isinstance(file.form, Encoded):
        return file.form.encoding
    return _ENCODING_OF_ROLE.get(file.role, TexelFormat.BC7)
