"""Short sounds by the hundred: drops, crackles, chirps, knocks, laid on a tape where chance puts them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.dsp.ring import filtered, frequencies_hz


@dataclass(frozen=True, slots=True, eq=False)
class Happenings:
    """When something happens on a tape, and four numbers 0..1 of each happening's own.

    Args:
        at_s: (count,) seconds from the loop's own zero, rising.
        own: (count, 4) uniforms.
    """

    at_s: Tensor
    own: Tensor

    def __len__(self) -> int:
        return len(self.at_s)

    def kept(self, where: Tensor) -> Happenings:
        """Return those where a mask (count,) is set."""
        return Happenings(self.at_s[where], self.own[where])


def happenings(tape: Tape, name: str, per_second: float, *, even: float = 0.0) -> Happenings:
    """Return times at which something happens, one by one by chance.

    Args:
        tape: the tape.
        name: the random stream.
        per_second: how often on average.
        even: 0 as chance has it (a Poisson process) to 1 in even steps.
    """
    count = max(round(per_second * tape.seconds), 1)
    draws = tape.uniform(name, count, 5)
    step = tape.seconds / count
    steady = (torch.arange(count) + 0.5 + (draws[:, 0] - 0.5) * 0.2) * step
    at_s = steady * even + draws[:, 0] * tape.seconds * (1 - even)
    order = at_s.argsort(stable=True)
    return Happenings(at_s[order], draws[order, 1:])


def strew(
    tape: Tape,
    happened: Happenings,
    *,
    length_s: float,
    pitch_hz: Tensor,
    decay_s: Tensor,
    gain: Tensor,
    noisy: float = 0.0,
    name: str = "strewn",
    attack_s: float = 0.0003,
    glide: Tensor | None = None,
) -> Tensor:
    """Return decaying tones, or bands of noise, strewn over a stereo tape, all computed at once, (2, N).

    Noise of a grain is a band about its own pitch: a crumb as large as a nut is not as bright as a grain of sand.

    Args:
        tape: the tape.
        happened: when; the last of the four own numbers places it from left to right.
        length_s: longest of them; what decays more slowly is cut.
        pitch_hz: (count,) frequency of each.
        decay_s: (count,) time constant of each.
        gain: (count,) peak of each.
        noisy: share of noise about the pitch instead of tone, 0..1.
        name: random stream of that noise.
        attack_s: time constant of the rise.
        glide: (count,) octaves by which the pitch rises over one time constant; none if absent.
    """
    target = tape.zeros()
    length = min(tape.frames_of(length_s), tape.frames)
    time = torch.arange(length, dtype=torch.float32) / tape.rate_hz
    rough = _rough(tape, name) if noisy > 0 else None
    for first in range(0, len(happened), _BATCH):
        part = slice(first, first + _BATCH)
        tau = decay_s[part, None].clamp(min=1e-4)
        turns = pitch_hz[part, None] * time
        if glide is not None:
            turns = turns * torch.pow(2.0, glide[part, None] * (time / tau).clamp(max=3.0) * 0.5)
        tone = torch.sin(turns.remainder(1.0) * (2 * math.pi))
        if rough is not None:
            tone = tone * (1 - noisy) + _read(rough, turns, happened.own[part, 2]) * noisy
        shape = torch.exp(-time / tau) * (1 - torch.exp(-time / attack_s))
        grains = tone * shape * gain[part, None]
        angle = (0.1 + 0.8 * happened.own[part, 3]) * (math.pi / 2)
        _lay(tape, target, grains, happened.at_s[part], torch.stack([angle.cos(), angle.sin()], 1))
    return target


def _rough(tape: Tape, name: str) -> Tensor:
    """Return noise an octave wide about `_STEP` frames to the wave, RMS 1, whose end meets its beginning."""
    shape = band(tape.rate_hz / _STEP, 1.0)
    made = filtered(
        tape.normal(name, _ROUGH)[:, 0], shape(frequencies_hz(_ROUGH, tape.rate_hz).clamp(min=1.0))
    )
    return made / made.std()


def _read(rough: Tensor, turns: Tensor, start: Tensor) -> Tensor:
    """Return that noise read from some place on, `_STEP` frames of it for each turn, (count, M)."""
    place = turns * _STEP
    whole = place.floor()
    first = (whole.long() + (start[:, None] * _ROUGH).long()) % _ROUGH
    return torch.lerp(rough[first], rough[(first + 1) % _ROUGH], place - whole)


def _lay(tape: Tape, target: Tensor, grains: Tensor, at_s: Tensor, sides: Tensor) -> None:
    """Add many grains of one length to the tape."""
    starts = (at_s.double() * tape.rate_hz).round().long() - tape.origin
    length = grains.shape[1]
    for number, start in enumerate(starts.tolist()):
        grain = sides[number, :, None] * grains[number]
        if tape.loops:
            begin = start % tape.frames
            count = min(length, tape.frames - begin)
            target[:, begin : begin + count] += grain[:, :count]
            if count < length:
                target[:, : length - count] += grain[:, count:]
        elif 0 <= start < tape.frames:
            count = min(length, tape.frames - start)
            target[:, start : start + count] += grain[:, :count]


_BATCH = 512
_STEP, _ROUGH = 16, 1 << 15
