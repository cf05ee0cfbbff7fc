"""The styles of music loops: who plays what, and in which room. Each returns its stems, which sum to the mix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings, strew
from assetgen.backends.procedural.sounds.music.notes import (
    Note,
    arpeggio,
    bass_line,
    strummed,
    sustained,
    tune,
)
from assetgen.backends.procedural.sounds.music.song import BEATS, Song
from assetgen.backends.procedural.sounds.noise import band, drift, highs, lows, noise, shaped, swell
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape

Stems = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a style is played; its tempo, scales and mood are those of its card.

    Args:
        play: gives the stems of a song, each as loud as it happens to be.
        mix: how loud each stem is in the mix, LU below all of it.
        thirds: notes of a chord.
    """

    play: Callable[[Song], Stems]
    mix: Mapping[str, float]
    thirds: int = 3


def _one_of(tape: Tape, name: str, choices: Sequence[str]) -> str:
    return choices[int(tape.draw(name, 0, len(choices) - 1e-6))]


def lofi(song: Song) -> Stems:
    """Dusty drums behind the beat, an electric piano with sevenths, a round bass, a tape that wavers."""
    tape, swing = song.tape, 0.55
    chords = song.chords(low=52, high=72)
    kicks = _one_of(tape, "kick", ("9.....6...9.....", "9......7..6.....", "9.........97...."))
    drums = song.beat("soft_kick", kicks, fill="9.....6...9..6..", level=0.95, swing=swing)
    drums = drums + song.beat(
        "soft_snare",
        "....8.......8..." if tape.draw("ghost", 0, 1) < 0.5 else "....8..2....8..3",
        fill="....8..3.4..8.45",
        level=0.8,
        swing=swing,
    )
    drums = drums + song.beat("open_hat", "................", fill="..............5.", level=0.35, pan=0.35)
    drums = drums + song.beat("hat", "7.5.7.5.7.5.7.53", level=0.6, pan=0.35, swing=swing)
    drums = colored(tape, drums, lows(7000, 1.0)) + 0.06 * reverb(
        tape, drums, "booth", seconds=0.4, dark_hz=3000
    )
    comp = _one_of(tape, "comp", ("long", "push", "stabs"))
    hits = {
        "long": ((0.0, 3.6, 0.7),),
        "push": ((0.0, 1.4, 0.7), (2.5, 1.3, 0.55)),
        "stabs": ((0.0, 0.9, 0.7), (1.5, 0.6, 0.5), (2.75, 1.0, 0.6)),
    }[comp]
    keys = song.play(strummed(chords, hits, bar_beats=BEATS, apart=0.02), "e_piano", human=0.35)
    keys = _wavering(tape, colored(tape, keys, shaped(highs(130), lows(3800, 1.0))))
    keys = keys + 0.20 * reverb(tape, keys, "room", seconds=1.3, dark_hz=2600)
    bass = song.play(
        bass_line(
            song.roots(low=33), ((0.0, 1.3, 0, 0.9), (1.75, 0.6, 0, 0.6), (2.5, 1.2, 7, 0.7)), bar_beats=BEATS
        ),
        "sub_bass",
        human=0.15,
    )
    melody = tune(
        tape,
        "tune",
        song.key,
        chords,
        bar_beats=BEATS,
        rhythm=((0.5, 0.9), (1.5, 0.4), (2.0, 0.9), (3.25, 0.6)),
        low=67,
        high=84,
        rests=0.6,
        loud=0.6,
    )
    lead = song.play(melody, _one_of(tape, "lead", ("plucked", "music_box", "e_piano")), pan=-0.15, human=0.3)
    lead = song.echoed(colored(tape, lead, lows(5000, 1.0)), beats=0.75, feedback=0.35, level=0.3)
    lead = lead + 0.3 * reverb(tape, lead, "hall", seconds=1.8, dark_hz=3500)
    return {"drums": drums, "bass": bass, "chords": keys, "melody": lead, "texture": _dust(tape)}


