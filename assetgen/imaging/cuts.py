"""The least visible line along which one picture can pass into another, and the light that joins them there.

Sources: Efros, Freeman, "Image Quilting for Texture Synthesis and Transfer", SIGGRAPH 2001 (minimum error boundary
cut by dynamic programming); Kwatra et al., "Graphcut Textures", SIGGRAPH 2003 (the cost of a cut between two texels);
Perez, Gangnet, Blake, "Poisson Image Editing", SIGGRAPH 2003 (gradients kept across a seam).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import pad


def cheapest_cut(cost: Tensor, *, closed: bool) -> Tensor:
    """Return for each row the column before which the cheapest cut from the first row to the last passes.

    A cut may run along a row for any length, at the cost of the texels that it passes: so it can follow the joint
    below a brick.

    Args:
        cost: (R, N) of cutting at each place, not below 0.
        closed: whether the last row meets the first again, and the cut with itself.

    Returns:
        (R,) int64, 0..N-1.
    """
    if not closed:
        return _walk(cost)
    rows = cost.shape[0]
    # Twice around: in the middle, the way no longer knows where it began.
    start = int(_walk(cost.repeat(2, 1))[rows])
    fixed = torch.cat((cost, cost[:1])).clone()
    for end in (0, -1):
        only = fixed[end, start].clone()
        fixed[end] = math.inf
        fixed[end, start] = only
    return _walk(fixed)[:-1]


def _walk(cost: Tensor) -> Tensor:
    rows = cost.shape[0]
    total = torch.empty_like(cost)
    total[0] = cost[0]
    for row in range(1, rows):
        total[row] = _reach(total[row - 1], cost[row])
    path = torch.empty(rows, dtype=torch.int64, device=cost.device)
    path[-1] = total[-1].argmin()
    for row in range(rows - 1, 0, -1):
        column = path[row]
        path[row - 1] = (total[row - 1] + _along(cost[row], column)).argmin()
    return path


def _reach(before: Tensor, cost: Tensor) -> Tensor:
    """Return the cheapest total at each column of a row, coming down anywhere and going along the row from there."""
    finite = torch.where(torch.isfinite(cost), cost, torch.zeros_like(cost))
    passed = finite.cumsum(0)
    right = (before - (passed - finite)).cummin(0).values + passed
    left = (before + passed).flip(0).cummin(0).values.flip(0) - (passed - finite)
    return torch.where(torch.isfinite(cost), torch.minimum(right, left), cost)


def _along(cost: Tensor, column: Tensor) -> Tensor:
    """Return what it costs to go from each column of a row to `column`, both included."""
    finite = torch.where(torch.isfinite(cost), cost, torch.zeros_like(cost))
    passed = finite.cumsum(0)
    before = passed - finite
    place = torch.arange(cost.shape[0], device=cost.device)
    return torch.where(place <= column, passed[column] - before, passed - before[column])


def join_light(first: Tensor, second: Tensor, is_second: Tensor, *, reach: float, closed: bool) -> Tensor:
    """Return what is to be added to a picture cut from two so that no step shows along the cut.

    Across the cut the step becomes the mean of the steps that the two pictures have there themselves; away from it
    every gradient is kept and the correction fades: a screened Poisson equation, solved by FFT.

    Args:
        first: (R, N, C).
        second: the same place of the other picture.
        is_second: (R, N) bool, where the second one is taken.
        reach: texels over which a step of many texels' length fades to 1 / e.
        closed: whether the last row meets the first again.
    """
    apart = first - second
    label = is_second.to(first.dtype).unsqueeze(-1)
    if not closed:
        apart, label = (torch.cat((t, t.flip(0))) for t in (apart, label))
    margin = int(4 * reach) + 1
    apart, label = (pad(t, (0, 0, margin, margin)) for t in (apart, label))
    source = torch.zeros_like(apart)
    for dim in (0, 1):
        residual = (label.roll(-1, dim) - label) * (apart.roll(-1, dim) + apart) * 0.5
        source += residual.roll(1, dim) - residual
    rows, columns = source.shape[:2]
    down = 2.0 - 2.0 * torch.cos(2.0 * math.pi * torch.fft.fftfreq(rows, device=first.device))
    across = 2.0 - 2.0 * torch.cos(2.0 * math.pi * torch.fft.rfftfreq(columns, device=first.device))
    spectrum = torch.fft.rfft2(source, dim=(0, 1))
    spectrum /= (down[:, None] + across[None, :] + 1.0 / reach**2).unsqueeze(-1)
    added = torch.fft.irfft2(spectrum, s=(rows, columns), dim=(0, 1))
    return added[: first.shape[0], margin : margin + first.shape[1]]
