"""What every sound of the library measures beside the real thing, and pictures of it to look at.

    python -m benchmarks.listening                              every ambience, scene, effect and style, two seeds
    python -m benchmarks.listening --only rain --seeds 4        one of them with each of its choices
    python -m benchmarks.listening --mode ambience --pictures DIR
    python -m benchmarks.listening --mode ambience --seeds 1 --sheet docs/pictures/ambiences.jpg

Each row is one sound: levels of ten octaves from 31 Hz to 16 kHz against the loudest, the slope of the spectrum from
63 Hz to 8 kHz and its centroid, the third of an octave that is loudest, how far the strongest tone stands above its
neighbours, onsets a second, how deep the loudness moves in four ranges of rate (0.1 to 1 Hz gusts and waves, 1 to 4
phrases, 4 to 16 syllables and flicker, 16 to 64 flutter), the crest factor, the kurtosis of what the ear hears (noise
has 3: events stand out above it), and how alike the two channels are. Figures are those of the mix before mastering.

`listening.toml` says what the literature finds in the real thing; a figure out of its range is named and the exit
code is 1. Sources of the measures: McDermott and Simoncelli, "Sound texture perception via statistics of the auditory
periphery" (2011), for what tells one texture from another; IEC 61672 for the weighting of the ear.
"""

from __future__ import annotations

import argparse
import math
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import torch
from torch import Tensor

from assetgen.backends.procedural.catalog.sounds import load_sounds
from assetgen.backends.procedural.grammar.sound_request import SoundPart, SoundRequest
from assetgen.backends.procedural.sounds.draw import draw_ambience, draw_effect, draw_music
from assetgen.context import Context
from assetgen.imaging.sound_picture import draw_sound
from assetgen.media.audio import AudioClip

