"""A city from a window: the hum of all its traffic, cars that come and go, and what happens in the street."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, pink, shaped, swell
from assetgen.backends.procedural.sounds.showers import grit, ring, shower, together
from assetgen.backends.procedural.sounds.space import far_away, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import buzz, turns_of
from assetgen.backends.procedural.sounds.voice import Voice


def city(tape: Tape, voice: Voice) -> Tensor:
    """Far engines and tyres make one low hum; near cars are told apart; the walls answer horns, doors, a siren.

    Source: Voss and Clarke (1978); De Coensel and others, "1/f noise in rural and urban soundscapes" (2003):
    the loudness of a street moves as 1/f below a few Hz; EN 1793-3 for the spectrum of traffic.
    """
    busy = voice["traffic"]
    hum = noise(tape, "hum", shaped(pink, highs(40, 2.0), lows(170, 1.0)), width=0.7)
    wash = noise(tape, "wash", shaped(band(700, 3.6), highs(90), lows(2800, 1.0)), width=0.85)
    sway = swell(drift(tape, "sway", fastest_hz=1.2, slope=0.6, channels=2), sharp=2.4)
    made = hum * (0.05 + 0.06 * busy) * (0.5 + 0.9 * sway) + wash * (0.012 + 0.030 * busy) * (
        0.4 + 1.1 * sway
    )
    tyres = noise(tape, "tyres", shaped(band(950, 2.6), highs(220), lows(3800, 1.0)), width=0.2)
    hiss = noise(tape, "tyres/hiss", shaped(band(2600, 2.4), highs(900), lows(8000)), width=0.2)
    exhaust = noise(tape, "exhaust", shaped(band(110, 1.8), highs(45)), width=0.2)
    passed = happenings(tape, "cars", 0.10 + 0.32 * busy, even=0.5)
    for number, (at_s, own) in enumerate(zip(passed.at_s.tolist(), passed.own.tolist(), strict=True)):
        made = made + _car(tape, f"car/{number}", at_s, own, (tyres, hiss, exhaust))
    street = (
        _events(tape, busy) + far_away(tape, _horns(tape, busy), 0.15) + far_away(tape, _siren(tape), 0.45)
    )
    walls = reverb(tape, street + 0.15 * made, "street", seconds=1.6, dark_hz=2200, before_s=0.03)
    return made + street + 0.5 * walls


def _car(
    tape: Tape, name: str, at_s: float, own: list[float], colors: tuple[Tensor, Tensor, Tensor]
) -> Tensor:
    """Return one vehicle driving by, (2, N): it comes, is there, and sounds lower as it goes."""
    near, fast, way, kind = own
    is_heavy = kind > 0.82
    tyres, hiss, exhaust = colors
    since = ((tape.time_s - at_s) / tape.seconds + 0.5).remainder(1.0).sub(0.5) * tape.seconds
    reach_s = 0.7 + 1.1 * (1 - fast)
    place = since / reach_s
    # As near as a point that drives by in a straight line; nothing is left half a loop away.
    edge = ((0.5 - (since / tape.seconds).abs()) / 0.12).clamp(0, 1)
    loud = (1 / (1 + place.square())).sqrt() * edge
    pan = torch.tanh(place * 0.9) * (1 if way > 0.5 else -1)
    left, right = ((1 - pan) * 0.5).sqrt(), ((1 + pan) * 0.5).sqrt()
    doppler = 1 - 0.045 * (0.5 + fast) * torch.tanh(place * 1.6)
    revs = (34 if is_heavy else 62 + 40 * fast) * (1 + 0.010 * drift(tape, name, fastest_hz=0.6)[0])
    motor = buzz(turns_of(tape, revs * doppler), bright=0.84 if is_heavy else 0.74)
    close = loud.pow(1.6)
    road = tyres[0] * close * (0.16 + 0.18 * fast) + hiss[0] * loud.pow(3) * (0.10 + 0.22 * fast)
    road = road + (motor * 0.85 + exhaust[0] * 0.12) * close * (2.0 if is_heavy else 0.8)
    return torch.stack([left, right]).float() * road.float() * (0.06 + 0.42 * near * near)


def _horns(tape: Tape, busy: float) -> Tensor:
    """Return horns: two notes a third apart, short, sometimes twice."""
    made = tape.zeros()
    blown = happenings(tape, "horns", max(0.03 + 0.10 * busy, 0.9 / tape.seconds), even=0.3)
    for at_s, own in zip(blown.at_s.tolist(), blown.own.tolist(), strict=True):
        if own[0] < 0.25 + 0.6 * busy:
            for turn in range(1 + int(own[1] * 2)):
                horn = _horn(tape, own, 0.14 + 0.40 * own[3] * (turn > 0))
                tape.place(made, horn, at_s + 0.32 * turn, pan=1.4 * own[2] - 0.7, gain=0.16)
    return made


def _horn(tape: Tape, own: list[float], seconds: float) -> Tensor:
    length = tape.frames_of(seconds)
    time = torch.arange(length, dtype=torch.float64) / tape.rate_hz
    low = 330 * 2 ** (0.5 * own[3])
    tone = buzz(time * low, bright=0.72) + buzz(time * low * 1.26, bright=0.72)
    edge = (time / 0.02).clamp(max=1) * ((length / tape.rate_hz - time) / 0.05).clamp(max=1)
    return tone * edge.float()


def _siren(tape: Tape) -> Tensor:
    """Return a siren far across the city: it wails, comes nearer and is gone."""
    made = tape.zeros()
    own = tape.uniform("siren", 1, 4)[0].tolist()
    seconds = min(6.0 + 4.0 * own[1], 0.6 * tape.seconds)
    if own[0] > 0.6:
        return made
    time = torch.arange(tape.frames_of(seconds), dtype=torch.float64) / tape.rate_hz
    wail = 0.5 - 0.5 * torch.cos(time * (2 * math.pi * 0.28))
    hz = 560 * torch.pow(2.0, 1.1 * wail) * (1.02 - 0.04 * time / seconds)
    tone = buzz(hz.cumsum(0) / tape.rate_hz, bright=0.45)
    shape = torch.sin(math.pi * time / seconds).clamp(min=0).square().float()
    tape.place(made, tone * shape, own[2] * tape.seconds, pan=1.2 * own[3] - 0.6, gain=0.08)
    return made + 1.2 * reverb(tape, made, "siren/walls", seconds=2.8, dark_hz=1500)


def _events(tape: Tape, busy: float) -> Tensor:
    """Return what happens in the street: doors that fall shut, plates that clank under a wheel, steps, brakes."""
    kernels = []
    for take in range(3):
        vary = 2 ** tape.draw(f"door/{take}", -0.3, 0.3)
        slam = grit(tape, f"door/{take}/slam", band(1000 * vary, 2.6), decay_s=0.016)
        kernels.append(together((1.0, ring(tape, 95 * vary, decay_s=0.035)), (1.1, slam)))
    for take in range(3):
        plate = 210 * 2 ** tape.draw(f"plate/{take}", 0, 1.2)
        clank = together(
            *((0.6 / (1 + mode), ring(tape, plate * ratio, decay_s=0.05 / (1 + mode)))
              for mode, ratio in enumerate((1.0, 2.3, 4.1, 6.8)))
        )  # fmt: skip
        kernels.append(
            together((0.8, clank), (0.6, grit(tape, f"plate/{take}/hit", highs(900), decay_s=0.004)))
        )
    happened = happenings(tape, "events", 0.22 + 0.35 * busy)
    made = shower(
        tape,
        kernels,
        at_s=happened.at_s,
        gain=0.18 + 1.00 * happened.own[:, 0].pow(1.6),
        which=(happened.own[:, 1] * len(kernels)).long(),
        side=0.1 + 0.8 * happened.own[:, 3],
    )
    heels = [
        grit(tape, f"heel/{take}", shaped(band(1500 * 1.3**take, 2.4), lows(5000)), decay_s=0.007)
        for take in range(3)
    ]
    pace, where, way, loud = tape.uniform("walker", 1, 4)[0].tolist()
    count = min(round(7.5 * (1.7 + 0.5 * pace)), round(0.8 * tape.seconds * 2))
    step = torch.arange(count)
    jitter = tape.uniform("walker/steps", count, 2)
    at_s = tape.seconds * where + (step + 0.06 * jitter[:, 0]) / (1.7 + 0.5 * pace)
    passing = torch.sin(math.pi * (step + 0.5) / count)
    side = 0.5 + (0.45 if way > 0.5 else -0.45) * (2 * (step + 0.5) / count - 1)
    gain = passing * (0.7 + 0.3 * jitter[:, 1]) * (0.10 + 0.20 * loud)
    return made + shower(tape, heels, at_s=at_s, gain=gain, which=step % 3, side=side)
