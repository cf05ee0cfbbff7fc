"""Doors: a latch, hinges that creak or hiss, and the leaf that falls into its frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.effects.impacts import MATTERS, strike
from assetgen.backends.procedural.sounds.noise import band, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, held, modes, seconds_of, struck
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _Door:
    """What it is made of, how heavy, how it moves: creak of dry hinges or hiss of air, and its room."""

    matter: str
    size: float
    creak_hz: float
    hiss: float
    room_s: float


_DOORS: Final = {
    "wood": _Door("wood", 4.0, 420, 0.0, 0.6),
    "metal": _Door("metal", 4.5, 260, 0.0, 1.4),
    "heavy": _Door("stone", 6.0, 110, 0.15, 2.4),
    "scifi": _Door("metal", 2.2, 0, 1.0, 0.8),
    "chest": _Door("wood", 2.0, 620, 0.0, 0.3),
}


def door(tape: Tape, voice: Voice) -> Tensor:
    """Open: latch, then hinges. Close: hinges, then the leaf meets the frame and the latch falls in."""
    kind = _DOORS[voice.option("door", "wood")]
    opens = voice.option("move", "open") == "open"
    swing_s = 0.35 + 0.75 * voice["slow"]
    target = tape.zeros()
    if opens:
        _latch(tape, target, "latch", kind, 0.0, 0.6)
        _swing(tape, target, kind, 0.09, swing_s, voice["creak"])
        stop_s = 0.09 + swing_s
        tape.place(
            target, strike(tape, "stop", MATTERS[kind.matter], size=kind.size, force=0.3), stop_s, gain=0.18
        )
    else:
        _swing(tape, target, kind, 0.0, swing_s, voice["creak"])
        slam = strike(tape, "slam", MATTERS[kind.matter], size=kind.size, force=0.35 + 0.65 * voice["force"])
        tape.place(target, slam, swing_s, gain=0.85)
        air = burst(tape, "air", 0.3, lows(180))[0] * struck(
            seconds_of(tape, 0.3), decay_s=0.06, attack_s=0.004
        )
        tape.place(target, air, swing_s, gain=0.3 * kind.size / 4)
        _latch(tape, target, "latch", kind, swing_s + 0.02, 0.5)
    return target + 0.16 * reverb(tape, target, "room", seconds=kind.room_s, dark_hz=2600)


def _latch(tape: Tape, target: Tensor, name: str, kind: _Door, at_s: float, gain: float) -> None:
    if kind.hiss >= 1:
        beep = modes(tape, 0.12, [(1150, 0.05, 1.0), (1725, 0.04, 0.4)], attack_s=0.002)
        tape.place(target, beep, at_s, gain=0.14 * gain)
        return
    for part, later_s in enumerate((0.0, 0.035)):
        snap = strike(tape, f"{name}/{part}", MATTERS["metal"], size=0.35, force=0.5)
        snap = snap * struck(seconds_of(tape, len(snap) / tape.rate_hz), decay_s=0.035)
        tape.place(target, snap, at_s + later_s, gain=0.35 * gain * (1 - 0.4 * part))


def _swing(tape: Tape, target: Tensor, kind: _Door, at_s: float, long_s: float, creak: float) -> None:
    """Let it move: stick and slip of dry hinges, or a cylinder that lets off air."""
    time = seconds_of(tape, long_s + 0.1)
    loud = held(time, rise_s=0.06, hold_s=long_s - 0.1, fall_s=0.14)
    if kind.hiss:
        air = burst(tape, "hiss", long_s + 0.1, shaped(band(3200, 3.0), highs(700)), channels=1)[0]
        motor = torch.sin(6.2832 * (90 * time + 60 * time.square() / long_s)).float() * 0.12
        tape.place(target, (air * 0.22 + motor) * loud.square(), at_s, gain=kind.hiss)
    if kind.creak_hz and creak > 0:
        # Each slip is a click that the leaf answers; how fast they come is the pitch of the creak.
        pull = 1 + 0.55 * torch.sin(3.1416 * time / long_s) + 0.12 * torch.sin(23 * time)
        slips = (0.16 * kind.creak_hz * pull).cumsum(0) / tape.rate_hz
        click = torch.diff(slips.floor(), prepend=slips[:1].floor()).float()
        length = len(time)
        body = modes(
            tape, 0.06, [(kind.creak_hz * r, 0.010 / r**0.4, 1 / r**0.5) for r in (1.0, 2.3, 3.9, 6.1)]
        )
        size = 1 << (length + len(body)).bit_length()
        rub = torch.fft.irfft(torch.fft.rfft(click, size) * torch.fft.rfft(body, size), size)[:length]
        tape.place(target, rub * loud, at_s, gain=0.22 * creak)