RATE_HZ = 48_000
OCTAVES_HZ = (31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16_000)
RATES_HZ = ((0.1, 1), (1, 4), (4, 16), (16, 64))
EXPECTED = Path(__file__).with_suffix(".toml")
_ENVELOPE_HZ = 250
_ZOOM_S = 2.5
_ONSET_DB = 9.0
_SETTLED_DB = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One sound to listen to.

    Args:
        name: of the sound or scene, with "/option=value" behind it if that is asked for.
        mode: ambience, sfx or music.
        parts: what it is made of.
    """

    name: str
    mode: str
    parts: tuple[SoundPart, ...]


def cases() -> tuple[Case, ...]:
    """Return every sound with each of its choices, and every scene."""
    found = []
    for card in load_sounds().sounds.values():
        choices = [(option, value) for option, values in card.options.items() for value in values]
        for option, value in choices or [("", "")]:
            name = f"{card.name}/{option}={value}" if option else card.name
            part = SoundPart(name=card.name, options={option: value} if option else {})
            found.append(Case(name=name, mode=card.mode, parts=(part,)))
    for scene in load_sounds().scenes.values():
        parts = tuple(
            SoundPart(name=part.sound, amount=part.amount, traits=part.traits, options=part.options)
            for part in scene.parts
        )
        found.append(Case(name=f"scene/{scene.name}", mode="ambience", parts=parts))
    return tuple(found)


def played(case: Case, seed: int, *, seconds: float = 20.0) -> AudioClip:
    """Return the mix of one sound before mastering; `seconds` is how long an ambience is."""
    request = SoundRequest(mode=case.mode, parts=case.parts)
    with torch.inference_mode():
        if case.mode == "ambience":
            return draw_ambience(request, seconds=seconds, rate_hz=RATE_HZ, seed=seed, ctx=Context())
        if case.mode == "sfx":
            return draw_effect(request, rate_hz=RATE_HZ, seed=seed, ctx=Context())
        return draw_music(request, bars=8, bpm=None, key=None, rate_hz=RATE_HZ, seed=seed, ctx=Context())[0]


def figures(clip: AudioClip) -> dict[str, float]:
    """Measure a sound of any length; see the head of this file for what each figure says."""
    samples = clip.samples.double().numpy()
    mono = samples.mean(0)
    power, hz = _spectrum(mono)
    octaves = [_between(power, hz, middle / math.sqrt(2), middle * math.sqrt(2)) for middle in OCTAVES_HZ]
    levels = 10 * np.log10(np.maximum(np.array(octaves) / max(octaves), 1e-9))
    heard = _weighted(mono)
    modulation = _modulation(heard)
    same = np.corrcoef(samples)[0, 1] if len(samples) > 1 else 1.0
    deviation = float(heard.std()) or 1e-12
    return {
        **{f"oct_{middle:g}": float(level) for middle, level in zip(OCTAVES_HZ, levels, strict=True)},
        "tilt_db_per_octave": float(np.polyfit(range(8), levels[1:9], 1)[0]),
        "centroid_hz": float((power * hz).sum() / max(power.sum(), 1e-20)),
        "peak_hz": _peak_hz(power, hz),
        "tone_db": _tone_db(power, hz),
        "onsets_per_s": onsets(mono) / clip.seconds,
        **{f"mod_{low:g}_{high:g}": depth for (low, high), depth in zip(RATES_HZ, modulation, strict=True)},
        "crest_db": 20 * math.log10(float(np.abs(mono).max()) / (float(mono.std()) or 1e-12) + 1e-9),
        "kurtosis": float(((heard - heard.mean()) / deviation).__pow__(4).mean()),
        "alike": float(same),
        "seconds": clip.seconds,
    }


def onsets(mono: np.ndarray) -> int:
    """Return how many sounds begin: an octave from 500 Hz on that jumps by 9 dB above what it was around."""
    begun = np.zeros(0, bool)
    for middle in (707, 1414, 2828, 5657, 11_314):
        size, hop = (1024 if middle < 1000 else 512 if middle < 2000 else 256), 128
        bins = np.arange(size // 2 + 1) * RATE_HZ / size
        inside = (bins >= middle / math.sqrt(2)) & (bins < middle * math.sqrt(2))
        padded = np.pad(mono, size // 2)
        pieces = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * np.hanning(size)
        level = 10 * np.log10((np.abs(np.fft.rfft(pieces)[:, inside]) ** 2).sum(1) + 1e-12)
        level = np.maximum(level, level.max() - 50)
        reach = min(56, max(len(level) // 2 - 1, 1))
        around = np.lib.stride_tricks.sliding_window_view(np.pad(level, reach, mode="reflect"), 2 * reach + 1)
        above = (
            level - np.median(around[:: max(reach // 4, 1)], axis=1).repeat(max(reach // 4, 1))[: len(level)]
        )
        rises = _rises(above)
        begun = rises if not len(begun) else begun | rises
    places = np.flatnonzero(begun)
    # What begins in several octaves within 20 ms is one sound.
    return int(len(places) and 1 + (np.diff(places) * 128 > 0.02 * RATE_HZ).sum())


def outside(name: str, measured: dict[str, float]) -> list[str]:
    """Return what of a sound's figures lies outside what is expected of the real thing, one line each."""
    return [
        f"{name}: {figure} {measured[figure]:.3g} is not {low:g} to {high:g}"
        for figure, (low, high) in expected(name).items()
        if not low <= measured[figure] <= high
    ]


def expected(name: str) -> dict[str, tuple[float, float]]:
    """Return the ranges of a sound: those of its own choice before those of its kind."""
    tables = tomllib.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    merged = {**tables.get(name.split("/")[0], {}), **tables.get(name, {})}
    return {figure: tuple(bounds) for figure, bounds in merged.items() if isinstance(bounds, list)}


def _rises(above: np.ndarray) -> np.ndarray:
    """Return where a level crosses the upper bar; it must have come below the lower bar in between."""
    found, ready = np.zeros(len(above), bool), True
    for place, value in enumerate(above.tolist()):
        if ready and value > _ONSET_DB:
            found[place], ready = True, False
        elif value < _SETTLED_DB:
            ready = True
    return found


