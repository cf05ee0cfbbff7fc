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
        cost: (..., R, N) of cutting at each place, not below 0.
        closed: whether the last row meets the first again, and the cut with itself. Then it is the cheapest of those
            that pass the first row where the cheapest way twice around does.

    Returns:
        (..., R) int64, 0..N-1.
    """
    if not closed:
        return _walk(cost, start=None)
    # Twice around: in the middle, the way no longer knows where it began.
    middle = _walk(torch.cat((cost, cost), dim=-2), start=None)[..., cost.shape[-2]]
    return _walk(torch.cat((cost, cost[..., :1, :]), dim=-2), start=middle)[..., :-1]


def _walk(cost: Tensor, *, start: Tensor | None) -> Tensor:
    """Return the cheapest way down; with a `start` (...,) it begins there, free of cost, and ends there."""
    rows = cost.shape[-2]
    passed = cost.cumsum(dim=-1)
    before = passed - cost
    total = torch.empty_like(cost)
    total[..., 0, :] = cost[..., 0, :]
    if start is not None:
        total[..., 0, :] = torch.inf
        total[..., 0, :].scatter_(-1, start.unsqueeze(-1), 0.0)
    for row in range(1, rows):
        # Coming down anywhere, and going along the row from there to either side.
        above, left, right = total[..., row - 1, :], before[..., row, :], passed[..., row, :]
        going_right = (above - left).cummin(dim=-1).values + right
        going_left = (above + right).flip(-1).cummin(dim=-1).values.flip(-1) - left
        total[..., row, :] = torch.minimum(going_right, going_left)
    path = torch.empty(cost.shape[:-1], dtype=torch.int64, device=cost.device)
    path[..., -1] = total[..., -1, :].argmin(dim=-1) if start is None else start
    place = torch.arange(cost.shape[-1], device=cost.device)
    for row in range(rows - 1, 0, -1):
        column = path[..., row].unsqueeze(-1)
        left, right = before[..., row, :], passed[..., row, :]
        along = torch.where(place <= column, right.gather(-1, column) - left, right - left.gather(-1, column))
        path[..., row - 1] = (total[..., row - 1, :] + along).argmin(dim=-1)
    return path


def join_light(first: Tensor, second: Tensor, is_second: Tensor, *, reach: float, closed: bool) -> Tensor:
    """Return what is to be added to a picture cut from two so that no step shows along the cut.

    Across the cut the step becomes the mean of the steps that the two pictures have there themselves; away from it
    every gradient is kept and the correction fades: a screened Poisson equation, solved by FFT.

    Args:
        first: (R, N), one channel.
        second: the same place of the other picture.
        is_second: (R, N) bool, where the second one is taken.
        reach: texels over which a step of many texels' length fades to 1 / e.
        closed: whether the last row meets the first again.
    """
    apart = first - second
    label = is_second.to(first.dtype)
    if not closed:
        apart, label = (torch.cat((t, t.flip(0))) for t in (apart, label))
    margin = int(4 * reach) + 1
    apart = pad(apart, (margin, margin))
    ends = (label[:, :1], label[:, -1:])
    label = torch.cat((ends[0].expand(-1, margin), label, ends[1].expand(-1, margin)), dim=1)
    source = torch.zeros_like(apart)
    for dim in (0, 1):
        residual = (label.roll(-1, dim) - label) * (apart.roll(-1, dim) + apart) * 0.5
        source += residual.roll(1, dim) - residual
    rows, columns = source.shape
    down = 2.0 - 2.0 * torch.cos(2.0 * math.pi * torch.fft.fftfreq(rows, device=first.device))
    across = 2.0 - 2.0 * torch.cos(2.0 * math.pi * torch.fft.rfftfreq(columns, device=first.device))
    spectrum = torch.fft.rfft2(source)
    spectrum /= down[:, None] + across[None, :] + 1.0 / reach**2
    added = torch.fft.irfft2(spectrum, s=(rows, columns))
    return added[: first.shape[0], margin : margin + first.shape[1]]
