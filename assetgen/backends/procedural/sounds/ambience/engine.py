"""Machines that run on: a ship's drive, a reactor, a ventilator: harmonics that beat, pulses, moved air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.showers import clusters, grit, ring, shower, together
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import buzz, steady, turns_of, vowels
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Machine:
    """What runs.

    Args:
        hz: its lowest tone.
        ratios: what its shafts turn at against that; nearly equal ones beat.
        bright: how rich their tone is.
        wander: how much their speed wanders, as a share.
        body: (frequency, width, gain) of what its housing rings at.
        air: how much air it moves.
        air_hz: where that sounds.
        throb_hz: how often it swells, 0 not at all.
        throb: how deep.
        whine_hz: of its gears or coils, 0 for none.
        rumble: how much the floor shakes.
    """

    hz: float
    ratios: tuple[float, ...]
    bright: float
    body: tuple[tuple[float, float, float], ...]
    wander: float = 0.0015
    air: float = 0.3
    air_hz: float = 500.0
    throb_hz: float = 0.0
    throb: float = 0.0
    whine_hz: float = 0.0
    rumble: float = 0.05


_MACHINES: Final = {
    "spaceship": _Machine(
        hz=54, ratios=(1.0, 1.0043, 1.502, 2.007), bright=0.80,
        body=((150, 70, 1.0), (320, 120, 0.9), (690, 240, 0.6)),
        air=0.35, air_hz=520, throb_hz=0.8, throb=0.35, whine_hz=810, rumble=0.10,
    ),
    "reactor": _Machine(
        hz=100, ratios=(1.0, 1.0, 1.003), bright=0.88,
        body=((200, 60, 1.0), (400, 90, 0.9), (900, 200, 0.5), (1900, 400, 0.3)),
        wander=0.0002, air=0.14, air_hz=800, throb_hz=1.6, throb=0.55, whine_hz=1480, rumble=0.05,
    ),
    "ventilation": _Machine(
        hz=96, ratios=(1.0, 1.012), bright=0.55,
        body=((190, 60, 1.0), (385, 90, 0.5)),
        wander=0.004, air=1.1, air_hz=560, throb_hz=2.7, throb=0.22, rumble=0.05,
    ),
    "diesel": _Machine(
        hz=24, ratios=(1.0, 0.5), bright=0.90,
        body=((95, 40, 1.0), (190, 70, 0.9), (520, 200, 0.5), (1300, 500, 0.3)),
        wander=0.004, air=0.15, air_hz=300, rumble=0.04,
    ),
    "servers": _Machine(
        hz=118, ratios=(1.0, 1.021, 1.983, 2.43), bright=0.62,
        body=((240, 60, 0.8), (480, 100, 0.6), (1400, 500, 0.4)),
        wander=0.0008, air=0.55, air_hz=1400, whine_hz=2900, rumble=0.02,
    ),
    "drone": _Machine(
        hz=150, ratios=(1.0, 1.017, 0.978, 1.046), bright=0.86,
        body=((300, 120, 0.8), (900, 400, 1.4), (2600, 1200, 1.6)),
        wander=0.012, air=0.7, air_hz=2600, rumble=0.0,
    ),
}  # fmt: skip


def engine(tape: Tape, voice: Voice) -> Tensor:
    """Shafts nearly in tune beat against each other through the housing; load makes them brighter, with more air."""
    chosen = voice.option("machine", "spaceship")
    machine = _MACHINES[chosen]
    load = voice["load"]
    base = machine.hz * 2.0 ** (voice["pitch"] - 0.5)
    made = tape.zeros()
    for number, ratio in enumerate(machine.ratios):
        made = made + _shaft(tape, f"shaft/{number}", machine, base * ratio, load) / (1 + 0.35 * number)
    made = 0.35 * made + vowels(tape, made, machine.body)
    if machine.throb_hz:
        beat = 0.5 + 0.5 * steady(tape, machine.throb_hz, phase=tape.draw("throb/phase", 0, 1))
        uneven = 1 + 0.35 * torch.tanh(drift(tape, "throb/uneven", fastest_hz=0.5)[0])
        made = made * (1 - machine.throb + 1.6 * machine.throb * beat.pow(1.5) * uneven)
    if chosen == "diesel":
        made = 0.5 * made + _strokes(tape, base, load)
    if chosen == "servers":
        made = made + _seeks(tape)
    if chosen in ("ventilation", "spaceship"):
        made = made + _creaks(tape, 0.6 if chosen == "ventilation" else 0.3)
    air = noise(tape, "air", shaped(band(machine.air_hz, 3.2), highs(90), lows(6500, 1.0)), width=0.8)
    flow = swell(drift(tape, "flow", fastest_hz=2.4, slope=0.5, channels=2), sharp=2.0)
    blades = 1 + 0.30 * steady(tape, base * 0.125)
    made = made + air * blades * machine.air * (0.10 + 0.16 * load) * (0.55 + 0.9 * flow)
    if machine.whine_hz:
        tremble = 1 + 0.0012 * drift(tape, "whine", fastest_hz=3.0, slope=0.4)[0]
        angle = turns_of(tape, machine.whine_hz * 2.0 ** (voice["pitch"] - 0.5) * tremble).remainder(1.0)
        whine = torch.sin(angle * (2 * torch.pi)).float()
        sway = swell(drift(tape, "whine/sway", fastest_hz=0.3, channels=2), sharp=2.0)
        made = made + whine * sway * (0.012 + 0.020 * load)
    if machine.rumble:
        rumble = noise(tape, "rumble", shaped(band(48, 1.6), highs(28)), width=0.3)
        made = made + rumble * machine.rumble * (0.4 + load)
    return made + 0.16 * reverb(tape, made, "hull", seconds=0.9, dark_hz=1800)


def _shaft(tape: Tape, name: str, machine: _Machine, hz: float, load: float) -> Tensor:
    """Return one shaft, (2, N): its speed wanders, and its tone opens and closes."""
    wander = 1 + machine.wander * drift(tape, name, fastest_hz=0.7, slope=0.6)[0]
    turns = turns_of(tape, hz * wander)
    bright = min(machine.bright * (0.80 + 0.25 * load), 0.93)
    full = buzz(turns, bright=bright)
    plain = buzz(turns, bright=0.5 * bright)
    opens = swell(drift(tape, f"{name}/opens", fastest_hz=0.4, slope=0.6)[0], sharp=2.5)
    side = 0.5 + 0.45 * (tape.draw(f"{name}/side", 0, 2) - 1)
    sides = torch.tensor([[(1 - side) ** 0.5], [side**0.5]])
    return (plain + (full - plain) * (0.25 + 0.75 * opens)) * sides


def _strokes(tape: Tape, base: float, load: float) -> Tensor:
    """Return the firing of four cylinders, no two alike and none quite on time, (2, N)."""
    cycles = max(round(tape.seconds * base / 4), 1)
    order = torch.arange(4 * cycles)
    draws = tape.uniform("strokes", len(order), 3)
    at_s = (order + 0.09 * (draws[:, 0] - 0.5)) * (tape.seconds / len(order))
    kernels = []
    for cylinder in range(4):
        tuned = 2 ** tape.draw(f"cylinder/{cylinder}", -0.25, 0.25)
        knock = grit(tape, f"cylinder/{cylinder}/knock", band(1700 * tuned, 2.2), decay_s=0.0035)
        valve = grit(
            tape, f"cylinder/{cylinder}/valve", band(4200 * tuned, 1.4), decay_s=0.0016, attack_s=0.001
        )
        kernels.append(
            together(
                (1.0, ring(tape, 82 * tuned, decay_s=0.022)),
                (0.7, ring(tape, 165 * tuned, decay_s=0.014)),
                (0.9 + 1.1 * load, knock),
                (0.45, valve),
            )
        )
    uneven = torch.tensor([1.0, 0.74, 0.92, 0.62])[order % 4]
    return shower(
        tape,
        kernels,
        at_s=at_s,
        gain=uneven * (0.75 + 0.35 * draws[:, 1]) * 0.42,
        which=order % 4,
        side=0.42 + 0.16 * (order % 2).float(),
    )


def _seeks(tape: Tape) -> Tensor:
    """Return disks that seek: trains of small ticks."""
    begun = happenings(tape, "seeks", 0.9)
    counts = 3 + (begun.own[:, 0] * 16).long()
    later_s, whose = clusters(tape, "seeks/ticks", begun.at_s, counts, first_s=0.02, last_s=0.7)
    kernels = [grit(tape, f"tick/{take}", band(2600 * 1.4**take, 1.2), decay_s=0.0012) for take in range(3)]
    return shower(
        tape,
        kernels,
        at_s=later_s,
        gain=0.05 + 0.10 * begun.own[whose, 1],
        which=(begun.own[whose, 2] * 3).long(),
        side=begun.own[whose, 3],
    )


def _creaks(tape: Tape, rate: float) -> Tensor:
    """Return ducts and plates that tick as they warm and cool, far off and rarely."""
    heard = happenings(tape, "creaks", rate)
    kernels = []
    for take in range(4):
        hz = 420 * 1.55**take
        plate = together((0.6, ring(tape, hz, decay_s=0.05)), (0.4, ring(tape, 2.76 * hz, decay_s=0.02)))
        kernels.append(
            together((1.0, plate), (0.5, grit(tape, f"creak/{take}", band(2600, 2.0), decay_s=0.002)))
        )
    made = shower(
        tape,
        kernels,
        at_s=heard.at_s,
        gain=0.03 + 0.14 * heard.own[:, 0].pow(3),
        which=(heard.own[:, 1] * 4).long(),
        side=heard.own[:, 3],
    )
    return 0.5 * made + 0.9 * reverb(tape, made, "creaks/duct", seconds=1.8, dark_hz=2500)
