"""How a loop closes in a decoded OGG file: `python -m benchmarks.loops [--seconds N] [--seed N]`.

Four contents are mastered and encoded three ways: wrapped, with the loop's own end before it and its beginning
behind it (`write_loop`, what assets are written with); plain, as any encoder takes the samples; and wrapped from a
loop cut 137 frames short, which must be heard. All begin with the same frame. `kink` is the third difference at the
seam over the 99.9th percentile elsewhere, up to 1 is unheard; `surprise` is the error of a linear predictor there
over its median elsewhere, up to 3, or as much as the samples have that were encoded: music begins with a beat.
`step` is between the levels of the last and the first 50 ms. libsndfile decodes, and FFmpeg too where PyAV is
installed: `frames off` is what either has too many or too few, `apart` the largest difference of the two.
"""

from __future__ import annotations

import argparse
import io
import math
import sys
from collections.abc import Callable

import numpy as np
import soundfile
import torch
from torch import Tensor

from assetgen.backends.base import load_backend
from assetgen.context import Context
from assetgen.dsp.master import PROFILES, master
from assetgen.dsp.seam import LoopSeam, measure_seam
from assetgen.formats.vorbis import BLOCK_STEP, write_loop, write_vorbis
from assetgen.media.audio import AudioClip
from assetgen.specs.audio import AudioSpec

try:
    import av
except ImportError:
    av = None

RATE_HZ = 48_000
SHORT = 137
QUALITIES = (0.3, 0.5)
WAYS = ("wrapped", "plain", f"{SHORT} frames short")
PROMPTS = {
    "campfire": ("campfire ambience", "ambience", "game_ambience"),
    "wind": ("wind ambience", "ambience", "game_ambience"),
    "music": ("calm lo-fi music", "music", "game_music"),
}


def pad(seconds: float) -> AudioClip:
    """Return a sustained chord on a ring, where a click has nothing to hide behind."""
    frames = round(seconds * RATE_HZ / BLOCK_STEP) * BLOCK_STEP
    turn = torch.arange(frames, dtype=torch.float64) * (2 * math.pi / frames)
    chord = torch.zeros(frames, dtype=torch.float64)
    for hz in (130.81, 155.56, 196.0):
        for partial, level in ((1.0, 1.0), (1.004, 0.8), (2.001, 0.4), (3.0, 0.2)):
            chord += level * torch.sin(turn * round(hz * partial * frames / RATE_HZ) + hz * partial)
    both = torch.stack([chord, chord.roll(311)])
    return AudioClip(samples=(both / both.abs().max() / 2).float(), sample_rate_hz=RATE_HZ, loop=(0, frames))


def sounds(seconds: float, seed: int) -> dict[str, AudioClip]:
    """Return the contents, each mastered to its profile."""
    made = {"pad": master(pad(seconds), PROFILES["game_ambience"]).clip}
    for name, (prompt, mode, profile) in PROMPTS.items():
        bars = 4 if mode == "music" else None
        spec = AudioSpec(
            asset=name,
            prompt=prompt,
            mode=mode,
            seed=seed,
            seconds=None if bars else seconds,
            bars=bars,
            sample_rate=RATE_HZ,
        )
        generated = load_backend("procedural", kind="audio").generate(spec, Context())
        made[name] = master(generated.value.takes[0], PROFILES[profile]).clip
    return made


def encoded(samples: Tensor, way: str, quality: float) -> bytes:
    """Return the OGG file of a loop."""
    if way == WAYS[2]:
        samples = samples[:, :-SHORT]
    frames = np.ascontiguousarray(samples.T.numpy())
    if way == "plain":
        return write_vorbis(frames, RATE_HZ, quality=quality, texts={})
    return write_loop(frames, RATE_HZ, quality=quality, texts={})[0]


def with_libsndfile(data: bytes) -> np.ndarray:
    return soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)[0].T


def with_ffmpeg(data: bytes) -> np.ndarray:
    """Return what FFmpeg decodes, (C, N)."""
    with av.open(io.BytesIO(data)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


def decoders() -> dict[str, Callable[[bytes], np.ndarray]]:
    """Return the decoders that are installed."""
    return {"libsndfile": with_libsndfile, **({"FFmpeg": with_ffmpeg} if av is not None else {})}


def is_unheard(seam: LoopSeam, own: LoopSeam) -> bool:
    """Return whether a seam is within what an asset may have, or what the samples have by themselves."""
    return seam.kink <= max(1.0, 1.25 * own.kink) and seam.surprise <= max(3.0, 1.25 * own.surprise)


def row(*cells: object) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def told(seam: LoopSeam) -> tuple[str, str, str]:
    """Return kink, surprise and step as they are printed."""
    return f"{seam.kink:.2f}", f"{seam.surprise:.2f}", f"{seam.step_db:.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of a loop; music has four bars")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    is_met = True
    print("decoded by", " and ".join(decoders()))
    print(row("content", "quality", "encoded", "kink", "surprise", "step, dB", "frames off", "apart", "kB"))
    print(row(*["---"] * 9))
    with torch.inference_mode():
        for name, clip in sounds(options.seconds, options.seed).items():
            own = measure_seam(clip.samples, RATE_HZ)
            print(row(name, "", "not at all", *told(own), "", "", ""))
            for quality in QUALITIES:
                seams = {}
                for way in WAYS:
                    data = encoded(clip.samples, way, quality)
                    frames = clip.frames - (SHORT if way == WAYS[2] else 0)
                    heard = [decode(data) for decode in decoders().values()]
                    off = max((samples.shape[1] - frames for samples in heard), key=abs)
                    apart = max(float(np.abs(heard[0] - other).max()) if off == 0 else 1.0 for other in heard)
                    seams[way] = measure_seam(torch.from_numpy(np.ascontiguousarray(heard[0])), RATE_HZ)
                    size = f"{len(data) / 1000:.0f}"
                    print(row(name, quality, way, *told(seams[way]), off, f"{apart:.0e}", size), flush=True)
                    is_met &= off == 0 and apart < 1e-4
                is_met &= is_unheard(seams["wrapped"], own)
                if name == "pad":
                    is_met &= seams["plain"].kink > 10 * seams["wrapped"].kink
                    is_met &= seams[WAYS[2]].kink > 10
    print("bars: exact in every decoder; wrapped is unheard; on the pad plain is ten times worse:", is_met)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