def ambient(song: Song) -> Stems:
    """No beat: chords that come and go like weather, bells far apart, air."""
    tape = song.tape
    chords = song.chords(low=48, high=74)
    pads = song.play(sustained(chords, bar_beats=BEATS, loud=0.8), "pad")
    sway = swell(drift(tape, "pads/sway", fastest_hz=0.12, slope=0.5, channels=2))
    pads = colored(tape, pads, lows(2600, 1.0)) * (0.65 + 0.5 * sway)
    pads = pads + 0.8 * reverb(tape, pads, "sky", seconds=5.0, dark_hz=2600)
    deep = song.play(
        [Note(bar * BEATS, BEATS, root, 0.6) for bar, root in enumerate(song.roots(low=36))], "pad"
    )
    deep = colored(tape, deep, lows(300)) * 1.5
    bells = tune(
        tape,
        "bells",
        song.key,
        chords,
        bar_beats=BEATS,
        rhythm=((0.0, 2.0), (1.5, 1.5), (3.0, 1.0)),
        low=69,
        high=91,
        rests=0.5,
        leap=0.5,
        loud=0.6,
    )
    voice = _one_of(tape, "bells/voice", ("music_box", "breath", "e_piano"))
    high = song.echoed(song.play(bells, voice), beats=1.5, feedback=0.5, level=0.4)
    high = high + 0.9 * reverb(tape, high, "sky/bells", seconds=4.0, dark_hz=5000)
    air = noise(tape, "air", shaped(band(1800, 3.5), highs(200)), width=0.95)
    air = air * swell(drift(tape, "air/sway", fastest_hz=0.2, slope=0.6, channels=2)) * 0.012
    return {"pad": pads, "bass": deep, "melody": high, "texture": air}


def chiptune(song: Song) -> Stems:
    """Two pulses, a triangle and noise, as a console has them: arpeggios for chords, a tune that jumps."""
    tape = song.tape
    chords = song.chords(low=55, high=74)
    drums = song.beat("chip_kick", "9...6...9...6.6.", fill="9...6...9.......", level=1.0) + song.beat(
        "chip_snare", "....9.......9...", fill="....9...5.579789", level=1.0
    )
    drums = drums + song.beat("chip_hat", "6.6.6.6.6.6.6.66", level=0.55)
    octave = ((0.0, 0.45, 0, 0.9), (0.5, 0.45, 12, 0.7), (1.0, 0.45, 0, 0.8), (1.5, 0.45, 12, 0.7))
    line = (*octave, *((at + 2.0, long, above, loud) for at, long, above, loud in octave))
    bass = song.play(bass_line(song.roots(low=36), line, bar_beats=BEATS), "triangle_bass")
    order = (0, 1, 2, 1) if tape.draw("arp", 0, 1) < 0.5 else (0, 1, 2, 3)
    arps = song.play(
        arpeggio(chords, bar_beats=BEATS, step=0.25, order=order, loud=0.7, octaves=2),
        "square_chord",
        pan=0.5,
    )
    rhythm = (
        ((0.0, 0.45), (0.5, 0.45), (1.0, 0.95), (2.0, 0.45), (2.5, 0.45), (3.0, 0.9)),
        ((0.0, 0.7), (0.75, 0.7), (1.5, 0.45), (2.0, 0.7), (2.75, 0.7), (3.5, 0.45)),
        (
            (0.0, 0.2),
            (0.25, 0.2),
            (0.5, 0.45),
            (1.0, 0.9),
            (2.0, 0.45),
            (2.5, 0.45),
            (3.0, 0.45),
            (3.5, 0.45),
        ),
    )[int(tape.draw("rhythm", 0, 3 - 1e-6))]
    melody = tune(
        tape,
        "tune",
        song.key,
        chords,
        bar_beats=BEATS,
        rhythm=rhythm,
        low=69,
        high=88,
        rests=0.1,
        leap=0.35,
        loud=0.85,
    )
    lead = song.play(melody, "square_lead", pan=-0.35)
    lead = song.echoed(lead, beats=0.75, feedback=0.3, level=0.22)
    return {"drums": drums, "bass": bass, "chords": arps, "melody": lead}


