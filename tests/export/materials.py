"""A small material whose every map is a plane of its own, so that a swapped channel shows."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import torch

from assetgen.export.containers import CONTAINERS
from assetgen.export.texels import decode_texels
from assetgen.media.artifact import Artifact
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import Material

EDGE = 32
LEVELS = {"roughness": 0.8, "metallic": 0.25, "occlusion": 0.6, "height": 0.4}


def plane(level: float, *, edge: int = EDGE) -> torch.Tensor:
    """Return (N, N, 1): a soft wave around a level, the same at opposite edges."""
    wave = torch.sin(torch.arange(edge) / edge * 2 * torch.pi) * 0.05
    return (level + wave[:, None] + wave[None, :])[..., None].float()


def small_material(*, edge: int = EDGE, emissive: bool = True) -> Material:
    def data(level: float) -> Image:
        return Image(plane(level, edge=edge), ColorSpace.DATA, wraps=(True, True))

    def color(*levels: float) -> Image:
        pixels = torch.cat([plane(level, edge=edge) for level in levels], dim=2)
        return Image(pixels, ColorSpace.SRGB, wraps=(True, True))

    slope = torch.cat([plane(0.6, edge=edge), plane(0.3, edge=edge)], dim=2) * 2 - 1
    up = (1 - slope.square().sum(dim=2, keepdim=True)).sqrt()
    normal = torch.cat([slope, up], dim=2) * 0.5 + 0.5
    return Material(
        tile_m=2.0,
        relief_m=0.05,
        base_color=color(0.7, 0.5, 0.2),
        normal=Image(normal, ColorSpace.DATA, wraps=(True, True)),
        roughness=data(LEVELS["roughness"]),
        metallic=data(LEVELS["metallic"]),
        occlusion=data(LEVELS["occlusion"]),
        height=data(LEVELS["height"]),
        emissive=color(0.1, 0.3, 0.9) if emissive else None,
    )


def pixels_of(artifact: Artifact, *, level: int = 0) -> np.ndarray:
    """Return (H, W, C) 0..1 of a finished file, read by other code than wrote it."""
    if artifact.filename.endswith(".png"):
        with PIL.Image.open(io.BytesIO(artifact.data)) as picture:
            array = np.asarray(picture)
        scale = 65535 if array.dtype.itemsize > 1 else 255
        return (array if array.ndim == 3 else array[..., None]).astype(np.float64) / scale
    texture = CONTAINERS[artifact.filename.rsplit(".", 1)[-1]].read(artifact.data)
    width, height = texture.shape.level_size(level)
    return (
        decode_texels(texture.levels[level], texture.shape.fmt, width=width, height=height).double().numpy()
    )
