"""Short sounds by the thousand, too many to lay one by one: drops, sparks, bubbles, splinters of thunder.

Each is one of some kernels at its own time, loudness and place; where many share a kernel they are laid as impulses
and convolved with it at once, so that ten thousand cost what a hundred do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import Shape
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.dsp.ring import filtered, frequencies_hz, wrapped

_FEW: Final = 3
"""So many frames for each of the tape are laid one by one faster than by convolution."""


def shower(
    tape: Tape, kernels: Sequence[Tensor], *, at_s: Tensor, gain: Tensor, which: Tensor, side: Tensor
) -> Tensor:
    """Return many short sounds on a tape that goes round, (2, N).

    Args:
        tape: the tape.
        kernels: the sounds, (M,) each.
        at_s: (count,) when each begins, in seconds from the loop's own zero.
        gain: (count,) how loud.
        which: (count,) number of its kernel.
        side: (count,) from 0 left to 1 right, at constant power.
    """
    starts = ((at_s.double() * tape.rate_hz).round().long() - tape.origin).remainder(tape.frames)
    angle = side.clamp(0, 1) * (math.pi / 2)
    sides = torch.stack([angle.cos(), angle.sin()]) * gain
    made, spectrum = tape.zeros(), torch.zeros(2, tape.frames // 2 + 1, dtype=torch.complex64)
    for number, kernel in enumerate(kernels):
        mine = which == number
        count = int(mine.sum())
        if count * len(kernel) < _FEW * tape.frames:
            place = (starts[mine, None] + torch.arange(len(kernel))).remainder(tape.frames)
            grains = sides[:, mine, None] * kernel
            made.index_add_(1, place.flatten(), grains.flatten(1))
        else:
            hits = tape.zeros().index_add_(1, starts[mine], sides[:, mine])
            spectrum += torch.fft.rfft(hits) * torch.fft.rfft(wrapped(kernel, tape.frames))
    return made + torch.fft.irfft(spectrum, tape.frames)


def over_a_plane(chance: Tensor, *, nearest: float) -> Tensor:
    """Return how loud things are that lie evenly on a plane around the ear, 1 for the farthest.

    A ring twice as far off holds twice as many, each half as loud: what is heard falls off with the third power of
    loudness, so a few stand out of the hiss that all others make.

    Args:
        chance: uniforms in 0..1.
        nearest: loudness of the nearest there can be.
    """
    return (chance + 1 / (nearest * nearest)).rsqrt()


def clusters(
    tape: Tape, name: str, parents_s: Tensor, counts: Tensor, *, first_s: float, last_s: float
) -> tuple[Tensor, Tensor]:
    """Return aftershocks: times (count,) and whose each one is, (count,); they thin out as 1 over the time since.

    Source: Omori's law, which crackling noise keeps to (Sethna, Dahmen and Myers, "Crackling noise", 2001).

    Args:
        tape: the tape.
        name: the random stream.
        parents_s: (P,) when each cluster begins.
        counts: (P,) whole numbers, how many follow each.
        first_s: the soonest.
        last_s: the latest.
    """
    whose = torch.arange(len(parents_s)).repeat_interleave(counts)
    draws = tape.uniform(name, max(len(whose), 1))[: len(whose), 0]
    return parents_s[whose] + first_s * torch.pow(last_s / first_s, draws), whose


def grit(tape: Tape, name: str, shape: Shape, *, decay_s: float, attack_s: float = 0.0001) -> Tensor:
    """Return one short burst of colored noise that dies away, (M,), peak 1."""
    length = tape.frames_of(max(7 * decay_s, 0.002))
    size = max(length, 1024)
    time = torch.arange(length, dtype=torch.float32) / tape.rate_hz
    drawn = filtered(tape.normal(name, size)[:, 0], shape(frequencies_hz(size, tape.rate_hz).clamp(min=1.0)))
    made = drawn[:length] * torch.exp(-time / decay_s) * (1 - torch.exp(-time / attack_s))
    return made / made.abs().max().clamp(min=1e-9)


def ring(
    tape: Tape,
    hz: float,
    *,
    decay_s: float,
    glide: float = 0.0,
    late_s: float = 0.0,
    attack_s: float = 0.0004,
) -> Tensor:
    """Return one tone that dies away, (M,), peak about 1.

    Args:
        tape: the tape.
        hz: where it begins.
        decay_s: time constant.
        glide: share of its frequency by which it rises in each time constant, as a bubble near the surface does.
        late_s: silence before it.
        attack_s: time constant of its rise.
    """
    time = torch.arange(tape.frames_of(late_s + 7 * decay_s), dtype=torch.float64) / tape.rate_hz - late_s
    since = time.clamp(min=0)
    turns = hz * since * (1 + 0.5 * glide * since / decay_s)
    shape = torch.exp(-since / decay_s) * (1 - torch.exp(-since / attack_s))
    return (torch.sin(turns.remainder(1.0) * (2 * math.pi)) * shape).float()


def bubble(tape: Tape, radius_mm: float, *, rise: float, late_s: float = 0.0) -> Tensor:
    """Return the ring of one bubble of air in water, (M,), peak about 1.

    Source: Minnaert (1933): 3.26 m/s over the radius; van den Doel, "Physically based models for liquid sounds"
    (2005): it dies by 0.13 / r + 0.0072 r^-1.5 a second and rises by `rise` of that.

    Args:
        tape: the tape.
        radius_mm: 0.3 to 12.
        rise: 0 deep below to 0.3 just under the surface.
        late_s: silence before it.
    """
    radius = radius_mm / 1000
    decay_s = 1 / (0.13 / radius + 0.0072 * radius**-1.5)
    return ring(tape, 3.26 / radius, decay_s=decay_s, glide=rise, late_s=late_s, attack_s=0.0008)


def together(*parts: tuple[float, Tensor]) -> Tensor:
    """Return the sum of sounds of any lengths that begin together, each with its gain, (M,)."""
    made = torch.zeros(max(len(part) for _, part in parts))
    for gain, part in parts:
        made[: len(part)] += gain * part
    return made
