"""What struck things sound like: a body rings in its own modes, its matter says for how long, the blow which of them.

Sources: van den Doel and Pai, "The sounds of physical shapes" (1998), for a blow as a sum of modes; Wildes and
Richards, "Recovering material properties from sound" (1988) and Klatzky, Pai and Krotkov, "Perception of material
from contact sounds" (2000): what tells matters apart is internal friction, by which a mode of f Hz dies with 1 /
tau = pi f tan(phi); Chaigne and Doutaut, "Numerical simulations of xylophones" (1997), for the force of a mallet:
half a sine, shorter the harder both are and, after Hertz, the faster they meet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, seconds_of, struck
from assetgen.backends.procedural.sounds.tape import Tape

_TURN: Final = 2 * math.pi
_HIGHEST_HZ: Final = 15_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A matter, in the shape in which things of it mostly come, as the ear knows it.

    Args:
        hz: lowest mode of a thing as large as two fists; twice the size sounds an octave lower.
        shape: bar, plate, shell or lump: how its modes lie.
        count: how many of them ring.
        loss: internal friction, tan(phi): 0.001 steel to 0.1 rubber.
        drag: 1/s, what every mode loses besides: to the air, the hand, the ground.
        bright: gain falls with the ratio of a mode to this power; below 0 it rises: small bodies radiate lows badly.
        contact_s: how long a firm blow lasts.
        grit: share of the scratch of rough faces at the contact.
        thud: share of what it falls on.
        bounce: share of its speed that it keeps.
    """

    hz: float
    shape: str
    count: int
    loss: float
    drag: float
    bright: float
    contact_s: float
    grit: float
    thud: float
    bounce: float


MATTERS: Final[dict[str, Matter]] = {
    "wood": Matter(
        hz=330,
        shape="bar",
        count=16,
        loss=0.02,
        drag=14,
        bright=-0.1,
        contact_s=0.00045,
        grit=0.3,
        thud=0.25,
        bounce=0.45,
    ),
    "crate": Matter(
        hz=165,
        shape="plate",
        count=40,
        loss=0.026,
        drag=15,
        bright=-0.1,
        contact_s=0.0006,
        grit=0.22,
        thud=0.25,
        bounce=0.35,
    ),
    "metal": Matter(
        hz=410,
        shape="plate",
        count=34,
        loss=0.0011,
        drag=2.6,
        bright=-0.35,
        contact_s=0.00011,
        grit=0.22,
        thud=0.1,
        bounce=0.55,
    ),
    "blade": Matter(
        hz=620,
        shape="bar",
        count=26,
        loss=0.0008,
        drag=4.0,
        bright=-0.45,
        contact_s=0.00010,
        grit=0.45,
        thud=0.02,
        bounce=0.4,
    ),
    "steel": Matter(
        hz=700,
        shape="lump",
        count=18,
        loss=0.004,
        drag=36,
        bright=0.05,
        contact_s=0.00018,
        grit=0.35,
        thud=0.12,
        bounce=0.40,
    ),
    "sheet": Matter(
        hz=74,
        shape="plate",
        count=80,
        loss=0.0016,
        drag=3.2,
        bright=-0.35,
        contact_s=0.0003,
        grit=0.18,
        thud=0.15,
        bounce=0.45,
    ),
    "glass": Matter(
        hz=1150,
        shape="shell",
        count=16,
        loss=0.0022,
        drag=6.5,
        bright=-0.25,
        contact_s=9e-05,
        grit=0.14,
        thud=0.06,
        bounce=0.55,
    ),
    "ceramic": Matter(
        hz=900,
        shape="shell",
        count=16,
        loss=0.0055,
        drag=13,
        bright=-0.15,
        contact_s=0.00015,
        grit=0.2,
        thud=0.1,
        bounce=0.45,
    ),
    "stone": Matter(
        hz=780,
        shape="lump",
        count=24,
        loss=0.015,
        drag=50,
        bright=-0.2,
        contact_s=0.0002,
        grit=0.6,
        thud=0.42,
        bounce=0.35,
    ),
    "plastic": Matter(
        hz=480,
        shape="plate",
        count=20,
        loss=0.042,
        drag=26,
        bright=0.0,
        contact_s=0.0004,
        grit=0.2,
        thud=0.12,
        bounce=0.6,
    ),
    "flesh": Matter(
        hz=95,
        shape="lump",
        count=10,
        loss=0.13,
        drag=28,
        bright=0.35,
        contact_s=0.002,
        grit=0.45,
        thud=0.45,
        bounce=0.0,
    ),
    "cloth": Matter(
        hz=110,
        shape="lump",
        count=8,
        loss=0.2,
        drag=55,
        bright=0.3,
        contact_s=0.003,
        grit=0.8,
        thud=0.22,
        bounce=0.0,
    ),
}
"""What things are made of; "steel" is a solid part, of a lock or a gun, that others hold.

Ranges of loss after Klatzky and others, and tables of engineers: steel 0.0005 to 0.002, glass 0.001 to 0.005, wood
0.01 to 0.04, plastic 0.03 to 0.1.
"""


