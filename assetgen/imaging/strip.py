"""A strip of a picture that is to be laid over its seam: its shape, where it comes from, and its texels."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

_OVERLAP = 0.6
"""Share of each half in which the cut may run; there the strip lies exactly as it fits best."""
_STRETCH = 0.3
"""How much of the rest, in the strip's middle, may be stretched or squeezed away."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Where the strip's two ends come from: their first column and how far down, left end and right end."""

    left: tuple[int, int]
    right: tuple[int, int]

    def times(self, factor: int) -> Fit:
        """Return the same place in a picture that is so much larger."""
        (a, b), (c, d) = self.left, self.right
        return Fit((a * factor, b * factor), (c * factor, d * factor))


@dataclass(frozen=True, slots=True)
class Strip:
    """The shape of a strip: half its width, how wide each end is, and whether the rows are a ring."""

    half: int
    closed: bool

    @property
    def width(self) -> int:
        """Columns."""
        return 2 * self.half

    @property
    def end(self) -> int:
        """Columns of each end, in which a cut may run."""
        return max(int(self.half * _OVERLAP), 4)

    @property
    def middle(self) -> int:
        """Columns between the ends."""
        return self.width - 2 * self.end

    @property
    def stretch(self) -> int:
        """Columns by which the middle may be stretched or squeezed."""
        return int(self.middle * _STRETCH)


def row_index(row: Tensor, rows: int, strip: Strip) -> Tensor:
    """Return rows beyond the picture as those of the ring, or as their mirror images."""
    if strip.closed:
        return row.remainder(rows)
    return (rows - 1 - (row.remainder(2 * rows) - rows + 0.5).abs().add(-0.5)).long().clamp(0, rows - 1)


def take_strip(stack: Tensor, fit: Fit, strip: Strip) -> Tensor:
    """Return the strip (R, width, C): ends texel for texel, the middle stretched to reach between."""
    rows, columns, _ = stack.shape
    device = stack.device
    place = torch.arange(strip.width, device=device, dtype=torch.float64)
    along = ((place - strip.end + 1) / (strip.middle + 1)).clamp(0.0, 1.0)
    straight = fit.left[0] + strip.width - strip.end
    column = fit.left[0] + place + along * (fit.right[0] - straight)
    down = fit.left[1] + along * (fit.right[1] - fit.left[1])
    index, weight = _taps(column)
    wide = torch.zeros(rows, strip.width, stack.shape[2], dtype=stack.dtype, device=device)
    for k in range(4):
        at = index[:, k].clamp(0, columns - 1)
        wide += stack.index_select(1, at) * weight[:, k, None].to(stack.dtype)
    if float((down - down.round()).abs().max()) == 0.0 and fit.left[1] == fit.right[1]:
        row = torch.arange(rows, device=device) + fit.left[1]
        return wide.index_select(0, row_index(row, rows, strip))
    index, weight = _taps(down)
    result = torch.zeros_like(wide)
    row = torch.arange(rows, device=device)[:, None]
    for k in range(4):
        at = row_index(row + index[None, :, k], rows, strip).unsqueeze(-1).expand_as(wide)
        result += wide.gather(0, at) * weight[None, :, k, None].to(stack.dtype)
    return result


def _taps(position: Tensor) -> tuple[Tensor, Tensor]:
    """Return four texels around each position and their Catmull-Rom weights."""
    first = position.floor()
    t = (position - first)[:, None]
    index = first.long()[:, None] + torch.arange(-1, 3, device=position.device)
    weight = torch.cat(
        (
            ((2.0 - t) * t - 1.0) * t,
            (3.0 * t - 5.0) * t * t + 2.0,
            ((4.0 - 3.0 * t) * t + 1.0) * t,
            (t - 1.0) * t * t,
        ),
        dim=1,
    )
    return index, weight * 0.5


def cutting_cost(apart: Tensor, strip: Strip) -> Tensor:
    """Return what a cut after each column of the left end costs, (..., R, end - 1).

    Args:
        apart: (..., R, width) squared difference of the strip and what lies below it.
        strip: its shape.
    """
    end = apart[..., : strip.end]
    return end[..., :-1] + end[..., 1:]