def orchestral(song: Song) -> Stems:
    """Strings that hold, a choir behind them, horns that answer, great drums now and then."""
    tape = song.tape
    chords = song.chords(low=50, high=74)
    bed = song.play(sustained(chords, bar_beats=BEATS, loud=0.75), "strings", human=0.2)
    low = song.play(
        [Note(bar * BEATS, BEATS, root, 0.85) for bar, root in enumerate(song.roots(low=36))], "strings"
    )
    voices = song.play(sustained([chord[-2:] for chord in chords], bar_beats=BEATS, loud=0.6), "choir")
    melody = tune(
        tape,
        "tune",
        song.key,
        chords,
        bar_beats=BEATS,
        rhythm=((0.0, 1.5), (1.5, 0.5), (2.0, 1.0), (3.0, 1.0)),
        low=57,
        high=76,
        rests=0.35,
        loud=0.8,
    )
    brass = song.play(melody, "horn", pan=0.25, human=0.2)
    drums = song.beat("taiko", "9.......5.......9...5...7.5.3...", fill="9.....5.5...5577", level=0.8)
    spiccato = tape.zeros()
    if tape.draw("ostinato", 0, 1) < 0.6:
        pattern = arpeggio(chords, bar_beats=BEATS, step=0.5, order=(0, 1, 2, 1), loud=0.55)
        spiccato = song.play([Note(n.at, 0.22, n.pitch, n.loud) for n in pattern], "strings", pan=-0.3)
    stems = {"strings": bed + spiccato, "bass": low, "choir": voices, "brass": brass, "drums": drums}
    return {
        name: stem + share * reverb(tape, stem, "hall", seconds=2.6, dark_hz=3200, before_s=0.03)
        for (name, stem), share in zip(stems.items(), (0.35, 0.25, 0.55, 0.45, 0.4), strict=True)
    }


