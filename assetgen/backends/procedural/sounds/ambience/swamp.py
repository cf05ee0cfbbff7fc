"""A swamp at dusk: frogs that answer each other, insects, gas that bubbles up through mud."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings, strew
from assetgen.backends.procedural.sounds.noise import band, drift, noise, shaped, swell
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


def swamp(tape: Tape, voice: Voice) -> Tensor:
    """Bullfrogs below, tree frogs above; one begins, others fall in."""
    frogs = tape.zeros()
    for number in range(2 + round(6 * voice["frogs"])):
        _frog(tape, frogs, f"frog/{number}", voice["frogs"])
    bubbles = happenings(tape, "bubbles", 0.8 + 3.5 * voice["bubbles"])
    pitch = 120 * torch.pow(2.0, 2.4 * bubbles.own[:, 0])
    mud = strew(
        tape,
        bubbles,
        length_s=0.30,
        pitch_hz=pitch,
        decay_s=6.0 / pitch,
        gain=0.05 + 0.15 * bubbles.own[:, 1].pow(2),
        attack_s=0.004,
        glide=0.5 + 0.8 * bubbles.own[:, 2],
    )
    buzz = noise(tape, "insects", shaped(band(5200, 0.6)), width=0.9)
    trill = swell(
        drift(tape, "insects/trill", fastest_hz=40, slope=0.1, channels=2, slowest_hz=15), sharp=2.0
    )
    waves = swell(drift(tape, "insects/waves", fastest_hz=0.4, slope=0.6, channels=2))
    air = noise(tape, "air", shaped(band(180, 3.0)), width=0.8)
    made = frogs + mud + buzz * 0.020 * (0.3 + trill) * (0.4 + waves) + air * 0.020
    return made + 0.30 * reverb(tape, made, "water", seconds=1.3, dark_hz=2500)


def _frog(tape: Tape, target: Tensor, name: str, eager: float) -> None:
    """Let one frog croak: a train of pulses, each a ring of its throat."""
    kind, tuned, where, near, first, pace = tape.uniform(name, 1, 6)[0].tolist()
    is_deep = kind < 0.4
    pitch = (160 if is_deep else 900) * 2 ** (tuned - 0.5)
    pulse_hz = (28 if is_deep else 17) * (0.85 + 0.3 * pace)
    seconds = (0.75 if is_deep else 0.28) * (0.8 + 0.4 * pace)
    length = tape.frames_of(seconds)
    time = torch.arange(length, dtype=torch.float64) / tape.rate_hz
    since = time.remainder(1 / pulse_hz)
    ring = torch.exp(-since * pitch * 0.11)
    bend = 1 + 0.12 * (time / seconds)
    tone = sum(
        gain * torch.sin(2 * math.pi * pitch * ratio * bend * time)
        for ratio, gain in ((1.0, 1.0), (2.02, 0.6), (3.1, 0.35), (4.3, 0.15))
    )
    assert isinstance(tone, Tensor)
    croak = (tone * ring * torch.sin(math.pi * (time / seconds)).clamp(min=0).pow(0.5)).float()
    songs = max(round(tape.seconds * (0.08 + 0.14 * eager)), 1)
    for song in range(songs):
        own = tape.uniform(f"{name}/{song}", 1, 2)[0].tolist()
        at = (first + (song + 0.5 * (own[0] - 0.5)) / songs) * tape.seconds
        for _ in range(1 + int(own[1] * (2 if is_deep else 6))):
            tape.place(
                target, croak, at % tape.seconds, pan=1.7 * where - 0.85, gain=0.03 + 0.16 * near * near
            )
            at += seconds * 1.25
