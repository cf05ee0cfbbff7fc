"""Guns and explosions: a shock that is over in milliseconds, and all that answers it.

Sources: Maher, "Acoustical characterization of gunshots" (2007): a muzzle blast of 3 to 5 ms, before it the N of
0.2 ms of a bullet faster than sound, behind it the ground, the land and the action; Friedlander (1946) for the
shape of a blast: p(t) = (1 - t / T) exp(-b t / T), T some ms for a gun and tens of ms for a bomb, so that its
power lies about 1 / (2 pi T).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.effects.bodies import MATTERS, strike
from assetgen.backends.procedural.sounds.grains import Happenings, strew
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, held, seconds_of, sine, struck, turns
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gun:
    """How a gun speaks.

    Args:
        blast_s: positive phase of its muzzle blast.
        body_hz: where the noise of its gas lies, `body_s` long.
        crack: of a bullet faster than sound.
        boom, boom_hz: what the ground and the chest make of it.
        roll_s: how long the land answers.
        action: how loud it loads again, `action_s` after the shot.
        pump: whether a hand does that.
        can_hz: what a silencer on its muzzle lets through, and softens; 0 has none.
    """

    blast_s: float
    body_hz: float
    body_s: float
    crack: float
    boom: float
    boom_hz: float
    roll_s: float
    action: float
    action_s: float = 0.045
    pump: bool = False
    can_hz: float = 0.0


_GUNS: Final = {
    "pistol": _Gun(
        blast_s=0.0009,
        body_hz=950,
        body_s=0.026,
        crack=0.15,
        boom=0.45,
        boom_hz=135,
        roll_s=0.9,
        action=0.5,
    ),
    "rifle": _Gun(
        blast_s=0.0013,
        body_hz=720,
        body_s=0.034,
        crack=1.0,
        boom=0.65,
        boom_hz=98,
        roll_s=1.7,
        action=0.4,
    ),
    "shotgun": _Gun(
        blast_s=0.0021,
        body_hz=430,
        body_s=0.045,
        crack=0.0,
        boom=1.0,
        boom_hz=74,
        roll_s=1.3,
        action=0.9,
        action_s=0.52,
        pump=True,
    ),
    "cannon": _Gun(
        blast_s=0.0075,
        body_hz=150,
        body_s=0.12,
        crack=0.0,
        boom=1.7,
        boom_hz=43,
        roll_s=3.0,
        action=0.0,
    ),
    "silenced": _Gun(
        blast_s=0.0006,
        body_hz=1100,
        body_s=0.022,
        crack=0.0,
        boom=0.10,
        boom_hz=170,
        roll_s=0.25,
        action=0.8,
        action_s=0.030,
        can_hz=1900,
    ),
    "scifi": _Gun(
        blast_s=0.0012,
        body_hz=1250,
        body_s=0.05,
        crack=0.3,
        boom=0.6,
        boom_hz=120,
        roll_s=0.9,
        action=0.0,
    ),
}


def friedlander(tape: Tape, positive_s: float, *, bend: float = 1.0) -> Tensor:
    """Return the pressure of a blast, (M,), which jumps to 1, falls through 0 after `positive_s` and sucks back."""
    time = seconds_of(tape, 9 * positive_s + 0.002)
    wave = (1 - time / positive_s) * torch.exp(-bend * time / positive_s)
    return (wave * (1 - torch.exp(-time / 0.00002))).float()


def gunshot(tape: Tape, voice: Voice) -> Tensor:
    """The shock, the gas behind it, the land that answers, the action that loads again; or what hands do with it."""
    act, name = voice.option("act", "shot"), voice.option("gun", "pistol")
    gun = _GUNS[name]
    target = tape.zeros()
    if act != "shot":
        _handle(tape, target, act, gun)
        return target + 0.05 * reverb(tape, target, "room", seconds=0.35, dark_hz=4000)
    shots = voice.times(1)
    gap_s = 0.092 if shots > 4 else 0.26
    for number in range(shots):
        at_s = number * gap_s * tape.draw(f"gap/{number}", 0.97, 1.03)
        _shot(tape, target, f"shot/{number}", gun, at_s)
        if name == "scifi":
            _zap(tape, target, at_s)
    if gun.can_hz:
        target = 0.45 * _through_can(tape, target, gun.can_hz)
    far = reverb(
        tape,
        colored(tape, target, lows(1500)),
        "land",
        seconds=gun.roll_s * (0.6 + voice["space"]),
        dark_hz=900,
    )
    echoes = _echoes(tape, colored(tape, target, shaped(lows(900), highs(70))), voice["space"], gun.roll_s)
    action = tape.zeros()
    if gun.action:
        _action(tape, action, "action", gun, (shots - 1) * gap_s + gun.action_s)
    return torch.tanh(1.8 * target) / 1.5 + far * (0.14 + 0.34 * voice["space"]) + echoes + action


def _shot(tape: Tape, target: Tensor, name: str, gun: _Gun, at_s: float) -> None:
    blast_s = gun.blast_s * tape.draw(f"{name}/charge", 0.92, 1.09)
    late_s = 0.0
    if gun.crack:
        # The bullet's N arrives first, and the ground under it a little later.
        time = seconds_of(tape, 0.0012)
        wave = torch.where(time < 2.2e-4, 1 - time / 1.1e-4, 0.0).float()
        for later_s, share in ((0.0, 1.0), (0.0016, 0.5)):
            tape.place(target, wave, at_s + later_s, pan=0.15, gain=0.6 * gun.crack * share)
        late_s = 0.0035 * gun.crack
    blast = friedlander(tape, blast_s)
    ground_s = 0.0024 * tape.draw(f"{name}/ground", 0.85, 1.15)
    tape.place(target, blast, at_s + late_s, gain=0.95)
    tape.place(target, blast, at_s + late_s + ground_s, gain=0.2 if gun.can_hz else 0.5)
    hiss = burst(tape, f"{name}/shock", 0.06, highs(700))[0]
    tape.place(
        target,
        hiss * struck(seconds_of(tape, 0.06), decay_s=2.2 * blast_s + 0.0008, attack_s=0.00005),
        at_s + late_s,
        gain=0.30,
    )
    time = seconds_of(tape, 0.9)
    gas = burst(tape, f"{name}/gas", 0.9, shaped(band(gun.body_hz, 3.0), highs(60)), channels=2)
    puff = struck(time, decay_s=gun.body_s, attack_s=0.0004)
    tape.place(target, gas * puff, at_s + late_s, gain=0.26 if gun.can_hz else 0.36)
    boom = sine(turns(tape, gun.boom_hz * (1 + 1.4 * torch.exp(-time * 42))))
    tape.place(
        target,
        boom * struck(time, decay_s=0.035 + 3.5 / gun.boom_hz, attack_s=0.0015),
        at_s + late_s,
        gain=0.42 * gun.boom,
    )


def _through_can(tape: Tape, samples: Tensor, hz: float) -> Tensor:
    """Return what leaves a silencer: its chambers take 6 dB an octave above `hz`; the front is as sudden as ever."""
    kept = math.exp(-2 * math.pi * hz / tape.rate_hz)
    turn = 2 * math.pi * tape.spectrum_hz / tape.rate_hz
    passed = (1 - kept) / (1 - kept * torch.polar(torch.ones_like(turn), -turn))
    return torch.fft.irfft(torch.fft.rfft(samples) * passed.to(torch.complex64), tape.frames)


def _zap(tape: Tape, target: Tensor, at_s: float) -> None:
    """Let a beam of some kind fall through four octaves."""
    time = seconds_of(tape, 0.9)
    hz = 1900 * torch.pow(2.0, -13 * time.clamp(max=0.35)) + 90
    zap = torch.tanh(2.5 * sine(turns(tape, hz) + 0.35 * sine(turns(tape, hz * 2.41)).double()))
    tape.place(target, zap * struck(time, decay_s=0.085, attack_s=0.0006), at_s, gain=0.42)


def _echoes(tape: Tape, samples: Tensor, space: float, roll_s: float) -> Tensor:
    """Return walls and hillsides that answer one by one, ever later, softer and duller."""
    made = tape.zeros()
    for number, (late, side) in enumerate(tape.same.uniform("echo", 5, 2).tolist()):
        frames = tape.frames_of((0.06 + 0.10 * number + 0.12 * late) * (0.35 + 1.1 * space) * roll_s)
        if frames < tape.frames:
            gain = 0.16 * (0.3 + space) * 0.66**number
            sides = torch.tensor([math.cos(1.4 * side + 0.08), math.sin(1.4 * side + 0.08)])[:, None]
            made[:, frames:] += samples[:, : tape.frames - frames] * sides * gain
    return made


def _clack(
    tape: Tape,
    target: Tensor,
    name: str,
    at_s: float,
    size: float,
    force: float,
    gain: float,
    pan: float = 0.1,
) -> None:
    """Let steel stop steel, held by a hand."""
    made = strike(tape, name, MATTERS["steel"], size=size, force=force, body=f"steel/{size}", damp=70 / size)
    tape.place(target, made, at_s, pan=pan, gain=gain)


def _slide(tape: Tape, target: Tensor, name: str, at_s: float, long_s: float, gain: float) -> None:
    """Slide steel in steel."""
    made = burst(tape, name, long_s, shaped(band(3400, 2.4), highs(500)))[0]
    teeth = drift(tape, f"{name}/teeth", fastest_hz=120, slope=0.1)[0][: len(made)]
    loud = held(seconds_of(tape, long_s), rise_s=0.3 * long_s, hold_s=0.4 * long_s, fall_s=0.3 * long_s)
    tape.place(target, made * loud * (0.4 + 0.6 * teeth.abs()), at_s, pan=0.1, gain=0.4 * gain)


def _action(tape: Tape, target: Tensor, name: str, gun: _Gun, at_s: float) -> None:
    loud = 0.22 * gun.action
    back_s = 0.16 if gun.pump else 0.045
    if gun.pump:
        _slide(tape, target, f"{name}/back", at_s, 0.07, 0.3 * loud)
    _clack(tape, target, f"{name}/open", at_s + (0.07 if gun.pump else 0.0), 0.55, 0.7, loud)
    if gun.pump:
        _slide(tape, target, f"{name}/forth", at_s + 0.12, 0.06, 0.3 * loud)
    _clack(tape, target, f"{name}/shut", at_s + back_s, 0.7, 0.85, 1.15 * loud)
    # The case falls and rings.
    fall_s = at_s + back_s + 0.38 + 0.08 * tape.draw(f"{name}/fall", 0, 1)
    for number, (later_s, share) in enumerate(((0.0, 1.0), (0.11, 0.5), (0.17, 0.3))):
        case = strike(
            tape, f"{name}/case/{number}", MATTERS["metal"], size=0.13, force=0.4 * share, body="case"
        )
        tape.place(target, case, fall_s + later_s, pan=0.5, gain=0.16 * loud * share)


def _handle(tape: Tape, target: Tensor, act: str, gun: _Gun) -> None:
    """Reload, cock or pull the trigger of an empty gun."""
    if act == "empty":
        _clack(tape, target, "sear", 0.0, 0.22, 0.35, 0.25)
        _clack(tape, target, "hammer", 0.012, 0.36, 0.7, 0.7)
        return
    at_s = 0.0
    if act == "reload" and not gun.pump:
        _clack(tape, target, "catch", 0.0, 0.22, 0.5, 0.35)
        _slide(tape, target, "out", 0.03, 0.13, 0.16)
        _clack(tape, target, "pouch", 0.30, 0.9, 0.2, 0.15)
        _slide(tape, target, "in", 0.52, 0.09, 0.18)
        _clack(tape, target, "home", 0.61, 0.75, 0.8, 0.7)
        at_s = 0.95
    elif act == "reload":
        for number in range(3):
            _slide(tape, target, f"shell/{number}", 0.34 * number, 0.10, 0.15)
            _clack(tape, target, f"gate/{number}", 0.34 * number + 0.10, 0.4, 0.55, 0.4)
        at_s = 1.15
    _slide(tape, target, "back", at_s, 0.08, 0.18)
    _clack(tape, target, "open", at_s + 0.08, 0.6, 0.7, 0.6)
    _slide(tape, target, "forth", at_s + 0.17, 0.05, 0.16)
    _clack(tape, target, "shut", at_s + 0.22, 0.75, 0.95, 0.85)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blast:
    """What blows up: how long its shock is, how its fire rolls, shakes and hisses, what it throws."""

    blast_s: float
    front: float
    roll: float
    roll_hz: float
    shake: float
    hiss: float
    throws: float
    matter: str = "stone"


_BLASTS: Final = {
    "bomb": _Blast(blast_s=0.013, front=1.0, roll=0.30, roll_hz=95, shake=0.75, hiss=0.10, throws=1.0),
    "fireball": _Blast(blast_s=0.030, front=0.30, roll=0.85, roll_hz=170, shake=0.45, hiss=0.16, throws=0.15),
    "small": _Blast(blast_s=0.0018, front=1.0, roll=0.22, roll_hz=340, shake=0.06, hiss=0.10, throws=0.0),
    "scifi": _Blast(
        blast_s=0.010, front=0.8, roll=0.45, roll_hz=130, shake=0.9, hiss=0.12, throws=0.5, matter="metal"
    ),
    "underwater": _Blast(blast_s=0.020, front=0.35, roll=0.65, roll_hz=70, shake=0.9, hiss=0.0, throws=0.0),
}


def explosion(tape: Tape, voice: Voice) -> Tensor:
    """A blast: the front, a fireball that rolls, the ground that shakes, and what falls down again."""
    kind = voice.option("blast", "bomb")
    size = voice["size"] * (0.3 if kind == "small" else 1.0)
    blast = _BLASTS[kind]
    long_s = (0.6 if kind == "small" else 1.5) + 2.3 * size
    target = tape.zeros()
    _front(tape, target, blast, size)
    _fire(tape, target, blast, size, long_s)
    if kind == "scifi":
        _implosion(tape, target, size)
    made = torch.tanh(1.35 * target) / 1.2
    fallen = tape.zeros()
    if blast.throws:
        _debris(tape, fallen, blast, voice["debris"], long_s)
    if kind == "underwater":
        made = colored(tape, made.roll(tape.frames_of(0.02), -1), lows(320, 1.5)) * 1.4
        _bubbles(tape, fallen, size)
    roll_s = 1.1 + 2.2 * size
    far = reverb(tape, colored(tape, made, lows(1600)), "valley", seconds=roll_s, dark_hz=700)
    return (
        made
        + fallen
        + 0.24 * far
        + _echoes(tape, colored(tape, made, shaped(lows(500), highs(40))), 0.6, 1.4)
    )


def _front(tape: Tape, target: Tensor, blast: _Blast, size: float) -> None:
    """Let the shock arrive, then, off the ground and the walls, some more."""
    positive_s = blast.blast_s * (0.5 + size)
    wave = friedlander(tape, positive_s, bend=1.3)
    for number, (late, loud, side) in enumerate(tape.uniform("front", 4, 3).tolist()):
        later_s = 0.0 if number == 0 else 0.006 + 0.05 * number * (0.5 + late) * (0.5 + size)
        gain = blast.front * (1.5 if number == 0 else 0.20 + 0.25 * loud)
        tape.place(target, wave, later_s, pan=0.0 if number == 0 else 1.2 * side - 0.6, gain=gain)
    sharp = burst(tape, "sharp", 0.15, shaped(highs(300), lows(9000)), channels=2)
    tape.place(
        target,
        sharp * struck(seconds_of(tape, 0.15), decay_s=0.010 + 0.006 * size, attack_s=0.00008),
        0.0,
        gain=0.55 * blast.front,
    )


def _fire(tape: Tape, target: Tensor, blast: _Blast, size: float, long_s: float) -> None:
    """Roll on: turbulent fire that flares unevenly, a ground that heaves, hot gas that hisses."""
    time = seconds_of(tape, long_s)
    low_hz = blast.roll_hz * (1.35 - 0.7 * size)
    ball = burst(tape, "ball", long_s, shaped(band(low_hz, 3.2), highs(26)), channels=2)
    middle = burst(tape, "middle", long_s, shaped(band(4.5 * low_hz, 2.6), highs(60)), channels=2)
    flares = drift(tape, "flares", fastest_hz=14, slope=0.7, channels=2)[:, : len(time)]
    swell = torch.exp(0.55 * flares.clamp(-2.2, 2.2))
    slow = (0.20 + 0.42 * size) * (0.35 if blast.blast_s < 0.005 else 1.0)
    swell = swell * (3 * (1 - time / long_s)).clamp(max=1).float()
    tape.place(target, ball * swell * struck(time, decay_s=slow, attack_s=0.008), 0.0, gain=0.9 * blast.roll)
    tape.place(
        target,
        middle * swell.flip(0) * struck(time, decay_s=0.45 * slow, attack_s=0.004),
        0.0,
        gain=0.55 * blast.roll,
    )
    heave = sine(turns(tape, (31 + 46 * torch.exp(-time * 8)) * (1.35 - 0.5 * size)))
    tape.place(
        target, heave * struck(time, decay_s=0.16 + 0.30 * size, attack_s=0.004), 0.0, gain=0.7 * blast.shake
    )
    hiss = burst(tape, "hiss", long_s, shaped(highs(1800), lows(7500, 1.0)), channels=2)
    tape.place(
        target, hiss * swell * struck(time, decay_s=0.6 * slow, attack_s=0.03), 0.008, gain=0.55 * blast.hiss
    )
    count = 40 + round(60 * size)
    draws = tape.uniform("crackle", count, 6)
    target += strew(
        tape,
        Happenings(0.02 + 1.6 * slow * draws[:, 0].square(), draws[:, 2:]),
        length_s=0.03,
        pitch_hz=500 * 10.0 ** draws[:, 1],
        decay_s=0.0015 + 0.004 * draws[:, 3],
        gain=0.30 * draws[:, 3].square() * torch.exp(-2.2 * draws[:, 0]) * min(blast.roll, 0.8),
        noisy=0.95,
        name="crackle/noise",
        attack_s=0.0001,
    )


def _debris(tape: Tape, target: Tensor, blast: _Blast, amount: float, long_s: float) -> None:
    """Let what was thrown up rain down: pieces one by one and, under them, earth."""
    count = round(34 * amount * blast.throws) + 1
    for number, (when, weight, where, hard) in enumerate(tape.uniform("debris", count, 4).tolist()):
        large = 0.3 + 1.3 * weight**2
        piece = strike(
            tape, f"debris/{number}", MATTERS[blast.matter], size=large, force=0.3 + 0.5 * hard, damp=20
        )
        at_s = 0.45 + (long_s - 0.5) * when**1.2
        gain = 0.26 * (0.4 + 0.6 * amount) * large**0.5 * (1 - 0.75 * when)
        tape.place(target, piece, at_s, pan=1.6 * where - 0.8, gain=gain)
    grains = round(160 * amount * blast.throws)
    if not grains:
        return
    draws = tape.uniform("earth", grains, 6)
    target += strew(
        tape,
        Happenings(0.35 + (long_s - 0.5) * draws[:, 0].pow(1.3), draws[:, 2:]),
        length_s=0.05,
        pitch_hz=700 * 7.0 ** draws[:, 1],
        decay_s=0.002 + 0.004 * draws[:, 3],
        gain=0.05 * (0.2 + draws[:, 3].pow(2)) * (1 - 0.8 * draws[:, 0]),
        noisy=0.7,
        name="earth/noise",
    )


def _implosion(tape: Tape, target: Tensor, size: float) -> None:
    """Let a reactor go: a whine that falls through the floor, and arcs that ring."""
    time = seconds_of(tape, 0.9 + size)
    hz = 38 + 900 * torch.exp(-time * (5.5 - 2 * size))
    whine = torch.tanh(1.5 * sine(turns(tape, hz) + 0.6 * sine(turns(tape, 1.51 * hz)).double()))
    tape.place(target, whine * struck(time, decay_s=0.30 + 0.3 * size, attack_s=0.003), 0.0, gain=0.34)


def _bubbles(tape: Tape, target: Tensor, size: float) -> None:
    """Let the gas rise: bubbles as large as hands, then smaller ones."""
    draws = tape.uniform("bubbles", 90, 6)
    radius = 0.004 * 9.0 ** draws[:, 1].pow(1.4) * (0.5 + size)
    target += strew(
        tape,
        Happenings(0.15 + (0.9 + 1.1 * size) * draws[:, 0], 0.15 + 0.7 * draws[:, 2:]),
        length_s=0.3,
        pitch_hz=3.26 / radius,
        decay_s=(1 / (0.13 / radius + 0.0072 * radius.pow(-1.5))).clamp(max=0.05),
        gain=0.10 * (0.2 + draws[:, 3]) * (1 - 0.7 * draws[:, 0]),
        attack_s=0.004,
        glide=0.3 + 0.5 * draws[:, 4],
    )
