"""A city from a window: the hum of all its traffic, single cars that pass, now and then a horn."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.space import far_away, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import buzz, turns_of
from assetgen.backends.procedural.sounds.voice import Voice


def city(tape: Tape, voice: Voice) -> Tensor:
    """Rumble of many engines, tyres on the road, and a few cars near enough to be told apart."""
    busy = voice["traffic"]
    hum = noise(tape, "hum", shaped(band(85, 2.8), highs(26)), width=0.7)
    wash = noise(tape, "wash", shaped(band(620, 3.6), highs(90), lows(3500, 1.0)), width=0.85)
    sway = swell(drift(tape, "sway", fastest_hz=0.35, slope=0.7, channels=2))
    made = hum * (0.22 + 0.18 * busy) * (0.7 + 0.5 * sway) + wash * (0.06 + 0.10 * busy) * (0.6 + 0.7 * sway)
    tyres = noise(tape, "tyres", shaped(band(1100, 2.6), highs(250), lows(6000, 1.0)), width=0.2)
    passed = happenings(tape, "cars", 0.06 + 0.30 * busy, even=0.5)
    for number, (at_s, own) in enumerate(zip(passed.at_s.tolist(), passed.own.tolist(), strict=True)):
        made = made + _car(tape, f"car/{number}", at_s, own, tyres)
    horns = tape.zeros()
    blown = happenings(tape, "horns", max(0.03 + 0.10 * busy, 0.9 / tape.seconds), even=0.3)
    for at_s, own in zip(blown.at_s.tolist(), blown.own.tolist(), strict=True):
        if own[0] < 0.25 + 0.6 * busy:
            tape.place(horns, _horn(tape, own), at_s, pan=1.4 * own[2] - 0.7, gain=0.05)
    horns = far_away(tape, horns + 1.1 * reverb(tape, horns, f"street/{len(blown)}", seconds=2.4), 0.35)
    return made + horns + 0.10 * reverb(tape, made, "street", seconds=1.3, dark_hz=1800)


def _car(tape: Tape, name: str, at_s: float, own: list[float], tyres: Tensor) -> Tensor:
    """Return one car driving by: it comes, is there, and sounds lower as it goes."""
    near, fast, way, _ = own
    since = ((tape.time_s - at_s) / tape.seconds + 0.5).remainder(1.0).sub(0.5) * tape.seconds
    reach_s = 1.3 + 1.4 * (1 - fast)
    place = since / reach_s
    loud = (
        (1 / (1 + place.square() * 2.6)).pow(1.3) * (0.5 - (since / tape.seconds).abs()).clamp(0, 0.08) / 0.08
    )
    pan = torch.tanh(place * 1.3) * (1 if way > 0.5 else -1)
    left, right = ((1 - pan) * 0.5).sqrt(), ((1 + pan) * 0.5).sqrt()
    doppler = 1 - 0.045 * (0.5 + fast) * torch.tanh(place * 2)
    engine = buzz(turns_of(tape, (58 + 40 * fast) * doppler), bright=0.72)
    road = tyres[0] * (0.16 + 0.22 * fast) + engine * 0.16
    return torch.stack([left, right]).float() * (road * loud.float()) * (0.35 + 0.75 * near)


def _horn(tape: Tape, own: list[float]) -> Tensor:
    length = tape.frames_of(0.25 + 0.5 * own[1])
    time = torch.arange(length, dtype=torch.float64) / tape.rate_hz
    low = 330 * 2 ** (0.5 * own[3])
    tone = buzz(time * low, bright=0.6) + buzz(time * low * 1.26, bright=0.6)
    edge = (time / 0.02).clamp(max=1) * ((length / tape.rate_hz - time) / 0.05).clamp(max=1)
    return tone * edge.float()
