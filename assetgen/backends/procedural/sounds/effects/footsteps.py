"""Footsteps: a heel, a sole that rolls down on its toe, a scuff when it leaves, and what the ground does meanwhile.

Sources: Ekimov and Sabatier, "Rhythm analysis of orthogonal signals from human walking" (2011): 0.12 to 0.17 s
from the heel's strike to the toe's at a walk; the same, "Vibration and sound signatures of human footsteps in
buildings" (2006): below 500 Hz it is the weight that sounds, above it the rubbing of sole and ground; Cook,
"Modeling Bill's gait" (2002) and Turchet, "Footstep sounds synthesis" (2016): loose ground is a shower of grains
as dense as the force of the foot is strong, which has two humps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.effects.bodies import MATTERS, strike
from assetgen.backends.procedural.sounds.grains import Happenings, strew
from assetgen.backends.procedural.sounds.noise import band, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, held, seconds_of, struck
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """How ground answers a foot.

    Args:
        matter: what the heel strikes.
        hard: how loud that is.
        size: of the body that answers: a plank, a grate.
        damp: 1/s, what the foot on it takes from its ring.
        low: how much of the weight is heard, as a thump.
        grains: how many grains one step moves.
        low_hz, high_hz: pitch of the largest and the smallest grain.
        grain_s: how long the largest rings.
        noisy: share of noise in a grain.
        loud: of the grains.
        brush, brush_hz, octaves, rough_hz: noise of grains too many to tell apart, and how fast it changes.
        wet: how much water is thrown up.
        room_s: the room that answers.
    """

    matter: str
    hard: float
    size: float = 1.5
    damp: float = 30.0
    low: float = 0.3
    grains: int = 0
    low_hz: float = 1500.0
    high_hz: float = 6000.0
    grain_s: float = 0.004
    noisy: float = 0.6
    loud: float = 1.0
    brush: float = 0.0
    brush_hz: float = 3000.0
    octaves: float = 2.0
    rough_hz: float = 110.0
    wet: float = 0.0
    room_s: float = 0.1


_GROUNDS: Final = {
    "stone": _Ground(
        matter="stone",
        hard=0.85,
        size=0.8,
        low=0.14,
        grains=7,
        low_hz=2200,
        loud=0.35,
        brush=0.05,
        brush_hz=4200,
        room_s=0.6,
    ),
    "concrete": _Ground(
        matter="stone",
        hard=0.70,
        size=1.1,
        damp=60,
        low=0.18,
        grains=14,
        low_hz=2600,
        high_hz=7500,
        loud=0.4,
        brush=0.10,
        brush_hz=4800,
        room_s=0.3,
    ),
    "wood": _Ground(
        matter="crate",
        hard=0.9,
        size=0.9,
        damp=22,
        low=0.12,
        grains=3,
        low_hz=900,
        high_hz=2600,
        loud=0.2,
        brush=0.04,
        brush_hz=2400,
        room_s=0.4,
    ),
    "metal": _Ground(
        matter="metal",
        hard=0.55,
        size=2.1,
        damp=7,
        low=0.1,
        grains=6,
        low_hz=2100,
        high_hz=5200,
        grain_s=0.012,
        noisy=0.1,
        loud=0.3,
        brush=0.04,
        brush_hz=5200,
        room_s=0.8,
    ),
    "gravel": _Ground(
        matter="stone",
        hard=0.10,
        low=0.16,
        grains=110,
        low_hz=1100,
        high_hz=5200,
        grain_s=0.0045,
        noisy=0.15,
        loud=1.0,
        brush=0.12,
        brush_hz=3400,
    ),
    "dirt": _Ground(
        matter="flesh",
        hard=0.35,
        size=1.4,
        damp=40,
        low=0.28,
        grains=26,
        low_hz=700,
        high_hz=3200,
        grain_s=0.0025,
        noisy=0.3,
        loud=0.35,
        brush=0.30,
        brush_hz=1100,
        octaves=2.6,
    ),
    "grass": _Ground(
        matter="cloth",
        hard=0.25,
        low=0.16,
        grains=26,
        low_hz=2600,
        high_hz=8500,
        grain_s=0.0012,
        noisy=0.7,
        loud=0.35,
        brush=0.75,
        brush_hz=4200,
        octaves=2.2,
    ),
    "leaves": _Ground(
        matter="cloth",
        hard=0.15,
        low=0.12,
        grains=150,
        low_hz=1900,
        high_hz=8000,
        grain_s=0.0022,
        noisy=0.5,
        loud=0.9,
        brush=0.45,
        brush_hz=4200,
    ),
    "snow": _Ground(
        matter="cloth",
        hard=0.18,
        low=0.16,
        grains=230,
        low_hz=620,
        high_hz=3600,
        grain_s=0.0040,
        noisy=0.12,
        loud=0.75,
        brush=0.35,
        brush_hz=1600,
        octaves=2.4,
    ),
    "sand": _Ground(
        matter="cloth",
        hard=0.22,
        low=0.22,
        grains=60,
        low_hz=2600,
        high_hz=7000,
        grain_s=0.0007,
        noisy=0.6,
        loud=0.22,
        brush=0.85,
        brush_hz=2300,
        rough_hz=420,
        octaves=2.8,
    ),
    "mud": _Ground(
        matter="flesh",
        hard=0.35,
        size=1.6,
        damp=30,
        low=0.25,
        grains=16,
        low_hz=260,
        high_hz=1200,
        grain_s=0.010,
        noisy=0.15,
        loud=0.55,
        brush=0.45,
        brush_hz=800,
        octaves=2.4,
        wet=0.35,
    ),
    "water": _Ground(
        matter="flesh", hard=0.16, low=0.15, brush=0.35, brush_hz=2400, octaves=3.0, wet=1.0, room_s=0.2
    ),
    "carpet": _Ground(
        matter="cloth",
        hard=0.9,
        size=0.85,
        low=0.35,
        brush=0.10,
        brush_hz=380,
        octaves=1.8,
        rough_hz=60,
        room_s=0.15,
    ),
}


@dataclass(frozen=True, slots=True)
class _Shoe:
    """What is worn: how hard the heel and how loud the toe against it, how heavy, how much it scuffs, how small."""

    heel: float
    toe: float
    heavy: float
    scuff: float
    small: float


_SHOES: Final = {
    "shoe": _Shoe(0.75, 0.55, 0.0, 1.0, 1.0),
    "boot": _Shoe(0.85, 0.75, 0.35, 1.2, 1.25),
    "high heel": _Shoe(1.0, 0.35, -0.15, 0.6, 0.55),
    "sneaker": _Shoe(0.35, 0.50, -0.05, 1.5, 1.1),
    "bare": _Shoe(0.22, 0.60, -0.05, 0.8, 1.2),
    "armor": _Shoe(0.95, 0.85, 0.40, 1.0, 1.1),
}


def footsteps(tape: Tape, voice: Voice) -> Tensor:
    """One step, or as many as there is time for; left and right differ, and no two are alike."""
    ground, shoe = _GROUNDS[voice.option("ground", "stone")], _SHOES[voice.option("shoe", "shoe")]
    target = tape.zeros()
    pace_s = voice["pace_s"]
    for number in range(voice.times(1)):
        own = tape.uniform(f"step/{number}", 1, 3)[0].tolist()
        at_s = number * pace_s + 0.03 * pace_s * (own[0] - 0.5)
        side = 0.12 if number % 2 else -0.12
        weight = max(voice["weight"] + shoe.heavy, 0.05) * (0.85 + 0.3 * own[1])
        _step(tape, target, f"step/{number}", ground, shoe, max(at_s, 0.0), weight, pace_s, side)
    return target + (0.12 * ground.room_s) * reverb(
        tape, target, "room", seconds=0.2 + ground.room_s, dark_hz=3000
    )


def _step(
    tape: Tape,
    target: Tensor,
    name: str,
    ground: _Ground,
    shoe: _Shoe,
    at_s: float,
    weight: float,
    pace_s: float,
    pan: float,
) -> None:
    """Set one foot down: the heel first, the toe when the sole has rolled down, a scuff when it leaves."""
    # A walker's toe comes 0.12 to 0.17 s behind the heel; who runs lands on the whole foot.
    roll_s = max(0.26 * (pace_s - 0.26), 0.0) * tape.draw(f"{name}/roll", 1.5, 1.9) + 0.035
    stand_s = min(0.62 * pace_s, 0.36)
    matter = MATTERS[ground.matter]
    foot = name[-1:] in "02468"
    for part, later_s, hard in (("heel", 0.0, shoe.heel), ("toe", roll_s, shoe.toe * shoe.heel**0.3)):
        force = min(hard * (0.35 + weight), 1.0)
        size = ground.size * shoe.small * (1.0 if part == "heel" else 1.12)
        blow = strike(
            tape,
            f"{name}/{part}",
            matter,
            size=size,
            force=force,
            body=f"{part}/{foot}",
            damp=ground.damp + 25 * (1 - shoe.heel),
        )
        tape.place(target, blow, at_s + later_s, pan=pan, gain=0.45 * ground.hard * hard)
    _weight(tape, target, ground, at_s, weight, roll_s, pan)
    if ground.grains:
        _grains(tape, target, name, ground, at_s, weight, stand_s + 0.1, roll_s)
    _rub(tape, target, name, ground, shoe, at_s, weight, roll_s, stand_s, pan)
    if ground.wet:
        _splash(tape, target, f"{name}/splash", at_s, ground.wet * (0.5 + 0.6 * weight), roll_s, pan)
    if shoe is _SHOES["armor"]:
        _plates(tape, target, name, at_s, weight, pan)


def _weight(
    tape: Tape, target: Tensor, ground: _Ground, at_s: float, weight: float, roll_s: float, pan: float
) -> None:
    """Let the floor give under a body: a thump of 50 to 90 Hz, once for the heel, softer for the toe."""
    time = seconds_of(tape, 0.25)
    for later_s, share in ((0.0, 1.0), (roll_s, 0.55)):
        thump = torch.sin(6.2832 * (64 * time + 1.6 * (1 - torch.exp(-time * 45)))).float()
        loud = struck(time, decay_s=0.016 + 0.012 * weight, attack_s=0.003)
        tape.place(
            target, thump * loud, at_s + later_s, pan=pan, gain=0.34 * ground.low * share * (0.25 + weight)
        )


def _grains(
    tape: Tape,
    target: Tensor,
    name: str,
    ground: _Ground,
    at_s: float,
    weight: float,
    long_s: float,
    roll_s: float,
) -> None:
    """Move loose ground: grains as dense as the force of the foot, strongest at heel and toe."""
    count = max(round(ground.grains * (0.5 + 0.8 * weight)), 1)
    draws = tape.uniform(f"{name}/grains", count, 6)
    hump, place = draws[:, 0], draws[:, 1]
    heel = 0.085 * place.pow(1.5)
    toe = roll_s + 0.11 * place.pow(1.3)
    rest = long_s * place
    late = torch.where(hump < 0.42, heel, torch.where(hump < 0.84, toe, rest))
    # Sizes of crushed grains go by a power law: a few large ones stand out of many small.
    size = draws[:, 2].pow(3)
    target += strew(
        tape,
        Happenings(at_s + late, draws[:, 2:]),
        length_s=0.06,
        pitch_hz=ground.high_hz * (ground.low_hz / ground.high_hz) ** (0.75 * size + 0.25 * draws[:, 3]),
        decay_s=ground.grain_s * (0.3 + 0.9 * size),
        gain=ground.loud * (0.035 + 0.22 * size) * (0.45 + 0.6 * weight) * torch.where(hump < 0.84, 1.0, 0.5),
        noisy=ground.noisy,
        name=f"{name}/grit",
        attack_s=0.00012,
    )


def _rub(
    tape: Tape,
    target: Tensor,
    name: str,
    ground: _Ground,
    shoe: _Shoe,
    at_s: float,
    weight: float,
    roll_s: float,
    stand_s: float,
    pan: float,
) -> None:
    """Rub sole on ground: at heel and toe what is too fine to hear as grains, and a scuff when the toe leaves."""
    shape = shaped(band(ground.brush_hz, ground.octaves), highs(150))
    for part, later_s, rise_s, fall_s, share in (
        ("heel", 0.0, 0.012, 0.10, 0.8),
        ("toe", 0.75 * roll_s, 0.03, 0.13, 1.0),
        ("scuff", stand_s, 0.035, 0.07, 0.35 * shoe.scuff * tape.draw(f"{name}/scuff", 0.3, 1.3)),
    ):
        long_s = rise_s + fall_s
        noise = burst(tape, f"{name}/{part}", long_s, shape)[0]
        # Blades, grains and threads are many but not without number: the noise is rough.
        rough = burst(tape, f"{name}/{part}/rough", long_s, lows(ground.rough_hz))[0].abs()
        noise = noise * (0.25 + 0.85 * rough.pow(1.4))
        loud = held(seconds_of(tape, long_s), rise_s=rise_s, hold_s=0.0, fall_s=fall_s).pow(1.7)
        gain = 0.16 * (ground.brush + 0.03) * share * (0.4 + 0.6 * weight)
        tape.place(target, noise * loud, at_s + later_s, pan=pan, gain=gain)


def _plates(tape: Tape, target: Tensor, name: str, at_s: float, weight: float, pan: float) -> None:
    """Let plates and mail of an armor jingle after each jolt."""
    count = 7
    draws = tape.uniform(f"{name}/mail", count, 3).tolist()
    for number, (when, loud, size) in enumerate(draws):
        clink = strike(
            tape,
            f"{name}/mail/{number}",
            MATTERS["metal"],
            size=0.35 + 0.5 * size,
            force=0.2 + 0.4 * loud,
            body=f"mail/{number}",
            damp=26,
        )
        tape.place(target, clink, at_s + 0.01 + 0.16 * when, pan=pan, gain=0.10 * loud * (0.4 + weight))


def _splash(
    tape: Tape, target: Tensor, name: str, at_s: float, amount: float, roll_s: float, pan: float
) -> None:
    """Throw up water: a slap under the sole, bubbles that close, drops that fall back."""
    slap = burst(tape, f"{name}/slap", 0.30, shaped(highs(220), lows(3600, 1.0)))[0]
    for later_s, share in ((0.0, 1.0), (roll_s, 0.7)):
        loud = struck(seconds_of(tape, 0.30), decay_s=0.040, attack_s=0.005)
        tape.place(target, slap * loud, at_s + later_s, pan=pan, gain=0.15 * amount * share)
    draws = tape.uniform(f"{name}/bubbles", 64, 6)
    late = torch.where(
        draws[:, 4] < 0.6, 0.015 + (roll_s + 0.12) * draws[:, 0], roll_s + 0.05 + 0.4 * draws[:, 0]
    )
    # Minnaert: 3.26 m/s over the radius, of bubbles from 0.7 mm to 7 mm.
    radius = 0.0007 * 10.0 ** (draws[:, 1].pow(1.6))
    pitch = 3.26 / radius
    target += strew(
        tape,
        Happenings(at_s + late, draws[:, 2:]),
        length_s=0.12,
        pitch_hz=pitch,
        decay_s=1 / (0.13 / radius + 0.0072 * radius**-1.5),
        gain=0.16 * amount * (0.15 + draws[:, 2].square()) * (radius / 0.003).pow(0.5),
        attack_s=0.001,
        glide=0.15 + 0.5 * draws[:, 3],
    )
