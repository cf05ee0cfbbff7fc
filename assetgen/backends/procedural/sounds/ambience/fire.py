"""Fire: flames that lap and flutter, gas that hisses in bursts, and wood that snaps in trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.showers import clusters, grit, over_a_plane, ring, shower, together
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice

_SIZES, _EACH = 6, 4


@dataclass(frozen=True, slots=True)
class _Place:
    """Where it burns.

    Args:
        share: how much the place answers.
        echo_s: for how long.
        draft: how much it roars.
        body_hz: where the flames sound.
        wide_m: how wide its foot is, which says how often it laps.
        wood: how much there is to snap.
        gas: how much it hisses.
    """

    share: float
    echo_s: float
    draft: float
    body_hz: float
    wide_m: float
    wood: float
    gas: float


_PLACES: Final = {
    "camp": _Place(0.06, 0.5, 0.8, 260, 0.35, 1.0, 1.0),
    "hearth": _Place(0.30, 0.9, 1.0, 190, 0.22, 0.8, 0.8),
    "furnace": _Place(0.45, 1.4, 3.4, 130, 0.50, 0.35, 0.7),
    "torch": _Place(0.04, 0.4, 0.9, 420, 0.05, 0.3, 1.6),
}


def fire(tape: Tape, voice: Voice) -> Tensor:
    """A fire laps the more slowly the wider it is; snaps have all sizes, the larger the rarer, and come in trains.

    Source: Cetegen and Ahmed, "Experiments on the periodic instability of buoyant plumes and pool fires" (1993): a
    fire D metres wide puffs 1.5 / sqrt(D) times a second.
    """
    place = _PLACES[voice.option("place", "camp")]
    size = voice["size"]
    breath = swell(drift(tape, "breath", fastest_hz=0.8, slope=0.8), sharp=2.2)
    puff_hz = 1.5 / (place.wide_m * (0.5 + size)) ** 0.5
    puff = drift(tape, "puff", fastest_hz=1.5 * puff_hz, slope=0.0, channels=2, slowest_hz=0.65 * puff_hz)
    lap = 0.25 + 0.75 * swell(puff, sharp=2.2)
    flutter = swell(drift(tape, "flutter", fastest_hz=17, slope=0.2, channels=2, slowest_hz=6.0), sharp=2.6)
    loud = (0.35 + 0.65 * breath) * place.draft * (0.10 + 0.28 * size)
    roar = noise(tape, "roar", shaped(band(place.body_hz * 0.42, 2.0), highs(34)), width=0.45)
    body = noise(tape, "body", shaped(band(place.body_hz, 2.4), highs(60)), width=0.7)
    tips = noise(tape, "tips", shaped(band(place.body_hz * 4, 2.6), lows(5000)), width=0.85)
    made = roar * loud * (0.25 + 0.9 * lap) + body * loud * (0.10 + lap * (0.5 + 0.9 * flutter))
    made = made + tips * loud * lap * flutter.square() * 0.45
    gas = swell(drift(tape, "gas", fastest_hz=1.6, slope=0.4, channels=2), sharp=2.6).pow(4)
    hiss = noise(tape, "hiss", shaped(highs(2600, 1.2), lows(9500, 1.2)), width=0.9)
    made = made + hiss * (0.006 + 0.060 * gas) * ((0.4 + size) * place.gas)
    made = made + _snaps(tape, voice["crackle"], place.wood, breath)
    return made + place.share * reverb(tape, made, "place", seconds=place.echo_s, dark_hz=3000)


def _snaps(tape: Tape, crackle: float, wood: float, breath: Tensor) -> Tensor:
    """Return what the wood does: single fine cracks, and snaps that tear on where they began."""
    rate = (9 + 34 * crackle) * (0.25 + 0.75 * wood)
    single = happenings(tape, "snaps", rate)
    at = ((single.at_s.double() * tape.rate_hz).round().long() - tape.origin).remainder(tape.frames)
    single = single.kept(single.own[:, 1] < 0.35 + 0.65 * breath[0, at])
    loud = over_a_plane(single.own[:, 0], nearest=13) - 0.9
    follow = (loud * (0.9 + 1.4 * crackle)).long().clamp(max=22)
    later_s, whose = clusters(tape, "train", single.at_s, follow, first_s=0.012, last_s=0.9)
    own = tape.uniform("train/own", max(len(whose), 1), 4)[: len(whose)]
    gain = torch.cat([loud, loud[whose] * own[:, 0].square() * 0.6])
    return shower(
        tape,
        [_snap(tape, size, take) for size in range(_SIZES) for take in range(_EACH)],
        at_s=torch.cat([single.at_s, later_s]),
        gain=gain * 0.22 * (0.4 + 0.6 * wood),
        which=(gain.clamp(min=0.01).log2() + 2).clamp(0, _SIZES - 1).long() * _EACH
        + (torch.cat([single.own[:, 2], own[:, 1]]) * _EACH).long(),
        side=0.5 + 0.7 * (torch.cat([single.own[:, 3], 0.8 * single.own[whose, 3] + 0.2 * own[:, 3]]) - 0.5),
    )


def _snap(tape: Tape, size: int, take: int) -> Tensor:
    """Return one snap: fibres that part, and under a large one the hollow of the log."""
    name = f"snap/{size}/{take}"
    large = size / (_SIZES - 1)
    high = 2 ** tape.draw(f"{name}/high", -0.7, 0.7)
    part = grit(tape, name, band(5200 * high * 2 ** (-1.6 * large), 2.6), decay_s=0.0006 + 0.0030 * large)
    tear = grit(tape, f"{name}/tear", highs(2200), decay_s=0.002 + 0.010 * large, attack_s=0.001)
    log = ring(tape, 480 * high, decay_s=0.004 + 0.012 * large)
    knot = ring(tape, 1250 * high, decay_s=0.003 + 0.005 * large)
    return together((1.0, part), (0.22 * large, tear), (0.55 * large * large, log), (0.35 * large, knot))
