"""Things that fly past: a blade, a staff, an arrow, cloth, a whip; and a blade that leaves its sheath.

Source: Selfridge, Moffat and Reiss, "Sound synthesis of objects swinging through air using physical models"
(2017): each piece of what swings sheds vortices at 0.2 of its speed over its thickness, so a swing is a row of
narrow bands of noise that rise and fall together, the tip's the highest and by far the loudest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.effects.bodies import MATTERS, ratios, rung
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, seconds_of, struck, turns
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice
from assetgen.dsp.ring import filtered, frequencies_hz

_STROUHAL: Final = 0.2
_STEPS: Final = 8
"""Into so many each turn of a vortex is divided."""
_PIECES: Final = (1.0, 0.93, 0.86, 0.78, 0.66, 0.5)
"""Where along what swings its noise is made, from the tip inwards, against its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """What flies.

    Args:
        thick_m: across the flow.
        slow, fast: speed of its tip at its least and its most, m/s.
        octaves: how wide the noise of one piece is.
        seconds: how long it is heard.
        rough: share of noise besides the vortices'.
        flap: how often a second it flaps, of cloth.
        ring: how loud steel sings after it.
        turns: whether it is swung round a hand, so that its inner pieces are slower.
    """

    thick_m: float
    slow: float
    fast: float
    octaves: float
    seconds: float
    rough: float = 0.2
    flap: float = 0.0
    ring: float = 0.0
    turns: bool = True


_THINGS: Final = {
    "air": _Thing(thick_m=0.0034, slow=12, fast=38, octaves=1.9, seconds=0.46, rough=0.5, turns=False),
    "sword": _Thing(thick_m=0.0026, slow=8, fast=44, octaves=0.3, seconds=0.34, rough=0.25, ring=0.35),
    "staff": _Thing(thick_m=0.0075, slow=8, fast=34, octaves=0.75, seconds=0.44, rough=0.15),
    "arrow": _Thing(thick_m=0.0040, slow=52, fast=72, octaves=0.8, seconds=0.30, rough=0.5, turns=False),
    "cloth": _Thing(
        thick_m=0.006, slow=8, fast=24, octaves=2.6, seconds=0.55, rough=0.6, flap=17, turns=False
    ),
    "whip": _Thing(thick_m=0.0034, slow=10, fast=58, octaves=0.8, seconds=0.42, rough=0.25),
}


def whoosh(tape: Tape, voice: Voice) -> Tensor:
    """It comes, passes and goes: higher and by far louder in the middle, from one side to the other."""
    name = voice.option("thing", "air")
    if name == "unsheathe":
        return _unsheathe(tape, voice)
    thing = _THINGS[name]
    long_s = thing.seconds * (1.75 - 1.25 * voice["speed"]) * voice.trait("length", 1.0)
    time = seconds_of(tape, long_s)
    share = time / long_s
    peak = (0.78 if name == "whip" else 0.46) + 0.10 * tape.draw("peak", 0, 1)
    bump = torch.where(share < peak, share / peak, (1 - share) / (1 - peak)).clamp(0, 1)
    bump = torch.sin(1.5708 * bump).square()
    fast = thing.fast * (0.72 + 0.45 * voice["speed"]) * voice.pitch * tape.draw("arm", 0.93, 1.07)
    speed = thing.slow + (fast - thing.slow) * bump
    made = torch.zeros(2, len(time))
    if name == "arrow":
        # It flies straight: what changes is its distance, and with it the pitch that arrives.
        off = 9 * (share - peak)
        toward = -off / (off.square() + 1).sqrt()
        speed = fast * (1 + 0.30 * toward) / 1.30
        bump = 1 / (1 + off.square())
    for number, radius in enumerate(_PIECES):
        own = radius if thing.turns else 1.0 - 0.12 * number
        hz = (_STROUHAL / thing.thick_m) * speed * own
        # Sound of vortices grows with the third power of the speed in pressure (Curle).
        loud = (bump * own**3 if name == "arrow" else (speed * own / fast).pow(3.0)).float()
        made += _vortices(tape, f"piece/{number}", hz, thing.octaves) * loud * (0.5 if number else 1.0)
    middle = _STROUHAL * fast / thing.thick_m
    rough = burst(tape, "rough", long_s, shaped(band(1.6 * middle, 2.4), highs(150)), channels=2)
    made += thing.rough * rough * (bump if name == "arrow" else (speed / fast).pow(4.0)).float()
    if thing.flap:
        beats = drift(tape, "flap", fastest_hz=2.2 * thing.flap, slowest_hz=0.5 * thing.flap, slope=0.0)[0]
        made *= (1 + 0.9 * beats[: len(time)].clamp(-1.1, 2.2)).clamp(min=0.08)
        low = burst(tape, "sail", long_s, shaped(band(160, 1.6)))[0]
        made += 0.4 * low * beats[: len(time)].clamp(min=0) * bump.float()
    edge = (share / 0.06).clamp(0, 1) * ((1 - share) / 0.12).clamp(0, 1)
    way = 1 if tape.draw("way", 0, 1) > 0.5 else -1
    side = way * (2 * share - 1) * 0.7
    sides = torch.stack([((1 - side) / 2).sqrt(), ((1 + side) / 2).sqrt()])
    target = tape.zeros()
    tape.place(target, made * (edge * sides).float(), 0.0, gain=0.10 if name == "whip" else 0.5)
    if thing.ring:
        tape.place(target, _singing(tape, 0.03), long_s * (peak - 0.1), gain=0.05 * thing.ring)
    if name == "whip":
        _crack(tape, target, long_s * peak, 0.5 + 0.5 * voice["speed"])
    return target


