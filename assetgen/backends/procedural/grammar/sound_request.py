"""What a prompt asks of a sound: plain names and numbers for the recipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPart:
    """One sound of several that go together.

    Args:
        name: of its card in the catalog.
        amount: how loud it is against the first part, 0 to 1.
        traits: prompt traits such as distance or speed.
        options: named choices such as ground = "roof".
    """

    name: str
    amount: float = 1.0
    traits: Mapping[str, float] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundRequest:
    """What was asked for.

    Args:
        mode: ambience, sfx or music; "" when no sound is named.
        parts: the sounds, the first one foremost.
        mood: of music, one that the styles know.
        seconds, bpm, key, bars, seed: what the prompt says of them.
    """

    mode: str = ""
    parts: tuple[SoundPart, ...] = ()
    mood: str | None = None
    seconds: float | None = None
    bpm: float | None = None
    key: str | None = None
    bars: int | None = None
    seed: int | None = None
