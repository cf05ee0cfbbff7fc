"""Source pictures read by role: which maps each of them holds, in the conventions used inside."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from assetgen.errors import FormatError, SpecError
from assetgen.formats.material_bundle import is_material_bundle, read_material_bundle
from assetgen.imaging.normals import flip_green, reconstruct_z
from assetgen.kinds.source_picture import read_map
from assetgen.media.image import AlphaMode, ColorSpace, Image
from assetgen.media.material import Material

_MAP_OF_ROLE = {"albedo": "base_color"}
_PACKED: Mapping[str, Mapping[str, int]] = {
    "orm": {"occlusion": 0, "roughness": 1, "metallic": 2},
    "rma": {"roughness": 0, "metallic": 1, "occlusion": 2},
    "metallic_roughness": {"roughness": 1, "metallic": 2},
    "metallic_smoothness": {"metallic": 0, "smoothness": 3},
    "mask": {"metallic": 0, "occlusion": 1, "smoothness": 3},
}
"""The channel of each map in a packed picture."""
_FLAT_BLUE = 2.0 / 255.0


def read_sources(sources: Mapping[str, bytes], *, normal_y_down: bool = False) -> dict[str, Image]:
    """Return the maps that some pictures hold, each at its picture's size, by the names of `Material`.

    A source that is another prompt file's asset gives that asset's map. A picture of one map goes before a packed one
    that holds it too.

    Args:
        sources: bytes of each picture by role, the roles of prompt files.
        normal_y_down: whether green of a normal picture is -Y (DirectX).

    Raises:
        FormatError: bytes that are no picture.
        SpecError: a picture without the channels of its role.
    """
    maps: dict[str, Image] = {}
    for role, data in sorted(sources.items(), key=lambda item: item[0] not in _PACKED):
        try:
            maps.update(_read(role, data, normal_y_down=normal_y_down))
        except FormatError as error:
            raise FormatError(f"source.{role}: {error.message}") from error
    # The color is looked at first, where there is one.
    return dict(sorted(maps.items(), key=lambda item: item[0] != "base_color"))


def _read(role: str, data: bytes, *, normal_y_down: bool) -> dict[str, Image]:
    if is_material_bundle(data):
        return _maps_of_asset(role, read_material_bundle(data))
    is_color = role in ("albedo", "emissive")
    image = read_map(data, is_color=is_color)
    if role in _PACKED:
        return _unpacked(role, image)
    if role == "albedo":
        return {"base_color": _color(image)}
    if role == "emissive":
        return {"emissive": _opaque(image)}
    if role == "normal":
        return {"normal": _normal(image, y_down=normal_y_down)}
    gray = image.pixels[..., :1]
    return {"roughness": _data(1.0 - gray)} if role == "gloss" else {role: _data(gray)}


def _unpacked(role: str, image: Image) -> dict[str, Image]:
    places = _PACKED[role]
    needed = max(places.values()) + 1
    if image.channels < needed:
        raise SpecError(
            f"source.{role} has {image.channels} channels; {', '.join(places)} are in {needed}. "
            "Give the picture that was packed so, or one picture a map."
        )
    maps = {}
    for name, place in places.items():
        channel = image.pixels[..., place : place + 1]
        is_inverse = name == "smoothness"
        maps["roughness" if is_inverse else name] = _data(1.0 - channel if is_inverse else channel)
    return maps


def _normal(image: Image, *, y_down: bool) -> Image:
    if image.channels < 3:
        raise SpecError("source.normal is grey; a normal map has red, green and blue.")
    pixels = image.pixels[..., :3]
    low, high = torch.aminmax(pixels[..., 2])
    if float(high - low) < _FLAT_BLUE:  # only red and green were kept, as in BC5
        pixels = reconstruct_z(pixels)
    return flip_green(_data(pixels)) if y_down else _data(pixels)


def _maps_of_asset(role: str, material: Material) -> dict[str, Image]:
    names = [name for name in _PACKED.get(role, {_MAP_OF_ROLE.get(role, role): 0}) if name != "smoothness"]
    found = {name: getattr(material, name, None) for name in names}
    missing = [name for name, image in found.items() if image is None]
    if missing:
        raise SpecError(f"the asset that source.{role} names has no {role} map.")
    return {name: image for name, image in found.items() if image is not None}


def _rgb(pixels: torch.Tensor) -> torch.Tensor:
    return pixels[..., :3] if pixels.shape[2] >= 3 else pixels[..., :1].expand(-1, -1, 3)


def _opaque(image: Image) -> Image:
    return Image(_rgb(image.pixels).contiguous(), image.space)


def _color(image: Image) -> Image:
    if image.alpha is AlphaMode.NONE:
        return _opaque(image)
    pixels = torch.cat((_rgb(image.pixels[..., :-1]), image.pixels[..., -1:]), dim=-1)
    return Image(pixels, image.space, image.alpha)


def _data(pixels: torch.Tensor) -> Image:
    return Image(pixels.contiguous(), ColorSpace.DATA)
