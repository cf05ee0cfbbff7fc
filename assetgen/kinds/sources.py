"""Existing art as a material: pictures read by role, brought to one size, and what can be derived derived."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import torch

from assetgen.errors import FormatError, SpecError
from assetgen.formats.material_bundle import is_material_bundle, read_material_bundle
from assetgen.imaging.normals import encode_normal, normal_from_height
from assetgen.imaging.occlusion import horizon_occlusion
from assetgen.imaging.resize import resize
from assetgen.kinds.source_picture import read_map
from assetgen.media.image import AlphaMode, ColorSpace, Image
from assetgen.media.material import Material

_MAP_OF_ROLE = {"albedo": "base_color"}
_DEFAULT_TILE_M = 2.0
_DEFAULT_RELIEF_SHARE = 0.02
"""Relief assumed for a height map of unknown depth, as a share of the tile: 4 cm over 2 m."""


def material_from_sources(
    sources: Mapping[str, bytes],
    *,
    size: tuple[int, int] | None,
    wraps: tuple[bool, bool],
    allow_npot: bool = False,
    tile_m: float | None = None,
    normal_strength: float = 1.0,
) -> Material:
    """Return the material that some pictures make.

    A source that is another prompt file's asset gives that asset's map. Height without a normal map gives the
    normals and the occlusion; an ORM picture gives its three channels.

    Args:
        sources: bytes of each picture by role: albedo, normal, height, roughness, metallic, occlusion,
            emissive, orm.
        size: (width, height) in texels; None keeps the size of the first picture.
        wraps: along which axes the pictures tile.
        allow_npot: accept a size that is no power of two.
        tile_m: edge length in metres; 2 when unknown.
        normal_strength: factor on the relief where normals are derived.

    Raises:
        FormatError: bytes that are no picture.
        SpecError: a size that is no power of two, or a picture without the channels of its role.
    """
    maps: dict[str, Image] = {}
    for role, data in sources.items():
        for name, image in _read_named(role, data):
            image = Image(image.pixels, image.space, image.alpha, wraps)
            if size is None:
                size = _checked_size(image, allow_npot=allow_npot)
            if (image.width, image.height) != size:
                image = resize(image, width=size[0], height=size[1])
            maps[name] = image
    tile_m = tile_m or _DEFAULT_TILE_M
    relief_m = tile_m * _DEFAULT_RELIEF_SHARE if "height" in maps else 0.0
    if "height" in maps:
        _derive(maps, tile_m=tile_m, relief_m=relief_m * normal_strength, wraps=wraps)
    return replace(Material(tile_m=tile_m, relief_m=relief_m), **maps)


def longer_edge(material: Material) -> int:
    """Return the longer edge of a material's maps in texels."""
    image = next(image for _, image in material.maps())
    return max(image.width, image.height)


def _checked_size(image: Image, *, allow_npot: bool) -> tuple[int, int]:
    size = (image.width, image.height)
    if allow_npot or all(edge & (edge - 1) == 0 for edge in size):
        return size
    near = max(16, 1 << round(math.log2(max(size))))
    raise SpecError(
        f"the source is {size[0]}x{size[1]}, no powers of two, which mip chains and block compression need; "
        f"write size = {near}, or allow_npot = true."
    )


def _derive(maps: dict[str, Image], *, tile_m: float, relief_m: float, wraps: tuple[bool, bool]) -> None:
    height = maps["height"].pixels[..., 0]
    if "normal" not in maps:
        normal = normal_from_height(height, relief_m=relief_m, tile_m=tile_m, wraps=wraps)
        maps["normal"] = Image(encode_normal(normal), ColorSpace.DATA, wraps=wraps)
    if "occlusion" not in maps:
        occlusion = horizon_occlusion(
            height, relief_m=relief_m, tile_m=tile_m, radius_m=tile_m * 0.06, wraps=wraps
        )
        maps["occlusion"] = Image(occlusion.clamp(0, 1)[..., None], ColorSpace.DATA, wraps=wraps)


def _read_named(role: str, data: bytes) -> list[tuple[str, Image]]:
    """Return the maps that one source holds; an error says which source it is about."""
    try:
        return _read(role, data)
    except FormatError as error:
        raise FormatError(f"source.{role}: {error.message}") from error


def _read(role: str, data: bytes) -> list[tuple[str, Image]]:
    """Return the maps that one source holds."""
    if is_material_bundle(data):
        return _maps_of_asset(role, read_material_bundle(data))
    is_color = role in ("albedo", "emissive")
    image = read_map(data, is_color=is_color)
    pixels = image.pixels
    if role == "orm":
        if image.channels < 3:
            raise SpecError(
                f"source.orm has {image.channels} channels; occlusion, roughness, metallic are 3."
            )
        names = ("occlusion", "roughness", "metallic")
        return [(name, _data(pixels[..., i : i + 1])) for i, name in enumerate(names)]
    if role == "albedo":
        return [("base_color", _color(image))]
    if role == "emissive":
        return [
            ("emissive", _color(image.with_pixels(_rgb(pixels)) if image.channels == 3 else _opaque(image)))
        ]
    if role == "normal":
        if image.channels < 3:
            raise SpecError("source.normal is grey; a normal map has red, green and blue.")
        return [("normal", _data(pixels[..., :3]))]
    return [(role, _data(pixels[..., :1]))]


def _maps_of_asset(role: str, material: Material) -> list[tuple[str, Image]]:
    names = ("occlusion", "roughness", "metallic") if role == "orm" else (_MAP_OF_ROLE.get(role, role),)
    found = [(name, getattr(material, name)) for name in names]
    if any(image is None for _, image in found):
        raise SpecError(f"the asset that source.{role} names has no {role} map.")
    return found


def _rgb(pixels: torch.Tensor) -> torch.Tensor:
    return pixels[..., :3] if pixels.shape[2] >= 3 else pixels[..., :1].expand(-1, -1, 3).contiguous()


def _opaque(image: Image) -> Image:
    return Image(_rgb(image.pixels).contiguous(), image.space, wraps=image.wraps)


def _color(image: Image) -> Image:
    if image.alpha is AlphaMode.NONE or image.channels < 4:
        return _opaque(image)
    return image


def _data(pixels: torch.Tensor) -> Image:
    return Image(pixels.contiguous(), ColorSpace.DATA)