def _vortices(tape: Tape, name: str, hz: Tensor, octaves: float) -> Tensor:
    """Return a band of noise that follows a frequency, (2, M), RMS about 1; it stays as many octaves wide.

    Vortices shed by turns, not by seconds, so what blurs their tone is drawn along its turns.
    """
    turned = turns(tape, hz)
    place = turned.float() * _STEPS
    size = max(int(place[-1]) + 2, 256)
    half = (2 ** (octaves / 2) - 2 ** (-octaves / 2)) / 2
    slow = filtered(tape.normal(name, 4 * size).view(4, size), lows(half, 3.0)(frequencies_hz(size, _STEPS)))
    slow = slow / slow.std().clamp(min=1e-9)
    before = place.long()
    slow = torch.lerp(slow[:, before], slow[:, before + 1], place - before)
    angle = turned.remainder(1.0) * 6.283185307179586
    cos, sin = angle.cos().float(), angle.sin().float()
    return torch.stack([slow[0] * cos + slow[1] * sin, (0.6 * slow[0] + 0.8 * slow[2]) * cos + slow[3] * sin])


def _singing(tape: Tape, attack_s: float) -> Tensor:
    """Return a blade that sings, (M,), peak about 1."""
    own = Tape(tape.frames, tape.rate_hz, tape.same.stream("blade"))
    steel = MATTERS["blade"]
    hz = 2350 * ratios(own, "lump", 9).pow(0.55)
    decay_s = 1 / (9 + 3.14 * hz * steel.loss)
    made = rung(tape, hz, decay_s, 0.3 + own.uniform("gain", len(hz))[:, 0], attack_s=attack_s)
    return made / made.abs().max().clamp(min=1e-6)


def _crack(tape: Tape, target: Tensor, at_s: float, loud: float) -> None:
    """Let the tip of a whip outrun sound: an N of a fifth of a millisecond, and its echo off the ground."""
    time = seconds_of(tape, 0.05)
    wave = torch.where(time < 2.4e-4, 1 - time / 1.2e-4, 0.0).float()
    fizz = burst(tape, "fizz", 0.05, highs(1800))[0] * struck(time, decay_s=0.0028, attack_s=0.00004)
    for later_s, share in ((0.0, 1.0), (0.0052, 0.45), (0.019, 0.16)):
        tape.place(target, (0.9 * wave + 0.45 * fizz) * share, at_s + later_s, gain=1.6 * loud)


def _unsheathe(tape: Tape, voice: Voice) -> Tensor:
    """Draw a blade: steel scrapes along the mouth of the sheath, faster and faster, and sings when it is free."""
    long_s = 0.30 + 0.35 * (1 - voice["speed"])
    time = seconds_of(tape, long_s)
    share = (time / long_s).float()
    scrape = burst(tape, "scrape", long_s, shaped(highs(1600), lows(11_000)), channels=1)[0]
    teeth = drift(tape, "teeth", fastest_hz=90, slope=0.2)[0][: len(time)]
    scrape = scrape * (0.35 + 0.65 * teeth.abs()) * share.pow(1.2) * ((1 - share) / 0.06).clamp(0, 1)
    blade = _singing(tape, 0.0002)
    size = 1 << (len(scrape) + len(blade)).bit_length()
    sung = torch.fft.irfft(torch.fft.rfft(scrape, size) * torch.fft.rfft(blade, size), size)
    sung = sung[: len(scrape) + len(blade)]
    target = tape.zeros()
    tape.place(target, scrape / scrape.abs().max().clamp(min=1e-6), 0.0, pan=-0.1, gain=0.26)
    tape.place(target, sung / sung.abs().max().clamp(min=1e-6), 0.0, pan=0.1, gain=0.40)
    tape.place(target, blade, long_s - 0.01, pan=0.1, gain=0.34)
    return target
