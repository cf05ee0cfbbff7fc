"""Color words made lighter, duller or mixed in OKLab, where equal steps look equal."""

from __future__ import annotations

from dataclasses import dataclass

from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.oklab import (
    Triple,
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    srgb_to_linear,
)


@dataclass(frozen=True, slots=True)
class Shade:
    """A change of color: lightness added, chroma multiplied, warmth added to the yellow axis of OKLab."""

    lightness: float = 0.0
    chroma: float = 1.0
    warmth: float = 0.0


def parse_hex(text: str) -> Triple:
    """Return the sRGB of "#rgb" or "#rrggbb"."""
    digits = text.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return (int(digits[0:2], 16) / 255, int(digits[2:4], 16) / 255, int(digits[4:6], 16) / 255)


def apply_shade(color: ColorWord, shade: Shade, *, name: str, strength: float = 1.0) -> ColorWord:
    """Return the color changed by `strength` times the shade, under its new name."""
    lightness, a, b = linear_to_oklab(srgb_to_linear(color.srgb))
    chroma = max(0.0, shade.chroma) ** strength
    lightness = min(1.0, max(0.05, lightness + shade.lightness * strength))
    changed = encode_srgb(oklab_to_linear((lightness, a * chroma, b * chroma + shade.warmth * strength)))
    return ColorWord(name, changed, color.metal)


def mix(first: ColorWord, second: ColorWord, *, share: float, name: str) -> ColorWord:
    """Return the OKLab mixture with `share` (0..1) of the second color; metal only where both are."""
    one, two = (linear_to_oklab(srgb_to_linear(word.srgb)) for word in (first, second))
    blend = [x + (y - x) * share for x, y in zip(one, two, strict=True)]
    return ColorWord(
        name, encode_srgb(oklab_to_linear((blend[0], blend[1], blend[2]))), first.metal and second.metal
    )


def encode_srgb(linear: Triple) -> Triple:
    """Return sRGB channels, 0..1 and rounded to six places, of linear ones."""
    r, g, b = (round(channel, 6) for channel in linear_to_srgb(linear))
    return r, g, b
