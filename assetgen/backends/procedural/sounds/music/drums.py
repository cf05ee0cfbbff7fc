"""Drums: each hit is drawn anew, a little different from the last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, modes, seconds_of, sine, struck, turns
from assetgen.backends.procedural.sounds.tape import Tape

Drum = Callable[[Tape, str], Tensor]
"""From the tape and the random stream of a hit to (M,)."""


def kick(
    tape: Tape, name: str, *, hz: float = 50.0, drop: float = 3.2, long_s: float = 0.16, knock: float = 0.3
) -> Tensor:
    """A bass drum: a head whose pitch falls, and the beater."""
    time = seconds_of(tape, long_s * 4)
    tone = sine(turns(tape, hz * (1 + drop * torch.exp(-time * 42)))) * struck(
        time, decay_s=long_s, attack_s=0.0008
    )
    beater = burst(tape, f"{name}/beater", 0.02, shaped(band(2600, 2.5)))[0] * struck(
        seconds_of(tape, 0.02), decay_s=0.004
    )
    tone[: len(beater)] += knock * beater
    return torch.tanh(1.4 * tone) * 0.72


def soft_kick(tape: Tape, name: str) -> Tensor:
    """A felt beater on a loose head."""
    return kick(tape, name, hz=54, drop=1.6, long_s=0.11, knock=0.10)


def hard_kick(tape: Tape, name: str) -> Tensor:
    """A machine's bass drum."""
    return kick(tape, name, hz=47, drop=5.0, long_s=0.19, knock=0.45)


def taiko(tape: Tape, name: str) -> Tensor:
    """A great drum in a hall."""
    deep = kick(tape, name, hz=66, drop=0.8, long_s=0.34, knock=0.35)
    skin = modes(
        tape, len(deep) / tape.rate_hz, [(66 * r, 0.22 / r, 0.5 / r) for r in (1.59, 2.14, 2.30, 2.65, 2.92)]
    )
    return 0.8 * deep + 0.3 * skin[: len(deep)]


def snare(tape: Tape, name: str, *, hz: float = 188.0, snap: float = 0.55, long_s: float = 0.11) -> Tensor:
    """A snare: two modes of the head and the wires below it."""
    time = seconds_of(tape, long_s * 4)
    head = modes(tape, long_s * 4, [(hz, 0.055, 1.0), (hz * 1.78, 0.035, 0.6)], attack_s=0.0006)
    wires = burst(tape, f"{name}/wires", long_s * 4, shaped(highs(1400), lows(9500, 1.0)))[0]
    return (0.5 * head + snap * wires * struck(time, decay_s=long_s, attack_s=0.0008)) * 0.42


def soft_snare(tape: Tape, name: str) -> Tensor:
    """A snare behind a curtain."""
    return snare(tape, name, hz=172, snap=0.34, long_s=0.075)


def rim(tape: Tape, name: str) -> Tensor:
    """A stick across the rim."""
    return modes(tape, 0.12, [(860, 0.012, 1.0), (1720, 0.009, 0.7), (2950, 0.006, 0.4)]) * 0.34


def clap(tape: Tape, name: str) -> Tensor:
    """A few hands that are not quite together."""
    made = torch.zeros(tape.frames_of(0.35))
    for number, later_s in enumerate((0.0, 0.011, 0.021, 0.034)):
        part = burst(tape, f"{name}/{number}", 0.25, shaped(band(1350, 1.7), highs(500)))[0]
        part = part * struck(seconds_of(tape, 0.25), decay_s=0.006 if number < 3 else 0.075, attack_s=0.0005)
        at = tape.frames_of(later_s)
        made[at : at + len(part)] += part[: len(made) - at]
    return made * 0.26


def hat(tape: Tape, name: str, *, long_s: float = 0.028) -> Tensor:
    """A closed hi-hat: six squares that never meet, and noise, above 6 kHz."""
    metal = burst(tape, name, long_s * 6, shaped(highs(7000, 3.0), lows(15_000, 1.0)))[0]
    ring = modes(tape, long_s * 6, [(hz, long_s * 1.5, 0.12) for hz in (6250, 7430, 8790, 9910, 11_300)])
    return (0.6 * metal + ring) * struck(seconds_of(tape, long_s * 6), decay_s=long_s, attack_s=0.0004) * 0.24


def open_hat(tape: Tape, name: str) -> Tensor:
    """The same, open."""
    return hat(tape, name, long_s=0.16)


def shaker(tape: Tape, name: str) -> Tensor:
    """Seeds in a gourd: they need a moment."""
    made = burst(tape, name, 0.12, shaped(band(6200, 1.2)))[0]
    return made * struck(seconds_of(tape, 0.12), decay_s=0.026, attack_s=0.014) * 0.20


def tom(tape: Tape, name: str) -> Tensor:
    """A tom."""
    return kick(tape, name, hz=92, drop=0.7, long_s=0.17, knock=0.15)


def chip_kick(tape: Tape, name: str) -> Tensor:
    """A console's bass drum: a square that falls."""
    time = seconds_of(tape, 0.16)
    phase = turns(tape, 42 + 330 * torch.exp(-time * 34))
    return torch.where(phase.remainder(1.0) < 0.5, 1.0, -1.0).float() * struck(time, decay_s=0.05) * 0.30


def chip_noise(tape: Tape, name: str, *, step: int = 3, long_s: float = 0.05) -> Tensor:
    """A console's noise."""
    length = tape.frames_of(long_s * 4)
    drawn = tape.uniform(name, length // step + 1)[:, 0] * 2 - 1
    made = drawn.sign().repeat_interleave(step)[:length]
    return made * struck(seconds_of(tape, long_s * 4), decay_s=long_s)[:length] * 0.20


def chip_hat(tape: Tape, name: str) -> Tensor:
    """Its shortest and brightest."""
    return chip_noise(tape, name, step=1, long_s=0.016)


DRUMS: Final[dict[str, Drum]] = {
    "kick": kick,
    "soft_kick": soft_kick,
    "hard_kick": hard_kick,
    "taiko": taiko,
    "snare": snare,
    "soft_snare": soft_snare,
    "rim": rim,
    "clap": clap,
    "hat": hat,
    "open_hat": open_hat,
    "shaker": shaker,
    "tom": tom,
    "chip_kick": chip_kick,
    "chip_snare": chip_noise,
    "chip_hat": chip_hat,
}
