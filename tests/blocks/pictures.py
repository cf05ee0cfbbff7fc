"""Small pictures made from arithmetic, the same on every machine."""

from __future__ import annotations

import numpy as np
import torch

from assetgen.media.image import AlphaMode, ColorSpace, Image


def picture(levels: np.ndarray, *, alpha: AlphaMode = AlphaMode.NONE) -> Image:
    """Return (H, W, C) whole numbers 0..255 as an image."""
    return Image(torch.from_numpy(levels.astype(np.float32) / 255), ColorSpace.SRGB, alpha)


def levels_of(image: Image) -> np.ndarray:
    """Return the pixels as whole numbers 0..255."""
    return np.floor(image.pixels.numpy() * 255 + 0.5).astype(np.int64)


def mixed_levels(size: int, channels: int, *, seed: int = 0) -> np.ndarray:
    """Return smooth slopes, sharp edges, noise and flat areas side by side, (size, size, channels) 0..255."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size]
    slope = np.stack([x * 200 // size, y * 150 // size + 40, (x + y) * 100 // size + 20], -1)
    edges = np.where(((x // 5 + y // 7) % 2 == 0)[..., None], (180, 90, 60), (70, 75, 90))
    noise = rng.integers(0, 256, (size, size, 3))
    flat = np.broadcast_to(np.array((37, 201, 118)), (size, size, 3))
    kinds = (slope, edges + rng.integers(-6, 7, (size, size, 3)), noise, flat)
    half = size // 2
    color = np.empty((size, size, 3), np.int64)
    for k, kind in enumerate(kinds):
        rows, columns = slice(k // 2 * half, k // 2 * half + half), slice(k % 2 * half, k % 2 * half + half)
        color[rows, columns] = kind[rows, columns]
    alpha = np.clip(np.hypot(x - half, y - half) * 12 - 100, 0, 255).astype(np.int64)
    return np.concatenate([np.clip(color, 0, 255), alpha[..., None]], -1)[:, :, :channels]


def psnr_db(a: np.ndarray, b: np.ndarray) -> float:
    """Return the peak signal-to-noise ratio of two arrays of 0..255."""
    return float(10 * np.log10(255**2 / max(np.mean((a.astype(float) - b) ** 2), 1e-9)))
