"""A summer night: crickets, each in its own place at its own pitch and pace, over the hum of many far ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings
from assetgen.backends.procedural.sounds.noise import band, drift, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.showers import grit, shower
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of cricket.

    Args:
        hz: pitch of its wing, lowest and highest.
        pulses: strokes in a chirp, fewest and most.
        pulse_s: from stroke to stroke on a mild night.
        filled: share of that in which the wing sounds.
        chirps: a second on a cool and on a warm night.
        loud: against the others.
    """

    hz: tuple[float, float]
    pulses: tuple[int, int]
    pulse_s: float
    filled: float
    chirps: tuple[float, float]
    loud: float


_FIELD: Final = _Kind((4300, 5100), (3, 5), 0.034, 0.55, (1.2, 3.0), 1.0)
_TREE: Final = _Kind((2750, 3150), (6, 9), 0.021, 0.75, (1.3, 3.0), 0.55)
_GROUND: Final = _Kind((6300, 7300), (16, 30), 0.030, 0.6, (0.7, 1.1), 0.45)
_KINDS: Final = (_FIELD, _TREE, _FIELD, _GROUND, _FIELD)


def crickets(tape: Tape, voice: Voice) -> Tensor:
    """A chirp is a few strokes of a wing, each louder than the one before; warm nights are faster.

    Source: Dolbear, "The cricket as a thermometer" (1897); Walker, "Singing insects of North America": field crickets
    4 to 5 kHz and three to five pulses, tree crickets near 3 kHz, ground crickets trill near 7 kHz.
    """
    near, far = tape.zeros(), tape.zeros()
    count, around = 4 + round(16 * voice["many"]), tape.draw("around", 0, 1)
    for number in range(count):
        is_near = number < 3
        kind = _KINDS[number % len(_KINDS)]
        # Steps of the golden ratio leave no side empty.
        side = (around + 0.618 * number) % 1.0
        sung = _cricket(tape, f"cricket/{number}", kind, voice["warmth"], side, is_near=is_near)
        (near if is_near else far).add_(sung)
    far = colored(tape, far, lows(6500, 1.0))
    choir = noise(tape, "choir", shaped(band(4500, 0.30)), width=0.9)
    shimmer = swell(
        drift(tape, "choir/shimmer", fastest_hz=36, slope=0.1, channels=2, slowest_hz=18), sharp=3.0
    )
    beat = swell(drift(tape, "choir/beat", fastest_hz=3.2, slope=0.0, channels=2, slowest_hz=1.6), sharp=3.0)
    made = near + far + choir * shimmer * beat * (0.006 + 0.010 * voice["many"])
    made = made + _katydids(tape, voice["many"], voice["warmth"])
    air = noise(tape, "air", shaped(band(220, 3.0)), width=0.8)
    return made + 0.12 * reverb(tape, near + 2 * far, "field", seconds=0.9, dark_hz=5000) + air * 0.004


def _cricket(tape: Tape, name: str, kind: _Kind, warmth: float, side: float, *, is_near: bool) -> Tensor:
    """Return one cricket, (2, N): it sings for a while, rests, and sings again."""
    pitch, pace, strokes, loud, rests = tape.uniform(name, 1, 5)[0].tolist()
    cool, warm = kind.chirps
    rate = (cool + (warm - cool) * warmth) * (0.85 + 0.3 * pace)
    sung = happenings(tape, f"{name}/chirps", rate, even=0.93)
    awake = swell(drift(tape, f"{name}/awake", fastest_hz=0.16, slope=0.4)[0] + 1.1 - 0.8 * rests, sharp=5.0)
    at = ((sung.at_s.double() * tape.rate_hz).round().long() - tape.origin).remainder(tape.frames)
    sung = sung.kept(awake[at] > 0.35)
    fewest, most = kind.pulses
    usual = fewest + int(strokes * (most - fewest + 1))
    hz = kind.hz[0] + (kind.hz[1] - kind.hz[0]) * pitch
    pulse_s = kind.pulse_s * (1.25 - 0.5 * warmth)
    chirps = [_chirp(tape, hz, count, pulse_s, kind.filled) for count in (usual, max(usual - 1, 2))]
    distance = 0.10 + 0.16 * loud if is_near else 0.012 + 0.05 * loud * loud
    return shower(
        tape,
        chirps,
        at_s=sung.at_s,
        gain=(0.85 + 0.15 * sung.own[:, 0]) * (kind.loud * distance),
        which=(sung.own[:, 1] > 0.8).long(),
        side=torch.full((len(sung),), side),
    )


def _chirp(tape: Tape, hz: float, pulses: int, pulse_s: float, filled: float) -> Tensor:
    """Return one chirp, (M,): strokes that rise in loudness, each of which sinks a little in pitch."""
    time = torch.arange(tape.frames_of(pulses * pulse_s), dtype=torch.float64) / tape.rate_hz
    within = time.remainder(pulse_s) / (filled * pulse_s)
    stroke = torch.sin(math.pi * within.clamp(0, 1)).clamp(min=0).pow(0.7)
    rise = (0.45 + 0.75 * time / (pulses * pulse_s)).clamp(max=1)
    turns = hz * (time - 0.012 * filled * pulse_s * within.clamp(0, 1).square())
    tone = torch.sin(turns * (2 * math.pi)) + 0.06 * torch.sin(turns * (4 * math.pi))
    return (tone * stroke * rise).float()


def _katydids(tape: Tape, many: float, warmth: float) -> Tensor:
    """Return far katydids in the trees: two or three rasps, broad and high."""
    made = tape.zeros()
    for number in range(1 + round(3 * many)):
        name = f"katydid/{number}"
        side, loud, rasps, pace = tape.uniform(name, 1, 4)[0].tolist()
        called = happenings(tape, f"{name}/calls", (0.45 + 0.5 * warmth) * (0.8 + 0.4 * pace), even=0.85)
        strokes = 2 + int(2 * rasps)
        later = torch.arange(strokes).repeat(len(called)) * (0.20 - 0.06 * warmth)
        kernels = [
            grit(tape, f"{name}/rasp/{take}", band(8200, 0.8), decay_s=0.05, attack_s=0.02)
            for take in range(3)
        ]
        made = made + shower(
            tape,
            kernels,
            at_s=called.at_s.repeat_interleave(strokes) + later,
            gain=torch.full((len(later),), 0.006 + 0.016 * loud),
            which=torch.arange(len(later)) % 3,
            side=torch.full((len(later),), side),
        )
    return made
