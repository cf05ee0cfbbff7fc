"""Things that fly past: a blade, a staff, an arrow, cloth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band, highs, shaped
from assetgen.backends.procedural.sounds.shapes import burst, modes, seconds_of
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _Thing:
    """What flies: how high it sings, how wide its noise, how long it takes, whether steel rings after it."""

    low_hz: float
    high_hz: float
    octaves: float
    seconds: float
    ring: float


_THINGS: Final = {
    "air": _Thing(260, 1700, 2.6, 0.45, 0.0),
    "sword": _Thing(700, 4200, 1.8, 0.30, 0.35),
    "staff": _Thing(180, 900, 2.0, 0.42, 0.0),
    "arrow": _Thing(1500, 5200, 1.5, 0.26, 0.0),
    "cloth": _Thing(300, 1500, 3.4, 0.55, 0.0),
}


def whoosh(tape: Tape, voice: Voice) -> Tensor:
    """It comes, passes and goes: louder and brighter in the middle, from one side to the other."""
    thing = _THINGS[voice.option("thing", "air")]
    long_s = thing.seconds * (1.7 - 1.2 * voice["speed"])
    time = seconds_of(tape, long_s)
    share = time / long_s
    peak = 0.42 + 0.16 * tape.draw("peak", 0, 1)
    bump = torch.where(share < peak, share / peak, (1 - share) / (1 - peak)).clamp(0, 1)
    made = torch.zeros(2, len(time))
    sweep = thing.low_hz * (thing.high_hz / thing.low_hz) ** (bump.pow(0.8))
    bands = 7
    # A filter that moves is a row of fixed ones that take turns.
    for number in range(bands):
        middle = thing.low_hz * (thing.high_hz / thing.low_hz) ** (number / (bands - 1))
        here = torch.exp(-0.5 * (torch.log2(sweep / middle) / (thing.octaves * 0.22)).square())
        air = burst(
            tape, f"air/{number}", long_s, shaped(band(middle, thing.octaves * 0.6), highs(80)), channels=2
        )
        made += air * here.float() * (0.35 / (1 + 0.12 * number))
    loud = bump.pow(1.8) * (0.4 + 0.6 * voice["speed"])
    way = 1 if tape.draw("way", 0, 1) > 0.5 else -1
    side = way * (2 * share - 1) * 0.7
    sides = torch.stack([((1 - side) / 2).sqrt(), ((1 + side) / 2).sqrt()])
    made = made * (loud * sides).float()
    target = tape.zeros()
    tape.place(target, made, 0.0, gain=0.9)
    if thing.ring:
        tones = [
            (2900 * r * (1 + 0.03 * tape.draw(f"ring/{r}", -1, 1)), 0.22 / r, 0.5 / r)
            for r in (1.0, 1.37, 1.93, 2.6)
        ]
        tape.place(target, modes(tape, 0.9, tones, attack_s=0.02), long_s * peak, gain=0.07 * thing.ring)
    return target
