"""Footsteps: heel, sole and toe on a ground that thuds, crunches, rustles or splashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from torch import Tensor

from assetgen.backends.procedural.sounds.effects.impacts import MATTERS, strike
from assetgen.backends.procedural.sounds.grains import Happenings, strew
from assetgen.backends.procedural.sounds.noise import band, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, held, seconds_of, struck
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _Ground:
    """How ground answers a foot: what it is struck as, grains that move, how they sound, rustle, water, the room."""

    matter: str
    hard: float
    grains: int
    low_hz: float
    high_hz: float
    rustle: float
    rustle_hz: float
    splash: float
    room_s: float


_GROUNDS: Final = {
    "stone": _Ground("stone", 0.9, 5, 2200, 6000, 0.05, 5000, 0.0, 0.5),
    "concrete": _Ground("stone", 0.75, 8, 2400, 7000, 0.06, 5200, 0.0, 0.35),
    "wood": _Ground("wood", 0.9, 2, 1200, 3000, 0.03, 2600, 0.0, 0.4),
    "metal": _Ground("metal", 0.55, 2, 2500, 6000, 0.03, 5000, 0.0, 0.6),
    "gravel": _Ground("stone", 0.30, 46, 900, 5200, 0.22, 2800, 0.0, 0.1),
    "dirt": _Ground("flesh", 0.45, 16, 700, 2800, 0.20, 1700, 0.0, 0.1),
    "grass": _Ground("cloth", 0.35, 14, 1800, 5400, 0.50, 3200, 0.0, 0.05),
    "leaves": _Ground("cloth", 0.25, 46, 1500, 5400, 0.42, 3300, 0.0, 0.05),
    "snow": _Ground("cloth", 0.35, 90, 700, 2600, 0.32, 1700, 0.0, 0.05),
    "sand": _Ground("cloth", 0.30, 30, 2000, 6000, 0.50, 3800, 0.0, 0.05),
    "mud": _Ground("flesh", 0.40, 8, 400, 1300, 0.30, 1100, 0.45, 0.05),
    "water": _Ground("flesh", 0.20, 6, 700, 2400, 0.20, 3000, 1.0, 0.15),
    "carpet": _Ground("cloth", 0.45, 2, 1200, 2600, 0.20, 1600, 0.0, 0.1),
}


def footsteps(tape: Tape, voice: Voice) -> Tensor:
    """One step, or as many as there is time for; left and right differ, and no two are alike."""
    ground = _GROUNDS[voice.option("ground", "stone")]
    target = tape.zeros()
    for number in range(voice.times(1)):
        own = tape.uniform(f"step/{number}", 1, 3)[0].tolist()
        at_s = number * voice["pace_s"] * (0.97 + 0.06 * own[0])
        side = 0.12 if number % 2 else -0.12
        _step(tape, target, f"step/{number}", ground, at_s, voice["weight"] * (0.85 + 0.3 * own[1]), side)
    return target + (0.10 * ground.room_s) * reverb(
        tape, target, "room", seconds=0.25 + ground.room_s, dark_hz=3000
    )


def _step(
    tape: Tape, target: Tensor, name: str, ground: _Ground, at_s: float, weight: float, pan: float
) -> None:
    """Set one foot down: the heel first, the sole a moment later."""
    matter = MATTERS[ground.matter]
    for part, (later_s, force) in enumerate(((0.0, 1.0), (0.055 + 0.03 * weight, 0.55))):
        blow = strike(
            tape,
            f"{name}/{part}",
            matter,
            size=1.1 + 0.8 * weight,
            force=min(ground.hard * force * (0.4 + weight), 1.0),
        )
        # A shoe damps what it stands on.
        blow = blow * struck(seconds_of(tape, len(blow) / tape.rate_hz), decay_s=0.11, attack_s=0.0005)
        tape.place(target, blow, at_s + later_s, pan=pan, gain=0.5 * ground.hard * force)
    if ground.grains:
        count = round(ground.grains * (0.6 + 0.6 * weight))
        draws = tape.uniform(f"{name}/grains", count, 5)
        spread = Happenings(at_s + 0.17 * draws[:, 0].pow(1.2), draws[:, 1:])
        size = draws[:, 1].pow(2)
        grit = strew(
            tape,
            spread,
            length_s=0.05,
            pitch_hz=ground.high_hz * (ground.low_hz / ground.high_hz) ** size,
            decay_s=0.0012 + 0.005 * size,
            gain=(0.03 + 0.16 * size) * (0.5 + 0.5 * weight),
            noisy=0.7,
            name=f"{name}/grit",
        )
        # Grains lie under a sole, which keeps their highest noise to itself.
        target += colored(tape, grit, lows(ground.high_hz, 1.5))
    if ground.rustle:
        brush = burst(tape, f"{name}/brush", 0.24, shaped(band(ground.rustle_hz, 2.2)))[0]
        swish = held(seconds_of(tape, 0.24), rise_s=0.03, hold_s=0.05, fall_s=0.16)
        tape.place(
            target, brush * swish.square(), at_s, pan=pan, gain=0.16 * ground.rustle * (0.5 + 0.7 * weight)
        )
    if ground.splash:
        _splash(tape, target, f"{name}/splash", at_s, ground.splash * (0.5 + 0.6 * weight), pan)


def _splash(tape: Tape, target: Tensor, name: str, at_s: float, amount: float, pan: float) -> None:
    """Throw up water: a slap, a spray, and bubbles that close."""
    slap = burst(tape, f"{name}/slap", 0.35, shaped(highs(250), lows(5500, 1.0)))[0]
    tape.place(
        target,
        slap * struck(seconds_of(tape, 0.35), decay_s=0.06, attack_s=0.006),
        at_s,
        pan=pan,
        gain=0.22 * amount,
    )
    draws = tape.uniform(f"{name}/bubbles", 22, 5)
    closed = Happenings(at_s + 0.03 + 0.28 * draws[:, 0], draws[:, 1:])
    pitch = 500 * 2.0 ** (2.2 * draws[:, 1])
    target += strew(
        tape,
        closed,
        length_s=0.08,
        pitch_hz=pitch,
        decay_s=5.0 / pitch,
        gain=0.09 * amount * draws[:, 2],
        attack_s=0.001,
        glide=0.3 + 0.4 * draws[:, 3],
    )
