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
    "open": _Place(leaves=0.06, howl=0.10, grains=0.0, howl_hz=480),
    "trees": _Place(leaves=1.0, howl=0.06, grains=0.0, howl_hz=520),
    "house": _Place(leaves=0.05, howl=1.6, grains=0.0, howl_hz=430, outside=0.45),
    "mountain": _Place(leaves=0.0, howl=0.9, grains=0.12, howl_hz=300, outside=1.35),
    "desert": _Place(leaves=0.0, howl=0.22, grains=0.55, howl_hz=360),
    "blizzard": _Place(leaves=0.0, howl=0.75, grains=1.0, howl_hz=390),
}


def wind(tape: Tape, voice: Voice) -> Tensor:
    """Gusts come in three sizes; a strong one opens the highs, shakes leaves and makes gaps howl."""
    place = _PLACES[voice.option("place", "open")]
    strong = voice["strength"]
    long = drift(tape, "gusts/long", fastest_hz=0.22, slope=1.0)[0]
    mid = drift(tape, "gusts/mid", fastest_hz=0.9, slope=0.9, slowest_hz=0.15)[0]
    short = drift(tape, "gusts/short", fastest_hz=4.0, slope=0.7, slowest_hz=0.8)[0]
    gust = swell(voice["gusts"] * (1.1 * long + 0.7 * mid) + 0.25 * short + 1.6 * (strong - 0.5))

    # Three bands of air: the higher, the more of a gust it takes to hear it.
    low = noise(tape, "air/low", shaped(band(110, 2.6), highs(35)), width=0.5)
    mids = noise(tape, "air/mid", band(380, 2.4), width=0.7)
    high = noise(tape, "air/high", shaped(band(1500, 3.0), lows(6000, 1.0)), width=0.9)
    flaps = 1 + 0.5 * torch.tanh(drift(tape, "flaps", fastest_hz=11, slope=0.3, channels=2, slowest_hz=2))
    air = low * (0.25 + 0.5 * gust) * flaps + mids * gust.pow(1.4) * (0.55 * place.outside)
    air = air + high * gust.pow(2.2) * (0.34 * place.outside**2)

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
    """Gaps sing where the wind is strong enough, higher the stronger; no two gaps alike."""
    made = tape.zeros()
    for number, ratio in enumerate((1.0, 1.47, 2.13)):
        own = drift(tape, f"howl/{number}", fastest_hz=0.5, slope=0.8, channels=2)
        hz = middle_hz * ratio * torch.pow(2.0, 0.55 * (gust - 0.6) + 0.10 * own[0])
        sings = (gust - 0.2).clamp(min=0).pow(1.4) * (0.25 + swell(own[1]))
        made = made + whistling(tape, f"howl/{number}/air", hz, width_hz=9 + 7 * number) * sings * (
            0.5 / (1 + number)
        )
    return made
