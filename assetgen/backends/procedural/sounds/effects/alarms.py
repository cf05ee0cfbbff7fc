"""Alarms and bells: made to be heard.

Sources: SAE J1849 for sirens of vehicles: a wail of 10 to 30 sweeps a minute, a yelp of 150 to 250, within 650 to
2000 Hz; ISO 8201 for the three-pulse alarm to evacuate: half a second on and off, three times, then a second and
a half of silence; Lehr, "Bell acoustics" (1987) and Hibbert, "The quantification of strike pitch and pitch shifts
in church bells" (2008): hum, prime, tierce, quint and nominal at 0.5, 1, 1.2, 1.5 and 2, each split in two that
beat, the hum ringing longest.
"""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.effects.bodies import MATTERS, rung, strike
from assetgen.backends.procedural.sounds.noise import band, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, held, pulse, seconds_of, sine, struck, turns
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import buzz
from assetgen.backends.procedural.sounds.voice import Voice

_CYCLES_S = {
    "siren": 2.1,
    "yelp": 0.32,
    "air raid": 4.6,
    "two tone": 1.0,
    "klaxon": 0.9,
    "beep": 0.9,
    "fire": 4.0,
    "red alert": 1.2,
}
_TIMES = {
    "siren": 2,
    "yelp": 8,
    "air raid": 1,
    "two tone": 2,
    "klaxon": 3,
    "beep": 3,
    "fire": 1,
    "red alert": 3,
}


def alarm(tape: Tape, voice: Voice) -> Tensor:
    """A siren wails, a klaxon barks, a beeper beeps; as often as there is time for."""
    kind = voice.option("alarm", "klaxon")
    target = tape.zeros()
    # The horn's filter answers before and behind: the tape leaves it room in front.
    begin_s = 0.05
    cycle_s = _CYCLES_S[kind] * (1.0 if kind == "fire" else 1.35 - 0.65 * voice["speed"])
    pitch = 2.0 ** (voice["pitch"] - 0.5) * tape.draw("pitch", 0.97, 1.03)
    most = max(int((tape.seconds - 1.0) / cycle_s), 1)
    for number in range(min(voice.times(_TIMES[kind]), most)):
        tape.place(target, _cycle(tape, kind, cycle_s, pitch), begin_s + number * cycle_s, gain=0.4)
    if kind not in ("beep", "fire"):
        # A horn carries from 300 Hz to 4 kHz, and is driven hard.
        target = colored(tape, torch.tanh(1.5 * target), shaped(highs(240), lows(4200))) / 1.5
    room_s = 0.5 if kind in ("beep", "fire") else 1.6
    return target + 0.20 * reverb(tape, target, "street", seconds=room_s, dark_hz=2500)


