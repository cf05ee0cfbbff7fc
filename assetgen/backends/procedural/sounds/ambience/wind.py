"""Wind: air that grows brighter as it grows stronger, and what it moves and whistles through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import whistling
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _Place:
    """What the wind meets: leaves, gaps to howl in, grains of sand or snow; how low gaps sound, how open it is."""

    leaves: float
    howl: float
    grains: float
    howl_hz: float
    outside: float = 1.0


_PLACES: Final = {
    "open": _Place(leaves=0.10, howl=0.15, grains=0.0, howl_hz=430),
    "trees": _Place(leaves=2.6, howl=0.06, grains=0.0, howl_hz=520, outside=0.5),
    "house": _Place(leaves=0.03, howl=3.2, grains=0.0, howl_hz=390, outside=0.40),
    "mountain": _Place(leaves=0.0, howl=2.0, grains=0.15, howl_hz=240, outside=1.0),
    "desert": _Place(leaves=0.0, howl=0.30, grains=2.4, howl_hz=330, outside=0.7),
    "blizzard": _Place(leaves=0.0, howl=2.6, grains=1.5, howl_hz=350, outside=0.9),
}


def wind(tape: Tape, voice: Voice) -> Tensor:
    """Gusts come in three sizes; a strong one opens the highs, shakes leaves and makes gaps howl."""
    place = _PLACES[voice.option("place", "open")]
    strong = voice["strength"]
    long = drift(tape, "gusts/long", fastest_hz=0.25, slope=0.8)[0]
    mid = drift(tape, "gusts/mid", fastest_hz=0.9, slope=0.9, slowest_hz=0.15)[0]
    short = drift(tape, "gusts/short", fastest_hz=4.0, slope=0.7, slowest_hz=0.8)[0]
    gust = swell(voice["gusts"] * (2.0 * long + 1.2 * mid) + 0.35 * short + 1.8 * (strong - 0.6))

    # Three bands of air: the higher, the more of a gust it takes to hear it.
    low = noise(tape, "air/low", shaped(band(120, 2.8), highs(38)), width=0.5)
    mids = noise(tape, "air/mid", band(400, 2.6), width=0.7)
    high = noise(tape, "air/high", shaped(band(1500, 3.0), lows(6000, 1.0)), width=0.9)
    flaps = 1 + 0.6 * torch.tanh(drift(tape, "flaps", fastest_hz=11, slope=0.3, channels=2, slowest_hz=2))
    air = low * (0.06 + 0.55 * gust.pow(1.2)) * flaps + mids * gust.pow(1.7) * (0.70 * place.outside)
    air = air + high * gust.pow(2.6) * (0.50 * place.outside**2)

    moved = torch.zeros_like(air)
    if place.leaves:
        moved = moved + place.leaves * _leaves(tape, gust)
    if place.grains:
        grit = noise(tape, "grains", shaped(highs(3500, 1.5), lows(11_000, 1.0)), width=0.95)
        shimmer = swell(drift(tape, "grains/shimmer", fastest_hz=30, slope=0.2, channels=2, slowest_hz=5))
        moved = moved + place.grains * grit * gust.pow(1.3) * (0.16 + 0.30 * shimmer)
    howls = place.howl * voice["howl"] * _howls(tape, gust, place.howl_hz)
    return air + moved + howls


def _leaves(tape: Tape, gust: Tensor) -> Tensor:
    """Leaves answer a gust a moment later and rustle on after it; each branch in its own time."""
    late = torch.maximum(gust, gust.roll(tape.frames_of(0.25), -1) * 0.8)
    rustle = noise(tape, "leaves", shaped(band(4200, 2.6), highs(1200)), width=0.95)
    dry = noise(tape, "leaves/dry", shaped(highs(5000, 2.0), lows(12_000)), width=1.0)
    branch = swell(
        drift(tape, "leaves/branch", fastest_hz=9, slope=0.5, channels=2, slowest_hz=0.7), sharp=2.2
    )
    crisp = swell(drift(tape, "leaves/crisp", fastest_hz=60, slope=0.1, channels=2, slowest_hz=10), sharp=3.0)
    return (rustle * (0.25 + branch) * 0.30 + dry * branch * crisp * 0.22) * late.pow(1.5)


def _howls(tape: Tape, gust: Tensor, middle_hz: float) -> Tensor:
    """Gaps sing where the wind is strong enough, the higher the faster it goes; no two gaps alike.

    Source: Strouhal (1878): eddies leave an edge 0.2 v / d times a second, so pitch goes with the speed of the wind.
    """
    made = tape.zeros()
    for number, ratio in enumerate((1.0, 1.53, 2.21, 3.07)):
        own = drift(tape, f"howl/{number}", fastest_hz=0.6, slope=0.8, channels=2)
        hz = middle_hz * ratio * (0.55 + 0.75 * gust) * torch.pow(2.0, 0.08 * own[0])
        sings = (gust - 0.15 - 0.05 * number).clamp(min=0).pow(1.6) * (0.10 + swell(own[1], sharp=2.5))
        gap = whistling(tape, f"howl/{number}/air", hz, width_hz=4 + 3 * number)
        made = made + gap * sings * (0.9 / (1 + 0.8 * number))
    return made
