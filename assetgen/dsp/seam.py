"""Measures of a loop: whether its end meets its beginning without being heard.

A click is a kink, so it is looked for where smooth sound is suppressed: in the third difference, and in what a
linear predictor of the sound itself does not foresee. Both are compared with what the sound does elsewhere, so that
the crackle of a fire counts on both sides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import scipy.linalg
import torch
from torch import Tensor

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
    frames, reach = samples.shape[-1], round(_AROUND_S * rate_hz)
    before, behind = min(frames // 2, reach), min(frames - frames // 2, reach)
    # The seam lies in the middle now, and the ends are a place where nothing is measured.
    turned = torch.cat([samples[:, frames - before :], samples[:, :behind]], dim=1).double()
    return LoopSeam(
        kink=_kink(turned, before),
        surprise=_surprise(turned.mean(0), before),
        step_db=_step_db(samples, round(_WINDOW_S * rate_hz)),
    )


def _kink(samples: Tensor, seam: int) -> float:
    third = torch.diff(samples, n=3).abs().amax(0)
    # Difference k reaches from frame k to k + 3: those that span the seam.
    at_seam = float(third[seam - 3 : seam].amax())
    strongest = third.numel() - max(int(0.999 * (third.numel() - 1)), 1)
    return at_seam / max(float(third.topk(strongest).values[-1]), _SILENT)


def _surprise(signal: Tensor, seam: int) -> float:
    frames = signal.numel()
    lags = range(_ORDER + 1)
    auto = torch.stack([torch.dot(signal[: frames - lag], signal[lag:]) for lag in lags])
    if float(auto[0]) < _SILENT * _SILENT * frames:
        return 0.0
    # A little white noise keeps the equations of a pure tone solvable.
    auto[0] *= 1.0001
    taps = torch.from_numpy(scipy.linalg.solve_toeplitz(auto[:_ORDER].numpy(), auto[1:].numpy()))
    kernel = torch.cat([-taps.flip(0), torch.ones(1, dtype=taps.dtype)])
    error = torch.nn.functional.conv1d(signal[None, None], kernel[None, None])[0, 0].abs()
    # Error k belongs to frame k + the order.
    at_seam = float(error[seam - _ORDER - 3 : seam - _ORDER - 3 + _REACH].amax())
    count = error.numel() // _REACH
    windows = error[: count * _REACH].view(count, _REACH).amax(1)
    return at_seam / max(float(windows.median()), _SILENT)


def _step_db(samples: Tensor, width: int) -> float:
    width = min(width, samples.shape[-1] // 2)
    before = float(samples[:, -width:].double().square().mean())
    behind = float(samples[:, :width].double().square().mean())
    if max(before, behind) < _SILENT:
        return 0.0
    return abs(10 * math.log10(max(before, 1e-12) / max(behind, 1e-12)))
