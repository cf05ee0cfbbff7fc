"""Keys, scales, chords and how one chord leads to the next; pitches are MIDI note numbers, 60 the middle C."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from assetgen.errors import SpecError

SCALES: Final = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
}
"""Semitones of the seven degrees above the tonic."""
_LETTERS: Final = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
_KEY = re.compile(r"^([a-h])\s*(#|b|♯|♭|sharp|flat)?\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic, 0 (C) to 11 (B), and the name of a scale."""

    tonic: int
    scale: str

    @property
    def is_minor(self) -> bool:
        """Whether its third is minor."""
        return SCALES[self.scale][2] == 3

    def pitch(self, degree: int, *, octave: int = 4) -> int:
        """Return the pitch of a degree, 0 the tonic; degrees below 0 and above 6 go on in other octaves."""
        turns, place = divmod(degree, 7)
        return 12 * (octave + 1 + turns) + self.tonic + SCALES[self.scale][place]

    def __str__(self) -> str:
        """Return it as musicians write it: "A minor"."""
        return f"{_NAMES[self.tonic]} {self.scale}"


_NAMES: Final = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def parse_key(text: str) -> Key:
    """Return the key that somebody wrote: "A minor", "F# dorian", "Bb", "am".

    Raises:
        SpecError: it is none.
    """
    found = _KEY.match(text.strip().lower().replace("_", " "))
    names = ", ".join(SCALES)
    if found is None:
        raise SpecError(f'key = "{text}" is no key; write one such as "A minor" or "F# dorian".')
    letter, sign, rest = found.groups()
    shift = {None: 0, "#": 1, "♯": 1, "sharp": 1}.get(sign, -1)
    scale = {"": "major", "m": "minor", "min": "minor", "maj": "major"}.get(rest.strip(), rest.strip())
    if scale not in SCALES:
        raise SpecError(f'key = "{text}" names no scale that is known; write one of {names}.')
    return Key((_LETTERS[letter] + shift) % 12, scale)


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord of a key: the degree of its root, and how many thirds are stacked on it (3 a triad, 4 a seventh)."""

    degree: int
    notes: int = 3

    def pitches(self, key: Key, *, octave: int = 4) -> tuple[int, ...]:
        """Return its pitches in root position."""
        return tuple(key.pitch(self.degree + 2 * third, octave=octave) for third in range(self.notes))


def led(chords: list[tuple[int, ...]], *, low: int, high: int) -> list[tuple[int, ...]]:
    """Return chords in the inversions that move least from one to the next, all within a range of pitches.

    Args:
        chords: pitches of each in root position.
        low, high: the range.
    """
    moved: list[tuple[int, ...]] = []
    for chord in chords:
        choices = _inversions(chord, low, high) or [chord]
        if not moved:
            middle = (low + high) / 2
            moved.append(min(choices, key=lambda pitches: abs(sum(pitches) / len(pitches) - middle)))
        else:
            last = moved[-1]
            moved.append(min(choices, key=lambda pitches: _way(last, pitches)))
    return moved


def _inversions(chord: tuple[int, ...], low: int, high: int) -> list[tuple[int, ...]]:
    found = []
    for turn in range(len(chord)):
        pitches = [*chord[turn:], *(pitch + 12 for pitch in chord[:turn])]
        for octave in range(-3, 4):
            moved = tuple(sorted(pitch + 12 * octave for pitch in pitches))
            if low <= moved[0] and moved[-1] <= high:
                found.append(moved)
    return found


def _way(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    return sum(min(abs(pitch - other) for other in first) for pitch in second)


PROGRESSIONS: Final = {
    "happy": ((0, 4, 5, 3), (0, 3, 4, 4), (0, 5, 3, 4), (3, 0, 4, 5)),
    "sad": ((0, 5, 2, 6), (0, 3, 5, 4), (0, 6, 5, 4), (5, 3, 0, 4)),
    "calm": ((0, 3, 0, 4), (0, 2, 3, 0), (3, 0, 3, 4), (0, 5, 3, 3)),
    "dark": ((0, 0, 5, 4), (0, 1, 0, 6), (0, 3, 1, 0), (0, 5, 1, 4)),
    "epic": ((5, 6, 0, 0), (0, 5, 2, 6), (0, 2, 6, 3), (5, 3, 6, 0)),
    "dreamy": ((0, 2, 5, 3), (3, 1, 0, 4), (0, 3, 1, 4), (3, 4, 2, 5)),
    "tense": ((0, 0, 1, 0), (0, 1, 0, 5), (0, 5, 1, 1), (0, 0, 3, 1)),
}
"""Degrees of four chords, by mood; major or minor follows from the key."""
