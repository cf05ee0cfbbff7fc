"""A taste of a sound: a few seconds of it in mono at a low rate, for editors and pages to play."""

from __future__ import annotations

import math

import numpy as np
import torch

from assetgen.formats.vorbis import write_vorbis
from assetgen.media.audio import AudioClip

_QUALITY = 0.1
_FADE_S = 0.25
_PEAK = 0.7


def write_clip(clip: AudioClip, *, longest_s: float = 4.0, rate_hz: int = 22_050) -> bytes:
    """Return the beginning of a sound as Ogg Vorbis, at most about 40 KiB; what is cut off fades out.

    It peaks at -3 dB of full scale, so that all clips are about as loud, and silence stays silent.

    Args:
        clip: the sound, mastered or not.
        longest_s: seconds that are kept.
        rate_hz: sample rate of the clip; a sound of a lower one keeps its own.
    """
    # Half a second to import, which no picture's preview should wait for.
    from scipy.signal import resample_poly

    rate = min(rate_hz, clip.sample_rate_hz)
    kept = min(clip.frames, round(longest_s * clip.sample_rate_hz))
    mono = clip.samples[:, :kept].double().mean(0).numpy()
    common = math.gcd(rate, clip.sample_rate_hz)
    small = torch.from_numpy(
        np.ascontiguousarray(resample_poly(mono, rate // common, clip.sample_rate_hz // common))
    )
    if kept < clip.frames:
        fade = min(round(_FADE_S * rate), len(small))
        small[-fade:] *= torch.linspace(1, 0, fade, dtype=small.dtype)
    small *= _PEAK / max(float(small.abs().max()), 1e-4)
    return write_vorbis(small.float()[:, None].numpy(), rate, quality=_QUALITY, texts={})
