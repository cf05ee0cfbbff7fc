"""Water: one drop, a plunge, a pour."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import Happenings, strew
from assetgen.backends.procedural.sounds.noise import band, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, held, seconds_of, struck
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


def drop(tape: Tape, voice: Voice) -> Tensor:
    """A drop hits water: a tick, and the bubble it leaves, which rings and rises as it closes."""
    target = tape.zeros()
    own = tape.uniform("drop", 2, 5)
    base = 620 * 2.0 ** (1.6 * (1 - voice["size"]))
    when = Happenings(torch.tensor([0.0, 0.055 + 0.03 * float(own[1, 0])]), own[:, 1:] * 0.2 + 0.4)
    pitch = torch.tensor([base, base * (1.3 + 0.4 * float(own[0, 1]))])
    target += strew(
        tape,
        when,
        length_s=0.3,
        pitch_hz=pitch,
        decay_s=torch.tensor([0.032, 0.018]) * (0.7 + 0.6 * voice["size"]),
        gain=torch.tensor([0.6, 0.28]),
        attack_s=0.0016,
        glide=torch.tensor([0.55, 0.8]),
    )
    tick = burst(tape, "tick", 0.02, shaped(band(4200, 2.0)))[0] * struck(
        seconds_of(tape, 0.02), decay_s=0.0015
    )
    tape.place(target, tick, 0.0, gain=0.16)
    return target + 0.28 * reverb(tape, target, "room", seconds=0.5 + 1.6 * voice["room"], dark_hz=4000)


def splash(tape: Tape, voice: Voice) -> Tensor:
    """Something falls in: the slap, the hole that closes with a gulp, and what was thrown up falls back."""
    size = voice["size"]
    target = tape.zeros()
    slap = burst(tape, "slap", 0.9, shaped(band(900 - 450 * size, 3.6), highs(80)), channels=2)
    tape.place(
        target,
        slap * struck(seconds_of(tape, 0.9), decay_s=0.07 + 0.10 * size, attack_s=0.004),
        0.0,
        gain=0.40,
    )
    spray = burst(tape, "spray", 1.6, shaped(highs(1500), lows(9000, 1.0)), channels=2)
    rain = held(seconds_of(tape, 1.6), rise_s=0.12, hold_s=0.05 + 0.25 * size, fall_s=0.9).pow(2.0)
    tape.place(target, spray * rain, 0.03, gain=0.12 * (0.5 + size))
    gulp_s = 0.10 + 0.12 * size
    draws = tape.uniform("bubbles", 60, 5)
    late = torch.where(draws[:, 3] < 0.3, gulp_s + 0.1 * draws[:, 0], 0.1 + 1.1 * draws[:, 0].pow(1.4))
    pitch = (260 + 1900 * draws[:, 1].pow(1.5)) * 2.0 ** (0.8 * (0.5 - size))
    target += strew(
        tape,
        Happenings(late, draws[:, 1:]),
        length_s=0.2,
        pitch_hz=pitch,
        decay_s=5.5 / pitch,
        gain=0.16 * (0.2 + draws[:, 2].pow(2)) * torch.exp(-1.2 * late),
        attack_s=0.0015,
        glide=0.3 + 0.5 * draws[:, 0],
    )
    time = seconds_of(tape, 0.5)
    gulp = torch.sin(6.2832 * (90 * time + 120 * time.square() / (1 + size))).float()
    tape.place(target, gulp * struck(time, decay_s=0.08, attack_s=0.02), gulp_s, gain=0.30 * size)
    return target + 0.08 * reverb(tape, target, "shore", seconds=0.8, dark_hz=3500)
