"""Envelopes and waves of sounds that play once, on a time that runs from 0."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import Shape
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.dsp.ring import filtered, frequencies_hz


def seconds_of(tape: Tape, length_s: float) -> Tensor:
    """Return the times of a sound of that length in seconds, (M,) float64 from 0."""
    return torch.arange(tape.frames_of(length_s), dtype=torch.float64) / tape.rate_hz


def struck(time: Tensor, *, decay_s: float, attack_s: float = 0.0004) -> Tensor:
    """Return a loudness that jumps up and dies away, 0 before 0."""
    since = time.clamp(min=0)
    return ((1 - torch.exp(-since / attack_s)) * torch.exp(-since / decay_s)).float()


def held(time: Tensor, *, rise_s: float, hold_s: float, fall_s: float) -> Tensor:
    """Return a loudness that rises, holds and falls, each in a straight line."""
    up = (time / max(rise_s, 1e-4)).clamp(0, 1)
    down = ((rise_s + hold_s + fall_s - time) / max(fall_s, 1e-4)).clamp(0, 1)
    return torch.minimum(up, down).float()


def burst(tape: Tape, name: str, length_s: float, shape: Shape, *, channels: int = 1) -> Tensor:
    """Return a piece of noise with a spectrum, (channels, M), RMS 1."""
    length = tape.frames_of(length_s)
    size = max(length, 256)
    drawn = tape.normal(name, channels * size).view(channels, size)
    made = filtered(drawn, shape(frequencies_hz(size, tape.rate_hz).clamp(min=1.0)))
    return (made / made.std().clamp(min=1e-9))[:, :length]


def turns(tape: Tape, hz: Tensor) -> Tensor:
    """Return the phase in turns of a tone whose frequency is given at every frame."""
    return hz.double().cumsum(0) / tape.rate_hz


def sine(phase: Tensor) -> Tensor:
    """Return the sine of a phase in turns."""
    return torch.sin(phase.remainder(1.0) * (2 * math.pi)).float()


def pulse(phase: Tensor, duty: Tensor | float = 0.5) -> Tensor:
    """Return a square wave without aliases, -1..1; `duty` is the share of a turn that it is high.

    Source: Välimäki, Pekonen and Nam, "Perceptually informed synthesis of bandlimited classical waveforms using
    integrated polynomial interpolation" (2012): steps are rounded over two samples (PolyBLEP).
    """
    at = phase.remainder(1.0)
    step = torch.diff(phase, prepend=2 * phase[:1] - phase[1:2]).abs().clamp(1e-6, 0.5)
    fall = (at - duty).remainder(1.0)
    wave = torch.where(at < duty, 1.0, -1.0).double()
    return (wave + _blep(at, step) - _blep(fall, step)).float()


def saw(phase: Tensor) -> Tensor:
    """Return a falling saw without aliases, -1..1."""
    at = phase.remainder(1.0)
    step = torch.diff(phase, prepend=2 * phase[:1] - phase[1:2]).abs().clamp(1e-6, 0.5)
    return (1 - 2 * at + _blep(at, step)).float()


def triangle(phase: Tensor) -> Tensor:
    """Return a triangle, -1..1."""
    return (4 * (phase.remainder(1.0) - 0.5).abs() - 1).float()


def _blep(at: Tensor, step: Tensor) -> Tensor:
    before, behind = at / step, (at - 1) / step
    rising = torch.where(at < step, 2 * before - before * before - 1, 0.0)
    falling = torch.where(at > 1 - step, behind * behind + 2 * behind + 1, 0.0)
    return rising + falling


def crushed(tape: Tape, samples: Tensor, *, hold: int, bits: int) -> Tensor:
    """Return samples as an old chip would play them: every value held for some frames, in few steps."""
    length = samples.shape[-1]
    kept = samples[..., torch.arange(length) // hold * hold] if hold > 1 else samples
    steps = float(1 << (bits - 1))
    return torch.round(kept * steps) / steps


def modes(
    tape: Tape, length_s: float, tones: list[tuple[float, float, float]], *, attack_s: float = 0.0003
) -> Tensor:
    """Return a struck body as the sum of its modes, (M,).

    Source: modal synthesis, as in van den Doel and Pai, "The sounds of physical shapes" (1998).

    Args:
        tape: the tape.
        length_s: how long.
        tones: (frequency in Hz, decay time constant in s, gain) of each mode; those above Nyquist are left out.
        attack_s: time constant of the rise.
    """
    time = seconds_of(tape, length_s)
    made = torch.zeros(len(time), dtype=torch.float64)
    for number, (hz, decay_s, gain) in enumerate(tones):
        if hz < 0.45 * tape.rate_hz:
            phase = 0.37 * number
            made += (
                gain
                * torch.sin((time * hz + phase).remainder(1.0) * (2 * math.pi))
                * torch.exp(-time / decay_s)
            )
    return (made * (1 - torch.exp(-time / attack_s))).float()
