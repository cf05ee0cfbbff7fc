"""A loop out of a sound that has an end: where its end sounds like its beginning, and a crossfade that does not sink.

Source: the end is matched to the beginning by normalized cross-correlation, as sample editors do it for
loops; gains follow the correlation of the two, which keeps the power of a crossfade level (Fink, Holters and
Zölzer, "Signal-matched power-complementary cross-fading and dry-wet mixing", DAFx 2016).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

_MATCH_S = 0.25
_SEARCH_S = 2.0
_STEP_DB = 6.0


@dataclass(frozen=True, slots=True)
class LoopPoint:
    """Where a sound may go back.

    Args:
        start: first frame of the loop.
        end: frame behind its last one.
        likeness: correlation of what comes before the two, -1 to 1.
    """

    start: int
    end: int
    likeness: float


def find_loop(samples: Tensor, rate_hz: int, *, step: int = 1, room: int = 0) -> LoopPoint:
    """Return the longest good loop of a sound.

    Its silence and fade at both ends are left out first. Then the place near the end is taken whose last quarter
    of a second is most like that before the start.

    Args:
        samples: (C, N).
        rate_hz: sample rate.
        step: the length of the loop is a whole number of these frames.
        room: frames that are left before its start for a crossfade, a quarter of the sound at most.
    """
    first, last = _body(samples, rate_hz)
    mono = samples.double().mean(0)
    width = min(round(_MATCH_S * rate_hz), (last - first) // 4)
    reach = min(round(_SEARCH_S * rate_hz), (last - first) // 3)
    if width < 64 or reach < step:
        count = max((last - first) // step * step, min(step, last - first))
        return LoopPoint(first, first + count, 0.0)
    start = first + max(width, min(room, (last - first) // 4))
    pattern = mono[start - width : start]
    low = last - reach - width
    likeness = _likeness(mono[low:last], pattern)
    # A loop shorter by a second must be clearly better than a longer one.
    ends = low + width + torch.arange(len(likeness))
    fits = ((ends - start) % step == 0) & (ends > start)
    worth = likeness - 0.05 * (last - ends) / rate_hz
    worth = torch.where(fits, worth, torch.full_like(worth, -9.0))
    best = int(worth.argmax())
    return LoopPoint(start, int(ends[best]), float(likeness[best]))


def close_loop(samples: Tensor, point: LoopPoint, *, fade: int) -> Tensor:
    """Return one period of a loop: its end fades into what comes before its start.

    Args:
        samples: (C, N) the whole sound.
        point: the loop in it.
        fade: frames of the crossfade; fewer if there is not as much before the start.
    """
    period = samples[:, point.start : point.end].clone()
    fade = min(fade, point.start, period.shape[1] // 2)
    if fade < 2:
        return period
    # Gains that set out and arrive level: a corner in one is heard in a sustained tone.
    turn = (1 - torch.linspace(0, math.pi, fade, dtype=torch.float64).cos()) * (math.pi / 4)
    out, into = turn.cos(), turn.sin()
    leaving, coming = period[:, -fade:], samples[:, point.start - fade : point.start]
    alike = _correlation(leaving.double(), coming.double())
    level = torch.rsqrt(1 + alike * (2 * turn).sin())
    period[:, -fade:] = (leaving * (out * level) + coming * (into * level)).float()
    return period


def _body(samples: Tensor, rate_hz: int) -> tuple[int, int]:
    """Return where a sound has come in and where it begins to fade out."""
    width = max(rate_hz // 20, 1)
    count = samples.shape[1] // width
    if count < 8:
        return 0, samples.shape[1]
    level = samples[:, : count * width].square().mean(0).view(count, width).mean(1).double()
    db = 10 * torch.log10(level + 1e-12)
    loud = (db > float(db.median()) - _STEP_DB).nonzero()[:, 0]
    return int(loud[0]) * width, (int(loud[-1]) + 1) * width


def _likeness(signal: Tensor, pattern: Tensor) -> Tensor:
    """Return the normalized correlation of a pattern with every place of a signal that it fits on."""
    width, size = len(pattern), 1 << (len(signal) + len(pattern)).bit_length()
    product = torch.fft.irfft(torch.fft.rfft(signal, size) * torch.fft.rfft(pattern.flip(0), size), size)
    product = product[width - 1 : len(signal)]
    sums = torch.nn.functional.pad(signal.square().cumsum(0), (1, 0))
    energy = (sums[width:] - sums[:-width]).clamp(min=1e-12)
    return product / (energy * pattern.square().sum().clamp(min=1e-12)).sqrt()


def _correlation(first: Tensor, second: Tensor) -> float:
    power = float((first.square().sum() * second.square().sum()).sqrt())
    return min(max(float((first * second).sum()) / power, -0.95), 1.0) if power > 0 else 0.0
