"""Pictures to measure block encoders on: made here, drawn by our own backend, or read from a folder.

Real ones stay outside the repository. A file's name up to its first underscore is its class: albedo_bricks.png
and albedo_wool.png are counted together.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import torch

from assetgen.backends.base import load_backend
from assetgen.context import Context
from assetgen.specs.material import MaterialSpec

_SIZE = 384
_SUFFIXES = (".png", ".jpg", ".jpeg", ".tga", ".webp")
_PROMPTS = ("old wet mossy cobblestone", "rusty steel plates", "oak planks", "red brick")


def fractal(rng: np.random.Generator, falloff: float) -> np.ndarray:
    """Return tileable noise 0..1 whose amplitude falls with frequency to that power."""
    f = np.fft.fftfreq(_SIZE)
    radius = np.hypot(f[:, None], f[None])
    radius[0, 0] = 1
    field = np.fft.ifft2(np.fft.fft2(rng.standard_normal((_SIZE, _SIZE))) * radius**-falloff).real
    return (field - field.min()) / np.ptp(field)


def cells(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (distance to the nearest border of a stone, number of the stone), as cobbles lie."""
    y, x = np.mgrid[0:_SIZE, 0:_SIZE] / _SIZE
    nearest, second = np.full((2, _SIZE, _SIZE), 9.0)
    owner = np.zeros((_SIZE, _SIZE), int)
    for k, (px, py) in enumerate(rng.random((count, 2))):
        dx, dy = np.abs(x - px), np.abs(y - py)
        distance = np.hypot(np.minimum(dx, 1 - dx), np.minimum(dy, 1 - dy))
        closer = distance < nearest
        second = np.where(closer, nearest, np.minimum(second, distance))
        owner = np.where(closer, k, owner)
        nearest = np.minimum(nearest, distance)
    return (second - nearest) * np.sqrt(count), owner


def normal_map(height: np.ndarray) -> np.ndarray:
    """Return the tangent-space normals of a tileable height field, stored as n * 0.5 + 0.5."""
    slope_x = np.roll(height, -1, 1) - np.roll(height, 1, 1)
    slope_y = np.roll(height, 1, 0) - np.roll(height, -1, 0)
    normal = np.stack([-slope_x, -slope_y, np.ones_like(height)], -1)
    return normal / np.linalg.norm(normal, axis=-1, keepdims=True) * 0.5 + 0.5


def made_pictures() -> dict[str, np.ndarray]:
    """Return pictures of arithmetic, (H, W, 3 or 4) uint8."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:_SIZE, 0:_SIZE] / _SIZE
    rough, soft, fine = fractal(rng, 1.2), fractal(rng, 1.6), fractal(rng, 0.8)
    grain = 0.03 * rng.standard_normal((_SIZE, _SIZE, 1))
    rock = np.stack([0.1 + 0.7 * rough, 0.1 + 0.65 * rough + 0.1 * soft, 0.1 + 0.6 * rough + 0.12 * fine], -1)
    course = (x * 16 + 0.5 * (np.floor(y * 32) % 2)) % 1
    mortar = ((course < 0.08) | ((y * 32) % 1 < 0.12))[..., None]
    brick = np.array([0.55, 0.22, 0.15]) * (0.7 + 0.5 * fine[..., None]) + grain
    edge, stone = cells(rng, 120)
    top = np.clip(edge * 2, 0, 1)
    tone = rng.uniform(0.35, 0.6, 120)[stone][..., None] * (1 + 0.08 * rng.standard_normal((120, 3))[stone])
    cobble = tone * (0.4 + 0.6 * top[..., None]) * (0.85 + 0.3 * fine[..., None]) + 0.5 * grain
    orm = np.stack([0.4 + 0.6 * top, 0.9 - 0.35 * top * fine, np.zeros_like(top)], -1)
    metal = np.stack([1 - 0.4 * rough, 0.3 + 0.5 * fine, (soft > 0.55) * 1.0], -1)
    angle, radius = np.arctan2(y - 0.5, x - 0.5), np.hypot(x - 0.5, y - 0.5)
    coverage = np.clip((0.4 + 0.08 * np.sin(9 * angle) - radius) * _SIZE / 3, 0, 1)
    leaf = np.stack([0.2 + 0.2 * rough, 0.45 + 0.3 * rough, 0.1 + 0.1 * fine, coverage], -1)
    pictures = {
        "gradient": np.stack([0.1 + 0.8 * x, 0.2 + 0.3 * (x + y), 0.5 + 0.4 * np.sin(6 * y)], -1),
        "rock": rock + grain,
        "brick": np.where(mortar, np.array([0.6, 0.58, 0.55]) * (0.8 + 0.3 * soft[..., None]), brick),
        "cobble": cobble,
        "cobble orm": orm,
        "metal orm": metal,
        "normal": normal_map(top * 3 + fine * 6),
        "leaf": leaf,
        "noise": rng.random((_SIZE, _SIZE, 3)),
    }
    return {f"made_{name}": levels(np.clip(pixels, 0, 1)) for name, pixels in pictures.items()}


def own_pictures() -> dict[str, np.ndarray]:
    """Return the albedo and the occlusion-roughness-metallic of a few of our own materials."""
    backend, pictures = load_backend("procedural", kind="material"), {}
    for prompt in _PROMPTS:
        spec = MaterialSpec(asset="bench", prompt=prompt, size=(512, 512), seed=1)
        material = backend.generate(spec, Context()).value
        name = prompt.split()[-1]
        pictures[f"own_{name}_albedo"] = levels(material.base_color.pixels.numpy()[:_SIZE, :_SIZE, :3])
        masks = (material.occlusion, material.roughness, material.metallic)
        zero = torch.zeros(512, 512, 1)
        planes = [zero if mask is None else mask.pixels for mask in masks]
        pictures[f"own_{name}_orm"] = levels(torch.cat(planes, -1).numpy()[:_SIZE, :_SIZE])
    return pictures


def real_pictures(folder: Path) -> dict[str, np.ndarray]:
    """Return the middle of every picture in a folder, at most 384 texels wide and high, uint8."""
    pictures = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in _SUFFIXES:
            with PIL.Image.open(path) as opened:
                width, height = (min(_SIZE, edge) // 4 * 4 for edge in opened.size)
                left, top = (opened.width - width) // 2, (opened.height - height) // 2
                crop = opened.crop((left, top, left + width, top + height))
                has_alpha = "A" in crop.mode or "transparency" in opened.info
                pictures[path.stem] = np.asarray(crop.convert("RGBA" if has_alpha else "RGB"))
    return pictures


def levels(pixels: np.ndarray) -> np.ndarray:
    """Return pixels 0..1 as levels, rounded half up."""
    return np.floor(pixels * 255 + 0.5).astype(np.uint8)
