"""What a report and an editor show and play of an asset; kept in the store, never published with it.

JPEG, because a report carries the pictures of hundreds of assets inside itself: about 60 KB an asset. A sound has a
few seconds of itself beside its picture, of about as many bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from assetgen.formats.jpeg import write_jpeg
from assetgen.formats.sound_clip import write_clip
from assetgen.imaging.color import linear_to_srgb, srgb_to_linear
from assetgen.imaging.preview import render_plane, render_sphere
from assetgen.media.audio import AudioClip
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import Material

PICTURE = 320
"""Edge of the pictures in pixels."""
MAP = 128
"""Edge of one map in the strip of maps."""
GAP = 16
"""Between the maps of a strip: with MAP a multiple of JPEG's blocks, so that no map's color leaks into the next."""

CLIP = "clip"
"""What is heard of an asset, among its previews by name."""

_Kept = TypeVar("_Kept")
_PLANE_QUALITY = 80
_STRIP_QUALITY = 75
_GROUND = 0.5


def render_previews(material: Material) -> dict[str, bytes]:
    """Return JPEG files by name.

    A material has "sphere" and "plane", PICTURE x PICTURE, and "maps": base color, normal, height, roughness,
    metallic, occlusion and, if it has one, emissive, MAP x MAP each with GAP between. A map that is absent is
    drawn as what engines take instead. Anything else has "flat", its first map, and where that wraps "tiled",
    2 x 2 of it.
    """
    if material.base_color is None or material.normal is None:
        image = next(image for _, image in material.maps())
        flat = {"flat": write_jpeg(render_face(material, size=PICTURE))}
        return {**flat, "tiled": write_jpeg(_tiled(image))} if any(image.wraps) else flat
    return {
        "sphere": write_jpeg(render_face(material, size=PICTURE)),
        "plane": write_jpeg(render_plane(material, size=PICTURE), quality=_PLANE_QUALITY),
        "maps": write_jpeg(_strip(material), quality=_STRIP_QUALITY),
    }


def render_sound(heard: AudioClip | None) -> dict[str, bytes]:
    """Return "clip", the first seconds of what is heard of an asset as Ogg Vorbis; nothing of what is only seen."""
    return {} if heard is None else {CLIP: write_clip(heard)}


def render_face(material: Material, *, size: int) -> Image:
    """Return the picture by which people know an asset, its longer edge so many pixels: "sphere", else "flat"."""
    if material.base_color is None or material.normal is None:
        return _fitted(next(image for _, image in material.maps()), size)
    return render_sphere(material, size=size)


def face_of(previews: Mapping[str, _Kept]) -> _Kept:
    """Return that picture, or what stands for it, of an asset's previews by name."""
    return previews["sphere"] if "sphere" in previews else previews["flat"]


def _strip(material: Material) -> Image:
    places = [
        _square(material.base_color, absent=_GROUND),
        _square(material.normal, absent=_GROUND),
        _square(material.height, absent=_GROUND),
        _square(material.roughness, absent=material.roughness_factor),
        _square(material.metallic, absent=material.metallic_factor),
        _square(material.occlusion, absent=1.0),
    ]
    if material.emissive is not None:
        places.append(_square(material.emissive, absent=0.0))
    step = MAP + GAP
    canvas = torch.full((MAP, step * len(places) - GAP, 3), _GROUND)
    for number, place in enumerate(places):
        canvas[:, number * step : number * step + MAP] = place
    return Image(canvas, ColorSpace.SRGB)


def _square(image: Image | None, *, absent: float) -> Tensor:
    """Return a map as (MAP, MAP, 3), its shorter edge centered between bands of the ground."""
    if image is None:
        return torch.full((MAP, MAP, 3), absent)
    small = _fitted(image, MAP)
    canvas = torch.full((MAP, MAP, 3), _GROUND)
    top, left = (MAP - small.height) // 2, (MAP - small.width) // 2
    canvas[top : top + small.height, left : left + small.width] = small.pixels.cpu()
    return canvas


def _tiled(image: Image) -> Image:
    half = _fitted(image, PICTURE // 2)
    return half.with_pixels(half.pixels.repeat(2, 2, 1))


def _fitted(image: Image, edge: int) -> Image:
    """Return a map as an opaque RGB picture whose longer edge is `edge`, every texel counted by its area."""
    scale = edge / max(image.width, image.height)
    size = (max(1, round(image.height * scale)), max(1, round(image.width * scale)))
    pixels = image.pixels[..., :3] if image.channels >= 3 else image.pixels[..., :1].expand(-1, -1, 3)
    is_color = image.space is ColorSpace.SRGB
    light = srgb_to_linear(pixels) if is_color else pixels
    small = interpolate(light.movedim(2, 0)[None], size=size, mode="area")[0].movedim(0, 2).contiguous()
    return Image((linear_to_srgb(small) if is_color else small).clamp(0.0, 1.0), ColorSpace.SRGB)
