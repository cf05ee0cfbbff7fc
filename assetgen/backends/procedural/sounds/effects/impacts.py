"""What struck things sound like: every body rings in its own modes, and its matter says for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, modes, seconds_of, struck
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A matter as the ear knows it.

    Args:
        hz: lowest mode of a thing as large as a fist.
        ratios: of its modes to the lowest.
        ring_s: time constant of the lowest mode.
        damping: how much faster high modes die: decay falls with frequency to this power.
        bright: gain falls with the number of the mode to minus this power.
        thud: share of a dull knock from the body.
        crunch: share of noise at the contact.
        crunch_hz: where that noise lies.
    """

    hz: float
    ratios: tuple[float, ...]
    ring_s: float
    damping: float
    bright: float
    thud: float
    crunch: float
    crunch_hz: float


_BAR: Final = (1.0, 2.756, 5.404, 8.933, 13.34, 18.64)
"""A free bar (Euler and Bernoulli)."""
_PLATE: Final = (
    *(1.0, 1.52, 2.04, 2.83, 3.36, 4.12, 5.07, 5.92, 7.31, 8.55, 10.1),
    *(11.9, 13.6, 15.8, 18.1, 20.7, 23.9, 27.2),
)
_SHELL: Final = (
    1.0,
    1.19,
    1.84,
    2.32,
    2.91,
    3.67,
    4.58,
    5.41,
    6.77,
    8.20,
    9.94,
    11.6,
    13.3,
    15.2,
    17.4,
    19.9,
)
"""Measured plates and glasses have such modes, ever closer together."""
MATTERS: Final[dict[str, Matter]] = {
    "wood": Matter(
        hz=310, ratios=_BAR, ring_s=0.045, damping=0.9, bright=0.7, thud=0.55, crunch=0.30, crunch_hz=1800
    ),
    "metal": Matter(
        hz=430, ratios=_PLATE, ring_s=0.75, damping=0.35, bright=0.25, thud=0.20, crunch=0.22, crunch_hz=5200
    ),
    "glass": Matter(
        hz=1250, ratios=_SHELL, ring_s=0.32, damping=0.45, bright=0.30, thud=0.05, crunch=0.20, crunch_hz=7500
    ),
    "stone": Matter(
        hz=720, ratios=_PLATE, ring_s=0.016, damping=0.7, bright=0.45, thud=0.75, crunch=0.65, crunch_hz=2900
    ),
    "ceramic": Matter(
        hz=980, ratios=_SHELL, ring_s=0.13, damping=0.55, bright=0.35, thud=0.12, crunch=0.28, crunch_hz=5600
    ),
    "plastic": Matter(
        hz=520, ratios=_PLATE, ring_s=0.020, damping=0.8, bright=0.75, thud=0.40, crunch=0.35, crunch_hz=2600
    ),
    "flesh": Matter(
        hz=90, ratios=(1.0, 1.7), ring_s=0.030, damping=1.0, bright=1.2, thud=1.1, crunch=0.55, crunch_hz=900
    ),
    "cloth": Matter(
        hz=120, ratios=(1.0,), ring_s=0.018, damping=1.0, bright=1.5, thud=0.7, crunch=0.6, crunch_hz=1400
    ),
}


def strike(tape: Tape, name: str, matter: Matter, *, size: float, force: float) -> Tensor:
    """Return one blow on a body, (M,), peak about 1.

    Args:
        tape: the tape.
        name: the random stream; no two blows fall on the same spot.
        matter: of the body.
        size: how large it is against a fist.
        force: 0 a tap to 1 as hard as can be: harder blows are brighter.
    """
    spot = tape.uniform(f"{name}/spot", len(matter.ratios), 3)
    lowest = matter.hz / size * (0.94 + 0.12 * float(spot[0, 2]))
    tones = []
    for number, ratio in enumerate(matter.ratios):
        hz = lowest * ratio * (1 + 0.02 * (float(spot[number, 0]) - 0.5))
        decay_s = matter.ring_s * size**0.5 * (0.7 + 0.6 * float(spot[number, 1])) / ratio**matter.damping
        gain = (0.35 + 0.65 * float(spot[number, 2])) / (number + 1) ** (matter.bright + 0.5 * (1 - force))
        tones.append((hz, max(decay_s, 0.002), gain))
    length_s = min(max(7 * max(decay for _, decay, _ in tones), 0.12), 5.0)
    ring = modes(tape, length_s, tones, attack_s=0.0002 + 0.0012 * (1 - force))
    time = seconds_of(tape, length_s)
    contact = burst(
        tape, f"{name}/contact", length_s, shaped(band(matter.crunch_hz * (0.7 + 0.5 * force), 2.6))
    )[0]
    contact = contact * struck(
        time, decay_s=0.003 + 0.006 * (1 - force) + 0.006 * matter.crunch, attack_s=0.0002
    )
    body_hz = max(95 / size**0.4, 40)
    thud = torch.sin(time * (6.2832 * body_hz)).float() * struck(
        time, decay_s=0.028 * size**0.4, attack_s=0.001
    )
    made = ring / ring.abs().max().clamp(min=1e-6) + matter.crunch * 0.8 * contact + matter.thud * thud
    return made * ((0.35 + 0.65 * force) / made.abs().max().clamp(min=1e-6))


def impact(tape: Tape, voice: Voice) -> Tensor:
    """One thing falls on another, and may bounce."""
    matter = MATTERS[voice.option("matter", "wood")]
    target = tape.zeros()
    size, force = voice["size"] * 2 + 0.3, voice["force"]
    at_s, gap_s = 0.0, 0.16 + 0.12 * size * force
    for number in range(1 + round(voice["bounces"] * 4)):
        blow = strike(tape, f"blow/{number}", matter, size=size, force=force)
        tape.place(target, blow, at_s, pan=tape.draw(f"pan/{number}", -0.2, 0.2), gain=0.7)
        at_s, gap_s, force = at_s + gap_s, gap_s * 0.62, force * 0.6
    return target + 0.06 * reverb(tape, target, "room", seconds=0.5, dark_hz=3500)


def shatter(tape: Tape, voice: Voice) -> Tensor:
    """It breaks: a crack, then pieces that ring and skip over the floor."""
    matter = MATTERS[voice.option("matter", "glass")]
    target = tape.zeros()
    tape.place(target, strike(tape, "crack", matter, size=1.3, force=1.0), 0.0, gain=0.8)
    crack = burst(tape, "burst", 0.25, shaped(highs(1200), lows(12_000)))[0]
    tape.place(target, crack * struck(seconds_of(tape, 0.25), decay_s=0.03), 0.0, gain=0.35)
    pieces = 18 + round(50 * voice["pieces"])
    draws = tape.uniform("pieces", pieces, 4)
    for number, (when, size, where, hard) in enumerate(draws.tolist()):
        at_s = 0.02 + 1.1 * voice["spread"] * when**1.8
        piece = strike(tape, f"piece/{number}", matter, size=0.12 + 0.45 * size**2, force=0.2 + 0.6 * hard)
        tape.place(target, piece, at_s, pan=1.6 * where - 0.8, gain=0.30 * (1 - 0.7 * when))
    return target + 0.10 * reverb(tape, target, "room", seconds=0.7, dark_hz=6000)
