"""A summer night: crickets, each at its own pitch and pace, over the hum of many far ones."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band, drift, noise, shaped, swell
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import steady
from assetgen.backends.procedural.sounds.voice import Voice


def crickets(tape: Tape, voice: Voice) -> Tensor:
    """A chirp is three to five strokes of a wing; warm nights are faster (Dolbear's law)."""
    made = tape.zeros()
    count = 3 + round(9 * voice["many"])
    for number in range(count):
        made = made + _cricket(tape, f"cricket/{number}", voice["warmth"], near=number < 3)
    choir = noise(tape, "choir", shaped(band(4600, 0.55)), width=0.9)
    shimmer = swell(
        drift(tape, "choir/shimmer", fastest_hz=45, slope=0.1, channels=2, slowest_hz=14), sharp=1.5
    )
    waves = swell(drift(tape, "choir/waves", fastest_hz=0.5, slope=0.6, channels=2))
    katydids = noise(tape, "katydids", shaped(band(7600, 0.7)), width=0.9)
    pulse = torch.clamp(steady(tape, 9.0 + 3 * voice["warmth"]), min=0).pow(2)
    made = made + choir * 0.028 * (0.4 + shimmer) * (0.5 + waves) * (0.4 + voice["many"])
    made = made + katydids * pulse * 0.012 * (0.4 + waves.flip(0)) * voice["many"]
    air = noise(tape, "air", shaped(band(240, 3.0)), width=0.8)
    return made + air * 0.012


def _cricket(tape: Tape, name: str, warmth: float, *, near: bool) -> Tensor:
    """Return one cricket: a pure tone in bursts of pulses, with rests; everything closes on the loop."""
    draws = tape.uniform(name, 1, 6)[0].tolist()
    carrier = steady(tape, 3900 + 1500 * draws[0] + 300 * warmth)
    chirps = max(round(tape.seconds * (1.1 + 1.8 * warmth) * (0.85 + 0.3 * draws[1])), 1)
    strokes = 3 + int(draws[2] * 3)
    place = (tape.turn * chirps + draws[3]).remainder(1.0)
    sung = 0.30 + 0.22 * draws[4]
    stroke = (place / sung * strokes).remainder(1.0)
    pulse = torch.sin(math.pi * stroke).clamp(min=0).pow(0.8) * (place < sung)
    # Each stroke of a chirp is louder than the one before.
    rise = 0.45 + 0.55 * (place / sung).clamp(0, 1)
    awake = swell(drift(tape, f"{name}/awake", fastest_hz=0.16, slope=0.4)[0] + 0.7, sharp=6.0)
    loud = (0.075 if near else 0.022) * (0.5 + draws[5])
    tone = carrier + 0.05 * steady(tape, 2 * (3900 + 1500 * draws[0] + 300 * warmth))
    signal = tone * (pulse * rise).float() * awake * loud
    angle = (0.1 + 0.8 * draws[4]) * math.pi / 2
    return torch.stack([signal * math.cos(angle), signal * math.sin(angle)])
