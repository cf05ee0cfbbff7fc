"""What a melody keeps to: its range, its chords on strong beats, an idea that comes back."""

from __future__ import annotations

from itertools import pairwise

import pytest

from assetgen.backends.procedural.sounds.music.notes import Note, tune
from assetgen.backends.procedural.sounds.music.theory import SCALES, Key
from assetgen.backends.procedural.sounds.tape import Tape

CHORDS = [(57, 60, 64), (57, 62, 65), (55, 59, 62), (57, 60, 64)] * 2
RHYTHM = ((0.0, 0.9), (1.0, 0.4), (1.5, 0.4), (2.0, 0.9), (3.25, 0.6))
LOW, HIGH = 67, 86


def melody(seed: int) -> list[Note]:
    return tune(
        Tape(48_000, 48_000, seed),
        "t",
        Key(9, "minor"),
        CHORDS,
        bar_beats=4,
        rhythm=RHYTHM,
        low=LOW,
        high=HIGH,
    )


@pytest.mark.parametrize("seed", range(12))
def test_a_tune_stays_in_its_range_and_its_key_and_takes_the_chord_on_strong_beats(seed: int) -> None:
    for note in melody(seed):
        assert LOW <= note.pitch <= HIGH
        assert (note.pitch - 9) % 12 in SCALES["minor"]
        if note.at % 1 == 0:
            assert note.pitch % 12 in {pitch % 12 for pitch in CHORDS[int(note.at // 4)]}


@pytest.mark.parametrize("seed", range(12))
def test_the_idea_comes_back_and_the_phrase_closes_on_the_chord(seed: int) -> None:
    notes = melody(seed)

    def bar(number: int) -> list[tuple[float, int]]:
        return [(note.at % 4, note.pitch) for note in notes if note.at // 4 == number]

    assert bar(0) == bar(4)
    assert bar(2) == bar(6)
    assert [at for at, _ in bar(0)] == [at for at, _ in bar(2)]
    assert bar(3)[-1][1] % 12 in {pitch % 12 for pitch in CHORDS[3]}


def test_a_tune_moves() -> None:
    pitches = [[note.pitch for note in melody(seed)] for seed in range(40)]
    still = sum(a == b for line in pitches for a, b in pairwise(line))
    assert still / sum(map(len, pitches)) < 0.15
    assert len({tuple(line) for line in pitches}) > 30
