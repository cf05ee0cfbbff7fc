"""Color words made lighter, duller or mixed in OKLab, where equal steps look equal.

Source: B. Ottosson, "A perceptual color space for image processing" (2020); sRGB transfer of IEC 61966-2-1.
"""

from __future__ import annotations

from dataclasses import dataclass

from assetgen.backends.procedural.grammar.report import ColorWord

Triple = tuple[float, float, float]


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
    lightness, a, b = _to_oklab(color.srgb)
    chroma = max(0.0, shade.chroma) ** strength
    lightness = min(1.0, max(0.05, lightness + shade.lightness * strength))
    changed = _from_oklab((lightness, a * chroma, b * chroma + shade.warmth * strength))
    return ColorWord(name, changed, color.metal)


def mix(first: ColorWord, second: ColorWord, *, share: float, name: str) -> ColorWord:
    """Return the OKLab mixture with `share` (0..1) of the second color; metal only where both are."""
    one, two = _to_oklab(first.srgb), _to_oklab(second.srgb)
    blend = [x + (y - x) * share for x, y in zip(one, two, strict=True)]
    return ColorWord(name, _from_oklab((blend[0], blend[1], blend[2])), first.metal and second.metal)


def encode_srgb(linear: Triple) -> Triple:
    """Return sRGB channels, 0..1 and rounded to six places, of linear ones."""
    return (_encode(linear[0]), _encode(linear[1]), _encode(linear[2]))


def _encode(value: float) -> float:
    value = min(1.0, max(0.0, value))
    coded = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(min(1.0, max(0.0, coded)), 6)


def _decode(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _to_oklab(srgb: Triple) -> Triple:
    r, g, b = (_decode(value) for value in srgb)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lab: Triple) -> Triple:
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return encode_srgb(
        (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )
    )