def ratios(tape: Tape, shape: str, count: int) -> Tensor:
    """Return how the modes of a body lie against the lowest, (count,) rising from 1; which body, `tape` says.

    A bar bends as Euler and Bernoulli have it and, half as strongly, twists; a plate is a held rectangle of any
    proportion; a shell is a bottle or cup, whose circle bends in 2, 3, 4 ... waves, every one split in two; the modes
    of a lump lie without any order, denser the higher.
    """
    if shape == "bar":
        bends = torch.tensor([1.0, 2.756, 5.404, 8.933, 13.34, 18.64, 24.81, 31.87, 39.81, 48.62])
        twists = (2.1 + tape.draw("twist", 0, 0.9)) * torch.arange(1, 17)
        found = torch.cat([bends, twists])
    elif shape == "plate":
        long = tape.draw("proportion", 1.15, 1.75)
        waves = torch.arange(1, 17, dtype=torch.float32).square()
        found = (waves[:, None] + waves[None] * long * long).flatten() / (1 + long * long)
    elif shape == "shell":
        waves = torch.arange(2, 3 + count // 2, dtype=torch.float32)
        ring = waves * (waves.square() - 1) / (waves.square() + 1).sqrt() / 2.683
        split = 1.01 + 0.09 * tape.uniform("split", len(ring))[:, 0]
        found = torch.cat([ring.pow(0.82), ring.pow(0.82) * split])
    else:
        found = (1 + 1.15 * tape.uniform("lump", count)[:, 0].cumsum(0)).pow(1.08)
        found = torch.cat([torch.ones(1), found])
    return found.sort().values[:count]


def rung(
    tape: Tape,
    hz: Tensor,
    decay_s: Tensor,
    gain: Tensor,
    *,
    attack_s: float = 0.0002,
    longest_s: float = 5.0,
) -> Tensor:
    """Return the sum of decaying tones that begin together at 0, (M,); each is drawn only while it is heard.

    Args:
        tape: the tape.
        hz: (count,) frequencies; those out of hearing are left out.
        decay_s: (count,) time constants.
        gain: (count,) gains; the sign is that of its first half wave.
        attack_s: time constant of the rise.
        longest_s: what rings on is faded out over the last third of that.
    """
    whole_s = float(decay_s.max()) * 7
    length = tape.frames_of(min(whole_s, longest_s))
    time = torch.arange(length, dtype=torch.float64) / tape.rate_hz
    made = torch.zeros(length)
    for tone_hz, tau, level in zip(hz.tolist(), decay_s.tolist(), gain.tolist(), strict=True):
        if 20 < tone_hz < min(_HIGHEST_HZ, 0.45 * tape.rate_hz):
            count = min(tape.frames_of(7 * tau), length)
            wave = torch.sin((time[:count] * tone_hz).remainder(1.0).float() * _TURN)
            made[:count] += level * wave * torch.exp(time[:count].float() * (-1 / tau))
    if whole_s > longest_s:
        made *= (3 * (1 - torch.arange(length) / length)).clamp(max=1).square()
    return made * (1 - torch.exp(time.float() * (-1 / attack_s)))


def pushed(hz: Tensor, contact_s: float) -> Tensor:
    """Return how strongly half a sine of force that lasts `contact_s` moves modes, 1 for the lowest.

    That is its spectrum, but for the zeros between its lobes: no real contact is so even.
    """
    turns = 2 * hz * contact_s
    wave = torch.cos(math.pi * turns / 2).abs().clamp(min=0.3)
    return torch.where(
        (turns - 1).abs() < 0.25, math.pi / 4, wave / (1 - turns.square()).abs().clamp(min=0.4)
    )


def strike(
    tape: Tape, name: str, matter: Matter, *, size: float, force: float, body: str = "", damp: float = 0.0
) -> Tensor:
    """Return one blow on a body, (M,), peak 0.35 to 1.

    Args:
        tape: the tape.
        name: of the blow: no two fall on the same spot.
        matter: of the body.
        size: how large it is against two fists.
        force: 0 a tap to 1 as hard as can be: harder blows are brighter.
        body: of the body: blows on one share its modes, in every take.
        damp: 1/s, what a hand, a shoe or a frame takes besides.
    """
    same = tape.same
    own = same.stream(f"body/{body or name}")
    lie = ratios(Tape(tape.frames, tape.rate_hz, own), matter.shape, matter.count)
    odd = same.uniform(f"body/{body or name}", len(lie), 2)
    hz = matter.hz / size * lie * (1 + 0.03 * (odd[:, 0] - 0.5)) * (0.94 + 0.12 * float(odd[0, 1]))
    decay_s = (0.75 + 0.5 * odd[:, 1]) / (matter.drag / size**0.4 + damp + math.pi * hz * matter.loss)
    spot = tape.uniform(f"{name}/spot", len(lie), 2)
    contact_s = matter.contact_s * size**0.3 * (0.1 + 0.9 * force) ** -0.45
    # The two halves of a shell's mode set out together; elsewhere a blow pushes as many one way as the other.
    sign = torch.where((spot[:, 1] < 0.5) & (matter.shape != "shell"), -1.0, 1.0)
    sign[0] = 1.0
    gain = sign * (0.15 + 0.85 * spot[:, 0]) * pushed(hz, contact_s) * lie.pow(-matter.bright)
    ring = rung(tape, hz, decay_s, gain, attack_s=contact_s / 2)
    made = torch.zeros(max(len(ring), tape.frames_of(0.16)))
    made[: len(ring)] = ring / ring.abs().max().clamp(min=1e-6)
    scratch = _scratch(tape, f"{name}/grit", contact_s)
    made[: len(scratch)] += matter.grit * scratch[: len(made)]
    time = seconds_of(tape, 0.16)
    ground = torch.sin(time * (_TURN * max(84 / size**0.3, 45)) * (1 + 0.35 * torch.exp(-time * 60))).float()
    made[: len(time)] += (
        matter.thud * ground * struck(time, decay_s=0.015 * min(size, 3) ** 0.4, attack_s=0.0015)
    )
    return made * ((0.35 + 0.65 * force) / made.abs().max().clamp(min=1e-6))


def _scratch(tape: Tape, name: str, contact_s: float) -> Tensor:
    """Return the noise of two rough faces that meet, (M,), peak 1: many small contacts within the great one."""
    long_s = 0.004 + 8 * contact_s
    high_hz = min(max(1.1 / contact_s, 700.0), 9000.0)
    made = burst(tape, name, long_s, shaped(highs(0.22 * high_hz, 1.0), lows(high_hz)))[0]
    made = made * struck(
        seconds_of(tape, long_s), decay_s=0.0011 + 1.6 * contact_s, attack_s=0.1 * contact_s + 2e-5
    )
    return made / made.abs().max().clamp(min=1e-6)


def bounces(matter: Matter, *, force: float, gap_s: float, most: int) -> list[tuple[float, float]]:
    """Return when a thing that falls meets the ground and how hard, (seconds, force) from the first on.

    Each flight lasts, and each blow is, the share `bounce` of the one before.
    """
    found, at_s = [(0.0, force)], 0.0
    for _ in range(most):
        force *= matter.bounce
        at_s, gap_s = at_s + gap_s, gap_s * matter.bounce
        if force < 0.03 or gap_s < 0.004:
            break
        found.append((at_s, force))
    return found
