"""Measures of a loop: whether its end meets its beginning without being heard.

A click is a kink, so it is looked for where smooth sound is suppressed: in the third difference, and in what a
linear predictor of the sound itself does not foresee. Both are compared with what the sound does elsewhere, so that
the crackle of a fire counts on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import scipy.linalg
import torch
from torch import Tensor

LARGEST_KINK: Final = 1.0
LARGEST_SURPRISE: Final = 3.0
LARGEST_STEP_DB: Final = 3.0
_ORDER = 24
_REACH = 31
_SILENT = 1e-7
_WINDOW_S = 0.05
_AROUND_S = 15.0
"""What is called elsewhere in a long loop: so far to either side of the seam."""


@dataclass(frozen=True, slots=True)
class LoopSeam:
    """How much the seam of a loop stands out.

    Args:
        kink: the third difference at the seam over the 99.9th percentile elsewhere; a seam nobody hears: up to 1.
        surprise: the largest error of a 24th-order linear predictor within 31 frames of the seam over the median
            of such windows elsewhere; up to 3.
        step_db: difference of level between the last and the first 50 ms; up to 3.
    """

    kink: float
    surprise: float
    step_db: float


def measure_seam(samples: Tensor, rate_hz: int) -> LoopSeam:
    """Return how the end of a sound meets its beginning.

    Args:
        samples: (C, N) one period, N of 4096 or more.
        rate_hz: sample rate.
    """
    around, seam = _around(samples, rate_hz)
    cuts = slice(seam, seam + 1)
    return LoopSeam(
        kink=float(_kinks(around, cuts)[0]),
        surprise=float(_surprises(around.mean(0), cuts)[0]),
        step_db=float(_steps_db(around, cuts, rate_hz)[0]),
    )


def calmest_cut(samples: Tensor, rate_hz: int, *, reach: int) -> int:
    """Return how many frames later a ring would best begin, so that its seam stands out least: -reach to reach.

    Args:
        samples: (C, N) one period, N of 4096 or more.
        rate_hz: sample rate.
        reach: frames by which it may begin sooner or later, up to a quarter of N.
    """
    around, seam = _around(samples, rate_hz)
    cuts = slice(seam - reach, seam + reach + 1)
    heard = torch.stack(
        (
            _kinks(around, cuts) / LARGEST_KINK,
            _surprises(around.mean(0), cuts) / LARGEST_SURPRISE,
            _steps_db(around, cuts, rate_hz) / LARGEST_STEP_DB,
        )
    )
    return int(heard.amax(0).argmin()) - reach


def _around(samples: Tensor, rate_hz: int) -> tuple[Tensor, int]:
    """Return what is heard about the seam of a ring, and where that lies therein: far from both ends."""
    frames, reach = samples.shape[-1], round(_AROUND_S * rate_hz)
    before, behind = min(frames // 2, reach), min(frames - frames // 2, reach)
    return torch.cat([samples[:, frames - before :], samples[:, :behind]], dim=1).double(), before


def _kinks(samples: Tensor, cuts: slice) -> Tensor:
    third = torch.diff(samples, n=3).abs().amax(0)
    # Difference k reaches from frame k to k + 3: those that span the cut.
    at_cuts = third[cuts.start - 3 : cuts.stop - 1].unfold(0, 3, 1).amax(1)
    strongest = third.numel() - max(int(0.999 * (third.numel() - 1)), 1)
    return at_cuts / max(float(third.topk(strongest).values[-1]), _SILENT)


def _surprises(signal: Tensor, cuts: slice) -> Tensor:
    frames = signal.numel()
    lags = range(_ORDER + 1)
    auto = torch.stack([torch.dot(signal[: frames - lag], signal[lag:]) for lag in lags])
    if float(auto[0]) < _SILENT * _SILENT * frames:
        return torch.zeros(cuts.stop - cuts.start, dtype=signal.dtype)
    # A little white noise keeps the equations of a pure tone solvable.
    auto[0] *= 1.0001
    taps = torch.from_numpy(scipy.linalg.solve_toeplitz(auto[:_ORDER].numpy(), auto[1:].numpy()))
    kernel = torch.cat([-taps.flip(0), torch.ones(1, dtype=taps.dtype)])
    error = torch.nn.functional.conv1d(signal[None, None], kernel[None, None])[0, 0].abs()
    # Error k belongs to frame k + the order.
    first = cuts.start - _ORDER - 3
    at_cuts = error[first : cuts.stop - 1 - _ORDER - 3 + _REACH].unfold(0, _REACH, 1).amax(1)
    count = error.numel() // _REACH
    windows = error[: count * _REACH].view(count, _REACH).amax(1)
    return at_cuts / max(float(windows.median()), _SILENT)


def _steps_db(samples: Tensor, cuts: slice, rate_hz: int) -> Tensor:
    power = samples.square().mean(0)
    width = min(round(_WINDOW_S * rate_hz), cuts.start, power.numel() - cuts.stop + 1)
    levels = power[cuts.start - width : cuts.stop - 1 + width].unfold(0, width, 1).mean(1)
    before, behind = levels[:-width], levels[width:]
    steps = 10 * (before.clamp(min=1e-12) / behind.clamp(min=1e-12)).log10().abs()
    return torch.where(torch.maximum(before, behind) < _SILENT, 0.0, steps)
