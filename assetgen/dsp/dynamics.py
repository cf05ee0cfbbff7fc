"""Gain that follows the sound: compressor, gate and limiter, on a ring or from silence to silence.

Each returns a gain for every frame and leaves it to the caller to apply it: the stems of a mix take the same gain as
the mix, so they still sum to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.dsp.loudness import peaks
from assetgen.dsp.ring import padded, sliding_max, smoothed

_CONTROL = 32
"""Frames for which one level is taken."""
_MOST_TURNS = 12
_SETTLED_DB = 1e-4
_FLOOR_DB = -120.0
_LOOK_AHEAD_S = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Compressor:
    """Takes gain away above a threshold.

    Args:
        threshold_db: of the peak level.
        ratio: dB in for one dB out above it.
        knee_db: width of the bend between the two slopes.
        attack_s: time constant of falling gain.
        release_s: of rising gain.
    """

    threshold_db: float
    ratio: float = 3.0
    knee_db: float = 6.0
    attack_s: float = 0.005
    release_s: float = 0.2

    def gain_db(self, level_db: Tensor) -> Tensor:
        """Return what it does to a steady level."""
        over = level_db - self.threshold_db
        bend = (over + self.knee_db / 2).clamp(0, self.knee_db).square() / max(2 * self.knee_db, 1e-6)
        straight = torch.where(over > self.knee_db / 2, over, bend)
        return (1 / self.ratio - 1) * straight


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Turns down what lies below a threshold: room tone and hiss between sounds (a downward expander).

    Args:
        threshold_db: of the peak level.
        ratio: dB out for one dB in below it.
        most_db: what it takes away at most.
        attack_s: time constant of opening.
        release_s: of closing.
    """

    threshold_db: float = -40.0
    ratio: float = 3.0
    most_db: float = 60.0
    attack_s: float = 0.001
    release_s: float = 0.08

    def gain_db(self, level_db: Tensor) -> Tensor:
        """Return what it does to a steady level."""
        return ((self.ratio - 1) * (level_db - self.threshold_db)).clamp(-self.most_db, 0)


def gain_of(processor: Compressor | Gate, samples: Tensor, rate_hz: int, *, is_ring: bool) -> Tensor:
    """Return the gain that a processor gives every frame of a sound, (N,) factors.

    On a ring the gain goes round until it comes back to where it began; after that it has no beginning.

    Args:
        processor: what decides.
        samples: (C, N).
        rate_hz: sample rate.
        is_ring: whether the sound repeats without end.
    """
    frames = samples.shape[-1]
    steps = max(round(frames / _CONTROL), 1)
    level = torch.nn.functional.adaptive_max_pool1d(samples.abs().amax(0)[None], steps)[0]
    wanted = processor.gain_db(20 * torch.log10(level.double().clamp(min=10 ** (_FLOOR_DB / 20))))
    rate = rate_hz * steps / frames
    is_opening = isinstance(processor, Gate)
    down, up = processor.attack_s, processor.release_s
    if is_opening:
        down, up = up, down
    curve = _followed(
        wanted.tolist(), math.exp(-1 / (down * rate)), math.exp(-1 / (up * rate)), is_ring=is_ring
    )
    gain = torch.pow(10.0, torch.tensor(curve, dtype=torch.float64) / 20)
    return _stretched(gain, frames, is_ring=is_ring).float()


def _followed(wanted: list[float], falling: float, rising: float, *, is_ring: bool) -> list[float]:
    """Return a curve that follows another with one time constant downwards and one upwards."""
    state = wanted[0]
    curve = wanted
    for _ in range(_MOST_TURNS if is_ring else 1):
        began, curve = state, []
        for target in wanted:
            keep = falling if target < state else rising
            state = target + keep * (state - target)
            curve.append(state)
        if abs(state - began) < _SETTLED_DB:
            break
    return curve


def _stretched(values: Tensor, frames: int, *, is_ring: bool) -> Tensor:
    """Return values of equal pieces of a sound drawn out to its frames, linearly from middle to middle."""
    steps = values.numel()
    place = (torch.arange(frames, dtype=torch.float64) + 0.5) * (steps / frames) - 0.5
    low = torch.floor(place)
    share = place - low
    first, second = low.long(), low.long() + 1
    if is_ring:
        first, second = first.remainder(steps), second.remainder(steps)
    else:
        first, second = first.clamp(0, steps - 1), second.clamp(0, steps - 1)
    return values[first] * (1 - share) + values[second] * share


def limiting(samples: Tensor, rate_hz: int, *, ceiling_db: float, is_ring: bool) -> Tensor:
    """Return the gain that keeps true peaks below a ceiling, (N,) factors up to 1.

    It looks 2 ms ahead and has no memory, so it is the same wherever a ring begins.

    Args:
        samples: (C, N).
        rate_hz: sample rate.
        ceiling_db: highest true peak, dB of full scale.
        is_ring: whether the sound repeats without end.
    """
    frames = samples.shape[-1]
    reach = max(round(_LOOK_AHEAD_S * rate_hz), 1)
    over = (1 - 10 ** (ceiling_db / 20) / peaks(samples, is_ring=is_ring).clamp(min=1e-9)).clamp(min=0)
    # A peak between two frames is reached from both.
    over = over if is_ring else padded(over, 2 * reach + 2)
    over = torch.maximum(over, over.roll(1))
    taken = smoothed(sliding_max(over, reach), reach) if bool((over > 0).any()) else over
    return 1 - taken[:frames].clamp(0, 1)
