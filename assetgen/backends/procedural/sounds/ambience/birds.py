"""Birds: each sings the phrases of its kind from its own tree, rests, and sings the next a little otherwise."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.ambience.bird_songs import CHOIRS, Note, Species
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


def birds(tape: Tape, voice: Voice) -> Tensor:
    """A few near and clear, more far off and dull in the answer of the wood, with a breath of air below.

    Source: Catchpole and Slater, "Bird song" (2008), for pitches, paces and the order of phrases.
    """
    choir = CHOIRS[voice.option("place", "forest")]
    near, far = tape.zeros(), tape.zeros()
    few = voice.option("place", "forest") == "night"
    count = max(round(2 + voice["many"] * (3 if few else 9)), 2)
    first = int(tape.draw("first", 0, len(choir) - 1e-6))
    for number in range(count):
        name = f"bird/{number}"
        draws = tape.uniform(name, 1, 6)[0].tolist()
        # The near ones are of different kinds.
        species = choir[(first + number) % len(choir) if number < 4 else int(draws[0] * len(choir))]
        is_near = number < 1 + count // 4
        away = 0.30 + 0.70 * draws[1] if is_near else 0.05 + 0.16 * draws[1]
        _sing(tape, near if is_near else far, name, species, draws, voice["busy"], loud=0.34 * away)
    dulled = colored(tape, far, lows(4200, 0.8))
    wood = reverb(tape, 0.35 * near + 1.6 * dulled, "wood", seconds=1.7, dark_hz=3800, before_s=0.04)
    air = noise(tape, "air", shaped(band(380, 4.0), highs(80), lows(5000, 1.0)), width=0.8)
    sway = swell(drift(tape, "air/sway", fastest_hz=0.4, channels=2), sharp=2.0)
    return near + dulled + 0.55 * wood + air * 0.009 * (0.5 + sway)


def _sing(
    tape: Tape, target: Tensor, name: str, species: Species, draws: list[float], busy: float, *, loud: float
) -> None:
    """Let one bird sing all along the tape."""
    _, _, where, tuned, tempo, first = draws
    pitch, pace = 2.0 ** ((tuned - 0.5) * 0.25), 0.88 + 0.24 * tempo
    songs = max(round(tape.seconds * (0.07 + 0.17 * busy) * species.songs), 1)
    for song in range(songs):
        own = tape.uniform(f"{name}/song/{song}", 1, 4)[0].tolist()
        at = (first + (song + 0.7 * (own[0] - 0.5)) / songs) * tape.seconds
        phrase = species.phrases[int(own[1] * len(species.phrases))]
        for part, motif in enumerate(phrase):
            vary = tape.uniform(f"{name}/{song}/{part}", 1, 2)[0].tolist()
            climbed, hurried = pitch * (0.985 + 0.03 * vary[1]), pace
            for turn in range(motif.low + int(vary[0] * (motif.high - motif.low + 1))):
                for number, note in enumerate(motif.notes):
                    jitter = tape.uniform(f"{name}/{song}/{part}/{turn}/{number}", 1, 3)[0].tolist()
                    grain = _note(tape, note, climbed * (0.99 + 0.02 * jitter[0]), hurried, species.harmonics)
                    # A song begins softly.
                    rise = min(0.55 + 0.15 * (turn + 2 * part), 1.0) * (0.8 + 0.2 * jitter[1])
                    gain = loud * species.loud * rise * (0.75 + 0.25 * own[2])
                    tape.place(target, grain, at % tape.seconds, pan=1.8 * where - 0.9, gain=gain)
                    at += (note.seconds + note.pause * (0.9 + 0.2 * jitter[2])) * hurried
                climbed, hurried = climbed * motif.climb, hurried * motif.hurry


def _note(tape: Tape, note: Note, pitch: float, pace: float, harmonics: tuple[float, ...]) -> Tensor:
    """Return one note, (M,): it speaks within some milliseconds and dies away more slowly."""
    seconds = note.seconds * pace
    count = max(tape.frames_of(seconds), 16)
    time = torch.arange(count, dtype=torch.float64) / tape.rate_hz
    share = time / seconds
    points = torch.tensor([*note.hz, note.hz[-1], note.hz[-1]], dtype=torch.float64) * pitch
    place = (share * (len(note.hz) - 1)).clamp(0, len(note.hz) - 1)
    low = place.floor().long()
    part = place - low
    part = part * part * (3 - 2 * part)
    hz = points[low] * (1 - part) + points[low + 1] * part
    if note.trill_hz:
        hz = hz * (1 + note.trill * torch.sin(time * (2 * math.pi * note.trill_hz)))
    turns = (hz.cumsum(0) / tape.rate_hz) * (2 * math.pi)
    tone = torch.zeros(count, dtype=torch.float64)
    for number, gain in enumerate(harmonics, start=1):
        if number * float(hz.max()) < 0.45 * tape.rate_hz:
            tone += gain * torch.sin(turns * number)
    if note.rough:
        rattle = 0.5 + 0.5 * torch.sin(turns * 0.13 + 2 * torch.sin(turns * 0.031))
        tone = tone * (1 - note.rough + 2 * note.rough * rattle)
    attack = min(0.010, 0.2 * seconds)
    edge = (time / attack).clamp(max=1) * ((seconds - time) / (0.45 * seconds)).clamp(0, 1).pow(0.8)
    return (tone * edge / sum(harmonics)).float()
