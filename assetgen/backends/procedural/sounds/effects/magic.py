"""Magic: what nothing in the world sounds like, made of what everything does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import Happenings, strew
from assetgen.backends.procedural.sounds.noise import band, highs, shaped
from assetgen.backends.procedural.sounds.shapes import burst, held, seconds_of, sine, struck, turns
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _School:
    """A school of magic: its chord (semitones), where it begins, where its glitter lies, how rough and low it is."""

    chord: tuple[int, ...]
    hz: float
    glitter: int
    glitter_hz: float
    rough: float
    roar: float
    roar_hz: float
    rises: float


@dataclass(frozen=True, slots=True)
class _Element:
    """What an element does: how often, for how long, between which pitches, how long each rings, how noisy."""

    count: int
    seconds: float
    low_hz: float
    high_hz: float
    ring_s: float
    noisy: float
    gain: float
    glide: float = 0.0


_ELEMENTS: Final = {
    "fire": _Element(64, 1.3, 900, 5200, 0.0025, 0.85, 0.30),  # snaps
    "ice": _Element(44, 0.9, 2600, 9500, 0.05, 0.25, 0.26),  # cracks that ring
    "lightning": _Element(90, 0.8, 1800, 7500, 0.006, 0.97, 0.42),  # arcs
    "water": _Element(60, 1.2, 380, 2000, 0.012, 0.0, 0.34, glide=0.7),  # bubbles that close
}
"""By school; the others are none."""
_SCHOOLS: Final = {
    "arcane": _School((0, 7, 12, 16), 330, 34, 3200, 0.15, 0.10, 700, 0.6),
    "heal": _School((0, 4, 7, 12, 16), 392, 48, 4200, 0.0, 0.03, 2000, 1.0),
    "fire": _School((0, 6, 13), 120, 26, 2400, 0.7, 1.0, 480, 0.3),
    "ice": _School((0, 7, 11, 18, 23), 880, 70, 6500, 0.05, 0.35, 5200, -0.4),
    "lightning": _School((0, 1, 13), 210, 60, 5200, 1.0, 0.6, 2800, 0.1),
    "dark": _School((0, 3, 6, 9), 98, 14, 900, 0.5, 0.5, 260, -0.8),
    "water": _School((0, 5, 12), 260, 40, 1500, 0.1, 0.5, 1200, 0.4),
}


def magic(tape: Tape, voice: Voice) -> Tensor:
    """Power gathers, is let go, and glitters away."""
    chosen = voice.option("school", "arcane")
    school = _SCHOOLS[chosen]
    gather_s = 0.12 + 0.7 * voice["charge"]
    target = tape.zeros()
    _gather(tape, target, school, gather_s)
    _release(tape, target, school, gather_s, voice["power"])
    _glitter(tape, target, school, gather_s, voice["power"])
    if chosen in _ELEMENTS:
        _act(tape, target, _ELEMENTS[chosen], gather_s, voice["power"])
    return target + 0.30 * reverb(tape, target, "aether", seconds=1.6, dark_hz=5500)


def _gather(tape: Tape, target: Tensor, school: _School, long_s: float) -> None:
    time = seconds_of(tape, long_s)
    share = time / long_s
    air = burst(tape, "gather", long_s, shaped(band(school.roar_hz * 1.5, 2.5), highs(120)), channels=2)
    tape.place(target, air * share.pow(2.5).float() * 0.18, 0.0)
    for number, step in enumerate(school.chord[:2]):
        hz = school.hz * 2 ** (step / 12) * torch.pow(2.0, (share - 1) * (0.7 + 0.5 * number))
        tape.place(
            target, sine(turns(tape, hz)) * share.pow(2).float(), 0.0, pan=0.4 - 0.8 * number, gain=0.10
        )


def _release(tape: Tape, target: Tensor, school: _School, at_s: float, power: float) -> None:
    long_s = 0.7 + 0.9 * power
    time = seconds_of(tape, long_s)
    for number, step in enumerate(school.chord):
        tune = 1 + 0.004 * tape.draw(f"tune/{number}", -1, 1)
        hz = school.hz * tune * 2 ** (step / 12) * torch.pow(2.0, school.rises * 0.25 * time / long_s)
        growl = 1 + school.rough * 0.6 * sine(time * (31 + 7 * number))
        note = sine(turns(tape, hz) + 0.35 * school.rough * sine(turns(tape, hz * 2.01)).double())
        loud = struck(time - 0.035 * number, decay_s=long_s * 0.33, attack_s=0.012)
        loud = loud * held(time, rise_s=0.001, hold_s=0.6 * long_s, fall_s=0.4 * long_s - 0.001)
        tape.place(
            target, note * growl * loud, at_s, pan=0.7 * (-1) ** number, gain=0.22 / (1 + 0.25 * number)
        )
    roar = burst(tape, "roar", long_s, shaped(band(school.roar_hz, 2.8), highs(40)), channels=2)
    tape.place(
        target,
        roar * struck(time, decay_s=0.16 + 0.22 * power, attack_s=0.006),
        at_s,
        gain=0.34 * school.roar,
    )
    low = sine(turns(tape, 70 * torch.exp(-time * 6) + 38)) * struck(time, decay_s=0.16, attack_s=0.003)
    tape.place(target, low, at_s, gain=0.35 * power)


def _act(tape: Tape, target: Tensor, element: _Element, at_s: float, power: float) -> None:
    """Let an element be heard: most of it where the power is let go, less and less after."""
    count = round(element.count * (0.6 + 0.8 * power))
    draws = tape.uniform("element", count, 5)
    when = Happenings(at_s + element.seconds * draws[:, 0].pow(1.8), draws[:, 1:])
    size = draws[:, 1].pow(2)
    hz = element.high_hz * (element.low_hz / element.high_hz) ** size
    ring_s = element.ring_s * (0.5 + size + draws[:, 2]) * (600 / hz if element.glide else 1.0)
    target += strew(
        tape,
        when,
        length_s=0.3,
        pitch_hz=hz,
        decay_s=ring_s,
        gain=element.gain * (0.2 + 0.8 * draws[:, 2].pow(2)) * torch.exp(-1.2 * draws[:, 0]),
        noisy=element.noisy,
        name="element/noise",
        attack_s=0.0008 if element.glide else 0.0002,
        glide=element.glide * (0.5 + draws[:, 3]) if element.glide else None,
    )


def _glitter(tape: Tape, target: Tensor, school: _School, at_s: float, power: float) -> None:
    """Small bells of the chord, high above it."""
    count = round(school.glitter * (0.5 + power))
    draws = tape.uniform("glitter", count, 5)
    when = Happenings(at_s + 1.3 * draws[:, 0].pow(1.5), draws[:, 1:])
    chord = torch.tensor(school.chord, dtype=torch.float32)
    step = chord[(draws[:, 1] * len(chord)).long()]
    octave = torch.floor(draws[:, 2] * 2.5)
    hz = school.glitter_hz * 0.5 * torch.pow(2.0, step / 12 + octave)
    target += strew(
        tape,
        when,
        length_s=0.5,
        pitch_hz=hz.clamp(max=15_000),
        decay_s=0.03 + 0.11 * draws[:, 3],
        gain=0.030 * (0.3 + draws[:, 2]) * torch.exp(-1.1 * draws[:, 0]),
        noisy=0.35 * school.rough,
        name="glitter/spark",
        attack_s=0.001,
    )
    shimmer = burst(tape, "shimmer", 1.2, band(school.glitter_hz, 0.8), channels=2)
    fade = held(seconds_of(tape, 1.2), rise_s=0.05, hold_s=0.1, fall_s=1.0).square()
    tape.place(target, shimmer * fade, at_s, gain=0.020)
