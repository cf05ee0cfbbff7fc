"""A song on a loop: its time in beats, its chords, and how parts are laid on the tape and set in a room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.music.drums import DRUMS
from assetgen.backends.procedural.sounds.music.instruments import INSTRUMENTS
from assetgen.backends.procedural.sounds.music.notes import Note, from_steps
from assetgen.backends.procedural.sounds.music.theory import PROGRESSIONS, Chord, Key, led
from assetgen.backends.procedural.sounds.tape import Tape

BEATS = 4
"""Of a bar."""


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    """What all parts share.

    Args:
        tape: a loop of whole bars.
        key: the key.
        mood: one of `theory.PROGRESSIONS`.
        bars: how many.
        thirds: notes of a chord: 3 triads, 4 sevenths, 5 ninths.
    """

    tape: Tape
    key: Key
    mood: str
    bars: int
    thirds: int = 3
    _grains: dict[tuple[str, int, int, int], Tensor] = field(default_factory=dict)

    @property
    def beat_s(self) -> float:
        """Seconds of a beat."""
        return self.tape.seconds / (self.bars * BEATS)

    @property
    def degrees(self) -> list[int]:
        """The degree of every bar's chord."""
        choices = PROGRESSIONS[self.mood]
        chosen = choices[int(self.tape.draw("song/progression", 0, len(choices) - 1e-6))]
        turn = [chosen[bar % 4] for bar in range(self.bars)]
        # The second time round the last chord leads back.
        if self.bars >= 8 and self.tape.draw("song/turn", 0, 1) < 0.6:
            turn[-1] = 4 if turn[-1] != 4 else 6
        return turn

    def chords(self, *, low: int, high: int) -> list[tuple[int, ...]]:
        """Return the pitches of every bar's chord, led from one to the next within a range."""
        return led(
            [Chord(degree, self.thirds).pitches(self.key) for degree in self.degrees], low=low, high=high
        )

    def roots(self, *, low: int) -> list[int]:
        """Return every bar's root, in the octave above a pitch."""
        return [low + (self.key.pitch(degree) - low) % 12 for degree in self.degrees]

    def play(self, notes: Sequence[Note], instrument: str, *, pan: float = 0.0, human: float = 0.0) -> Tensor:
        """Return notes played on an instrument, (2, N).

        Args:
            notes: what to play.
            instrument: one of INSTRUMENTS.
            pan: -1 left to 1 right.
            human: how far notes stray in time and loudness, 0 a machine to 1 a beginner.
        """
        made = self.tape.zeros()
        stray = self.tape.uniform(f"human/{instrument}/{len(notes)}", max(len(notes), 1), 2)
        for number, note in enumerate(notes):
            late_s = (float(stray[number, 0]) - 0.5) * 0.05 * human
            loud = note.loud * (1 + (float(stray[number, 1]) - 0.5) * 0.5 * human)
            grain = self._grain(instrument, note.pitch, note.long * self.beat_s, loud)
            self.tape.place(made, _panned(grain, pan), (note.at * self.beat_s + late_s) % self.tape.seconds)
        return made

    def _grain(self, instrument: str, pitch: int, long_s: float, loud: float) -> Tensor:
        """Return one note, drawn once for all that sound alike."""
        key = (instrument, pitch, round(long_s * 200), max(round(loud * 12), 1))
        if key not in self._grains:
            self._grains[key] = INSTRUMENTS[instrument](self.tape, pitch, key[2] / 200, key[3] / 12)
        return self._grains[key]

    def beat(
        self,
        drum: str,
        pattern: str,
        *,
        fill: str = "",
        level: float = 1.0,
        pan: float = 0.0,
        swing: float = 0.0,
    ) -> Tensor:
        """Return a drum that plays a pattern, (2, N); see `notes.from_steps`.

        Args:
            drum: one of DRUMS.
            pattern: its steps.
            fill: what it plays instead in the last bar of every eight, and of the loop; nothing in loops under four.
            level: factor on its loudness.
            pan: -1 left to 1 right.
            swing: 0 straight to 1 every second sixteenth a third late.
        """
        made = self.tape.zeros()
        hits = from_steps(pattern, bars=self.bars, beats=BEATS, swing=swing)
        if fill and self.bars >= 4:
            last = {bar for bar in range(self.bars) if bar % 8 == 7 or bar == self.bars - 1}
            played = from_steps(fill, bars=self.bars, beats=BEATS, swing=swing)
            hits = [hit for hit in hits if hit[0] // BEATS not in last]
            hits = sorted(hits + [hit for hit in played if hit[0] // BEATS in last])
        stray = self.tape.uniform(f"beat/{drum}", max(len(hits), 1), 2)
        takes = [DRUMS[drum](self.tape, f"beat/{drum}/{take}") for take in range(4)]
        for number, (at, loud) in enumerate(hits):
            take = takes[int(stray[number, 0] * 4)]
            gain = level * loud * (0.92 + 0.16 * float(stray[number, 1]))
            self.tape.place(made, take, at * self.beat_s, pan=pan, gain=gain)
        return made

    def ducked(self, samples: Tensor, pattern: str, *, depth: float, beats: float = 0.5) -> Tensor:
        """Return samples that make room whenever a pattern strikes, as if a compressor heard the drum."""
        gain = torch.ones(self.tape.frames)
        length = self.tape.frames_of(beats * self.beat_s)
        dip = 1 - depth * (1 - torch.linspace(0, 1, length)).square()
        for at, _ in from_steps(pattern, bars=self.bars, beats=BEATS):
            start = round(at * self.beat_s * self.tape.rate_hz) - self.tape.origin
            index = (start + torch.arange(length)).remainder(self.tape.frames)
            gain[index] = torch.minimum(gain[index], dip)
        return samples * gain

    def echoed(self, samples: Tensor, *, beats: float, feedback: float, level: float) -> Tensor:
        """Return samples with repeats that go from side to side and round the loop."""
        step, made, back = self.tape.frames_of(beats * self.beat_s), samples.clone(), samples
        for number in range(1, 9):
            back = back.flip(0).roll(step, -1)
            made = made + back * (level * feedback ** (number - 1))
        return made


def _panned(grain: Tensor, pan: float) -> Tensor:
    return grain * torch.tensor([[1 - max(pan, 0.0)], [1 + min(pan, 0.0)]]) if pan else grain
