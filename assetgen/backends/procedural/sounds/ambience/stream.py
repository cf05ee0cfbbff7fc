"""Running water: bubbles that ring as they close, over a hiss of the faster places."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings, strew
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


def stream(tape: Tape, voice: Voice) -> Tensor:
    """A brook babbles with single bubbles, a river rushes, a waterfall roars.

    Source: Minnaert, "On musical air-bubbles and the sounds of running water" (1933): a bubble of radius r rings at
    3.26 / r; van den Doel (2005): its pitch rises as it nears the surface.
    """
    flow = voice["flow"]
    babble = swell(drift(tape, "babble", fastest_hz=3.5, slope=0.5, channels=2, slowest_hz=0.2), sharp=1.6)
    rush = noise(tape, "rush", shaped(band(900 + 500 * flow, 3.2), highs(120)), width=0.85)
    hiss = noise(tape, "hiss", shaped(highs(3000, 1.2), lows(11_000)), width=0.95)
    deep = noise(tape, "deep", shaped(band(130, 2.6), highs(40)), width=0.6)
    made = rush * (0.05 + 0.42 * flow * flow) * (0.7 + 0.5 * babble)
    made = made + hiss * (0.015 + 0.16 * flow * flow) * (0.6 + 0.6 * babble) + deep * 0.28 * flow**2.5
    for number, (share, low_hz, high_hz, gain) in enumerate(
        ((0.62, 900, 3200, 0.09), (0.30, 420, 1300, 0.17), (0.08, 220, 560, 0.30))
    ):
        name = f"bubbles/{number}"
        closed = happenings(tape, name, share * (70 + 260 * voice["bubbles"]) * (1 - 0.45 * flow))
        at = ((closed.at_s.double() * tape.rate_hz).long() - tape.origin).remainder(tape.frames)
        closed = closed.kept(closed.own[:, 1] < 0.15 + 0.85 * babble[0, at])
        pitch = low_hz * torch.pow(high_hz / low_hz, closed.own[:, 0])
        made = made + strew(
            tape,
            closed,
            length_s=0.16,
            pitch_hz=pitch,
            decay_s=(3.2 + 7 * closed.own[:, 2]) / pitch,
            gain=gain * (0.25 + closed.own[:, 1].pow(2)) * (1 - 0.5 * flow),
            attack_s=0.0015,
            glide=0.10 + 0.35 * closed.own[:, 2],
        )
    return made
