"""Birds: each sings its own phrase from its own tree, rests, and sings it again a little otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.tones import chirp
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _Species:
    """A way of singing: notes as (start, middle, end in Hz, seconds, pause), how often repeated, how pure."""

    notes: tuple[tuple[float, float, float, float, float], ...]
    repeats: tuple[int, int]
    harmonics: tuple[float, ...] = (1.0, 0.08)
    flutter: float = 0.0


_DAY: Final = (
    _Species(((3900, 4700, 3300, 0.09, 0.05), (3100, 3900, 3600, 0.12, 0.09)), (2, 4)),  # tit: two-tone saw
    _Species(((5200, 6200, 4700, 0.05, 0.03),), (6, 14), (1.0, 0.05)),  # warbler: fast trill
    _Species(
        ((2300, 2900, 2500, 0.22, 0.06), (2600, 2100, 2350, 0.26, 0.05), (3400, 2600, 3900, 0.14, 0.20)),
        (1, 2),
    ),  # blackbird: fluted phrase
    _Species(
        ((4400, 3000, 2600, 0.07, 0.04), (2800, 4600, 5200, 0.08, 0.06)), (3, 6), (1.0, 0.12), 0.02
    ),  # finch
    _Species(((6400, 7200, 6600, 0.16, 0.22),), (2, 4), (1.0,)),  # goldcrest: thin and high
    _Species(((980, 860, 840, 0.34, 0.10), (760, 740, 700, 0.46, 0.6)), (1, 2), (1.0, 0.10, 0.03)),  # cuckoo
)
_NIGHT: Final = (
    _Species(
        ((430, 470, 420, 0.55, 0.35), (400, 440, 380, 0.9, 0.9)), (1, 1), (1.0, 0.22, 0.05), 0.006
    ),  # owl
    _Species(((1900, 2500, 1700, 0.20, 0.08), (2400, 1800, 2600, 0.12, 0.06)), (2, 5)),  # nightingale
)
_SEA: Final = (
    _Species(((1500, 2300, 1250, 0.34, 0.12),), (2, 5), (1.0, 0.55, 0.35, 0.22), 0.02),  # gull
    _Species(((1300, 1900, 1700, 0.16, 0.07),), (3, 7), (1.0, 0.6, 0.4, 0.2), 0.03),
)
_TROPIC: Final = (
    _Species(((1200, 2600, 1900, 0.18, 0.07), (2600, 1500, 2200, 0.14, 0.05)), (2, 4), (1.0, 0.35, 0.2)),
    _Species(((3200, 3300, 3250, 0.06, 0.045),), (10, 22), (1.0, 0.25)),
    _Species(((900, 1500, 1100, 0.4, 0.3),), (1, 3), (1.0, 0.5, 0.3, 0.2), 0.04),
)
_CHOIRS: Final = {"forest": _DAY, "night": _NIGHT, "sea": _SEA, "jungle": _TROPIC}


def birds(tape: Tape, voice: Voice) -> Tensor:
    """A few near, more far off, with the room of the wood behind them and a breath of air below."""
    place = voice.option("place", "forest")
    choir = _CHOIRS[place]
    made = tape.zeros()
    count = max(round(1 + voice["many"] * (7 if place != "night" else 3)), 1)
    for number in range(count):
        draws = tape.uniform(f"bird/{number}", 1, 6)[0].tolist()
        _sing(tape, made, f"bird/{number}", choir[int(draws[0] * len(choir))], draws, voice["busy"])
    answered = made + 0.5 * reverb(tape, made, "wood", seconds=1.5, dark_hz=4500, before_s=0.03)
    air = noise(tape, "air", shaped(band(420, 4.0), highs(80), lows(5000, 1.0)), width=0.8)
    return answered + air * 0.016 * (0.6 + swell(drift(tape, "air/sway", fastest_hz=0.4)))


def _sing(tape: Tape, target: Tensor, name: str, species: _Species, draws: list[float], busy: float) -> None:
    """Let one bird sing all along the tape."""
    _, near, where, tuned, tempo, first = draws
    loud = 0.05 + 0.28 * near * near
    pitch, pace = 2.0 ** ((tuned - 0.5) * 0.3), 0.85 + 0.3 * tempo
    songs = max(round(tape.seconds * (0.10 + 0.22 * busy)), 1)
    for song in range(songs):
        own = tape.uniform(f"{name}/song/{song}", 1, 4)[0].tolist()
        at = (first + (song + 0.6 * (own[0] - 0.5)) / songs) * tape.seconds
        low, high = species.repeats
        for turn in range(low + int(own[1] * (high - low + 1))):
            for note, (start, middle, end, seconds, pause) in enumerate(species.notes):
                vary = 1 + 0.05 * (tape.draw(f"{name}/{song}/{turn}/{note}", -1, 1))
                shape = [start * pitch * vary, middle * pitch * (2 - vary), end * pitch * vary]
                grain = chirp(
                    tape.rate_hz,
                    shape,
                    seconds * pace,
                    harmonics=species.harmonics,
                    flutter=species.flutter,
                )
                tape.place(
                    target, grain, at % tape.seconds, pan=1.7 * where - 0.85, gain=loud * (0.8 + 0.2 * own[2])
                )
                at += (seconds + pause) * pace
