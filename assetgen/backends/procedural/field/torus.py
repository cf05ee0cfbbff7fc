"""The square that everything procedural is drawn on: a torus, so nothing ever has a seam to hide.

A `Torus` hands out texel coordinates and random streams. Coordinates are deliberately *not* wrapped: with an
`origin` of (a, b) texels they run from a/N to 1 + a/N, so an operator that is not truly periodic draws something
else there, and a test sees it. Fields are (N, N) float32, colors planar (3, N, N) linear light: on a CPU a mask
times a planar color is ten times faster than with channels last.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from assetgen.errors import SpecError

_MASK = 0xFFFFFFFF
_PIECE = 1 << 15


@dataclass(frozen=True, slots=True, eq=False)
class Torus:
    """One square tile of a surface.

    Args:
        size: texels along an edge, 16 or more.
        seed: the asset's seed; every random stream derives from it.
        tile_m: edge length in metres.
        origin: (x, y) in whole texels by which the drawing is scrolled; only tests use it.
        device: where fields live.

    Raises:
        SpecError: a size under 16 or a tile without extent.
    """

    size: int
    seed: int
    tile_m: float
    origin: tuple[int, int] = (0, 0)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def __post_init__(self) -> None:
        if self.size < 16 or not self.tile_m > 0:
            raise SpecError(f"a tile of {self.size} texels and {self.tile_m} m cannot be drawn.")

    @property
    def u(self) -> Tensor:
        """Horizontal texel centres in tiles, (1, N), to the right."""
        return self._axis(self.origin[0])[None, :]

    @property
    def v(self) -> Tensor:
        """Vertical texel centres in tiles, (N, 1), downwards."""
        return self._axis(self.origin[1])[:, None]

    def _axis(self, offset: int) -> Tensor:
        return (torch.arange(self.size, device=self.device, dtype=torch.float32) + (offset + 0.5)) / self.size

    def stream(self, name: str) -> int:
        """Return the 32-bit seed of the random stream called `name`."""
        digest = hashlib.sha256(f"{self.seed}/{name}".encode()).digest()
        return int.from_bytes(digest[:4], "little")

    def uniform(self, name: str, count: int, columns: int = 1) -> Tensor:
        """Return (count, columns) uniforms in [0, 1) of one stream, the same bits on every device."""
        index = torch.arange(count * columns, device=self.device, dtype=torch.int64)
        return hash_uniform(index, self.stream(name)).view(count, columns)

    def draw(self, name: str, low: float, high: float) -> float:
        """Return one number of a stream, uniform between two bounds."""
        return low + (high - low) * float(self.uniform(name, 1))

    def cells_across(self, feature_m: float) -> int:
        """Return how many features of a given size fit along the tile: a whole number, at least 1."""
        return max(1, round(self.tile_m / feature_m))

    def fit(self, feature_m: float, least: int = 5) -> float:
        """Return a size that lets at least so many features lie side by side: fewer would show as a pattern."""
        return min(feature_m, self.tile_m / least)

    def zeros(self) -> Tensor:
        """Return an (N, N) field of zeros."""
        return torch.zeros(self.size, self.size, device=self.device)


def hash_u32(index: Tensor, seed: int) -> Tensor:
    """Return 32-bit hashes of non-negative integers, held in int64 so that every device agrees.

    Source: the `lowbias32` integer mixer of Chris Wellons' hash prospector, run twice around the seed.
    """
    return _mix((_mix((index + seed) & _MASK) + (seed ^ 0x9E3779B9)) & _MASK)


def hash_uniform(index: Tensor, seed: int) -> Tensor:
    """Return float32 uniforms in [0, 1) from the upper 24 bits of the hash."""
    return (hash_u32(index, seed) >> 8).to(torch.float32) * (1.0 / 16777216.0)


def hash_uniforms(count: int, seed: int) -> Tensor:
    """Return what `hash_uniform` gives for 0 .. count - 1, ten times as fast: on the CPU, where integers wrap."""
    found = np.empty(count, np.float32)
    for start in range(0, count, _PIECE):
        end = min(start + _PIECE, count)
        x = np.arange(start, end, dtype=np.uint32)
        x += np.uint32(seed)
        _mix_wrapping(x)
        x += np.uint32(seed ^ 0x9E3779B9)
        _mix_wrapping(x)
        x >>= np.uint32(8)
        np.multiply(x, np.float32(1.0 / 16777216.0), out=found[start:end], casting="unsafe")
    return torch.from_numpy(found)


def _mix_wrapping(x: np.ndarray) -> None:
    """Do what `_mix` does, in place on uint32."""
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)


def _mix(x: Tensor) -> Tensor:
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & _MASK
    x = ((x ^ (x >> 15)) * 0x846CA68B) & _MASK
    return x ^ (x >> 16)
