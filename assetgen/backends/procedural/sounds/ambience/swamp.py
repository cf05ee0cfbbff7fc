"""A swamp at dusk: frogs that answer each other, insects, gas that bubbles up through mud."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings
from assetgen.backends.procedural.sounds.noise import band, drift, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.showers import bubble, clusters, shower
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _Frog:
    """A kind of frog.

    Args:
        hz: (frequency, gain) of what its throat rings at.
        pulse_hz: pulses a second within a call.
        ring_s: how fast each dies.
        seconds: length of a call.
        calls: in a bout, fewest and most.
        step_s: from call to call.
        bouts: a minute.
        rise: share by which pitch rises along a call.
        loud: against the others.
    """

    hz: tuple[tuple[float, float], ...]
    pulse_hz: float
    ring_s: float
    seconds: float
    calls: tuple[int, int]
    step_s: float
    bouts: float
    rise: float
    loud: float


_BULLFROG: Final = _Frog(
    ((205, 1.0), (310, 0.6), (410, 0.3), (1350, 0.22), (1640, 0.14)),
    98,
    0.010,
    0.62,
    (2, 4),
    0.95,
    6,
    0.05,
    1.1,
)
_TREE_FROG: Final = _Frog(
    ((950, 0.7), (2350, 1.0), (3100, 0.25)), 58, 0.0045, 0.21, (4, 12), 0.36, 9, 0.0, 0.8
)
_CHORUS_FROG: Final = _Frog(((2750, 0.9), (3150, 1.0)), 21, 0.006, 0.95, (1, 3), 1.5, 9, 0.10, 0.55)
_PEEPER: Final = _Frog(((2900, 1.0),), 0, 0.0, 0.13, (3, 8), 0.85, 9, 0.07, 0.4)
_KINDS: Final = (_BULLFROG, _TREE_FROG, _CHORUS_FROG, _TREE_FROG, _PEEPER)


def swamp(tape: Tape, voice: Voice) -> Tensor:
    """Bullfrogs below, tree frogs and peepers above; when one begins, others fall in.

    Source: Wells, "The ecology and behavior of amphibians" (2007): calls of 0.1 to 1 s, pulses of 15 to 100 a second,
    each kind in a band of its own.
    """
    near, far = tape.zeros(), tape.zeros()
    count = 4 + round(9 * voice["frogs"])
    for number in range(count):
        is_near = number < 3
        kind = _KINDS[number % len(_KINDS)]
        sung = _frog(tape, f"frog/{number}", kind, voice["frogs"], is_near=is_near)
        (near if is_near else far).add_(sung)
    far = colored(tape, far, lows(3200, 0.8))
    buzz = noise(tape, "insects", shaped(band(5400, 0.45)), width=0.9)
    trill = swell(
        drift(tape, "insects/trill", fastest_hz=38, slope=0.1, channels=2, slowest_hz=20), sharp=3.0
    )
    waves = swell(drift(tape, "insects/waves", fastest_hz=0.8, slope=0.5, channels=2), sharp=3.0)
    air = noise(tape, "air", shaped(band(190, 3.0)), width=0.8)
    made = near + far + _mud(tape, voice["bubbles"])
    made = made + buzz * 0.012 * trill * (0.15 + waves) + air * 0.006
    return made + 0.30 * reverb(tape, near + 2 * far, "water", seconds=1.4, dark_hz=2600, before_s=0.03)


def _frog(tape: Tape, name: str, kind: _Frog, eager: float, *, is_near: bool) -> Tensor:
    """Return one frog, (2, N): bouts of calls, all of one voice."""
    tuned, side, near, pace = tape.uniform(name, 1, 4)[0].tolist()
    bouts = happenings(tape, f"{name}/bouts", kind.bouts * (0.5 + eager) / 60, even=0.6)
    fewest, most = kind.calls
    counts = fewest + (bouts.own[:, 0] * (most - fewest + 1)).long()
    whose = torch.arange(len(bouts)).repeat_interleave(counts)
    place = torch.cat([torch.arange(int(count)) for count in counts]).float()
    jitter = tape.uniform(f"{name}/calls", len(whose), 3)
    step_s = kind.step_s * (0.85 + 0.3 * pace)
    calls = [_call(tape, kind, 2 ** (0.35 * (tuned - 0.5)) * vary) for vary in (0.985, 1.0, 1.012)]
    distance = 0.18 + 0.14 * near if is_near else 0.03 + 0.06 * near
    return shower(
        tape,
        calls,
        at_s=bouts.at_s[whose] + (place + 0.12 * jitter[:, 0]) * step_s,
        gain=(0.7 + 0.3 * jitter[:, 1]) * (0.6 + 0.4 * (place / 2).clamp(max=1)) * (distance * kind.loud),
        which=(jitter[:, 2] * 3).long(),
        side=torch.full((len(whose),), 0.08 + 0.84 * side),
    )


def _call(tape: Tape, kind: _Frog, pitch: float) -> Tensor:
    """Return one call, (M,): pulses that each ring and die, or one whistle if it has none."""
    time = torch.arange(tape.frames_of(kind.seconds), dtype=torch.float64) / tape.rate_hz
    share = time / kind.seconds
    turns = time * (1 + 0.5 * kind.rise * share) * pitch
    tone = torch.zeros_like(time)
    for hz, gain in kind.hz:
        tone += gain * torch.sin(turns * (2 * math.pi * hz))
    swelling = torch.sin(math.pi * share.clamp(0, 1)).clamp(min=0).pow(0.6)
    if not kind.pulse_hz:
        return (tone * swelling).float()
    since = time.remainder(1 / kind.pulse_hz)
    pulse = torch.exp(-since / kind.ring_s) * (1 - torch.exp(-since / 0.0008))
    return (tone * pulse * swelling).float()


def _mud(tape: Tape, often: float) -> Tensor:
    """Return gas that comes up through mud: large slow bubbles, each with some small ones behind it."""
    come = happenings(tape, "bubbles", 0.35 + 1.6 * often)
    counts = 1 + (come.own[:, 0].square() * 7).long()
    later_s, whose = clusters(tape, "bubbles/train", come.at_s, counts, first_s=0.05, last_s=0.8)
    sizes = 10
    kernels = [
        bubble(tape, 2.2 * 5.5 ** (size / (sizes - 1)), rise=0.10 + 0.02 * size) for size in range(sizes)
    ]
    draws = tape.uniform("bubbles/sizes", len(whose), 2)
    return shower(
        tape,
        kernels,
        at_s=later_s,
        gain=(0.03 + 0.14 * come.own[whose, 1].square()) * (0.5 + 0.5 * draws[:, 0]),
        which=(draws[:, 1] * come.own[whose, 2].sqrt() * sizes).long(),
        side=0.1 + 0.8 * come.own[whose, 3],
    )
