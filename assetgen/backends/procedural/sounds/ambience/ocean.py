"""Surf: each wave swells, breaks along the beach and draws back over the shingle."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


def ocean(tape: Tape, voice: Voice) -> Tensor:
    """Deep water murmurs all the time; over it waves come, no two alike, some while the last still runs back."""
    rough = voice["roughness"]
    deep = noise(tape, "deep", shaped(band(90, 3.0), highs(30)), width=0.6)
    far = noise(tape, "far", shaped(band(500, 3.2), lows(3000)), width=0.8)
    sway = swell(drift(tape, "sway", fastest_hz=0.35, slope=0.8, channels=2))
    made = deep * (0.16 + 0.14 * rough) * (0.6 + 0.6 * sway) + far * 0.10 * (0.5 + 0.7 * sway)

    crash = noise(tape, "crash", shaped(band(420, 3.0), highs(60)), width=0.8)
    spray = noise(tape, "spray", shaped(band(2600, 3.0), highs(500)), width=0.9)
    foam = noise(tape, "foam", shaped(highs(3200, 1.4), lows(12_500, 1.0)), width=0.95)
    fizz = swell(drift(tape, "fizz", fastest_hz=70, slope=0.1, channels=2, slowest_hz=12), sharp=2.5)
    count = max(round(tape.seconds / voice["period_s"]), 1)
    draws = tape.uniform("waves", count, 6)
    for number, (when, size, slope, where, long, _) in enumerate(draws.tolist()):
        at = (number + 0.5 * (when - 0.5)) / count
        force = (0.45 + 0.55 * size) * (0.5 + 0.6 * rough)
        body, top, wash = _wave(tape, at, break_s=1.1 + 1.0 * slope, wash_s=2.6 + 2.4 * long)
        # A wave breaks first at one end of the beach.
        sides = torch.tensor([[1.0 - 0.35 * where], [0.65 + 0.35 * where]])
        late = tape.frames_of(0.22 * where + 0.01)
        spread = torch.stack([top, top.roll(late)])
        made = made + (crash * body * 0.85 + spray * spread * 0.34) * sides * force
        made = made + foam * wash * (0.25 + 0.75 * fizz) * 0.20 * force
    return made


def _wave(tape: Tape, at: float, *, break_s: float, wash_s: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return how loud the body, the breaking top and the wash of one wave are, (N,) each.

    Args:
        tape: the tape.
        at: when it breaks, as a share of the loop.
        break_s: how long it takes to break.
        wash_s: how long it runs up and draws back.
    """
    since = ((tape.turn - at + 0.5).remainder(1.0) - 0.5) * tape.seconds
    rise, since = torch.exp(-(-since).clamp(min=0) / (0.9 * break_s)), since.clamp(min=0)
    body = rise * torch.exp(-since / (1.1 * break_s))
    top = rise.pow(2.2) * torch.exp(-since / (0.8 * break_s))
    wash = (1 - torch.exp(-since / 0.7)) * torch.exp(-(since / wash_s).square())
    edge = (tape.seconds / 2 - since).clamp(0, 0.5) * 2 if tape.loops else torch.ones_like(since)
    return body.float(), top.float(), (wash * edge).float()
