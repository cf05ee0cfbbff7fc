"""A cave: drops into still water, far apart, in a large wet room, over its own breath."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings, strew
from assetgen.backends.procedural.sounds.noise import band, drift, highs, noise, shaped, swell
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import whistling
from assetgen.backends.procedural.sounds.voice import Voice


def cave(tape: Tape, voice: Voice) -> Tensor:
    """Each dripping place has its own pitch and its own beat; the room makes them one."""
    dry = tape.zeros()
    for number in range(3 + round(4 * voice["drips"])):
        name = f"place/{number}"
        own = tape.uniform(name, 1, 4)[0].tolist()
        fallen = happenings(tape, name, (0.16 + 0.55 * voice["drips"]) * (0.5 + own[0]), even=0.7)
        deep = 520 * 2.0 ** (2.2 * own[1])
        dry = dry + strew(
            tape,
            type(fallen)(fallen.at_s, fallen.own.index_fill(1, torch.tensor([3]), own[2])),
            length_s=0.20,
            pitch_hz=deep * (0.94 + 0.12 * fallen.own[:, 0]),
            decay_s=0.016 + 0.03 * fallen.own[:, 1] * (600 / deep),
            gain=0.16 + 0.34 * fallen.own[:, 2],
            attack_s=0.0012,
            glide=0.25 + 0.5 * fallen.own[:, 0],
        )
        dry = dry + strew(
            tape,
            fallen,
            length_s=0.02,
            pitch_hz=2600 + 2400 * fallen.own[:, 1],
            decay_s=torch.full((len(fallen),), 0.0012),
            gain=0.10 + 0.14 * fallen.own[:, 2],
            noisy=0.8,
            name=f"{name}/tick",
        )
    room = noise(tape, "room", shaped(band(95, 3.0), highs(28)), width=0.8)
    breath = swell(drift(tape, "breath", fastest_hz=0.25, slope=0.7, channels=2))
    hz = 190 * torch.pow(2.0, 0.2 * drift(tape, "moan", fastest_hz=0.2)[0])
    moan = whistling(tape, "moan/air", hz, width_hz=14) * breath.pow(2)
    wet = reverb(tape, dry, "hall", seconds=2.2 + 3.5 * voice["size"], dark_hz=2600, before_s=0.03)
    return 0.55 * dry + 0.9 * wet + room * (0.05 + 0.05 * breath) + moan * 0.018
