"""Colors of natural matter: ramps in linear light, and the small differences between one piece and the next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.oklab import (
    Triple,
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    srgb_to_linear,
)

_BRIGHTEST = 0.86
"""Largest linear channel that the maps of a material keep."""


def hex_to_srgb(text: str) -> Triple:
    """Return '#rrggbb' as three numbers 0..1."""
    digits = text.lstrip("#")
    return int(digits[0:2], 16) / 255, int(digits[2:4], 16) / 255, int(digits[4:6], 16) / 255


def pigment(srgb: Triple, *, most_chroma: float) -> Triple:
    """Return the sRGB color in which real matter answers to a color's name.

    Names such as "yellow" or "teal" stand for the purest light of a screen. No clay, paint or glaze is that
    colorful: chroma is bent below a limit, the light it needed is given back, lemon turns towards ochre, and the red
    of natural matter towards brick.

    Args:
        srgb: the color as it is named.
        most_chroma: OKLab chroma that is never passed: about 0.1 for natural matter, 0.14 for paint and glaze.
    """
    lightness, a, b = linear_to_oklab(srgb_to_linear(srgb))
    chroma, hue = math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360
    if chroma < 1e-4:
        return srgb
    bent = most_chroma * math.tanh(chroma / most_chroma)
    lost = 1 - bent / chroma
    if 0 < hue < 40 and most_chroma <= 0.1:
        hue = 40 - (40 - hue) * 0.35  # clay and rust are never crimson
    elif 84 < hue < 132:
        hue = 84 + (hue - 84) * (0.25 + 0.75 * max(0.0, (hue - 112) / 20))
    lightness = lightness * (1 - 0.07 * min(chroma / 0.1, 1.0) - 0.34 * lost)
    turn = math.radians(hue)
    return linear_to_srgb(oklab_to_linear((lightness, bent * math.cos(turn), bent * math.sin(turn))))


@dataclass(frozen=True, slots=True)
class Palette:
    """A color ramp: positions 0..1 with linear colors between which it blends smoothly.

    Args:
        stops: (position, linear color), positions ascending.
    """

    stops: tuple[tuple[float, Triple], ...]

    @classmethod
    def of(cls, *colors: str) -> Palette:
        """Return a ramp through '#rrggbb' colors at equal distances; one color alone is a flat ramp."""
        last = max(len(colors) - 1, 1)
        return cls(tuple((i / last, srgb_to_linear(hex_to_srgb(c))) for i, c in enumerate(colors)))

    def paint(self, position: Tensor) -> Tensor:
        """Color a field, (N, N) in 0..1 (beyond is clamped), as planar linear color (3, N, N)."""
        first = self.stops[0][1]
        color = torch.tensor(first, device=position.device)[:, None, None].repeat(1, *position.shape)
        for (low, before), (high, after) in zip(self.stops, self.stops[1:], strict=False):
            t = ((position - low) * (1 / (high - low))).clamp_(0, 1)
            t = t * t * (3 - 2 * t)
            for channel in range(3):
                color[channel].add_(t, alpha=after[channel] - before[channel])
        return color

    def middle(self) -> Triple:
        """Return the linear color halfway along the ramp."""
        return self.stops[len(self.stops) // 2][1]

    def adjusted(self, *, brightness: float = 0.0, saturation: float = 0.0, warmth: float = 0.0) -> Palette:
        """Return the ramp lighter or darker, more or less colorful, warmer or cooler; each -1..1, in OKLab."""

        def change(color: Triple) -> Triple:
            lightness, a, b = linear_to_oklab(color)
            grow = 1 + saturation * (0.8 if saturation > 0 else 0.9)
            lightness = (
                lightness * (1 + 0.35 * brightness)
                if brightness < 0
                else lightness + (0.95 - lightness) * 0.45 * brightness
            )
            return oklab_to_linear((lightness, a * grow + 0.012 * warmth, b * grow + 0.035 * warmth))

        return Palette(tuple((position, change(color)) for position, color in self.stops))

    def cast_in(self, srgb: Triple) -> Palette:
        """Return the ramp of one metal in another: its middle becomes that metal, lit and shaded as before.

        Light that a map cannot hold is taken off all three channels, so that gold stays golden.
        """
        want, pivot = srgb_to_linear(srgb), self.middle()
        fit = min(1.0, _BRIGHTEST / max(want))

        def change(color: Triple) -> Triple:
            r, g, b = (min(w * fit * c / p, _BRIGHTEST) for w, c, p in zip(want, color, pivot, strict=True))
            return r, g, b

        return Palette(tuple((position, change(color)) for position, color in self.stops))

    def tinted(self, srgb: Triple, strength: float = 1.0) -> Palette:
        """Return the ramp in another color that keeps its light and dark structure.

        The ramp's middle takes the hue and, mostly, the lightness of the color asked for; every other stop keeps
        its distance from the middle. Natural matter stays natural: chroma is taken at 85 %.
        """
        want = linear_to_oklab(srgb_to_linear(srgb))
        # Names of dark colors are darker than any dry matter, so the low end is lifted.
        level = max(want[0] * 0.95, 0.18 + want[0] * 0.6)
        pivot = linear_to_oklab(self.middle())

        def change(color: Triple) -> Triple:
            lightness, a, b = linear_to_oklab(color)
            contrast = 0.55 + 0.45 * min(want[0] / max(pivot[0], 0.05), 1.0)
            new = (
                min(max(level + (lightness - pivot[0]) * contrast, 0.12), 0.97),
                want[1] * 0.85 + (a - pivot[1]) * 0.6,
                want[2] * 0.85 + (b - pivot[2]) * 0.6,
            )
            old = (lightness, a, b)
            return oklab_to_linear(
                (
                    old[0] + (new[0] - old[0]) * strength,
                    old[1] + (new[1] - old[1]) * strength,
                    old[2] + (new[2] - old[2]) * strength,
                )
            )

        return Palette(tuple((position, change(color)) for position, color in self.stops))


def nearest_ramp(srgb: Triple, ramps: Sequence[Sequence[str]]) -> int:
    """Return which ramp of '#rrggbb' stops has the middle nearest to a color; hue counts for more than lightness.

    A material that comes in several natural colors takes this one before it is tinted, so that black granite has the
    structure of black granite.
    """
    wanted = linear_to_oklab(srgb_to_linear(srgb))

    def apart(ramp: Sequence[str]) -> float:
        own = linear_to_oklab(Palette.of(*ramp).middle())
        return sum((a - b) * (a - b) * weight for a, b, weight in zip(own, wanted, (1, 6, 6), strict=True))

    return min(range(len(ramps)), key=lambda number: apart(ramps[number]))


def mix(below: Tensor, above: Tensor | float, mask: Tensor) -> Tensor:
    """Blend two fields or planar colors by a mask of 0..1."""
    return below + (above - below) * mask


def warmed(color: Tensor, warmth: Tensor) -> Tensor:
    """Return a planar linear color turned towards iron and clay (above 0) or towards slate and lichen (below 0).

    Args:
        color: (3, N, N) linear.
        warmth: (N, N) relative change of red against blue, about -0.3..0.3; lightness stays nearly as it is.
    """
    return color * torch.stack([1 + 0.8 * warmth, 1 - 0.12 * warmth, 1 - warmth]).clamp_(min=0.2)


def flat_color(torus: Torus, linear: Triple) -> Tensor:
    """Return one linear color as a (3, 1, 1) plane that broadcasts."""
    return torch.tensor(linear, device=torus.device)[:, None, None]


def piece_tints(
    torus: Torus, name: str, count: int, *, value: float = 0.15, hue: float = 4.0, warmth: float = 0.05
) -> Tensor:
    """Return a linear multiplier per piece, (3, count), so that no two stones have quite one color.

    Args:
        torus: the tile.
        name: the random stream.
        count: how many pieces there are.
        value: largest relative change of brightness.
        hue: largest turn of the hue in degrees, applied as a small red-against-green shift.
        warmth: largest shift between warm and cool.
    """
    r = torus.uniform(name, count, 3) * 2 - 1
    light = 1 + r[:, 0] * value
    turn = r[:, 1] * math.radians(hue) * 0.5
    warm = r[:, 2] * warmth
    return torch.stack([light * (1 + warm + turn), light * (1 - turn * 0.6), light * (1 - warm)])
