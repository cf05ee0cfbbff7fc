"""Mastering: from a mix of any level to a file that sits right in a game.

Equalizer, gate, compressor, loudness, limiter, in that order; where the limiter took loudness away the gain is raised
again until both bars are met. Everything is done on the ring when the sound is one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from torch import Tensor

from assetgen.dsp.dynamics import Compressor, Gate, gain_of, limiting
from assetgen.dsp.filters import Biquad, high_pass, high_shelf, low_shelf, peak, put_through
from assetgen.dsp.loudness import SILENCE_LUFS, integrated_loudness, true_peak_db
from assetgen.media.audio import AudioClip

_LOW_HZ, _MID_HZ, _MID_Q, _HIGH_HZ = 150.0, 1000.0, 0.6, 5000.0
_NEAR_LU = 0.05
_NEAR_DB = 0.02
_MOST_PASSES = 6
_SILENT, _FAINT = 10 ** (-80 / 20), 0.1
"""Peaks up to the first are silence; up to the second, the gate of the loudness meter may pass over a sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """An equalizer of three bands, dB each: a shelf below 150 Hz, a bell at 1 kHz, a shelf above 5 kHz."""

    low_db: float = 0.0
    mid_db: float = 0.0
    high_db: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastering:
    """What a sound is mastered to.

    Args:
        lufs: integrated loudness; None brings the true peak to the ceiling instead.
        ceiling_db: highest true peak, dB of full scale; None, with no loudness either, leaves levels alone.
        rumble_hz: everything below is cut; 0 cuts nothing.
        tone: what the equalizer does.
        gate: for sounds that end; None for what goes on, whose quiet belongs to it.
        compressor: None leaves the dynamics alone.
    """

    lufs: float | None
    ceiling_db: float | None = -1.0
    rumble_hz: float = 22.0
    tone: Tone = Tone()
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
    cut = _equalized(clip, plan)
    for processor in (plan.gate, plan.compressor):
        if processor is not None:
            cut = _scaled(cut, gain_of(processor, cut.samples, rate, is_ring=ring))
    loudness = integrated_loudness(cut.samples, rate, is_ring=ring)
    if loudness <= SILENCE_LUFS:
        loudest = float(clip.samples.abs().amax())
        if plan.ceiling_db is not None and _SILENT < loudest < _FAINT:
            lifted = master(_scaled(clip, 1 / loudest), plan)
            return replace(lifted, gain_db=lifted.gain_db + _db(loudest))
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


def _equalized(clip: AudioClip, plan: Mastering) -> AudioClip:
    rate, tone = clip.sample_rate_hz, plan.tone
    biquads: list[Biquad] = []
    if plan.rumble_hz:
        biquads.append(high_pass(plan.rumble_hz, rate))
    if tone.low_db:
        biquads.append(low_shelf(_LOW_HZ, rate, gain_db=tone.low_db))
    if tone.mid_db:
        biquads.append(peak(_MID_HZ, rate, gain_db=tone.mid_db, q=_MID_Q))
    if tone.high_db:
        biquads.append(high_shelf(_HIGH_HZ, rate, gain_db=tone.high_db))
    if not biquads:
        return clip

    def through(samples: Tensor) -> Tensor:
        return put_through(samples, tuple(biquads), rate, is_ring=clip.is_ring)

    stems = {name: through(stem) for name, stem in clip.stems.items()}
    return replace(clip, samples=through(clip.samples), stems=stems)


def _scaled(clip: AudioClip, gain: Tensor | float) -> AudioClip:
    stems = {name: stem * gain for name, stem in clip.stems.items()}
    return replace(clip, samples=clip.samples * gain, stems=stems)


def _db(factor: float) -> float:
    return -20 * math.log10(max(factor, 1e-6))
