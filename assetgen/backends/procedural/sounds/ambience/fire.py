"""Fire: a breathing roar, hiss of gas and sap, and wood that snaps in clusters."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings, strew
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice

_PLACES = {
    "camp": (0.10, 0.5, 1.0, 330.0),
    "hearth": (0.35, 0.9, 1.7, 210.0),
    "furnace": (0.45, 1.4, 3.0, 150.0),
    "torch": (0.04, 0.4, 0.45, 620.0),
}
"""Share and seconds of what the place answers, how much of a draft it has, and where the flames' body lies."""


def fire(tape: Tape, voice: Voice) -> Tensor:
    """Flames flap at about ten times a second; snaps come when the heat reaches a wet place, and then several."""
    share, seconds, draft, body_hz = _PLACES[voice.option("place", "camp")]
    size = voice["size"]
    breath = swell(drift(tape, "breath", fastest_hz=1.1, slope=0.7))
    flap = swell(drift(tape, "flap", fastest_hz=14, slope=0.35, channels=2, slowest_hz=3), sharp=1.8)
    roar = noise(tape, "roar", shaped(band(95, 2.2), highs(32)), width=0.4)
    body = noise(tape, "body", shaped(band(body_hz, 2.0), lows(1600)), width=0.7)
    made = roar * (0.25 + 0.75 * breath) * (0.45 + 0.9 * flap) * ((0.12 + 0.55 * size) * draft)
    made = made + body * flap * breath * ((0.05 + 0.20 * size) * draft)
    gas = swell(drift(tape, "gas", fastest_hz=0.6, slope=0.5, channels=2), sharp=3.0).pow(2)
    hiss = noise(tape, "hiss", shaped(highs(3000, 1.2), lows(11_000)), width=0.9)
    made = made + hiss * (0.012 + 0.05 * gas) * (0.5 + size)
    made = made + _snaps(tape, voice["crackle"], breath)
    return made + share * reverb(tape, made, "place", seconds=seconds, dark_hz=3000)


def _snaps(tape: Tape, crackle: float, breath: Tensor) -> Tensor:
    """Return fine crackle and large pops; a pop throws sparks that crackle after it."""
    fine = happenings(tape, "fine", 14 + 42 * crackle)
    at = ((fine.at_s.double() * tape.rate_hz).long() - tape.origin).remainder(tape.frames)
    fine = fine.kept(fine.own[:, 1] < 0.25 + 0.75 * breath[0, at])
    size = fine.own[:, 0].pow(4)
    made = strew(
        tape,
        fine,
        length_s=0.05,
        pitch_hz=1400 + 5200 * (1 - size) * (0.3 + 0.7 * fine.own[:, 2]),
        decay_s=0.0010 + 0.0035 * size,
        gain=0.03 + 0.40 * size,
        noisy=0.7,
        name="fine/wood",
        attack_s=0.0001,
    )
    pops = happenings(tape, "pops", 0.5 + 2.2 * crackle)
    force = pops.own[:, 0].pow(2)
    made = made + strew(
        tape,
        pops,
        length_s=0.16,
        pitch_hz=340 + 900 * pops.own[:, 1],
        decay_s=0.006 + 0.016 * force,
        gain=0.20 + 0.75 * force,
        noisy=0.8,
        name="pops/wood",
        attack_s=0.0001,
    )
    sparks = torch.arange(len(pops)).repeat_interleave(6)
    later = tape.uniform("sparks", len(sparks), 5)
    spray = type(pops)(pops.at_s[sparks] + 0.02 + 0.28 * later[:, 0].pow(1.7), later[:, 1:])
    return made + strew(
        tape,
        spray,
        length_s=0.03,
        pitch_hz=2500 + 4500 * later[:, 1],
        decay_s=torch.full((len(sparks),), 0.0012),
        gain=(0.05 + 0.20 * later[:, 2].pow(2)) * force[sparks],
        noisy=0.75,
        name="sparks/wood",
        attack_s=0.0001,
    )
