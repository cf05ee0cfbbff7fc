"""Thunder: the bolt is a crooked line of explosions, and each of its bends arrives at its own time."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice
from assetgen.dsp.ring import filtered, frequencies_hz

_WAVES = 4


def thunder(tape: Tape, voice: Voice) -> Tensor:
    """Strokes at odd times; near ones crack before they roll, far ones only roll; the storm mutters between them.

    Source: Few, "Power spectrum of thunder" (1969): each piece of the channel sends an N-wave, most of its power near
    100 Hz; Ribner and Roy, "Acoustics of thunder: a quasilinear model for tortuous lightning" (1982).
    """
    made = tape.zeros()
    strokes = happenings(tape, "strokes", max(voice["often"], 1 / tape.seconds), even=0.55)
    for number, (at_s, own) in enumerate(zip(strokes.at_s.tolist(), strokes.own.tolist(), strict=True)):
        far = min(max(voice["distance"] + 0.3 * (own[0] - 0.5), 0.0), 1.0)
        stroke = _stroke(tape, f"stroke/{number}", far, loud=0.6 + 0.4 * own[1])
        tape.place(made, stroke, at_s)
    rolls = made + 0.45 * reverb(tape, colored(tape, made, lows(700)), "valley", seconds=4.5, dark_hz=400)
    mutter = noise(tape, "mutter", shaped(band(70, 2.0), highs(28)), width=0.6)
    stirs = swell(drift(tape, "mutter/stirs", fastest_hz=0.8, slope=0.8, channels=2), sharp=3.0).pow(2)
    air = noise(tape, "air", shaped(band(500, 4.0), highs(90)), width=0.9)
    return rolls + mutter * (0.004 + 0.020 * stirs) + air * 0.0022


def _stroke(tape: Tape, name: str, far: float, *, loud: float) -> Tensor:
    """Return one stroke, (2, M), peak about `loud` when it is near.

    The bends come in claps: those that lie square to the ear arrive at once, those along its line one by one.
    """
    seconds = 5.0 + 6.0 * far
    length = tape.frames_of(seconds)
    claps = 7 + round(7 * far)
    draws = tape.uniform(f"{name}/claps", claps, 4)
    starts = draws[:, 0].pow(1.5) * (0.60 * seconds)
    starts = starts - starts.amin()
    sizes = (0.12 + draws[:, 1].pow(2.5)) * torch.exp(-starts / (1.1 + 1.7 * far))
    spread_s = 0.05 + (0.25 + 0.9 * far) * draws[:, 2].pow(1.5)

    whose = (tape.uniform(f"{name}/whose", 55 * claps)[:, 0] * claps).long()
    bends = tape.uniform(f"{name}/bends", len(whose), 4)
    # Most of a clap comes at once and the rest trails behind.
    at_s = starts[whose] + spread_s[whose] * bends[:, 0].pow(2.0) * 2
    gain = sizes[whose] * (0.08 + bends[:, 1].pow(4))
    side = (draws[whose, 3] + 0.5 * (bends[:, 2] - 0.5)).clamp(0, 1)
    which = (bends[:, 3] * _WAVES).long()
    rolled = _n_waves(tape, length, at_s, gain, side, which, first_s=0.004 + 0.007 * far)
    hz = frequencies_hz(length, tape.rate_hz).clamp(min=1.0)
    rolled = filtered(rolled, shaped(highs(42, 1.6), lows(2600 * (1 - far) ** 2 + 220, 0.8))(hz))
    made = rolled * (0.30 / rolled.square().mean().sqrt().clamp(min=1e-9))

    if far < 0.55:
        made = made + _crack(tape, name, length) * ((1 - far / 0.55) * 2.4)
    time = torch.arange(length, dtype=torch.float32) / tape.rate_hz
    fade = (1 - time / seconds).clamp(0, 1).pow(0.7) * (time / 0.003).clamp(max=1)
    return made * fade * (loud * (0.55 - 0.38 * far))


def _crack(tape: Tape, name: str, length: int) -> Tensor:
    """Return the near end of a bolt: a tearing that thickens, then the blow, (2, length)."""
    torn = tape.uniform(f"{name}/torn", 260, 4)
    # The branches nearest to the ear come first and sparsely, the channel itself a moment later.
    early = 0.16 * torn[:170, 0].pow(0.6)
    late = 0.16 + 0.40 * torn[170:, 0].pow(2.6)
    gain = torch.cat([0.05 + 0.25 * torn[:170, 1].pow(3), 0.25 + 1.2 * torn[170:, 1].pow(3)])
    at_s = torch.cat([early, late])
    sharp = _n_waves(tape, length, at_s, gain, torn[:, 2], (torn[:, 3] * _WAVES).long(), first_s=0.0007)
    hz = frequencies_hz(length, tape.rate_hz).clamp(min=1.0)
    return filtered(sharp, shaped(highs(120, 1.0), lows(5200, 1.0))(hz)) * 0.55


def _n_waves(
    tape: Tape, length: int, at_s: Tensor, gain: Tensor, side: Tensor, which: Tensor, *, first_s: float
) -> Tensor:
    """Return shock waves, (2, length): each jumps up, falls in a straight line and jumps back; four lengths of it."""
    starts = (at_s * tape.rate_hz).long().clamp(0, length - 1)
    sides = torch.stack([(1 - 0.85 * side).sqrt(), (0.15 + 0.85 * side).sqrt()]) * gain
    size = 2 * length
    spectrum = torch.zeros(2, size // 2 + 1, dtype=torch.complex64)
    for number in range(_WAVES):
        mine = which == number
        wave = torch.linspace(1, -1, tape.frames_of(first_s * 1.45**number))
        hits = torch.zeros(2, length).index_add_(1, starts[mine], sides[:, mine])
        spectrum += torch.fft.rfft(hits, size) * torch.fft.rfft(wave, size)
    return torch.fft.irfft(spectrum, size)[:, :length]
