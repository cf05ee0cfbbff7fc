"""Mastering: from a mix of any level to a file that sits right in a game.

Gate, equalizer, compressor, loudness, limiter, in that order; where the limiter took loudness away the gain is raised
again until both bars are met. Everything is done on the ring when the sound is one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from torch import Tensor

from assetgen.dsp.dynamics import Compressor, Gate, gain_of, limiting
from assetgen.dsp.filters import high_pass, put_through
from assetgen.dsp.loudness import SILENCE_LUFS, integrated_loudness, true_peak_db
from assetgen.media.audio import AudioClip

_NEAR_LU = 0.05
_NEAR_DB = 0.02
_MOST_PASSES = 6
_SILENT, _FAINT = 10 ** (-80 / 20), 0.1
"""Peaks up to the first are silence; up to the second, the gate of the loudness meter may pass over a sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastering:
    """What a sound is mastered to.

    Args:
        lufs: integrated loudness; None brings the true peak to the ceiling instead.
        ceiling_db: highest true peak, dB of full scale; None, with no loudness either, leaves levels alone.
        rumble_hz: everything below is cut; 0 cuts nothing.
        gate: for sounds that end; None for what goes on, whose quiet belongs to it.
        compressor: None leaves the dynamics alone.
    """

    lufs: float | None
    ceiling_db: float | None = -1.0
    rumble_hz: float = 22.0
    gate: Gate | None = None
    compressor: Compressor | None = None


PROFILES: Final[Mapping[str, Mastering]] = {
    "game_ambience": Mastering(lufs=-23.0),
    "game_music": Mastering(lufs=-16.0, compressor=Compressor(threshold_db=-18.0, ratio=2.0, release_s=0.25)),
    "streaming": Mastering(lufs=-14.0, compressor=Compressor(threshold_db=-18.0)),
    "sfx": Mastering(lufs=None, ceiling_db=-3.0, gate=Gate(threshold_db=-60.0, ratio=2.0)),
}
"""By the name that prompt files use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastered:
    """A mastered sound and what it measures.

    Args:
        clip: the sound; its stems have been through the same and still sum to it.
        lufs: integrated loudness reached.
        true_peak_db: highest true peak.
        gain_db: what was added before the limiter.
        limited_db: what the limiter took away at most.
    """

    clip: AudioClip
    lufs: float
    true_peak_db: float
    gain_db: float
    limited_db: float


def master(clip: AudioClip, plan: Mastering) -> Mastered:
    """Return a sound brought to the loudness and below the ceiling of a plan.

    Silence stays silence. A target that the ceiling does not allow is missed from below: limiting never crushes
    a sound by more than the passes can gain back.
    """
    ring, rate = clip.is_ring, clip.sample_rate_hz
    cut = _without_rumble(clip, plan.rumble_hz) if plan.rumble_hz else clip
    for processor in (plan.gate, plan.compressor):
        if processor is not None:
            cut = _scaled(cut, gain_of(processor, cut.samples, rate, is_ring=ring))
    loudness = integrated_loudness(cut.samples, rate, is_ring=ring)
    if loudness <= SILENCE_LUFS:
        peak = float(clip.samples.abs().amax())
        if plan.ceiling_db is not None and _SILENT < peak < _FAINT:
            lifted = master(_scaled(clip, 1 / peak), plan)
            return replace(lifted, gain_db=lifted.gain_db + _db(peak))
        return Mastered(clip=cut, lufs=loudness, true_peak_db=-120.0, gain_db=0.0, limited_db=0.0)
    if plan.ceiling_db is None:
        return _measured(cut, gain_db=0.0, limited_db=0.0)
    if plan.lufs is None:
        gain_db = plan.ceiling_db - true_peak_db(cut.samples, is_ring=ring)
        done = _scaled(cut, 10 ** (gain_db / 20))
        return _measured(done, gain_db=gain_db, limited_db=0.0)
    gain_db, ceiling_db = plan.lufs - loudness, plan.ceiling_db
    for _ in range(_MOST_PASSES):
        raised = _scaled(cut, 10 ** (gain_db / 20))
        taken = limiting(raised.samples, rate, ceiling_db=ceiling_db, is_ring=ring)
        done = _measured(_scaled(raised, taken), gain_db=gain_db, limited_db=_db(float(taken.amin())))
        short, over = plan.lufs - done.lufs, done.true_peak_db - plan.ceiling_db
        if abs(short) <= _NEAR_LU and over <= _NEAR_DB:
            break
        gain_db += short
        ceiling_db -= max(over, 0.0)
    return done


def _measured(clip: AudioClip, *, gain_db: float, limited_db: float) -> Mastered:
    return Mastered(
        clip=clip,
        lufs=integrated_loudness(clip.samples, clip.sample_rate_hz, is_ring=clip.is_ring),
        true_peak_db=true_peak_db(clip.samples, is_ring=clip.is_ring),
        gain_db=gain_db,
        limited_db=limited_db,
    )


def _without_rumble(clip: AudioClip, cutoff_hz: float) -> AudioClip:
    biquads = (high_pass(cutoff_hz, clip.sample_rate_hz),)

    def cut(samples: Tensor) -> Tensor:
        return put_through(samples, biquads, clip.sample_rate_hz, is_ring=clip.is_ring)

    return replace(clip, samples=cut(clip.samples), stems={name: cut(s) for name, s in clip.stems.items()})


def _scaled(clip: AudioClip, gain: Tensor | float) -> AudioClip:
    stems = {name: stem * gain for name, stem in clip.stems.items()}
    return replace(clip, samples=clip.samples * gain, stems=stems)


def _db(factor: float) -> float:
    return -20 * math.log10(max(factor, 1e-6))
