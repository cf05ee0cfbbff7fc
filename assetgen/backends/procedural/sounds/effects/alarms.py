"""Alarms and bells: made to be heard."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.effects.impacts import MATTERS, strike
from assetgen.backends.procedural.sounds.shapes import held, modes, pulse, seconds_of, sine, struck, turns
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import buzz
from assetgen.backends.procedural.sounds.voice import Voice


def alarm(tape: Tape, voice: Voice) -> Tensor:
    """A siren sweeps, a klaxon barks, a beeper beeps; as often as there is time for."""
    kind = voice.option("alarm", "klaxon")
    target = tape.zeros()
    cycle_s = {"siren": 1.2, "klaxon": 0.9, "beep": 0.5, "red alert": 1.1}[kind] * (1.5 - voice["speed"])
    pitch = 2.0 ** (voice["pitch"] - 0.5)
    for number in range(voice.times(3)):
        tape.place(target, _cycle(tape, kind, cycle_s, pitch), number * cycle_s, gain=0.4)
    return target + 0.22 * reverb(tape, target, "hall", seconds=1.4, dark_hz=2500)


def _cycle(tape: Tape, kind: str, long_s: float, pitch: float) -> Tensor:
    time = seconds_of(tape, long_s)
    share = time / long_s
    if kind == "siren":
        hz = pitch * 620 * torch.pow(2.0, 0.9 * torch.sin(3.1416 * share))
        return buzz(turns(tape, hz), bright=0.55) * held(time, rise_s=0.02, hold_s=long_s - 0.04, fall_s=0.02)
    if kind == "klaxon":
        hz = pitch * (180 + 90 * (1 - torch.exp(-time * 9)))
        loud = held(time, rise_s=0.015, hold_s=0.62 * long_s, fall_s=0.06)
        return (buzz(turns(tape, hz), bright=0.82) + 0.4 * buzz(turns(tape, hz * 1.5), bright=0.7)) * loud
    if kind == "red alert":
        hz = pitch * 340 * torch.pow(2.0, 1.1 * share)
        return buzz(turns(tape, hz), bright=0.66) * held(time, rise_s=0.02, hold_s=0.7 * long_s, fall_s=0.15)
    beep = pulse(time * (pitch * 1046), 0.5) * 0.3 + sine(time * (pitch * 1046)) * 0.5
    return beep * held(time, rise_s=0.004, hold_s=0.42 * long_s, fall_s=0.01)


def bell(tape: Tape, voice: Voice) -> Tensor:
    """A cast bell: the clapper; hum, prime, tierce, quint, nominal and what lies above (tuned to a minor third)."""
    prime = 660 * 2.0 ** (-2.4 * voice["size"])
    ring = 1.2 + 4.5 * voice["size"]
    partials = ((0.5, 1.0, 1.0), (1.0, 0.8, 0.62), (1.183, 0.9, 0.5), (1.506, 0.35, 0.38), (2.0, 1.0, 0.34))
    above = (
        (2.514, 0.45, 0.2),
        (2.662, 0.4, 0.18),
        (3.011, 0.4, 0.15),
        (4.166, 0.3, 0.1),
        (5.433, 0.24, 0.07),
        (6.8, 0.2, 0.05),
        (8.21, 0.18, 0.035),
        (9.67, 0.15, 0.025),
        (11.2, 0.12, 0.02),
        (13.4, 0.10, 0.014),
    )
    target = tape.zeros()
    for number in range(voice.times(1)):
        tones = []
        for ratio, gain, hold in (*partials, *above):
            split = 1 + 0.0012 * tape.draw(f"split/{ratio}", 0.3, 1)
            vary = 0.8 + 0.4 * tape.draw(f"{number}/{ratio}", 0, 1)
            tones += [
                (prime * ratio, ring * hold, gain * vary),
                (prime * ratio * split, ring * hold, 0.6 * gain * vary),
            ]
        length_s = min(7 * ring, tape.seconds)
        tape.place(target, modes(tape, length_s, tones, attack_s=0.0004), number * 1.6, gain=0.10)
        clapper = strike(tape, f"clapper/{number}", MATTERS["metal"], size=0.6, force=0.9)
        clapper = clapper * struck(seconds_of(tape, len(clapper) / tape.rate_hz), decay_s=0.02)
        tape.place(target, clapper, number * 1.6, gain=0.035)
    return target + 0.10 * reverb(tape, target, "tower", seconds=2.2, dark_hz=3000)
