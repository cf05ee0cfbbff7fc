"""A loop as an OGG file that goes round unheard: where it begins, and how it is coded.

What a decoder makes of a file decides, not what was meant: how its end meets its beginning is measured, and compared
with what nobody hears.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from assetgen.dsp.master import Mastered
from assetgen.dsp.seam import (
    LARGEST_KINK,
    LARGEST_STEP_DB,
    LARGEST_SURPRISE,
    LoopSeam,
    calmest_cut,
    measure_seam,
)
from assetgen.formats.read_sound import decode_sound
from assetgen.formats.vorbis import BLOCK_STEP, WrittenLoop, write_loop, write_vorbis
from assetgen.media.audio import AudioClip

SHORTEST_MEASURED: Final = 4096
"""Frames of a loop; there is too little elsewhere in a shorter one to compare its seam with."""
_MOST_BEGINNINGS = 12
_FAR_HOP, _NEAR_HOP = 37 * BLOCK_STEP, 37 * 64
"""Frames from one beginning that is tried to the next: far off in a loop that may begin anywhere; in one that may
turn by little, a whole number of the steps in which packets can lie."""
_MOST_STRAYS = 2
"""So many beginnings with which no packet begins are looked into before what closes well enough is taken."""
_GOOD = 0.75
"""Of what is allowed: a file is written a little louder or softer than it was judged, which moves its seam."""


def click_of(seam: LoopSeam) -> float:
    """Return how near a seam comes to being heard, up to 1 is good; without its step, which a beat has in itself."""
    return max(seam.kink / LARGEST_KINK, seam.surprise / LARGEST_SURPRISE)


class LoopCoder:
    """Codes one loop, again and again: what was found out the first time is not looked for a second time.

    Args:
        quality: of the OGG file, 0 smallest to 1 best.
    """

    def __init__(self, quality: float) -> None:
        self.quality = quality
        self._like: WrittenLoop | None = None

    def begun_well(self, mastered: Mastered, reach: int) -> tuple[Mastered, int]:
        """Return a loop that begins where its OGG file closes best, and how many frames later that is.

        It is the first place found that is good enough.

        Args:
            mastered: the loop.
            reach: frames by which it may begin sooner or later; half of them all lets it begin anywhere.
        """
        clip = mastered.clip
        if clip.frames < SHORTEST_MEASURED:
            return mastered, 0
        best: tuple[float, int, Mastered, WrittenLoop] | None = None
        is_near = reach <= BLOCK_STEP
        # Beginnings lie from -reach to reach - 1.
        first = calmest_cut(clip.samples, clip.sample_rate_hz, reach=reach - 1) if is_near else 0
        start, hop, strays = first, _NEAR_HOP if is_near else _FAR_HOP, 0
        for attempt in range(1, _MOST_BEGINNINGS + 1):
            turned = _turned(clip, start)
            written = write_loop(frames_of(turned), clip.sample_rate_hz, quality=self.quality, texts={})
            seam = _seam_of(written.data, turned)
            badness = max(click_of(seam), seam.step_db / LARGEST_STEP_DB)
            if best is None or badness < best[0]:
                best = badness, start, replace(mastered, clip=turned), written
            strays += written.past is None
            if badness <= _GOOD or (strays >= _MOST_STRAYS and best[0] <= 1.0):
                break
            # Where the end fell between two packets, a loop that begins as much sooner ends on one; else blocks on.
            start = start - written.past if written.past else first + attempt * hop
            start = (start + reach) % (2 * reach) - reach
        assert best is not None
        _, start, mastered, self._like = best
        return mastered, start

    def code(self, clip: AudioClip, texts: Mapping[str, str]) -> bytes:
        """Return a ring as the OGG file that closes it best; it begins where the ring does."""
        samples, rate_hz = frames_of(clip), clip.sample_rate_hz
        written = write_loop(samples, rate_hz, quality=self.quality, texts=texts, like=self._like)
        self._like = written
        if written.past == 0 or clip.frames < SHORTEST_MEASURED:
            return written.data
        # Strokes have moved the packets so that its end falls between two: now and then the plain way is better.
        click = click_of(_seam_of(written.data, clip))
        if click <= 1.0 or written.past is None:
            return written.data
        plain = write_vorbis(samples, rate_hz, quality=self.quality, texts=loop_texts(clip) | dict(texts))
        return plain if click_of(_seam_of(plain, clip)) < click else written.data


def loop_texts(clip: AudioClip) -> dict[str, str]:
    """Return the comments by which many engines know what of a sound repeats."""
    if clip.loop is None:
        return {}
    return {"LOOPSTART": str(clip.loop[0]), "LOOPLENGTH": str(clip.loop[1] - clip.loop[0])}


def frames_of(clip: AudioClip) -> np.ndarray:
    """Return samples as writers take them, (N, C) float32."""
    return np.ascontiguousarray(clip.samples.cpu().numpy().T)


def _turned(clip: AudioClip, start: int) -> AudioClip:
    if not start:
        return clip
    stems = {name: stem.roll(-start, -1) for name, stem in clip.stems.items()}
    return replace(clip, samples=clip.samples.roll(-start, -1), stems=stems)


def _seam_of(data: bytes, clip: AudioClip) -> LoopSeam:
    """Return how an OGG file of a loop goes round."""
    return measure_seam(decode_sound(data)[0], clip.sample_rate_hz)