def _spectrum(mono: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean power of all pieces and their frequencies."""
    size = 16_384
    padded = np.pad(mono, (0, max(size - len(mono), 0)))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, size)[:: size // 2] * np.hanning(size)
    return (np.abs(np.fft.rfft(pieces)) ** 2).mean(0), np.arange(size // 2 + 1) * RATE_HZ / size


def _between(power: np.ndarray, hz: np.ndarray, low: float, high: float) -> float:
    return float(power[(hz >= low) & (hz < high)].sum()) + 1e-20


def _peak_hz(power: np.ndarray, hz: np.ndarray) -> float:
    middles = 25 * 2 ** (np.arange(29) / 3)
    return float(
        middles[np.argmax([_between(power, hz, m * 2 ** (-1 / 6), m * 2 ** (1 / 6)) for m in middles])]
    )


def _tone_db(power: np.ndarray, hz: np.ndarray) -> float:
    """Return how far the strongest line between 40 Hz and 12 kHz stands above the median of half an octave."""
    best = 0.0
    for middle in 40 * 2 ** (np.arange(50) / 6):
        near = power[(hz >= middle * 2 ** (-1 / 4)) & (hz < middle * 2 ** (1 / 4))]
        if len(near) > 4 and near.max() > power.max() * 1e-3:
            best = max(best, 10 * math.log10(near.max() / (np.median(near) + 1e-20)))
    return best


def _weighted(mono: np.ndarray) -> np.ndarray:
    """Return samples as loud as the ear finds them (A-weighting)."""
    size = len(mono)
    square = (np.arange(size // 2 + 1) * RATE_HZ / size) ** 2
    gain = (
        1.2589
        * 12_194**2
        * square**2
        / ((square + 20.6**2) * np.sqrt((square + 107.7**2) * (square + 737.9**2)) * (square + 12_194**2))
    )
    return np.fft.irfft(np.fft.rfft(mono) * gain, size)


def _modulation(heard: np.ndarray) -> list[float]:
    """Return how deep the loudness moves in each range of rate, as RMS over its mean."""
    step = RATE_HZ // _ENVELOPE_HZ
    count = len(heard) // step
    if count < 16:
        return [0.0] * len(RATES_HZ)
    envelope = np.sqrt((heard[: count * step].reshape(count, step) ** 2).mean(1))
    spectrum = np.fft.rfft(envelope / (envelope.mean() or 1e-12)) / count
    rate = np.arange(len(spectrum)) * _ENVELOPE_HZ / count
    return [
        math.sqrt(2 * float((np.abs(spectrum[(rate >= low) & (rate < high)]) ** 2).sum()))
        for low, high in RATES_HZ
    ]


def picture(clip: AudioClip, title: str) -> PIL.Image.Image:
    """Return a whole sound, at full scale, beside its loudest 2.5 s, drawn so fine that each event shows."""
    clip = AudioClip(
        samples=clip.samples / max(float(clip.samples.abs().max()), 1e-9), sample_rate_hz=RATE_HZ
    )
    whole = draw_sound(clip, width=560, height=330)
    count = min(round(_ZOOM_S * RATE_HZ), clip.frames)
    start = _loudest(clip.samples.mean(0), count)
    part = AudioClip(samples=clip.samples[:, start : start + count].contiguous(), sample_rate_hz=RATE_HZ)
    zoom = draw_sound(part, width=840, height=330, window=768)
    page = PIL.Image.new("RGB", (560 + 4 + 840, 346), (14, 17, 22))
    for image, x in ((whole, 0), (zoom, 564)):
        codes = (image.pixels * 255).round().to(torch.uint8).numpy()
        page.paste(PIL.Image.fromarray(codes), (x, 16))
    label = (
        f"{title}   {clip.seconds:.1f} s   |   {start / RATE_HZ:.1f} s to {(start + count) / RATE_HZ:.1f} s"
    )
    PIL.ImageDraw.Draw(page).text((4, 2), label, fill=(235, 240, 245))
    return page


def sheet(tiles: list[PIL.Image.Image], across: int = 4) -> PIL.Image.Image:
    """Return tiles of one size side by side, row by row."""
    width, height = tiles[0].size
    rows = math.ceil(len(tiles) / across)
    page = PIL.Image.new("RGB", (across * (width + 4), rows * (height + 4)), (14, 17, 22))
    for number, tile in enumerate(tiles):
        page.paste(tile, (number % across * (width + 4), number // across * (height + 4)))
    return page


def tile(clip: AudioClip, title: str) -> PIL.Image.Image:
    """Return the spectrogram of the first 10 s of a sound, small and with its name."""
    count = min(10 * RATE_HZ, clip.frames)
    part = AudioClip(
        samples=clip.samples[:, :count] / max(float(clip.samples.abs().max()), 1e-9), sample_rate_hz=RATE_HZ
    )
    codes = (
        (draw_sound(part, width=380, height=174, window=1536).pixels * 255).round().to(torch.uint8).numpy()
    )
    made = PIL.Image.new("RGB", (380, 132), (14, 17, 22))
    made.paste(PIL.Image.fromarray(codes[58:]), (0, 16))
    PIL.ImageDraw.Draw(made).text((4, 2), title, fill=(235, 240, 245))
    return made


def _loudest(mono: Tensor, count: int) -> int:
    step = max(count // 4, 1)
    level = [
        float(mono[start : start + count].square().sum()) for start in range(0, len(mono) - count + 1, step)
    ]
    return step * int(np.argmax(level))


def row(name: str, measured: dict[str, float]) -> str:
    """Return a line of the table."""
    octaves = " ".join(f"{measured[f'oct_{middle:g}']:4.0f}" for middle in OCTAVES_HZ)
    rates = " ".join(f"{measured[f'mod_{low:g}_{high:g}']:5.2f}" for low, high in RATES_HZ)
    return (
        f"{name:30} {octaves} {measured['tilt_db_per_octave']:6.1f} {measured['centroid_hz']:7.0f} "
        f"{measured['peak_hz']:6.0f} {measured['tone_db']:5.0f} {measured['onsets_per_s']:6.1f} {rates} "
        f"{measured['crest_db']:5.1f} {measured['kurtosis']:7.1f} {measured['alike']:6.2f} {measured['seconds']:5.1f}"
    )


def heading() -> str:
    """Return the first line of the table."""
    octaves = " ".join(
        f"{f'{middle / 1000:g}k' if middle >= 1000 else f'{middle:g}':>4}" for middle in OCTAVES_HZ
    )
    rates = " ".join(f"{f'{low:g}-{high:g}':>5}" for low, high in RATES_HZ)
    return (
        f"{'':30} {octaves} {'tilt':>6} {'centre':>7} {'peak':>6} {'tone':>5} {'onsets':>6} {rates} "
        f"{'crest':>5} {'kurt':>7} {'alike':>6} {'s':>5}"
    )


def _chosen(only: list[str] | None, mode: str | None) -> Iterator[Case]:
    for case in cases():
        is_named = only is None or any(case.name == word or case.name.startswith(f"{word}/") for word in only)
        if is_named and mode in (None, case.mode):
            yield case


def main() -> int:
    """Print the table, write the pictures, and say what is out of range."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", action="append", help='a sound, "scene", or "sound/option=value"; may be repeated'
    )
    parser.add_argument("--mode", choices=("ambience", "sfx", "music"))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long ambiences are")
    parser.add_argument("--pictures", type=Path, help="folder for a picture of each")
    parser.add_argument("--sheet", type=Path, help="file for one picture of all, the first seed of each")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found: list[str] = []
    tiles: list[PIL.Image.Image] = []
    print(heading())
    for case in _chosen(options.only, options.mode):
        for seed in range(1, options.seeds + 1):
            clip = played(case, seed, seconds=options.seconds)
            measured = figures(clip)
            print(row(f"{case.name} {seed}", measured), flush=True)
            found += [f"{line} (seed {seed})" for line in outside(case.name, measured)]
            if options.sheet is not None and seed == 1:
                tiles.append(tile(clip, case.name))
            if options.pictures is not None:
                options.pictures.mkdir(parents=True, exist_ok=True)
                file = case.name.replace("/", "_").replace("=", "_")
                picture(clip, f"{case.name} seed {seed}").save(options.pictures / f"{file}_{seed}.png")
    if tiles:
        sheet(tiles).save(options.sheet, quality=60)
    print("\n".join(found) or "nothing out of range")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
