"""Rain: drops all over a plane; most are so far off that they melt into a hiss, a few so near that each is heard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.showers import bubble, grit, over_a_plane, ring, shower, together
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice

_SIZES, _EACH = 7, 5


@dataclass(frozen=True, slots=True)
class _Ground:
    """How what rain falls on answers.

    Args:
        tick_hz: where the knock of a small drop lies; that of a large one lies lower.
        tick_s: how fast the knock dies.
        tones: (frequency in Hz under a large drop, decay in s, gain) of what is set ringing.
        bubbles: how many drops of ten shut a bubble in.
        near: how loud near drops are against the hiss.
        dull_hz: where the hiss of the far ones ends.
        drips: places from which collected water drips.
        body_hz: where the struck thing hums as a whole.
        body: how loud that is.
    """

    tick_hz: float
    tick_s: float
    tones: tuple[tuple[float, float, float], ...] = ()
    bubbles: int = 0
    near: float = 1.0
    dull_hz: float = 9000.0
    drips: int = 0
    body_hz: float = 500.0
    body: float = 0.0


_SHEET: Final = ((430.0, 0.040, 0.55), (1010.0, 0.028, 0.5), (1740.0, 0.020, 0.4), (2890.0, 0.012, 0.3))
_GROUNDS: Final = {
    "ground": _Ground(5200, 0.0011, bubbles=1, near=1.5, dull_hz=8000),
    "leaves": _Ground(
        2700, 0.0030, ((820, 0.006, 0.5),), near=1.1, dull_hz=4600, drips=5, body_hz=1300, body=0.5
    ),
    "roof": _Ground(4200, 0.0008, _SHEET, near=0.62, dull_hz=5200, drips=3, body_hz=520, body=0.5),
    "window": _Ground(
        3600,
        0.0009,
        ((620, 0.012, 0.6), (2400, 0.004, 0.7)),
        near=0.9,
        dull_hz=3000,
        drips=2,
        body_hz=640,
        body=0.3,
    ),
    "puddle": _Ground(5600, 0.0008, bubbles=7, near=1.0, dull_hz=8500),
    "tent": _Ground(
        1900, 0.0014, ((190, 0.016, 1.1), (310, 0.010, 0.7)), near=1.5, dull_hz=2400, body_hz=240, body=1.0
    ),
}


def rain(tape: Tape, voice: Voice) -> Tensor:
    """Thousands of drops a second, as loud as they are near; squalls drive them, eaves and leaves drip."""
    ground = _GROUNDS[voice.option("ground", "ground")]
    heavy = voice["heaviness"]
    gusts = swell(drift(tape, "gusts", fastest_hz=0.5, slope=0.9), sharp=2.0)
    squall = 1 + 1.1 * voice["gusts"] * (gusts - 0.5)

    curtain = noise(
        tape, "curtain", shaped(highs(750, 0.9), lows(ground.dull_hz, 1.1), band(3000, 6)), width=0.9
    )
    wash = noise(tape, "wash", shaped(highs(150, 1.0), lows(700 + 500 * heavy, 1.1)), width=0.8)
    far = curtain * squall.pow(1.3) * (0.03 + 0.11 * heavy) + wash * squall.square() * (
        0.01 + 0.06 * heavy * heavy
    )
    if ground.body:
        hum = noise(tape, "body", band(ground.body_hz, 1.4), width=0.6)
        patter = swell(drift(tape, "patter", fastest_hz=30, slope=0.1, channels=2, slowest_hz=4), sharp=3.0)
        far = far + hum * squall * patter * ((0.02 + 0.10 * heavy) * ground.body)
    made = far + _drops(tape, ground, heavy, voice["near"]) * (0.35 + 0.65 * squall)
    if ground.drips:
        made = made + _drips(tape, ground)
    return made + 0.12 * reverb(tape, colored(tape, made, highs(300)), "around", seconds=0.6, dark_hz=3500)


def _drops(tape: Tape, ground: _Ground, heavy: float, near: float) -> Tensor:
    """Return the shower: small drops many, large ones few, near ones loud and clear, far ones soft and dull."""
    count = round((450 + 4200 * heavy**1.5) * tape.seconds)
    draws = tape.uniform("drops", count, 4)
    loud = over_a_plane(draws[:, 1], nearest=9 + 26 * near)
    size = draws[:, 2].pow(2.2)
    one = (size * (_SIZES - 0.01)).long()
    variant = (draws[:, 2] * 9973).remainder(_EACH).long()
    clear = [_drop(tape, ground, number, take) for number in range(_SIZES) for take in range(_EACH)]
    # Bubbles of far drops would all ring at the pitches of a few; they drown in the hiss.
    still = replace(ground, bubbles=0)
    dull = [_muffled(tape, _drop(tape, still, number, 0)) for number in range(_SIZES)]
    return shower(
        tape,
        [*clear, *dull],
        at_s=draws[:, 0] * tape.seconds,
        gain=loud * (0.25 + 1.5 * size) * (0.026 * ground.near),
        which=torch.where(loud < 4, len(clear) + one, one * _EACH + variant),
        side=draws[:, 3],
    )


def _drop(tape: Tape, ground: _Ground, number: int, take: int) -> Tensor:
    """Return what one size of drop does: a knock, what it sets ringing, sometimes a bubble, and a little spray."""
    large = number / (_SIZES - 1)
    name = f"drop/{number}/{take}"
    tuned = 2 ** tape.draw(f"{name}/tuned", -0.35, 0.35)
    tick_hz = ground.tick_hz * tuned * 2 ** (0.7 - 1.3 * large)
    tick = grit(tape, name, band(tick_hz, 2.2), decay_s=ground.tick_s * (0.7 + 1.2 * large))
    spray = grit(tape, f"{name}/spray", highs(3500), decay_s=0.004 + 0.006 * large, attack_s=0.004)
    parts = [(1.0, tick), (0.10 + 0.12 * large, spray)]
    for hz, decay_s, gain in ground.tones:
        # Where it falls decides how much of each of its tones is set ringing.
        struck = gain * tape.draw(f"{name}/{hz}", 0.3, 1.0)
        tone = ring(tape, hz * tuned * 2 ** (0.9 * (1 - large)), decay_s=decay_s * (0.4 + 0.6 * large))
        parts.append((struck, tone))
    if ground.bubbles and 10 * tape.draw(f"{name}/shut", 0, 1) < ground.bubbles + 2 * large:
        radius_mm = (0.6 + 1.6 * large) * 2 ** tape.draw(f"{name}/radius", -0.2, 0.9)
        late_s = 0.006 + 0.012 * large
        parts.append((0.9, bubble(tape, radius_mm, rise=0.12, late_s=late_s)))
    return together(*parts)


def _muffled(tape: Tape, kernel: Tensor) -> Tensor:
    """Return a drop as it arrives from farther off."""
    quiet = torch.nn.functional.pad(kernel, (0, tape.frames_of(0.004)))
    size = len(quiet)
    hz = torch.arange(size // 2 + 1, dtype=torch.float64) * (tape.rate_hz / size)
    return torch.fft.irfft(torch.fft.rfft(quiet) * lows(3800, 1.0)(hz.clamp(min=1.0)).float(), size)


def _drips(tape: Tape, ground: _Ground) -> Tensor:
    """Return collected water that falls from a few places, each at nearly its own pace."""
    times, sides, gains, places, kernels = [], [], [], [], []
    for number in range(ground.drips):
        pace, side, loud = tape.uniform(f"drip/{number}", 1, 3)[0].tolist()
        fallen = happenings(tape, f"drip/{number}/fallen", 0.5 + 1.8 * pace, even=0.8)
        times.append(fallen.at_s)
        sides.append(torch.full((len(fallen),), side))
        gains.append((0.5 + 0.5 * fallen.own[:, 0]) * (0.35 + 0.5 * loud))
        places.append(torch.full((len(fallen),), number))
        splash = bubble(tape, 1.2 * 4**loud, rise=0.15, late_s=0.018)
        kernels.append(together((1.0, _drop(tape, ground, _SIZES - 1, number % _EACH)), (0.5, splash)))
    return shower(
        tape,
        kernels,
        at_s=torch.cat(times),
        gain=torch.cat(gains),
        which=torch.cat(places),
        side=torch.cat(sides),
    )