def tension(song: Song) -> Stems:
    """A low pulse that does not stop, strings that rub, metal far off, a heart."""
    tape = song.tape
    roots = song.roots(low=28)
    pulse = [
        Note(step * 0.5, 0.3, roots[int(step * 0.5 // BEATS)], 0.85 if step % 4 == 0 else 0.55)
        for step in range(song.bars * BEATS * 2)
    ]
    bass = song.play(pulse, "acid_bass")
    bass = colored(tape, bass, lows(700, 1.0)) + 0.1 * reverb(tape, bass, "shaft", seconds=1.6, dark_hz=900)
    chords = song.chords(low=55, high=79)
    rubbed = [
        Note(bar * BEATS, BEATS, pitch, 0.45)
        for bar, chord in enumerate(chords)
        for pitch in (chord[0], chord[0] + 1, chord[-1] + 6)
    ]
    strings = song.play(rubbed, "strings", human=0.3)
    crawl = swell(drift(tape, "crawl", fastest_hz=0.25, slope=0.5, channels=2))
    strings = strings * (0.35 + 0.8 * crawl)
    strings = strings + 0.7 * reverb(tape, strings, "shaft/strings", seconds=3.2, dark_hz=2400)
    heart = song.beat("soft_kick", "9.6.............", level=1.0) + song.beat(
        "taiko", "................................9.......", level=0.7
    )
    ticks = song.beat("rim", "..3...3...3...3.", level=0.35, pan=0.4)
    drums = heart + ticks + 0.30 * reverb(tape, ticks, "shaft/ticks", seconds=2.0, dark_hz=3500)
    struck = happenings(tape, "metal", 0.35, even=0.5)
    metal = tape.zeros()
    for ratio, gain in ((1.0, 1.0), (1.47, 0.7), (2.09, 0.6), (2.74, 0.4), (4.1, 0.2)):
        pitch = 190 * torch.pow(2.0, 1.5 * struck.own[:, 0]) * ratio
        metal = metal + strew(
            tape,
            struck,
            length_s=3.0,
            pitch_hz=pitch,
            decay_s=0.9 / ratio + 0 * pitch,
            gain=0.05 * gain * (0.3 + struck.own[:, 1]),
            attack_s=0.05,
        )
    metal = 0.4 * metal + reverb(tape, metal, "shaft/metal", seconds=4.0, dark_hz=3000)
    whisper = swell(drift(tape, "whisper", fastest_hz=0.5, slope=0.4, channels=2), sharp=2.5).pow(2)
    metal = metal + noise(tape, "whisper/air", band(5200, 1.6), width=1.0) * whisper * 0.006
    return {"drums": drums, "bass": bass, "strings": strings, "texture": metal}


def techno(song: Song) -> Stems:
    """Four on the floor, a bass that ducks under it, an acid line, a chord stab that echoes."""
    tape = song.tape
    four = "9...9...9...9..."
    drums = song.beat("hard_kick", four, fill="9...9...9.......", level=1.0)
    drums = drums + song.beat("open_hat", "..7...7...7...7.", level=0.6, pan=-0.15)
    drums = (
        drums
        + song.beat("hat", "5363536353635363", level=0.5, pan=0.3)
        + song.beat("clap", "....8.......8...", fill="....8.......8.68", level=0.65)
    )
    drums = drums + song.beat("shaker", "4.3.4.3.4.3.4.35", level=0.45, pan=-0.45)
    roots = song.roots(low=31)
    line = ((0.5, 0.3, 0, 0.85), (1.5, 0.3, 0, 0.85), (2.5, 0.3, 0, 0.85), (3.5, 0.3, 12, 0.7))
    bass = song.ducked(song.play(bass_line(roots, line, bar_beats=BEATS), "sub_bass"), four, depth=0.7)
    chords = song.chords(low=55, high=74)
    acid = []
    scale = [song.key.pitch(degree, octave=2) for degree in (0, 0, 2, 4, 6, 7)]
    for step in range(16):
        if tape.draw(f"acid/{step}", 0, 1) < 0.68:
            pitch = scale[int(tape.draw(f"acid/{step}/pitch", 0, len(scale) - 1e-6))]
            loud = 0.55 + 0.45 * tape.draw(f"acid/{step}/loud", 0, 1)
            acid += [Note(bar * BEATS + step * 0.25, 0.2, pitch, loud) for bar in range(song.bars)]
    sweep = swell(drift(tape, "sweep", fastest_hz=0.25, slope=0.6))
    run = song.play(acid, "acid_bass")
    run = colored(tape, run, lows(900, 1.0)) * (1 - sweep) + colored(tape, run, lows(3800, 1.0)) * sweep
    run = song.ducked(song.echoed(run, beats=0.75, feedback=0.3, level=0.2), four, depth=0.45)
    stabs = strummed(chords, ((0.75, 0.25, 0.7), (2.25, 0.25, 0.55)), bar_beats=BEATS, apart=0.0)
    stab = song.echoed(song.play(stabs, "saw_lead"), beats=0.75, feedback=0.5, level=0.45)
    stab = song.ducked(colored(tape, stab, lows(3000, 1.0)), four, depth=0.5)
    stab = stab + 0.3 * reverb(tape, stab, "hall", seconds=1.8, dark_hz=3500)
    return {"drums": drums, "bass": bass, "melody": run, "chords": stab}


def _wavering(tape: Tape, samples: Tensor) -> Tensor:
    """Return samples as from a worn tape, whose speed wavers by about half a percent (wow)."""
    frames = samples.shape[-1]
    late = drift(tape, "waver", fastest_hz=0.9, slope=0.4, slowest_hz=0.3)[0].double().clamp(-2.5, 2.5)
    place = torch.arange(frames, dtype=torch.float64) + late * (0.0008 * tape.rate_hz)
    low = place.floor()
    share, first = (place - low).float(), low.long().remainder(frames)
    return samples[:, first] * (1 - share) + samples[:, (first + 1) % frames] * share


def _dust(tape: Tape) -> Tensor:
    """The crackle and hiss of a record."""
    ticks = happenings(tape, "dust", 9)
    crackle = strew(
        tape,
        ticks,
        length_s=0.01,
        pitch_hz=2000 + 5000 * ticks.own[:, 1],
        decay_s=0.0006 + 0.001 * ticks.own[:, 2],
        gain=0.012 + 0.05 * ticks.own[:, 0].pow(4),
        noisy=0.8,
        name="dust/grain",
    )
    hiss = noise(tape, "hiss", shaped(highs(1500, 1.0), lows(9000, 1.0)), width=1.0)
    return crackle + hiss * 0.004


STYLES: Final[dict[str, Style]] = {
    "lofi": Style(
        play=lofi,
        mix={"drums": -5, "bass": -7, "chords": -5, "melody": -9, "texture": -24},
        thirds=4,
    ),
    "ambient": Style(
        play=ambient,
        mix={"pad": -2, "bass": -12, "melody": -8, "texture": -24},
        thirds=4,
    ),
    "chiptune": Style(
        play=chiptune,
        mix={"drums": -8, "bass": -8, "chords": -10, "melody": -3},
    ),
    "orchestral": Style(
        play=orchestral,
        mix={"strings": -4, "bass": -10, "choir": -11, "brass": -6, "drums": -9},
    ),
    "tension": Style(
        play=tension,
        mix={"drums": -6, "bass": -7, "strings": -5, "texture": -11},
    ),
    "techno": Style(
        play=techno,
        mix={"drums": -3, "bass": -8, "melody": -9, "chords": -11},
    ),
}
"""By the name of their cards."""
