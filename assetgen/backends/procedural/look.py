"""What a prompt asks of a recipe, resolved: every parameter a number, every palette in the wanted colors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from assetgen.backends.procedural.catalog.catalog import Parameter
from assetgen.backends.procedural.field.palette import Palette, Triple, hex_to_srgb, pigment
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.oklab import (
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    srgb_to_linear,
)

NATURAL: Final = 0.10
"""OKLab chroma of the most colorful stone, clay, wood and soil."""
LEAFY: Final = 0.16
"""OKLab chroma of the freshest leaf."""
_CHLOROPHYLL: Final = 120.0
"""OKLab hue of leaves in degrees."""
PAINTED: Final = 0.125
"""OKLab chroma of strong paint and glaze after a little weather."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The wishes of one asset, as a recipe sees them.

    Args:
        values: resolved value of each of the recipe's parameters.
        traits: prompt traits such as relief, gloss, brightness; an absent one is neutral.
        options: named choices such as bond = "herringbone".
        color: the color asked for, if any; `second_color` goes with it ("red and white").
    """

    values: Mapping[str, float] = field(default_factory=dict)
    traits: Mapping[str, float] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    color: ColorWord | None = None
    second_color: ColorWord | None = None

    def __getitem__(self, name: str) -> float:
        """Return the value of one of the recipe's parameters."""
        return self.values[name]

    def trait(self, name: str, neutral: float) -> float:
        """Return a trait of the prompt, or its neutral value."""
        return self.traits.get(name, neutral)

    def option(self, name: str, default: str) -> str:
        """Return a named choice of the prompt, or the recipe's default."""
        return self.options.get(name, default)

    @property
    def relief(self) -> float:
        """The factor on every height ("bumpy", "flat")."""
        return self.trait("relief", 1.0)

    def roughness(self, value: float) -> float:
        """Shift a typical roughness by the trait gloss, -1 matte to +1 glossy."""
        gloss = self.trait("gloss", 0.0)
        return value * (1 - 0.75 * gloss) if gloss > 0 else value + (0.97 - value) * -gloss * 0.8

    def palette(self, *colors: str, tint: float = 1.0, most_chroma: float = NATURAL) -> Palette:
        """Return a ramp in the colors of the prompt.

        Args:
            colors: '#rrggbb' stops of the matter as it comes.
            tint: how far a color asked for takes hold; 0 for matter that keeps its own (mortar, dirt).
            most_chroma: how colorful the matter can be: NATURAL or PAINTED.
        """
        ramp = Palette.of(*colors)
        if self.color is not None and tint > 0:
            ramp = ramp.tinted(as_matter(self.color, most_chroma), tint)
        return self._adjusted(ramp)

    def leaf(self, *colors: str) -> Palette:
        """Return a ramp of living leaves in the color of the prompt: a green asked for is one that leaves can have.

        Args:
            colors: '#rrggbb' stops of the plant as it comes.
        """
        ramp = Palette.of(*colors)
        return self._adjusted(ramp if self.color is None else ramp.tinted(as_leaf(self.color)))

    def paint(self, drawn: Palette, *, second: bool = False) -> Palette:
        """Return dark, plain and light paint; a color asked for is the paint itself, not a tint of some other.

        Args:
            drawn: the paint when no color is asked for; its middle counts.
            second: follow the second color of the prompt, which stripes and lettering take.
        """
        color = self.second_color if second else self.color
        plain = drawn.middle() if color is None else srgb_to_linear(as_matter(color, PAINTED))
        asked = self._adjusted(Palette(((0.0, plain),)))
        dark, light = asked.adjusted(brightness=-0.22), asked.adjusted(brightness=0.14, saturation=-0.12)
        return Palette(((0.0, dark.middle()), (0.5, asked.middle()), (1.0, light.middle())))

    def light(self, drawn: str, *, second: bool = True) -> Triple:
        """Return the linear color of a lamp, its strongest channel 1: light is as pure as it is asked for.

        Args:
            drawn: '#rrggbb' when no color is asked for.
            second: follow the second color of the prompt, since the first is that of the surface.
        """
        color = self.second_color if second else self.color
        r, g, b = srgb_to_linear(hex_to_srgb(drawn) if color is None else color.srgb)
        most = max(r, g, b, 1e-3)
        return r / most, g / most, b / most

    def bare_metal(self, *colors: str) -> Palette:
        """Return a ramp of bare metal: another metal asked for takes its place, any other color anodizes it.

        Args:
            colors: '#rrggbb' stops of the metal as it comes, a few hundredths apart.
        """
        ramp = Palette.of(*colors)
        if self.color is not None and self.color.metal:
            ramp = ramp.cast_in(self.color.srgb)
        elif self.color is not None:
            ramp = ramp.tinted(as_matter(self.color, PAINTED))
        return self._adjusted(ramp)

    @property
    def metallic(self) -> float:
        """How metallic bare metal is: a dark or colored one carries a film of oxide or dye."""
        dyed = self.color is not None and not self.color.metal
        return 0.86 if dyed or self.trait("brightness", 0.0) < 0 else 1.0

    def _adjusted(self, ramp: Palette) -> Palette:
        return ramp.adjusted(
            brightness=self.trait("brightness", 0.0),
            saturation=self.trait("saturation", 0.0),
            warmth=self.trait("warmth", 0.0),
        )


def as_matter(color: ColorWord, most_chroma: float = NATURAL) -> Triple:
    """Return a color of a prompt as matter can have it; one given as #rrggbb is taken at its word."""
    return color.srgb if color.name.startswith("#") else pigment(color.srgb, most_chroma=most_chroma)


def as_leaf(color: ColorWord) -> Triple:
    """Return a color of a prompt as a leaf can have it.

    The greens of a screen are bluer than chlorophyll, whose green leans to yellow whether pale or dark. Any other
    hue, and a color given as #rrggbb, is taken as other matter takes it.
    """
    lightness, a, b = linear_to_oklab(srgb_to_linear(color.srgb))
    chroma, hue = math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360
    if color.name.startswith("#") or chroma < 0.02 or not 108 < hue < 175:
        return as_matter(color)
    turn = math.radians(_CHLOROPHYLL + (hue - _CHLOROPHYLL) * 0.15)
    chroma = LEAFY * math.tanh(chroma / LEAFY)
    return linear_to_srgb(
        oklab_to_linear((lightness * 0.88, chroma * math.cos(turn), chroma * math.sin(turn)))
    )


class Chance(Protocol):
    """Whatever draws the numbers of an asset: a torus, a tape."""

    def draw(self, name: str, low: float, high: float) -> float:
        """Return one number of a stream, uniform between two bounds."""
        ...


def resolve(
    parameters: tuple[Parameter, ...],
    chance: Chance,
    *,
    traits: Mapping[str, float],
    given: Mapping[str, float],
) -> dict[str, float]:
    """Choose a value for every parameter: given outright, set by a trait, or drawn by the seed."""
    values = {}
    for parameter in parameters:
        if parameter.name in given:
            values[parameter.name] = given[parameter.name]
            continue
        span = parameter.high - parameter.low
        centre = parameter.wished(traits)
        if centre is not None:
            # A word such as "old" names a neighbourhood: the seed still moves it by a tenth of the range.
            value = centre + chance.draw(f"parameter/{parameter.name}", -0.05, 0.05) * span
        else:
            value = chance.draw(f"parameter/{parameter.name}", parameter.low, parameter.high)
        if parameter.scales:
            value *= traits.get("scale", 1.0)
        values[parameter.name] = value
    return values