def _cycle(tape: Tape, kind: str, long_s: float, pitch: float) -> Tensor:
    time = seconds_of(tape, long_s)
    share = time / long_s
    if kind in ("siren", "yelp"):
        hz = pitch * 660 * torch.pow(2.0, 1.20 * torch.sin(3.1416 * share).abs().pow(0.8))
        return buzz(turns(tape, hz), bright=0.62) * held(
            time, rise_s=0.006, hold_s=long_s - 0.012, fall_s=0.006
        )
    if kind == "air raid":
        # A rotor with 10 and 12 ports speeds up for two seconds and coasts down.
        spin = (1 - torch.exp(-time / 0.9)) * torch.where(
            share < 0.5, 1.0, torch.exp(-(time - 0.5 * long_s) / 1.5)
        )
        phase = turns(tape, pitch * 46 * spin + 2)
        chop = buzz(phase * 10, bright=0.6) + 0.8 * buzz(phase * 12, bright=0.6)
        return chop * (spin.pow(1.6) * held(time, rise_s=0.3, hold_s=long_s - 0.7, fall_s=0.4)).float()
    if kind == "two tone":
        hz = pitch * torch.where(share < 0.5, 440.0, 585.0)
        horn = buzz(turns(tape, hz), bright=0.64)
        gap = ((share * 2).remainder(1.0) * 0.5 * long_s).double()
        return horn * held(gap, rise_s=0.02, hold_s=0.5 * long_s - 0.05, fall_s=0.03)
    if kind == "klaxon":
        hz = pitch * (165 + 115 * (1 - torch.exp(-time * 11)) - 45 * (share - 0.55).clamp(min=0))
        rasp = 1 + 0.35 * sine(turns(tape, hz * 0.5))
        loud = held(time, rise_s=0.012, hold_s=0.62 * long_s, fall_s=0.06)
        return (
            (buzz(turns(tape, hz), bright=0.86) + 0.5 * buzz(turns(tape, hz * 1.5), bright=0.74))
            * rasp
            * loud
        )
    if kind == "red alert":
        hz = pitch * 340 * torch.pow(2.0, 1.1 * share)
        return buzz(turns(tape, hz), bright=0.66) * held(time, rise_s=0.02, hold_s=0.7 * long_s, fall_s=0.15)
    if kind == "fire":
        tone = pulse(turns(tape, torch.full_like(time, pitch * 3100.0)), 0.5) * 0.5
        tone = tone + 0.4 * pulse(turns(tape, torch.full_like(time, pitch * 3133.0)), 0.5)
        beat = time.remainder(1.0)
        return tone * held(beat, rise_s=0.003, hold_s=0.49, fall_s=0.006) * (time < 3.0).float()
    # An alarm clock: four pips, then a rest.
    pips = sine(turns(tape, torch.full_like(time, pitch * 2048.0))) * 0.6
    pips = pips + 0.25 * pulse(turns(tape, torch.full_like(time, pitch * 2048.0)), 0.5)
    pip_s = long_s * 0.14
    beat = time.remainder(pip_s)
    return pips * held(beat, rise_s=0.002, hold_s=0.52 * pip_s, fall_s=0.004) * (time < 4 * pip_s).float()


_PARTIALS = (
    (0.500, 0.70, 1.00),
    (1.000, 0.85, 0.62),
    (1.183, 1.00, 0.55),
    (1.506, 0.30, 0.38),
    (2.000, 1.00, 0.36),
    (2.514, 0.40, 0.20),
    (2.662, 0.35, 0.18),
    (3.011, 0.90, 0.17),
    (4.166, 0.80, 0.11),
    (5.433, 0.70, 0.075),
    (6.796, 0.55, 0.055),
    (8.215, 0.45, 0.042),
)
"""(against the prime, gain, how long against the hum) of a bell tuned with a minor third."""


def bell(tape: Tape, voice: Voice) -> Tensor:
    """A bell is struck: the clang of its highest partials, the strike note, and the hum that is left."""
    kind = voice.option("bell", "church")
    if kind == "gong":
        return _gong(tape, voice)
    if kind == "doorbell":
        return _doorbell(tape, voice)
    size = {"church": voice["size"], "hand": 0.02 + 0.2 * voice["size"], "school": 0.1}[kind]
    prime = 660 * 2.0 ** (-2.4 * size) * (1.6 if kind == "hand" else 1.0) * voice.pitch
    hum_s = (0.9 + 1.7 * size) * (0.55 if kind == "hand" else 1.0)
    target = tape.zeros()
    if kind == "school":
        rings, gap_s, hum_s = 34, 0.052, 0.5
    else:
        rings, gap_s = voice.times(1), 1.6 if kind == "church" else 0.45
    strokes = [_rung_bell(tape, f"stroke/{number}", prime, hum_s, 0.9) for number in range(min(rings, 4))]
    for number in range(rings):
        hard = tape.draw(f"hard/{number}", 0.75, 1.0)
        made = hard * strokes[number % len(strokes)]
        tape.place(target, made, number * gap_s, gain=0.10 if kind != "school" else 0.06)
        tape.place(target, _clapper(tape, f"clapper/{number}", prime), number * gap_s, gain=0.30 * hard)
    return target + 0.10 * reverb(
        tape, target, "tower", seconds=2.2 if kind == "church" else 0.7, dark_hz=3000
    )


