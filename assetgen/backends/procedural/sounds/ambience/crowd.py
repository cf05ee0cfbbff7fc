"""People: voices near enough to have syllables, others that melt into a murmur; one hears talk and no word."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings, strew
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.showers import grit, shower
from assetgen.backends.procedural.sounds.space import colored, far_away, reverb
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
    """Where they are.

    Args:
        echo_s: how long the room answers.
        wet: how much.
        dishes: how much they eat and drink.
        calls: how much they shout.
        laughs: how much they laugh.
        steps: how much they walk about.
        roar: how much they cheer and clap as one.
        close: how near the nearest stand.
    """

    echo_s: float
    wet: float
    dishes: float = 0.0
    calls: float = 0.0
    laughs: float = 0.0
    steps: float = 0.0
    roar: float = 0.0
    close: float = 1.0


_PLACES: Final = {
    "hall": _Place(2.4, 0.5, steps=1.0, laughs=0.2, close=0.8),
    "tavern": _Place(0.6, 0.30, dishes=1.0, calls=0.3, laughs=1.0, close=1.2),
    "market": _Place(0.5, 0.12, dishes=0.3, calls=1.0, laughs=0.4, steps=0.6),
    "street": _Place(0.9, 0.18, calls=0.2, laughs=0.3, steps=1.6, close=0.9),
    "stadium": _Place(2.6, 0.45, calls=0.6, roar=1.0, close=0.5),
}


def crowd(tape: Tape, voice: Voice) -> Tensor:
    """Each voice speaks in phrases of its own tune and stops; laughter, calls and steps rise out of the talk.

    Source: Ding and others, "Temporal modulations in speech and music" (2017): syllables come about five times a
    second; Byrne and others, "An international comparison of long-term average speech spectra" (1994): loudest near
    500 Hz, falling by some 6 dB an octave above.
    """
    place = _PLACES[voice.option("place", "hall")]
    many, excited = voice["many"], voice["excited"]
    count = 7 + round(9 * many)
    spoken = [tape.zeros() for _ in _VOWELS]
    talk = tape.zeros()
    for number in range(count):
        loud = (
            place.close
            * (0.30 if number < 3 else 0.09)
            / (1 + 0.35 * (number if number < 3 else 0.3 * number))
        )
        talk = talk + _speak(tape, spoken, f"voice/{number}", excited, loud)
    for source, formants in zip(spoken, _VOWELS, strict=True):
        talk = talk + vowels(tape, source, formants)
    talk = colored(tape, talk, lows(3200, 0.5))
    made = talk + _murmur(tape, many)
    if place.laughs:
        made = made + place.laughs * _laughter(tape, excited)
    if place.dishes:
        made = made + place.dishes * _dishes(tape, many)
    if place.steps:
        made = made + place.steps * _steps(tape, many)
    if place.calls:
        made = made + place.calls * _calls(tape, excited)
    if place.roar:
        made = made + place.roar * _roar(tape, excited)
    wet = reverb(tape, made, "room", seconds=place.echo_s, dark_hz=2600, before_s=0.02)
    return made * (1 - 0.45 * place.wet) + wet * place.wet


def _speak(tape: Tape, spoken: list[Tensor], name: str, excited: float, loud: float) -> Tensor:
    """Add one voice to what each vowel is made of, and return its consonants, (2, N).

    Its pitch falls along each phrase, and every syllable is one of the vowels.
    """
    own = tape.uniform(name, 1, 6)[0].tolist()
    base = (108 if own[0] < 0.5 else 195) * 2 ** (0.5 * (own[1] - 0.5) + 0.35 * excited)
    tune = drift(tape, f"{name}/tune", fastest_hz=2.6, slope=0.6)[0] * (0.12 + 0.14 * excited)
    source = buzz(turns_of(tape, base * torch.pow(2.0, tune)), bright=0.84)
    talks = swell(drift(tape, f"{name}/talks", fastest_hz=0.55, slope=0.3)[0] + 0.9 * own[2] - 0.2, sharp=9.0)
    said = happenings(tape, f"{name}/said", 4.4 + 1.2 * own[3] + 0.8 * excited, even=0.82)
    sides = torch.tensor([[math.sqrt(1 - 0.9 * own[5])], [math.sqrt(0.1 + 0.9 * own[5])]])
    envelopes = [torch.zeros(1, tape.frames) for _ in spoken]
    for at_s, (which, long, stress, _) in zip(said.at_s.tolist(), said.own.tolist(), strict=True):
        length = tape.frames_of(0.09 + 0.10 * long)
        bump = torch.hann_window(length, periodic=False).pow(0.7) * (0.25 + 0.75 * stress * stress)
        start = round(at_s * tape.rate_hz) - tape.origin
        _add(envelopes[int(which * len(spoken))], bump, start)
    for number, envelope in enumerate(envelopes):
        spoken[number] += sides * (source * envelope[0] * talks * (3.2 * loud))
    at = ((said.at_s.double() * tape.rate_hz).round().long() - tape.origin).remainder(tape.frames)
    kernels = [
        grit(tape, f"{name}/s", shaped(highs(4200), lows(9000)), decay_s=0.030, attack_s=0.015),
        grit(tape, f"{name}/sh", band(3000, 1.2), decay_s=0.026, attack_s=0.012),
        grit(tape, f"{name}/t", band(3600, 2.2), decay_s=0.006),
        grit(tape, f"{name}/k", band(1700, 1.6), decay_s=0.007),
    ]
    return shower(
        tape,
        kernels,
        at_s=said.at_s - 0.035,
        gain=talks[at] * (said.own[:, 3] > 0.25) * said.own[:, 2] * (0.16 * loud),
        which=(said.own[:, 3] * 4).long(),
        side=torch.full((len(said),), 0.05 + 0.9 * own[5]),
    )


def _murmur(tape: Tape, many: float) -> Tensor:
    """Return all who stand too far off to be told apart: the color of speech, moving as speech does."""
    low = noise(tape, "murmur/low", shaped(band(330, 1.7), highs(120)), width=0.85)
    high = noise(tape, "murmur/high", shaped(band(950, 2.2), highs(250)), width=0.85)
    rates = {"fastest_hz": 6.5, "slope": 0.2, "channels": 2, "slowest_hz": 2.5}
    first = swell(drift(tape, "murmur/syllables", **rates), sharp=2.8)
    second = swell(drift(tape, "murmur/others", **rates), sharp=2.8)
    waves = swell(drift(tape, "murmur/waves", fastest_hz=0.4, slope=0.6, channels=2), sharp=1.5)
    breath = noise(tape, "murmur/breath", shaped(highs(2500, 1.0), lows(10_000, 1.0)), width=0.95)
    made = low * (0.3 + first) + 0.45 * high * (0.2 + second) + 0.10 * breath * (0.4 + second.flip(0))
    return made * (0.6 + 0.6 * waves) * (0.006 + 0.022 * many)


def _laughter(tape: Tape, excited: float) -> Tensor:
    """Return people who laugh: a run of short breaths on one vowel, five a second, that sinks and fades."""
    sources = [tape.zeros() for _ in _VOWELS[:2]]
    laughed = happenings(tape, "laughs", max(0.08 + 0.30 * excited, 1 / tape.seconds), even=0.3)
    for at_s, (high, long, where, which) in zip(laughed.at_s.tolist(), laughed.own.tolist(), strict=True):
        base = 170 + 210 * high
        beats = 4 + int(5 * long)
        for beat in range(beats):
            length = tape.frames_of(0.11)
            share = torch.linspace(0, 1, length, dtype=torch.float64)
            hz = base * (1.12 - 0.35 * beat / beats) * (1 + 0.18 * torch.sin(math.pi * share))
            tone = buzz(hz.cumsum(0) / tape.rate_hz, bright=0.86)
            breath = torch.sin(math.pi * share).clamp(min=0).pow(1.2).float()
            gain = (0.10 + 0.12 * long) * (1 - 0.7 * beat / beats)
            tape.place(
                sources[int(which * 2)], tone * breath, at_s + 0.19 * beat, pan=1.7 * where - 0.85, gain=gain
            )
    made = sum(
        (vowels(tape, source, formants) for source, formants in zip(sources, _VOWELS, strict=False)),
        tape.zeros(),
    )
    return far_away(tape, made, 0.08)


def _steps(tape: Tape, many: float) -> Tensor:
    """Return people who walk by: heels on stone, each at a steady pace from one side to the other."""
    times, sides, gains = [], [], []
    for number in range(1 + round(3 * many)):
        pace, begins, way, loud = tape.uniform(f"walker/{number}", 1, 4)[0].tolist()
        rate = 1.6 + 0.5 * pace
        count = round(min(6.0, 0.7 * tape.seconds) * rate)
        step = torch.arange(count)
        jitter = tape.uniform(f"walker/{number}/steps", count, 2)
        times.append(tape.seconds * begins + (step + 0.05 * jitter[:, 0]) / rate)
        across = 2 * (step + 0.5) / count - 1
        sides.append(0.5 + (0.45 if way > 0.5 else -0.45) * across)
        gains.append((1 - across.square()) * (0.6 + 0.4 * jitter[:, 1]) * (0.012 + 0.03 * loud))
    kernels = [
        grit(tape, f"heel/{take}", shaped(band(1300 * 1.25**take, 2.6), lows(5500)), decay_s=0.008)
        for take in range(4)
    ]
    at_s = torch.cat(times)
    which = torch.arange(len(at_s)) % 4
    return shower(tape, kernels, at_s=at_s, gain=torch.cat(gains), which=which, side=torch.cat(sides))


def _roar(tape: Tape, excited: float) -> Tensor:
    """Return thousands who cheer: open vowels that surge together, hands that clap, somebody's whistle."""
    surge = swell(drift(tape, "roar/surge", fastest_hz=0.35, slope=0.7)[0], sharp=3.0)
    throats = noise(tape, "roar/throats", highs(140), width=0.85)
    tongues = swell(
        drift(tape, "roar/tongues", fastest_hz=7, slope=0.3, channels=2, slowest_hz=1.5), sharp=2.0
    )
    cheer = vowels(tape, throats, ((620, 180, 1.0), (1080, 220, 0.8), (2500, 500, 0.30))) * (0.5 + tongues)
    made = cheer * (0.08 + surge.pow(1.8)) * (0.05 + 0.10 * excited)
    claps = tape.uniform("roar/claps", round(120 * tape.seconds), 4)
    at = ((claps[:, 0].double() * tape.seconds * tape.rate_hz).round().long() - tape.origin).remainder(
        tape.frames
    )
    kernels = [
        grit(tape, f"clap/{take}", band(1000 * 1.28**take, 1.8), decay_s=0.005 + 0.001 * take)
        for take in range(6)
    ]
    made = made + shower(
        tape,
        kernels,
        at_s=claps[:, 0] * tape.seconds,
        gain=surge[at] * (0.2 + claps[:, 1].pow(4)) * (0.06 + 0.10 * excited),
        which=(claps[:, 2] * 6).long(),
        side=claps[:, 3],
    )
    return far_away(tape, made, 0.12)


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
            buzz(hz.cumsum(0) / tape.rate_hz, bright=0.88)
            * torch.sin(3.14159 * share).clamp(min=0).pow(0.5).float()
        )
        grain = torch.zeros(2, tape.frames)
        tape.place(grain, tone, at_s, pan=1.6 * where - 0.8, gain=0.16)
        made = made + vowels(tape, grain, _VOWELS[int(which * 2) * 3])
    return far_away(tape, made, 0.18)
