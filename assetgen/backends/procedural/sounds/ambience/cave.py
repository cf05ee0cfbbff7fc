"""A cave: drops into still water, far apart, in a large wet room, over its own breath."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.showers import bubble, grit, ring, shower, together
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import whistling
from assetgen.backends.procedural.sounds.voice import Voice

_TAKES = 4


def cave(tape: Tape, voice: Voice) -> Tensor:
    """Each dripping place has its own pool, its own beat and its own side; the room makes them one.

    Source: Minnaert (1933); Pumphrey and Crum, "Free oscillations of near-surface bubbles" (1990): the bubble that a
    drop shuts in rings some 15 ms after the drop has struck.
    """
    dry = tape.zeros()
    for number in range(3 + round(4 * voice["drips"])):
        dry = dry + _place(tape, f"place/{number}", voice["drips"])
    air = noise(tape, "room", shaped(band(95, 3.0), highs(30)), width=0.8)
    trickle = noise(tape, "trickle", shaped(band(1900, 2.2), highs(500), lows(4500)), width=0.9)
    breath = swell(drift(tape, "breath", fastest_hz=0.25, slope=0.7, channels=2), sharp=2.5)
    runs = swell(drift(tape, "runs", fastest_hz=7, slope=0.4, channels=2, slowest_hz=0.4), sharp=2.5)
    hz = 190 * torch.pow(2.0, 0.2 * drift(tape, "moan", fastest_hz=0.2)[0])
    moan = whistling(tape, "moan/air", hz, width_hz=9) * breath.pow(2)
    large = voice["size"]
    wet = reverb(tape, dry, "hall", seconds=2.2 + 3.5 * large, dark_hz=2600, before_s=0.02 + 0.05 * large)
    made = 0.6 * dry + 0.85 * wet
    return made + air * (0.0012 + 0.0032 * breath) + moan * 0.0025 + trickle * runs * 0.0012


def _place(tape: Tape, name: str, drips: float) -> Tensor:
    """Return what falls in one place, (2, N): a knock on water, a bubble behind it, sometimes a second drop."""
    often, deep, near, side = tape.uniform(name, 1, 4)[0].tolist()
    fallen = happenings(tape, name, (0.16 + 0.60 * drips) * (0.4 + 1.2 * often), even=0.75)
    is_stone = deep > 0.75
    kernels = []
    for take in range(_TAKES):
        vary = tape.draw(f"{name}/take/{take}", -1, 1)
        radius_mm = (1.3 + 3.6 * deep) * 2 ** (0.22 * vary)
        knock = grit(tape, f"{name}/knock/{take}", band(4200 - 1500 * deep, 2.0), decay_s=0.0012)
        if is_stone:
            stone = ring(tape, 2300 * 2 ** (0.1 * vary), decay_s=0.004)
            kernels.append(together((0.8, knock), (0.35, stone)))
            continue
        first = bubble(tape, radius_mm, rise=0.06 + 0.08 * abs(vary), late_s=0.012 + 0.010 * deep)
        second = bubble(tape, 0.62 * radius_mm, rise=0.15, late_s=0.085 + 0.06 * abs(vary))
        kernels.append(together((0.35, knock), (0.9, first), (0.30 * max(vary, 0.0), second)))
    return shower(
        tape,
        kernels,
        at_s=fallen.at_s,
        gain=(0.10 + 0.40 * near * near) * (0.6 + 0.4 * fallen.own[:, 1]),
        which=(fallen.own[:, 0] * _TAKES).long(),
        side=0.1 + 0.8 * torch.full((len(fallen),), side),
    )
