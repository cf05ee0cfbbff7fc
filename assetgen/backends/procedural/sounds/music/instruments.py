"""Instruments: each gives one note as a short stereo sound, which a part lays on the tape."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import (
    burst,
    held,
    modes,
    pulse,
    saw,
    seconds_of,
    sine,
    struck,
    triangle,
)
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.dsp.ring import filtered, frequencies_hz

Instrument = Callable[[Tape, int, float, float], Tensor]
"""From the tape, a pitch, a length in seconds and a loudness to (2, M)."""


def hz_of(pitch: float) -> float:
    """Return the frequency of a MIDI note, A4 = 69 = 440 Hz."""
    return 440.0 * 2.0 ** ((pitch - 69) / 12)


def e_piano(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """An electric piano: a tine over a soft tone, brighter the harder it is struck (FM, Chowning 1973)."""
    hz = hz_of(pitch)
    time = seconds_of(tape, long_s + 0.35)
    tine = torch.sin(6.2832 * (hz * 14.0) * time) * torch.exp(-time * 22) * (0.10 * loud) * (hz < 1200)
    index = (0.5 + 1.9 * loud) * torch.exp(-time * (2.2 + hz / 500))
    tone = torch.sin(6.2832 * hz * time + index * torch.sin(6.2832 * hz * time))
    made = (tone + tine) * struck(time, decay_s=1.5 * (220 / hz) ** 0.4 + 0.3, attack_s=0.002)
    made = made * held(time, rise_s=0.001, hold_s=long_s, fall_s=0.30)
    sway = 0.16 * torch.sin(6.2832 * 4.6 * time)
    return (torch.stack([made * (1 - sway), made * (1 + sway)]) * (0.30 * loud)).float()


def plucked(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """A string plucked a fifth along its length: harmonics that die the sooner the higher they are."""
    hz = hz_of(pitch)
    tones = []
    for number in range(1, 26):
        sharp = number * math.sqrt(1 + 0.00025 * number * number)
        gain = math.sin(math.pi * number * 0.21) / number**1.1 * (0.55 + 0.45 * loud) ** (number / 4)
        tones.append((hz * sharp, 1.5 * (220 / hz) ** 0.5 / (1 + 0.22 * number**1.25), gain))
    made = modes(tape, min(long_s + 0.9, 4.0), tones, attack_s=0.0015)
    time = seconds_of(tape, len(made) / tape.rate_hz)
    made = made * held(time, rise_s=0.0005, hold_s=max(long_s, 0.15), fall_s=0.75)
    return torch.stack([made, made]) * (0.34 * loud)


def music_box(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """A comb of steel tongues (clamped bars)."""
    hz = hz_of(pitch)
    tones = [(hz, 1.1, 1.0), (hz * 6.27, 0.28, 0.28), (hz * 17.5, 0.06, 0.10), (hz * 2.0, 0.5, 0.05)]
    made = modes(tape, 3.0, tones, attack_s=0.0008)
    return torch.stack([made, made]) * (0.22 * loud)


def sub_bass(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """A round bass: a sine, driven enough to be heard on small speakers."""
    time = seconds_of(tape, long_s + 0.06)
    tone = torch.tanh(1.8 * sine(time * hz_of(pitch)) + 0.25 * sine(time * (2 * hz_of(pitch)))) * 0.62
    made = tone * held(time, rise_s=0.006, hold_s=max(long_s - 0.02, 0.03), fall_s=0.07)
    return torch.stack([made, made]) * (0.52 * loud)


def acid_bass(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """A saw through a filter that closes as the note dies."""
    time = seconds_of(tape, long_s + 0.05)
    open_ = 0.30 + 0.62 * loud * torch.exp(-time * 7.5)
    tone = _buzz(time * hz_of(pitch), open_.clamp(max=0.93)) + 0.4 * sine(time * hz_of(pitch))
    made = (
        torch.tanh(2.2 * tone) * 0.5 * held(time, rise_s=0.003, hold_s=max(long_s - 0.02, 0.03), fall_s=0.05)
    )
    return torch.stack([made, made]) * (0.50 * loud)


def bass_guitar(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """A bass string under a soft thumb."""
    hz = hz_of(pitch)
    tones = [(hz * k, 1.3 / (1 + 0.45 * k), math.sin(math.pi * k * 0.27) / k**1.5) for k in range(1, 13)]
    made = modes(tape, min(long_s + 0.3, 3.0), tones, attack_s=0.005)
    time = seconds_of(tape, len(made) / tape.rate_hz)
    made = made * held(time, rise_s=0.001, hold_s=max(long_s - 0.03, 0.05), fall_s=0.16)
    return torch.stack([made, made]) * (0.52 * loud)


def pad(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """Five voices a little out of tune that swell in and out."""
    time = seconds_of(tape, long_s + 1.6)
    made = torch.zeros(2, len(time))
    for number, cents in enumerate((-11, -5, 0, 6, 12)):
        tone = _buzz(time * (hz_of(pitch) * 2 ** (cents / 1200)) + 0.31 * number, torch.tensor(0.62))
        side = (number - 2) / 2.6
        made += torch.stack([tone * (1 - side), tone * (1 + side)])
    rise_s = min(0.9, 0.45 * long_s)
    loudness = held(time, rise_s=rise_s, hold_s=long_s - rise_s, fall_s=1.5)
    return made * (loudness * loudness * (3 - 2 * loudness)) * (0.060 * loud)


def strings(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """A section of strings: many bows, each with its own vibrato, and the rustle of their hair."""
    time = seconds_of(tape, long_s + 0.9)
    made = torch.zeros(2, len(time))
    for number in range(6):
        cents, speed = (-9, 7, -4, 10, 2, -13)[number], 5.1 + 0.23 * number
        late = (time - 0.15).clamp(0, 0.4) * 2.5
        wave = 0.0035 * torch.sin(6.2832 * speed * time + number) * late
        phase = (hz_of(pitch) * 2 ** (cents / 1200) * (1 + wave)).cumsum(0) / tape.rate_hz + 0.17 * number
        side = (number - 2.5) / 3.5
        tone = _buzz(phase, torch.tensor(0.66 + 0.22 * loud))
        made += torch.stack([tone * (1 - side), tone * (1 + side)])
    made = _formed(tape, made, ((290, 1.2, 1.0), (1050, 1.6, 0.75), (2700, 2.0, 0.6)))
    hair = burst(tape, f"bows/{pitch}", len(time) / tape.rate_hz, band(5200, 2.4), channels=2)
    made = made + hair[:, : len(time)] * (0.012 + 0.02 * loud)
    rise_s = min(0.16 + 0.20 * (1 - loud), 0.5 * long_s)
    return made * held(time, rise_s=rise_s, hold_s=max(long_s - rise_s, 0.05), fall_s=0.7) * (0.085 * loud)


def choir(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """Voices that sing "ah"."""
    time = seconds_of(tape, long_s + 1.1)
    made = torch.zeros(2, len(time))
    for number, cents in enumerate((-14, -6, 3, 11)):
        wave = 0.004 * torch.sin(6.2832 * (4.7 + 0.3 * number) * time + 2 * number)
        phase = (hz_of(pitch) * 2 ** (cents / 1200) * (1 + wave)).cumsum(0) / tape.rate_hz + 0.29 * number
        tone = _buzz(phase, torch.tensor(0.74))
        side = (number - 1.5) / 2.2
        made += torch.stack([tone * (1 - side), tone * (1 + side)])
    made = _formed(tape, made, ((700, 0.5, 1.0), (1150, 0.45, 0.55), (2750, 0.35, 0.16), (3400, 0.3, 0.10)))
    loudness = held(time, rise_s=min(0.35, 0.4 * long_s), hold_s=max(long_s - 0.35, 0.05), fall_s=0.9)
    return made * loudness * (0.17 * loud)


def horn(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """Brass: brighter the louder, and brightest a moment after it speaks."""
    time = seconds_of(tape, long_s + 0.25)
    swell = held(time, rise_s=0.07, hold_s=max(long_s - 0.1, 0.05), fall_s=0.22)
    bright = (0.30 + 0.50 * loud) * swell * (1 + 0.15 * torch.exp(-((time - 0.09) / 0.05).square()).float())
    made = _buzz(time * hz_of(pitch), bright.double().clamp(0.02, 0.9)) + _buzz(
        time * (hz_of(pitch) * 1.003), bright.double().clamp(0.02, 0.9)
    )
    return torch.stack([made, made.roll(9)]) * swell * (0.15 * loud)


def square_lead(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """The first voice of an old console: a narrow pulse, with a late vibrato."""
    time = seconds_of(tape, long_s + 0.02)
    wave = 0.006 * torch.sin(6.2832 * 6.2 * time) * (time > 0.18)
    phase = (hz_of(pitch) * (1 + wave)).cumsum(0) / tape.rate_hz
    made = pulse(phase, 0.25) * held(time, rise_s=0.001, hold_s=max(long_s - 0.03, 0.02), fall_s=0.03)
    fade = torch.where(time < 0.08, 1.0, 0.72)
    return torch.stack([made, made]) * fade.float() * (0.15 * loud)


def square_chord(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """Its second voice: a square that dies away."""
    time = seconds_of(tape, long_s + 0.02)
    made = pulse(time * hz_of(pitch), 0.5) * struck(time, decay_s=0.18, attack_s=0.001)
    return torch.stack([made, made]) * (0.11 * loud)


def triangle_bass(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """Its third: a triangle in sixteen steps."""
    time = seconds_of(tape, long_s + 0.01)
    made = torch.round(triangle(time * hz_of(pitch)) * 7.5) / 7.5
    made = made * held(time, rise_s=0.001, hold_s=max(long_s - 0.02, 0.02), fall_s=0.012)
    return torch.stack([made, made]) * (0.34 * loud)


def saw_lead(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """Three saws out of tune."""
    time = seconds_of(tape, long_s + 0.12)
    made = torch.zeros(2, len(time))
    for number, cents in enumerate((-9, 0, 10)):
        tone = saw(time * (hz_of(pitch) * 2 ** (cents / 1200)) + 0.37 * number)
        side = (number - 1) * 0.6
        made += torch.stack([tone * (1 - side), tone * (1 + side)])
    made = _formed(tape, made, ((500, 3.0, 1.0), (2200, 2.0, 0.5)))
    return made * held(time, rise_s=0.004, hold_s=max(long_s - 0.02, 0.03), fall_s=0.12) * (0.16 * loud)


def breath(tape: Tape, pitch: int, long_s: float, loud: float) -> Tensor:
    """A flute of air and glass, for what floats."""
    time = seconds_of(tape, long_s + 0.8)
    hz = hz_of(pitch)
    wave = 0.003 * torch.sin(6.2832 * 4.4 * time)
    tone = sine((hz * (1 + wave)).cumsum(0) / tape.rate_hz) + 0.16 * sine(
        (2 * hz * (1 + wave)).cumsum(0) / tape.rate_hz
    )
    air = burst(
        tape, f"breath/{pitch}", len(time) / tape.rate_hz, shaped(band(hz, 0.5), highs(200)), channels=2
    )
    loudness = held(time, rise_s=min(0.18, 0.3 * long_s), hold_s=max(long_s - 0.2, 0.05), fall_s=0.75)
    return (tone[None] + 0.08 * air[:, : len(time)]) * loudness.square() * (0.20 * loud)


def _buzz(phase: Tensor, bright: Tensor) -> Tensor:
    """Return `tones.buzz` with a brightness that may change, level with brightness."""
    angle = phase.remainder(1.0) * (2 * math.pi)
    bottom = 1 - 2 * bright * angle.cos() + bright * bright
    return (((1 - bright * bright) / bottom - 1) * (1 - bright) * 0.8).float()


def _formed(tape: Tape, made: Tensor, bells: tuple[tuple[float, float, float], ...]) -> Tensor:
    """Return a sound with the resonances of a body: (middle in Hz, width in octaves, gain) each."""
    hz = frequencies_hz(made.shape[-1], tape.rate_hz).clamp(min=1.0)
    gains = sum(
        (gain * band(middle, octaves)(hz) for middle, octaves, gain in bells), 0.12 * lows(5000, 1.0)(hz)
    )
    assert isinstance(gains, Tensor)
    return filtered(made, gains)


INSTRUMENTS: Final[dict[str, Instrument]] = {
    "e_piano": e_piano,
    "plucked": plucked,
    "music_box": music_box,
    "sub_bass": sub_bass,
    "acid_bass": acid_bass,
    "bass_guitar": bass_guitar,
    "pad": pad,
    "strings": strings,
    "choir": choir,
    "horn": horn,
    "square_lead": square_lead,
    "square_chord": square_chord,
    "triangle_bass": triangle_bass,
    "saw_lead": saw_lead,
    "breath": breath,
}
