"""Machines that run on: a ship's drive, a reactor, a ventilator - harmonics that beat, and air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import buzz, steady, turns_of
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _Machine:
    """What runs: its lowest tone, how rich it is, how it beats, how much air it moves, how fast it knocks."""

    hz: float
    bright: float
    beat_hz: float
    air: float
    air_hz: float
    knocks: float
    whine_hz: float


_MACHINES: Final = {
    "spaceship": _Machine(46, 0.62, 0.21, 0.55, 420, 0.0, 740),
    "reactor": _Machine(60, 0.72, 0.5, 0.25, 900, 0.0, 1480),
    "ventilation": _Machine(96, 0.35, 0.12, 1.4, 620, 0.0, 0),
    "diesel": _Machine(24, 0.82, 0.0, 0.5, 300, 1.0, 0),
    "servers": _Machine(118, 0.45, 0.3, 1.1, 1500, 0.0, 2900),
    "drone": _Machine(150, 0.86, 0.7, 0.3, 2500, 0.0, 0),
}


def engine(tape: Tape, voice: Voice) -> Tensor:
    """Three shafts nearly in tune beat against each other; load makes them brighter and moves more air."""
    machine = _MACHINES[voice.option("machine", "spaceship")]
    load = voice["load"]
    base = machine.hz * 2.0 ** (voice["pitch"] - 0.5)
    made = tape.zeros()
    for number, ratio in enumerate((1.0, 1.0 + machine.beat_hz / base, 1.5 + 0.4 * machine.beat_hz / base)):
        wobble = drift(tape, f"shaft/{number}", fastest_hz=0.6, slope=0.6)[0] * (
            0.0015 + 0.002 * machine.knocks
        )
        turns = turns_of(tape, base * ratio * (1 + wobble))
        tone = buzz(turns, bright=min(machine.bright * (0.75 + 0.3 * load), 0.93))
        sides = torch.tensor([[1.0], [0.8]]) if number % 2 == 0 else torch.tensor([[0.8], [1.0]])
        made = made + tone * sides * (0.34 if number < 2 else 0.13)
    if machine.knocks:
        stroke = (0.5 + 0.5 * steady(tape, base * 0.5)).pow(6)
        knock = noise(tape, "knock", shaped(band(210, 2.5), lows(2400)), width=0.3)
        made = made * (0.55 + 0.45 * stroke) + knock * stroke * 0.22 * machine.knocks
    air = noise(tape, "air", shaped(band(machine.air_hz, 3.4), highs(60), lows(7000, 1.0)), width=0.8)
    flow = swell(drift(tape, "flow", fastest_hz=1.4, slope=0.6, channels=2))
    made = made + air * machine.air * (0.10 + 0.10 * load) * (0.8 + 0.4 * flow)
    if machine.whine_hz:
        tremble = 1 + 0.0008 * drift(tape, "whine", fastest_hz=3.0, slope=0.4)[0]
        whine = torch.sin(turns_of(tape, machine.whine_hz * tremble).remainder(1.0) * 6.283185307).float()
        made = made + whine * 0.010 * (0.4 + load) * (0.5 + swell(drift(tape, "whine/sway", fastest_hz=0.3)))
    rumble = noise(tape, "rumble", shaped(band(38, 1.8), highs(20)), width=0.3)
    made = made + rumble * (0.12 + 0.2 * load)
    return made + 0.22 * reverb(tape, made, "hull", seconds=1.1, dark_hz=1500)
