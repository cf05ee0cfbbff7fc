"""Guns and explosions: a shock that is over in a millisecond, and all that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.effects.impacts import MATTERS, strike
from assetgen.backends.procedural.sounds.noise import band, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, seconds_of, sine, struck, turns
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _Gun:
    """How a gun speaks: its body, its crack, its boom, how long it rolls on, what its action adds."""

    body_hz: float
    crack: float
    boom: float
    boom_hz: float
    roll_s: float
    action: float


_GUNS: Final = {
    "pistol": _Gun(900, 1.0, 0.5, 120, 0.9, 0.5),
    "rifle": _Gun(700, 1.3, 0.7, 95, 1.6, 0.4),
    "shotgun": _Gun(420, 0.9, 1.2, 70, 1.3, 0.7),
    "cannon": _Gun(160, 0.6, 2.0, 42, 2.8, 0.0),
    "silenced": _Gun(1500, 0.25, 0.25, 160, 0.25, 0.9),
}


def gunshot(tape: Tape, voice: Voice) -> Tensor:
    """The shock, the gas behind it, the land that answers, and the action that loads again."""
    gun = _GUNS[voice.option("gun", "pistol")]
    target = tape.zeros()
    shots = voice.times(1)
    for number in range(shots):
        at_s, name = number * 0.11, f"shot/{number}"
        shock = burst(tape, f"{name}/shock", 0.05, highs(900))[0]
        tape.place(
            target,
            shock * struck(seconds_of(tape, 0.05), decay_s=0.0022, attack_s=0.00006),
            at_s,
            gain=1.6 * gun.crack,
        )
        time = seconds_of(tape, 0.9)
        gas = burst(tape, f"{name}/gas", 0.9, shaped(band(gun.body_hz, 3.2), highs(60)), channels=2)
        tape.place(target, gas * struck(time, decay_s=0.035, attack_s=0.0004), at_s, gain=0.45)
        boom = sine(turns(tape, gun.boom_hz * (1 + 1.6 * torch.exp(-time * 38))))
        tape.place(target, boom * struck(time, decay_s=0.07, attack_s=0.001), at_s, gain=0.5 * gun.boom)
        if gun.action and number + 1 == shots:
            for part, later_s in enumerate((0.06, 0.11)):
                metal = strike(tape, f"{name}/action/{part}", MATTERS["metal"], size=0.5, force=0.5)
                metal = metal * struck(seconds_of(tape, len(metal) / tape.rate_hz), decay_s=0.03)
                tape.place(target, metal, at_s + later_s, pan=0.15, gain=0.10 * gun.action)
    far = reverb(
        tape,
        colored(tape, target, lows(1400)),
        "land",
        seconds=gun.roll_s * (0.6 + voice["space"]),
        dark_hz=900,
    )
    made = torch.tanh(0.8 * target) / 0.8 + far * (0.15 + 0.35 * voice["space"])
    return made


def explosion(tape: Tape, voice: Voice) -> Tensor:
    """A blast: the front, a fireball that rolls, the ground that shakes, and what falls down again."""
    size = voice["size"]
    target = tape.zeros()
    front = burst(tape, "front", 0.2, shaped(highs(200), lows(7000)), channels=2)
    tape.place(target, front * struck(seconds_of(tape, 0.2), decay_s=0.016, attack_s=0.0002), 0.0, gain=2.4)
    long_s = 1.4 + 2.2 * size
    time = seconds_of(tape, long_s)
    ball = burst(tape, "ball", long_s, shaped(band(170 - 90 * size, 3.4), highs(24)), channels=2)
    rolls = 1 + 0.5 * sine(time * 2.3 + 0.3 * sine(time * 5.1).double()) * torch.exp(-time).float()
    tape.place(
        target, ball * struck(time, decay_s=0.28 + 0.45 * size, attack_s=0.006) * rolls, 0.0, gain=0.55
    )
    shake = sine(turns(tape, (34 + 50 * torch.exp(-time * 7)) * (1.3 - 0.5 * size)))
    tape.place(target, shake * struck(time, decay_s=0.22 + 0.3 * size, attack_s=0.004), 0.0, gain=0.75)
    hiss = burst(tape, "hiss", long_s, shaped(highs(2200), lows(9000, 1.0)), channels=2)
    tape.place(target, hiss * struck(time, decay_s=0.16 + 0.2 * size, attack_s=0.02), 0.01, gain=0.10)
    for number, (when, weight, where, hard) in enumerate(
        tape.uniform("debris", round(34 * voice["debris"]) + 1, 4).tolist()
    ):
        piece = strike(
            tape, f"debris/{number}", MATTERS["stone"], size=0.3 + 1.2 * weight**2, force=0.3 + 0.5 * hard
        )
        at_s = 0.35 + (long_s - 0.3) * when**1.3
        tape.place(target, piece, at_s, pan=1.6 * where - 0.8, gain=0.16 * voice["debris"] * (1 - 0.7 * when))
    made = torch.tanh(0.7 * target) / 0.7
    far = reverb(tape, colored(tape, made, lows(1800)), "valley", seconds=1.6 + 2.0 * size, dark_hz=700)
    return made + 0.28 * far
