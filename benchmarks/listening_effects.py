"""What every effect of the library measures beside the real thing, how its takes differ, and sheets to look at.

    python -m benchmarks.listening_effects                      every effect with each of its choices, two seeds
    python -m benchmarks.listening_effects --only door --seeds 4
    python -m benchmarks.listening_effects --sheets DIR         contact sheets: two seeds and two more takes of each
    python -m benchmarks.listening_effects --one FILE           one sheet of all effects, a picture each
    python -m benchmarks.listening_effects --seconds            how long make, master and encode take

To the figures of `benchmarks.listening` come those of a sound that happens once: how soon it is loud (from a
tenth to nine tenths of its highest level of a millisecond), in what time it falls by 20 and by 40 dB below that
for good, the shares of its power below 150 Hz and above 4 kHz, how many blows it has (onsets), and how far apart
its takes lie: `takes_db`, the mean difference of their octave levels, and `seeds_db`, that of other seeds.

`listening_effects.toml` says what the literature finds in the real thing, with its source; a figure out of its
range is named and the exit code is 1. Levels of octaves are in dB of the whole power, taken from the whole sound
at once: pieces under a window, as for ambiences, would fade its first blow.
"""

from __future__ import annotations

import argparse
import io
import math
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import torch

from assetgen.backends.procedural.grammar.sound_request import SoundPart, SoundRequest
from assetgen.backends.procedural.sounds.draw import draw_effect
from assetgen.context import Context
from assetgen.dsp.master import PROFILES
from assetgen.export.sound import SoundOptions, export_sounds
from assetgen.imaging.sound_picture import draw_sound
from assetgen.media.audio import AudioClip, Sounds
from benchmarks import listening

EXPECTED = Path(__file__).with_suffix(".toml")
TAKES = 4
_FALLS_DB = (20, 40)


def cases() -> tuple[listening.Case, ...]:
    """Return every effect with each of its choices."""
    return tuple(case for case in listening.cases() if case.mode == "sfx")


def played(case: listening.Case, seed: int, take: int = 0) -> AudioClip:
    """Return one take before mastering."""
    part = SoundPart(name=case.parts[0].name, options=case.parts[0].options)
    request = SoundRequest(mode="sfx", parts=(part,))
    with torch.inference_mode():
        return draw_effect(request, rate_hz=listening.RATE_HZ, seed=seed, take=take, ctx=Context())


def figures(clip: AudioClip) -> dict[str, float]:
    """Measure one take; see the head of this file for what each figure says."""
    measured = listening.figures(clip)
    mono = clip.samples.double().mean(0).numpy()
    step = listening.RATE_HZ // 1000
    padded = np.pad(mono, (0, -len(mono) % step))
    level = np.sqrt((padded.reshape(-1, step) ** 2).mean(1))
    top = int(level.argmax())
    rising = level[: top + 1]
    first = int(np.flatnonzero(rising >= 0.1 * level[top])[0])
    near = int(np.flatnonzero(rising >= 0.9 * level[top])[0])
    measured["attack_ms"] = float(near - first)
    for fall in _FALLS_DB:
        above = np.flatnonzero(level > level[top] * 10 ** (-fall / 20))
        measured[f"t{fall}_ms"] = float(above[-1] - top + 1)
    first_blow = int(level[:40].argmax())
    behind = level[first_blow + 60 : first_blow + 260]
    measured["again_ms"] = float(60 + behind.argmax()) if len(behind) else 0.0
    power = np.abs(np.fft.rfft(mono)) ** 2
    hz = np.fft.rfftfreq(len(mono), 1 / listening.RATE_HZ)
    whole = power[hz > 20].sum() + 1e-20
    for middle in listening.OCTAVES_HZ:
        inside = (hz >= middle / math.sqrt(2)) & (hz < middle * math.sqrt(2))
        measured[f"oct_{middle:g}"] = float(10 * math.log10(power[inside].sum() / whole + 1e-9))
    measured["centroid_hz"] = float((power * hz).sum() / whole)
    measured["low_share"] = float(power[(hz > 20) & (hz < 150)].sum() / whole)
    measured["high_share"] = float(power[hz > 4000].sum() / whole)
    measured["blows"] = float(listening.onsets(mono))
    return measured


def apart_db(clips: list[AudioClip]) -> float:
    """Return how far apart sounds lie: the mean difference of their levels in octaves and tenths of their length."""
    heard = []
    longest = max(clip.frames for clip in clips)
    for clip in clips:
        mono = np.pad(clip.samples.double().mean(0).numpy(), (0, longest - clip.frames))
        rows = []
        for piece in np.array_split(mono / (np.abs(mono).max() + 1e-12), 10):
            power = np.abs(np.fft.rfft(piece)) ** 2 / len(piece)
            hz = np.fft.rfftfreq(len(piece), 1 / listening.RATE_HZ)
            rows.append([power[(hz >= 88 * 2**k) & (hz < 177 * 2**k)].sum() for k in range(7)])
        heard.append(10 * np.log10(np.array(rows) + 1e-6))
    pairs = [(a, b) for a in range(len(heard)) for b in range(a)]
    return float(np.mean([np.abs(heard[a] - heard[b]).mean() for a, b in pairs]))


def outside(name: str, measured: dict[str, float]) -> list[str]:
    """Return what of an effect's figures lies outside what is expected of the real thing, one line each."""
    return [
        f"{name}: {figure} {measured[figure]:.3g} is not {low:g} to {high:g}"
        for figure, (low, high) in expected(name).items()
        if not low <= measured[figure] <= high
    ]


