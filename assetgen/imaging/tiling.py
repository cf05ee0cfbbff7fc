"""Measures of a tile: whether its edges show, and whether it repeats to the eye.

A seam is a kink, so the second difference is taken across the two lines at the wrap and compared with the
strongest percent of lines inside. A texture's own hard edges count on both sides; a cut stands out by far.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.imaging.color import luminance, srgb_to_linear
from assetgen.media.image import AlphaMode, ColorSpace, Image

_SMALLEST_KINK = 0.25 / 255.0
"""Second difference below which nobody sees anything; keeps flat images from comparing rounding errors."""


@dataclass(frozen=True, slots=True)
class SeamRatio:
    """How strong the wrap lines are against the image's own strong lines; up to 1.25 is no seam.

    Args:
        x: across the left and right edge.
        y: across the top and bottom edge.
    """

    x: float
    y: float

    @property
    def worst(self) -> float:
        """The larger of the two."""
        return max(self.x, self.y)


def seam_ratio(pixels: Image | Tensor) -> SeamRatio:
    """Return the mean absolute second difference at the wrap over the 99th percentile of the lines inside.

    Args:
        pixels: an image, or (H, W) or (H, W, C) of 0..1, as it will be stored.
    """
    values = pixels.pixels if isinstance(pixels, Image) else pixels
    planes = values if values.ndim == 3 else values.unsqueeze(-1)
    return SeamRatio(x=_ratio(planes, dim=1), y=_ratio(planes, dim=0))


def repetition(image: Image, *, waves: int = 2) -> float:
    """Return the share, 0..1, of the luminance's variation that lies in its `waves` longest waves.

    A tile whose brightness swings once or twice over its width shows its grid when repeated; up to 0.15 is
    calm. Waves count by their length: the diagonal one of two by two is not among the longest two.
    """
    light = _luminance_of(image).double()
    light = light - light.mean()
    rows, columns = light.shape
    total = float(light.square().sum())
    if total <= rows * columns * 1e-8:
        return 0.0
    across = _waves(columns, range(waves + 1), device=light.device)
    down = _waves(rows, range(-waves, waves + 1), device=light.device)
    spectrum = down @ (light.to(torch.complex128) @ across.T)  # (2 waves + 1, waves + 1)
    energy = spectrum.abs().square() / (rows * columns)
    low = 0.0
    for i, ky in enumerate(range(-waves, waves + 1)):
        for kx in range(waves + 1):
            if 0 < kx * kx + ky * ky <= waves * waves:
                # Waves with kx > 0 stand for their mirror images too.
                low += float(energy[i, kx]) * (2.0 if kx > 0 else 1.0)
    return min(low / total, 1.0)


def _ratio(values: Tensor, *, dim: int) -> float:
    lines = values.shape[dim]
    if lines < 4:
        return 0.0
    bent = (values * 2.0).sub_(values.roll(1, dim)).sub_(values.roll(-1, dim)).abs_()
    # Summed in double: the order of the sum, which threads change, is then far below what is reported.
    kink = bent.movedim(dim, 0).reshape(lines, -1).double().mean(dim=1)
    inside = kink[1:-1].sort().values
    place = 0.99 * (inside.numel() - 1)
    low = int(place)
    high = min(low + 1, inside.numel() - 1)
    strong = float(inside[low] + (inside[high] - inside[low]) * (place - low))
    return max(float(kink[0]), float(kink[-1])) / max(strong, _SMALLEST_KINK)


def _luminance_of(image: Image) -> Tensor:
    color = image.pixels if image.alpha is AlphaMode.NONE else image.pixels[..., :-1]
    if color.shape[-1] < 3:
        return color[..., 0]
    return luminance(srgb_to_linear(color) if image.space is ColorSpace.SRGB else color)


def _waves(size: int, numbers: range, *, device: torch.device) -> Tensor:
    position = (torch.arange(size, dtype=torch.float64, device=device) + 0.5) / size
    number = torch.tensor(list(numbers), dtype=torch.float64, device=device)
    angle = number[:, None] * position * (-2.0 * math.pi)
    return torch.polar(torch.ones_like(angle), angle)
