"""What a prompt asks of a sound, resolved: every parameter a number, every choice a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """The wishes of one sound, as a recipe hears them.

    Args:
        values: resolved value of each of the recipe's parameters.
        traits: prompt traits such as distance or speed; an absent one is neutral.
        options: named choices such as surface = "gravel".
    """

    values: Mapping[str, float] = field(default_factory=dict)
    traits: Mapping[str, float] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        """Return the value of one of the recipe's parameters."""
        return self.values[name]

    def trait(self, name: str, neutral: float) -> float:
        """Return a trait of the prompt, or its neutral value."""
        return self.traits.get(name, neutral)

    @property
    def pitch(self) -> float:
        """The factor on every frequency ("high", "deep"): an octave down to an octave up."""
        return 2.0 ** (2 * self.trait("height", 0.5) - 1)

    def times(self, plain: int) -> int:
        """Return how often the prompt wants it to happen, or the recipe's own number."""
        return max(round(self.trait("repeats", plain)), 1)

    def option(self, name: str, default: str) -> str:
        """Return a named choice of the prompt, or the recipe's default."""
        return self.options.get(name, default)
