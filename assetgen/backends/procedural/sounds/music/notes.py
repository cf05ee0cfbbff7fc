"""Notes, and how a part is composed: bass under the chords, a tune over them, each out of one small idea."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assetgen.backends.procedural.sounds.music.theory import Key
from assetgen.backends.procedural.sounds.tape import Tape


@dataclass(frozen=True, slots=True)
class Note:
    """One note.

    Args:
        at: when it begins, in beats from the beginning of the loop.
        long: how long it is held, in beats.
        pitch: MIDI note number; drums have none.
        loud: 0 to 1.
    """

    at: float
    long: float
    pitch: int
    loud: float


def from_steps(pattern: str, *, bars: int, beats: int, swing: float = 0.0) -> list[tuple[float, float]]:
    """Return (beat, loudness) of a drum pattern: sixteen characters a bar, "." rests and 1 to 9 loudness.

    Args:
        pattern: a bar, or several one after another, spaces left out.
        bars: bars of the loop, over which the pattern repeats.
        beats: of a bar.
        swing: 0 straight to 1 every second sixteenth a third late.
    """
    steps = pattern.replace(" ", "")
    width = beats / 16
    hits = []
    for step in range(16 * bars):
        mark = steps[step % len(steps)]
        if mark != ".":
            late = swing * width / 3 if step % 2 else 0.0
            hits.append((step * width + late, int(mark) / 9))
    return hits


def sustained(chords: Sequence[tuple[int, ...]], *, bar_beats: float, loud: float) -> list[Note]:
    """Return every chord held for its bar."""
    return [
        Note(number * bar_beats, bar_beats, pitch, loud)
        for number, chord in enumerate(chords)
        for pitch in chord
    ]


def strummed(
    chords: Sequence[tuple[int, ...]],
    hits: Sequence[tuple[float, float, float]],
    *,
    bar_beats: float,
    apart: float,
) -> list[Note]:
    """Return chords struck in a rhythm, their notes a little apart.

    Args:
        chords: one a bar.
        hits: (beat in the bar, length in beats, loudness).
        bar_beats: beats of a bar.
        apart: beats from one note of a chord to the next.
    """
    return [
        Note(bar * bar_beats + at + number * apart, long, pitch, loud)
        for bar, chord in enumerate(chords)
        for at, long, loud in hits
        for number, pitch in enumerate(chord)
    ]


def arpeggio(
    chords: Sequence[tuple[int, ...]],
    *,
    bar_beats: float,
    step: float,
    order: Sequence[int],
    loud: float,
    octaves: int = 1,
) -> list[Note]:
    """Return the notes of each chord one after another, in an order that repeats."""
    notes = []
    for bar, chord in enumerate(chords):
        ladder = [pitch + 12 * octave for octave in range(octaves) for pitch in chord]
        for number in range(round(bar_beats / step)):
            pitch = ladder[order[number % len(order)] % len(ladder)]
            accent = 1.0 if number % 4 == 0 else 0.78
            notes.append(Note(bar * bar_beats + number * step, step * 0.95, pitch, loud * accent))
    return notes


def bass_line(
    roots: Sequence[int], hits: Sequence[tuple[float, float, int, float]], *, bar_beats: float
) -> list[Note]:
    """Return a bass under every bar: (beat, length, semitones above the root, loudness) of each note."""
    return [
        Note(bar * bar_beats + at, long, root + above, loud)
        for bar, root in enumerate(roots)
        for at, long, above, loud in hits
    ]


def tune(
    tape: Tape,
    name: str,
    key: Key,
    chords: Sequence[tuple[int, ...]],
    *,
    bar_beats: float,
    rhythm: Sequence[tuple[float, float]],
    low: int,
    high: int,
    rests: float = 0.25,
    leap: float = 0.25,
    loud: float = 0.8,
) -> list[Note]:
    """Return a melody in phrases of four bars: an idea, its answer, the idea again, and a close.

    The idea is a rhythm and a shape; each bar lays them over its own chord, a little higher towards the middle of the
    phrase. Strong beats take notes of the chord, weak ones those of the scale between them, and the last note comes
    home. The idea stays the same to the end, answers and closes are found anew in every phrase.

    Args:
        tape: the tape.
        name: the random stream.
        key: whose scale is walked.
        chords: pitches of each bar's chord.
        bar_beats: beats of a bar.
        rhythm: (beat, length) of the idea's notes within a bar.
        low, high: range of pitches.
        rests: share of the answers that stay empty.
        leap: how often a shape jumps instead of stepping.
        loud: loudness of its strongest notes.
    """
    ladder = [pitch for pitch in range(low, high + 1) if (pitch - key.tonic) % 12 in _degrees(key)]
    notes: list[Note] = []
    for bar, chord in enumerate(chords):
        form, phrase = _FORMS[bar % 4], bar // 4
        if form == "answer" and tape.draw(f"{name}/rest/{phrase}", 0, 1) < rests:
            continue
        stream = f"{name}/{form}" if form == "idea" else f"{name}/{form}/{phrase}"
        shape = _shape(tape, stream, len(rhythm), leap)
        left_out = round(tape.draw(f"{stream}/left out", 1, 2 * len(rhythm)))
        center = (low + high) / 2 + 2 * min(bar % 4, 2)
        anchor = _place(ladder, _nearest(chord, center, low, high))
        last, way = notes[-1].pitch if notes else None, 0
        for number, (at, long) in enumerate(rhythm):
            if number == left_out:
                continue
            way = shape[number] - shape[number - 1] if number else 0
            pitch = ladder[min(max(anchor + shape[number], 0), len(ladder) - 1)]
            is_strong = abs(at % 1.0) < 1e-6
            if is_strong:
                pitch = _nearest(chord, pitch, low, high, other_than=last if way else None)
            elif pitch == last and way:
                pitch = ladder[(_place(ladder, pitch) + (1 if way > 0 else -1)) % len(ladder)]
            notes.append(Note(bar * bar_beats + at, long, pitch, loud * (1.0 if is_strong else 0.8)))
            last = pitch
        if form == "close":
            end = notes.pop()
            notes.append(Note(end.at, max(end.long, 1.0), _nearest(chord, end.pitch, low, high), end.loud))
    return notes


_FORMS: Final = ("idea", "answer", "idea", "close")
_STEPPING: Final = ((0, 1, 2, 1), (0, -1, -2, -1), (0, 1, 0, 2), (2, 1, 0, 1), (0, -1, 1, 0), (1, 2, 0, -1))
_LEAPING: Final = ((0, 2, 1, 4), (0, 4, 3, 2), (0, -2, 0, 3), (3, 0, 2, 1), (-1, 3, 2, 0))
"""Shapes of four notes, in steps of the scale from a note of the chord."""


def _shape(tape: Tape, stream: str, count: int, leap: float) -> list[int]:
    """Return the steps of an idea: a shape, and its mirror after every four notes."""
    shapes = _LEAPING if tape.draw(f"{stream}/leap", 0, 1) < leap else _STEPPING
    chosen = shapes[int(tape.draw(f"{stream}/shape", 0, len(shapes) - 1e-6))]
    return [chosen[number % 4] * (1 if number // 4 % 2 == 0 else -1) for number in range(count)]


def _place(ladder: Sequence[int], pitch: int) -> int:
    return min(range(len(ladder)), key=lambda place: abs(ladder[place] - pitch))


def _degrees(key: Key) -> set[int]:
    return {(key.pitch(degree) - key.tonic) % 12 for degree in range(7)}


def _nearest(
    chord: tuple[int, ...], pitch: float, low: int, high: int, *, other_than: int | None = None
) -> int:
    """Return the chord's note nearest to a pitch, in any octave of the range."""
    found = [
        tone + 12 * octave for tone in chord for octave in range(-5, 6) if low <= tone + 12 * octave <= high
    ]
    found = [tone for tone in found if tone != other_than] or found
    return min(found, key=lambda tone: (abs(tone - pitch), tone)) if found else round(pitch)
