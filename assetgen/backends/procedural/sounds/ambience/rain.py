"""Rain: a curtain of far drops, and near ones that tell what they fall on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings, strew
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _Ground:
    """How what rain falls on answers: pitch of drops, their ring, their noise, its own body, how dull the rest is."""

    low_hz: float
    high_hz: float
    ring_s: float
    noisy: float
    near: float
    body_hz: float
    body: float
    dull_hz: float


_GROUNDS: Final = {
    "ground": _Ground(1800, 6500, 0.0016, 0.75, 0.5, 900, 0.25, 7500),
    "leaves": _Ground(1400, 5200, 0.0028, 0.85, 1.3, 1500, 0.8, 4200),
    "roof": _Ground(420, 2600, 0.011, 0.25, 1.3, 520, 0.7, 4600),
    "window": _Ground(900, 3600, 0.005, 0.35, 1.1, 700, 0.45, 3400),
    "puddle": _Ground(700, 2600, 0.012, 0.08, 1.0, 500, 0.3, 9500),
    "tent": _Ground(240, 1200, 0.006, 0.6, 1.2, 300, 0.8, 2600),
}


def rain(tape: Tape, voice: Voice) -> Tensor:
    """Thousands of drops far off make one even hiss; some fall near enough to be heard alone."""
    ground = _GROUNDS[voice.option("ground", "ground")]
    heavy = voice["heaviness"]
    gusts = swell(drift(tape, "gusts", fastest_hz=0.7, slope=0.9))
    squall = 0.72 + 0.5 * voice["gusts"] * (gusts - 0.5)

    curtain = noise(
        tape, "curtain", shaped(highs(900, 1.2), lows(ground.dull_hz, 0.8), band(4200, 5.5)), width=0.9
    )
    wash = noise(tape, "wash", shaped(highs(140, 1.0), lows(900 + 500 * heavy, 1.2)), width=0.8)
    body = noise(tape, "body", band(ground.body_hz, 1.6), width=0.6)
    patter = swell(drift(tape, "patter", fastest_hz=24, slope=0.2, channels=2, slowest_hz=3))
    far = curtain * squall * (0.30 + 0.10 * patter) + wash * squall.square() * (0.10 + 0.22 * heavy)
    far = far + body * squall * (0.16 * ground.body) * (0.6 + 0.8 * patter)
    near = _near_drops(tape, ground, heavy, voice["near"]) * (0.55 + 0.45 * squall)
    made = far * (0.55 + 0.45 * heavy) + near * ground.near
    return made + 0.10 * reverb(tape, colored(tape, made, highs(300)), "room", seconds=0.7, dark_hz=3500)


def _near_drops(tape: Tape, ground: _Ground, heavy: float, near: float) -> Tensor:
    """Return single drops, many small and few large: a large one is lower, louder and rings longer."""
    fallen = happenings(tape, "drops", 25 + 190 * heavy * (0.4 + near))
    size = fallen.own[:, 0].pow(2.5)
    pitch = ground.high_hz * torch.pow(
        ground.low_hz / ground.high_hz, (size + 0.35 * fallen.own[:, 1]).clamp(max=1)
    )
    drops = strew(
        tape,
        fallen,
        length_s=0.09,
        pitch_hz=pitch,
        decay_s=ground.ring_s * (0.5 + size + 0.5 * fallen.own[:, 1]),
        gain=(0.05 + 0.55 * size) * (0.35 + 0.5 * near),
        noisy=ground.noisy,
        name="drops/splash",
        glide=0.25 * fallen.own[:, 1] if ground.noisy < 0.2 else None,
    )
    # What a drop throws up falls again: a little spray behind every large one.
    return drops + 0.25 * colored(tape, drops, highs(2500)).roll(tape.frames_of(0.011), -1)