def expected(name: str) -> dict[str, tuple[float, float]]:
    """Return the ranges of an effect: those of its own choice before those of its kind."""
    found = tables()
    merged = {**found.get(name.split("/")[0], {}), **found.get(name, {})}
    return {figure: (bounds[0], bounds[1]) for figure, bounds in merged.items()}


def tables() -> dict[str, dict[str, list[float]]]:
    """Return all that is expected, by the name of an effect or one of its choices."""
    return tomllib.loads(EXPECTED.read_text("utf-8"))


def tile(clip: AudioClip, label: str, width: int, height: int) -> PIL.Image.Image:
    """Return a small picture of a take at full scale, with its name."""
    loud = clip.samples / max(float(clip.samples.abs().max()), 1e-9)
    image = draw_sound(
        AudioClip(samples=loud, sample_rate_hz=listening.RATE_HZ),
        width=width,
        height=height - 12,
        window=1024,
    )
    page = PIL.Image.new("RGB", (width, height), (14, 17, 22))
    page.paste(PIL.Image.fromarray((image.pixels * 255).round().to(torch.uint8).numpy()), (0, 12))
    PIL.ImageDraw.Draw(page).text((2, 0), f"{label}  {clip.seconds:.2f} s", fill=(235, 240, 245))
    return page


def seconds_of(case: listening.Case) -> dict[str, float]:
    """Return how long one take takes to make and to master and encode, CPU seconds."""
    start = time.process_time()
    clip = played(case, 1)
    made = time.process_time()
    options = SoundOptions(name="x", mastering=PROFILES["sfx"])
    written = list(export_sounds(Sounds(takes=(clip,), mode="sfx"), options, Context()))
    done = time.process_time()
    assert io.BytesIO(written[0].data or b"").getbuffer().nbytes > 0
    return {"make": made - start, "write": done - made}


def _row(name: str, m: dict[str, float]) -> str:
    octaves = " ".join(f"{m[f'oct_{middle:g}']:4.0f}" for middle in listening.OCTAVES_HZ)
    return (
        f"{name:34} {octaves} {m['centroid_hz']:6.0f} {m['peak_hz']:6.0f} {m['tone_db']:4.0f} {m['attack_ms']:6.0f} "
        f"{m['t20_ms']:6.0f} {m['t40_ms']:6.0f} {m['low_share']:5.2f} {m['high_share']:5.2f} {m['blows']:5.0f} "
        f"{m['crest_db']:5.1f} {m['kurtosis']:6.1f} {m['seconds']:5.2f}"
    )


def _heading() -> str:
    names = ("31", "63", "125", "250", "500", "1k", "2k", "4k", "8k", "16k")
    return (
        f"{'':34} {' '.join(f'{name:>4}' for name in names)} {'centre':>6} {'peak':>6} {'tone':>4} {'attack':>6} "
        f"{'t20':>6} {'t40':>6} {'low':>5} {'high':>5} {'blows':>5} {'crest':>5} {'kurt':>6} {'s':>5}"
    )


def _chosen(only: list[str] | None) -> Iterator[listening.Case]:
    for case in cases():
        if only is None or any(case.name == word or case.name.startswith(f"{word}/") for word in only):
            yield case


def _write_sheets(chosen: list[listening.Case], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    by_kind: dict[str, list[PIL.Image.Image]] = {}
    for case in chosen:
        kind, _, choice = case.name.partition("/")
        label = choice.partition("=")[2] or kind
        shown = [(1, 0), (1, 1), (1, 2), (2, 0)]
        by_kind.setdefault(kind, []).extend(
            tile(played(case, seed, take), f"{label} {seed}.{take}", 300, 190) for seed, take in shown
        )
    for kind, tiles in by_kind.items():
        listening.sheet(tiles, 4).save(folder / f"{kind}.png")


def main() -> int:
    """Print the table, write the sheets, and say what is out of range."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", help='an effect or "effect/option=value"; may be repeated')
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--sheets", type=Path, help="folder for a contact sheet of each effect")
    parser.add_argument("--one", type=Path, help="file for one sheet of all effects")
    parser.add_argument("--seconds", action="store_true", help="measure how long they take instead")
    options = parser.parse_args()
    torch.set_num_threads(1)
    chosen = list(_chosen(options.only))
    if options.sheets is not None:
        _write_sheets(chosen, options.sheets)
        return 0
    if options.one is not None:
        tiles = [tile(played(case, 1), case.name.split("=")[-1], 140, 100) for case in chosen]
        listening.sheet(tiles, 11).save(options.one, quality=74)
        return 0
    if options.seconds:
        took = {case.name: seconds_of(case) for case in chosen}
        for name, parts in sorted(took.items(), key=lambda item: -sum(item[1].values())):
            print(f"{name:34} make {parts['make']:.3f} s   master and OGG {parts['write']:.3f} s")
        return 0
    found: list[str] = []
    print(_heading())
    for case in chosen:
        for seed in range(1, options.seeds + 1):
            measured = figures(played(case, seed))
            print(_row(f"{case.name} {seed}", measured), flush=True)
            found += [f"{line} (seed {seed})" for line in outside(case.name, measured)]
        takes = apart_db([played(case, 1, take) for take in range(TAKES)])
        seeds = apart_db([played(case, seed) for seed in range(1, TAKES + 1)])
        print(f"{'':34} takes {takes:.1f} dB apart, seeds {seeds:.1f} dB")
    print("\n".join(found) or "nothing out of range")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
