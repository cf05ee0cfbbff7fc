"""People: many voices that speak at once, so that one hears talk and no word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings, strew
from assetgen.backends.procedural.sounds.noise import band, drift, highs, noise, shaped, swell
from assetgen.backends.procedural.sounds.space import far_away, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import buzz, turns_of, vowels
from assetgen.backends.procedural.sounds.voice import Voice

_VOWELS: Final = (
    ((730, 110, 1.0), (1090, 130, 0.5), (2440, 200, 0.18)),  # a
    ((530, 90, 1.0), (1840, 150, 0.35), (2480, 200, 0.2)),  # e
    ((300, 70, 1.0), (2250, 160, 0.25), (3000, 220, 0.16)),  # i
    ((560, 90, 1.0), (860, 110, 0.55), (2400, 200, 0.10)),  # o
    ((340, 80, 1.0), (800, 110, 0.35), (2240, 200, 0.06)),  # u
)
"""Frequency, width and gain of three formants (Peterson and Barney 1952)."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where they are: what the room answers, and what else they do there."""

    echo_s: float
    wet: float
    dishes: float
    calls: float


_PLACES: Final = {
    "hall": _Place(2.2, 0.8, 0.0, 0.0),
    "tavern": _Place(0.7, 0.4, 1.0, 0.3),
    "market": _Place(0.5, 0.18, 0.45, 1.0),
    "street": _Place(0.9, 0.22, 0.0, 0.25),
    "stadium": _Place(2.8, 0.7, 0.0, 0.8),
}


def crowd(tape: Tape, voice: Voice) -> Tensor:
    """Near voices have syllables, far ones melt into a murmur; laughter and calls rise out of it."""
    place = _PLACES[voice.option("place", "hall")]
    many = voice["many"]
    near = 5 + round(9 * many)
    spoken = [tape.zeros() for _ in _VOWELS]
    for number in range(near):
        _speak(tape, spoken, f"voice/{number}", excited=voice["excited"])
    talk = sum(vowels(tape, source, formants) for source, formants in zip(spoken, _VOWELS, strict=True))
    assert isinstance(talk, Tensor)
    murmur = noise(tape, "murmur", shaped(band(480, 2.4), highs(140)), width=0.85)
    syllables = swell(
        drift(tape, "murmur/syllables", fastest_hz=6, slope=0.2, channels=2, slowest_hz=2), sharp=1.2
    )
    breath = noise(tape, "consonants", shaped(band(4200, 2.0)), width=0.9)
    hiss = swell(
        drift(tape, "consonants/s", fastest_hz=9, slope=0.1, channels=2, slowest_hz=3), sharp=4.0
    ).pow(2)
    made = talk * 0.9 + murmur * (0.05 + 0.13 * many) * (0.55 + 0.7 * syllables) + breath * hiss * 0.020
    if place.dishes:
        made = made + place.dishes * _dishes(tape, many)
    if place.calls:
        made = made + place.calls * _calls(tape, voice["excited"])
    wet = reverb(tape, made, "room", seconds=place.echo_s, dark_hz=2600)
    return made * (1 - 0.4 * place.wet) + wet * place.wet


def _speak(tape: Tape, spoken: list[Tensor], name: str, *, excited: float) -> None:
    """Add one voice: its pitch falls along each phrase, and every syllable is one of the vowels."""
    own = tape.uniform(name, 1, 6)[0].tolist()
    base = (105 if own[0] < 0.5 else 190) * 2 ** (0.5 * (own[1] - 0.5) + 0.25 * excited)
    tune = drift(tape, f"{name}/tune", fastest_hz=2.2, slope=0.7)[0] * (0.08 + 0.08 * excited)
    source = buzz(turns_of(tape, base * torch.pow(2.0, tune)), bright=0.80)
    talks = swell(drift(tape, f"{name}/talks", fastest_hz=0.45, slope=0.5)[0] + 0.4 * own[2], sharp=5.0)
    said = happenings(tape, f"{name}/said", 3.6 + 1.6 * own[3] + excited, even=0.75)
    level = (0.05 + 0.22 * own[4] ** 2.5) * 0.5
    sides = torch.tensor([[1 - 0.75 * own[5]], [0.25 + 0.75 * own[5]]])
    envelopes = [torch.zeros(1, tape.frames) for _ in spoken]
    for at_s, (which, long, loud, _) in zip(said.at_s.tolist(), said.own.tolist(), strict=True):
        length = tape.frames_of(0.07 + 0.13 * long)
        bump = torch.hann_window(length, periodic=False) * (0.4 + 0.6 * loud)
        start = round(at_s * tape.rate_hz) - tape.origin
        _add(envelopes[int(which * len(spoken))], bump, start)
    for number, envelope in enumerate(envelopes):
        spoken[number] += sides * (source * envelope[0] * talks * level)


def _add(target: Tensor, grain: Tensor, start: int) -> None:
    frames = target.shape[-1]
    begin = start % frames
    count = min(len(grain), frames - begin)
    target[0, begin : begin + count] += grain[:count]
    target[0, : len(grain) - count] += grain[count:]


def _dishes(tape: Tape, many: float) -> Tensor:
    """Cups, plates and coins: short bright ringing."""
    struck = happenings(tape, "dishes", 0.7 + 2.0 * many)
    pitch = 1700 * torch.pow(2.0, 1.7 * struck.own[:, 0])
    made = tape.zeros()
    for number, (ratio, gain) in enumerate(((1.0, 1.0), (2.76, 0.5), (5.40, 0.25))):
        made = made + strew(
            tape,
            struck,
            length_s=0.5,
            pitch_hz=(pitch * ratio).clamp(max=16_000),
            decay_s=(0.03 + 0.10 * struck.own[:, 1]) / (1 + 0.6 * number),
            gain=(0.008 + 0.05 * struck.own[:, 2].pow(3)) * gain,
        )
    return made


def _calls(tape: Tape, excited: float) -> Tensor:
    """Somebody shouts across the place: one long vowel, up and down."""
    made = tape.zeros()
    shouted = happenings(tape, "calls", max(0.12 + 0.35 * excited, 1 / tape.seconds), even=0.4)
    for at_s, (high, long, where, which) in zip(shouted.at_s.tolist(), shouted.own.tolist(), strict=True):
        length = tape.frames_of(0.35 + 0.5 * long)
        share = torch.linspace(0, 1, length, dtype=torch.float64)
        hz = (190 + 160 * high) * torch.pow(2.0, 0.5 * torch.sin(3.14159 * share) - 0.15 * share)
        tone = (
            buzz(hz.cumsum(0) / tape.rate_hz, bright=0.86)
            * torch.sin(3.14159 * share).clamp(min=0).pow(0.5).float()
        )
        grain = torch.zeros(2, tape.frames)
        tape.place(grain, tone, at_s, pan=1.6 * where - 0.8, gain=0.16)
        made = made + vowels(tape, grain, _VOWELS[int(which * 2) * 3])
    return far_away(tape, made, 0.18)