def _rung_bell(tape: Tape, name: str, prime: float, hum_s: float, hard: float) -> Tensor:
    """Return one stroke, (M,): every partial a pair a little apart, so that it beats; a hard one is brighter."""
    hz, decay_s, gain = [], [], []
    for ratio, level, share in _PARTIALS:
        split = 1 + 0.0004 + 0.0014 * tape.same.draw(f"split/{ratio}", 0, 1)
        vary = (0.8 + 0.4 * tape.draw(f"{name}/{ratio}", 0, 1)) * hard ** (0.35 * ratio)
        hz += [prime * ratio, prime * ratio * split]
        decay_s += [hum_s * share, hum_s * share * 0.9]
        gain += [level * vary, 0.55 * level * vary]
    return rung(
        tape, torch.tensor(hz), torch.tensor(decay_s), torch.tensor(gain), attack_s=0.0006, longest_s=7.5
    )


def _clapper(tape: Tape, name: str, prime: float) -> Tensor:
    """Return iron on bronze, (M,): a clack that is over in 20 ms."""
    time = seconds_of(tape, 0.12)
    made = burst(tape, name, 0.12, shaped(band(min(9 * prime, 5200), 2.2), highs(900)))[0]
    return made * struck(time, decay_s=0.007, attack_s=0.0001)


def _gong(tape: Tape, voice: Voice) -> Tensor:
    """A gong: its low note first, then, as bending waves feed the ones above, a shimmer that blooms."""
    size = voice["size"]
    low = 120 * 2.0 ** (-1.3 * size) * voice.pitch
    target = tape.zeros()
    length_s = min(3.5 + 3.0 * size, tape.seconds)
    own = tape.same.uniform("gong", 60, 3)
    lie = 1 + 64 * ((torch.arange(60) + own[:, 0]) / 60).pow(2.0)
    lie[0], lie[1] = 1.0, 2.01
    for number, ratio in enumerate(lie.tolist()):
        bloom_s = 0.004 if number < 3 else 0.05 + 0.20 * min(ratio / 12, 1.0)
        decay_s = (0.9 + 0.9 * size) / ratio**0.40 * (0.7 + 0.6 * float(own[number, 1]))
        gain = (0.26 if number < 2 else 0.12 + 0.12 * float(own[number, 2])) / ratio**0.20
        time = seconds_of(tape, min(7 * decay_s, length_s))
        hz = low * ratio * tape.draw(f"bend/{number}", 0.999, 1.001)
        glide = hz * (1 - 0.012 * torch.exp(-time / 0.25)) if number < 8 else torch.full_like(time, hz)
        loud = (1 - torch.exp(-time / bloom_s)) * torch.exp(-time / decay_s)
        tone = sine(turns(tape, glide) + float(own[number, 0])) * loud.float()
        tape.place(target, tone, 0.0, pan=1.2 * float(own[number, 2]) - 0.6, gain=gain)
    mallet = strike(tape, "mallet", MATTERS["cloth"], size=1.4, force=0.8)
    tape.place(target, mallet, 0.0, gain=0.5)
    return target + 0.12 * reverb(tape, target, "hall", seconds=1.8, dark_hz=3500)


def _doorbell(tape: Tape, voice: Voice) -> Tensor:
    """Ding, dong: two plates of steel over their tubes, a major third apart; the second when the finger lets go."""
    target = tape.zeros()
    press_s = 0.46 * (1 + 0.3 * tape.apart("press"))
    root = 660 * voice.pitch * 2.0 ** (tape.same.draw("tuning", -2, 2) / 12)
    for number, (at_s, ratio) in enumerate(((0.0, 1.0), (press_s, 0.7937))):
        hz = root * ratio * torch.tensor([1.0, 1.0016, 2.756, 5.404, 8.93])
        decay_s = torch.tensor([0.55, 0.5, 0.16, 0.06, 0.03])
        gain = torch.tensor([1.0, 0.4, 0.35, 0.16, 0.08]) * tape.draw(f"hard/{number}", 0.85, 1.0)
        tape.place(target, rung(tape, hz, decay_s, gain), at_s, gain=0.3)
        tape.place(target, _clapper(tape, f"plunger/{number}", root), at_s, gain=0.07)
    return target + 0.10 * reverb(tape, target, "hallway", seconds=0.9, dark_hz=3500)
