"""Game sounds as the old chips made them: one voice, one wave, a pitch that slides, jumps or trembles.

An 8 bit chip of the NES kind steps its pitch and its loudness at every picture, 60 times a second, knows 16
loudnesses and four widths of pulse, and draws noise from a shift register; a 16 bit console plays samples through
a soft filter and an echo. Slides, arpeggios and shapes of the sounds follow the habits of DrPetter's "sfxr"
(2007).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import (
    burst,
    held,
    pulse,
    saw,
    seconds_of,
    sine,
    triangle,
    turns,
)
from assetgen.backends.procedural.sounds.space import colored
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice

_PICTURE_S: Final = 1 / 60
_DUTIES: Final = (0.125, 0.25, 0.5, 0.75)


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
    """Return the sound of a chip, (2, N); the option "era" says of which."""
    is_old = voice.option("era", "16 bit") == "8 bit"
    pitch, length = voice.pitch * 2.0 ** (0.7 * tape.apart("tune") / 12), voice.trait("length", 1.0)
    hold_s, fall_s = chip.hold_s * length, chip.fall_s * length
    time = seconds_of(tape, min(chip.rise_s + hold_s + fall_s, tape.seconds))
    clock = torch.floor(time / _PICTURE_S) * _PICTURE_S if is_old else time
    since = clock.remainder(chip.repeat_s) if chip.repeat_s else clock
    octaves = chip.slide * since + 0.5 * chip.bend * since.square()
    octaves = octaves + chip.tremble[0] * torch.sin(6.2832 * chip.tremble[1] * clock)
    hz = chip.hz * pitch * torch.pow(2.0, octaves)
    for after_s, factor in chip.steps:
        hz = torch.where(time >= after_s * length, hz * factor, hz)
    hz = hz.clamp(18.0, 0.4 * tape.rate_hz)
    loud = held(
        clock if is_old else time, rise_s=0.0001 if is_old else chip.rise_s, hold_s=hold_s, fall_s=fall_s
    )
    loud = loud * (1 + chip.punch * torch.exp(-clock / 0.03)).float() / (1 + chip.punch)
    if is_old:
        # Sixteen loudnesses; the last picture is faded out, or it would click.
        loud = (
            torch.round(loud * 15)
            / 15
            * held(time, rise_s=0.0002, hold_s=float(time[-1]) - 0.003, fall_s=0.0025)
        )
    made = _wave(tape, chip, turns(tape, hz), clock, is_old) * loud * 0.5
    target = tape.zeros()
    if is_old:
        target[:, : len(made)] = made
        return target
    target[:, : len(made)] = made
    soft = colored(tape, target, lows(8500, 1.5))
    for number in (1, 2):
        late = tape.frames_of(0.085 * number)
        if late < tape.frames:
            echo = colored(tape, target, lows(3200, 1.0))[:, : tape.frames - late]
            soft[number % 2, late:] += 0.20 * 0.5 ** (number - 1) * echo[number % 2]
    return soft


def _wave(tape: Tape, chip: _Chip, phase: Tensor, clock: Tensor, is_old: bool) -> Tensor:
    if chip.wave == "noise":
        drawn = tape.uniform("noise", 4096)[:, 0] * 2 - 1
        drawn = drawn - drawn.mean()
        # A shift register knows two values.
        drawn = torch.sign(drawn) * 0.7 if is_old else drawn
        return drawn[(phase * 32).long().remainder(4096)]
    if chip.wave == "square":
        duty = (chip.duty[0] + chip.duty[1] * clock).clamp(0.08, 0.92)
        if is_old:
            duties = torch.tensor(_DUTIES, dtype=torch.float64)
            duty = duties[(duty[:, None] - duties).abs().argmin(1)]
        # Less its mean, or a narrow pulse begins and ends with a thump.
        return pulse(phase, duty) - (2 * duty - 1).float()
    if is_old:
        if chip.wave in ("triangle", "sine"):
            return torch.round(triangle(phase) * 7.5) / 7.5
        return saw(phase)
    return {"saw": saw, "triangle": triangle, "sine": sine}[chip.wave](phase)


def _moved(tape: Tape, name: str, low: float, high: float, *, by: float = 0.06) -> float:
    """Return a number that the sound has and every take moves a little: by no more than that share."""
    return tape.same.draw(name, low, high) * (1 + 2 * by * tape.apart(name))


def coin(tape: Tape, voice: Voice) -> Tensor:
    """Something was picked up: a short note, and a higher one that rings; a gem runs up a chord."""
    kind = voice.option("item", "coin")
    hz = tape.same.draw("hz", 900, 1100)
    first_s = _moved(tape, "first", 0.055, 0.075)
    if kind == "gem":
        chord = ((1.26, 1.1892, 1.3348), (1.1225, 1.1892, 1.1225), (1.3348, 1.26, 1.1892))
        steps = tuple(
            (0.6 * first_s * (k + 1), f) for k, f in enumerate(chord[int(tape.same.draw("chord", 0, 3))])
        )
        chip = _Chip(wave="square", hz=0.9 * hz, steps=steps, hold_s=0.14, fall_s=0.36, duty=(0.25, 0.0))
    elif kind == "item":
        chip = _Chip(
            wave="triangle",
            hz=0.5 * hz,
            slide=3.2,
            steps=((first_s, 1.4983),),
            hold_s=0.07,
            fall_s=0.14,
            punch=0.6,
        )
    else:
        # B5 and, a fourth above, E6, or nearly so.
        jump = (1.3348, 1.3348, 1.4983)[int(tape.same.draw("jump", 0, 3))]
        chip = _Chip(wave="square", hz=hz, steps=((first_s, jump),), hold_s=0.09, fall_s=0.38, punch=0.5)
    return _play(tape, chip, voice)


def laser(tape: Tape, voice: Voice) -> Tensor:
    """A beam: a bright tone that falls fast; a heavy one falls deep, a charged one rises before it."""
    kind = voice.option("shot", "pew")
    wave = ("square", "saw", "square")[int(tape.same.draw("wave", 0, 3))]
    duty = (tape.same.draw("duty", 0.2, 0.5), tape.same.draw("sweep", -0.5, 0.8))
    hz = _moved(tape, "hz", 1700, 3000, by=0.10)
    pew = _Chip(
        wave=wave,
        hz=hz,
        slide=-_moved(tape, "slide", 10, 18, by=0.15),
        bend=tape.same.draw("bend", 10, 35),
        hold_s=_moved(tape, "hold", 0.05, 0.10),
        fall_s=_moved(tape, "fall", 0.08, 0.18),
        punch=0.3,
        duty=duty,
    )
    if kind == "heavy":
        heavy = replace(
            pew,
            wave="saw",
            hz=0.34 * hz,
            slide=0.6 * pew.slide,
            bend=0.3 * pew.bend,
            hold_s=1.6 * pew.hold_s,
            fall_s=0.34,
            punch=0.9,
        )
        return _play(tape, heavy, voice) + 0.7 * _play(
            tape, replace(heavy, wave="noise", hz=320, slide=-7.0, fall_s=0.28), voice
        )
    if kind == "beam":
        return _play(
            tape,
            replace(pew, hz=0.4 * hz, slide=0.15, bend=0.0, tremble=(0.16, 31), hold_s=0.42, fall_s=0.16),
            voice,
        )
    return _play(tape, pew, voice)


def jump(tape: Tape, voice: Voice) -> Tensor:
    """A hop: a soft tone that rises; twice for a double one; a landing falls."""
    kind = voice.option("move", "jump")
    hop = _Chip(
        wave="square",
        hz=_moved(tape, "hz", 250, 380),
        slide=_moved(tape, "slide", 3.0, 5.2, by=0.10),
        hold_s=_moved(tape, "hold", 0.09, 0.15),
        fall_s=_moved(tape, "fall", 0.08, 0.14),
        duty=(tape.same.draw("duty", 0.3, 0.55), 0.0),
    )
    if kind == "double":
        hop = replace(hop, steps=((0.10, 0.84),), slide=1.2 * hop.slide, hold_s=0.18)
    elif kind == "land":
        thump = replace(
            hop, wave="triangle", hz=0.72 * hop.hz, slide=-9.0, hold_s=0.03, fall_s=0.10, punch=0.7
        )
        dust = replace(thump, wave="noise", hz=170, slide=-4.0, hold_s=0.01, fall_s=0.09)
        return _play(tape, thump, voice) + 0.35 * _play(tape, dust, voice)
    elif kind == "cute":
        hop = replace(
            hop, wave="triangle", hz=1.9 * hop.hz, slide=0.9 * hop.slide, hold_s=0.07, tremble=(0.05, 22)
        )
    return _play(tape, hop, voice)


def power_up(tape: Tape, voice: Voice) -> Tensor:
    """Stronger now: a tone that climbs, or climbs again and again; or, weaker, one that falls."""
    is_up = voice.option("way", "up") == "up"
    climbs = tape.same.draw("kind", 0, 1) < 0.5
    rises = (1.26, 1.1892, 1.3348)
    step_s = _moved(tape, "step", 0.06, 0.08)
    steps = (
        tuple((step_s * k, rises[k % 3] if is_up else 1 / rises[k % 3]) for k in range(1, 6))
        if climbs
        else ()
    )
    slide = _moved(tape, "slide", 1.6, 3.0)
    return _play(
        tape,
        _Chip(
            wave=("square", "saw")[int(tape.same.draw("wave", 0, 2))],
            hz=_moved(tape, "hz", 260, 480, by=0.03) * (1.0 if is_up else 2.2),
            slide=0.0 if climbs else slide if is_up else -slide,
            steps=steps,
            tremble=(0.0 if climbs else 0.04, tape.same.draw("tremble", 12, 24)),
            hold_s=0.40,
            fall_s=0.25,
            repeat_s=0.0 if climbs else _moved(tape, "repeat", 0.10, 0.18),
        ),
        voice,
    )


def hurt(tape: Tape, voice: Voice) -> Tensor:
    """Something was hit: a rough tone that falls over a burst of noise."""
    kind = int(tape.same.draw("wave", 0, 3))
    tone = _Chip(
        wave=("saw", "square", "square")[kind],
        hz=_moved(tape, "hz", 300, 620, by=0.10),
        slide=-_moved(tape, "slide", 6, 11, by=0.12),
        hold_s=_moved(tape, "hold", 0.02, 0.06),
        fall_s=_moved(tape, "fall", 0.09, 0.17),
        punch=0.8,
        duty=((0.5, 0.25, 0.125)[kind], 0.0),
    )
    noise = replace(tone, wave="noise", hz=1.2 * tone.hz, fall_s=0.6 * tone.fall_s)
    share = tape.same.draw("share", 0.3, 0.8)
    return (1 - 0.5 * share) * _play(tape, tone, voice) + share * _play(tape, noise, voice)


def blip(tape: Tape, voice: Voice) -> Tensor:
    """One short note: a letter appears, a cursor moves. So short that its takes need other notes to be told apart."""
    return _play(
        tape,
        _Chip(
            wave=("square", "triangle", "sine")[int(tape.same.draw("wave", 0, 3))],
            hz=_moved(tape, "hz", 420, 1100, by=0.10),
            slide=6.0 * tape.apart("slide"),
            hold_s=_moved(tape, "hold", 0.034, 0.040, by=0.15),
            fall_s=_moved(tape, "fall", 0.02, 0.06, by=0.15),
            duty=(tape.same.draw("duty", 0.25, 0.5), 0.0),
        ),
        voice,
    )


def select(tape: Tape, voice: Voice) -> Tensor:
    """A choice was made: two quick notes, the second higher."""
    return _play(
        tape,
        _Chip(
            wave="square",
            hz=_moved(tape, "hz", 420, 720, by=0.03),
            steps=(
                (_moved(tape, "step", 0.05, 0.07), (1.4983, 1.3348, 2.0)[int(tape.same.draw("jump", 0, 3))]),
            ),
            hold_s=0.09,
            fall_s=0.12,
            duty=(tape.same.draw("duty", 0.25, 0.5), 0.0),
        ),
        voice,
    )


def retro_explosion(tape: Tape, voice: Voice) -> Tensor:
    """A chip blows something up: coarse noise that sinks, over a tone that does."""
    noise = _Chip(
        wave="noise",
        hz=_moved(tape, "hz", 110, 320, by=0.12),
        slide=-_moved(tape, "slide", 1.6, 3.4),
        hold_s=_moved(tape, "hold", 0.10, 0.24),
        fall_s=_moved(tape, "fall", 0.35, 0.7),
        punch=0.7,
    )
    thump = replace(noise, wave="triangle", hz=190, slide=-7.0, hold_s=0.04, fall_s=0.22)
    made = _play(tape, noise, voice) + 0.8 * _play(tape, thump, voice)
    if voice.option("era", "16 bit") == "16 bit":
        rumble = burst(tape, "rumble", tape.seconds, shaped(highs(30), lows(160)), channels=2)
        time = seconds_of(tape, tape.seconds)
        made = made + rumble * (torch.exp(-time / 0.22) * 0.22).float()[None, : rumble.shape[1]]
    return made


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
