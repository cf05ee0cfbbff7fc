"""Magic: what nothing in the world sounds like, made of what everything does.

Each spell gathers, is let go and glitters away, on a chord of its own; what tells schools apart is not the chord
but the element, which sounds as it does in nature: fire that flutters and crackles, ice that rings in splinters,
an arc that snaps a hundred times a second, water in bubbles, rock that grinds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.effects.bodies import MATTERS, strike
from assetgen.backends.procedural.sounds.effects.weapons import friedlander
from assetgen.backends.procedural.sounds.grains import Happenings, strew
from assetgen.backends.procedural.sounds.noise import Shape, band, drift, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, held, saw, seconds_of, sine, struck, turns
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import buzz
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class _School:
    """A school of magic.

    Args:
        chord: semitones above `hz`.
        hz: lowest note.
        tone: how loud its chord is against its element.
        rises: octaves by which the chord moves while it fades.
        rough: how much it growls.
        glitter: how many small bells follow.
        glitter_hz: where they lie.
        harp: whether they climb the chord in turn instead of by chance.
        punch: of its release.
        element: what it does besides.
    """

    chord: tuple[int, ...]
    hz: float
    tone: float
    rises: float
    rough: float
    glitter: int
    glitter_hz: float
    punch: float
    element: Callable[[Tape, Tensor, float, float], None]
    harp: bool = False


def _noise(
    tape: Tape, target: Tensor, name: str, shape: Shape, loud: Tensor, at_s: float, gain: float
) -> None:
    made = burst(tape, name, len(loud) / tape.rate_hz, shape, channels=2)
    tape.place(target, made * loud * _going(len(loud)), at_s, gain=gain)


def _going(length: int) -> Tensor:
    """Return a fade over the second half of a sound, (M,), so that nothing stops short."""
    return (2 * (1 - torch.arange(length) / length)).clamp(max=1).square()


def _fire(tape: Tape, target: Tensor, at_s: float, power: float) -> None:
    """Flare: a rush of air, a roar that flutters ten times a second, sparks."""
    time = seconds_of(tape, 1.1 + 0.8 * power)
    flutter = torch.exp(
        0.7 * drift(tape, "flutter", fastest_hz=17, slope=0.2)[0][: len(time)].clamp(-1.4, 1.2)
    )
    loud = struck(time, decay_s=0.26 + 0.26 * power, attack_s=0.022)
    _noise(tape, target, "roar", shaped(band(230, 3.4), highs(45)), loud * flutter, at_s, 0.40)
    _noise(tape, target, "rush", shaped(band(1500, 2.4), highs(300)), loud.square() * flutter, at_s, 0.17)
    count = 55 + round(50 * power)
    draws = tape.uniform("sparks", count, 6)
    target += strew(
        tape,
        Happenings(at_s + 0.02 + 1.2 * draws[:, 0].pow(1.5), draws[:, 2:]),
        length_s=0.03,
        pitch_hz=1100 * 6.0 ** draws[:, 1],
        decay_s=0.0006 + 0.003 * draws[:, 3].square(),
        gain=0.30 * draws[:, 3].pow(3) * torch.exp(-1.2 * draws[:, 0]),
        noisy=0.8,
        name="sparks/noise",
        attack_s=0.00006,
    )


def _ice(tape: Tape, target: Tensor, at_s: float, power: float) -> None:
    """Freeze: a cold breath, cracks that run, splinters that ring."""
    time = seconds_of(tape, 1.2)
    breath = held(time, rise_s=0.05, hold_s=0.1, fall_s=1.0).square()
    _noise(tape, target, "breath", shaped(band(5200, 1.8), highs(1500)), breath, at_s, 0.055)
    for number, (when, size, where, hard) in enumerate(tape.uniform("splinter", 24, 4).tolist()):
        piece = strike(
            tape,
            f"splinter/{number}",
            MATTERS["glass"],
            size=0.16 + 0.5 * size**2,
            force=0.25 + 0.6 * hard,
            body=f"splinter/{number}",
            damp=4,
        )
        late_s = 0.0 if number == 0 else 0.75 * when**1.6
        tape.place(
            target, piece, at_s + late_s, pan=1.6 * where - 0.8, gain=(0.07 + 0.10 * hard) * (0.5 + power)
        )
    draws = tape.uniform("cracks", 60, 6)
    run = draws[:, 0].pow(1.7)
    target += strew(
        tape,
        Happenings(at_s + 0.5 * run, draws[:, 2:]),
        length_s=0.02,
        pitch_hz=(2600 * 3.0 ** draws[:, 1]),
        decay_s=0.0004 + 0.0016 * draws[:, 3],
        gain=0.22 * draws[:, 3].square() * (1 - 0.7 * run),
        noisy=0.75,
        name="cracks/noise",
        attack_s=0.00005,
    )


def _lightning(tape: Tape, target: Tensor, at_s: float, power: float) -> None:
    """Strike: a snap, then an arc that buzzes at twice the mains and tears off again and again."""
    snap = friedlander(tape, 0.0011)
    for later_s, share in ((0.0, 1.0), (0.0065, 0.5), (0.023, 0.35)):
        tape.place(target, snap, at_s + later_s, pan=0.6 * share - 0.3, gain=(0.5 + 0.5 * power) * share)
    tear = struck(seconds_of(tape, 0.4), decay_s=0.035, attack_s=0.0002)
    _noise(tape, target, "tear", shaped(highs(900), lows(9000)), tear, at_s, 0.24)
    time = seconds_of(tape, 1.0 + 0.6 * power)
    runs = (drift(tape, "runs", fastest_hz=11, slope=0.2)[0][: len(time)] > 0.1).float()
    runs = torch.nn.functional.avg_pool1d(runs[None], 241, 1, 120)[0][: len(time)]
    wander = 100 * (1 + 0.08 * drift(tape, "wander", fastest_hz=9)[0][: len(time)].double())
    arc = buzz(turns(tape, wander), bright=0.93)
    spit = burst(tape, "spit", len(time) / tape.rate_hz, shaped(highs(1300), lows(10_000)))[0]
    fade = struck(time, decay_s=0.42, attack_s=0.004)
    arcing = (spit * arc.clamp(min=0).sqrt() * 0.30 + 0.30 * arc) * runs * fade * _going(len(time))
    tape.place(target, arcing, at_s + 0.03, gain=0.9)
    count = 70
    draws = tape.uniform("snaps", count, 6)
    # Snaps come in bunches, each at one of seven moments.
    bunch = tape.uniform("bunch", 7)[:, 0][(draws[:, 1] * 7).long()]
    target += strew(
        tape,
        Happenings(at_s + 0.05 + 0.9 * bunch + 0.05 * draws[:, 0].square(), draws[:, 2:]),
        length_s=0.02,
        pitch_hz=1500 * 5.0 ** draws[:, 4],
        decay_s=0.0003 + 0.0012 * draws[:, 3],
        gain=0.42 * draws[:, 3].pow(2) * (1 - 0.7 * bunch),
        noisy=0.85,
        name="snaps/noise",
        attack_s=0.00004,
    )


def _heal(tape: Tape, target: Tensor, at_s: float, power: float) -> None:
    """Comfort: a soft choir under the harp, which swells and goes."""
    time = seconds_of(tape, 1.9)
    swell = (held(time, rise_s=0.35, hold_s=0.25, fall_s=1.25).square()).double()
    for number, step in enumerate((0, 4, 7, 12)):
        hz = 392 * 2.0 ** (step / 12) * (1 + 0.0035 * torch.sin(6.2832 * (4.6 + 0.4 * number) * time))
        voice = buzz(turns(tape, hz), bright=0.45) * swell.float()
        tape.place(target, voice, max(at_s - 0.12, 0.0), pan=0.5 - 0.33 * number, gain=0.09)
    _noise(tape, target, "air", shaped(band(6800, 1.2)), swell.float(), max(at_s - 0.12, 0.0), 0.012)


def _arcane(tape: Tape, target: Tensor, at_s: float, power: float) -> None:
    """Warp: a whirl of air that turns faster and faster about the head, then a hum of two wheels out of step."""
    time = seconds_of(tape, 1.3)
    wheel = turns(tape, 9 * torch.exp(-1.8 * time) + 1.5)
    round_ = sine(wheel)
    loud = struck(time, decay_s=0.36, attack_s=0.02) * _going(len(time))
    for side, sign in ((0, 1.0), (1, -1.0)):
        whirl = burst(tape, f"whirl/{side}", 1.3, shaped(band(1900 if side else 1250, 1.3)))[0]
        made = torch.zeros(2, len(time))
        made[side] = whirl * (0.5 + 0.5 * sign * round_) * loud
        tape.place(target, made, at_s, gain=0.15)
    hum = saw(turns(tape, torch.full_like(time, 82.4))) + saw(turns(tape, torch.full_like(time, 83.3)))
    tape.place(target, hum * loud * (0.6 + 0.4 * round_), at_s, gain=0.06 + 0.05 * power)


def _dark(tape: Tape, target: Tensor, at_s: float, power: float) -> None:
    """Curse: a growl far below, a breath drawn in, and whispers without words."""
    time = seconds_of(tape, 1.9)
    growl = buzz(
        turns(tape, 46 + 9 * drift(tape, "growl", fastest_hz=7)[0][: len(time)].double()), bright=0.86
    )
    loud = held(time, rise_s=0.05, hold_s=0.35, fall_s=1.4).square()
    tape.place(target, growl * loud, at_s, gain=0.34)
    for number, formant in enumerate((640, 1150, 2500)):
        lips = drift(tape, f"lips/{number}", fastest_hz=7, slope=0.2)[0][: len(time)].clamp(min=0)
        shape = shaped(band(formant, 0.45), highs(300))
        _noise(tape, target, f"whisper/{number}", shape, lips * loud, at_s + 0.1, 0.075)
    drawn = (seconds_of(tape, max(at_s, 0.1)) / max(at_s, 0.1)).float().pow(3)
    _noise(tape, target, "breath", shaped(band(520, 2.0), highs(90)), drawn, 0.0, 0.20)


def _water(tape: Tape, target: Tensor, at_s: float, power: float) -> None:
    """Surge: a wave that wells up and breaks into bubbles."""
    time = seconds_of(tape, 1.3)
    wave = held(time, rise_s=0.06, hold_s=0.1, fall_s=1.0).square()
    _noise(tape, target, "wave", shaped(band(700, 3.0), highs(120)), wave, at_s, 0.14)
    count = 140 + round(120 * power)
    draws = tape.uniform("bubbles", count, 6)
    radius = 0.0007 * 11.0 ** draws[:, 1].pow(1.5)
    target += strew(
        tape,
        Happenings(max(at_s - 0.15, 0.0) + 1.4 * draws[:, 0].pow(1.4), draws[:, 2:]),
        length_s=0.12,
        pitch_hz=3.26 / radius,
        decay_s=1 / (0.13 / radius + 0.0072 * radius.pow(-1.5)),
        gain=0.17 * (0.15 + draws[:, 3].pow(2)) * (radius / 0.002).pow(0.5) * (1 - 0.7 * draws[:, 0]),
        attack_s=0.001,
        glide=0.2 + 0.6 * draws[:, 4],
    )


def _earth(tape: Tape, target: Tensor, at_s: float, power: float) -> None:
    """Heave: the ground shakes, rock grinds, stones roll out."""
    time = seconds_of(tape, 1.6)
    jolt = torch.exp(0.8 * drift(tape, "jolt", fastest_hz=12, slope=0.3)[0][: len(time)].clamp(-1.2, 1.2))
    loud = struck(time, decay_s=0.36, attack_s=0.012)
    _noise(tape, target, "quake", shaped(band(62, 1.8), highs(28)), loud * jolt, at_s, 0.50)
    _noise(tape, target, "grind", shaped(band(420, 2.6), highs(90)), loud * jolt.square(), at_s, 0.10)
    for number, (when, size, where, hard) in enumerate(tape.uniform("rock", 26, 4).tolist()):
        piece = strike(
            tape, f"rock/{number}", MATTERS["stone"], size=0.3 + 1.6 * size**2, force=0.3 + 0.6 * hard
        )
        late_s = 0.0 if number == 0 else 1.1 * when**1.3
        tape.place(
            target,
            piece,
            at_s + late_s,
            pan=1.4 * where - 0.7,
            gain=(0.10 + 0.16 * hard) * (1 - 0.6 * when) * (0.5 + power),
        )


def _wind(tape: Tape, target: Tensor, at_s: float, power: float) -> None:
    """Gust: air that sweeps up past the ear, whistling, and is gone."""
    time = seconds_of(tape, 1.4)
    share = (time / 1.4).float()
    gust = torch.sin(3.1416 * share.pow(0.6)).pow(2)
    gust = gust * torch.exp(
        0.45 * drift(tape, "eddies", fastest_hz=9, slope=0.2)[0][: len(time)].clamp(-1.5, 1.5)
    )
    for number, hz in enumerate((260, 480, 900, 1700)):
        when = torch.exp(-0.5 * ((share.pow(0.6) - 0.32 - 0.1 * number) / 0.20).square())
        _noise(tape, target, f"gust/{number}", shaped(band(hz, 1.3), highs(60)), gust * when, at_s, 0.26)
    hz = 620 + 520 * gust.double() + 40 * drift(tape, "howl", fastest_hz=6)[0][: len(time)].double()
    breath = drift(tape, "breath", fastest_hz=30, slope=0.0)[0][: len(time)].abs()
    tape.place(target, sine(turns(tape, hz)) * gust.square() * breath, at_s, gain=0.20)


_SCHOOLS: Final = {
    "arcane": _School(
        chord=(0, 7, 12, 16),
        hz=330,
        tone=0.8,
        rises=0.25,
        rough=0.15,
        glitter=30,
        glitter_hz=3200,
        punch=0.35,
        element=_arcane,
    ),
    "heal": _School(
        chord=(0, 4, 7, 12, 16),
        hz=392,
        tone=0.65,
        rises=0.0,
        rough=0.0,
        glitter=22,
        glitter_hz=1568,
        punch=0.0,
        element=_heal,
        harp=True,
    ),
    "fire": _School(
        chord=(0, 6),
        hz=98,
        tone=0.22,
        rises=0.1,
        rough=0.8,
        glitter=0,
        glitter_hz=2400,
        punch=0.6,
        element=_fire,
    ),
    "ice": _School(
        chord=(0, 7, 11, 18),
        hz=880,
        tone=0.30,
        rises=-0.08,
        rough=0.0,
        glitter=26,
        glitter_hz=5200,
        punch=0.15,
        element=_ice,
    ),
    "lightning": _School(
        chord=(0, 1),
        hz=140,
        tone=0.12,
        rises=0.0,
        rough=1.0,
        glitter=0,
        glitter_hz=5200,
        punch=0.2,
        element=_lightning,
    ),
    "dark": _School(
        chord=(0, 1, 6, 13),
        hz=82,
        tone=0.5,
        rises=-0.25,
        rough=0.5,
        glitter=0,
        glitter_hz=900,
        punch=0.55,
        element=_dark,
    ),
    "water": _School(
        chord=(0, 5, 12),
        hz=260,
        tone=0.3,
        rises=0.2,
        rough=0.0,
        glitter=0,
        glitter_hz=1500,
        punch=0.2,
        element=_water,
    ),
    "earth": _School(
        chord=(0, 7),
        hz=65,
        tone=0.18,
        rises=-0.1,
        rough=0.7,
        glitter=0,
        glitter_hz=900,
        punch=0.8,
        element=_earth,
    ),
    "wind": _School(
        chord=(0, 7, 14),
        hz=440,
        tone=0.10,
        rises=0.3,
        rough=0.0,
        glitter=0,
        glitter_hz=2400,
        punch=0.1,
        element=_wind,
    ),
}


def magic(tape: Tape, voice: Voice) -> Tensor:
    """Power gathers, is let go, and glitters away."""
    school = _SCHOOLS[voice.option("school", "arcane")]
    gather_s = 0.10 + 0.6 * voice["charge"]
    target = tape.zeros()
    _gather(tape, target, school, gather_s)
    _release(tape, target, school, gather_s, voice["power"], voice.pitch)
    school.element(tape, target, gather_s, voice["power"])
    if school.glitter:
        _glitter(tape, target, school, gather_s, voice["power"], voice.pitch)
    return target + 0.22 * reverb(tape, target, "aether", seconds=1.5, dark_hz=5500)


def _gather(tape: Tape, target: Tensor, school: _School, long_s: float) -> None:
    time = seconds_of(tape, long_s)
    share = time / long_s
    air = burst(tape, "gather", long_s, shaped(band(min(6 * school.hz, 4200), 2.5), highs(120)), channels=2)
    tape.place(target, air * share.pow(2.5).float(), 0.0, gain=0.055)
    for number, step in enumerate(school.chord[:2]):
        hz = school.hz * 2 ** (step / 12) * torch.pow(2.0, (share - 1) * (0.7 + 0.5 * number))
        tone = sine(turns(tape, hz)) * share.pow(2).float()
        tape.place(target, tone, 0.0, pan=0.4 - 0.8 * number, gain=0.08 * school.tone)


def _release(tape: Tape, target: Tensor, school: _School, at_s: float, power: float, pitch: float) -> None:
    long_s = 0.7 + 0.9 * power
    time = seconds_of(tape, long_s)
    for number, step in enumerate(school.chord):
        tune = 1 + 0.004 * tape.draw(f"tune/{number}", -1, 1)
        hz = school.hz * pitch * tune * 2 ** (step / 12) * torch.pow(2.0, school.rises * time / long_s)
        growl = 1 + 0.6 * school.rough * sine(time * (31 + 7 * number))
        note = sine(turns(tape, hz) + 0.5 * school.rough * sine(turns(tape, hz * 2.01)).double())
        loud = struck(time - 0.035 * number, decay_s=long_s * 0.26, attack_s=0.004) * _going(len(time))
        gain = 0.24 * school.tone / (1 + 0.25 * number)
        tape.place(target, note * growl * loud, at_s, pan=0.7 * (-1) ** number, gain=gain)
    low = sine(turns(tape, 70 * torch.exp(-time * 6) + 38)) * struck(time, decay_s=0.14, attack_s=0.003)
    tape.place(target, low, at_s, gain=0.5 * school.punch * (0.4 + power))


def _glitter(tape: Tape, target: Tensor, school: _School, at_s: float, power: float, pitch: float) -> None:
    """Strew small bells of the chord high above it: each two tones that beat, as a glass's do."""
    count = round(school.glitter * (0.6 + 0.8 * power))
    draws = tape.uniform("glitter", count, 6)
    chord = torch.tensor(school.chord, dtype=torch.float32)
    if school.harp:
        order = torch.arange(count)
        when = 0.055 * order * (1 + 0.015 * order) + 0.012 * draws[:, 0]
        step = chord[order % (len(chord) - 1)] + 12 * (order // (len(chord) - 1)).clamp(max=2)
        fade = torch.exp(-1.3 * order / count)
    else:
        when = 1.3 * draws[:, 0].pow(1.5)
        step = chord[(draws[:, 1] * len(chord)).long()] + 12 * torch.floor(draws[:, 2] * 2) - 12
        fade = torch.exp(-1.1 * draws[:, 0])
    hz = (school.glitter_hz * 0.5 * pitch * torch.pow(2.0, step / 12)).clamp(max=13_000)
    for ratio, gain, share in ((1.0, 1.0, 1.0), (1.0028, 0.6, 1.0), (2.76, 0.30, 0.35)):
        target += strew(
            tape,
            Happenings(at_s + when, draws[:, 2:]),
            length_s=1.0,
            pitch_hz=(hz * ratio).clamp(max=15_000),
            decay_s=(0.06 + 0.14 * draws[:, 3]) * share,
            gain=0.045 * gain * (0.35 + 0.65 * draws[:, 4]) * fade,
            attack_s=0.0008,
        )
