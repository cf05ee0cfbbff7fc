"""Water: one drop, a plunge. What is heard is air: bubbles that close and ring.

Sources: Minnaert, "On musical air-bubbles" (1933): a bubble of r m rings at 3.26 / r Hz; van den Doel,
"Physically based models for liquid sounds" (2005): it dies by 0.13 / r + 0.0072 r^-1.5 a second and rises as it
nears the surface; Phillips, Agarwal and Jordan, "The sound produced by a dripping tap is driven by resonant
oscillations of an entrapped air bubble" (2018): the drop's blow is all but silent, the bubble closes 10 to 30 ms
later.
"""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import Happenings, strew
from assetgen.backends.procedural.sounds.noise import band, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, held, seconds_of, struck
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice

_MINNAERT = 3.26


def _dying(radius: Tensor) -> Tensor:
    """Return the time constants of bubbles, s."""
    return 1 / (0.13 / radius + 0.0072 * radius.pow(-1.5))


def drop(tape: Tape, voice: Voice) -> Tensor:
    """A drop hits water: a faint tick, and the bubble it leaves, which rings and rises; often a smaller follows."""
    target = tape.zeros()
    for number in range(voice.times(1)):
        at_s = number * tape.draw(f"gap/{number}", 0.34, 0.52)
        own = tape.uniform(f"drop/{number}", 3, 5)
        millimetres = (1.1 + 2.6 * voice["size"]) / voice.pitch * tape.draw(f"radius/{number}", 0.90, 1.11)
        radius = torch.tensor([1.0, 0.62 + 0.14 * float(own[0, 1]), 0.40]) * (millimetres / 1000)
        closes = 0.009 + 0.012 * voice["size"] + 0.004 * float(own[0, 0])
        late = torch.tensor([0.0, 0.030 + 0.035 * float(own[1, 0]), 0.10 + 0.05 * float(own[2, 0])])
        second = 0.40 if float(own[1, 1]) < 0.75 else 0.0
        gain = torch.tensor([0.75, second, 0.16 if float(own[2, 1]) < 0.5 else 0.0])
        target += strew(
            tape,
            Happenings(at_s + closes + late, own[:, 1:] * 0.2 + 0.4),
            length_s=0.4,
            pitch_hz=_MINNAERT / radius,
            decay_s=1.6 * _dying(radius),
            gain=gain,
            attack_s=0.0011,
            glide=torch.tensor([0.10, 0.30, 0.40]) + 0.12 * own[:, 3],
        )
        time = seconds_of(tape, 0.02)
        tick = burst(tape, f"tick/{number}", 0.02, shaped(band(5200, 2.4)))[0]
        tape.place(target, tick * struck(time, decay_s=0.0016, attack_s=0.0001), at_s, gain=0.045)
    return target + 0.20 * reverb(tape, target, "room", seconds=0.35 + 1.7 * voice["room"], dark_hz=4000)


def splash(tape: Tape, voice: Voice) -> Tensor:
    """Something falls in: the slap, the hole that closes with a gulp, and what was thrown up falls back."""
    size = voice["size"]
    target = tape.zeros()
    slap = burst(tape, "slap", 0.6, shaped(band(760 - 420 * size, 3.4), highs(70)), channels=2)
    time = seconds_of(tape, 0.6)
    tape.place(target, slap * struck(time, decay_s=0.035 + 0.06 * size, attack_s=0.0025), 0.0, gain=0.42)
    body = torch.sin(6.2832 * (58 * time + 0.8 * (1 - torch.exp(-time * 40)))).float()
    tape.place(target, body * struck(time, decay_s=0.05, attack_s=0.003), 0.0, gain=0.22 * size)
    gulp_s = 0.09 + 0.17 * size
    _gulp(tape, target, gulp_s, size)
    _thrown(tape, target, size, gulp_s)
    spray_s = 0.9 + 0.9 * size
    sheet = burst(tape, "sheet", spray_s, shaped(highs(1300), lows(6500, 1.0)), channels=2)
    falls = held(seconds_of(tape, spray_s), rise_s=0.05, hold_s=0.06 + 0.1 * size, fall_s=spray_s - 0.25).pow(
        2.4
    )
    tape.place(target, sheet * falls, 0.004, gain=0.045 * (0.6 + size))
    return target + 0.08 * reverb(tape, target, "shore", seconds=0.8, dark_hz=3500)


def _gulp(tape: Tape, target: Tensor, at_s: float, size: float) -> None:
    """Close the hole: one great bubble and some that tear off it, low and rising."""
    draws = tape.uniform("gulp", 9, 6)
    radius = 0.006 * (0.5 + 2.2 * size) * torch.where(torch.arange(9) == 0, 1.6, 0.35 + 0.7 * draws[:, 0])
    late = torch.where(torch.arange(9) == 0, 0.0, 0.02 + 0.16 * draws[:, 1])
    gain = torch.where(torch.arange(9) == 0, 0.42, 0.06 + 0.16 * draws[:, 3])
    target += strew(
        tape,
        Happenings(at_s + late, 0.35 + 0.3 * draws[:, 2:]),
        length_s=0.5,
        pitch_hz=_MINNAERT / radius,
        decay_s=(1.2 * _dying(radius)).clamp(max=0.09),
        gain=gain * (0.4 + 0.8 * size),
        attack_s=0.006,
        glide=0.35 + 0.4 * draws[:, 2],
    )


def _thrown(tape: Tape, target: Tensor, size: float, gulp_s: float) -> None:
    """Let drops that were thrown up fall back: hundreds of bubbles, dense at first, the last ones one by one."""
    count = 150 + round(320 * size)
    draws = tape.uniform("drops", count, 6)
    fallen = (0.16 + 0.5 * size) + (0.22 + 0.22 * size) * (-(draws[:, 0] * 0.985 + 0.01).log() - 0.7)
    torn = 0.02 + gulp_s * draws[:, 0]
    late = torch.where(draws[:, 1] < 0.35, torn, fallen.clamp(min=0.03))
    # Small bubbles are many: numbers fall with the radius.
    radius = 0.0004 * 14.0 ** draws[:, 2].pow(1.8)
    target += strew(
        tape,
        Happenings(late, draws[:, 2:]),
        length_s=0.06,
        pitch_hz=(_MINNAERT / radius).clamp(max=9000),
        decay_s=_dying(radius),
        gain=(0.05 + 0.22 * draws[:, 3].pow(3)) * (radius / 0.0015).pow(0.7) * (0.6 + 0.5 * size),
        attack_s=0.0007,
        glide=0.05 + 0.45 * draws[:, 4].square(),
    )
