"""Running water: every stone has its own babble of bubbles, over the rush of the faster places."""

from __future__ import annotations

from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.showers import bubble, over_a_plane, shower
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice

_RADII, _RISES = 24, 3


def stream(tape: Tape, voice: Voice) -> Tensor:
    """A brook babbles with single bubbles, a river rushes, a waterfall roars.

    Source: Minnaert, "On musical air-bubbles and the sounds of running water" (1933); van den Doel, "Physically based
    models for liquid sounds" (2005): radii by a power law, loud ones rare, pitch that rises near the surface.
    """
    flow, bubbly = voice["flow"], voice["bubbles"]
    turmoil = swell(drift(tape, "turmoil", fastest_hz=5, slope=0.5, channels=2, slowest_hz=0.3), sharp=1.8)
    rush = noise(tape, "rush", shaped(band(750 + 450 * flow, 3.6), highs(130)), width=0.85)
    hiss = noise(tape, "hiss", shaped(highs(2800, 1.2), lows(8000, 1.2)), width=0.95)
    deep = noise(tape, "deep", shaped(band(130, 2.6), highs(40)), width=0.6)
    made = rush * (0.006 + 0.42 * flow**2.2) * (0.6 + 0.7 * turmoil)
    made = made + hiss * (0.002 + 0.11 * flow**2.4) * (0.5 + 0.8 * turmoil) + deep * 0.30 * flow**2.6
    kernels = [
        bubble(tape, 0.75 * 10.0 ** (size / (_RADII - 1)), rise=0.02 + 0.13 * rise)
        for size in range(_RADII)
        for rise in range(_RISES)
    ]
    stones = 4 + round(4 * bubbly)
    for number in range(stones):
        made = made + _stone(tape, f"stone/{number}", kernels, (60 + 150 * bubbly) * (0.6 + flow), flow)
    return made


def _stone(tape: Tape, name: str, kernels: list[Tensor], rate: float, flow: float) -> Tensor:
    """Return the water behind one stone: it gulps at its own pace, and its bubbles have sizes of their own."""
    side, near, deep, pace = tape.uniform(name, 1, 4)[0].tolist()
    gulps_hz = 2.0 + 3.5 * pace
    gulps = swell(drift(tape, f"{name}/gulps", fastest_hz=gulps_hz, slope=0.2, slowest_hz=0.3)[0], sharp=4.0)
    draws = tape.uniform(f"{name}/bubbles", round(rate * tape.seconds), 4)
    at = ((draws[:, 0].double() * tape.seconds * tape.rate_hz).round().long() - tape.origin).remainder(
        tape.frames
    )
    draws = draws[draws[:, 1] < 0.06 + 0.94 * gulps[at].square()]
    # Small bubbles are many; a stone that lies deep shuts in larger ones.
    size = (0.10 + 0.35 * deep + 0.75 * draws[:, 2].pow(2.2 - 1.2 * flow)).clamp(max=1)
    risen = (draws[:, 1] * 9973).remainder(1.0)
    loud = over_a_plane((draws[:, 2] * 9973).remainder(1.0), nearest=9)
    which = (size * (_RADII - 0.01)).long() * _RISES + (risen * _RISES).long()
    return shower(
        tape,
        kernels,
        at_s=draws[:, 0] * tape.seconds,
        gain=loud * (0.022 + 0.030 * size) * (0.25 + 0.75 * near),
        which=which,
        side=0.5 + 0.9 * (side - 0.5) + 0.12 * (draws[:, 3] - 0.5),
    )
