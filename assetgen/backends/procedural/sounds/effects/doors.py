"""Doors: a handle and its latch, hinges that stick and slip or air that hisses, and a leaf that meets its frame.

Sources: a dry hinge creaks by stick and slip, 20 to 100 times a second and as unevenly as it is pushed, and every
slip rings the whole leaf, so that the creak has the door's own resonances while its pitch wanders (Farnell,
"Designing sound", 2010; Serafin, "The sound of friction", 2004).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.effects.bodies import MATTERS, ratios, rung, strike
from assetgen.backends.procedural.sounds.grains import Happenings, strew
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, held, seconds_of, sine, struck, turns
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """A door.

    Args:
        matter: of the leaf.
        size: of the leaf against two fists.
        damp: 1/s, what its frame takes from its ring.
        slips: how often a second its hinges slip, pushed in earnest; 0 has none.
        creak_hz: lowest resonance that a slip rings.
        grind: of stone on stone, of rollers on a rail.
        hiss: of compressed air.
        latch: how loud, and how large, the latch is.
        bar: whether the lock is a bolt as heavy as a hand.
        room_s: the room that answers.
    """

    matter: str
    size: float
    damp: float
    slips: float
    creak_hz: float
    grind: float = 0.0
    hiss: float = 0.0
    latch: float = 1.0
    bar: float = 0.3
    room_s: float = 0.5


_DOORS: Final = {
    "wood": _Door(matter="crate", size=1.15, damp=16, slips=52, creak_hz=330),
    "metal": _Door(matter="metal", size=3.6, damp=6, slips=70, creak_hz=240, latch=1.4, bar=0.8, room_s=1.3),
    "heavy": _Door(
        matter="stone", size=7.0, damp=14, slips=0, creak_hz=0, grind=1.0, latch=0.35, bar=1.3, room_s=2.2
    ),
    "scifi": _Door(matter="metal", size=1.9, damp=30, slips=0, creak_hz=0, hiss=1.0, latch=0.5, room_s=0.8),
    "chest": _Door(matter="crate", size=0.72, damp=26, slips=64, creak_hz=540, latch=0.7, room_s=0.3),
    "gate": _Door(matter="metal", size=2.4, damp=3, slips=38, creak_hz=620, latch=1.3, bar=0.6, room_s=0.5),
}


def door(tape: Tape, voice: Voice) -> Tensor:
    """Open: handle, latch, hinges, stop. Close: hinges, slam, the latch that falls in. Or knock, or turn the key."""
    kind = _DOORS[voice.option("door", "wood")]
    move = voice.option("move", "open")
    target = tape.zeros()
    swing_s = (0.35 + 0.75 * voice["slow"]) * (1.0 + 0.5 * kind.grind)
    if move == "open":
        _latch(tape, target, "latch", kind, 0.0)
        _swing(tape, target, kind, 0.10, swing_s, voice["creak"])
        _leaf(tape, target, "stop", kind, 0.10 + swing_s, 0.22, 0.45 if kind.hiss else 0.20)
        if kind.grind:
            _settle(tape, target, "settle", 0.10 + swing_s, 0.7)
    elif move == "creak":
        _swing(tape, target, kind, 0.0, 1.5 * swing_s + 0.5, max(voice["creak"], 0.75))
    elif move == "close":
        _swing(tape, target, kind, 0.0, swing_s, 0.7 * voice["creak"])
        _slam(tape, target, kind, swing_s, voice["force"])
    elif move == "knock":
        for number in range(voice.times(3)):
            hard = (0.3 + 0.5 * voice["force"]) * tape.draw(f"hard/{number}", 0.8, 1.05)
            at_s = number * tape.draw(f"knock/{number}", 0.20, 0.24)
            _leaf(tape, target, f"knock/{number}", kind, at_s, min(hard, 1.0), 0.8)
    else:
        _lock(tape, target, kind, is_shut=move == "lock")
    return target + 0.12 * reverb(tape, target, "room", seconds=kind.room_s, dark_hz=2600)


def _leaf(tape: Tape, target: Tensor, name: str, kind: _Door, at_s: float, force: float, gain: float) -> None:
    """Strike the leaf; it is one body, wherever it is struck."""
    blow = strike(tape, name, MATTERS[kind.matter], size=kind.size, force=force, body="leaf", damp=kind.damp)
    tape.place(target, blow, at_s, gain=gain)


def _metal(
    tape: Tape,
    target: Tensor,
    name: str,
    at_s: float,
    size: float,
    force: float,
    gain: float,
    damp: float = 90.0,
) -> None:
    """Let one small part of a lock fall against another."""
    part = strike(tape, name, MATTERS["steel"], size=size, force=force, body=f"part/{size}", damp=damp)
    tape.place(target, part, at_s, gain=gain)


def _latch(tape: Tape, target: Tensor, name: str, kind: _Door, at_s: float) -> None:
    """Press a handle: its spring, the bolt drawn back, and the click when it is; a panel beeps."""
    if kind.hiss:
        time = seconds_of(tape, 0.14)
        for number, hz in enumerate((1180, 1770)):
            tone = sine(time * hz) * held(time, rise_s=0.003, hold_s=0.04, fall_s=0.03)
            tape.place(target, tone, at_s + 0.06 * number, gain=0.06)
        _metal(tape, target, f"{name}/bolt", at_s + 0.11, 0.8, 0.6, 0.22)
        return
    loud = 0.26 * kind.latch
    _metal(tape, target, f"{name}/handle", at_s, 0.30, 0.35, 0.45 * loud)
    rub = burst(tape, f"{name}/rub", 0.05, shaped(band(3000, 2.0), highs(600)))[0]
    tape.place(
        target,
        rub * held(seconds_of(tape, 0.05), rise_s=0.02, hold_s=0, fall_s=0.03),
        at_s + 0.01,
        gain=0.04 * loud,
    )
    _metal(
        tape, target, f"{name}/bolt", at_s + 0.055 + 0.015 * tape.draw(f"{name}/late", 0, 1), 0.45, 0.6, loud
    )
    _leaf(tape, target, f"{name}/leaf", kind, at_s + 0.06, 0.15, 0.16)


def _swing(tape: Tape, target: Tensor, kind: _Door, at_s: float, long_s: float, creak: float) -> None:
    """Let it move: a cylinder that lets off air, stone that grinds, hinges that creak."""
    time = seconds_of(tape, long_s + 0.12)
    loud = held(time, rise_s=0.06, hold_s=max(long_s - 0.1, 0.02), fall_s=0.16)
    if kind.hiss:
        air = burst(tape, "hiss", long_s + 0.12, shaped(band(3400, 2.6), highs(600)))[0]
        puff = (
            struck(time, decay_s=0.11, attack_s=0.004)
            + 0.14 * loud
            + 0.5 * struck(time - long_s, decay_s=0.05, attack_s=0.003)
        )
        # A servo spins up, runs and spins down; its gears whine at some multiples of it.
        spin = torch.sin(3.1416 * (time / (long_s + 0.12)).clamp(0, 1)).clamp(min=0).pow(0.7)
        wheel = turns(tape, 34 + 62 * spin)
        gears = 0.5 * sine(wheel) + 0.35 * sine(7 * wheel) + 0.30 * sine(11 * wheel) + 0.12 * sine(23 * wheel)
        ripple = 1 + 0.25 * drift(tape, "ripple", fastest_hz=40, slope=0.2)[0][: len(time)]
        tape.place(target, (0.17 * air * puff + 0.075 * gears * ripple * loud.square()) * kind.hiss, at_s)
    if kind.grind:
        _grind(tape, target, at_s, time, loud, kind.grind)
    if kind.slips and creak > 0:
        _creak(tape, target, kind, at_s, time, loud, creak)


def _grind(tape: Tape, target: Tensor, at_s: float, time: Tensor, loud: Tensor, gain: float) -> None:
    """Drag a slab over its sill: tons that shudder in the ground, and edges of stone that crush as it moves.

    So large a face radiates what is below 400 Hz; only crumbs are heard above it.
    """
    long_s = len(time) / tape.rate_hz
    jerks = drift(tape, "grind", fastest_hz=11, slope=0.3)[0][: len(time)]
    rough = drift(tape, "grind/rough", fastest_hz=55, slope=0.2)[0][: len(time)]
    moved = loud * (0.35 + 0.65 * jerks.abs().clamp(max=1.8)) * (0.5 + 0.5 * rough.abs().clamp(max=2.0))
    slab = burst(tape, "slab", long_s, shaped(band(105, 1.7), highs(45)), channels=2)
    stones = burst(tape, "stones", long_s, shaped(band(240, 1.6), highs(80)), channels=2)
    dust = burst(tape, "dust", long_s, shaped(band(1500, 2.2), highs(300)), channels=2)
    tape.place(target, (0.22 * slab + 0.14 * stones + 0.016 * dust * moved) * moved, at_s, gain=gain)
    count = round(300 * long_s)
    draws = tape.uniform("edges", count, 6)
    when, size = long_s * draws[:, 0], draws[:, 1].pow(0.7)
    hard = moved[(when * tape.rate_hz).long().clamp(max=len(moved) - 1)]
    target += strew(
        tape,
        Happenings(at_s + when, draws[:, 2:]),
        length_s=0.06,
        pitch_hz=2400 * (130 / 2400) ** size,
        decay_s=0.0015 + 0.009 * size,
        gain=gain * 0.34 * (0.15 + 0.85 * draws[:, 4].pow(3)) * (0.35 + 0.65 * size) * hard,
        noisy=0.6,
        name="edges/grit",
    )


def _settle(tape: Tape, target: Tensor, name: str, at_s: float, hard: float) -> None:
    """Let tons come to rest: the ground gives once, deeper than any leaf rings, and the sill grunts."""
    time = seconds_of(tape, 0.7)
    thump = sine(turns(tape, 54 + 46 * torch.exp(-time / 0.03)))
    tape.place(target, thump * struck(time, decay_s=0.07, attack_s=0.003), at_s, gain=0.9 * hard)
    sill = burst(tape, name, 0.7, shaped(band(130, 2.0), highs(40)), channels=2)
    tape.place(target, sill * struck(time, decay_s=0.075, attack_s=0.003), at_s, gain=0.36 * hard)


def _creak(
    tape: Tape, target: Tensor, kind: _Door, at_s: float, time: Tensor, loud: Tensor, creak: float
) -> None:
    """Creak in two or three groans: each a run of slips that quickens, slows and stops."""
    long_s = len(time) / tape.rate_hz
    groans = 2 + int(tape.draw("groans", 0, 2))
    rate, strong = torch.zeros(len(time), dtype=torch.float64), torch.zeros(len(time))
    edges = [0.0, *sorted(tape.uniform("groan", groans - 1)[:, 0].mul(0.5).add(0.25).tolist()), 1.0]
    for number in range(groans):
        begin, end = edges[number] * long_s, edges[number + 1] * long_s - 0.03
        share = ((time - begin) / max(end - begin, 0.05)).clamp(0, 1)
        inside = (time >= begin) & (time < end)
        bend = 0.7 + 0.7 * torch.sin(3.1416 * share.pow(tape.draw(f"bend/{number}", 0.6, 1.6)))
        rate = torch.where(inside, kind.slips * bend * tape.draw(f"pull/{number}", 0.8, 1.35), rate)
        strong = torch.where(
            inside,
            torch.sin(3.1416 * share).clamp(min=0).float().pow(0.5) * (0.5 + 0.5 * share.float()),
            strong,
        )
    uneven = drift(tape, "uneven", fastest_hz=26, slope=0.2)[0][: len(time)].double()
    slips = (rate * (1 + 0.22 * uneven.clamp(-2, 2))).clamp(min=0).cumsum(0) / tape.rate_hz
    click = torch.diff(slips.floor(), prepend=slips[:1].floor()).float()
    # The longer it stuck, the harder it slips.
    click = click * (0.55 + 0.9 * tape.uniform("slip", len(click))[:, 0]) * strong * loud
    own = Tape(tape.frames, tape.rate_hz, tape.same.stream("hinge"))
    lie = ratios(own, "plate", 26)
    hz = kind.creak_hz * lie.pow(0.9)
    resonance = torch.exp(-0.5 * (torch.log2(hz / (kind.creak_hz * 3.2)) / 1.1).square())
    gain = (0.3 + 0.7 * own.uniform("gain", len(lie))[:, 0]) * (0.25 + resonance)
    body = rung(tape, hz, 0.010 / (hz / kind.creak_hz) ** 0.35, gain, attack_s=0.00025)
    size = 1 << (len(click) + len(body)).bit_length()
    rub = torch.fft.irfft(torch.fft.rfft(click, size) * torch.fft.rfft(body, size), size)[: len(click)]
    rub = rub / rub.abs().max().clamp(min=1e-6)
    tape.place(target, rub, at_s, gain=0.42 * creak)


def _slam(tape: Tape, target: Tensor, kind: _Door, at_s: float, force: float) -> None:
    """Let the leaf meet its frame: the blow, the air it drives out, a rattle, and the latch that falls in."""
    if kind.hiss:
        _leaf(tape, target, "slam", kind, at_s, 0.5 + 0.4 * force, 0.6)
        puff = burst(tape, "puff", 0.4, shaped(band(2600, 2.6), highs(300)))[0]
        tape.place(
            target, puff * struck(seconds_of(tape, 0.4), decay_s=0.07, attack_s=0.004), at_s, gain=0.14
        )
        return
    _leaf(tape, target, "slam", kind, at_s, 0.35 + 0.65 * force, 0.85)
    if kind.grind:
        _settle(tape, target, "slam/settle", at_s, 0.5 + 0.8 * force)
    air = burst(tape, "air", 0.4, shaped(lows(150), highs(32)))[0]
    boom = struck(seconds_of(tape, 0.4), decay_s=0.05 + 0.02 * kind.size, attack_s=0.005)
    tape.place(target, air * boom, at_s, gain=(0.08 + 0.16 * force) * min(kind.size, 3) ** 0.5)
    for number, (when, loud) in enumerate(tape.uniform("rattle", 4, 2).tolist()):
        later_s = 0.012 + 0.02 * number + 0.05 * when
        _leaf(tape, target, f"rattle/{number}", kind, at_s + later_s, 0.10 + 0.3 * loud * force, 0.22 * force)
    loud = 0.30 * kind.latch
    _metal(tape, target, "latch/in", at_s + 0.018, 0.45, 0.5, loud)
    _metal(tape, target, "latch/strike", at_s + 0.045 + 0.02 * force, 0.30, 0.35, 0.55 * loud)


def _lock(tape: Tape, target: Tensor, kind: _Door, *, is_shut: bool) -> None:
    """Turn a key: it goes in over the pins, turns, and the bolt slides and strikes; a panel beeps and bolts."""
    if kind.hiss:
        time = seconds_of(tape, 0.1)
        for number, hz in enumerate((880, 660) if is_shut else (660, 990)):
            tone = sine(time * hz) * held(time, rise_s=0.003, hold_s=0.06, fall_s=0.03)
            tape.place(target, tone, 0.09 * number, gain=0.10)
        _metal(tape, target, "bolt", 0.22, 1.2, 0.8, 0.5, damp=30)
        _leaf(tape, target, "set", kind, 0.225, 0.35, 0.3)
        return
    # All of a lock is as much larger as its bolt is: a vault has wards where a house door has pins.
    pins, large = 5, 0.7 + kind.bar
    for number in range(pins):
        at_s = number * tape.draw(f"pin/{number}", 0.022, 0.030)
        _metal(tape, target, f"pin/{number}", at_s, 0.16 * large, 0.25, 0.20, damp=220 / large)
    turn_s = 0.24 + 0.05 * tape.draw("turn", 0, 1)
    slide = burst(tape, "slide", 0.09, shaped(band(2300 / large, 2.4), highs(300 / large)))[0]
    loud = held(seconds_of(tape, 0.09), rise_s=0.05, hold_s=0.01, fall_s=0.03)
    tape.place(target, slide * loud, turn_s, gain=0.03)
    _metal(tape, target, "ward", turn_s, 0.28 * large, 0.35, 0.22, damp=140 / large)
    bolt_s = turn_s + (0.085 if is_shut else 0.075)
    _metal(tape, target, "bolt", bolt_s, 0.5 + kind.bar, 0.75, 0.55, damp=60 / (0.5 + kind.bar))
    _leaf(tape, target, "set", kind, bolt_s + 0.001, 0.30 if is_shut else 0.20, 0.40)
    if not is_shut:
        _metal(tape, target, "spring", bolt_s + 0.05, 0.24 * large, 0.3, 0.18, damp=110 / large)
