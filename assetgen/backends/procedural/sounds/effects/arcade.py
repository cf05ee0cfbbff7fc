"""Game sounds as the old chips made them: one voice, one wave, a pitch that slides, jumps or trembles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import (
    burst,
    crushed,
    held,
    pulse,
    saw,
    seconds_of,
    sine,
    triangle,
    turns,
)
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chip:
    """One sound of a chip.

    Args:
        wave: square, saw, triangle, sine or noise.
        hz: where its pitch begins.
        slide: octaves a second by which it moves on.
        bend: how much that changes, octaves a second squared.
        steps: (after how many seconds, factor on the pitch): arpeggio.
        tremble: depth in octaves and speed in Hz of vibrato.
        rise_s, hold_s, fall_s: its loudness.
        punch: how much louder it begins.
        duty: of the square, and how it changes a second.
        repeat_s: after which the pitch begins again; 0 never.
    """

    wave: str
    hz: float
    slide: float = 0.0
    bend: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    tremble: tuple[float, float] = (0.0, 0.0)
    rise_s: float = 0.001
    hold_s: float = 0.08
    fall_s: float = 0.15
    punch: float = 0.0
    duty: tuple[float, float] = (0.5, 0.0)
    repeat_s: float = 0.0


def _play(tape: Tape, chip: _Chip, voice: Voice) -> Tensor:
    """Return the sound of a chip, (2, N); the trait "era" says how coarse the chip is."""
    pitch, length = voice.pitch, voice.trait("length", 1.0)
    hold_s, fall_s = chip.hold_s * length, chip.fall_s * length
    time = seconds_of(tape, min(chip.rise_s + hold_s + fall_s, tape.seconds))
    since = time.remainder(chip.repeat_s) if chip.repeat_s else time
    octaves = chip.slide * since + 0.5 * chip.bend * since.square()
    octaves = octaves + chip.tremble[0] * torch.sin(6.2832 * chip.tremble[1] * time)
    hz = chip.hz * pitch * torch.pow(2.0, octaves)
    for after_s, factor in chip.steps:
        hz = torch.where(since >= after_s * length, hz * factor, hz)
    hz = hz.clamp(18.0, 0.4 * tape.rate_hz)
    phase = turns(tape, hz)
    if chip.wave == "noise":
        wave = _chip_noise(tape, phase)
    elif chip.wave == "square":
        wave = pulse(phase, (chip.duty[0] + chip.duty[1] * time).clamp(0.08, 0.92))
    else:
        wave = {"saw": saw, "triangle": triangle, "sine": sine}[chip.wave](phase)
    loud = held(time, rise_s=chip.rise_s, hold_s=hold_s, fall_s=fall_s)
    loud = loud * (1 + chip.punch * torch.exp(-time / 0.03)).float()
    made = crushed(
        tape, wave * loud * 0.35, hold=2 if voice.option("era", "16 bit") == "8 bit" else 1, bits=10
    )
    target = tape.zeros()
    target[:, : len(made)] = made
    return target


def _chip_noise(tape: Tape, phase: Tensor) -> Tensor:
    """Return values drawn anew 32 times a turn, as shift registers do."""
    drawn = tape.uniform("noise", 4096)[:, 0] * 2 - 1
    return drawn[(phase * 32).long().remainder(4096)]


def coin(tape: Tape, voice: Voice) -> Tensor:
    """Something was picked up: a short note, and a higher one that rings."""
    jump = (1.335, 1.4983, 1.26)[int(tape.draw("jump", 0, 3))]
    hz = tape.draw("hz", 850, 1350)
    first_s = tape.draw("first", 0.045, 0.08)
    return _play(
        tape,
        _Chip(wave="square", hz=hz, steps=((first_s, jump),), hold_s=0.09, fall_s=0.32, punch=0.5),
        voice,
    )


def laser(tape: Tape, voice: Voice) -> Tensor:
    """A beam: a bright tone that falls fast."""
    wave = ("square", "saw", "square")[int(tape.draw("wave", 0, 3))]
    return _play(
        tape,
        _Chip(
            wave=wave,
            hz=tape.draw("hz", 1500, 3200),
            slide=-tape.draw("slide", 9, 20),
            bend=tape.draw("bend", 10, 40),
            hold_s=tape.draw("hold", 0.05, 0.12),
            fall_s=tape.draw("fall", 0.08, 0.2),
            punch=0.3,
            duty=(tape.draw("duty", 0.2, 0.5), tape.draw("sweep", -0.5, 0.8)),
        ),
        voice,
    )


def jump(tape: Tape, voice: Voice) -> Tensor:
    """A hop: a soft tone that rises."""
    return _play(
        tape,
        _Chip(
            wave="square",
            hz=tape.draw("hz", 230, 400),
            slide=tape.draw("slide", 2.5, 5.5),
            hold_s=tape.draw("hold", 0.08, 0.16),
            fall_s=tape.draw("fall", 0.08, 0.16),
            duty=(tape.draw("duty", 0.3, 0.55), 0.0),
        ),
        voice,
    )


def power_up(tape: Tape, voice: Voice) -> Tensor:
    """Stronger now: a tone that climbs, or climbs again and again."""
    climbs = tape.draw("kind", 0, 1) < 0.5
    steps = tuple((0.07 * k, (1.26, 1.1892, 1.335)[k % 3]) for k in range(1, 6)) if climbs else ()
    return _play(
        tape,
        _Chip(
            wave=("square", "saw")[int(tape.draw("wave", 0, 2))],
            hz=tape.draw("hz", 260, 480),
            slide=0.0 if climbs else tape.draw("slide", 1.6, 3.0),
            steps=steps,
            tremble=(0.0 if climbs else 0.04, tape.draw("tremble", 12, 24)),
            hold_s=0.40,
            fall_s=0.25,
            repeat_s=0.0 if climbs else tape.draw("repeat", 0.10, 0.18),
        ),
        voice,
    )


def hurt(tape: Tape, voice: Voice) -> Tensor:
    """Something was hit: a rough tone that falls, or a burst of noise."""
    wave = ("saw", "square", "noise")[int(tape.draw("wave", 0, 3))]
    return _play(
        tape,
        _Chip(
            wave=wave,
            hz=tape.draw("hz", 260, 620),
            slide=-tape.draw("slide", 5, 11),
            hold_s=tape.draw("hold", 0.02, 0.07),
            fall_s=tape.draw("fall", 0.08, 0.18),
            punch=0.8,
        ),
        voice,
    )


def blip(tape: Tape, voice: Voice) -> Tensor:
    """One short note: a letter appears, a cursor moves."""
    return _play(
        tape,
        _Chip(
            wave=("square", "triangle", "sine")[int(tape.draw("wave", 0, 3))],
            hz=tape.draw("hz", 420, 1100),
            hold_s=0.03,
            fall_s=tape.draw("fall", 0.02, 0.06),
            duty=(tape.draw("duty", 0.25, 0.5), 0.0),
        ),
        voice,
    )


def select(tape: Tape, voice: Voice) -> Tensor:
    """A choice was made: two quick notes, the second higher."""
    return _play(
        tape,
        _Chip(
            wave="square",
            hz=tape.draw("hz", 420, 720),
            steps=((0.06, (1.4983, 1.335, 2.0)[int(tape.draw("jump", 0, 3))]),),
            hold_s=0.09,
            fall_s=0.12,
            duty=(tape.draw("duty", 0.25, 0.5), 0.0),
        ),
        voice,
    )


def retro_explosion(tape: Tape, voice: Voice) -> Tensor:
    """A chip blows something up: coarse noise that sinks."""
    noise = _play(
        tape,
        _Chip(
            wave="noise",
            hz=tape.draw("hz", 110, 320),
            slide=-tape.draw("slide", 1.2, 3.0),
            hold_s=tape.draw("hold", 0.12, 0.3),
            fall_s=tape.draw("fall", 0.35, 0.7),
            punch=0.7,
        ),
        voice,
    )
    rumble = burst(tape, "rumble", tape.seconds, shaped(highs(30), lows(160)), channels=2)
    time = seconds_of(tape, tape.seconds)
    return noise + rumble * (torch.exp(-time / 0.22) * 0.22).float()[None, : rumble.shape[1]]


ARCADE: Final[dict[str, Callable[[Tape, Voice], Tensor]]] = {
    "coin": coin,
    "laser": laser,
    "jump": jump,
    "power_up": power_up,
    "hurt": hurt,
    "blip": blip,
    "select": select,
    "retro_explosion": retro_explosion,
}
